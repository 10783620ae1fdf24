import Foundation
public import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
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

/// The read model behind `leads list`, `leads show` and `explain`: follows the journal, can be deleted and rebuilt.
public struct LeadsProjection: Sendable {
    private let journal: DatabaseQueue
    private let derived: DatabaseQueue
    private static let batch = 5_000

    /// A projection of `journal` kept in `derived`.
    public init(journal: DatabaseQueue, derived: DatabaseQueue) {
        self.journal = journal
        self.derived = derived
    }

    static func createTables(_ derived: DatabaseQueue) throws {
        try derived.write { db in
            // A list from before this index has it made with the rest of it, anew.
            if try db.tableExists("leads_cursor"), try !db.tableExists("account_entries") {
                for table in ["leads_cursor", "leads", "lead_entries", "erasures"] { try db.execute(sql: "DELETE FROM \(table)") }
            }
            try db.execute(sql: """
                CREATE TABLE IF NOT EXISTS leads_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), next_seq INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS leads (
                    program TEXT NOT NULL, lead TEXT NOT NULL, status TEXT NOT NULL, partner TEXT NOT NULL,
                    attempt INTEGER NOT NULL, value INTEGER NOT NULL, currency TEXT NOT NULL, country TEXT NOT NULL,
                    vertical TEXT NOT NULL, submitted INTEGER NOT NULL, changed INTEGER NOT NULL, respond_by INTEGER,
                    subject BLOB, PRIMARY KEY (program, lead)) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS leads_by_subject ON leads(subject);
                CREATE TABLE IF NOT EXISTS lead_entries (
                    program TEXT NOT NULL, lead TEXT NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, lead, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS account_entries (
                    program TEXT NOT NULL, account BLOB NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, account, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS letters_ended (program TEXT PRIMARY KEY, before INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS erasures (program TEXT NOT NULL, position INTEGER NOT NULL, subject BLOB NOT NULL);
                """)
        }
    }

