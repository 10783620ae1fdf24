import LeadlineCore
import Reports

/// A key as JSON, the same on every face, without its secret. Fields are added, never changed.
public struct GrantDocument: Encodable, Sendable {
    /// Names the key.
    public var id: String
    public var principal: String
    public var program: String
    public var role: String
    public var partner: String?
    public var scopes: [String]
    public var sources: [String]
    public var label: String
    public var created: String
    public var expires: String
    public var revoked: String?
    /// How much it lets do a day; absent where nothing is bounded.
    public var budgets: Budgets?
    /// The key itself, where it was made just now.
    public var key: String?

    /// The document of a key.
    public init(_ grant: Grant, key: KeyToken? = nil) {
        id = grant.id
        principal = grant.principal
        program = grant.program
        role = grant.role.rawValue
        partner = grant.partner
        scopes = grant.scopes.map(\.rawValue).sorted()
        sources = grant.sources
        label = grant.label
        created = TimeText.utc(grant.created)
        expires = TimeText.utc(grant.expires)
        revoked = grant.revoked.map(TimeText.utc)
        budgets = grant.budgets.isEmpty ? nil : grant.budgets
        self.key = key.map { "\($0)" }
    }
}
