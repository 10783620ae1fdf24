/// Who read which person's data, when and why: a line of the access log. Field names are a contract.
public struct AccessRecord: Sendable, Codable, Equatable {
    /// Of the line, from 1; nil on lines from before they were numbered and signed.
    public var number: UInt64?
    /// RFC 3339.
    public var time: String
    /// Who: on the command line the operating system's user.
    public var user: String
    /// In which role; nil where there are none.
    public var role: String?
    /// What asked on the reader's behalf: an agent's protocol, and the key that it asked by; nil where nothing did.
    public var agent: String?
    /// The command that read.
    public var command: String
    /// The program whose data it was.
    public var program: String
    /// Random ids.
    public var subjects: [String]
    /// Why, as the reader stated it.
    public var reason: String
    /// SHA-256 of a zero byte and the line before, as of a Merkle leaf; zeros for the first.
    public var previous: String
    /// The same of what was cut short between the line before and this one; nil if nothing was.
    public var torn: String?

    /// A record from its parts.
    public init(
        number: UInt64? = nil, time: String, user: String, role: String? = nil, agent: String? = nil, command: String,
        program: String, subjects: [String], reason: String, previous: String, torn: String? = nil
    ) {
        self.number = number
        self.time = time
        self.user = user
        self.role = role
        self.agent = agent
        self.command = command
        self.program = program
        self.subjects = subjects
        self.reason = reason
        self.previous = previous
        self.torn = torn
    }
}
