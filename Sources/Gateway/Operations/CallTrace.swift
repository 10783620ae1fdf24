import Engine
import HTTPTypes
import LeadlineSchemas
import Tracing

extension Call {
    /// Where the work for the caller stands in its trace (W3C Trace Context), as records carry it: under the span of
    /// the request, or under the caller's own where no spans are begun.
    var traceHeaders: [RecordHeader] {
        let trace = ServiceContext.current?.traceParent ?? TraceParent(headers)
        return trace.map { [RecordHeader("traceparent", $0.description)] } ?? []
    }
}
