public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// A face's own way of putting records on the topics, in place of the command line's: its inbox.
public struct Submitting: Sendable {
    /// Makes records durable, and returns the positions of their entries once they are decided.
    public typealias Submit = @Sendable ([NewRecord]) async throws -> [UInt64]

    /// Where its events come from.
    public let source: String
    /// Id of the event that a request makes, the same for every repeat of it; nil for a new one.
    public let eventID: String?
    let submit: Submit

    /// A way from its parts.
    public init(source: String, eventID: String? = nil, submit: @escaping Submit) {
        self.source = source
        self.eventID = eventID
        self.submit = submit
    }
}

extension Deployment {
    /// The entry at a position that was told a moment ago.
    func decided(at position: UInt64) throws -> (position: UInt64, events: [Event]) {
        let bytes = try journalReader().read {
            try JournalReader().entry(program: program, position: position, in: $0)
        }
        guard let bytes else { throw JournalError.unknownProgram(program) }
        return (position, try EntryCodec.decode(bytes).events)
    }
}

extension NewRecord {
    /// The same event under another id.
    func named(_ id: String) -> NewRecord {
        var record = self
        record.headers.removeAll { $0.name == Array("ce_id".utf8) }
        record.headers.append(RecordHeader("ce_id", id))
        return record
    }
}
