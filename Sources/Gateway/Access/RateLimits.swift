import Engine
import Synchronization

/// What a call costs those who run the service.
public enum RateClass: String, Sendable, CaseIterable {
    case read, write, heavy, stream
    /// Failed sign-ins, counted by address.
    case refusal

    /// Calls a minute.
    var perMinute: Int {
        switch self {
        case .read, .write: 1_200
        case .heavy, .stream: 60
        case .refusal: 60
        }
    }
}

/// Token buckets by principal and class: a minute's calls at once, then as they come back.
final class RateLimits: Sendable {
    /// What is left.
    struct Standing: Sendable, Equatable {
        var isAllowed: Bool
        var quota: Int
        var remaining: Int
        /// Seconds until one more is there, or until all are.
        var seconds: Int
    }

    private struct Bucket {
        var tokens: Double
        var at: Duration
    }

    /// Callers remembered; beyond that those who called longest ago are forgotten.
    private static let bucketsMax = 50_000

    private let time: any PassingTime
    private let factor: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameter factor: by what every quota is multiplied.
    init(factor: Double = 1, _ time: any PassingTime = SystemTime()) {
        self.factor = factor
        self.time = time
    }

    /// Takes one call of a class, or looks only.
    func take(_ rate: RateClass, for caller: String, cost: Double = 1) -> Standing {
        let now = time.elapsed()
        let quota = max(1, Double(rate.perMinute) * factor)
        return buckets.withLock { buckets in
            if buckets.count > Self.bucketsMax { Self.forget(&buckets) }
            let key = rate.rawValue + " " + caller
            var bucket = buckets[key] ?? Bucket(tokens: quota, at: now)
            let passed = now - bucket.at
            let seconds = Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
            bucket.tokens = min(quota, bucket.tokens + seconds * quota / 60)
            bucket.at = now
            let isAllowed = bucket.tokens >= max(cost, 1)
            if isAllowed { bucket.tokens -= cost }
            buckets[key] = bucket
            let missing = isAllowed ? quota - bucket.tokens : 1 - bucket.tokens
            return Standing(
                isAllowed: isAllowed, quota: Int(quota), remaining: Int(bucket.tokens),
                seconds: max(1, Int((missing * 60 / quota).rounded(.up))))
        }
    }

    private static func forget(_ buckets: inout [String: Bucket]) {
        let kept = buckets.sorted { $0.value.at > $1.value.at }.prefix(bucketsMax / 2)
        buckets = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
