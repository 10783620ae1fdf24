import Engine
import LeadlineCore
import LeadlineSchemas
import Synchronization
import Tracing

/// Begins spans and keeps them, once they have ended, until they are exported: swift-distributed-tracing's tracer on
/// W3C Trace Context.
///
/// A span tells its ids, the name of an operation, when it began and ended, how, and figures that are listed here;
/// whatever else is put on it is not kept, so that nothing personal can be.
struct SpanRecorder: Tracer {
    let buffer: SpanBuffer
    let machine: Machine

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RecordedSpan {
        let parent = context().traceParent
        var own = context()
        let fresh = machine.random.bytes(24)
        own.traceParent =
            parent?.under(Array(fresh[16...]))
            ?? TraceParent(traceID: Array(fresh[..<16]), spanID: Array(fresh[16...]), flags: 1)
        return RecordedSpan(operationName, own, parent: parent, kind, start: instant().nanosecondsSinceEpoch, buffer)
    }

    func activeSpan(identifiedBy context: ServiceContext) -> RecordedSpan? { nil }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.traceParent = extractor.extract(key: "traceparent", from: carrier)
            .flatMap { TraceParent(header: $0.utf8) }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let trace = context.traceParent { injector.inject(trace.description, forKey: "traceparent", into: &carrier) }
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey { typealias Value = TraceParent }

    /// Where the work under way stands in its trace.
    var traceParent: TraceParent? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}

/// A span that is kept once it ends, unless whoever began the trace does not want it.
final class RecordedSpan: Tracing.Span {
    /// Figures that are told of; nothing else is.
    static let figures: Set<String> = ["http.response.status_code", EndedSpan.position]

    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var isError = false
        var isOver = false
    }

    let context: ServiceContext
    private let parent: TraceParent?
    private let kind: SpanKind
    private let start: UInt64
    private let buffer: SpanBuffer
    private let state: Mutex<State>

    init(
        _ name: String, _ context: ServiceContext, parent: TraceParent?, _ kind: SpanKind, start: UInt64,
        _ buffer: SpanBuffer
    ) {
        (self.context, self.parent, self.kind, self.start, self.buffer) = (context, parent, kind, start, buffer)
        state = Mutex(State(name: name))
    }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }
    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }
    var isRecording: Bool { context.traceParent.map { $0.flags & 1 == 1 } ?? false }

    func setStatus(_ status: SpanStatus) { state.withLock { $0.isError = status.code == .error } }
    func addEvent(_ event: SpanEvent) {}
    func addLink(_ link: SpanLink) {}

    /// Whoever began it says how it ended; an error's own words may hold what somebody sent.
    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard isRecording, let place = context.traceParent else { return }
        let end = instant().nanosecondsSinceEpoch
        let ended = state.withLock { state -> EndedSpan? in
            if state.isOver { return nil }
            state.isOver = true
            var figures: [String: Int64] = [:]
            state.attributes.forEach { name, value in
                if Self.figures.contains(name), case .int64(let figure) = value { figures[name] = figure }
            }
            return EndedSpan(
                place: place, parentID: parent?.spanID, name: state.name, kind: kind, start: start, end: end,
                figures: figures, isError: state.isError)
        }
        if let ended { buffer.add(ended) }
    }
}

/// What is told of a span.
struct EndedSpan: Sendable {
    var place: TraceParent
    var parentID: [UInt8]?
    var name: String
    var kind: SpanKind
    /// Nanoseconds since 1970.
    var start: UInt64
    var end: UInt64
    var figures: [String: Int64]
    var isError: Bool

    /// Of an entry in its program's stream.
    static let position = "leadline.entry.position"
}

extension EndedSpan {
    /// The deciding of an input, told once it was durable. It is made of what the journal has, so that every decision
    /// and webhook is under it, whoever tells of it.
    init(_ deciding: TracedDeciding) {
        self.init(
            place: deciding.place, parentID: deciding.cause.spanID, name: "decide", kind: .consumer,
            start: Self.nanoseconds(deciding.began), end: Self.nanoseconds(deciding.ended),
            figures: [Self.position: Int64(deciding.position)], isError: false)
    }

    private static func nanoseconds(_ moment: Timestamp) -> UInt64 { UInt64(max(0, moment.micros)) * 1_000 }
}

/// Spans that wait to be exported. Where they come faster than they are taken, what comes is dropped and counted.
final class SpanBuffer: Sendable {
    /// Spans kept at most.
    static let spansMax = 4_096

    private let state = Mutex<(spans: [EndedSpan], dropped: Int)>(([], 0))

    func add(_ span: EndedSpan) {
        state.withLock { state in
            if state.spans.count < Self.spansMax { state.spans.append(span) } else { state.dropped += 1 }
        }
    }

    /// What has come since the last time, and how many were dropped.
    func take() -> (spans: [EndedSpan], dropped: Int) {
        state.withLock { state in
            defer { state = ([], 0) }
            return state
        }
    }
}
