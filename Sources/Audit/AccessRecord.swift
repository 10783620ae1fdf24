/// Who read which person's data, when and why: a line of the access log. Field names are a contract.
public struct AccessRecord: Sendable, Codable, Equatable {
    /// RFC 3339.
    public var time: String
    /// Who: on the command line the operating system's user.
    public var user: String
    /// In which role; nil where there are none.
    public var role: String?
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

    /// A record from its parts.
    public init(
        time: String, user: String, role: String? = nil, command: String, program: String, subjects: [String],
        reason: String,
        previous: String
    ) {
        self.time = time
        self.user = user
        self.role = role
        self.command = command
        self.program = program
        self.subjects = subjects
        self.reason = reason
        self.previous = previous
    }
}
