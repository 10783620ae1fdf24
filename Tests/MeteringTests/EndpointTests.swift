import CoreMetrics
import Foundation
import FoundationNetworking
import Metering
import Testing

/// Goal: a scraper on this machine reads the figures, and nothing else is answered.
@Suite struct EndpointTests {
    private static func answer(_ method: String, _ path: String, _ port: Int) async throws -> (Int, String?, String) {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return (http.statusCode, http.value(forHTTPHeaderField: "content-type"), String(decoding: data, as: UTF8.self))
    }

    @Test(.timeLimit(.minutes(10))) func aScrapeReadsWhatWasMeasured() async throws {
        let registry = PrometheusRegistry([])
        Counter(label: "n", factory: registry).increment()
        let endpoint = try await MetricsEndpoint.start(port: 0, registry)
        let first = try await Self.answer("GET", "/metrics", endpoint.port)
        #expect(
            first.0 == 200 && first.1 == "text/plain; version=0.0.4; charset=utf-8"
                && first.2 == "# TYPE n counter\nn 1\n")
        Counter(label: "n", factory: registry).increment()
        #expect(try await Self.answer("GET", "/metrics?x=1", endpoint.port).2.contains("n 2"))
        #expect(try await Self.answer("HEAD", "/metrics", endpoint.port).2.isEmpty)
        #expect(try await Self.answer("POST", "/metrics", endpoint.port).0 == 405)
        for path in ["/", "/metrics/", "/metricsx", "/metrics%2f..", "/../etc/passwd"] {
            #expect(try await Self.answer("GET", path, endpoint.port).0 == 404)
        }
        try await endpoint.stop()
    }

    @Test(.timeLimit(.minutes(10))) func aPortThatIsTakenIsSaidSo() async throws {
        let endpoint = try await MetricsEndpoint.start(port: 0, PrometheusRegistry([]))
        await #expect(throws: (any Error).self) {
            _ = try await MetricsEndpoint.start(port: endpoint.port, PrometheusRegistry([]))
        }
        try await endpoint.stop()
    }
}
