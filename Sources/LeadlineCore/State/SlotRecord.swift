/// A partner's record with leads of one value.
public struct SlotRecord: Sendable, Equatable {
    public var won: UInt32
    public var closed: UInt32
    public init(won: UInt32, closed: UInt32) {
        self.won = won
        self.closed = closed
    }
}
