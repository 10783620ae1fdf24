extension Event {
    /// The award that a human took away by this event, whether asked to look at it or not: given to another partner,
    /// sent back to be routed again, or closed while a partner held it. Nil for every other event.
    ///
    /// Whoever counts overrides counts these.
    public var overriddenAward: (leadID: String, partnerID: String)? {
        switch self {
        case .assignmentEnded(let event) where event.cause == .human: (event.leadID, event.partnerID)
        case .leadClosed(let event) where event.reason == .human && !event.partnerID.isEmpty:
            (event.leadID, event.partnerID)
        default: nil
        }
    }
}
