/// A hard rule whose words are codes, ready to be laid over all partners at once.
struct CompiledRule: Sendable {
    indirect enum Node: Sendable {
        case all([Node])
        case any([Node])
        case not(Node)
        case partnerCovers(LeadField, PartnerList)
        case partnerLists(PartnerList, Vocabulary.Code)
        case leadIs(LeadField, [Vocabulary.Code])
        case leadNumberWithin(LeadNumber, Int64, Int64)
        case partnerTierAtLeast(UInt32)
    }

    var name: String
    var node: Node

    init(_ rule: HardRule, _ vocabulary: inout Vocabulary) {
        self.init(name: rule.name, rule.require, &vocabulary)
    }

    init(name: String, _ predicate: Predicate, _ vocabulary: inout Vocabulary) {
        self.name = name
        node = Self.compile(predicate, &vocabulary)
    }

    private static func compile(_ predicate: Predicate, _ vocabulary: inout Vocabulary) -> Node {
        switch predicate {
        case .all(let parts): .all(parts.map { compile($0, &vocabulary) })
        case .any(let parts): .any(parts.map { compile($0, &vocabulary) })
        case .not(let part): .not(compile(part, &vocabulary))
        case .partnerCovers(let field, let list): .partnerCovers(field, list)
        case .partnerLists(let list, let value): .partnerLists(list, vocabulary.learn(value))
        case .leadIs(let field, let values): .leadIs(field, values.map { vocabulary.learn($0) })
        case .leadNumberWithin(let number, let least, let most):
            .leadNumberWithin(number, least ?? .min, most ?? .max)
        case .partnerTierAtLeast(let tier): .partnerTierAtLeast(tier)
        }
    }
}
