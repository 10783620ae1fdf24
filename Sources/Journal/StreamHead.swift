/// Where a program's stream ends.
public struct StreamHead: Equatable, Sendable {
    /// The program.
    public let program: String
    /// Number of entries, which is also the next position.
    public let size: UInt64
    /// The chain's link after the last entry.
    public let link: Digest
    /// The last entry's stamp, Unix microseconds. No later entry may have an earlier one.
    public let lastStampMicros: Int64

    /// A head from its parts.
    public init(program: String, size: UInt64, link: Digest, lastStampMicros: Int64) {
        self.program = program
        self.size = size
        self.link = link
        self.lastStampMicros = lastStampMicros
    }
}
