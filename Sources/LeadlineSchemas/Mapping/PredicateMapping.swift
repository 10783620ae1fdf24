// Hard rules. A rule that is not understood whole is refused: half a rule would let in the wrong partner.

import LeadlineCore

extension HardRule: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var name = ""
        var require: Predicate?
        while let field = try reader.next() {
            switch field {
            case 1: name = try reader.string("name")
            case 2: require = try Predicate.whole("require", from: &reader)
            default: try reader.skip()
            }
        }
        return Self(name: name, require: try required(require, "require"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        require.write(2, to: &writer)
    }
}

extension Predicate {
    /// Reads a predicate that stands by itself in field `name`, with all the levels and nodes that one may have.
    static func whole(_ name: String, from reader: inout WireReader) throws(WireError) -> Predicate {
        var nodesLeft = nodesMax
        return try read(name, from: &reader, levelsLeft: depthMax, &nodesLeft)
    }

    /// Reads the predicate in field `name`, of at most so many levels, and takes its nodes off `nodesLeft`.
    static func read(
        _ name: String, from reader: inout WireReader, levelsLeft: Int, _ nodesLeft: inout Int
    ) throws(WireError) -> Predicate {
        var inner = try reader.nested(name)
        guard levelsLeft > 0 else { throw WireError(.tooDeep, field: name) }
        guard nodesLeft > 0 else { throw WireError(.tooManyNodes, field: name) }
        nodesLeft -= 1
        do {
            return try node(from: &inner, levelsLeft: levelsLeft - 1, &nodesLeft)
        } catch {
            throw error.inside(name)
        }
    }

    private static func node(
        from reader: inout WireReader, levelsLeft: Int, _ nodesLeft: inout Int
    ) throws(WireError) -> Predicate {
        var node: Predicate?
        while let field = try reader.next() {
            switch field {
            case 1: node = .all(try list("all", from: &reader, levelsLeft: levelsLeft, &nodesLeft))
            case 2: node = .any(try list("any", from: &reader, levelsLeft: levelsLeft, &nodesLeft))
            case 3: node = .not(try read("not", from: &reader, levelsLeft: levelsLeft, &nodesLeft))
            case 4: node = try leaf("partner_covers", from: &reader, partnerCovers)
            case 5: node = try leaf("partner_lists", from: &reader, partnerLists)
            case 6: node = try leaf("lead_is", from: &reader, leadIs)
            case 7: node = try leaf("lead_number_within", from: &reader, leadNumberWithin)
            case 8: node = try leaf("partner_tier_at_least", from: &reader, partnerTierAtLeast)
            default: try reader.skip()
            }
        }
        return try required(node, "node")
    }

    private static func list(
        _ name: String, from reader: inout WireReader, levelsLeft: Int, _ nodesLeft: inout Int
    ) throws(WireError) -> [Predicate] {
        var inner = try reader.nested(name)
        var predicates: [Predicate] = []
        do {
            while let field = try inner.next() {
                switch field {
                case 1:
                    predicates.append(
                        try read("predicates", from: &inner, levelsLeft: levelsLeft, &nodesLeft))
                default: try inner.skip()
                }
            }
        } catch {
            throw error.inside(name)
        }
        return predicates
    }

    private static func leaf(
        _ name: String, from reader: inout WireReader,
        _ read: (inout WireReader) throws(WireError) -> Predicate
    ) throws(WireError) -> Predicate {
        var inner = try reader.nested(name)
        do {
            return try read(&inner)
        } catch {
            throw error.inside(name)
        }
    }

    private static func partnerCovers(_ reader: inout WireReader) throws(WireError) -> Predicate {
        var leadField: LeadField?
        var list: PartnerList?
        while let field = try reader.next() {
            switch field {
            case 1: leadField = try reader.choice("lead_field")
            case 2: list = try reader.choice("partner_list")
            default: try reader.skip()
            }
        }
        return .partnerCovers(try stated(leadField, "lead_field"), try stated(list, "partner_list"))
    }

    private static func partnerLists(_ reader: inout WireReader) throws(WireError) -> Predicate {
        var list: PartnerList?
        var value = ""
        while let field = try reader.next() {
            switch field {
            case 1: list = try reader.choice("partner_list")
            case 2: value = try reader.string("value")
            default: try reader.skip()
            }
        }
        return .partnerLists(try stated(list, "partner_list"), value: value)
    }

    private static func leadIs(_ reader: inout WireReader) throws(WireError) -> Predicate {
        var leadField: LeadField?
        var values: [String] = []
        while let field = try reader.next() {
            switch field {
            case 1: leadField = try reader.choice("lead_field")
            case 2: values.append(try reader.string("values"))
            default: try reader.skip()
            }
        }
        return .leadIs(try stated(leadField, "lead_field"), values: values)
    }

    private static func leadNumberWithin(_ reader: inout WireReader) throws(WireError) -> Predicate {
        var number: LeadNumber?
        var atLeast: Int64?
        var atMost: Int64?
        while let field = try reader.next() {
            switch field {
            case 1: number = try reader.choice("lead_number")
            case 2: atLeast = try reader.int64("at_least")
            case 3: atMost = try reader.int64("at_most")
            default: try reader.skip()
            }
        }
        return .leadNumberWithin(try stated(number, "lead_number"), atLeast: atLeast, atMost: atMost)
    }

    private static func partnerTierAtLeast(_ reader: inout WireReader) throws(WireError) -> Predicate {
        var tier: UInt32 = 0
        while let field = try reader.next() {
            switch field {
            case 1: tier = try reader.uint32("tier")
            default: try reader.skip()
            }
        }
        return .partnerTierAtLeast(tier)
    }

    /// Writes the predicate as field `field`.
    func write(_ field: Int, to writer: inout WireWriter) {
        let start = writer.begin(field)
        switch self {
        case .all(let predicates): Self.write(1, predicates, to: &writer)
        case .any(let predicates): Self.write(2, predicates, to: &writer)
        case .not(let predicate): predicate.write(3, to: &writer)
        default: writeLeaf(to: &writer)
        }
        writer.end(start)
    }

    private static func write(_ field: Int, _ predicates: [Predicate], to writer: inout WireWriter) {
        let start = writer.begin(field)
        for predicate in predicates { predicate.write(1, to: &writer) }
        writer.end(start)
    }

    private func writeLeaf(to writer: inout WireWriter) {
        switch self {
        case .all, .any, .not: preconditionFailure("not a leaf")
        case .partnerCovers(let leadField, let list):
            let start = writer.begin(4)
            writer.choice(1, leadField)
            writer.choice(2, list)
            writer.end(start)
        case .partnerLists(let list, let value):
            let start = writer.begin(5)
            writer.choice(1, list)
            writer.string(2, value)
            writer.end(start)
        case .leadIs(let leadField, let values):
            let start = writer.begin(6)
            writer.choice(1, leadField)
            writer.strings(2, values)
            writer.end(start)
        case .leadNumberWithin(let number, let atLeast, let atMost):
            let start = writer.begin(7)
            writer.choice(1, number)
            if let atLeast { writer.int(2, atLeast, always: true) }
            if let atMost { writer.int(3, atMost, always: true) }
            writer.end(start)
        case .partnerTierAtLeast(let tier):
            let start = writer.begin(8)
            writer.uint(1, tier)
            writer.end(start)
        }
    }
}

/// The choice, or the same error as for "unspecified": protobuf cannot tell one from the other.
func stated<Choice>(_ choice: Choice?, _ name: String) throws(WireError) -> Choice {
    guard let choice else { throw WireError(.unknownEnum, field: name) }
    return choice
}
