public import Reports

/// How a policy, or a program's profile, that somebody wants differs from the one in force.
public struct SettingChange: Sendable {
    /// The fields that differ, in the order of the proposed one.
    public let differences: [FieldDiff]
    /// Version of the one in force; nil if there is none.
    public let versionInForce: String?
    /// True if the proposed one is in force already.
    public let isUnchanged: Bool
}
