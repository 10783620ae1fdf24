public import LeadlineCore
import TextFormats

/// Test, then train, as it really happened: for each award in a program's journal what the model said of it then,
/// beside two simple rates over the outcomes known by then, and what came of it.
///
/// The caller folds entries in order and hands each one's events here, with the state that holds them.
public struct JournalEvaluation: Sendable {
    /// Where an award is.
    private enum Fate: Sendable, Equatable {
        case open, won, lost
        /// The lead left the partner undecided.
        case undecided
    }

    private struct Award: Sendable {
        var partner: Int
        var model: Double
        var baseRate: Double
        var partnerRate: Double
        var fate = Fate.open
    }

    /// Entries taken in.
    public private(set) var entries: UInt64 = 0
    /// Time of the first of them and of the last; nil before any.
    public private(set) var first: Timestamp?
    public private(set) var last: Timestamp?
    /// Outcomes of which nothing had been said: a human's lead that a partner got by other ways.
    public private(set) var unpredicted = 0
    /// Outcomes that turned out to be the opposite. They count as they are now.
    public private(set) var corrected = 0

    private var awards: [Award] = []
    /// A lead's latest award, by lead; kept after its outcome, for corrections.
    private var latest: [String: Int] = [:]
    /// Outcomes of leads of which nothing had been said, by lead.
    private var others: [String: Bool] = [:]
    private var partnerNames: [String] = []
    private var partnerByName: [String: Int] = [:]
    private var rates = KnownOutcomes()

    /// No entry yet.
    public init() {}

    // MARK: What happens

    /// Takes in a folded entry's events.
    /// - Parameters:
    ///   - events: The entry's events, in order.
    ///   - state: The state with that entry folded.
    ///   - stamp: The entry's time.
    public mutating func take(_ events: [Event], folded state: borrowing State, at stamp: Timestamp) {
        entries += 1
        if first == nil { first = stamp }
        last = stamp
        for event in events {
            switch event {
            case .leadAssigned(let event):
                award(lead: event.leadID, to: event.partnerID, said: state.awardedConversion(ofLead: event.leadID))
            case .assignmentExpired(let event): end(lead: event.leadID)
            case .assignmentEnded(let event): end(lead: event.leadID)
            case .leadEscalated(let event): end(lead: event.leadID)
            case .leadClosed(let event):
                if event.learned {
                    close(lead: event.leadID, at: event.partnerID, won: event.reason == .won)
                } else {
                    end(lead: event.leadID)
                }
            default: break
            }
        }
    }

    /// A partner got a lead, of which the model said so much; nil if nothing.
    mutating func award(lead: String, to partnerID: String, said: Double?) {
        let partner = number(of: partnerID)
        end(lead: lead)
        latest[lead] = nil
        others[lead] = nil
        guard let said else { return }
        latest[lead] = awards.count
        awards.append(Award(partner: partner, model: said, baseRate: rates.base, partnerRate: rates.rate(of: partner)))
    }

    /// The lead left its partner undecided.
    mutating func end(lead: String) {
        guard let place = latest[lead], awards[place].fate == .open else { return }
        awards[place].fate = .undecided
        latest[lead] = nil
    }

    /// A partner won or lost a lead; a second time, the first was wrong.
    mutating func close(lead: String, at partnerID: String, won: Bool) {
        let partner = number(of: partnerID)
        guard let place = latest[lead], awards[place].partner == partner else {
            end(lead: lead)
            closeUnpredicted(lead, partner, won: won)
            return
        }
        if awards[place].fate == .open {
            rates.count(partner, won: won)
        } else if (awards[place].fate == .won) != won {
            corrected += 1
            rates.correct(partner, won: won)
        }
        awards[place].fate = won ? .won : .lost
    }

    /// Nothing to score, but known from now on.
    private mutating func closeUnpredicted(_ lead: String, _ partner: Int, won: Bool) {
        if let before = others.updateValue(won, forKey: lead) {
            if before != won { rates.correct(partner, won: won) }
            return
        }
        unpredicted += 1
        rates.count(partner, won: won)
    }

    private mutating func number(of partnerID: String) -> Int {
        if let known = partnerByName[partnerID] { return known }
        let number = partnerNames.count
        partnerNames.append(partnerID)
        partnerByName[partnerID] = number
        rates.addPartner()
        return number
    }

    // MARK: What came of it

