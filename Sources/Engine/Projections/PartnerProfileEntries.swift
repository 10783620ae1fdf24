public import GRDB
import LeadlineCore
public import LeadlineSchemas

/// Where all profiles of each partner stand in the journal, so that what changed of one is found without reading
/// everything.
public enum PartnerProfileEntries: Projection {
    public static let name = "partner-profile-entries"
    public static let title = "the list of all partners' profiles"
    public static let version = 1
    public static let tables = [ProjectionTable("partner_profile_entries", order: "program, partner, position")]

    public static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS partner_profile_entries (
                    program TEXT NOT NULL, partner TEXT NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, partner, position)) WITHOUT ROWID
                """)
    }

    public static func fold(_ entry: EntryRecord, of program: String, in db: Database) throws {
        guard case .partnerUpserted(let profile) = entry.input.fact else { return }
        try db.execute(
            sql: "INSERT OR IGNORE INTO partner_profile_entries VALUES (?, ?, ?)",
            arguments: [program, profile.partnerID, Int64(entry.position)])
    }

    /// It says nothing of a person but where an entry stands.
    public static func erase(_ erased: ErasedFrom, by entry: EntryRecord, of program: String, in db: Database) throws {}

    /// Positions of a partner's newest profiles, the newest first, brought up to the journal before.
    /// - Throws: `JournalError.archived` where it is made anew and entries are in an archive that is not at hand.
    public static func newest(
        _ limit: Int, of partner: String, program: String, journal: any DatabaseReader, derived: any DatabaseWriter
    ) throws -> [UInt64] {
        try ProjectionFollower<PartnerProfileEntries>(journal: journal, derived: derived).catchUp()
        return try derived.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT position FROM partner_profile_entries WHERE program = ? AND partner = ?
                    ORDER BY position DESC LIMIT ?
                    """, arguments: [program, partner, limit]
            ).map { UInt64($0) }
        }
    }
}
