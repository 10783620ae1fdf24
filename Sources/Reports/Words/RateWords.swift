public import LeadlineCore

/// Exchange rates as people say them.
public struct RateWords: Sendable {
    private let time: @Sendable (Timestamp) -> String

    /// - Parameter time: how moments are written.
    public init(time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }) { self.time = time }

    /// The rate, and who says it: `0.924300 for USD, published by entry 7 for 2026-04-01 on`.
    public func rate(_ rate: RateUsed) -> String {
        let number = NumberText.fixed(Double(rate.rateMicros) / 1_000_000, 6)
        guard let from = rate.validFrom else { return "\(number) for \(rate.currency), the policy's rate" }
        let entry = rate.position.map { " by entry \($0)" } ?? ""
        return "\(number) for \(rate.currency), published\(entry) for \(time(from)) on"
    }
}
