import Engine
import Foundation
import Testing

@testable import KafkaTransport

/// Goal: the operators' table holds every figure there is, as it is; those of the gateway are its own tests'.
@Suite struct MetricsTableTests {
    private static let table = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "deploy/docs/metrics.md")

    @Test func theTableIsWhatIsMeasured() throws {
        let rows = try String(contentsOf: Self.table, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `leadline_") && !$0.hasPrefix("| `leadline_webhook_") && !$0.hasPrefix("| `leadline_spans_")
        }
        let expected = (EngineMetric.all + KafkaMetric.all).map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
        }
        #expect(rows.map(String.init) == expected)
        #expect(Set(expected).count == expected.count)
    }

    @Test func namesSayWhatTheyAre() {
        for metric in EngineMetric.all + KafkaMetric.all {
            #expect(metric.name.hasPrefix("leadline_"))
            #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            if metric.kind == .histogram { #expect(metric.name.hasSuffix("_seconds"), "\(metric.name)") }
            #expect(metric.help.hasSuffix("."))
            // Labels are few: none of them can name a program, a lead, a partner or a person.
            #expect(
                Set(metric.labels).isSubset(of: [
                    "topic", "reason", "kind", "projection", "partition", "role", "broker",
                ]), "\(metric.name)")
        }
    }
}
