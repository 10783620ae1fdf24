/// Who satisfies a predicate, for all partners at once: sixty-four of them a word.
enum HardRules {
    /// The partners who satisfy the rule for this lead.
    static func satisfying(_ rule: CompiledRule, _ lead: LeadView, _ partners: PartnerTable) -> [UInt64] {
        mask(rule.node, lead, partners)
    }

    private static func mask(_ node: CompiledRule.Node, _ lead: LeadView, _ partners: PartnerTable) -> [UInt64] {
        switch node {
        case .all(let parts):
            return parts.reduce(everyone(partners)) { mask, part in
                combine(mask, Self.mask(part, lead, partners), &)
            }
        case .any(let parts):
            return parts.reduce(nobody(partners)) { mask, part in
                combine(mask, Self.mask(part, lead, partners), |)
            }
        case .not(let part):
            return mask(part, lead, partners).map(~)
        case .partnerCovers(let field, let list):
            return covering(field, list, lead, partners)
        case .partnerLists(let list, let code):
            return row(list, code, partners)
        case .leadIs(let field, let codes):
            return lead.codes(field).contains { $0 != Vocabulary.unlisted && codes.contains($0) }
                ? everyone(partners) : nobody(partners)
        case .leadNumberWithin(let number, let least, let most):
            guard let value = lead.number(number) else { return everyone(partners) }
            return least <= value && value <= most ? everyone(partners) : nobody(partners)
        case .partnerTierAtLeast(let tier):
            var mask = nobody(partners)
            for index in 0..<partners.count where partners.tier[index] >= tier {
                mask[index >> 6] |= 1 << UInt64(index & 63)
            }
            return mask
        }
    }

    private static func covering(
        _ field: LeadField, _ list: PartnerList, _ lead: LeadView, _ partners: PartnerTable
    ) -> [UInt64] {
        switch field {
        case .technologies, .requiredCertifications:
            return lead.codes(field).reduce(everyone(partners)) { combine($0, row(list, $1, partners), &) }
        default:
            let code = lead.code(field)
            return code == Vocabulary.none ? everyone(partners) : row(list, code, partners)
        }
    }

    private static func row(_ list: PartnerList, _ code: Vocabulary.Code, _ partners: PartnerTable) -> [UInt64] {
        guard code != Vocabulary.unlisted,
            var words = partners.listing(list, code)?.words
        else { return nobody(partners) }
        while words.count < partners.wordCount { words.append(0) }
        return words
    }

    private static func everyone(_ partners: PartnerTable) -> [UInt64] {
        Array(repeating: .max, count: partners.wordCount)
    }

    private static func nobody(_ partners: PartnerTable) -> [UInt64] {
        Array(repeating: 0, count: partners.wordCount)
    }

    private static func combine(_ a: [UInt64], _ b: [UInt64], _ operation: (UInt64, UInt64) -> UInt64) -> [UInt64] {
        var result = a
        for index in result.indices { result[index] = operation(result[index], b[index]) }
        return result
    }
}

// MARK: - One partner

extension HardRules {
    /// True if this one partner satisfies the rule: the same as its bit in `satisfying`, without a row for all.
    static func holds(_ rule: CompiledRule, _ lead: LeadView, _ partner: Int, _ partners: PartnerTable) -> Bool {
        holds(rule.node, lead, partner, partners)
    }

    private static func holds(
        _ node: CompiledRule.Node, _ lead: LeadView, _ partner: Int, _ partners: PartnerTable
    ) -> Bool {
        switch node {
        case .all(let parts): return parts.allSatisfy { holds($0, lead, partner, partners) }
        case .any(let parts): return parts.contains { holds($0, lead, partner, partners) }
        case .not(let part): return !holds(part, lead, partner, partners)
        case .partnerCovers(let field, let list):
            return lead.codes(field).allSatisfy { lists(list, $0, partner, partners) }
        case .partnerLists(let list, let code): return lists(list, code, partner, partners)
        case .leadIs(let field, let codes): return codes.contains { lead.has($0, as: field) }
        case .leadNumberWithin(let number, let least, let most):
            return lead.number(number).map { least <= $0 && $0 <= most } ?? true
        case .partnerTierAtLeast(let tier): return partners.tier[partner] >= tier
        }
    }

    private static func lists(
        _ list: PartnerList, _ code: Vocabulary.Code, _ partner: Int, _ partners: PartnerTable
    ) -> Bool {
        code != Vocabulary.unlisted && partners.lists(partner, list, code)
    }
}
