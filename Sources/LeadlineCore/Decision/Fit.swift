/// What fit reads of one partner besides its lists.
struct FitReadings {
    var typicalDealMin: Int64
    var typicalDealMax: Int64
    var largestWonMinorUnits: Int64
    /// Its rate over all its deals, and how likely it takes a lead; both shrunk.
    var winRate: Double
    var acceptance: Double
    var all: Tally
    var inVertical: Tally
    var record: PartnerRecord
}

/// Fit of one lead, prepared once and then asked for each partner.
///
/// Each contribution is its weight times a match of 0 to 1. What the lead does not state, or the profile leaves open,
/// counts half: silence neither helps nor harms one partner more than another. Since logic version 2 a match is what
/// outcomes and answers say of the partner (`LivingFit`), with the profile as the prior.
struct Fit {
    private static let unknown = 0.5

    /// Contributions that are added up.
    let count: Int
    private let weights: FitMatches
    private let vertical: BitRow?
    private let country: BitRow?
    private let language: BitRow?
    private let technologies: [BitRow?]
    private let states: (vertical: Bool, country: Bool, language: Bool)
    private let value: Double
    /// Nil in logic version 1.
    let living: LivingFit?

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy, at stamp: Timestamp) {
        count = FitContribution.count(logic: state.logicVersion)
        weights = Self.weights(state, policy)
        vertical = state.partners.listing(.verticals, lead.words.vertical)
        country = state.partners.listing(.countries, lead.words.country)
        language = state.partners.listing(.languages, lead.words.language)
        var rows: [BitRow?] = []
        rows.reserveCapacity(lead.technologies.count)
        for code in lead.technologies { rows.append(state.partners.listing(.technologies, code)) }
        technologies = rows
        states = (lead.words.vertical != Vocabulary.none, lead.words.country != Vocabulary.none,
            lead.words.language != Vocabulary.none)
        value = Double(lead.valueMinorUnits ?? 0)
        living = state.isLogic(2) ? LivingFit(lead, state, policy, at: stamp) : nil
    }

    /// The weights by which contributions count, as shares that sum to 1: the policy's, or what answers made of them.
    static func weights(_ state: borrowing State, _ policy: borrowing Policy) -> FitMatches {
        if policy.fitWeights.mode == .learned && state.isLogic(2) { return state.fitModel.weights }
        return policy.fitWeights.shares(logic: state.logicVersion)
    }

    /// Writes the partner's contributions to `into[at...]` and returns their sum, added up in that order.
    @inline(__always)
    func contributions(
        of partner: Int, _ readings: FitReadings, into: inout MutableSpan<Double>, at start: Int
    ) -> Double {
        let matches = matches(of: partner, readings)
        // As spans: an inline array would be copied for each of its elements.
        let shares = weights.span, match = matches.span
        var sum = 0.0
        for k in 0..<count {
            let points = shares[k] * match[k]
            into[start + k] = points
            sum += points
        }
        return sum
    }

    /// How far the partner matches in each contribution, 0 to 1.
    @inline(__always)
    func matches(of partner: Int, _ readings: FitReadings) -> FitMatches {
        var matches = FitMatches(repeating: 0)
        let isListed = states.vertical ? listed(vertical, partner) : Self.unknown
        matches[FitContribution.vertical.rawValue] = isListed
        matches[FitContribution.country.rawValue] = states.country ? listed(country, partner) : Self.unknown
        matches[FitContribution.language.rawValue] = states.language ? listed(language, partner) : Self.unknown
        matches[FitContribution.technologies.rawValue] = technologyShare(partner)
        matches[FitContribution.winRate.rawValue] = readings.winRate
        // Whoever has won a larger deal than it states does larger deals. Where it states no range, one won deal is no
        // range either: since version 2 the record then speaks by its weight alone.
        let isOpen = living != nil && readings.typicalDealMin == 0 && readings.typicalDealMax == 0
        matches[FitContribution.dealSize.rawValue] = isOpen ? Self.unknown
            : range(readings.typicalDealMin, max(readings.typicalDealMax, readings.largestWonMinorUnits))
        guard let living else { return matches }
        living.fill(&matches, partner, readings, listed: states.vertical ? isListed : nil)
        return matches
    }

    @inline(__always)
    private func listed(_ row: BitRow?, _ partner: Int) -> Double {
        guard let row else { return 0 }
        return row[partner] ? 1 : 0
    }

    /// 1 inside a range of deal sizes; outside, the ratio of the bound to the value. Zero bounds are none.
    @inline(__always)
    private func range(_ least: Int64, _ most: Int64) -> Double {
        let low = Double(least), high = Double(most)
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
