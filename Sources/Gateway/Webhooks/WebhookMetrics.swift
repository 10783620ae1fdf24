public import Engine
import LeadlineCore
import Logging

/// What is measured of webhooks. No label says where one goes or of whom it tells.
public enum WebhookMetric {
    /// Tries.
    static let attempts = MetricDefinition(
        "leadline_webhook_attempts_total", .counter, labels: ["outcome"],
        "Tries to deliver a webhook, tests and replays too: `delivered`, or how it failed.")
    /// Endpoints given up.
    static let disabled = MetricDefinition(
        "leadline_webhook_disabled_total", .counter, labels: ["reason"],
        "Endpoints that were switched off because they failed for days, were gone, or lost the right.")
    /// Endpoints as they stand.
    static let endpoints = MetricDefinition(
        "leadline_webhook_endpoints", .gauge, labels: ["state"],
        "Endpoints that are `active`, `failing` or `disabled`; 0 at a gateway that does not send.")
    /// Decisions that wait.
    static let lag = MetricDefinition(
        "leadline_webhook_lag_decisions", .gauge,
        "Decisions that wait for delivery at the enabled endpoint where most do, up to 1000.")

    /// All of them.
    public static let all = [attempts, disabled, endpoints, lag]
}

/// How all endpoints stand, told from time to time by the gateway that sends.
struct WebhookStanding {
    /// How often it is told.
    private static let every = Duration.seconds(15)
    /// More than so many waiting decisions are not counted.
    static let lagMax = 1_000

    let services: GatewayServices

    /// Tells it until cancelled; then nothing stands here any more.
    func report() async throws {
        defer { set([:], lag: 0) }
        while true {
            do { try await look() } catch let error as CancellationError { throw error } catch {
                services.logger.warning("webhooks are not counted", metadata: ["error": "\(type(of: error))"])
            }
            try await services.folder.machine.passingTime.sleep(for: Self.every)
        }
    }

    /// Counts them once.
    func look() async throws {
        let file = services.webhooks
        let endpoints = try await services.readers.run { try file.all() }
        var lag = 0
        for endpoint in endpoints where endpoint.disabled == nil { lag = max(lag, try await waiting(endpoint)) }
        set(endpoints.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }, lag: lag)
    }

    private func waiting(_ endpoint: WebhookEndpoint) async throws -> Int {
        let page = try await services.decisions.read(after: endpoint.cursor, limit: Self.lagMax)
        return page.decisions.count { endpoint.wants($0.type) }
    }

    private func set(_ counts: [WebhookEndpoint.State: Int], lag: Int) {
        let factory = services.webhookSettings.metrics
        for state in WebhookEndpoint.State.allCases {
            WebhookMetric.endpoints.set(Double(counts[state] ?? 0), state.rawValue, to: factory)
        }
        WebhookMetric.lag.set(Double(lag), to: factory)
    }
}
