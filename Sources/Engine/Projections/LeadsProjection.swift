import Foundation
public import GRDB
import Journal
public import LeadlineCore
public import Vault

/// A lead as lists show it.
public struct LeadRow: Sendable, Equatable {
    public var program: String
    public var leadID: String
    /// "assigned", "escalated", "won", "lost", "withdrawn", "merged", ...
    public var status: String
    public var partnerID: String
    public var attempt: Int
    public var valueMinorUnits: Int64
    public var currency: String
    public var country: String
    public var vertical: String
    public var submittedAt: Timestamp
    public var changedAt: Timestamp
    public var respondBy: Timestamp?
    /// Positions of the entries about the lead.
    public var positions: [UInt64]
}

/// The list of leads: brought up to the journal, and read beside whoever writes it.
public struct LeadsProjection: Sendable {
    private let follower: ProjectionFollower<LeadsTables>
    private let derived: any DatabaseWriter
    private let reader: any DatabaseReader

    /// A projection of `journal` kept in `derived`.
    /// - Parameter reader: what it is read through; `derived` itself if none is given.
    public init(journal: any DatabaseReader, derived: any DatabaseWriter, reader: (any DatabaseReader)? = nil) {
        follower = ProjectionFollower(journal: journal, derived: derived)
        self.derived = derived
        self.reader = reader ?? derived
    }

    /// A folder's list of leads, read through connections of its own, so that nobody waits for who writes.
    public init(_ folder: DataFolder) throws {
        let derived = try folder.openDerived()
        self.init(journal: try folder.openJournalReadOnly(), derived: derived, reader: try folder.openProjections())
    }

    /// Folds every entry that was committed since the last time, in batches. Returns how many.
    /// - Parameter limit: folds no entry with this sequence number or a later one.
    @discardableResult
    public func catchUp(
        before limit: UInt64 = .max, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> UInt64 { try follower.catchUp(before: limit, progress: progress) }

    /// Makes the list again, as far as it has come, in a temporary file, and compares row by row. Changes nothing.
    /// - Returns: nil if there is no list yet.
    public static func compare(journal: any DatabaseReader, derived: any DatabaseReader) throws -> ProjectionComparison?
    {
        try ProjectionFollower<LeadsTables>.compare(journal: journal, derived: derived)
    }

    // MARK: Erasures

    /// Erases again whom and what the journal says was erased. A vault restored from a backup, or a crash between
    /// journal and vault, must not bring anybody back.
    /// - Returns: how many persons the vault had brought back.
    @discardableResult
    public func repeatErasures(_ keyring: Keyring) throws -> Int {
        let revived = try keyring.vault.repeatErasures(of: erasuresToRepeat())
        for row in try derived.read({ try Row.fetchAll($0, sql: "SELECT program, before FROM letters_ended") }) {
            let keys = try DeadLetters.keys(before: Timestamp(micros: row[1]), program: row[0], keyring)
            try keyring.vault.erase(keys)
        }
        return revived
    }

    /// Subjects whose erasure stands in the journal.
    public func erasuresToRepeat() throws -> [SubjectID] {
        try catchUp()
        return try derived.read { db in
            var subjects: [SubjectID] = []
            for data in try Data.fetchAll(db, sql: "SELECT DISTINCT subject FROM erasures") {
                let bytes: [UInt8] = Array(data)
                if let subject = SubjectID(bytes) { subjects.append(subject) }
            }
            return subjects
        }
    }

    // MARK: Reading

    /// What `list` selects.
    public struct Query: Sendable {
        /// The program.
        public var program: String
        /// Only leads of this status.
        public var status: String?
        /// Only leads that this partner holds.
        public var partnerID: String?
        /// Only leads that come after this one, which was the last of the page before.
        public var after: LeadPlace?
        /// At most so many.
        public var limit = 50
        /// The newest leads of a program.
        public init(program: String) { self.program = program }
    }

    /// Where a lead stands in the list: by its submission, then by its id. It stays there for ever.
    public struct LeadPlace: Sendable, Equatable {
        /// When it was submitted.
        public var submittedAt: Timestamp
        /// Its id.
        public var leadID: String
        /// A place from its parts.
        public init(submittedAt: Timestamp, leadID: String) {
            self.submittedAt = submittedAt
            self.leadID = leadID
        }
    }

    /// Leads, the latest submitted first. The next page comes after the last row of this one; what is submitted
    /// meanwhile moves nothing.
    public func list(_ query: Query) throws -> [LeadRow] {
        var sql = "SELECT * FROM leads WHERE program = :program"
        if query.status != nil { sql += " AND status = :status" }
        if query.partnerID != nil { sql += " AND partner = :partner" }
        if query.after != nil { sql += " AND (submitted < :submitted OR (submitted = :submitted AND lead > :lead))" }
        sql += " ORDER BY submitted DESC, lead LIMIT :limit"
        var arguments: [String: (any DatabaseValueConvertible)?] = ["program": query.program, "limit": query.limit]
        if let status = query.status { arguments["status"] = status }
        if let partner = query.partnerID { arguments["partner"] = partner }
        if let after = query.after {
            arguments["submitted"] = after.submittedAt.micros
            arguments["lead"] = after.leadID
        }
        let (statement, values) = (sql, StatementArguments(arguments))
        return try reader.read { db in
            try Row.fetchAll(db, sql: statement, arguments: values).map { Self.row($0, positions: []) }
        }
    }

    /// How many leads have each status.
    public func counts(program: String) throws -> [(status: String, count: Int)] {
        try reader.read { db in
            try Row.fetchAll(
                db, sql: "SELECT status, count(*) FROM leads WHERE program = ? GROUP BY status ORDER BY status",
                arguments: [program]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// One lead with the positions of all entries about it; nil if there is none.
    public func lead(_ id: String, program: String) throws -> LeadRow? {
        try reader.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM leads WHERE program = ? AND lead = ?", arguments: [program, id])
            else {
                return nil
            }
            let positions = try Int64.fetchAll(
                db, sql: "SELECT position FROM lead_entries WHERE program = ? AND lead = ? ORDER BY position",
                arguments: [program, id])
            return Self.row(row, positions: positions.map { UInt64($0) })
        }
    }

    /// Positions of what was observed of an account, up to and including one position, the newest `limit` in rising
    /// order.
    public func observations(of account: Digest128, program: String, through: UInt64, limit: Int) throws -> [UInt64] {
        try reader.read { db in
            try Int64.fetchAll(
                db,
                sql:
                    "SELECT position FROM account_entries WHERE program = ? AND account = ? AND position <= ? "
                    + "ORDER BY position DESC LIMIT ?",
                arguments: [program, Data(account.bytes), Int64(through), limit]
            ).reversed().map { UInt64($0) }
        }
    }

    private static func row(_ row: Row, positions: [UInt64]) -> LeadRow {
        LeadRow(
            program: row["program"], leadID: row["lead"], status: row["status"], partnerID: row["partner"],
            attempt: row["attempt"], valueMinorUnits: row["value"], currency: row["currency"], country: row["country"],
            vertical: row["vertical"], submittedAt: Timestamp(micros: row["submitted"]),
            changedAt: Timestamp(micros: row["changed"]),
            respondBy: (row["respond_by"] as Int64?).map { Timestamp(micros: $0) }, positions: positions)
    }
}
