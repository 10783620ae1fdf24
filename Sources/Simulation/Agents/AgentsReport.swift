/// What came of leads that example agents were offered. All but `wallClock` is the same for the same settings.
public struct AgentsReport: Sendable, Codable, Equatable {
    /// What agents of one manner did, and what they got.
    public struct Row: Sendable, Codable, Equatable {
        public var manner: AgentManner
        public var agents = 0
        /// Offers that were made to them.
        public var offers = 0
        /// Answers that reached the journal, by what they say; a repeat counts as often as it was taken.
        public var accepted = 0
        public var declined = 0
        public var countered = 0
        /// Offers whose time passed.
        public var timedOut = 0
        /// Offers that they agreed on and got the lead by.
        public var won = 0
        /// Answers that changed nothing: late, or to what is no offer of theirs.
        public var disregarded = 0
        /// Messages that could not be taken in.
        public var rejected = 0
        /// Leads that they got without an agreement.
        public var assignedPlainly = 0
    }

    /// How long something took, by this machine's clock, in milliseconds.
    public struct Timing: Sendable, Codable, Equatable {
        public var count: Int
        public var p50Millis: Double
        public var p99Millis: Double
    }

    /// How long things took. Wall-clock figures: they belong to this machine.
    public struct WallClock: Sendable, Codable, Equatable {
        /// From asking to the decision that an answer brought: the step that made the offer, and the answer's.
        public var round: Timing?
        /// All steps of a lead that agents agreed on, waiting for answers left out.
        public var negotiatedLead: Timing?
        /// A lead that is assigned at once, in the same run.
        public var plainAssignment: Timing?
        /// From a round's deadline to the next step, where nobody had answered.
        public var deadlineToNextStep: Timing?
    }

    public var leads: Int
    public var agents: Int
    public var seed: UInt64
    public var rounds: Int
    public var askedAtOnce: Int
    public var manners: [Row]
    /// What the journal says of leads, checked apart from what decided.
    public var journal: JournaledLeads
    /// The same for those that were assigned plainly.
    public var plain: JournaledLeads
    public var wallClock: WallClock

    /// True if no lead was lost or doubled, no partner above its capacity, and the journals decide the same again.
    public var isGood: Bool { journal.faults.isEmpty && plain.faults.isEmpty }
}
