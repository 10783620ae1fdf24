import Foundation
public import GRDB
import Journal
public import LeadlineCore
public import LeadlineSchemas
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
    private let journal: any DatabaseReader
    private let derived: any DatabaseWriter
    private let reader: any DatabaseReader

    /// A projection of `journal` kept in `derived`.
    /// - Parameter reader: what it is read through; `derived` itself if none is given.
    public init(journal: any DatabaseReader, derived: any DatabaseWriter, reader: (any DatabaseReader)? = nil) {
        follower = ProjectionFollower(journal: journal, derived: derived)
        self.journal = journal
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
    ) throws -> UInt64 {
        try restate()
        return try follower.catchUp(before: limit, progress: progress)
    }

    /// A list from before it followed updates shows what leads were submitted with. Once, it is made up for what the
    /// journal still holds of their updates; a lead whose updates are in an archive shows what it showed.
    private func restate() throws {
        let mark = ProjectionCursor(name: "leads.restated", version: 1)
        if try derived.read({ try mark.recordedVersion(in: $0) }) != nil { return }
        try journal.read { source in
            try derived.write { db in
                guard try mark.recordedVersion(in: db) == nil else { return }
                try mark.setNextSeq(1, in: db)
                if try LeadsTables.nextSeq(in: db) == 1 { return }
                for stream in try JournalReader().streams(in: source) {
                    let first = try JournalReader().firstReadable(of: stream.program, in: source)
                    try JournalReader().forEachEntry(program: stream.program, from: first, in: source) { _, bytes in
                        try unsafe bytes.withUnsafeBytes { raw in
                            guard unsafe try EntryCodec.peek(raw).inputField == MessageKind.leadUpdated.bodyFieldNumber
                            else { return }
                            let entry = unsafe try EntryCodec.decode(raw)
                            try LeadsTables.restate(entry, of: stream.program, in: db)
                        }
                    }
                }
            }
        }
    }

    /// Makes the list again, as far as it has come, in a temporary file, and compares row by row. Changes nothing.
    /// - Returns: nil if there is no list yet.
    public static func compare(journal: any DatabaseReader, derived: any DatabaseReader) throws -> ProjectionComparison?
    {
        try ProjectionFollower<LeadsTables>.compare(journal: journal, derived: derived)
    }

    // MARK: Erasures

    /// Erases again whom and what the journal says was erased. A vault restored from a backup, or a crash between
    /// journal and vault, must not bring anybody back. The list says where that stands; the entry there says whom.
    /// - Returns: how many persons the vault had brought back.
    /// - Throws: ``EngineError/listDiffers(_:)`` if the entry says something else; nobody is erased then.
    @discardableResult
    public func repeatErasures(_ keyring: Keyring) throws -> Int {
        try catchUp()
        let rows = try derived.read { try Row.fetchAll($0, sql: "SELECT program, position, subject FROM erasures") }
        var revived: [SubjectID] = []
        for row in rows {
            guard let subject = SubjectID([UInt8](row[2] as Data)), !keyring.vault.isErased(subject) else { continue }
            try confirm(subject, erasedBy: UInt64(row[1] as Int64), program: row[0], keyring)
            if !revived.contains(subject) { revived.append(subject) }
        }
        let count = try keyring.vault.repeatErasures(of: revived)
        for row in try derived.read({ try Row.fetchAll($0, sql: "SELECT program, before FROM letters_ended") }) {
            let (program, before) = (row[0] as String, Timestamp(micros: row[1]))
            let keys = try DeadLetters.keys(before: before, program: program, keyring).filter {
                !keyring.vault.isErased($0)
            }
            if keys.isEmpty { continue }
            try confirm(lettersEnded: before, program: program)
            try keyring.vault.erase(keys)
        }
        return count
    }

    /// Another value once another erasure is listed, or another end of rejected records.
    public func erasureMark() throws -> Int64 {
        try reader.read { db in
            let erasures = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(rowid) FROM erasures")) ?? 0
            let letters = try Int64.fetchOne(db.cachedStatement(sql: "SELECT sum(before % 1000000007) FROM letters_ended")) ?? 0
            return erasures &* 1_000_000_007 &+ letters
        }
    }

    /// - Throws: ``EngineError/listDiffers(_:)`` unless the entry erases the subject.
    private func confirm(_ subject: SubjectID, erasedBy position: UInt64, program: String, _ keyring: Keyring) throws {
        let isErased = try journal.read { db in
            let readable = try JournalReader().firstReadable(of: program, in: db)
            // An entry that was archived was erased long before; what it says is in the archive alone.
            if position < readable { return true }
            guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else {
                return false
            }
            return try ErasedFrom.all(in: EntryCodec.decode(bytes)).contains { erased in
                switch erased {
                case .subject(let digest): SubjectID(digest.bytes) == subject
                case .lead(let lead):
                    try self.lead(lead, program: program).map { row in
                        let lead = try JournaledLead(row, skipsArchived: true, in: db)
                        return try lead.knowsSubject ? lead.subject == subject : isOwner(subject, row, keyring)
                    } ?? false
                }
            }
        }
        if !isErased { throw EngineError.listDiffers("entry \(position) of \(program) does not erase who is listed there") }
    }

    /// Whether the vault knows a subject by a lead's id, where the entry that submitted the lead is not at hand.
    private func isOwner(_ subject: SubjectID, _ row: LeadRow, _ keyring: Keyring) throws -> Bool {
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: row.program)
        return try keyring.vault.allSubjects(pseudonyms.lookup(kind: .lead, value: row.leadID)).contains(subject)
    }

    /// - Throws: ``EngineError/listDiffers(_:)`` unless an entry ended rejected records up to that moment.
    private func confirm(lettersEnded before: Timestamp, program: String) throws {
        var isTold = false
        try journal.read { db in
            let first = try JournalReader().firstReadable(of: program, in: db)
            try JournalReader().forEachEntry(program: program, from: first, in: db) { _, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                for case .retentionApplied(let event) in entry.events where event.category == .deadLetter {
                    if event.closedAt >= before { isTold = true }
                }
            }
        }
        if !isTold { throw EngineError.listDiffers("no entry of \(program) ended the rejected records listed as ended") }
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

    /// Leads of persons who were erased, and of those whose data had its time.
    /// - Parameter position: entries up to this one are passed over; nil begins with the first.
    /// - Returns: the leads, and the last entry that erases anybody; nil where none does.
    public func leadsErased(after position: UInt64?, program: String) throws -> (leads: [String], through: UInt64?) {
        try catchUp()
        return try reader.read { db in
            let last = try Self.lastErasure(of: program, db)
            let after = position.map { Int64($0) } ?? -1
            guard let last, last > after else { return ([], last.map { UInt64($0) }) }
            let leads = try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT lead FROM erasures JOIN leads USING (program, subject)
                    WHERE program = ? AND position > ?
                    """, arguments: [program, after])
            return (leads, UInt64(last))
        }
    }

    /// The last entry that erases anybody of a program; nil where none does.
    public func lastErasure(of program: String) throws -> UInt64? {
        try catchUp()
        return try reader.read { try Self.lastErasure(of: program, $0) }.map { UInt64($0) }
    }

    private static func lastErasure(of program: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(position) FROM erasures WHERE program = ?"), arguments: [program])
    }

    /// Whether a person of any of these leads was erased.
    public func isAnyErased(_ leads: Set<String>, program: String) throws -> Bool {
        try catchUp()
        return try reader.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM leads JOIN erasures USING (program, subject)
                    WHERE program = ? AND lead = ?)
                    """)
            return try leads.contains { try Bool.fetchOne(statement, arguments: [program, $0]) ?? false }
        }
    }

    /// Where links between this person and others changed: the other's id and the positions of the entries that say so,
    /// which alone say what holds.
    public func links(of subject: SubjectID, program: String) throws -> [(other: SubjectID, position: UInt64)] {
        try reader.read { db in
            try Row.fetchAll(
                db, sql: "SELECT other, position FROM person_links WHERE program = ? AND subject = ? ORDER BY position",
                arguments: [program, Data(subject.bytes)]
            ).compactMap { row in
                SubjectID(Array(row[0] as Data)).map { ($0, UInt64(row[1] as Int64)) }
            }
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
                db, sql: "SELECT status, count FROM lead_counts WHERE program = ? ORDER BY status",
                arguments: [program]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// One lead with the positions of all entries about it; nil if there is none.
    public func lead(_ id: String, program: String) throws -> LeadRow? {
        try reader.read { db in
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT * FROM leads WHERE program = ? AND lead = ?"),
                    arguments: [program, id])
            else {
                return nil
            }
            return Self.row(row, positions: try Self.positions(of: id, program, db))
        }
    }

    /// Positions of the entries that name a lead, whether or not it came, in rising order.
    public func positions(of lead: String, program: String) throws -> [UInt64] {
        try reader.read { try Self.positions(of: lead, program, $0) }
    }

    private static func positions(of lead: String, _ program: String, _ db: Database) throws -> [UInt64] {
        let statement = try db.cachedStatement(
            sql: "SELECT position FROM lead_entries WHERE program = ? AND lead = ? ORDER BY position")
        return try Int64.fetchAll(statement, arguments: [program, lead]).map { UInt64($0) }
    }

    /// How many observations of an account the list knows.
    public func observationCount(of account: Digest128, program: String) throws -> Int {
        try reader.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM account_entries WHERE program = ? AND account = ?",
                arguments: [program, Data(account.bytes)]) ?? 0
        }
    }

    /// What was observed of an account, up to and including one position, the newest `limit` in rising order.
    /// - Throws: ``EngineError/listDiffers(_:)`` for an entry that is no observation of the account.
    public func observations(
        of account: Digest128, program: String, through: UInt64, limit: Int, in journal: Database
    ) throws -> [EntryRecord] {
        try positions(of: account, program, through, limit).map { position in
            guard let bytes = try JournalReader().entry(program: program, position: position, in: journal),
                case let entry = try EntryCodec.decode(bytes), LeadsTables.observes(account, entry)
            else { throw EngineError.listDiffers("entry \(position) of \(program) is no observation of its account") }
            return entry
        }
    }

    private func positions(of account: Digest128, _ program: String, _ through: UInt64, _ limit: Int) throws
        -> [UInt64]
    {
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

    /// Positions of the program's profiles, in rising order.
    public func profiles(program: String) throws -> [UInt64] {
        try reader.read { db in
            try Int64.fetchAll(
                db, sql: "SELECT position FROM program_profiles WHERE program = ? ORDER BY position",
                arguments: [program]
            ).map { UInt64($0) }
        }
    }

    // MARK: What asks for somebody

    /// How many leads came between two moments, the first of them included.
    public func arrivals(of program: String, from: Timestamp, to: Timestamp) throws -> Int {
        try reader.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM leads WHERE program = ? AND submitted >= ? AND submitted < ?",
                arguments: [program, from.micros, to.micros]) ?? 0
        }
    }

    /// Leads whose first response is due, the soonest first.
    public func due(of program: String, limit: Int) throws -> [LeadRow] {
        try rows(
            "SELECT * FROM leads WHERE program = ? AND \(LeadsTables.isDue) ORDER BY respond_by, lead LIMIT ?",
            [program, limit])
    }

    /// How many first responses are due before a moment.
    public func dueCount(of program: String, before moment: Timestamp) throws -> Int {
        try reader.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM leads WHERE program = ? AND \(LeadsTables.isDue) AND respond_by < ?",
                arguments: [program, moment.micros]) ?? 0
        }
    }

    /// Leads that wait for a person, those that wait longest first.
    public func waiting(of program: String, limit: Int) throws -> [LeadRow] {
        try rows(
            "SELECT * FROM leads WHERE program = ? AND \(LeadsTables.isWaiting) ORDER BY changed, lead LIMIT ?",
            [program, limit])
    }

    /// Leads of one status that a partner holds, the first response that is due soonest first, and how many there are.
    /// - Parameter status: "assigned" or "responded".
    public func held(by partner: String, status: String, of program: String, limit: Int) throws -> (
        rows: [LeadRow], count: Int
    ) {
        // By its own index, and in its order: those with a deadline, then the others. What is looked at is what is shown.
        let held = "FROM leads INDEXED BY leads_held WHERE program = ? AND partner = ? AND status = ? "
            + "AND \(LeadsTables.isHeld)"
        var found = try rows(
            "SELECT * \(held) AND respond_by IS NOT NULL ORDER BY respond_by, lead LIMIT ?",
            [program, partner, status, limit])
        found += try rows(
            "SELECT * \(held) AND respond_by IS NULL ORDER BY lead LIMIT ?",
            [program, partner, status, limit - found.count])
        let count = try reader.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) \(held)", arguments: [program, partner, status])
        }
        return (found, count ?? 0)
    }

    /// How many first responses partners owe, and when the first of each is due; nothing of those that owe none.
    public func promises(of partners: [String], program: String) throws -> [String: (count: Int, first: Timestamp)] {
        try reader.read { db in
            // One partner after the other, each in its place of the index: what is looked at is what is due, however
            // many leads there are beside.
            let statement = try db.cachedStatement(
                sql: "SELECT count(*), min(respond_by) FROM leads INDEXED BY leads_held WHERE program = ? "
                    + "AND partner = ? AND \(LeadsTables.isDue) AND \(LeadsTables.isHeld)")
            var promises: [String: (count: Int, first: Timestamp)] = [:]
            for partner in partners {
                guard let row = try Row.fetchOne(statement, arguments: [program, partner]), let first = row[1] as Int64?
                else { continue }
                promises[partner] = (row[0], Timestamp(micros: first))
            }
            return promises
        }
    }

    private func rows(_ sql: String, _ arguments: StatementArguments) throws -> [LeadRow] {
        try reader.read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map { Self.row($0, positions: []) }
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
