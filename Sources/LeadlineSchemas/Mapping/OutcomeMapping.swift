// Inputs on `leadline.outcomes`. Fields 3 and 4 (who, remarks) are sealed.

import LeadlineCore

/// Message `LeadAccepted`.
extension PartnerStatement: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
    }
}

/// Messages `LeadDeclined` and `DealLost`.
extension PartnerRefusal: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 5: value.reason = try reader.choice("reason")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.choice(5, reason)
    }
}

extension FirstResponseRecorded: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 5: value.channel = try reader.string("channel")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.string(5, channel)
    }
}

extension DealStageChanged: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", stage: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 5: value.stage = try reader.string("stage")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.string(5, stage)
    }
}

extension DealWon: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 5: value.amount = try reader.message("amount")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.message(5, amount)
    }
}
