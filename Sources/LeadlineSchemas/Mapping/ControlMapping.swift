// Inputs on `leadline.controls` whose fields the core holds in another shape.

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
