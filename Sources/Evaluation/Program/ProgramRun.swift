public import LeadlineCore

/// A program made anew from its history: the same decider and the same fold as of one that runs, and what the model
/// said of each award when it was made.
///
/// Walking a journal does the same with entries that were recorded, so that both measure the model that routes.
public struct ProgramRun: Sendable {
    /// The program as it stands.
    public private(set) var state = State()
    /// What was said of each award, and what came of it.
    public private(set) var evaluation = JournalEvaluation()
    private var scratch = EvaluationScratch()

    /// A program with its partners and nothing else.
    /// - Parameters:
    ///   - partners: Its partners.
    ///   - currency: In which its deals are counted.
    ///   - policy: Its policy; nil for a program without, as an import without one makes it.
    ///   - logic: The logic version by which it decides and learns.
    ///   - stamp: When it begins.
    public init(
        partners: [PartnerProfile], currency: String = "EUR", policy: Policy? = nil, logic: UInt32 = Logic.newest,
        at stamp: Timestamp
    ) {
        take(Input(.programRegistered(.init(currency: currency, logicVersion: logic)), imported: true), at: stamp)
        if let policy {
            take(Input(.policyPublished(.init(policy: policy, version: "history")), imported: true), at: stamp)
        }
        for partner in partners { take(Input(.partnerUpserted(partner), imported: true), at: stamp) }
    }

    /// Takes the next input; timers that are due before it fire first.
    public mutating func take(_ input: Input, at stamp: Timestamp) {
        while let due = state.nextDeadline, due < stamp {
            enter(Input(.timeAdvanced(through: due)), at: max(due, state.lastStamp))
        }
        enter(input, at: stamp)
    }

    private mutating func enter(_ input: Input, at stamp: Timestamp) {
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        evaluation.take(events, folded: state, at: stamp)
    }

    /// A lead of the past that a partner got.
    public mutating func submit(_ id: String, _ attributes: LeadAttributes, to partner: String, at stamp: Timestamp) {
        let fact = LeadSubmitted(leadID: id, attributes: attributes, pastPartnerID: partner)
        take(Input(.leadSubmitted(fact), imported: true), at: stamp)
    }

    /// The partner won or lost it.
    public mutating func close(_ id: String, by partner: String, won: Bool, at stamp: Timestamp) {
        let fact: Fact = won
            ? .dealWon(.init(leadID: id, partnerID: partner, amount: nil))
            : .dealLost(.init(leadID: id, partnerID: partner))
        take(Input(fact, imported: true), at: stamp)
    }
}

/// Tests the model as a program has it on a file's rows whose columns are fields of leads.
struct ProgramLearner: ProgressiveLearner {
    private(set) var run: ProgramRun
    private let observations: Observations
    /// Outcomes of a day come after its last arrival, but for those that are known at once.
    private let isPrompt: Bool

    private static let microsPerDay = Timestamp.microsPerDay
    /// Outcomes of a day begin so long before its end; a microsecond apart.
    private static let closingMicros: Int64 = 10_000_000

    init(_ observations: Observations, logic: UInt32) {
        self.observations = observations
        isPrompt = OutcomeQueue(observations).isPrompt
        let partners = observations.partnerNames.indices.map { PartnerProfile(partnerID: Self.partnerID($0)) }
        run = ProgramRun(
            partners: partners, logic: logic,
            at: Timestamp(micros: Int64(observations.arrivals[0]) * Self.microsPerDay))
    }

    /// Names of partners in files may be anything; ids are their places.
    static func partnerID(_ place: Int) -> String { "partner-\(place)" }

    static func leadID(_ row: Int) -> String { "row-\(row)" }

    /// When the row arrives: at the begin of its day, those before it a microsecond each before it.
    static func arrival(_ row: Int, day: Int) -> Timestamp {
        Timestamp(micros: Int64(day) * microsPerDay + Int64(row))
    }

    /// When its outcome becomes known: at the end of its day, or at once.
    static func closing(_ row: Int, day: Int, isPrompt: Bool) -> Timestamp {
        isPrompt ? arrival(row, day: day) : Timestamp(micros: Int64(day + 1) * microsPerDay - closingMicros + Int64(row))
    }

    mutating func predict(row: Int, day: Int) -> Double {
        let id = Self.leadID(row)
        run.submit(
            id, observations.leads[row], to: Self.partnerID(observations.partners[row]), at: Self.arrival(row, day: day))
        return run.state.awardedConversion(ofLead: id) ?? 0.5
    }

    mutating func learn(row: Int, day: Int, won: Bool) {
        run.close(
            Self.leadID(row), by: Self.partnerID(observations.partners[row]), won: won,
            at: Self.closing(row, day: day, isPrompt: isPrompt))
    }
}