    /// Folds every entry that was committed since the last time, in batches. Returns how many.
    /// - Parameter limit: folds no entry with this sequence number or a later one.
    @discardableResult
    public func catchUp(
        before limit: UInt64 = .max, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws -> UInt64 {
        var done: UInt64 = 0
        while true {
            let from = try derived.read { try Self.cursor($0) }
            let end = try min(limit, journal.read { try JournalReader().nextSeq(in: $0) })
            if from > end {
                try reset()
                continue
            }
            if from == end { return done }
            guard let count = try foldBatch(from: from, limit: Int(min(end - from, UInt64(Self.batch)))) else { continue }
            guard count > 0 else { throw EngineError.journalGap(seq: from) }
            done += count
            progress(from + count, end)
            // A list can be caught up later; a process that is told to stop does not wait for it.
            if Task.isCancelled { return done }
        }
    }

    /// The next sequence number to fold; the journal counts from 1, without gaps.
    static func cursor(_ db: Database) throws -> UInt64 {
        UInt64(try Int64.fetchOne(db, sql: "SELECT next_seq FROM leads_cursor") ?? 1)
    }

    /// The journal is shorter than what was projected: another journal, or an older one. Start over.
    private func reset() throws {
        try derived.write { db in
            try db.execute(sql: "DELETE FROM leads; DELETE FROM lead_entries; DELETE FROM account_entries; DELETE FROM letters_ended; DELETE FROM erasures; DELETE FROM leads_cursor")
        }
    }

    /// Folds a batch; nil if somebody else has done so meanwhile.
    private func foldBatch(from: UInt64, limit: Int) throws -> UInt64? {
        try journal.read { source in
            try derived.write { db -> UInt64? in
                guard try Self.cursor(db) == from else { return nil }
                var count: UInt64 = 0
                try JournalReader().forEachCommitted(fromSeq: from, limit: limit, in: source) { place, bytes in
                    let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                    try Self.fold(place.program, entry, db)
                    count += 1
                }
                try db.execute(sql: "INSERT OR REPLACE INTO leads_cursor VALUES (1, ?)", arguments: [Int64(from + count)])
                return count
            }
        }
    }

    private static func fold(_ program: String, _ entry: EntryRecord, _ db: Database) throws {
        var touched: Set<String> = []
        if case .leadSubmitted(let fact) = entry.input.fact {
            try insert(program, fact, entry, db)
            touched.insert(fact.leadID)
        } else if let lead = entry.input.fact.leadID {
            touched.insert(lead)
            if case .erasureRequested = entry.input.fact { try noteErasure(program, lead, entry, db) }
        }
        if let account = entry.input.account, entry.input.fact.isObservation {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO account_entries VALUES (?, ?, ?)")
                .execute(arguments: [program, Data(account.bytes), Int64(entry.position)])
        }
        for case .retentionApplied(let event) in entry.events {
            if event.category == .deadLetter {
                try db.execute(sql: "INSERT OR REPLACE INTO letters_ended VALUES (?, ?)", arguments: [program, event.closedAt.micros])
                continue
            }
            touched.insert(event.leadID)
            if let subject = event.subject { try noteErasure(program, Data(subject.bytes), entry, db) }
        }
        for event in entry.events {
            guard let change = LeadChange(event) else { continue }
            touched.insert(change.leadID)
            try apply(change, program, entry.stamp, db)
        }
        let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO lead_entries VALUES (?, ?, ?)")
        for lead in touched.sorted() { try statement.execute(arguments: [program, lead, Int64(entry.position)]) }
    }

    private static func insert(_ program: String, _ fact: LeadSubmitted, _ entry: EntryRecord, _ db: Database) throws {
        try db.cachedStatement(sql: """
            INSERT OR IGNORE INTO leads VALUES (?, ?, 'received', '', 0, ?, ?, ?, ?, ?, ?, NULL, ?)
            """
        ).execute(arguments: [
            program, fact.leadID, fact.attributes.dealValue?.minorUnits ?? 0, fact.attributes.dealValue?.currency ?? "",
            fact.attributes.country, fact.attributes.vertical, entry.stamp.micros, entry.stamp.micros,
            entry.input.subject.map { Data($0.bytes) },
        ])
    }

    private static func apply(_ change: LeadChange, _ program: String, _ stamp: Timestamp, _ db: Database) throws {
        try db.cachedStatement(sql: """
            UPDATE leads SET status = coalesce(?, status), partner = coalesce(?, partner), attempt = coalesce(?, attempt),
                changed = ?, respond_by = ? WHERE program = ? AND lead = ?
            """
        ).execute(arguments: [
            change.status, change.partnerID, change.attempt.map { Int64($0) }, stamp.micros, change.respondBy?.micros, program,
            change.leadID,
        ])
    }

    // MARK: Erasures

    private static func noteErasure(_ program: String, _ lead: String, _ entry: EntryRecord, _ db: Database) throws {
        let sql = "SELECT subject FROM leads WHERE program = ? AND lead = ? AND subject IS NOT NULL"
        if let subject = try Data.fetchOne(db, sql: sql, arguments: [program, lead]) { try noteErasure(program, subject, entry, db) }
    }

    private static func noteErasure(_ program: String, _ subject: Data, _ entry: EntryRecord, _ db: Database) throws {
        try db.execute(sql: "INSERT INTO erasures VALUES (?, ?, ?)", arguments: [program, Int64(entry.position), subject])
        // The row stays as a tombstone under which the erasure is found; what it said of the person's enquiry goes.
        try db.execute(
            sql: "UPDATE leads SET value = 0, currency = '', country = '', vertical = '' WHERE subject = ? AND program = ?",
            arguments: [subject, program])
    }

    /// Erases again whom and what the journal says was erased. A vault restored from a backup, or a crash between journal
    /// and vault, must not bring anybody back.
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
        public var program: String
        public var status: String?
        public var partnerID: String?
        /// Newest first, after this many.
        public var offset = 0
        public var limit = 50
        public init(program: String) { self.program = program }
    }

