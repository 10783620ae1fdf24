import Foundation
import GRDB

/// What checking a vault's file showed. It is read only, and without the master key as well.
public struct VaultCheck: Sendable {
    /// Keys of people and of rejected records.
    public private(set) var keys = 0
    /// Those that the master key opened; 0 where it is not at hand.
    public private(set) var unwrapped = 0
    public private(set) var aliases = 0
    public private(set) var tombstones = 0
    /// What is wrong, in words; nil if nothing is.
    public private(set) var fault: String?

    private var known: Set<SubjectID> = []
    private var gone: Set<SubjectID> = []

    /// Checks the file's structure and holds it against what a journal says.
    /// - Parameters:
    ///   - masterKey: nil checks what can be checked without.
    ///   - subjects: whom the journal knows, each of whom must have a key or a tombstone.
    ///   - erased: whom the journal erased, none of whom may have a key.
    ///   - keepsTombstones: each of those must have a tombstone; on a cluster its topic may have let them go.
    public init(
        path: String, masterKey: MasterKey?, subjects: Set<SubjectID>, erased: Set<SubjectID>,
        keepsTombstones: Bool = true
    ) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            try DatabaseQueue(path: path, configuration: configuration).read { db in
                fault = try Self.structure(db, masterKey)
                if fault == nil { fault = try readKeys(db, masterKey) }
                if fault == nil { fault = try readAliases(db) }
            }
        } catch {
            fault = "vault.db cannot be read: \(error)"
        }
        if fault == nil { fault = compare(subjects, erased, keepsTombstones) }
    }

    private static func structure(_ db: Database, _ masterKey: MasterKey?) throws -> String? {
        let said = try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
        if said != ["ok"] { return "vault.db is damaged: \(said.first ?? "")" }
        if try VaultDatabase.isEmpty(db) { return "vault.db is empty" }
        guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == VaultDatabase.applicationID else {
            return "vault.db is not a vault"
        }
        let noted = try Data.fetchAll(db, sql: "SELECT fingerprint FROM masters")
        guard noted.count == 1, noted[0].count == 32 else { return "vault.db does not say which master key it belongs to" }
        if let masterKey, !masterKey.fingerprints.contains([UInt8](noted[0])) {
            return "vault.db was made under another master key"
        }
        return nil
    }

    private mutating func readKeys(_ db: Database, _ masterKey: MasterKey?) throws -> String? {
        gone = try KeyTable.tombstones(in: db)
        tombstones = try Int.fetchOne(db, sql: "SELECT count(*) FROM tombstones") ?? 0
        if gone.count != tombstones { return "a tombstone in vault.db names no subject" }
        let openers = masterKey.map { [$0.wrapping] + $0.retiringWrappings } ?? []
        let rows = try Row.fetchCursor(db, sql: "SELECT subject, wrapped FROM keys ORDER BY row")
        while let row = try rows.next() {
            guard let subject = SubjectID(row[0] as Data) else { return "a key in vault.db names no subject" }
            let wrapped = [UInt8](row[1] as Data)
            if wrapped.count != 32 + Sealing.overhead { return "the key of \(subject) in vault.db has a wrong length" }
            if gone.contains(subject) { return "vault.db holds a key of \(subject), and its tombstone" }
            if !openers.isEmpty {
                guard openers.contains(where: { $0.open(wrapped, context: subject.bytes) != nil }) else {
                    return "the key of \(subject) in vault.db was changed: the master key does not open it"
                }
                unwrapped += 1
            }
            known.insert(subject)
            keys += 1
        }
        return nil
    }

    private mutating func readAliases(_ db: Database) throws -> String? {
        aliases = try Int.fetchOne(db, sql: "SELECT count(*) FROM aliases") ?? 0
        let wrong = [
            ("SELECT count(*) FROM aliases WHERE length(lookup) <> 16 OR secondary NOT IN (0, 1, 2, 3)", "are no look-ups"),
            ("SELECT count(*) FROM aliases WHERE key NOT IN (SELECT row FROM keys)", "lead to no key"),
            (
                "SELECT count(*) FROM (SELECT 1 FROM aliases WHERE secondary = 0 GROUP BY lookup HAVING count(*) > 1)",
                "find two people first"
            ),
        ]
        for (sql, what) in wrong + (try knowsStatements(db) ? [Self.strayStatements] : []) {
            if let count = try Int.fetchOne(db, sql: sql), count > 0 { return "\(count) look-ups in vault.db \(what)" }
        }
        return nil
    }

    /// A lead states an address by which its person is found.
    private static let strayStatements = (
        """
        SELECT count(*) FROM aliases AS lead WHERE stated IS NOT NULL AND NOT EXISTS
          (SELECT 1 FROM aliases AS address WHERE address.lookup = lead.stated AND address.key = lead.key)
        """,
        "state an address of nobody's"
    )

    private func knowsStatements(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 > 1
    }

    private func compare(_ subjects: Set<SubjectID>, _ erased: Set<SubjectID>, _ keepsTombstones: Bool) -> String? {
        let kept = erased.intersection(known)
        if !kept.isEmpty {
            return
                "vault.db still holds the keys of \(kept.count) whom the journal erased: an older copy was put back. 'leadline run --once' destroys them again"
        }
        let unmarked = keepsTombstones ? erased.subtracting(gone) : []
        if !unmarked.isEmpty {
            return
                "vault.db lacks the tombstones of \(unmarked.count) whom the journal erased: it was changed, or an older copy was put back. 'leadline run --once' writes them again"
        }
        let lost = subjects.subtracting(erased).subtracting(known).subtracting(gone)
        if let first = lost.map(\.description).min() {
            return
                "vault.db has neither key nor tombstone of \(lost.count) in the journal, for example \(first): it was changed, or an older copy was put back"
        }
        return nil
    }
}
