// Events about persons, whose ids the core holds as digests.

import LeadlineCore

extension RightRecorded: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        var right: PersonRight?
        var subjects: [Digest128] = []
        while let field = try reader.next() {
            switch field {
            case 1: leadID = try reader.string("lead_id")
            case 2: right = try reader.choice("right")
            case 3: subjects.append(try required(try reader.digest("subject_ids"), "subject_ids"))
            default: try reader.skip()
            }
        }
        return Self(leadID: leadID, right: try stated(right, "right"), subjects: subjects)
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.choice(2, right)
        for subject in subjects { writer.digest(3, subject) }
    }
}

extension PersonLinkChanged: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        var subject: Digest128?
        var linkedSubject: Digest128?
        var isInferred = false
        var isLinked = false
        while let field = try reader.next() {
            switch field {
            case 1: leadID = try reader.string("lead_id")
            case 2: subject = try reader.digest("subject_id")
            case 3: linkedSubject = try reader.digest("linked_subject_id")
            case 4: isInferred = try reader.bool("inferred")
            case 5: isLinked = try reader.bool("linked")
            default: try reader.skip()
            }
        }
        return Self(
            leadID: leadID, subject: try required(subject, "subject_id"),
            linkedSubject: try required(linkedSubject, "linked_subject_id"), isInferred: isInferred, isLinked: isLinked)
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.digest(2, subject)
        writer.digest(3, linkedSubject)
        writer.bool(4, isInferred)
        writer.bool(5, isLinked)
    }
}
