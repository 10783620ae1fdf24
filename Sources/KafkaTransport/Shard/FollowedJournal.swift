import Crypto
import Engine
import Foundation
import GRDB
import Journal
import LeadlineSchemas

/// The local journal of a shard: a copy of its partition of `leadline.journal`, which it follows and from which it can
/// be rebuilt at any time.
struct FollowedJournal {
    private let queue: DatabaseQueue

    /// What the last batch frame said, and how far both topics have been followed.
    struct Progress: Equatable {
        /// Next offset of the journal partition.
        var journalOffset: Int64 = 0
        /// Next offset of the keys partition.
        var keysOffset: Int64 = 0
        /// Next offset of each input, in rank order; nil before the first frame.
        var inputs: [Int64]?
    }

    init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        try queue.writeWithoutTransaction { db in
            // The topic is the truth: what a power cut takes from this copy comes back from there.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        try queue.write { db in
            try ParkedLetters.createTable(db)
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS kafka_progress (
                        id INTEGER PRIMARY KEY CHECK (id = 1), journal_offset INTEGER NOT NULL, keys_offset INTEGER NOT NULL);
                    CREATE TABLE IF NOT EXISTS kafka_inputs (topic INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL);
                    """)
        }
    }

    func progress() throws -> Progress {
        try queue.read { db in
            var progress = Progress()
            if let row = try Row.fetchOne(db, sql: "SELECT journal_offset, keys_offset FROM kafka_progress") {
                progress.journalOffset = row[0]
                progress.keysOffset = row[1]
            }
            let rows = try Row.fetchAll(db, sql: "SELECT topic, next_offset FROM kafka_inputs ORDER BY topic")
            if rows.count == Topic.inputs.count { progress.inputs = rows.map { $0[1] } }
            return progress
        }
    }

    /// The size of a program's stream here.
    func size(of program: String) throws -> UInt64 {
        try queue.read { try JournalReader().head(of: program, in: $0)?.size ?? 0 }
    }

    /// The sizes of the streams here.
    func sizes() throws -> [String: UInt64] {
        try queue.read { db in
            Dictionary(try JournalReader().streams(in: db).map { ($0.program, $0.size) }) { first, _ in first }
        }
    }

    /// True if the entry at a position has these bytes. One that was archived here is known by its hash.
    func holds(_ bytes: [UInt8], _ program: String, _ position: UInt64) throws -> Bool {
        try queue.read { try JournalReader().leaf(program: program, position: position, in: $0) }
            == HashChain.leaf(of: bytes)
    }

    /// Takes a committed batch in, whole.
    func apply(_ entries: [PendingEntry], _ frame: WireBatchFrame, nextJournalOffset: Int64?) throws {
        try queue.write { db in
            try JournalWriter().append(entries, in: db)
            try ParkedLetters.add(
                frame.parked.map {
                    .init(
                        program: $0.programID, leadID: $0.leadID, position: $0.position,
                        deadLetter: Array($0.deadLetter))
                }, db)
            try ParkedLetters.remove(frame.unparked.map { .init(program: $0.programID, position: $0.position) }, db)
            for next in frame.nextOffsets {
                guard let topic = Topic(name: next.topic) else { continue }
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO kafka_inputs VALUES (?, ?)").execute(arguments: [
                    topic.rawValue, next.offset,
                ])
            }
            if let nextJournalOffset { try Self.setOffset("journal_offset", nextJournalOffset, db) }
        }
    }

    func setKeysOffset(_ offset: Int64) throws {
        try queue.write { try Self.setOffset("keys_offset", offset, $0) }
    }

    private static func setOffset(_ column: String, _ offset: Int64, _ db: Database) throws {
        try db.execute(sql: "INSERT OR IGNORE INTO kafka_progress VALUES (1, 0, 0)")
        try db.execute(sql: "UPDATE kafka_progress SET \(column) = ?", arguments: [offset])
    }

    func unparked(by batch: Batch) throws -> (references: [Batch.ParkedReference], letters: [[UInt8]]) {
        try queue.read { try ParkedLetters.unparked(by: batch, $0) }
    }

    func parkedLeads() throws -> [(program: String, leadID: String)] { try queue.read { try ParkedLetters.leads($0) } }

    func truncateWriteAheadLog(_ patience: WriteAheadLog.Patience) throws -> Bool {
        try WriteAheadLog.truncate(queue, patience)
    }
}
