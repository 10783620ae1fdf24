import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Logging
import Metering
import Simulation
import Testing

/// Goal: what was committed is counted, once, under few and known labels.
@Suite struct EngineMetricsTests {
    private static func figures(_ registry: PrometheusRegistry) -> [String: Double] {
        var figures: [String: Double] = [:]
        for line in registry.text().split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            figures[String(parts[0])] = Double(parts[1])
        }
        return figures
    }

    @Test func aBatchIsCountedAsItWasCommitted() async throws {
        let folder = try TestFolder()
        let registry = PrometheusRegistry([])
        var records = try DeterminismTests.records(seed: 41, leads: 60)
        records.append(records[records.count - 1])
        records.append(
            binaryEvent(
                .leads, "leadline.v1.LeadSubmitted", nil, id: "null", at: TestFolder.start.adding(micros: 9_000_000_000)
            ))
        records.append(
            binaryEvent(
                .leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"kim@acme.example"}"#.utf8), id: "bad",
                at: TestFolder.start.adding(micros: 9_000_000_000)))
        try folder.append(records)
        let processor = try Processor(
            folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime, metrics: registry)
        let report = try await processor.runUntilIdle(batchMax: 16)
        let figures = Self.figures(registry)
        func sum(_ name: String) -> Double {
            figures.filter { $0.key == name || $0.key.hasPrefix(name + "{") }.values.reduce(0, +)
        }
        // Time's own entries are no records.
        let timers = try folder.entries().filter { $0.origin == nil }.count
        #expect(
            sum("leadline_intake_accepted_total") + sum("leadline_intake_repeats_total")
                == Double(report.entries - timers))
        #expect(figures[#"leadline_intake_accepted_total{topic="leadline.leads"}"#] == 60)
        #expect(sum("leadline_intake_repeats_total") == 1)
        #expect(figures[#"leadline_intake_rejected_total{reason="empty",topic="leadline.leads"}"#] == 1)
        #expect(figures[#"leadline_intake_rejected_total{reason="invalid-field",topic="leadline.leads"}"#] == 1)
        #expect(figures["leadline_intake_null_values_total"] == 1)
        #expect(sum("leadline_decisions_total") == Double(report.events))
        let expired = try folder.entries().flatMap(\.events).filter {
            if case .assignmentExpired = $0 { true } else { false }
        }.count
        #expect(expired > 0 && figures["leadline_sla_breaches_total"] == Double(expired))
        #expect(figures[#"leadline_decisions_total{kind="AssignmentExpired"}"#] == Double(expired))
        #expect(figures["leadline_commit_seconds_count"] ?? 0 > 4)
        #expect(figures[#"leadline_lag_seconds{partition="0"}"#] == 0)
        // Imported records were never late.
        #expect(figures["leadline_decision_seconds_count"] == nil)
        #expect(
            !registry.text().contains("kim") && !registry.text().contains("acme")
                && !registry.text().contains("partner-"))
    }

    @Test(.timeLimit(.minutes(10))) func liveRecordsListsAndTheInboxAreMeasured() async throws {
        let folder = try TestFolder()
        let registry = PrometheusRegistry([])
        let processor = try Processor(folder.folder, metrics: registry)
        let runtime = try Runtime(
            folder.folder, processor, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: registry
        )
        let work = Task { try await runtime.run { _ in } }
        let inbox = GroupedInbox(try EmbeddedRecordSink(folder.folder), metrics: registry)
        var record = binaryEvent(
            .controls, "leadline.v1.ProgramRegistered", Array(#"{"name":"Acme","currency":"EUR"}"#.utf8))
        record.eventTime = nil
        _ = try await inbox.append(record)
        await #expect(throws: InboxRefusal.self) {
            _ = try await inbox.append(binaryEvent(.leads, "leadline.v1.LeadSubmitted", []))
        }
        try await processor.commits.entries(of: "acme", past: 0)
        work.cancel()
        try await work.value
        let figures = Self.figures(registry)
        #expect(figures["leadline_decision_seconds_count"] == 1)
        #expect(figures["leadline_inbox_records_total"] == 1 && figures["leadline_inbox_commits_total"] == 1)
        #expect(figures[#"leadline_inbox_refused_total{reason="empty"}"#] == 1)
        #expect(figures[#"leadline_projection_lag_entries{partition="0",projection="leads"}"#] != nil)
    }
}
