import Foundation
public import GRDB
public import LeadlineCore
public import LeadlineSchemas

/// The projection behind `leads list`, `leads show` and `explain`: the leads, where their entries are, and what was
/// erased.
public enum LeadsTables: Projection {
    public static let name = "leads"
    public static let title = "the list of leads"
    public static let version = 1
    public static let tables = [
        ProjectionTable("leads", order: "program, lead"),
        ProjectionTable("lead_counts", order: "program, status"),
        ProjectionTable("lead_entries", order: "program, lead, position"),
        ProjectionTable("erasures", order: "program, position, subject"),
        ProjectionTable("account_entries", order: "program, account, position"),
        ProjectionTable("letters_ended", order: "program"),
        ProjectionTable("person_links", order: "program, position, subject, other"),
        ProjectionTable("program_profiles", order: "program, position"),
    ]

    /// Which leads' first response is due, and which wait for a person.
    static let isDue = "status = 'assigned' AND respond_by IS NOT NULL"
    static let isWaiting = "status = 'escalated'"
    /// Which leads a partner has now.
    static let isHeld = "status IN ('assigned', 'responded')"

    public static func create(in db: Database) throws {
        try takeOverCursor(db)
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS leads (
                    program TEXT NOT NULL, lead TEXT NOT NULL, status TEXT NOT NULL, partner TEXT NOT NULL,
                    attempt INTEGER NOT NULL, value INTEGER NOT NULL, currency TEXT NOT NULL, country TEXT NOT NULL,
                    vertical TEXT NOT NULL, submitted INTEGER NOT NULL, changed INTEGER NOT NULL, respond_by INTEGER,
                    subject BLOB, PRIMARY KEY (program, lead)) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS leads_by_subject ON leads(subject);
                CREATE INDEX IF NOT EXISTS leads_by_submission ON leads(program, submitted DESC, lead);
                CREATE INDEX IF NOT EXISTS leads_by_partner ON leads(program, partner, submitted DESC, lead);
                CREATE INDEX IF NOT EXISTS leads_due ON leads(program, respond_by, lead) WHERE \(isDue);
                CREATE INDEX IF NOT EXISTS leads_waiting ON leads(program, changed, lead) WHERE \(isWaiting);
                CREATE INDEX IF NOT EXISTS leads_by_status ON leads(program, status, submitted DESC, lead);
                CREATE INDEX IF NOT EXISTS leads_held ON leads(program, partner, status, respond_by, lead)
                    WHERE \(isHeld);
                CREATE TABLE IF NOT EXISTS lead_entries (
                    program TEXT NOT NULL, lead TEXT NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, lead, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS account_entries (
                    program TEXT NOT NULL, account BLOB NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, account, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS letters_ended (
                    program TEXT PRIMARY KEY, before INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS person_links (
                    program TEXT NOT NULL, subject BLOB NOT NULL, other BLOB NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, subject, other, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS program_profiles (
                    program TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (program, position)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS erasures (
                    program TEXT NOT NULL, position INTEGER NOT NULL, subject BLOB NOT NULL);
                CREATE INDEX IF NOT EXISTS erasures_by_subject ON erasures(program, subject, position);
                CREATE INDEX IF NOT EXISTS erasures_by_position ON erasures(program, position);
                """)
        try createCounts(in: db)
    }

    /// How many leads have each status, kept by the database with every row that comes, goes or changes its status.
    private static func createCounts(in db: Database) throws {
        if try db.tableExists("lead_counts") { return }
        let one = "program = new.program AND status = new.status", other = "program = old.program AND status = old.status"
        let more = """
            INSERT OR IGNORE INTO lead_counts VALUES (new.program, new.status, 0);
            UPDATE lead_counts SET count = count + 1 WHERE \(one);
            """
        let fewer = """
            UPDATE lead_counts SET count = count - 1 WHERE \(other);
            DELETE FROM lead_counts WHERE \(other) AND count = 0;
            """
        try db.execute(
            sql: """
                CREATE TABLE lead_counts (
                    program TEXT NOT NULL, status TEXT NOT NULL, count INTEGER NOT NULL,
                    PRIMARY KEY (program, status)) WITHOUT ROWID;
                INSERT INTO lead_counts SELECT program, status, count(*) FROM leads GROUP BY program, status;
                CREATE TRIGGER leads_come AFTER INSERT ON leads BEGIN \(more) END;
                CREATE TRIGGER leads_go AFTER DELETE ON leads BEGIN \(fewer) END;
                CREATE TRIGGER leads_change AFTER UPDATE OF status ON leads WHEN old.status <> new.status
                    BEGIN \(fewer) \(more) END;
                """)
    }

    /// Files from before all projections kept their cursors in one table. A list from before the index of accounts is
    /// made anew; any other goes on, for its oldest entries may be in an archive.
    private static func takeOverCursor(_ db: Database) throws {
        guard try db.tableExists("leads_cursor") else { return }
        if try db.tableExists("account_entries") {
            try db.execute(
                sql: "INSERT OR IGNORE INTO projection_cursors SELECT ?, ?, next_seq FROM leads_cursor",
                arguments: [name, version])
        } else {
            for table in ["leads", "lead_entries", "erasures"] { try db.execute(sql: "DELETE FROM \(table)") }
        }
        try db.execute(sql: "DROP TABLE leads_cursor")
    }

    public static func fold(_ entry: EntryRecord, of program: String, in db: Database) throws {
        if case .leadSubmitted(let fact) = entry.input.fact { try insert(program, fact, entry, db) }
        try restate(entry, of: program, in: db)
        // Before logic version 4 no event says so.
        if entry.logicVersion < 4, let event = entry.inferredLink { try note(event, program, entry.position, db) }
        if let account = entry.input.account, entry.input.fact.isObservation {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO account_entries VALUES (?, ?, ?)")
                .execute(arguments: [program, Data(account.bytes), Int64(entry.position)])
        }
        if case .programProfileSet = entry.input.fact {
            try db.execute(
                sql: "INSERT OR IGNORE INTO program_profiles VALUES (?, ?)",
                arguments: [program, Int64(entry.position)])
        }
        for case .retentionApplied(let event) in entry.events where event.category == .deadLetter {
            try db.execute(
                sql: "INSERT OR REPLACE INTO letters_ended VALUES (?, ?)", arguments: [program, event.closedAt.micros])
        }
        for event in entry.events {
            if case .personLinkChanged(let change) = event { try note(change, program, entry.position, db) }
            if let change = LeadChange(event) { try apply(change, program, entry.stamp, db) }
        }
        let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO lead_entries VALUES (?, ?, ?)")
        for lead in leads(of: entry).sorted() {
            try statement.execute(arguments: [program, lead, Int64(entry.position)])
        }
    }

    /// What an update states replaces what the list shows of the lead, unless its person was erased. What it states of a
    /// lead that is over changes nothing.
    static func restate(_ entry: EntryRecord, of program: String, in db: Database) throws {
        guard case .leadUpdated(let fact) = entry.input.fact else { return }
        let isRefused = entry.events.contains { if case .inputDisregarded = $0 { true } else { false } }
        if isRefused { return }
        let (value, words) = (fact.attributes.dealValue, fact.attributes)
        try db.cachedStatement(
            sql: """
                UPDATE leads SET value = coalesce(?, iif(?, 0, value)), currency = coalesce(?, iif(?, '', currency)),
                    country = coalesce(?, iif(?, '', country)), vertical = coalesce(?, iif(?, '', vertical))
                WHERE program = ? AND lead = ? AND (subject IS NULL
                    OR NOT EXISTS (SELECT 1 FROM erasures e WHERE e.program = leads.program AND e.subject = leads.subject))
                """
        ).execute(arguments: [
            value?.minorUnits, entry.clears("deal_value"), value?.currency, entry.clears("deal_value"),
            words.country.isEmpty ? nil : words.country, entry.clears("country"),
            words.vertical.isEmpty ? nil : words.vertical, entry.clears("vertical"), program, fact.leadID,
        ])
    }

    /// The leads that an entry is about: under these it is listed.
    public static func leads(of entry: EntryRecord) -> Set<String> {
        var leads: Set<String> = []
        if let lead = entry.input.fact.leadID { leads.insert(lead) }
        for event in entry.events {
            switch event {
            case .retentionApplied(let event) where event.category != .deadLetter: leads.insert(event.leadID)
            case .rightRecorded(let event): leads.insert(event.leadID)
            case .recipientInformed(let event): leads.insert(event.leadID)
            case .personLinkChanged(let event): leads.insert(event.leadID)
            // Not under the other lead: who may see that one, or whose it is, is another's business.
            case .leadLinkChanged(let event): leads.insert(event.leadID)
            case .claimChanged(let event) where !event.leadID.isEmpty: leads.insert(event.leadID)
            case .returnChanged(let event): leads.insert(event.leadID)
            case .offerClosed(let event): leads.insert(event.leadID)
            case .commissionReversed(let event): leads.insert(event.leadID)
            case .answerCredited(let event): leads.insert(event.leadID)
            case .holderIneligible(let event): leads.insert(event.leadID)
            default: break
            }
            if let change = LeadChange(event) { leads.insert(change.leadID) }
        }
        return leads
    }

    /// True if an entry is an observation of an account.
    static func observes(_ account: Digest128, _ entry: EntryRecord) -> Bool {
        entry.input.account == account && entry.input.fact.isObservation
    }

    /// Notes the erasure, so that it can be repeated on a vault that missed it. The row stays as a tombstone under
    /// which the erasure is found; what it said of the person's enquiry goes.
    public static func erase(_ erased: ErasedFrom, by entry: EntryRecord, of program: String, in db: Database) throws {
        let subject: Data?
        switch erased {
        case .subject(let digest): subject = Data(digest.bytes)
        case .lead(let lead):
            subject = try Data.fetchOne(
                db, sql: "SELECT subject FROM leads WHERE program = ? AND lead = ? AND subject IS NOT NULL",
                arguments: [program, lead])
        }
        guard let subject else { return }
        try db.execute(
            sql: "INSERT INTO erasures VALUES (?, ?, ?)", arguments: [program, Int64(entry.position), subject])
        try db.execute(
            sql:
                "UPDATE leads SET value = 0, currency = '', country = '', vertical = '' "
                    + "WHERE subject = ? AND program = ?",
            arguments: [subject, program])
    }

    /// Where a link between two persons changed, found from either.
    private static func note(_ event: PersonLinkChanged, _ program: String, _ position: UInt64, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO person_links VALUES (?, ?, ?, ?)")
        let ids = [Data(event.subject.bytes), Data(event.linkedSubject.bytes)]
        for (subject, other) in [(ids[0], ids[1]), (ids[1], ids[0])] {
            try statement.execute(arguments: [program, subject, other, Int64(position)])
        }
    }

    private static func insert(_ program: String, _ fact: LeadSubmitted, _ entry: EntryRecord, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO leads VALUES (?, ?, 'received', '', 0, ?, ?, ?, ?, ?, ?, NULL, ?)
                """
        ).execute(arguments: [
            program, fact.leadID, fact.attributes.dealValue?.minorUnits ?? 0, fact.attributes.dealValue?.currency ?? "",
            fact.attributes.country, fact.attributes.vertical, entry.stamp.micros, entry.stamp.micros,
            entry.input.subject.map { Data($0.bytes) },
        ])
    }

    private static func apply(_ change: LeadChange, _ program: String, _ stamp: Timestamp, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE leads SET status = coalesce(?, status), partner = coalesce(?, partner),
                    attempt = coalesce(?, attempt),
                    changed = ?, respond_by = ? WHERE program = ? AND lead = ?
                """
        ).execute(arguments: [
            change.status, change.partnerID, change.attempt.map { Int64($0) }, stamp.micros, change.respondBy?.micros,
            program,
            change.leadID,
        ])
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

extension EntryRecord {
    /// That the address of the entry's lead is another person's too, where no event says it.
    public var inferredLink: PersonLinkChanged? {
        guard logicVersion < 4, let subject = input.subject, let linked = input.linkedSubject,
            let lead = input.fact.leadID
        else { return nil }
        switch input.fact {
        case .leadSubmitted, .leadUpdated: break
        default: return nil
        }
        return PersonLinkChanged(
            leadID: lead, subject: subject, linkedSubject: linked, isInferred: true, isLinked: true)
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
        case .offerMade(let event): self.init(event.leadID, "offered", "")
        case .leadClosed(let event): self.init(event.leadID, event.reason.word, event.partnerID)
        case .leadMerged(let event):
            if event.sameID { return nil }
            self.init(event.leadID, "merged", "")
        default: return nil
        }
    }

    init(
        _ leadID: String, _ status: String?, _ partnerID: String?, _ attempt: UInt32? = nil,
        _ respondBy: Timestamp? = nil
    ) {
        self.leadID = leadID
        self.status = status
        self.partnerID = partnerID
        self.attempt = attempt
        self.respondBy = respondBy
    }
}
