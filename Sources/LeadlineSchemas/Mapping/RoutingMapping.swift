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
