public import LeadlineCore

/// Exchange rates as people say them.
public struct RateWords: Sendable {
    private let time: @Sendable (Timestamp) -> String

    /// - Parameter time: how moments are written.
    public init(time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }) { self.time = time }

    /// The rate, and who says it: `0.924300 for USD, published by entry 7 for 2026-04-01 on`.
    public func rate(_ rate: RateUsed) -> String {
        let number = Self.decimal(rate.rateMicros)
        guard let from = rate.validFrom else { return "\(number) for \(rate.currency), the policy's rate" }
        let entry = rate.position.map { " by entry \($0)" } ?? ""
        return "\(number) for \(rate.currency), published\(entry) for \(time(from)) on"
    }

    /// A rate in millionths as a number with six places.
    public static func decimal(_ micros: Int64) -> String { NumberText.fixed(Double(micros) / 1_000_000, 6) }

    /// The millionths of a rate as it is typed, `0.9243`; nil for what is none, or has more than seven digits before the
    /// point or six behind it.
    public static func micros(_ text: some StringProtocol) -> Int64? {
        let number = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(number.count), let whole = digits(number[0], most: 7) else { return nil }
        var micros = whole * 1_000_000
        if number.count == 2 {
            guard var places = digits(number[1], most: 6) else { return nil }
            for _ in number[1].count..<6 { places *= 10 }
            micros += places
        }
        return micros > 0 ? micros : nil
    }

    private static func digits(_ text: some Collection<UInt8>, most: Int) -> Int64? {
        guard (1...most).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
