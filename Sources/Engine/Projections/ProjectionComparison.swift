import Foundation
public import GRDB
import Journal

/// What comparing a projection with the journal showed.
public struct ProjectionComparison: Sendable, Equatable {
    /// Rows found equal.
    public var rows: UInt64 = 0
    /// The first row that differs, in words; nil if none does.
    public var difference: String?
    /// The program of that row.
    public var program: String?
}

extension Projection {
    /// Makes the projection again, as far as it has come, and compares row by row. Changes nothing.
    /// - Returns: nil if there is none yet.
    public static func compare(journal: any DatabaseReader, derived: any DatabaseReader) throws -> ProjectionComparison?
    {
        try ProjectionFollower<Self>.compare(journal: journal, derived: derived)
    }
}

extension ProjectionFollower {
    /// Makes the projection again, as far as it has come, in a temporary file, and compares row by row. Changes
    /// nothing.
    /// - Returns: nil if there is none yet.
    public static func compare(journal: any DatabaseReader, derived: any DatabaseReader) throws -> ProjectionComparison?
    {
        let path = NSTemporaryDirectory() + "leadline-projection-\(UUID().uuidString).db"
        defer { for suffix in ["", "-wal", "-shm"] { _ = try? FileManager.default.removeItem(atPath: path + suffix) } }
        return try derived.read { db in
            guard try db.tableExists("projection_cursors") else { return nil }
            let end = try Model.nextSeq(in: db)
            let again = try DerivedDatabase.open(path: path)
            try again.write { try Model.prepare(in: $0) }
            try ProjectionFollower(journal: journal, derived: again).catchUp(before: end)
            return try again.read { try compare(recorded: db, again: $0) }
        }
    }

    private static func compare(recorded: Database, again: Database) throws -> ProjectionComparison {
        var result = ProjectionComparison()
        for table in Model.tables where result.difference == nil {
            let sql = "SELECT * FROM \(table.name) ORDER BY \(table.order)"
            // A table that came with a later release is not there before the first entry after it.
            let left = try recorded.tableExists(table.name) ? Row.fetchCursor(recorded, sql: sql) : nil
            let right = try Row.fetchCursor(again, sql: sql)
            while true {
                let (found, expected) = (try left?.next(), try right.next())
                if found == nil && expected == nil { break }
                guard found == expected else {
                    let row = expected ?? found
                    let lead = (row?["lead"] as String?).map { " of the lead \($0)" } ?? ""
                    result.program = row?["program"]
                    result.difference =
                        "\(Model.title): a row\(lead) in \(table.name) is not what the journal leads to; "
                        + "delete derived.db to rebuild it"
                    break
                }
                result.rows += 1
            }
        }
        return result
    }
}
