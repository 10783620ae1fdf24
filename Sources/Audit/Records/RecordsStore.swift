import Engine
import Foundation
import GRDB
public import Journal
public import Vault

/// Keeps in `derived.db` how far each program's records were counted, so that the next time only what came since is read.
///
/// What is kept carries a code under the master key: what somebody else wrote there is no better than nothing, and
/// everything is read again. It also says where the chain stood, so that what is read since must follow from there.
public struct RecordsStore {
    /// What was kept of a program.
    public struct Kept {
        /// Goes on from there.
        public var builder: RecordsBuilder
        /// The stream as far as it was counted.
        public var head: StreamHead
    }

    /// With fewer entries since, keeping takes longer than reading them again.
    public static let worthwhileEntries: UInt64 = 20_000

    private let derived: any DatabaseWriter
    private let codes: KeyedDigest

    /// A store in a folder's derived database.
    public init(_ derived: any DatabaseWriter, _ masterKey: MasterKey) throws {
        self.derived = derived
        codes = KeyedDigest(masterKey, purpose: "kept records")
        try derived.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS kept_records (
                        program TEXT PRIMARY KEY, version INTEGER NOT NULL, size INTEGER NOT NULL, link BLOB NOT NULL,
                        counts BLOB NOT NULL, code BLOB NOT NULL) WITHOUT ROWID
                    """)
        }
    }

    /// What was kept last, if it is this version's and nobody changed it.
    /// - Parameters:
    ///   - left: segments that have left the journal.
    ///   - words: how hard rules are said.
    public func newest(of program: String, left: [ArchivedSegment], words: any AuditWording) throws -> Kept? {
        let row = try derived.read { db in
            try Row.fetchOne(
                db, sql: "SELECT size, link, counts, code FROM kept_records WHERE program = ? AND version = ?",
                arguments: [program, RecordsBuilder.keptVersion])
        }
        guard let row else { return nil }
        let (size, counts) = (UInt64(bitPattern: row[0] as Int64), [UInt8](row[2] as Data))
        guard let link = Digest([UInt8](row[1] as Data)), code(program, size, link, counts) == [UInt8](row[3] as Data),
            let builder = RecordsBuilder(kept: counts, left: left, words: words)
        else { return nil }
        return Kept(
            builder: builder, head: StreamHead(program: program, size: size, link: link, lastStampMicros: 0))
    }

    /// Keeps what was counted up to `head`.
    public func keep(_ builder: RecordsBuilder, through head: StreamHead) throws {
        let counts = try builder.kept()
        let code = code(head.program, head.size, head.link, counts)
        try derived.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO kept_records VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    head.program, RecordsBuilder.keptVersion, Int64(bitPattern: head.size), Data(head.link.bytes),
                    Data(counts), Data(code),
                ])
        }
    }

    private func code(_ program: String, _ size: UInt64, _ link: Digest, _ counts: [UInt8]) -> [UInt8] {
        codes.digest(["\(RecordsBuilder.keptVersion)", "\(size)", "\(link)", program], counts)
    }
}
