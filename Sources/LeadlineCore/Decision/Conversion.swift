/// Contributions to the estimated conversion, in log-odds.
public enum ConversionContribution: Int, Sendable, CaseIterable {
    /// The program's rate; what the lead is, whoever gets it; the partner; and the partner in each of the lead's
    /// values.
    case program = 0, lead, partner
    case partnerVertical, partnerCountry, partnerCompanySize, partnerDealSize, partnerSource, partnerProduct,
        partnerIntent
    case partnerLanguage, partnerTechnologies
    /// Since logic version 3.
    case partnerCampaign

    /// Name in explanations.
    public var name: String {
        switch self {
        case .program: "program"
        case .lead: "lead"
        case .partner: "partner"
        case .partnerLanguage: "partner-language"
        case .partnerTechnologies: "partner-technologies"
        default: slot.map { "partner-\($0.name)" } ?? ""
        }
    }

    /// The value in which the partner is looked at; nil for the program, the lead, the partner, language and
    /// technologies.
    public var slot: LeadSlot? {
        let first = Self.partnerVertical.rawValue
        if rawValue >= Self.firstCount { return LeadSlot(rawValue: rawValue - Self.firstCount + LeadSlot.firstCount) }
        return rawValue < first + LeadSlot.firstCount ? LeadSlot(rawValue: rawValue - first) : nil
    }

    /// Contributions that every logic version adds up; those of later slots stand behind them.
    static let firstCount = Self.partnerTechnologies.rawValue + 1

    /// How many of them the logic of a version adds up, from the first on.
    public static func count(logic version: UInt32) -> Int { count(slots: LeadSlot.count(logic: version)) }

    /// How many there are where a lead is known by so many slots.
    static func count(slots: Int) -> Int { firstCount + min(slots, LeadSlot.explainedCount) - LeadSlot.firstCount }
}

/// P(won | lead, partner): the program's model, prepared for one lead and then asked for each partner.
///
/// Views are blended in log-odds, so that contributions add up. Segments are win rates from the coarse to the fine,
/// each shrunk towards the one above: (won + m q) / (closed + m), with q the rate above and m the policy's prior
/// strength, the posterior mean of a Beta prior centred on q (Gelman et al., "Bayesian Data Analysis", 3rd ed., sec.
/// 2.4). The match model (`MatchModel`) knows profiles and says most while there is little history; the crossed model
/// (`WinModel`) sees every pair of values, and each is believed as far as it has proved itself on this program's deals.
struct Conversion {
    /// Contributions that are added up.
    let count: Int
    private static let firstSlot = ConversionContribution.partnerVertical.rawValue

    private let strength: Double
    private let base: Segments.Base
    private let verticalColumn: Int?
    private let band: Int
    /// Where each of the lead's values has its row of cells; room for later slots.
    private let row: InlineArray<12, Int>
    private let slotCount: Int
    /// Log-odds of the program's rate; what the crossed model adds to it for everybody, and what the crossed and the
    /// match model say of the lead wherever it goes, before they are weighed.
    private let program: Double
    private let correction: Double
    private let leadCrossed: Double
    private let leadMatch: Double
    /// The same of the crossed models that learn more slowly; none before logic version 8.
    private let mixesSpeeds: Bool
    private var slowCorrection = SIMD2<Double>(0, 0)
    private var slowLead = SIMD2<Double>(0, 0)
    private let weights: SIMD8<Double>
    private let multipliers: SIMD8<Double>
    private let lists: MatchLists
    private let matchRow: MatchRow

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(
        _ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy, row: [Int32],
        _ features: LeadFeatures
    ) {
        strength = Double(max(policy.priorStrengthDeals, 1))
        base = Segments.Base(state.model)
        verticalColumn = state.tallies.column(ofVertical: lead.words.vertical)
        band = SizeBand.of(lead.valueMinorUnits ?? 0)
        let stride = state.model.weights.stride
        self.row = InlineArray { $0 < row.count ? Int(row[$0]) * stride : 0 }
        slotCount = row.count
        count = ConversionContribution.count(slots: row.count)
        let sums = state.model.weights.leadSums(row.span)
        let m = state.model.blend.multipliers
        weights = state.model.blend.weights
        multipliers = m
        program = state.model.curve.baseLogOdds
        correction = m[0] * state.model.weights.bias.x + m[5]
        leadCrossed = m[2] * sums.slots.x + m[4] * sums.pairs.x
        lists = MatchLists(lead, state.partners)
        matchRow = state.model.match.columns.row(
            features.matchKeys(slots: row.count), valueMinorUnits: lead.valueMinorUnits ?? 0)
        leadMatch = state.model.match.ofLead(matchRow) - state.model.curve.baseLogOdds
        mixesSpeeds = !state.model.slower.isEmpty
        for k in state.model.slower.indices {
            let sums = state.model.slower[k].weights.leadSums(row.span)
            slowCorrection[k] = state.model.slower[k].weights.bias.x
            slowLead[k] = sums.slots.x + sums.pairs.x
        }
    }

