import Foundation
public import GRDB
import LeadlineCore
public import LeadlineSchemas

/// Where each partner's newest profile stands in the journal, so that a partner's sealed name is found without reading
/// everything.
public enum PartnerProfiles: Projection {
    public static let name = "partner-profiles"
    public static let title = "the list of partners' profiles"
    public static let version = 1
    public static let tables = [ProjectionTable("partner_profiles", order: "program, partner")]

    public static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS partner_profiles (
                    program TEXT NOT NULL, partner TEXT NOT NULL, position INTEGER NOT NULL,
                    PRIMARY KEY (program, partner)) WITHOUT ROWID
                """)
    }

    public static func fold(_ entry: EntryRecord, of program: String, in db: Database) throws {
        guard case .partnerUpserted(let profile) = entry.input.fact else { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO partner_profiles VALUES (?, ?, ?)",
            arguments: [program, profile.partnerID, Int64(entry.position)])
    }

    /// It says nothing of a person but where an entry stands.
    public static func erase(_ erased: ErasedFrom, by entry: EntryRecord, of program: String, in db: Database) throws {}

    /// Positions of the newest profiles of partners, brought up to the journal before; a partner without one is left
    /// out.
    /// - Throws: `JournalError.archived` where it is made anew and entries are in an archive that is not at hand.
    public static func positions(
        of partners: [String], program: String, in folder: DataFolder, progress: (UInt64, UInt64) -> Void
    ) throws -> [String: UInt64] {
        try positions(
            of: partners, program: program, journal: folder.openJournalReadOnly(), derived: folder.openDerived(),
            progress: progress)
    }

    /// The same over open databases.
    public static func positions(
        of partners: [String], program: String, journal: any DatabaseReader, derived: any DatabaseWriter,
        progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> [String: UInt64] {
        try ProjectionFollower<PartnerProfiles>(journal: journal, derived: derived).catchUp(progress: progress)
        return try derived.read { db in
            var found: [String: UInt64] = [:]
            for partner in partners {
                let position = try Int64.fetchOne(
                    db, sql: "SELECT position FROM partner_profiles WHERE program = ? AND partner = ?",
                    arguments: [program, partner])
                found[partner] = position.map { UInt64($0) }
            }
            return found
        }
    }
}
