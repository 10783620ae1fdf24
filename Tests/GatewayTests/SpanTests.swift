import Engine
import Foundation
import Logging
import Metering
import Testing
import Tracing

@testable import Gateway

/// Goal: what a request caused can be followed through spans to a webhook's receiver, and a span tells of nobody. Method: a
/// real gateway that exports to a file, and a buffer that is filled.
@Suite struct SpanTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    private static func spans(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").flatMap { line in
            let request = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let resources = try #require(request["resourceSpans"] as? [[String: Any]])
            let scopes = resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
            return scopes.flatMap { $0["spans"] as? [[String: Any]] ?? [] }
        }
    }

    @Test func aRequestIsFollowedToItsWebhook() async throws {
        let path = NSTemporaryDirectory() + "leadline-spans-\(UUID().uuidString).jsonl"
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: WebhookTests.settings(), tracesTo: .file(path)) { served in
                let made = try await WebhookTests.make(served, receiver.url("all"))
                let reply = try await served.ask(
                    .POST, "/v1/leads", served.admin, #"{"leadId":"l-0","country":"IT","contact":{"givenName":"Marta","email":"m@officine.example"}}"#,
                    ["traceparent": "00-\(Self.trace)-00f067aa0ba902b7-01", "prefer": "wait=20"])
                #expect(reply.status == 200 || reply.status == 202)
                let got = try #require(try await receiver.got("all", 1).last)
                let event = try #require(try JSONSerialization.jsonObject(with: Data(got.body.utf8)) as? [String: Any])
                let decided = try #require((event["traceparent"] as? String)?.split(separator: "-").map(String.init))
                let sent = try #require(got.headers["traceparent"]?.split(separator: "-").map(String.init))
                #expect(decided[1] == Self.trace && sent[1] == Self.trace && sent[2] != decided[2])
                // What the caller does not want traced, is not.
                _ = try await served.ask(.GET, "/v1/me", served.admin, nil, ["traceparent": "00-\(String(repeating: "c", count: 32))-00f067aa0ba902b7-00"])
                // One that names none begins a trace of its own, and so does one that names what is none.
                _ = try await served.ask(.GET, "/v1/leads/none", served.admin, nil, ["traceparent": "00-bad"])
                _ = try await WebhookTests.endpoint(served, made.id) { $0.json["cursor"] as? String == got.id }
                let export = try #require(served.services.traces)
                await export.export()
                let spans = try Self.spans(path)
                let server = try #require(spans.first { $0["name"] as? String == "submitLead" && $0["traceId"] as? String == Self.trace })
                #expect(server["parentSpanId"] as? String == "00f067aa0ba902b7" && server["kind"] as? Int == 2)
                let webhook = try #require(spans.first { $0["name"] as? String == "webhook" })
                #expect(webhook["traceId"] as? String == Self.trace && webhook["parentSpanId"] as? String == decided[2])
                let deciding = try #require(spans.first { $0["name"] as? String == "decide" && $0["traceId"] as? String == Self.trace })
                #expect(deciding["spanId"] as? String == decided[2] && deciding["parentSpanId"] as? String == server["spanId"] as? String)
                let position = "\(deciding["attributes"] ?? "")"
                #expect(position.contains("leadline.entry.position") && position.contains(got.id.components(separatedBy: "/")[1]))
                #expect(webhook["spanId"] as? String == sent[2] && webhook["kind"] as? Int == 3)
                let missing = try #require(spans.first { $0["name"] as? String == "getLead" })
                #expect(missing["parentSpanId"] == nil && (missing["traceId"] as? String)?.count == 32)
                #expect("\(missing["attributes"] ?? "")".contains("404"))
                #expect(!spans.contains { $0["name"] as? String == "getGrant" })
                for span in spans {
                    let start = try #require(UInt64(span["startTimeUnixNano"] as? String ?? "")), end = try #require(UInt64(span["endTimeUnixNano"] as? String ?? ""))
                    #expect(start <= end)
                }
                let text = try String(contentsOfFile: path, encoding: .utf8)
                for name in ["l-0", "acme", "officine", "Marta", "127.0.0.1", served.admin.secret] { #expect(!text.contains(name)) }
                #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    /// Given work that makes more spans than are kept, when it waits for nothing but their receiver, then none is dropped.
    @Test func spansAreWrittenWhileWorkIsDone() async throws {
        let registry = PrometheusRegistry([])
        var settings = WebhookTests.settings()
        settings.metrics = registry
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await Receiver.receiving { [settings] receiver in
            let export = try SpanExport(.endpoint(receiver.url("traces")), settings, Machine.real, logger: quiet)
            let requests = SpanBuffer.spansMax / 512
            try await export.export(during: {
                for _ in 0..<SpanBuffer.spansMax { export.recorder.startSpan("work", context: .topLevel).end() }
                _ = try await receiver.got("traces", requests)
                for _ in 0..<SpanBuffer.spansMax { export.recorder.startSpan("work", context: .topLevel).end() }
            })
            #expect(try await receiver.got("traces", 2 * requests).count >= 2 * requests)
            #expect(registry.text().contains("leadline_spans_exported_total \(2 * SpanBuffer.spansMax)\n"), "\(registry.text())")
        }
    }

    @Test func whatIsNotKeptIsCounted() async throws {
        let registry = PrometheusRegistry([])
        var settings = WebhookTests.settings()
        settings.metrics = registry
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let export = try SpanExport(.file("/nowhere/at/all"), settings, Machine.real, logger: quiet)
        for _ in 0..<SpanBuffer.spansMax + 7 { export.recorder.startSpan("work", context: .topLevel).end() }
        await export.export()
        // Seven found no room, and the others no file.
        #expect(registry.text().contains("leadline_spans_dropped_total \(SpanBuffer.spansMax + 7)\n"), "\(registry.text())")
        // To a collector that takes them, and none where it may not be.
        #expect(throws: (any Error).self) { try SpanExport(.endpoint("http://collector.example/v1/traces"), WebhookSettings(), Machine.real, logger: quiet) }
        try await Receiver.receiving { [settings] receiver in
            let export = try SpanExport(.endpoint(receiver.url("traces")), settings, Machine.real, logger: quiet)
            let span = export.recorder.startSpan("work", context: .topLevel)
            span.attributes["http.response.status_code"] = 200
            span.attributes["user.email"] = "marta@officine.example"
            span.end()
            span.end()
            await export.export()
            let got = try await receiver.got("traces", 1)
            #expect(got.count == 1 && got[0].body.contains(#""name":"work""#) && got[0].body.contains(#""intValue":"200""#))
            #expect(!got[0].body.contains("officine") && got[0].headers["content-type"] == "application/json")
            #expect(registry.text().contains("leadline_spans_exported_total 1\n"))
        }
    }
}
