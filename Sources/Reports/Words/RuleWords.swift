public import LeadlineCore

/// Hard rules as people say them.
public enum RuleWords {
    /// A rule with its name: "serves-country: its countries must cover the lead's country".
    public static func rule(_ rule: HardRule) -> String { "\(rule.name): \(requirement(rule.require))" }

    /// What a hard rule requires of a partner.
    public static func requirement(_ predicate: Predicate) -> String {
        switch predicate {
        case .all(let parts): parts.isEmpty ? "nothing" : joined(parts, " and ")
        case .any(let parts): parts.isEmpty ? "the impossible" : joined(parts, " or ")
        case .not(let part): "not (\(requirement(part)))"
        case .partnerCovers(let field, let list): "its \(name(list)) must cover the lead's \(name(field))"
        case .partnerLists(let list, let value): "its \(name(list)) must include \(value)"
        case .leadIs(let field, let values): "the lead's \(name(field)) must be \(values.joined(separator: " or "))"
        case .leadNumberWithin(let number, let least, let most):
            "the lead's \(name(number)) must be \(range(least, most))"
        case .partnerTierAtLeast(let tier): "its tier must be at least \(tier)"
        }
    }

    private static func joined(_ parts: [Predicate], _ word: String) -> String {
        parts.map { part in
            switch part {
            case .all, .any: "(\(requirement(part)))"
            default: requirement(part)
            }
        }.joined(separator: word)
    }

    private static func range(_ least: Int64?, _ most: Int64?) -> String {
        switch (least, most) {
        case (let least?, let most?): "from \(least) to \(most)"
        case (let least?, nil): "at least \(least)"
        case (nil, let most?): "at most \(most)"
        case (nil, nil): "any"
        }
    }

    private static func name(_ number: LeadNumber) -> String {
        switch number {
        case .employees: "number of employees"
        case .dealValueMinorUnits: "deal value in minor units"
        case .sourceQualityBasisPoints: "quality of the source in basis points"
        }
    }

    private static func name(_ field: LeadField) -> String {
        switch field {
        case .country: "country"
        case .region: "region"
        case .language: "language"
        case .vertical: "vertical"
        case .product: "product"
        case .source: "source"
        case .residency: "residency"
        case .lawfulBasis: "lawful basis"
        case .technologies: "technologies"
        case .requiredCertifications: "required certifications"
        }
    }

    private static func name(_ list: PartnerList) -> String {
        switch list {
        case .countries: "countries"
        case .regions: "regions"
        case .languages: "languages"
        case .verticals: "verticals"
        case .products: "products"
        case .technologies: "technologies"
        case .certifications: "certifications"
        case .residencies: "residencies"
        }
    }
}
