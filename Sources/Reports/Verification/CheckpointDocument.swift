/// A signed checkpoint as JSON. Field names are a contract.
public struct CheckpointDocument: Encodable, Sendable {
    public var program: String
    public var origin: String
    public var size: UInt64
    public var root: String
    public var note: String
    public var verifierKey: String
    public var signedAt: String

    /// A checkpoint from its parts.
    public init(
        program: String, origin: String, size: UInt64, root: String, note: String, verifierKey: String, signedAt: String
    ) {
        self.program = program
        self.origin = origin
        self.size = size
        self.root = root
        self.note = note
        self.verifierKey = verifierKey
        self.signedAt = signedAt
    }
}
