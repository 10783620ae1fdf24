import Foundation
import GRDB
public import Journal
import LeadlineCore
import LeadlineSchemas

/// What an import left in the journal, counted from its entries.
public struct ImportResult: Sendable, Equatable {
    /// Entries of the import's records.
    public var entries = 0
    /// Records that intake refused; the plan refuses rows first, so there should be none.
    public var rejections = 0
    /// Leads assigned as history has it.
    public var assignedAsItWas = 0
    /// Leads for which Leadline's own choice stands beside history's.
    public var shadowDecisions = 0
    /// Shadow decisions that chose history's partner.
    public var shadowAgreed = 0
    /// Leads that Leadline assigned.
    public var routed = 0
    public var escalated = 0
    public var won = 0
    public var lost = 0
    /// Leads closed without an outcome that counts.
    public var withdrawn = 0
    /// Outcomes that taught the model.
    public var learned = 0
    /// Entries of the program's whole stream.
    public var streamSize: UInt64 = 0
    /// The hash chain's link after the stream's last entry.
    public var chainHead: Digest?
    /// SHA-256 of the program's state after it.
    public var stateHash: Digest?

    /// Counts what `plan` left in the folder's journal, and recovers the state to hash it.
    public static func read(_ plan: ImportPlan, in folder: DataFolder) throws -> ImportResult {
        var result = ImportResult()
        let prefix = Array((plan.importID + ":").utf8)
        let journal = try folder.openJournalReadOnly()
        let derived = try folder.openDerived()
        try journal.read { db in
            guard let head = try JournalReader().head(of: plan.program, in: db) else { return }
            result.streamSize = head.size
            result.chainHead = head.link
            var isRegistrationLeftOut = true
            // What was archived since the import began stands in no journal to count in.
            let from = try JournalReader().firstReadable(of: plan.program, in: db)
            try JournalReader().forEachEntry(program: plan.program, from: from, in: db) { _, bytes in
                let entry = try unsafe bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                guard let id = entry.origin?.eventID, id.utf8.starts(with: prefix) else { return }
                if case .programRegistered = entry.input.fact { isRegistrationLeftOut = false }
                result.count(entry)
            }
            result.rejections = plan.recordCount - (isRegistrationLeftOut ? 1 : 0) - result.entries
            let state = try derived.read { snapshots in
                try ProgramStream.recover(plan.program, through: head.size, journal: db, snapshots: snapshots).state
            }
            result.stateHash = SnapshotStore.stateHash(of: state.canonicalBytes())
        }
        return result
    }

    private mutating func count(_ entry: EntryRecord) {
        entries += 1
        var past: String?
        for event in entry.events {
            switch event {
            case .leadAssigned(let event) where event.cause == .imported:
                assignedAsItWas += 1
                past = event.partnerID
            case .leadAssigned: routed += 1
            case .shadowDecided(let event):
                shadowDecisions += 1
                if event.partnerID == past { shadowAgreed += 1 }
            case .leadEscalated: escalated += 1
            case .leadClosed(let event): count(event)
            default: break
            }
        }
    }

    private mutating func count(_ closed: LeadClosed) {
        if closed.learned { learned += 1 }
        switch closed.reason {
        case .won: won += 1
        case .lost: lost += 1
        default: withdrawn += 1
        }
    }
}