    /// Leads, the latest submitted first.
    public func list(_ query: Query) throws -> [LeadRow] {
        try derived.read { db in
            try Row.fetchAll(
                db, sql: """
                    SELECT * FROM leads WHERE program = :program AND (:status IS NULL OR status = :status)
                        AND (:partner IS NULL OR partner = :partner)
                    ORDER BY submitted DESC, lead LIMIT :limit OFFSET :offset
                    """,
                arguments: [
                    "program": query.program, "status": query.status, "partner": query.partnerID, "limit": query.limit,
                    "offset": query.offset,
                ]
            ).map { Self.row($0, positions: []) }
        }
    }

    /// How many leads have each status.
    public func counts(program: String) throws -> [(status: String, count: Int)] {
        try derived.read { db in
            try Row.fetchAll(
                db, sql: "SELECT status, count(*) FROM leads WHERE program = ? GROUP BY status ORDER BY status", arguments: [program]
            ).map { ($0[0], $0[1]) }
        }
    }

    /// One lead with the positions of all entries about it; nil if there is none.
    public func lead(_ id: String, program: String) throws -> LeadRow? {
        try derived.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM leads WHERE program = ? AND lead = ?", arguments: [program, id]) else {
                return nil
            }
            let positions = try Int64.fetchAll(
                db, sql: "SELECT position FROM lead_entries WHERE program = ? AND lead = ? ORDER BY position", arguments: [program, id])
            return Self.row(row, positions: positions.map { UInt64($0) })
        }
    }

    /// Positions of what was observed of an account, up to and including one position, the newest `limit` in rising order.
    public func observations(of account: Digest128, program: String, through: UInt64, limit: Int) throws -> [UInt64] {
        try derived.read { db in
            try Int64.fetchAll(
                db, sql: "SELECT position FROM account_entries WHERE program = ? AND account = ? AND position <= ? ORDER BY position DESC LIMIT ?",
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

extension Fact {
    /// True for what was observed of an account.
    fileprivate var isObservation: Bool {
        switch self {
        case .intentObserved, .firmographicsObserved, .technographicsObserved: true
        default: false
        }
    }
}

extension ClosingReason {
    /// The status that a closed lead is listed with.
    fileprivate var word: String {
        switch self {
        case .won: "won"
        case .lost: "lost"
        case .withdrawn: "withdrawn"
        case .human: "human"
        case .objected: "objected"
        case .erased: "erased"
        }
    }
}

/// What an event changes in the list of leads; nil fields stay.
private struct LeadChange {
    var leadID: String
    var status: String?
    var partnerID: String?
    var attempt: UInt32?
    var respondBy: Timestamp?

    init?(_ event: Event) {
        switch event {
        case .leadAssigned(let event):
            self.init(event.leadID, "assigned", event.partnerID, event.attempt, event.respondBy)
        case .assignmentExpired(let event): self.init(event.leadID, nil, "")
        case .assignmentEnded(let event): self.init(event.leadID, nil, "")
        case .firstResponseMet(let event): self.init(event.leadID, "responded", nil)
        case .leadEscalated(let event): self.init(event.leadID, "escalated", "")
        case .leadClosed(let event): self.init(event.leadID, event.reason.word, event.partnerID)
        case .leadMerged(let event):
            if event.sameID { return nil }
            self.init(event.leadID, "merged", "")
        default: return nil
        }
    }

    init(_ leadID: String, _ status: String?, _ partnerID: String?, _ attempt: UInt32? = nil, _ respondBy: Timestamp? = nil) {
        self.leadID = leadID
        self.status = status
        self.partnerID = partnerID
        self.attempt = attempt
        self.respondBy = respondBy
    }
}
