import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// What the journal of a program says was decided, read on from where somebody has come.
enum JournaledEvents {
    /// The events of the entries from `position` on, in order, and the position after the last of them.
    static func read(
        _ program: String, from position: UInt64, in db: Database
    ) throws -> (events: [Event], next: UInt64) {
        var events: [Event] = [], next = position
        try JournalReader().forEachEntry(program: program, from: position, in: db) { place, bytes in
            events += unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }.events
            next = place + 1
        }
        return (events, next)
    }
}
