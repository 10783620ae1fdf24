import Foundation
public import GRDB

/// Dead letters of outcomes that wait for their lead, beside the journal: a lead that comes sets them free, a lead
/// that never comes makes them real.
public enum ParkedLetters {
    public static func createTable(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS parked (
                    program TEXT NOT NULL, position INTEGER NOT NULL, lead TEXT NOT NULL, bytes BLOB NOT NULL,
                    PRIMARY KEY (program, position))
                """)
    }

    public static func add(_ letters: [Batch.Parked], _ db: Database) throws {
        for letter in letters {
            try db.execute(
                sql: "INSERT INTO parked VALUES (?, ?, ?, ?)",
                arguments: [letter.program, Int64(letter.position), letter.leadID, Data(letter.deadLetter)])
        }
    }

    /// What a batch ends the waiting of, its own outcomes included, and the letters that are now real.
    public static func unparked(
        by batch: Batch, _ db: Database
    ) throws -> (references: [Batch.ParkedReference], letters: [[UInt8]]) {
        var references = batch.unmatched
        var letters: [[UInt8]] = []
        for reference in batch.unmatched {
            let stored = try Data.fetchOne(
                db, sql: "SELECT bytes FROM parked WHERE program = ? AND position = ?",
                arguments: [reference.program, Int64(reference.position)])
            if let stored {
                letters.append([UInt8](stored))
            } else if let own = batch.parked.first(where: {
                $0.program == reference.program && $0.position == reference.position
            }) {
                letters.append(own.deadLetter)
            }
        }
        for arrived in batch.arrived {
            let stored = try Int64.fetchAll(
                db, sql: "SELECT position FROM parked WHERE program = ? AND lead = ?",
                arguments: [arrived.program, arrived.leadID])
            references += stored.map { .init(program: arrived.program, position: UInt64($0)) }
            references += batch.parked.filter { $0.program == arrived.program && $0.leadID == arrived.leadID }
                .map { .init(program: $0.program, position: $0.position) }
        }
        return (references, letters)
    }

    public static func remove(_ references: [Batch.ParkedReference], _ db: Database) throws {
        for reference in references {
            try db.execute(
                sql: "DELETE FROM parked WHERE program = ? AND position = ?",
                arguments: [reference.program, Int64(reference.position)])
        }
    }

    /// Leads that are waited for.
    public static func leads(_ db: Database) throws -> [(program: String, leadID: String)] {
        try Row.fetchAll(db, sql: "SELECT DISTINCT program, lead FROM parked").map { ($0[0], $0[1]) }
    }
}
