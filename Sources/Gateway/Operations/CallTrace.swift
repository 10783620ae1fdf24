import Engine
import HTTPTypes
import LeadlineSchemas

extension Call {
    /// Where the caller stands in its trace (W3C Trace Context), as records carry it. What is no trace is ignored, and so are
    /// two of them.
    var traceHeaders: [RecordHeader] {
        let values = headers[values: .traceParent]
        guard values.count == 1, let trace = TraceParent(header: values[0].utf8) else { return [] }
        return [RecordHeader("traceparent", trace.description)]
    }
}
