// Inputs on `leadline.controls`, without the policy itself.

import LeadlineCore

extension ProgramRegistered: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        // Registrations were written without a version while there was one.
        var value = Self(currency: "", logicVersion: Logic.oldest)
        while let field = try reader.next() {
            switch field {
            case 2: value.currency = try reader.string("currency")
            case 3: value.logicVersion = try reader.uint32("logic_version")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(2, currency)
        if logicVersion != Logic.oldest { writer.uint(3, logicVersion) }
    }
}

extension PolicyPublished: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var policy: Policy?
        var version = ""
        while let field = try reader.next() {
            switch field {
            case 1: policy = try reader.message("policy")
            case 2: version = try reader.string("version")
            default: try reader.skip()
            }
        }
        return Self(policy: try required(policy, "policy"), version: version)
    }

    func write(to writer: inout WireWriter) {
        writer.message(1, policy)
        writer.string(2, version)
    }
}

extension ReviewRequested: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) { writer.string(1, leadID) }
}

extension HumanDecisionRecorded: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        var decision: Decision?
        while let field = try reader.next() {
            switch field {
            case 1: leadID = try reader.string("lead_id")
            case 2: decision = .assign(partnerID: try reader.string("assign_to_partner_id"))
            // "uphold: false" decides nothing.
            case 3: decision = try reader.bool("uphold") ? .uphold : nil
            case 4: decision = try reader.bool("close") ? .close : nil
            case 5: decision = try reader.bool("reroute") ? .reroute : nil
            default: try reader.skip()
            }
        }
        return Self(leadID: leadID, decision: try required(decision, "decision"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        switch decision {
        case .assign(let partnerID): writer.string(2, partnerID, always: true)
        case .uphold: writer.bool(3, true)
        case .close: writer.bool(4, true)
        case .reroute: writer.bool(5, true)
        }
    }
}

extension SegmentArchived: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(firstPosition: 0, nextPosition: 0, root: [], chainLink: [], stateHash: [], archiveDigest: [])
        while let field = try reader.next() {
            switch field {
            case 1: value.firstPosition = try reader.uint64("first_position")
            case 2: value.nextPosition = try reader.uint64("next_position")
            case 3: value.root = try reader.bytes("root")
            case 4: value.chainLink = try reader.bytes("chain_link")
            case 5: value.stateHash = try reader.bytes("state_hash")
            case 6: value.archiveDigest = try reader.bytes("archive_digest")
            case 7: value.archivedBy = try reader.string("archived_by")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, firstPosition)
        writer.uint(2, nextPosition)
        writer.bytes(3, root)
        writer.bytes(4, chainLink)
        writer.bytes(5, stateHash)
        writer.bytes(6, archiveDigest)
        writer.string(7, archivedBy)
    }
}
