import Engine
import Gateway
import KafkaTransport
import Logging
import Metering
import UseCases

/// The process's figures, where a scraper reads them.
enum MetricsOptions {
    /// Collects figures from now on and serves them; does neither without a port.
    static func serve(on port: Int?, _ logger: Logger) async throws -> MetricsEndpoint? {
        guard let port else { return nil }
        let registry = PrometheusRegistry(
            (EngineMetric.all + KafkaMetric.all + WebhookMetric.all + SpanMetric.all)
                .map { .init(name: $0.name, help: $0.help) })
        registry.collect()
        do {
            let endpoint = try await MetricsEndpoint.start(port: port, registry)
            logger.info("metrics", metadata: ["url": "http://127.0.0.1:\(endpoint.port)/metrics"])
            return endpoint
        } catch {
            throw Problem(
                .unavailable, "port \(port) of 127.0.0.1 cannot be listened on (\(error))",
                remedy: "Give another --metrics-port")
        }
    }

    /// Ends serving, if it was begun.
    static func stop(_ endpoint: MetricsEndpoint?) async throws { try await endpoint?.stop() }
}
