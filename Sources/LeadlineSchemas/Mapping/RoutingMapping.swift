// The parts of a policy that hold predicates.

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

extension NegotiationRule: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.rounds = try reader.uint32("rounds")
            case 2: value.askedAtOnce = try reader.uint32("asked_at_once")
            case 3: value.answerMillis = try reader.uint32("answer_millis")
            case 4: value.fallback = try reader.choice("fallback")
            case 5: value.commissionMaxBasisPoints = try reader.uint32("commission_max_basis_points")
            case 6: value.promiseMaxMinutes = try reader.uint32("promise_max_minutes")
            case 7: value.enrichment.append(try reader.string("enrichment"))
            case 8: value.hourCostBasisPoints = try reader.uint32("hour_cost_basis_points")
            case 9: value.when = try Predicate.whole("when", from: &reader)
            case 10: value.approver = try reader.string("approver")
            case 11: value.unattendedBelowMinorUnits = try reader.int64("unattended_below_minor_units")
            case 12: value.unattendedConversionBasisPoints = try reader.uint32("unattended_conversion_basis_points")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, rounds)
        writer.uint(2, askedAtOnce)
        writer.uint(3, answerMillis)
        writer.choice(4, fallback)
        writer.uint(5, commissionMaxBasisPoints)
        writer.uint(6, promiseMaxMinutes)
        writer.strings(7, enrichment)
        writer.uint(8, hourCostBasisPoints)
        when?.write(9, to: &writer)
        writer.string(10, approver)
        if let unattendedBelowMinorUnits { writer.int(11, unattendedBelowMinorUnits, always: true) }
        writer.uint(12, unattendedConversionBasisPoints)
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
