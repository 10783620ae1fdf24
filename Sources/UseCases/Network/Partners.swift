import Engine
import GRDB
import Journal
public import LeadlineCore
public import LeadlineSchemas
public import Reports
import SwiftProtobuf
import Vault

/// A partner's profile as somebody wants it.
public struct ProposedProfile: Sendable {
    /// As it is sent.
    public let message: WirePartnerUpserted
    /// As intake reads it.
    public let profile: PartnerProfile

    /// Reads a profile by intake's own rules.
    /// - Throws: `Rejection` with the field.
    public init(_ message: WirePartnerUpserted, clock: any WallClock = SystemClock()) throws {
        self.message = message
        let fact = try Validation.fact(
            Array(try message.jsonString().utf8), as: .partnerUpserted, at: clock.now())
        guard case .partnerUpserted(let profile) = fact else { preconditionFailure("a profile is read as a profile") }
        self.profile = profile
    }
}

/// How proposed profiles differ from those in force.
public struct PartnerChanges: Sendable {
    public let changes: [PartnerChangeDocument]
    /// Bounds in a currency that the program does not count in: they are not used.
    public let foreignBounds: [(partnerID: String, currency: String)]
    /// The program's currency.
    public let currency: String
    fileprivate let changed: [ProposedProfile]

    /// True if there is nothing to publish.
    public var isEmpty: Bool { changed.isEmpty }
}

extension Deployment {
    /// The partners as they stand.
    public func partners() throws(Problem) -> [PartnerDocument] {
        try registeredState().partnerStandings.map(PartnerDocument.init)
    }

    /// Compares profiles with those in force, field by field. Values of sealed fields are compared, never shown.
    public func compare(_ profiles: [ProposedProfile]) throws(Problem) -> PartnerChanges {
        let state = try registeredState()
        return try Problem.told {
            let known = try CurrentProfiles(self, state, looking: profiles.map(\.profile.partnerID))
            var changes: [PartnerChangeDocument] = []
            var changed: [ProposedProfile] = []
            let gone = state.keptOutPartnerIDs
            for profile in profiles {
                if gone.contains(profile.profile.partnerID) {
                    changes.append(PartnerChangeDocument(partner: profile.profile.partnerID, kind: .keptOut))
                    continue
                }
                let change = try Self.change(profile, known)
                changes.append(change)
                if change.kind != .unchanged { changed.append(profile) }
            }
            let named = Set(profiles.map(\.profile.partnerID))
            changes += state.partnerStandings.filter { $0.status != "removed" && !named.contains($0.profile.partnerID) }
                .map { PartnerChangeDocument(partner: $0.profile.partnerID, kind: .notInFile) }
            return PartnerChanges(
                changes: changes, foreignBounds: profiles.compactMap { Self.foreignBound($0.profile, state.currency) },
                currency: state.currency, changed: changed)
        }
    }

    /// Publishes the profiles that are new or changed.
    public func publish(_ changes: PartnerChanges) async throws(Problem) -> Publication {
        try await Problem.told {
            try await publish(
                changes.changed.map {
                    event(.partnerUpserted, try $0.message.jsonString())
                })
        }
    }

    /// Gives everything of a partner to another, waits until that is journaled, and says what came of it.
    public func merge(_ merger: PartnersMerged) async throws(Problem) -> (position: UInt64, events: [Event]) {
        try await Problem.told {
            try await submit(event(.partnersMerged, try WirePartnersMerged.with {
                ($0.fromPartnerID, $0.intoPartnerID) = (merger.fromPartnerID, merger.intoPartnerID)
                $0.decidedBy = merger.decidedBy
                switch merger.reason {
                case .unspecified: $0.reason = .unspecified
                case .duplicate: $0.reason = .duplicate
                case .takeover: $0.reason = .takeover
                }
            }.jsonString()))
        }
    }

    /// A bound in a foreign currency is not used, which nobody would notice.
    private static func foreignBound(_ profile: PartnerProfile, _ currency: String) -> (
        partnerID: String, currency: String
    )? {
        [profile.typicalDealMin, profile.typicalDealMax].compactMap { $0?.currency }.first { $0 != currency }
            .map { (profile.partnerID, $0) }
    }

    private static func change(_ profile: ProposedProfile, _ known: CurrentProfiles) throws -> PartnerChangeDocument {
        let id = profile.profile.partnerID
        let after = try JSONLeaves.of(json: SchemaJSON.text(profile.message)).filter { $0.path != "partner_id" }
        guard let before = try known.leaves(of: id) else {
            return PartnerChangeDocument(
                partner: id, kind: .added,
                differences: FieldDiff.between([], after).map { $0.withholding(CurrentProfiles.sealedFields) })
        }
        // Without the vault's answer sealed fields cannot be compared, and what cannot be compared is sent.
        let differences = FieldDiff.between(before.filter { $0.path != "partner_id" }, after)
            .map { $0.withholding(CurrentProfiles.sealedFields) }
        return PartnerChangeDocument(
            partner: id, kind: differences.isEmpty ? .unchanged : .changed, differences: differences)
    }
}

/// The profiles in force, with their sealed fields opened.
private struct CurrentProfiles {
    static let sealedFields: Set<String> = ["name", "contact_email"]
    private var profiles: [String: PartnerProfile] = [:]
    private var sealed: [String: [UInt8]] = [:]

    init(_ deployment: Deployment, _ state: State, looking ids: [String]) throws {
        // A removed partner comes back by its profile, so it counts as new.
        for standing in state.partnerStandings where standing.status != "removed" {
            profiles[standing.profile.partnerID] = standing.profile
        }
        let wanted = Set(ids).intersection(profiles.keys)
        if wanted.isEmpty { return }
        let entries = try Self.latestEntries(deployment, wanted)
        let fields = SealedFields(vault: try deployment.openedVault().vault)
        let subjects = Set(entries.values.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description })
            .sorted()
        if !subjects.isEmpty {
            try deployment.note("partners apply", subjects, reason: "compared with a file, shown to nobody")
        }
        for (id, entry) in entries {
            if case .opened(let bytes, _) = try fields.open(entry, program: deployment.program) { sealed[id] = bytes }
        }
    }

    /// The last profile entry of each partner. Only profiles are decoded; the rest is passed over.
    private static func latestEntries(_ deployment: Deployment, _ wanted: Set<String>) throws -> [String: EntryRecord] {
        let program = deployment.program
        var latest: [String: EntryRecord] = [:]
        try deployment.folder.openJournalReadOnly().read { db in
            // A profile that is archived cannot be compared; it is sent again.
            let first = try JournalReader().firstReadable(of: program, in: db)
            try JournalReader().forEachEntry(program: program, from: first, in: db) { _, bytes in
                try unsafe bytes.withUnsafeBytes { raw in
                    guard unsafe try EntryCodec.peek(raw).inputField == MessageKind.partnerUpserted.bodyFieldNumber
                    else { return }
                    let entry = unsafe try EntryCodec.decode(raw)
                    if case .partnerUpserted(let profile) = entry.input.fact, wanted.contains(profile.partnerID) {
                        latest[profile.partnerID] = entry
                    }
                }
            }
        }
        return latest
    }

    /// Nil if the partner is new.
    func leaves(of id: String) throws -> [(path: String, value: String)]? {
        guard let profile = profiles[id] else { return nil }
        return try JSONLeaves.of(json: SchemaJSON.text(profile, sealed: sealed[id] ?? []))
    }
}
