import HTTPTypes
import Hummingbird
import HummingbirdCore
import LeadlineSchemas
import Tracing

extension SpanRecorder {
    /// Does the work of a request in a span, in the trace that the request names or in one of its own. What the work
    /// asks for its place in the trace is answered with that span.
    func serving(
        _ operation: String, _ headers: HTTPFields, _ work: () async throws -> Response
    ) async throws -> Response {
        var place = ServiceContext.topLevel
        place.traceParent = TraceParent(headers)
        return try await withSpan(operation, context: place, ofKind: .server) { span in
            do {
                let response = try await work()
                Self.note(Int(response.status.code), span)
                return response
            } catch {
                Self.note(error is CancellationError ? 499 : Refusal(error).status, span)
                throw error
            }
        }
    }

    private static func note(_ status: Int, _ span: RecordedSpan) {
        span.attributes["http.response.status_code"] = Int64(status)
        if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
    }
}

extension TraceParent {
    /// What a request names as its place in a trace; nil for what is none, and for two of them.
    init?(_ headers: HTTPFields) {
        let values = headers[values: .traceParent]
        guard values.count == 1 else { return nil }
        self.init(header: values[0].utf8)
    }
}
