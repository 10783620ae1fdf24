public import LeadlineCore
public import LeadlineSchemas

/// One thing that was decided about a lead, and where it stands.
public struct LeadDecision: Sendable, Equatable {
    public var program: String
    public var position: UInt64
    /// Index among the entry's events.
    public var ordinal: Int
    public var stamp: Timestamp
    public var logicVersion: UInt32
    public var event: Event
    /// program/position/ordinal, as on `leadline.decisions`.
    public var id: String { "\(program)/\(position)/\(ordinal)" }

    /// What an entry decided of where a lead goes, in order.
    public static func all(of lead: String, in entry: EntryRecord, _ program: String) -> [LeadDecision] {
        entry.events.enumerated().compactMap { ordinal, event in
            guard event.isRouting, event.routedLeadID == lead else { return nil }
            if case .leadMerged(let merged) = event, merged.sameID { return nil }
            return LeadDecision(
                program: program, position: entry.position, ordinal: ordinal, stamp: entry.stamp,
                logicVersion: entry.logicVersion, event: event)
        }
    }

    /// The one that is explained where none is named: the latest that looked at candidates; failing that, the latest.
    public static func explained(of history: [LeadDecision]) -> LeadDecision? {
        history.last { $0.event.evaluated != nil } ?? history.last
    }
}

/// How a recomputed decision compares with the recorded one.
public struct Recomputation: Sendable, Equatable {
    /// Digest that the decision recorded; nil where it looked at no candidates.
    public var recorded: Digest128?
    /// Digest of the evaluation that was computed again.
    public var recomputed: Digest128?
    /// True if deciding again gives the recorded events, evaluation and all.
    public var eventsAreEqual: Bool
    /// True if the snapshot next to the entry led elsewhere than the journal itself.
    public var snapshotWasWrong = false
    /// True if everything came out as recorded.
    public var isEqual: Bool { eventsAreEqual && recorded == recomputed }
}

/// A decision with everything it was made from, computed again from the journal.
public struct Explanation: Sendable, Equatable {
    public var leadID: String
    /// The decision that is explained.
    public var decision: LeadDecision
    /// All decisions about the lead, in order.
    public var history: [LeadDecision]
    /// The whole evaluation; nil where the decision looked at no candidates.
    public var evaluation: FullEvaluation?
    /// Every partner as it stood before the decision, in order of registration.
    public var partners: [PartnerStanding]
    /// The policy in force; nil if there was none.
    public var policy: Policy?
    public var policyVersion: String
    /// The program's currency.
    public var currency: String
    public var recomputation: Recomputation
    /// Which event stated each value that the evaluation went by.
    public var sources: [ValueSource] = []
    /// Links of the lead to others and to its company that were made or undone, in order.
    public var links: [RecordedLink] = []
    /// What stood announced, before the decision, of partners that get too little, or too much.
    public var notices: [StarvationNotice] = []
    /// What would have had to differ for it to fall otherwise; empty where nobody asked.
    public var counterfactuals: [Counterfactual] = []
    /// True for what would have been decided, of which nothing is recorded.
    public var isSupposed = false
}

/// What asking about a lead gives.
public enum ExplanationAnswer: Sendable, Equatable {
    case explained(Explanation)
    /// The lead is the same as an older one, which is the one to ask about; with all that linked it and told it apart.
    case merged(LeadMerged, LeadDecision, [RecordedLink])
}

/// Which of a lead's decisions is meant.
public enum DecisionSelection: Sendable, Equatable {
    /// The latest that looked at candidates; failing that, the latest.
    case latest
    /// The assignment with this number.
    case attempt(UInt32)
    /// The one at this position.
    case position(UInt64)
}

/// Why there is nothing to explain. All of them are mistakes in the question.
public enum ExplanationError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownLead(String, program: String)
    case noAttempt(UInt32, leadID: String, attempts: UInt32)
    case noDecisionAt(UInt64, leadID: String, positions: [UInt64])
    case notRegistered(String, entries: UInt64)

    public var description: String {
        switch self {
        case .unknownLead(let lead, let program):
            "the program \(program) has no lead \(lead); 'leadline leads list' shows those it has, 'leadline deadletter list' those that were refused"
        case .noAttempt(let attempt, let lead, let attempts):
            "the lead \(lead) has no attempt \(attempt); there were \(attempts)"
        case .notRegistered(let program, let entries):
            "the program \(program) was not registered after \(entries) of its entries; name a later moment"
        case .noDecisionAt(let position, let lead, let positions):
            "nothing was decided about the lead \(lead) at position \(position); decisions stand at \(positions.map(String.init).joined(separator: ", "))"
        }
    }
}

extension Event {
    /// True for events that say where a lead goes.
    var isRouting: Bool {
        switch self {
        case .leadAssigned, .shadowDecided, .leadEscalated, .leadMerged: true
        // Of a round's offers the first says by what all were chosen.
        case .offerMade(let event): event.evaluation != nil
        case .leadClosed(let event): event.reason != .won && event.reason != .lost
        default: false
        }
    }

    /// The lead that a routing event is about.
    var routedLeadID: String? {
        switch self {
        case .leadAssigned(let event): event.leadID
        case .shadowDecided(let event): event.leadID
        case .leadEscalated(let event): event.leadID
        case .offerMade(let event): event.leadID
        case .leadMerged(let event): event.leadID
        case .leadClosed(let event): event.leadID
        default: nil
        }
    }
}
