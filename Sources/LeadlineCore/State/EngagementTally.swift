/// How a partner has treated the leads it got, counted.
struct EngagementTally: Sendable, Equatable {
    /// Leads it accepted or answered.
    var taken: UInt32 = 0
    var declined: UInt32 = 0
    /// First responses before the deadline, and deadlines missed; leads without a deadline count as neither.
    var inTime: UInt32 = 0
    var missed: UInt32 = 0
}
