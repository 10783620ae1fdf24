// What foreign currencies are worth, as it is published by itself. Since logic version 7.

/// Rates that hold from a date on, whatever the policy says of these currencies.
public struct RatesPublished: Sendable, Equatable {
    /// When they begin to hold; one that has passed is now.
    public var validFrom: Timestamp
    public var rates: [ExchangeRate]
    /// Who published them, by the id of a role; may be empty.
    public var publishedBy: String
    public init(validFrom: Timestamp, rates: [ExchangeRate], publishedBy: String = "") {
        self.validFrom = validFrom
        self.rates = rates
        self.publishedBy = publishedBy
    }
}

/// The rate by which an amount was counted in the program's currency.
public struct RateUsed: Sendable, Equatable {
    /// ISO 4217 code of the amount's currency.
    public var currency: String
    /// Millionths of the program's minor unit for one of the currency.
    public var rateMicros: Int64
    /// From when on it holds, where it was published by itself; nil for the policy's.
    public var validFrom: Timestamp?
    /// Position of the entry that published it; nil likewise.
    public var position: UInt64?
    public init(currency: String, rateMicros: Int64, validFrom: Timestamp? = nil, position: UInt64? = nil) {
        self.currency = currency
        self.rateMicros = rateMicros
        self.validFrom = validFrom
        self.position = position
    }
}

extension ExchangeRate {
    /// As it is recorded with what it counts.
    var used: RateUsed { RateUsed(currency: currency, rateMicros: rateMicros) }
}

/// An exchange rate of a program's, as it stands.
public struct RateStanding: Sendable, Equatable {
    public var rate: RateUsed
    /// False for one that is to come.
    public var isInForce: Bool
    public init(rate: RateUsed, isInForce: Bool) {
        self.rate = rate
        self.isInForce = isInForce
    }
}
