/// What outcomes and answers say of how a partner matches a lead, prepared once a lead; since logic version 2.
///
/// Every match is shrunk: what the profile states, or the program's own figure, weighs as many deals as the policy's
/// prior strength, so that the new and the few stand where the others stand on average.
struct LivingFit {
    /// Answers after a week or later match 0: the logarithm of one plus its minutes.
    private static let inverseSlowest = 1 / 9.21840
    /// Spread of the logarithm of won deals' sizes that is presumed of a program: a factor of e either way.
    private static let usualVariance = 1.0
    /// The least variance: who has won a few deals of one size is not bound to the cent.
    private static let leastVariance = 0.04

    private let strength: Double
    /// The program's win rate, as the prior's deals count it, and as what rates are measured against.
    private let strengthRate: Double
    private let inverseRate: Double
    /// The tallies of the lead's vertical; nil where no deal was decided in it.
    let verticalColumn: Int?
    private let logValue: Double
    private let programVariance: Double
    /// Mean logarithm of the program's response times, if there are any.
    private let programResponse: Double
    private let hasResponses: Bool
    /// The program's average days from submission to winning, plus one, if it has won.
    private let programCycle: Double
    private let hasCycles: Bool
    /// Per topic of the account's signals that any profile lists: who lists it, and what is left of the signal.
    private let topics: [(partners: BitRow, strength: Double)]
    private let topicsStrength: Double

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy, at stamp: Timestamp) {
        strength = Double(max(policy.priorStrengthDeals, 1))
        strengthRate = strength * state.model.curve.baseRate
        inverseRate = 1 / state.model.curve.baseRate
        verticalColumn = state.tallies.column(ofVertical: lead.words.vertical)
        logValue = SizeTally.log(lead.valueMinorUnits ?? 0)
        let sizes = state.records.program.wonSizes
        programVariance = (Double(sizes.count) * sizes.variance + strength * Self.usualVariance)
            / (Double(sizes.count) + strength)
        let responses = state.records.program.responses
        hasResponses = responses.count > 0
        programResponse = hasResponses ? responses.logs / Double(responses.count) : 0
        let all = state.tallies.program
        hasCycles = all.won > 0
        programCycle = hasCycles ? Double(all.cycleDays) / Double(all.won) + 1 : 1
        var topics: [(partners: BitRow, strength: Double)] = []
        if let account = lead.account {
            for signal in state.accounts.accounts[account].intents.signals {
                if let row = Self.listing(signal.topic, state.partners) {
                    topics.append((row, signal.strength(at: stamp)))
                }
            }
        }
        self.topics = topics
        topicsStrength = topics.reduce(0) { $0 + $1.strength }
    }

    /// Who lists the topic among its products, technologies, verticals or certifications; nil if nobody does.
    private static func listing(_ topic: Vocabulary.Code, _ partners: borrowing PartnerTable) -> BitRow? {
        var union: BitRow?
        for list in [PartnerList.products, .technologies, .verticals, .certifications] {
            guard let row = partners.listing(list, topic) else { continue }
            guard var known = union else {
                union = row
                continue
            }
            for word in row.words.indices {
                if word < known.words.count {
                    known.words[word] |= row.words[word]
                } else {
                    known.words.append(row.words[word])
                }
            }
            union = known
        }
        return union
    }

    /// Replaces what the profile alone says by what the record says, and adds the rest.
    ///
    /// - Vertical: the win rate in the lead's vertical, shrunk to the program's where the profile lists it and to
    ///   nothing where not, against the program's rate: who wins there as often as the program does matches in full.
    /// - Deal size: 1 within the usual spread of the deals it has won, less the further the lead lies outside.
    /// - Acceptance: the share of its leads that it takes.
    /// - Response time: 1 for an answer at once, falling with the logarithm of the typical time, 0 from a week on.
    /// - Cycle length: half for who takes as long as the program does to win a deal, more for who is faster.
    @inline(__always)
    func fill(_ matches: inout FitMatches, _ partner: Int, _ readings: FitReadings, listed: Double?) {
        let won = Double(readings.all.won), sizes = readings.record.wonSizes, responses = readings.record.responses
        let sized = Double(sizes.count), cycles = programCycle * (won + strength)
        // Divided together: divisions are what fit costs most.
        let quotients = SIMD4(
            Double(readings.inVertical.won) + strengthRate * (listed ?? 0),
            responses.logs + strength * programResponse, cycles, 1)
            / SIMD4(
                Double(readings.inVertical.closed) + strength, Double(responses.count) + strength,
                ((cycles + Double(readings.all.cycleDays)) + won) + strength * programCycle, sized + strength)
        if listed != nil && readings.inVertical.closed > 0 {
            matches[FitContribution.vertical.rawValue] = min(1, quotients[0] * inverseRate)
        }
        if sizes.count > 0 {
            let stated = matches[FitContribution.dealSize.rawValue]
            let usual = near(sizes, (sized * sizes.variance + strength * programVariance) * quotients[3])
            matches[FitContribution.dealSize.rawValue] = min(1, (strength * stated + sized * usual) * quotients[3])
        }
        matches[FitContribution.intent.rawValue] = intent(partner)
        matches[FitContribution.acceptance.rawValue] = readings.acceptance
        matches[FitContribution.responseTime.rawValue] = hasResponses
            ? max(0, 1 - quotients[1] * Self.inverseSlowest) : 0.5
        matches[FitContribution.cycleLength.rawValue] = hasCycles ? quotients[2] : 0.5
    }

    /// 1 within one deviation of the mean, then falling with the square of what lies beyond.
    @inline(__always)
    private func near(_ won: SizeTally, _ variance: Double) -> Double {
        let variance = max(variance, Self.leastVariance)
        let distance = (logValue - won.mean) * (logValue - won.mean)
        if distance <= variance { return 1 }
        let beyond = (distance / variance).squareRoot() - 1
        return 1 / (1 + beyond * beyond)
    }

    /// The share of the account's buying signals whose topics the partner lists, by what is left of them.
    @inline(__always)
    private func intent(_ partner: Int) -> Double {
        if topicsStrength <= 0 { return 0.5 }
        var listed = 0.0
        for topic in topics where topic.partners[partner] { listed += topic.strength }
        return listed / topicsStrength
    }
}
