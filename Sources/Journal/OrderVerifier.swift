import GRDB

/// The first thing that is wrong with the commit order.
public enum OrderFault: Equatable, Sendable {
    /// The entry at this place of the commit order is missing.
    case missing(seq: UInt64)
    /// The entry does not begin at the decision offset where the one before it ended.
    case decisionOffset(seq: UInt64, expected: UInt64, found: UInt64)
    /// The entry belongs to no stream.
    case noStream(seq: UInt64)
}

/// Checks what the chains do not cover: that the commit order has no gaps and that the decision
/// offsets add up, so that consumers of the decision topic miss nothing.
///
/// Whether an entry's number of decisions is right shows only when its bytes are decoded.
public struct OrderVerifier: Sendable {
    /// A verifier.
    public init() {}

    /// The first fault over all streams, or `nil`.
    public func verify(in db: Database) throws -> OrderFault? {
        let statement = try RawStatement.fresh(
            """
            SELECT seq, first_decision_offset, decisions, stream IN (SELECT stream FROM streams)
            FROM entries ORDER BY seq
            """, in: db)
        defer { statement.reset() }
        var seq: UInt64 = 1
        var offset: UInt64 = 0
        while try statement.step() {
            if statement.uint64(0) != seq { return .missing(seq: seq) }
            if statement.int64(3) == 0 { return .noStream(seq: seq) }
            if statement.uint64(1) != offset {
                return .decisionOffset(seq: seq, expected: offset, found: statement.uint64(1))
            }
            seq += 1
            offset &+= statement.uint64(2)
        }
        return nil
    }
}