    /// Scores over the awards that were won or lost; nil where none was.
    /// - Parameters:
    ///   - name: What the report calls the program.
    ///   - fromShare: Share of the decided awards, in order of the award, after which scores begin; from 0 to below 1.
    ///   - byPartner: Whether partners get scores of their own.
    ///   - groupLeast: A partner gets them with more scored awards than this.
    public func report(name: String, fromShare: Double = 0.5, byPartner: Bool = false, groupLeast: Int = 500)
        -> JournalReport?
    {
        precondition(fromShare >= 0 && fromShare < 1 && groupLeast >= 0, "settings are checked before")
        let decided = awards.filter { $0.fate == .won || $0.fate == .lost }
        if decided.isEmpty { return nil }
        let first = min(Int(Double(decided.count) * fromShare), decided.count - 1)
        let scored = decided[first...]
        let won = scored.map { $0.fate == .won }
        let (model, partnerRate) = (scored.map(\.model), scored.map(\.partnerRate))
        let named = [("leadline", model), ("base rate", scored.map(\.baseRate)), ("partner rate", partnerRate)]
        return JournalReport(
            program: name, entries: entries, first: self.first.map(RFC3339.format) ?? "",
            last: last.map(RFC3339.format) ?? "",
            awards: awards.count, won: count(.won), lost: count(.lost), open: count(.open),
            undecided: count(.undecided),
            unpredicted: unpredicted, corrected: corrected, partners: partnerNames.count,
            scoredFrom: first + 1, scored: scored.count, scoredShareWon: Self.share(won),
            scores: named.map { EvaluationReport.ModelScores(model: $0.0, scores: Scores($0.1, won: won)) },
            reliability: ReliabilityBin.bins(model, won: won),
            partnerRateReliability: ReliabilityBin.bins(partnerRate, won: won),
            learningCurve: LearningCurve(
                model: decided.map(\.model), baseRate: decided.map(\.baseRate), partnerRate: decided.map(\.partnerRate),
                outcomes: decided.map { $0.fate == .won }),
            by: byPartner ? [grouped(scored, groupLeast)] : [])
    }

    /// Awards won, lost, still open, and those that ended undecided.
    public var counts: (won: Int, lost: Int, open: Int, undecided: Int) {
        (count(.won), count(.lost), count(.open), count(.undecided))
    }

    private func count(_ fate: Fate) -> Int { awards.reduce(0) { $0 + ($1.fate == fate ? 1 : 0) } }

    private func grouped(_ scored: ArraySlice<Award>, _ least: Int) -> EvaluationReport.GroupedScores {
        var members = [[Award]](repeating: [], count: partnerNames.count)
        for award in scored { members[award.partner].append(award) }
        let large = members.indices.filter { members[$0].count > least }
            .sorted { (members[$1].count, $0) < (members[$0].count, $1) }
        let groups = large.map { partner -> EvaluationReport.Group in
            EvaluationReport.Group(
                value: partnerNames[partner], predicted: members[partner].map(\.model),
                won: members[partner].map { $0.fate == .won })
        }
        return EvaluationReport.GroupedScores(column: "partner", values: members.count { !$0.isEmpty }, groups: groups)
    }

    private static func share(_ won: [Bool]) -> Double { won.reduce(0) { $0 + ($1 ? 1 : 0) } / Double(won.count) }
}

/// The simple rates over the outcomes known so far, as `BaseRate` and `PartnerRate` have them, but for outcomes that
/// can be corrected and partners that come later.
private struct KnownOutcomes: Sendable {
    /// Outcomes at the base rate that a partner starts with.
    private static let strength = 20.0

    /// Starts as if one of four had been won.
    private var wonInAll = 1.0
    private var learnedInAll = 4.0
    private var won: [Double] = []
    private var learned: [Double] = []

    var base: Double { wonInAll / learnedInAll }

    /// A partner's share won, shrunk to the base rate.
    func rate(of partner: Int) -> Double { (won[partner] + Self.strength * base) / (learned[partner] + Self.strength) }

    mutating func addPartner() {
        won.append(0)
        learned.append(0)
    }

    mutating func count(_ partner: Int, won isWon: Bool) {
        wonInAll += isWon ? 1 : 0
        learnedInAll += 1
        won[partner] += isWon ? 1 : 0
        learned[partner] += 1
    }

    /// An outcome counted before was the opposite.
    mutating func correct(_ partner: Int, won isWon: Bool) {
        wonInAll += isWon ? 1 : -1
        won[partner] += isWon ? 1 : -1
    }
}
