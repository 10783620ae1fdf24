import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// Writes an arena's entries into the journal of a data folder, so that every command reads them like a program's own.
///
/// The entries come from no topic: nothing of a lead is sealed, and no input has an origin.
public final class ArenaJournal {
    /// Entries a transaction.
    private static let batchMax = 10_000
    /// The program in the folder.
    public static let program = "arena"

    private let journal: DatabaseQueue
    private var pending: [PendingEntry] = []

    /// Makes a data folder; its master key lies beside it, in `<path>-keys`.
    /// - Throws: `ArenaError` where something is there already.
    public init(folder path: String) throws {
        if FileManager.default.fileExists(atPath: path) {
            throw ArenaError("there is something at \(path) already: name a folder that is not there yet")
        }
        let key = URL(fileURLWithPath: path + "-keys/master.key").standardizedFileURL.path
        journal = try DataFolder.create(path: path, settings: .init(program: Self.program, masterKeyFile: key))
            .openJournal()
    }

    /// Takes the entry at the next position.
    public func take(_ entry: ArenaRun.Entry) throws {
        var writer = WireWriter()
        EntryCodec.encode(
            position: entry.position, stamp: entry.stamp, logicVersion: entry.logicVersion, origin: nil,
            inputBytes: InputCodec.encode(entry.input),
            events: entry.events, into: &writer)
        pending.append(
            PendingEntry(
                program: Self.program, position: entry.position, stampMicros: entry.stamp.micros, bytes: writer.bytes,
                eventCount: entry.events.count))
        if pending.count == Self.batchMax { try flush() }
    }

    /// Writes what is left.
    public func flush() throws {
        if pending.isEmpty { return }
        let batch = pending
        _ = try journal.write { try JournalWriter().append(batch, in: $0) }
        pending.removeAll(keepingCapacity: true)
    }
}
