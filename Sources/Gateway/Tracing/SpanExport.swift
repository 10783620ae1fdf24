public import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
public import Logging
import Metrics
import Reports
public import ServiceLifecycle
import Tracing
import UseCases

/// Writes spans out, from second to second, as OTLP/JSON: a request of the OpenTelemetry protocol a line, to a file or
/// by HTTP to an endpoint. What cannot be written is dropped and counted, and never waited for.
public final class SpanExport: Service {
    /// Where spans go.
    public enum Destination: Sendable {
        /// A file, kept to two of a bounded size.
        case file(String)
        /// A collector's URL, such as https://collector.example/v1/traces, reached as webhooks' receivers are.
        case endpoint(String)
    }

    /// Spans in one line.
    private static let spansMax = 512
    /// Of each of the two files.
    static let bytesMax = 64 << 20
    private static let every = Duration.seconds(1)

    let recorder: SpanRecorder
    private let destination: Destination
    private let target: WebhookTarget?
    private let settings: WebhookSettings
    private let machine: Machine
    private let logger: Logger

    /// - Parameter settings: how an endpoint is reached.
    /// - Throws: `Problem` for a URL that spans are not sent to.
    public init(_ destination: Destination, _ settings: WebhookSettings, _ machine: Machine, logger: Logger) throws {
        target = if case .endpoint(let url) = destination { WebhookTarget(url) } else { nil }
        if case .endpoint = destination {
            guard let target, target.isEncrypted || settings.allowsLoopback else {
                throw Problem(.invalid, "spans go to an https URL", remedy: "Mend --traces-endpoint")
            }
        }
        recorder = SpanRecorder(buffer: SpanBuffer(), machine: machine)
        (self.destination, self.settings, self.machine, self.logger) = (destination, settings, machine, logger)
    }

    /// Writes until it is stopped, and then what is left.
    public func run() async throws {
        do { try await cancelWhenGracefulShutdown { try await self.follow() } } catch is CancellationError {}
        await export()
    }

    private func follow() async throws {
        var client = ScreenedClient(settings, machine.passingTime)
        do {
            while true {
                try await machine.passingTime.sleep(for: Self.every)
                await export(by: &client)
            }
        } catch {
            await client.close()
            throw error
        }
    }

    /// Takes what was decided in traces that whoever began them keeps.
    public var deciding: @Sendable ([TracedDeciding]) -> Void {
        { [buffer = recorder.buffer] decided in
            for one in decided where one.place.flags & 1 == 1 { buffer.add(EndedSpan(one)) }
        }
    }

    /// Writes what has come, on a connection of its own.
    public func export() async {
        var client = ScreenedClient(settings, machine.passingTime)
        await export(by: &client)
        await client.close()
    }

    /// Writes while work is done, from second to second, and then what is left.
    public func export<Value: Sendable>(during work: @Sendable () async throws -> Value) async throws -> Value {
        let following = Task { () async throws -> Void in
            while true {
                try await machine.passingTime.sleep(for: Self.every)
                // What is being written is written to the end, though nobody waits for more.
                await Task { await export() }.value
            }
        }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        following.cancel()
        _ = await following.result
        await export()
        return try outcome.get()
    }

    private func export(by client: inout ScreenedClient) async {
        var (spans, dropped) = recorder.buffer.take()
        while !spans.isEmpty {
            let part = Array(spans.prefix(Self.spansMax))
            spans.removeFirst(part.count)
            do {
                try await write(Self.line(part), by: &client)
                SpanMetric.exported.add(part.count, to: settings.metrics)
            } catch {
                dropped += part.count
                logger.warning("spans are not exported", metadata: ["error": "\(type(of: error))"])
            }
        }
        SpanMetric.dropped.add(dropped, to: settings.metrics)
    }

    private struct Refused: Error {}

    private func write(_ line: String, by client: inout ScreenedClient) async throws {
        if case .file(let path) = destination {
            return try LineFilePair(path: path, name: "the file of spans", bytesMax: Self.bytesMax).append(line + "\n")
        }
        guard let target else { return }
        let request = ScreenedClient.Request(
            method: .post, headers: [("content-type", "application/json")], body: Array(line.utf8))
        let reply = try await client.send(request, to: target, .init(bytesMax: 16_384, limit: .seconds(1)))
        guard (200..<300).contains(reply.status) else { throw Refused() }
    }

    // MARK: OTLP/JSON

    /// An ExportTraceServiceRequest in the protocol's JSON: ids in hexadecimal digits, times as texts.
    static func line(_ spans: [EndedSpan]) -> String {
        let scope = JSONText.object([
            ("scope", #"{"name":"leadline"}"#), ("spans", "[" + spans.map(json).joined(separator: ",") + "]"),
        ])
        let service = #"{"attributes":[{"key":"service.name","value":{"stringValue":"leadline"}}]}"#
        let resource = JSONText.object([("resource", service), ("scopeSpans", "[\(scope)]")])
        return "{\"resourceSpans\":[\(resource)]}"
    }

    private static func json(_ span: EndedSpan) -> String {
        let figures = span.figures.sorted { $0.key < $1.key }.map { name, value in
            "{\"key\":\(JSONText.quoted(name)),\"value\":{\"intValue\":\"\(value)\"}}"
        }
        return JSONText.object([
            ("traceId", JSONText.quoted(Hexadecimal.text(span.place.traceID))),
            ("spanId", JSONText.quoted(Hexadecimal.text(span.place.spanID))),
            ("parentSpanId", span.parentID.map { JSONText.quoted(Hexadecimal.text($0)) }),
            ("name", JSONText.quoted(span.name)), ("kind", "\(number(span.kind))"),
            ("startTimeUnixNano", "\"\(span.start)\""), ("endTimeUnixNano", "\"\(span.end)\""),
            ("attributes", "[" + figures.joined(separator: ",") + "]"),
            ("status", span.isError ? #"{"code":2}"# : "{}"),
        ])
    }

    private static func number(_ kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

/// What is measured of spans.
public enum SpanMetric {
    /// Written.
    static let exported = MetricDefinition(
        "leadline_spans_exported_total", .counter, "Spans that were written to the file or endpoint of traces.")
    /// Not written.
    static let dropped = MetricDefinition(
        "leadline_spans_dropped_total", .counter,
        "Spans that were dropped: more came than are kept, or the file or endpoint did not take them.")

    /// All of them.
    public static let all = [exported, dropped]
}
