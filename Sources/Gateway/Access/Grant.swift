public import LeadlineCore

/// What a key lets its bearer do. Program and partner of every request are taken from here, never from the request.
public struct Grant: Sendable, Equatable {
    /// Names the key; stands in it in clear.
    public var id: String
    /// Who it is, opaque: stays the same when the key is replaced.
    public var principal: String
    public var program: String
    public var role: Role
    public var scopes: Set<Scope>
    /// The partner that the bearer speaks for; nil for roles that speak for none.
    public var partner: String?
    /// CloudEvents sources that the bearer may send; `*` is any.
    public var sources: [String]
    /// What it is for, in the words of whoever made it; names a system and nobody.
    public var label: String
    public var created: Timestamp
    public var expires: Timestamp
    public var revoked: Timestamp?
    /// How much it lets do a day.
    public var budgets = Budgets()
    /// What it is asked by.
    public var credential = Credential.key

    /// True if it lets do anything at that moment.
    public func isInForce(at moment: Timestamp) -> Bool { revoked == nil && moment < expires }

    /// How it stands, in a word.
    public func state(at moment: Timestamp) -> String {
        revoked != nil ? "ended" : isInForce(at: moment) ? "in force" : "expired"
    }

    /// True if it lets do neither more nor less than the other.
    func hasRights(of other: Grant) -> Bool {
        program == other.program && role == other.role && partner == other.partner && scopes == other.scopes
    }

    /// True if the bearer may do it. A scope that its role has lost since counts for nothing.
    public func allows(_ scope: Scope) -> Bool { scopes.contains(scope) && role.scopes.contains(scope) }

    /// True if the bearer may send events from there.
    public func maySend(from source: String) -> Bool {
        // By bytes: texts that look alike are other sources to the journal.
        sources.contains { $0.utf8.elementsEqual("*".utf8) || $0.utf8.elementsEqual(source.utf8) }
    }

    /// Where events come from that the gateway writes for the bearer.
    public var ownSource: String { sources.first { $0 != "*" } ?? "/leadline/gateway" }
}

/// What somebody is known by, and what shows that its grant still holds.
public enum Credential: Sendable, Hashable {
    /// An API key, named by the grant's id.
    case key
    /// An access token, signed by this key of the issuer.
    case token(signedBy: String)
    /// A session, named by the digest of its token; begun with an API key, or at the issuer.
    case session(String, ofKey: Bool)
    /// An action link, which is judged by the assignment that it is for.
    case link

    /// True if an API key stands behind it, by which what lives longer can be judged later.
    public var isOfKey: Bool {
        switch self {
        case .key: true
        case .token, .link: false
        case .session(_, let ofKey): ofKey
        }
    }
}

/// What a new key shall let do.
public struct GrantRequest: Sendable {
    public var program: String
    public var role: Role
    /// Nil for all that the role may do.
    public var scopes: Set<Scope>?
    public var partner: String?
    public var sources: [String]
    public var label: String
    /// How long it holds.
    public var days: Int
    /// Who asks with it; nil for somebody new.
    public var principal: String?
    /// How much it lets do a day.
    public var budgets: Budgets

    /// A request from its parts.
    public init(
        program: String, role: Role, scopes: Set<Scope>? = nil, partner: String? = nil, sources: [String] = [],
        label: String = "", days: Int = 365, principal: String? = nil, budgets: Budgets = Budgets()
    ) {
        self.program = program
        self.role = role
        self.scopes = scopes
        self.partner = partner
        self.sources = sources
        self.label = label
        self.days = days
        self.principal = principal
        self.budgets = budgets
    }
}
