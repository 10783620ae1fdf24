import Foundation
public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Checks a data folder against itself: what was changed, left out or put in, and whether every promise was kept.
///
/// Reads only, also beside a running processor. Chains and decisions need no key. Whoever can rewrite the whole
/// folder can forge all of it consistently; that shows against a head kept elsewhere, which is why reports name it.
public struct Verifier: Sendable {
    /// How much is checked.
    public enum Depth: String, Sendable, Codable {
        /// Hash chains and commit order only.
        case chain
        /// Everything.
        case full
    }

    private let folder: DataFolder
    private let depth: Depth

    /// A verifier of a folder.
    public init(_ folder: DataFolder, depth: Depth = .full) {
        self.folder = folder
        self.depth = depth
    }

    /// Verifies one program, or all; several at once.
    /// - Parameter progress: called from several threads.
    /// - Throws: `JournalError.unknownProgram` for a program without a stream; SQLite's and the folder's own failures.
    ///   What is wrong with the content is no error but a fault in the report.
    public func run(
        program: String? = nil, progress: @escaping @Sendable (AuditProgress) -> Void = { _ in }
    ) async throws -> VerificationReport {
        let watch = Stopwatch()
        let journal = try folder.openJournalReadOnly()
        let programs = try ProgramRuns.programs(in: journal, only: program)
        let results = try await ProgramRuns.map(programs) { try verify($0, progress) }
        var report = VerificationReport(depth: depth, programs: results)
        report.orderFault = try orderFault(journal)
        report.deadLetters = try depth == .full && program == nil ? deadLetters(journal) : .notChecked(
            depth == .full ? "dead letters belong to no one program; verify without --program" : "--quick")
        report.seconds = watch.seconds
        return report
    }

    private func verify(
        _ program: String, _ progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws -> ProgramVerification {
        let watch = Stopwatch()
        var result = ProgramVerification(program: program)
        do {
            try pass(program, &result, progress)
        } catch let fault as AuditFault {
            result.fault = fault
        }
        result.seconds = watch.seconds
        return result
    }

    private func pass(
        _ program: String, _ result: inout ProgramVerification, _ progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws {
        let derived = depth == .full && FileManager.default.fileExists(atPath: folder.derivedPath)
            ? try DerivedDatabase.openReadOnly(path: folder.derivedPath) : nil
        result.statesAvailable = derived != nil
        var check = StreamCheck(program: program, recorded: try RecordedStates(program, derived))
        defer {
            result.events = check.events
            result.stateHashesCompared = check.hashesCompared
            result.snapshotsCompared = check.snapshotsCompared
            result.leadsAccepted = check.ledger.leadsAccepted
            result.assignmentsCheckedAgainstCaps = check.ledger.assignmentsChecked
        }
        try folder.openJournalReadOnly().read { db in
            guard let head = try JournalReader().head(of: program, in: db) else { throw JournalError.unknownProgram(program) }
            result.size = head.size
            result.head = head.link.description
            let counts = try decisionCounts(program, db)
            let chain = try ChainVerifier().verify(program: program, in: db) { position, bytes in
                if depth == .full { try check.take(position, bytes, recordedDecisions: try counts.next()) }
                result.entries = position + 1
                if position % AuditProgress.interval == 0 {
                    progress(AuditProgress(program: program, done: position, total: head.size))
                }
            }
            result.entries = chain.entriesChecked
            if let fault = chain.fault { throw Self.fault(fault, program) }
            guard depth == .full else { return }
            try check.finish(head: head)
            result.stateHash = SnapshotStore.stateHash(of: check.state.canonicalBytes()).description
        }
    }

    /// What the journal counts beside each entry; the chain does not cover it.
    private func decisionCounts(_ program: String, _ db: Database) throws -> FastDatabaseValueCursor<Int> {
        try Int.fetchCursor(
            db, sql: """
                SELECT decisions FROM entries WHERE stream = (SELECT stream FROM streams WHERE program = ?) ORDER BY position
                """, arguments: [program])
    }

    private static func fault(_ fault: ChainFault, _ program: String) -> AuditFault {
        let detail = switch fault {
        case .altered: "the entry was changed: its bytes do not lead to the link recorded beside it"
        case .missing(_, let found): "the entry is missing; the next one stored stands at \(found)"
        case .truncated(_, let size): "the stream ends here, but its head says that it has \(size) entries"
        case .surplus(_, let size): "an entry stands here, but the stream's head says that it has \(size) entries"
        case .headDiffers(let expected, let found): "the stream's head is \(expected), but its entries lead to \(found)"
        case .unreadable(_, let message): "SQLite cannot read the entry: \(message)"
        }
        return AuditFault(.chain, program: program, position: fault.position, detail)
    }

    private func orderFault(_ journal: DatabaseQueue) throws -> AuditFault? {
        try journal.read { try OrderVerifier().verify(in: $0) }.map(Self.fault)
    }

    private static func fault(_ fault: OrderFault) -> AuditFault {
        let detail = switch fault {
        case .missing(let seq): "the commit order has a gap at \(seq)"
        case .decisionOffset(let seq, let expected, let found):
            "the decisions of the entry with seq \(seq) should start at offset \(expected) of leadline.decisions; recorded is \(found)"
        case .noStream(let seq): "the entry with seq \(seq) belongs to no stream"
        }
        return AuditFault(.order, program: nil, position: nil, detail)
    }
}

// MARK: - Dead letters

extension Verifier {
    private func deadLetters(_ journal: DatabaseQueue) throws -> DeadLetterVerification {
        guard FileManager.default.fileExists(atPath: folder.vaultPath) else { return .notChecked("no vault at \(folder.vaultPath)") }
        let keyring: Keyring
        do {
            keyring = try folder.openVault()
        } catch let error as VaultError {
            return .notChecked("no master key. \(error)")
        }
        let deadLetters = DeadLetters(vault: keyring.vault)
        var result = DeadLetterVerification(isChecked: true)
        try journal.read { db in
            guard try db.tableExists("dead_letters") else { return }
            let rows = try Row.fetchCursor(db, sql: "SELECT offset, bytes FROM dead_letters ORDER BY offset")
            while let row = try rows.next(), result.fault == nil {
                do {
                    let letter = try WireDeadLetter(serializedBytes: row[1] as Data)
                    _ = try deadLetters.open(letter)
                    result.opened += 1
                } catch VaultError.erased {
                    result.erased += 1
                } catch let error as VaultError {
                    result.fault = Self.unopenable(row[0], "\(error)")
                } catch let error as BinaryDecodingError {
                    result.fault = Self.unopenable(row[0], "\(error)")
                }
            }
        }
        return result
    }

    private static func unopenable(_ offset: Int64, _ detail: String) -> AuditFault {
        AuditFault(.deadLetter, program: nil, position: nil, "the dead letter at offset \(offset) does not open: \(detail)")
    }
}
