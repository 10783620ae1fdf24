import Engine
import Foundation
import Metering
import Testing

@testable import Gateway

/// Goal: figures say how webhooks fare, and of nobody. Method: a real gateway whose receiver fails and recovers, and the
/// operators' table.
@Suite struct WebhookMetricsTests {
    @Test func figuresSayHowWebhooksFare() async throws {
        let registry = PrometheusRegistry([])
        var settings = WebhookTests.settings(tries: 2, wait: .milliseconds(1))
        settings.metrics = registry
        try await Receiver.receiving({ path, number in (path == "well" ? 204 : path == "gone" ? 410 : 500, [:]) }) { [settings] receiver in
            try await ServedFolder.serving(webhooks: settings) { served in
                let well = try await WebhookTests.make(served, receiver.url("well"))
                let gone = try await WebhookTests.make(served, receiver.url("gone"))
                let bad = try await WebhookTests.make(served, receiver.url("bad"))
                for number in 0..<3 { try await served.submit("l-\(number)") }
                _ = try await receiver.got("well", 3)
                for id in [gone.id, bad.id] { _ = try await WebhookTests.endpoint(served, id) { $0.json["state"] as? String == "disabled" } }
                _ = try await WebhookTests.endpoint(served, well.id) { $0.json["cursor"] as? String == receiver.all("well").last?.id }
                try await WebhookStanding(services: served.services).look()
                let text = registry.text()
                for line in [
                    #"leadline_webhook_attempts_total{outcome="delivered"} 3"#, #"leadline_webhook_attempts_total{outcome="refused"} 3"#,
                    #"leadline_webhook_disabled_total{reason="gone"} 1"#, #"leadline_webhook_disabled_total{reason="failing"} 1"#,
                    #"leadline_webhook_endpoints{state="active"} 1"#, #"leadline_webhook_endpoints{state="disabled"} 2"#,
                    #"leadline_webhook_endpoints{state="failing"} 0"#, "leadline_webhook_lag_decisions 0",
                ] { #expect(text.contains(line + "\n"), "\(line): \(text)") }
                // Where nothing is taken, what is decided waits.
                _ = try await served.ask(.PATCH, "/v1/webhooks/\(bad.id)", served.admin, #"{"enabled":true}"#)
                _ = try await WebhookTests.endpoint(served, bad.id) { $0.json["state"] as? String == "disabled" }
                for name in ["acme", "p-one", "l-0", well.id, gone.id, "127.0.0.1", "bad"] { #expect(!registry.text().contains(name)) }
            }
        }
    }

    @Test func decisionsThatWaitAreCounted() async throws {
        let registry = PrometheusRegistry([])
        var settings = WebhookTests.settings()
        settings.metrics = registry
        try await ServedFolder.serving(webhooks: settings, sends: false) { served in
            _ = try await WebhookTests.make(served, "https://crm.example/x")
            for number in 0..<3 { try await served.submit("l-\(number)") }
            try await WebhookStanding(services: served.services).look()
            #expect(registry.text().contains("leadline_webhook_lag_decisions 3\n"), "\(registry.text())")
            #expect(registry.text().contains(#"leadline_webhook_endpoints{state="active"} 1"#))
        }
    }

    private static let table = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/docs/metrics.md")

    @Test func theTableIsWhatIsMeasured() throws {
        let rows = try String(contentsOf: Self.table, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `leadline_webhook_") || $0.hasPrefix("| `leadline_spans_")
        }
        #expect(rows.map(String.init) == (WebhookMetric.all + SpanMetric.all).map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
        })
        for metric in WebhookMetric.all + SpanMetric.all {
            #expect(Set(metric.labels).isSubset(of: ["outcome", "reason", "state"]) && (metric.kind == .counter) == metric.name.hasSuffix("_total"))
        }
    }
}
