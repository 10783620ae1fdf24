import Engine
import Metrics
import NIOSSL

/// How messages are sent.
public struct WebhookSettings: Sendable {
    /// Lets endpoints be on this machine, and speak plain HTTP there.
    public var allowsLoopback = false
    /// Waits before the first try, the second and so on; after the last the endpoint is disabled.
    var waits = RetrySchedule.waits
    /// Longest time for one try, look-up and answer included.
    var tryMax: Duration = .seconds(15)
    /// Wait before an offer that an agent did not take is tried again; it doubles while the offer's time runs.
    var agentWait: Duration = .milliseconds(250)
    /// What names stand for.
    var lookUp: @Sendable (String) async throws -> [NetworkAddress] = HostLookup.addresses

    /// Whose word on a certificate counts.
    var trustRoots: NIOSSLTrustRoots = .default
    /// Where tries are counted.
    var metrics: any MetricsFactory = MetricsSystem.factory

    /// The usual ones.
    public init() {}
}
