import LeadlineCore

/// The logic version of a program beside those that this release has, as JSON. Fields are added, never changed.
public struct LogicDocument: Encodable, Sendable {
    public var program: String
    public var version: UInt32
    public var oldest: UInt32
    public var newest: UInt32

    /// The document of a program.
    public init(program: String, version: UInt32) {
        self.program = program
        self.version = version
        oldest = Logic.oldest
        newest = Logic.newest
    }
}
