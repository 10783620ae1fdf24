public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// Looks for who is named in the records of others: as who asked for something, decided, reported or approved it, or
/// answers for the processing. Such a record is sealed under the key of whom it is about, so that no digest leads to it:
/// the whole journal is read.
public struct MentionSearch {
    /// Fields that name a person, by the last part of their names.
    public static let naming: Set<String> = [
        "requester", "reviewer", "actor", "approved_by", "archived_by", "decided_by", "email", "contact_email", "source",
    ]
    /// Inputs in which the person is found otherwise, or that name nobody.
    private static let passedOver: Set<Int> = Set(
        [
            MessageKind.leadSubmitted, .leadUpdated, .intentObserved, .firmographicsObserved, .technographicsObserved,
            .partnerUpserted,
        ].map { $0.bodyFieldNumber })

    private let program: String
    private let journal: DatabaseQueue
    private let leaves: DossierBuilder.Leaves
    private let open: (EntryRecord) throws -> DossierBuilder.Opened

    /// A search in a folder's journal.
    public init(
        _ folder: DataFolder, program: String, leaves: @escaping DossierBuilder.Leaves,
        open: @escaping (EntryRecord) throws -> DossierBuilder.Opened
    ) throws {
        self.program = program
        self.leaves = leaves
        self.open = open
        journal = try folder.openJournalReadOnly()
    }

    /// How two spellings of a name are compared: an address in its one form, anything else without regard to case.
    public static func spelling(_ name: String) -> String { AddressSpelling.addressOrText(name).lowercased() }

    /// Where each of these names stands; for all of them the journal is read once.
    /// - Parameter progress: entries read, and entries in all.
    public func find(_ names: [String], progress: (UInt64, UInt64) -> Void = { _, _ in }) throws
        -> [[Dossier.Mention]]
    {
        var found = Array(repeating: [Dossier.Mention](), count: names.count)
        let wanted = Dictionary(grouping: names.indices) { Self.spelling(names[$0]) }
        if names.isEmpty { return found }
        try journal.read { db in
            let size = try JournalReader().head(of: program, in: db)?.size ?? 0
            let from = try JournalReader().firstReadable(of: program, in: db)
            try JournalReader().forEachEntry(program: program, from: from, in: db) { position, bytes in
                if position % 1_024 == 0 { progress(position, size) }
                let field = try unsafe bytes.withUnsafeBytes { unsafe try EntryCodec.peek($0) }.inputField
                guard !Self.passedOver.contains(field), let kind = MessageKind(bodyFieldNumber: field) else { return }
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                for (field, isSealed) in try fields(of: entry, kind) {
                    for name in wanted[Self.spelling(field.value)] ?? [] {
                        found[name].append(
                            .init(
                                position: position, time: RFC3339.format(entry.stamp), type: kind.fullName,
                                field: field.name, isSealed: isSealed))
                    }
                }
            }
        }
        return found
    }

    private func fields(of entry: EntryRecord, _ kind: MessageKind) throws -> [(Dossier.Field, isSealed: Bool)] {
        let clear = try leaves(FactCodec.encode(entry.input.fact).bytes, kind).map { ($0, isSealed: false) }
        guard !entry.sealed.isEmpty, case .fields(let opened) = try open(entry) else { return clear.filter(Self.names) }
        return (clear + opened.map { ($0, isSealed: true) }).filter(Self.names)
    }

    private static func names(_ field: (Dossier.Field, isSealed: Bool)) -> Bool {
        naming.contains(field.0.name.split(separator: ".").last.map(String.init) ?? "")
    }
}
