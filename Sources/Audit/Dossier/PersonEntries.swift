import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

extension Person {
    /// The entries about the person, each once, in order. Each is held against the list that led to it: a wrong row must
    /// neither print nor erase another person.
    /// - Parameter skipsArchived: passes over entries in archives that are not at hand.
    /// - Throws: `EngineError.listDiffers` for an entry that is not about the lead; `JournalError.archived`.
    func entries(_ program: String, skipsArchived: Bool = false, in db: Database) throws -> [EntryRecord] {
        var entries: [UInt64: EntryRecord] = [:]
        for row in leads {
            for entry in try JournaledLead(row, skipsArchived: skipsArchived, in: db).entries {
                entries[entry.position] = entry
            }
        }
        let readable = skipsArchived ? try JournalReader().firstReadable(of: program, in: db) : 0
        for lead in absentLeads {
            for position in lead.positions where position >= readable {
                guard let bytes = try JournalReader().entry(program: program, position: position, in: db),
                    case let entry = try EntryCodec.decode(bytes), LeadsTables.leads(of: entry).contains(lead.leadID)
                else { throw EngineError.listDiffers("entry \(position) of \(program) is not about its lead") }
                entries[position] = entry
            }
        }
        for role in partners {
            for position in role.positions where position >= readable {
                guard let bytes = try JournalReader().entry(program: program, position: position, in: db),
                    case let entry = try EntryCodec.decode(bytes),
                    entry.input.subject.flatMap({ SubjectID($0.bytes) }) == role.subject
                else { throw EngineError.listDiffers("entry \(position) of \(program) is not of its partner") }
                entries[position] = entry
            }
        }
        return entries.keys.sorted().compactMap { entries[$0] }
    }
}
