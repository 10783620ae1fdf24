/// A range that holds the true value with some confidence.
public struct Interval: Encodable, Equatable, Sendable {
    /// Lower end.
    public var low: Double
    /// Upper end.
    public var high: Double

    /// A range; `low` is at most `high`.
    public init(_ low: Double, _ high: Double) {
        self.low = low
        self.high = high
    }

    /// A value with as much to either side.
    public init(around middle: Double, plusMinus half: Double) { self.init(middle - half, middle + half) }

    /// True if the range holds the value.
    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// A figure that was estimated, with its 95 % interval.
public struct Estimate: Encodable, Equatable, Sendable {
    /// The figure.
    public var value: Double
    /// Its 95 % interval.
    public var interval: Interval

    /// A figure with its interval.
    public init(_ value: Double, _ interval: Interval) {
        self.value = value
        self.interval = interval
    }
}
