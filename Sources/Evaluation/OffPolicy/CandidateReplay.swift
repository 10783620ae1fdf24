public import LeadlineCore

/// All history under a candidate: a policy in the place of every recorded one, another logic version in the place of
/// every recorded one, or both. Each recorded decision is made again in the state that history had left.
///
/// The state is folded from recorded events, so that one difference does not hide the next: this compares decisions one
/// by one. A candidate that had really ruled would have left other loads behind it. Deadlines and outcomes stay as they
/// were.
public struct CandidateReplay: Sendable {
    /// The candidate policy; nil where those stay that were published.
    private let candidate: Policy?
    private let version: String
    /// The candidate logic version; nil where those decide that were recorded.
    private let logic: UInt32?
    /// Decisions stamped before this one, or after the other, are not compared; they are folded all the same.
    private let from: Timestamp
    private let to: Timestamp
    private var state = State()
    private var book: ReplayBook
    private var offered = NegotiatedLeads()

    /// A replay from a program's first entry on.
    /// - Parameters:
    ///   - version: The candidate's content hash.
    ///   - logic: The logic version to decide by; nil for the recorded ones.
    ///   - from: Decisions at this moment or later are compared.
    ///   - to: Decisions at this moment or earlier are.
    public init(
        _ candidate: Policy, version: String, logic: UInt32? = nil, from: Timestamp = Timestamp(micros: .min),
        to: Timestamp = .distantFuture
    ) {
        self.candidate = candidate
        self.version = version
        self.logic = logic
        self.from = from
        self.to = to
        book = ReplayBook(LotBudget(candidate))
    }

    /// A replay under another logic version, by the policies that were published.
    public init(logic: UInt32, from: Timestamp = Timestamp(micros: .min), to: Timestamp = .distantFuture) {
        candidate = nil
        version = ""
        self.logic = logic
        self.from = from
        self.to = to
        book = ReplayBook(LotBudget(Policy()))
    }

    /// What is estimated is the candidate's choice; its own lots and budget are added by probability, and its shadow
    /// would hide what it chooses. How partners would answer its offers nobody knows; its choice is whom it asks first.
    private static func decided(_ policy: Policy) -> Policy {
        var decided = policy
        decided.exploration = Exploration()
        decided.shadow = false
        decided.negotiation = NegotiationRule()
        return decided
    }

    /// Takes in the entry at the next position.
    /// - Returns: What was compared; nil where nothing was decided.
    @discardableResult
    public mutating func take(_ input: Input, _ events: [Event], at stamp: Timestamp) -> ComparedDecision? {
        var compared: ComparedDecision?
        if from <= stamp, stamp <= to, let recorded = RoutingChoice(events) {
            let again = Decider.explain(input, at: stamp, in: state)
            if let decided = RoutingChoice(again.events), decided.leadID == recorded.leadID {
                compared = book.compare(recorded, decided, again.evaluation, position: state.nextPosition, at: stamp)
                if recorded.isOffered { offered.offer(decided, position: state.nextPosition) }
            }
        }
        book.take(events)
        offered.take(events)
        state.fold(substituted(input), events, at: stamp)
        return compared
    }

    /// Ids of the leads that the estimates rest on: those that have ended, and on which a lot could fall.
    public var estimatedLeads: [String] { book.estimatedLeads }

    /// The input with the candidate in place of what was recorded. When an open deal counts as lost is part of what
    /// happened, not of how leads are routed; it stays.
    private mutating func substituted(_ input: Input) -> Input {
        var changed = input
        switch input.fact {
        case .policyPublished(let fact):
            var policy = Self.decided(candidate ?? fact.policy)
            policy.dealHorizonDays = fact.policy.dealHorizonDays
            changed.fact = .policyPublished(
                PolicyPublished(policy: policy, version: candidate == nil ? fact.version : version))
            if candidate == nil { book.draw(by: LotBudget(fact.policy)) }
        case .programRegistered(var fact):
            if let logic { fact.logicVersion = logic }
            changed.fact = .programRegistered(fact)
        case .logicVersionAdopted:
            // A program that decides by the candidate's already adopts nothing.
            if let logic { changed.fact = .logicVersionAdopted(logic) }
        default: break
        }
        return changed
    }

    /// What was found so far.
    public func report(program: String, demands: Overlap.Demands = Overlap.Demands()) -> CandidateReport {
        var report = book.report(
            program: program, policy: candidate?.name ?? "", version: version, currency: state.currency, demands)
        report.logic = logic
        // A candidate that offers leads itself does not say where they would have ended.
        if let candidate, candidate.negotiation.rounds == 0 {
            report.negotiated = offered.settled
            report.stillOffered = offered.open
        }
        return report
    }
}

/// A recorded decision beside the candidate's in its place.
public struct ComparedDecision: Sendable {
    /// Where the candidate sends the lead; several places where it draws lots. Nil is no partner.
    public var chances: [(partnerID: String?, probability: Double)]
    /// How it differs; nil where both choose the same.
    public var difference: DecisionDifference?
}

/// A decision that the candidate makes otherwise.
public struct DecisionDifference: Encodable, Equatable, Sendable {
    /// The lead.
    public var lead: String
    /// Position of the entry in the program's stream.
    public var position: UInt64
    /// The entry's time.
    public var at: Timestamp
    /// Partner that was chosen; nil where the lead went elsewhere.
    public var before: String?
    /// Why it went to no partner, in one word; empty where it went to one.
    public var beforeReason: String
    /// Partner that the candidate chooses; nil where it sends the lead elsewhere.
    public var after: String?
    /// Why that is no partner.
    public var afterReason: String
    /// The deal's value in minor units.
    public var valueMinorUnits: Int64
    /// Deal value x conversion at either, rounded; 0 at no partner. Both by one model, the one of that moment.
    public var expectedBeforeMinorUnits: Int64
    public var expectedAfterMinorUnits: Int64

    private enum CodingKeys: String, CodingKey {
        case lead, position, stampMicros, before, beforeReason, after, afterReason, valueMinorUnits,
            expectedBeforeMinorUnits
        case expectedAfterMinorUnits
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(lead, forKey: .lead)
        try fields.encode(position, forKey: .position)
        try fields.encode(at.micros, forKey: .stampMicros)
        try fields.encode(before, forKey: .before)
        try fields.encode(beforeReason, forKey: .beforeReason)
        try fields.encode(after, forKey: .after)
        try fields.encode(afterReason, forKey: .afterReason)
        try fields.encode(valueMinorUnits, forKey: .valueMinorUnits)
        try fields.encode(expectedBeforeMinorUnits, forKey: .expectedBeforeMinorUnits)
        try fields.encode(expectedAfterMinorUnits, forKey: .expectedAfterMinorUnits)
    }
}
