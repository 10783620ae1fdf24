import Engine
import NIOSSL

/// How messages are sent.
public struct WebhookSettings: Sendable {
    /// Lets endpoints be on this machine, and speak plain HTTP there.
    public var allowsLoopback = false
    /// False for a gateway of a deployment whose webhooks another one sends: it knows of none.
    public var isSentHere = true
    /// Waits before the first try, the second and so on; after the last the endpoint is disabled.
    var waits: [Duration] = [
        .zero, .seconds(5), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(18_000), .seconds(36_000),
        .seconds(50_400), .seconds(72_000), .seconds(86_400),
    ]
    /// Longest time for one try, look-up and answer included.
    var tryMax: Duration = .seconds(15)
    /// What names stand for.
    var lookUp: @Sendable (String) async throws -> [NetworkAddress] = HostLookup.addresses

    /// Whose word on a certificate counts.
    var trustRoots: NIOSSLTrustRoots = .default

    /// The usual ones.
    public init() {}

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
