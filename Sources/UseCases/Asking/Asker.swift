/// Who asks, as the access log keeps it.
public struct Asker: Sendable, Equatable {
    /// Who: a user's name, an id; no address.
    public var actor: String
    /// In which role; empty where there are none.
    public var role: String
    /// What for; empty if it is not said. It holds no address.
    public var reason: String
    /// What asks on the actor's behalf: an agent's protocol and the key that it asks by; empty where the actor asks.
    public var agent: String

    public init(actor: String, role: String = "", reason: String = "", agent: String = "") {
        self.actor = actor
        self.role = role
        self.reason = reason
        self.agent = agent
    }

    /// True for a reason that holds no address, as far as bytes can tell.
    public static func isNameless(_ reason: String) -> Bool { !reason.utf8.contains(UInt8(ascii: "@")) }
}
