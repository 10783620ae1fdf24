import Engine
import LeadlineCore

/// Decisions as records of `leadline.decisions`: CloudEvents in binary mode, whose ids never change, so that a consumer
/// can tell a repeat whatever a broker did.
enum DecisionRecords {
    /// Calls `body` with the headers and value of each decision of an entry.
    static func forEach(
        program: String, position: UInt64, stamp: Timestamp, entry: [UInt8], format: DecisionFormat,
        _ body: ([RecordHeader], [UInt8]) throws -> Void
    ) throws {
        for decision in try PublishedDecision.all(program: program, position: position, stamp: stamp, entry: entry) {
            try body(decision.headers(format), decision.data(format))
        }
    }
}
