/// What outcomes and answers say of how a partner matches a lead, prepared once a lead; since logic version 2.
///
/// Every match is shrunk: what the profile states, or the program's own figure, weighs as many deals as the policy's
/// prior strength, so that the new and the few stand where the others stand on average.
struct LivingFit {
    /// Answers after a week or later match 0: the logarithm of one plus its minutes.
    private static let slowest = 9.21840
    /// Spread of the logarithm of won deals' sizes that is presumed of a program: a factor of e either way.
    private static let usualVariance = 1.0
    /// The least variance: who has won a few deals of one size is not bound to the cent.
    private static let leastVariance = 0.04

    private let strength: Double
    private let programRate: Double
    private let verticalColumn: Int?
    private let logValue: Double
    private let programVariance: Double
    /// Mean logarithm of the program's response times; nil before the first.
    private let programResponse: Double?
    /// The program's average days from submission to winning, plus one; nil before the first.
    private let programCycle: Double?
    /// Per topic of the account's signals that any profile lists: who lists it, and what is left of the signal.
    private let topics: [(partners: BitRow, strength: Double)]
    private let topicsStrength: Double

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ lead: borrowing LeadView, _ state: borrowing State, _ policy: borrowing Policy, at stamp: Timestamp) {
        strength = Double(max(policy.priorStrengthDeals, 1))
        programRate = state.model.curve.baseRate
        verticalColumn = state.tallies.column(ofVertical: lead.vertical)
        logValue = SizeTally.log(lead.valueMinorUnits ?? 0)
        let sizes = state.records.program.wonSizes
        programVariance = (Double(sizes.count) * sizes.variance + strength * Self.usualVariance) / (Double(sizes.count) + strength)
        let responses = state.records.program.responses
        programResponse = responses.count == 0 ? nil : responses.logs / Double(responses.count)
        let all = state.tallies.program
        programCycle = all.won == 0 ? nil : Double(all.cycleDays) / Double(all.won) + 1
        var topics: [(partners: BitRow, strength: Double)] = []
        if let account = lead.account {
            for signal in state.accounts.accounts[account].intents.signals {
                if let row = Self.listing(signal.topic, state.partners) { topics.append((row, signal.strength(at: stamp))) }
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
                if word < known.words.count { known.words[word] |= row.words[word] } else { known.words.append(row.words[word]) }
            }
            union = known
        }
        return union
    }

    /// The win rate in the lead's vertical, shrunk to the program's where the profile lists it and to nothing where not,
    /// against the program's rate: who wins there as often as the program does matches in full.
    @inline(__always)
    func vertical(_ partner: Int, _ tallies: OutcomeTallies, _ listed: Double) -> Double {
        guard let column = verticalColumn else { return listed }
        let tally = tallies.verticals[column].tallies[partner]
        if tally.closed == 0 { return listed }
        let rate = (Double(tally.won) + strength * programRate * listed) / (Double(tally.closed) + strength)
        return min(1, rate / programRate)
    }

    /// 1 within the usual spread of the deals it has won, less the further the lead lies outside; `stated` is what the
    /// profile's range makes of it.
    @inline(__always)
    func dealSize(_ won: SizeTally, _ stated: Double) -> Double {
        if won.count == 0 { return stated }
        let count = Double(won.count)
        let variance = max((count * won.variance + strength * programVariance) / (count + strength), Self.leastVariance)
        let distance = logValue - won.mean
        let beyond = max(0, (distance * distance / variance).squareRoot() - 1)
        return (strength * stated + count / (1 + beyond * beyond)) / (count + strength)
    }

    /// The share of the account's buying signals whose topics the partner lists, by what is left of them.
    @inline(__always)
    func intent(_ partner: Int) -> Double {
        if topicsStrength <= 0 { return 0.5 }
        var listed = 0.0
        for topic in topics where topic.partners[partner] { listed += topic.strength }
        return listed / topicsStrength
    }

    /// 1 for an answer at once, falling with the logarithm of the typical time, 0 from a week on.
    @inline(__always)
    func responseTime(_ responses: ResponseTally) -> Double {
        guard let programResponse else { return 0.5 }
        let log = (responses.logs + strength * programResponse) / (Double(responses.count) + strength)
        return max(0, 1 - log / Self.slowest)
    }

    /// Half for who takes as long as the program does to win a deal, more for who is faster.
    @inline(__always)
    func cycleLength(_ tally: Tally) -> Double {
        guard let programCycle else { return 0.5 }
        let own = (Double(tally.cycleDays) + Double(tally.won) + strength * programCycle) / (Double(tally.won) + strength)
        return programCycle / (programCycle + own)
    }
}
