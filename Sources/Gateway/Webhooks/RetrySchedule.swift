/// How long a message waits between tries.
enum RetrySchedule {
    /// Before the first try, the second and so on: those that Standard Webhooks recommends.
    static let waits: [Duration] = [
        .zero, .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000),
        .seconds(50_400), .seconds(72_000), .seconds(86_400),
    ]
}

extension WebhookSettings {
    /// Longest wait that a receiver can ask for.
    static let retryAfterSecondsMax: Int64 = 86_400

    /// How long to wait after so many failures, in microseconds; nil if that was the last try.
    /// - Parameter chance: a byte by which waits differ, up to a tenth, so that a receiver that comes back is not met
    ///   by all its senders at once.
    func waitMicros(after failures: Int, _ outcome: WebhookOutcome, chance: UInt8) -> Int64? {
        guard failures < waits.count else { return nil }
        let parts = waits[failures].components
        let micros = parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
        let asked = min(outcome.retryAfterSeconds ?? 0, Self.retryAfterSecondsMax) * 1_000_000
        return max(micros + micros / 10 * Int64(chance) / 255, asked)
    }
}
