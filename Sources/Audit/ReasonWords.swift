import LeadlineCore

/// Reasons and causes as people say them.
enum ReasonWords {
    static func escalation(_ reason: EscalationReason) -> String {
        switch reason {
        case .noPolicy: "the program had no policy yet"
        case .noPartners: "the program had no partners yet"
        case .noEligiblePartner: "no partner was eligible"
        case .attemptsExhausted: "it had been offered to as many partners as the policy allows"
        case .ownerAtCap: "the partner who owns the account was at its cap"
        case .currencyUnknown: "the policy has no exchange rate for the lead's currency"
        case .processingRestricted: "the person asked to restrict processing"
        case .reviewRequired: "the policy asks for a human to decide on such a lead"
        case .lawfulBasisMissing: "the lead states no lawful basis that the policy accepts"
        case .unanswered: "nobody took it out of the queue before in time"
        case .shadow: "the policy only says what it would do"
        case .everyoneAway: "everyone who could have taken it was away"
        case .placesReserved: "the last places left are expected to bring more than it is worth"
        }
    }

    static func closing(_ reason: ClosingReason) -> String {
        switch reason {
        case .won: "the deal was won"
        case .lost: "the deal was lost"
        case .withdrawn: "the lead was withdrawn"
        case .human: "a human closed it"
        case .objected: "the person objected to the processing"
        case .erased: "the person asked to be forgotten"
        }
    }

    static func cause(_ cause: RoutingCause) -> String {
        switch cause {
        case .submitted: "when it came in"
        case .expired: "after the partner before did not respond in time"
        case .declined: "after the partner before declined"
        case .partnerPaused: "after the partner before was paused"
        case .partnerRemoved: "after the partner before was removed"
        case .human: "by a human's decision"
        case .imported: "as history recorded it"
        }
    }

    /// What a hard rule requires.
    static func requirement(_ predicate: Predicate) -> String {
        switch predicate {
        case .all(let parts): parts.isEmpty ? "nothing" : joined(parts, " and ")
        case .any(let parts): parts.isEmpty ? "the impossible" : joined(parts, " or ")
        case .not(let part): "not (\(requirement(part)))"
        case .partnerCovers(let field, let list): "its \(name(list)) must cover the lead's \(name(field))"
        case .partnerLists(let list, let value): "its \(name(list)) must list \(value)"
        case .leadIs(let field, let values): "the lead's \(name(field)) must be \(values.joined(separator: " or "))"
        case .leadNumberWithin(let number, let least, let most):
            "the lead's \(number == .employees ? "employees" : "deal value in minor units") must lie"
                + (least.map { " from \($0)" } ?? "") + (most.map { " up to \($0)" } ?? "")
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

    private static func name(_ field: LeadField) -> String {
        switch field {
        case .lawfulBasis: "lawful basis"
        case .requiredCertifications: "required certifications"
        default: "\(field)"
        }
    }

    private static func name(_ list: PartnerList) -> String { "\(list)" }
}