    /// What an estimate needs of one partner.
    struct Estimate {
        /// The partner's own rate, over all its deals.
        var partnerRate: Double
        /// The contributions' sum; its logistic is P(won).
        var logOdds: Double
    }

    /// Writes the partner's contributions to `into[at...]` and adds them up in that order.
    /// The model's cells come as spans, looked up once for all partners.
    @inline(__always)
    func estimate(
        of partner: Int, _ tallies: OutcomeTallies, crosses: Span<WeightCell>, partners: Span<WeightCell>,
        rates: Span<WeightCell>,
        _ match: borrowing MatchModel, own ofPartners: Span<Double>, shared: Span<Double>, profiles: Span<ProfileLists>,
        beliefs: Span<SIMD8<Double>>, slowCrosses: Span<WeightCell>, slowPartners: Span<WeightCell>,
        slowestCrosses: Span<WeightCell>, slowestPartners: Span<WeightCell>,
        into: inout MutableSpan<Double>, at start: Int
    ) -> Estimate {
        let segment = Segments.of(partner, tallies, column: verticalColumn, band: band, base, strength: strength)
        let w = ExpertBlend.weights(weights, beliefs[partner])
        var (program, lead) = (program + w[2] * correction, w[2] * leadCrossed + w[4] * leadMatch)
        if mixesSpeeds {
            program += w[5] * slowCorrection[0] + w[6] * slowCorrection[1]
            lead += w[5] * slowLead[0] + w[6] * slowLead[1]
        }
        into[start] = program
        into[start + 1] = lead
        let suits = match.ofPartner(
            partner, matchRow, lists.match(partner, profiles), own: ofPartners, shared: shared)
        var own = ((w[1] * rates[partner].x + (w[2] * multipliers[1]) * partners[partner].x) + w[3] * segment.partner)
            + w[4] * suits.skill
        if mixesSpeeds { own += w[5] * slowPartners[partner].x + w[6] * slowestPartners[partner].x }
        into[start + 2] = own
        var sum = (program + lead) + own
        // As a span: an inline array would be copied for each of its elements.
        let cells = row.span
        for slot in 0..<LeadSlot.firstCount {
            let cell = cells[slot] + partner
            var term = (w[2] * multipliers[3]) * crosses[cell].x
            if mixesSpeeds { term += w[5] * slowCrosses[cell].x + w[6] * slowestCrosses[cell].x }
            if slot == LeadSlot.dealSize.rawValue {
                // The deal's size, read in other ways.
                for finer in LeadSlot.explainedCount..<max(slotCount, LeadSlot.explainedCount) {
                    let cell = cells[finer] + partner
                    term += (w[2] * multipliers[3]) * crosses[cell].x
                    if mixesSpeeds { term += w[5] * slowCrosses[cell].x + w[6] * slowestCrosses[cell].x }
                }
            }
            if slot == LeadSlot.vertical.rawValue { term += w[3] * segment.vertical + w[4] * suits.vertical }
            if slot == LeadSlot.dealSize.rawValue { term += w[3] * segment.dealSize + w[4] * suits.size }
            if slot == LeadSlot.product.rawValue { term += w[4] * suits.product }
            into[start + Self.firstSlot + slot] = term
            sum += term
        }
        let language = w[4] * suits.language, technologies = w[4] * suits.technologies
        into[start + ConversionContribution.partnerLanguage.rawValue] = language
        into[start + ConversionContribution.partnerTechnologies.rawValue] = technologies
        sum = (sum + language) + technologies
        for slot in LeadSlot.firstCount..<min(slotCount, LeadSlot.explainedCount) {
            let cell = cells[slot] + partner
            var term = (w[2] * multipliers[3]) * crosses[cell].x
            if mixesSpeeds { term += w[5] * slowCrosses[cell].x + w[6] * slowestCrosses[cell].x }
            into[start + ConversionContribution.firstCount + slot - LeadSlot.firstCount] = term
            sum += term
        }
        return Estimate(partnerRate: segment.partnerRate, logOdds: sum)
    }
}
