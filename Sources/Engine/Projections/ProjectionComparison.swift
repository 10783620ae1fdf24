import Foundation
import GRDB
import Journal

/// What comparing the list of leads with the journal showed.
public struct ProjectionComparison: Sendable, Equatable {
    /// Rows found equal.
    public var rows: UInt64 = 0
    /// The first row that differs, in words; nil if none does.
    public var difference: String?
    /// The program of that row.
    public var program: String?
}

extension LeadsProjection {
    /// Makes the list again, as far as it has come, in a temporary file, and compares row by row. Changes nothing.
    /// - Returns: nil if there is no list yet.
    public static func compare(journal: DatabaseQueue, derived: DatabaseQueue) throws -> ProjectionComparison? {
        let path = NSTemporaryDirectory() + "leadline-projection-\(UUID().uuidString).db"
        defer { for suffix in ["", "-wal", "-shm"] { _ = try? FileManager.default.removeItem(atPath: path + suffix) } }
        return try derived.read { db in
            guard try db.tableExists("leads_cursor") else { return nil }
            let end = try cursor(db)
            let again = try DerivedDatabase.open(path: path)
            try createTables(again)
            try LeadsProjection(journal: journal, derived: again).catchUp(before: end)
            return try again.read { try compare(recorded: db, again: $0) }
        }
    }

    private static let tables = [
        ("leads", "program, lead"), ("lead_entries", "program, lead, position"), ("erasures", "program, position, subject"),
        ("account_entries", "program, account, position"), ("letters_ended", "program"),
    ]

    private static func compare(recorded: Database, again: Database) throws -> ProjectionComparison {
        var result = ProjectionComparison()
        for (table, order) in tables where result.difference == nil {
            let sql = "SELECT * FROM \(table) ORDER BY \(order)"
            let (left, right) = (try Row.fetchCursor(recorded, sql: sql), try Row.fetchCursor(again, sql: sql))
            while true {
                let (found, expected) = (try left.next(), try right.next())
                if found == nil && expected == nil { break }
                guard found == expected else {
                    let row = expected ?? found
                    let lead = (row?["lead"] as String?).map { " of the lead \($0)" } ?? ""
                    result.program = row?["program"]
                    result.difference = "the list of leads: a row\(lead) in \(table) is not what the journal leads to; delete derived.db to rebuild it"
                    break
                }
                result.rows += 1
            }
        }
        return result
    }
}
