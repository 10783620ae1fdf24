// The parts of a policy that say how leads are offered and to whom.

import LeadlineCore

extension ServiceLevel: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var name = ""
        var when: Predicate?
        var sla: SLA?
        while let field = try reader.next() {
            switch field {
            case 1: name = try reader.string("name")
            case 2: when = try Predicate.whole("when", from: &reader)
            case 3: sla = try reader.message("sla")
            default: try reader.skip()
            }
        }
        // A level without its promise would silently be the usual one.
        return Self(name: name, when: try required(when, "when"), sla: try required(sla, "sla"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        when.write(2, to: &writer)
        writer.message(3, sla)
    }
}

extension EscalationStep: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(queue: "", afterMinutes: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.queue = try reader.string("queue")
            case 2: value.afterMinutes = try reader.uint32("after_minutes")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, queue)
        writer.uint(2, afterMinutes)
    }
}

extension PilotArm: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(name: "", method: .bidPrice)
        while let field = try reader.next() {
            switch field {
            case 1: value.name = try reader.string("name")
            case 2: value.method = try reader.choice("method")
            case 3: value.shareBasisPoints = try reader.uint32("share_basis_points")
            case 4: value.when = try Predicate.whole("when", from: &reader)
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        if method != .bidPrice { writer.choice(2, method) }
        writer.uint(3, shareBasisPoints)
        when?.write(4, to: &writer)
    }
}

extension Pilot: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.name = try reader.string("name")
            case 2: value.arms.append(try reader.message("arms"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        writer.messages(2, arms)
    }
}

extension Exploration: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.shareBasisPoints = try reader.uint32("share_basis_points")
            case 2: value.leadsPerPeriodMax = try reader.uint32("leads_per_period_max")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, shareBasisPoints)
        writer.uint(2, leadsPerPeriodMax)
    }
}

extension ReviewRule: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.dealValueAtLeastMinorUnits = try reader.int64("deal_value_at_least_minor_units")
            case 2: value.conversionBelowBasisPoints = try reader.uint32("conversion_below_basis_points")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        if let least = dealValueAtLeastMinorUnits { writer.int(1, least, always: true) }
        writer.uint(2, conversionBelowBasisPoints)
    }
}

extension RetentionRule: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.closedDealDays = try reader.uint32("closed_deal_days")
            case 2: value.otherLeadDays = try reader.uint32("other_lead_days")
            case 3: value.deadLetterDays = try reader.uint32("dead_letter_days")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, closedDealDays)
        writer.uint(2, otherLeadDays)
        writer.uint(3, deadLetterDays)
    }
}
