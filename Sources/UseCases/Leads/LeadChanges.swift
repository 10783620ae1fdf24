import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

extension Deployment {
    /// The leads that a stretch of the journal is about.
    /// - Returns: nil where it is about more than these: an erasure, and what removes entries, reach others too.
    public func leadsChanged(from: UInt64, before end: UInt64) throws(Problem) -> Set<String>? {
        try Problem.told {
            try journalReader().read { db -> Set<String>? in
                var leads: Set<String> = []
                for position in from..<end {
                    guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else {
                        return nil
                    }
                    let entry = try EntryCodec.decode(bytes)
                    if entry.reachesBeyondItsLeads { return nil }
                    leads.formUnion(LeadsTables.leads(of: entry))
                }
                return leads
            }
        }
    }
}

extension EntryRecord {
    /// True if it changes what is read of leads that it does not name.
    fileprivate var reachesBeyondItsLeads: Bool {
        if !ErasedFrom.all(in: self).isEmpty { return true }
        if case .segmentArchived = input.fact { return true }
        return false
    }
}
