import Foundation
import GRDB
import UseCases

/// A SQLite file of the gateway's own in the data folder, beside the journal, which its owner alone may read.
struct KeptFile {
    var path: String
    /// As errors name it, e.g. "the keys' file".
    var name: String
    /// What the file says of itself that it is, and the words for it; nil for files that were made without.
    var kind: (applicationID: Int32, words: String)?
    var formatVersion: Int
    /// SQLite's settings of each connection.
    var pragmas: String

    /// Settings of a connection.
    static func configuration(_ pragmas: String) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { try $0.execute(sql: pragmas) }
        return configuration
    }

    /// Opens the file, and makes it where it is absent.
    /// - Parameter bring: brings the tables up from a format, 0 for a file without any; in one transaction.
    /// - Throws: `Problem` for a file that cannot be made, is another's or is of a newer format.
    func open(_ bring: (_ db: Database, _ from: Int) throws -> Void) throws -> DatabasePool {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw Problem.notWritable("\(name) cannot be made", at: path) }
        }
        let pool = try DatabasePool(path: path, configuration: Self.configuration(pragmas))
        try pool.write { db in
            if let kind { try check(kind, db) }
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard version <= formatVersion else {
                throw Problem(.unavailable, "\(name) is of a newer Leadline", at: path, remedy: "Use that one")
            }
            if version == formatVersion { return }
            try bring(db, version)
            try db.execute(sql: "PRAGMA user_version = \(formatVersion)")
        }
        return pool
    }

    /// An empty file becomes one of the kind.
    private func check(_ kind: (applicationID: Int32, words: String), _ db: Database) throws {
        if try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0 == kind.applicationID { return }
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
            throw Problem(.invalid, "this is no \(kind.words)", at: path, remedy: "Move it away")
        }
        try db.execute(sql: "PRAGMA application_id = \(kind.applicationID)")
    }
}
