/// Somebody as whom a demonstration is looked at.
public struct DemoPerson: Sendable {
    /// What the form sends.
    public var name: String
    /// The role's name.
    public var role: String
    /// The partner for which it speaks.
    public var partner: String?

    /// Somebody of a role.
    public init(name: String, role: String, partner: String? = nil) {
        self.name = name
        self.role = role
        self.partner = partner
    }
}
