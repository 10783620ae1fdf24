public import LeadlineCore

/// An exchange rate as JSON. Fields are added, never changed.
public struct RateDocument: Encodable, Sendable {
    public var currency: String
    /// Millionths of the program's minor unit for one of the currency.
    public var rateMicros: Int64
    /// False for one that is to come.
    public var inForce: Bool
    /// From when on it holds, where it was published by itself; absent for the policy's.
    public var validFrom: String?
    /// Position of the entry that published it; absent likewise.
    public var position: UInt64?

    public init(_ standing: RateStanding) {
        self.init(standing.rate)
        inForce = standing.isInForce
    }

    /// One that an amount was counted by.
    public init(_ rate: RateUsed) {
        currency = rate.currency
        rateMicros = rate.rateMicros
        inForce = true
        validFrom = rate.validFrom.map { TimeText.utc($0) }
        position = rate.position
    }
}
