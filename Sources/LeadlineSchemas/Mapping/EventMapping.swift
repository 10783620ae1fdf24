// What Leadline did, one message after the other, numbered as in `Event.body`.

import LeadlineCore

extension LeadAssigned: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        var partnerID = ""
        var attempt: UInt32 = 0
        var cause: RoutingCause?
        var respondBy: Timestamp?
        var evaluation: EvaluationSummary?
        var remindAt: Timestamp?
        var serviceLevel = ""
        while let field = try reader.next() {
            switch field {
            case 1: leadID = try reader.string("lead_id")
            case 2: partnerID = try reader.string("partner_id")
            case 3: attempt = try reader.uint32("attempt")
            case 4: cause = try reader.choice("cause")
            case 5: respondBy = Timestamp(micros: try reader.int64("respond_by_micros"))
            case 6: evaluation = try reader.message("evaluation")
            case 7: remindAt = Timestamp(micros: try reader.int64("remind_at_micros"))
            case 8: serviceLevel = try reader.string("service_level")
            default: try reader.skip()
            }
        }
        return Self(
            leadID: leadID, partnerID: partnerID, attempt: attempt, cause: try stated(cause, "cause"),
            respondBy: respondBy, evaluation: evaluation, remindAt: remindAt, serviceLevel: serviceLevel)
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.uint(3, attempt)
        writer.choice(4, cause)
        if let respondBy { writer.int(5, respondBy.micros, always: true) }
        writer.message(6, evaluation)
        if let remindAt { writer.int(7, remindAt.micros, always: true) }
        writer.string(8, serviceLevel)
    }
}

extension ShadowDecided: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", evaluation: nil)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.evaluation = try reader.message("evaluation")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.message(3, evaluation)
    }
}

extension AssignmentExpired: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", attempt: 0, respondBy: .epoch)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.attempt = try reader.uint32("attempt")
            case 4: value.respondBy = Timestamp(micros: try reader.int64("respond_by_micros"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.uint(3, attempt)
        writer.int(4, respondBy.micros)
    }
}

extension AssignmentEnded: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var cause: RoutingCause?
        var value = Self(leadID: "", partnerID: "", attempt: 0, cause: .submitted)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.attempt = try reader.uint32("attempt")
            case 4: cause = try reader.choice("cause")
            default: try reader.skip()
            }
        }
        value.cause = try stated(cause, "cause")
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.uint(3, attempt)
        writer.choice(4, cause)
    }
}

extension FirstResponseMet: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", elapsedMicros: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.elapsedMicros = try reader.int64("elapsed_micros")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.int(3, elapsedMicros)
    }
}

extension LeadEscalated: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var reason: EscalationReason?
        var value = Self(leadID: "", reason: .noPolicy, queue: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: reason = try reader.choice("reason")
            case 3: value.queue = try reader.string("queue")
            case 4: value.evaluation = try reader.message("evaluation")
            case 5: value.movesOn = Timestamp(micros: try reader.int64("moves_on_micros"))
            case 6: value.suggestedPartnerID = try reader.string("suggested_partner_id")
            default: try reader.skip()
            }
        }
        value.reason = try stated(reason, "reason")
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.choice(2, reason)
        writer.string(3, queue)
        writer.message(4, evaluation)
        if let movesOn { writer.int(5, movesOn.micros, always: true) }
        writer.string(6, suggestedPartnerID)
    }
}

extension LeadClosed: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var reason: ClosingReason?
        var value = Self(leadID: "", partnerID: "", reason: .won, learned: false)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: reason = try reader.choice("reason")
            case 4: value.amountMinorUnits = try reader.int64("amount_minor_units")
            case 5: value.learned = try reader.bool("learned")
            default: try reader.skip()
            }
        }
        value.reason = try stated(reason, "reason")
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.choice(3, reason)
        writer.int(4, amountMinorUnits)
        writer.bool(5, learned)
    }
}

extension LeadMerged: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", intoLeadID: "", sameID: false)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.intoLeadID = try reader.string("into_lead_id")
            case 3: value.sameID = try reader.bool("same_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, intoLeadID)
        writer.bool(3, sameID)
    }
}

extension OutcomeWaiting: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", until: .epoch)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.until = Timestamp(micros: try reader.int64("until_micros"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.int(2, until.micros)
    }
}

extension OutcomeUnmatched: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", waitingPosition: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.waitingPosition = try reader.uint64("waiting_position")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.uint(2, waitingPosition)
    }
}

extension InputDisregarded: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var subject = ""
        var reason: DisregardReason?
        while let field = try reader.next() {
            switch field {
            case 1: subject = try reader.string("subject")
            case 2: reason = try reader.choice("reason")
            default: try reader.skip()
            }
        }
        return Self(subject: subject, reason: try stated(reason, "reason"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, subject)
        writer.choice(2, reason)
    }
}

extension ReviewOpened: WireMessage {
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

extension ReviewResolved: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", overridden: false)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.overridden = try reader.bool("overridden")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.bool(2, overridden)
    }
}

extension CommissionAccrued: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", amountMinorUnits: 0, rateBasisPoints: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.amountMinorUnits = try reader.int64("amount_minor_units")
            case 4: value.rateBasisPoints = try reader.uint32("rate_basis_points")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.int(3, amountMinorUnits)
        writer.uint(4, rateBasisPoints)
    }
}

extension ReminderDue: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "", partnerID: "", respondBy: .epoch)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: value.partnerID = try reader.string("partner_id")
            case 3: value.respondBy = Timestamp(micros: try reader.int64("respond_by_micros"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.string(2, partnerID)
        writer.int(3, respondBy.micros)
    }
}

extension RetentionApplied: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var (value, category) = (Self(leadID: "", category: .otherLead, closedAt: .epoch, keptDays: 0), RetentionCategory?.none)
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            case 2: category = try reader.choice("category")
            case 3: value.closedAt = Timestamp(micros: try reader.int64("closed_micros"))
            case 4: value.keptDays = try reader.uint32("kept_days")
            case 5: value.subject = try reader.digest("subject_id")
            default: try reader.skip()
            }
        }
        value.category = try required(category, "category")
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        writer.choice(2, category)
        writer.int(3, closedAt.micros)
        writer.uint(4, keptDays)
        writer.digest(5, subject)
    }
}
