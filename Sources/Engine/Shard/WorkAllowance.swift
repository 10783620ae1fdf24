/// How long work between two batches may go on.
public struct WorkAllowance: Sendable {
    /// The work took longer than it may.
    public struct Exhausted: Error, Equatable, Sendable, CustomStringConvertible {
        /// What it was allowed.
        public var budget: Duration

        /// The work was allowed this.
        public init(budget: Duration) { self.budget = budget }

        /// What, and how to mend it.
        public var description: String {
            "the question took more than \(budget) of the processor's time; ask a smaller one, or later"
        }
    }

    private let budget: Duration
    private let time: any PassingTime
    private let end: Duration

    /// An allowance that begins now.
    public init(_ budget: Duration, _ time: any PassingTime = SystemTime()) {
        self.budget = budget
        self.time = time
        end = time.elapsed() + budget
    }

    /// True once the time is over.
    public var isExhausted: Bool { time.elapsed() >= end }

    /// To be called now and then by work whose length depends on the state.
    /// - Throws: ``Exhausted`` once the time is over.
    public func check() throws(Exhausted) { if isExhausted { throw Exhausted(budget: budget) } }
}
