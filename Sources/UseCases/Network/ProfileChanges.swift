import Engine
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
public import Reports

/// What a profile changed of the one before it.
public struct ProfileChange: Sendable {
    /// Position of the entry that brought it.
    public var position: UInt64
    public var at: Timestamp
    /// Fields that stand in clear; the sealed name and address are not compared.
    public var differences: [FieldDiff]
    /// True for a partner's first profile.
    public var isFirst: Bool
}

extension Deployment {
    /// How a partner's profile changed, the newest change first.
    /// - Parameter limit: most changes.
    /// - Returns: nil where the profiles are in an archive that is not at hand.
    public func profileChanges(of partner: String, limit: Int) throws(Problem) -> [ProfileChange]? {
        try Problem.told {
            let journal = try journalReader()
            let positions: [UInt64]
            do {
                positions = try PartnerProfileEntries.newest(
                    limit + 1, of: partner, program: program, journal: journal, derived: projections())
            } catch JournalError.archived { return nil }
            var profiles: [(position: UInt64, at: Timestamp, leaves: [(path: String, value: String)])] = []
            for position in positions {
                let read = try journal.read { try JournalReader().entry(program: program, position: position, in: $0) }
                // What is behind an archived one is archived, too.
                guard let bytes = read else { break }
                let entry = try EntryCodec.decode(bytes)
                guard case .partnerUpserted(let profile) = entry.input.fact else { continue }
                let leaves = try JSONLeaves.of(json: SchemaJSON.text(profile, sealed: []))
                profiles.append((position, entry.stamp, leaves.filter { $0.path != "partner_id" }))
            }
            return profiles.prefix(limit).enumerated().map { index, profile in
                let isOldest = index + 1 == profiles.count
                let before = isOldest ? [] : profiles[index + 1].leaves
                return ProfileChange(
                    position: profile.position, at: profile.at,
                    differences: FieldDiff.between(before, profile.leaves),
                    isFirst: isOldest && profiles.count == positions.count)
            }
        }
    }
}
