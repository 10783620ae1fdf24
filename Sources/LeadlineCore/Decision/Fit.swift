/// How well a partner and a lead match, 0 to 1, as a sum of named contributions.
public enum FitContribution: Int, Sendable, CaseIterable {
    case vertical = 0, country, language, dealSize, technologies, winRate

    /// Name in explanations.
    public var name: String {
        switch self {
        case .vertical: "vertical"
        case .country: "country"
        case .language: "language"
        case .dealSize: "deal-size"
        case .technologies: "technologies"
        case .winRate: "win-rate"
        }
    }
}

/// Fit of one lead, prepared once and then asked for each partner.
///
/// Each contribution is its weight times a match of 0 to 1. What the lead does not state, or the profile
/// leaves open, counts half: silence neither helps nor harms one partner more than another.
struct Fit {
    static let count = FitContribution.allCases.count
    private static let unknown = 0.5

    /// In the order of the contributions; two lanes are unused.
    private let weights: SIMD8<Double>
    private let vertical: BitRow?
    private let country: BitRow?
    private let language: BitRow?
    private let technologies: [BitRow?]
    private let states: (vertical: Bool, country: Bool, language: Bool)
    private let value: Double

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy) {
        let w = policy.fitWeights
        let raw = SIMD8<Double>(
            Double(w.vertical), Double(w.country), Double(w.language), Double(w.dealSize), Double(w.technologies),
            Double(w.winRate), 0, 0)
        let sum = ((((raw[0] + raw[1]) + raw[2]) + raw[3]) + raw[4]) + raw[5]
        weights = sum > 0 ? raw / sum : SIMD8(repeating: 1 / Double(Self.count))
        vertical = state.partners.listing(.verticals, lead.vertical)
        country = state.partners.listing(.countries, lead.country)
        language = state.partners.listing(.languages, lead.language)
        var rows: [BitRow?] = []
        rows.reserveCapacity(lead.technologies.count)
        for code in lead.technologies { rows.append(state.partners.listing(.technologies, code)) }
        technologies = rows
        states = (lead.vertical != Vocabulary.none, lead.country != Vocabulary.none, lead.language != Vocabulary.none)
        value = Double(lead.valueMinorUnits ?? 0)
    }

    /// Writes the partner's contributions to `into[at...]` and returns their sum, added up in that order.
    @inline(__always)
    func contributions(of partner: Int, _ state: State, winRate: Double, into: inout MutableSpan<Double>, at start: Int) -> Double {
        let v = weights[0] * (states.vertical ? listed(vertical, partner) : Self.unknown)
        let c = weights[1] * (states.country ? listed(country, partner) : Self.unknown)
        let l = weights[2] * (states.language ? listed(language, partner) : Self.unknown)
        let d = weights[3] * dealSize(partner, state)
        let t = weights[4] * technologyShare(partner)
        let r = weights[5] * winRate
        into[start] = v
        into[start + 1] = c
        into[start + 2] = l
        into[start + 3] = d
        into[start + 4] = t
        into[start + 5] = r
        return ((((v + c) + l) + d) + t) + r
    }

    @inline(__always)
    private func listed(_ row: BitRow?, _ partner: Int) -> Double {
        guard let row else { return 0 }
        return row[partner] ? 1 : 0
    }

    /// 1 inside the partner's range; outside, the ratio of the bound to the value. The range is what the profile
    /// says, widened at the top to the largest deal the partner has won.
    @inline(__always)
    private func dealSize(_ partner: Int, _ state: State) -> Double {
        let low = Double(state.partners.typicalDealMin[partner])
        let high = Double(max(state.partners.typicalDealMax[partner], state.tallies.largestWonMinorUnits[partner]))
        if low == 0 && high == 0 { return Self.unknown }
        if value < low { return value / low }
        if high > 0 && value > high { return high / value }
        return 1
    }

    @inline(__always)
    private func technologyShare(_ partner: Int) -> Double {
        if technologies.isEmpty { return Self.unknown }
        var known = 0
        for row in technologies where row?[partner] == true { known += 1 }
        return Double(known) / Double(technologies.count)
    }
}
