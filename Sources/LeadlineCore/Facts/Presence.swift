/// How much it matters whether a partner is at work when a lead comes. Raw values are the schema's. Since logic
/// version 7.
public enum PresenceMode: UInt8, Sendable, CaseIterable {
    /// Not at all.
    case ignore = 1
    /// What waiting costs is taken off the expected value of partners that are not at work.
    case prefer
    /// The same; and a lead that nobody at work could get is held until somebody is.
    case hold
}
