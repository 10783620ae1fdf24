public import LeadlineCore

/// Recorded events beside those that deciding again gives.
public struct EventDifference: Sendable, Equatable {
    /// What the entry holds.
    public var recorded: [Event]
    /// What the recorded input leads to.
    public var decided: [Event]
}
