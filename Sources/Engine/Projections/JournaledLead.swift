public import GRDB
import Journal
import LeadlineCore
public import LeadlineSchemas
public import Vault

/// A lead as the journal's own entries tell of it. The list of leads says where they stand, and nothing else is taken
/// from it: a wrong row must neither print nor erase another person.
public struct JournaledLead: Sendable {
    /// Its entries in order, but for those that stand in an archive which is not at hand.
    public let entries: [EntryRecord]
    /// Whose lead it is, by the entry that submitted it; nil if that says nobody or is not at hand.
    public let subject: SubjectID?
    /// False if the entry that submitted it is not at hand.
    public let knowsSubject: Bool

    /// Reads a lead's entries and holds each against the list.
    /// - Parameter skipsArchived: passes over entries in archives that are not at hand.
    /// - Throws: ``EngineError/listDiffers(_:)`` for an entry that is not about the lead; `JournalError.archived`.
    public init(_ row: LeadRow, skipsArchived: Bool = false, in db: Database) throws {
        let readable = skipsArchived ? try JournalReader().firstReadable(of: row.program, in: db) : 0
        var entries: [EntryRecord] = []
        var submitted: EntryRecord?
        for position in row.positions where position >= readable {
            guard let bytes = try JournalReader().entry(program: row.program, position: position, in: db) else {
                throw EngineError.listDiffers("it names entry \(position) of \(row.program), which is not there")
            }
            let entry = try EntryCodec.decode(bytes)
            guard LeadsTables.leads(of: entry).contains(row.leadID) else {
                throw EngineError.listDiffers("entry \(position) of \(row.program) is not about the lead it is listed under")
            }
            if submitted == nil, case .leadSubmitted(let fact) = entry.input.fact, fact.leadID == row.leadID {
                submitted = entry
            }
            entries.append(entry)
        }
        self.entries = entries
        knowsSubject = submitted != nil
        subject = submitted?.input.subject.flatMap { SubjectID($0.bytes) }
    }
}
