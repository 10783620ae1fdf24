import Foundation
public import Engine
import GRDB
public import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Checks a data folder against itself: what was changed, left out or put in, and whether every promise was kept.
///
/// Reads only, also beside a running processor. Chains, trees and decisions need no key. Whoever can rewrite the whole
/// folder can forge all of it consistently, save the signatures: it shows against a checkpoint kept elsewhere, or
/// against the log's key, if that is.
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
    private let keys: [VerifierKey]
    private let checkpoints: [ForeignCheckpoint]
    private let isArchive: Bool
    private let requiresCoverage: Bool

    /// A verifier of a folder.
    /// - Parameters:
    ///   - keys: logs' keys that the caller trusts; without any, the folder's own count.
    ///   - checkpoints: checkpoints that were kept outside of the folder. They show what the folder alone cannot: that
    ///     its tail was cut off, or that an older copy was put back.
    ///   - isArchive: the folder was unpacked from an archive, so that its commit order says nothing.
    ///   - allowsUncovered: entries beyond the newest checkpoint are no fault even where keys are given.
    public init(
        _ folder: DataFolder, depth: Depth = .full, keys: [VerifierKey] = [], checkpoints: [ForeignCheckpoint] = [],
        isArchive: Bool = false, allowsUncovered: Bool = false
    ) {
        self.isArchive = isArchive
        requiresCoverage = keys.contains { $0.type == .ed25519 } && !allowsUncovered
        self.folder = folder
        self.depth = depth
        self.keys = keys
        self.checkpoints = checkpoints
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
        let check = try CheckpointCheck(folder, keys: keys, foreign: checkpoints)
        async let projection = projection(program)
        let results = try await ProgramRuns.map(programs) { try verify($0, check, progress) }
        var report = VerificationReport(depth: depth, programs: results.map(\.result))
        report.parked = parked(results)
        report.orderIsChecked = !isArchive
        report.orderFault = try isArchive ? nil : orderFault(journal)
        report.deadLetters =
            try depth == .full && program == nil
            ? deadLetters(journal)
            : .notChecked(
                depth == .full ? "dead letters belong to no one program; verify without --program" : "--quick")
        report.vault = vault(results, isWhole: program == nil && report.programs.allSatisfy { $0.fault == nil })
        report.access = try access(results)
        report.sources = try sources(
            results.map(\.sources), journal, isOneProgram: program != nil, isWhole: report.isGood,
            archived: report.programs.contains { $0.decidedFrom > 0 })
        report.projection = try await projection
        report.otherFaults = unreadable()
        if program == nil { report.otherFaults += try strangers(check, programs) + check.storedFaults(programs) }
        report.seconds = watch.seconds
        return report
    }

    private func verify(
        _ program: String, _ checkpoints: CheckpointCheck, _ progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws -> PassResult {
        let watch = Stopwatch()
        var pass = PassResult(result: ProgramVerification(program: program))
        let read = try checkpoints.read(program)
        pass.result.otherFaults = read.faults
        pass.result.checkpointsNotChecked = read.older
        if !read.held.isEmpty || !read.faults.isEmpty || read.older > 0 { pass.result.trust = checkpoints.trust }
        do {
            try self.pass(program, read.held, into: &pass, progress: progress)
        } catch let fault as AuditFault {
            pass.result.fault = fault
        }
        pass.result.notCovered = pass.result.entries - min(pass.result.covered, pass.result.entries)
        if requiresCoverage, pass.result.notCovered > 0, pass.result.faults.isEmpty {
            pass.result.otherFaults.append(
                AuditFault(
                    .coverage, program: program, position: pass.result.covered,
                    "\(pass.result.notCovered) entries from here on lie beyond the newest checkpoint under a key you named: they are not covered. Sign them with 'leadline audit checkpoint', or allow them with --allow-uncovered"
                ))
        }
        // What names the access log was signed for this folder; on a cluster other machines keep logs of their own.
        pass.anchors = read.held.filter { !folder.isShard || $0.source == CheckpointCheck.signedHere }.compactMap {
            AccessLogFile.Head($0.checkpoint)
        }
        pass.result.seconds = watch.seconds
        return pass
    }

    /// What one program's pass showed, with what is then held against the files that programs share.
    struct PassResult: Sendable {
        var result: ProgramVerification
        var sources = SourceOffsets()
        var subjects: Set<SubjectID> = []
        var erased: Set<SubjectID> = []
        var parked = ParkedVerification()
        var anchors: [AccessLogFile.Head] = []
    }

    private func pass(
        _ program: String, _ held: [HeldCheckpoint], into pass: inout PassResult,
        progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws {
        let derived = depth == .full ? Self.readable(folder.derivedPath, DerivedDatabase.openReadOnly) : nil
        var result = pass.result
        defer { pass.result = result }
        result.statesAvailable = derived != nil
        var check = StreamCheck(program: program, recorded: try RecordedStates(program, derived))
        defer {
            result.events = check.events
            result.stateHashesCompared = check.hashesCompared
            result.snapshotsCompared = check.snapshotsCompared
            result.leadsAccepted = check.ledger.leadsAccepted
            result.assignmentsCheckedAgainstCaps = check.ledger.assignmentsChecked
            pass.sources = check.sources
            (pass.subjects, pass.erased) = (check.subjects, check.erased)
        }
        // The tree is looked at before the journal, so that it is not ahead of it beside a running processor.
        try withStoredTree(of: program) { stored in
            try folder.openJournalReadOnly().read { db in
                var tree = TreeCheck(program: program, stored: stored, checkpoints: held)
                defer { result.take(tree) }
                let head = try scan(program, db, into: &result, check: &check, tree: &tree, progress: progress)
                guard depth == .full else { return }
                try check.finish(head: head)
                pass.parked = try Self.parked(check, program, from: result.decidedFrom, db)
                try checkStatements(check, held, result)
                result.stateHash = SnapshotStore.stateHash(of: check.state.canonicalBytes()).description
            }
        }
    }

    /// One pass over the entries: chain, tree and, at full depth, everything that is in them.
    private func scan(
        _ program: String, _ db: Database, into result: inout ProgramVerification, check: inout StreamCheck,
        tree: inout TreeCheck, progress: @escaping @Sendable (AuditProgress) -> Void
    ) throws -> StreamHead {
        guard let head = try JournalReader().head(of: program, in: db) else {
            throw JournalError.unknownProgram(program)
        }
        result.size = head.size
        result.head = head.link.description
        let segments = try JournalReader().archivedSegments(of: program, in: db)
        let readable = try JournalReader().firstReadable(of: program, in: db)
        result.archived = segments.map { ArchivedPart($0, isRead: $0.first >= readable) }
        if readable > 0 { result.decidedFrom = try begin(&check, program, db) }
        let counts = try decisionCounts(program, db)
        let chain = try ChainVerifier().verifyLeaves(
            program: program, in: db,
            archived: { _, leaf in
                try tree.take(leaf)
                _ = try counts.next()
            }
        ) { position, leaf, bytes in
            try tree.take(leaf)
            let count = try counts.next()
            if depth == .full, position >= result.decidedFrom {
                try compareState(check, position, segments)
                try check.take(position, bytes, recordedDecisions: count)
            }
            result.entries = position + 1
            if position % AuditProgress.interval == 0 {
                progress(AuditProgress(program: program, done: position, total: head.size))
            }
        }
        result.entries = chain.entriesChecked
        if let fault = chain.fault { throw Self.fault(fault, program) }
        try tree.finish()
        return head
    }

    /// Entries before the state that was stated with the newest archive are not at hand: it is where deciding begins.
    private func begin(_ check: inout StreamCheck, _ program: String, _ db: Database) throws -> UInt64 {
        do {
            guard let state = try ProgramStream.archivedState(program, db) else { return 0 }
            check.begin(from: state)
            return state.nextPosition
        } catch JournalError.snapshotDamaged(_, let position) {
            throw AuditFault(
                .archive, program: program, position: position,
                "the state kept with the archived entries is not the one that was stated with them")
        }
    }

    /// The state after an archived segment, folded from its entries, must be the one that was stated.
    private func compareState(_ check: borrowing StreamCheck, _ position: UInt64, _ segments: [ArchivedSegment]) throws
    {
        guard let segment = segments.first(where: { $0.next == position }) else { return }
        let hash = SnapshotStore.stateHash(of: check.state.canonicalBytes())
        if hash != segment.stateHash {
            throw AuditFault(
                .archive, program: segment.program, position: position,
                "the state has the hash \(hash) here; with the archived entries before it, \(segment.stateHash) was stated"
            )
        }
    }

    /// What left the journal must stand in it as archived, and what is stated must be what was signed.
    private func checkStatements(
        _ check: borrowing StreamCheck, _ held: [HeldCheckpoint], _ result: ProgramVerification
    ) throws {
        let (statements, program) = (check.statements, result.program)
        for part in result.archived where part.statement >= result.decidedFrom {
            let stated = statements.first { $0.position == part.statement }?.fact
            guard let stated, stated.firstPosition == part.first, stated.nextPosition == part.next,
                Digest(stated.archiveDigest)?.description == part.archive,
                Digest(stated.stateHash)?.description == part.stateHash
            else {
                throw AuditFault(
                    .archive, program: program, position: part.statement,
                    "entries \(part.first) to \(part.next - 1) left for the archive \(part.archive), but the entry here does not state that"
                )
            }
        }
        for (position, fact) in statements {
            let signed = held.first { $0.checkpoint.size == fact.nextPosition }?.checkpoint.root
            if fact.nextPosition > position || signed.map({ $0.bytes != fact.root }) ?? false {
                throw AuditFault(
                    .archive, program: program, position: position,
                    "the entry states an archive up to position \(fact.nextPosition) under another root than the checkpoint of that size, or before there were so many entries"
                )
            }
        }
    }

    private func withStoredTree(of program: String, _ body: (TreeComparison?) throws -> Void) throws {
        guard let trees = Self.readable(folder.treePath, TreeDatabase.openReadOnly) else { return try body(nil) }
        try trees.read { try body(TreeComparison(program: program, in: $0)) }
    }

    /// Nil where there is no such file, or none that can be read; the latter is a fault of its own.
    private static func readable(_ path: String, _ open: (String) throws -> DatabaseQueue) -> DatabaseQueue? {
        FileManager.default.fileExists(atPath: path) ? try? open(path) : nil
    }

    /// Files that are there and cannot be read: what cannot be checked is no pass.
    private func unreadable() -> [AuditFault] {
        let opened: [(path: String, (String) throws -> DatabaseQueue)] = [
            (folder.derivedPath, DerivedDatabase.openReadOnly), (folder.treePath, TreeDatabase.openReadOnly),
        ]
        return opened.compactMap { path, open in
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            do {
                let said = try open(path).read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
                return said == ["ok"] ? nil : Self.unreadable(path, said.first ?? "")
            } catch JournalError.absent {
                return nil
            } catch { return Self.unreadable(path, "\(error)") }
        }
    }

    private static func unreadable(_ path: String, _ why: String) -> AuditFault {
        let name = URL(fileURLWithPath: path).lastPathComponent
        return AuditFault(
            .unreadable, program: nil, position: nil,
            "\(name) is damaged or cannot be read: \(why). Delete it; it is made again from the journal")
    }

    // MARK: What stands beside the entries

    /// Holds the outcomes that wait beside the journal against those that its entries say wait.
    private static func parked(
        _ check: borrowing StreamCheck, _ program: String, from first: UInt64, _ db: Database
    ) throws -> ParkedVerification {
        var result = ParkedVerification()
        guard try db.tableExists("parked") else { return result }
        var expected = check.waiting
        func fault(_ position: UInt64, _ detail: String) {
            result.fault = result.fault ?? AuditFault(.order, program: program, position: position, detail)
        }
        for row in try Row.fetchAll(
            db, sql: "SELECT position, lead, bytes FROM parked WHERE program = ? ORDER BY position", arguments: [program])
        {
            let position = UInt64(bitPattern: row[0] as Int64)
            // What an archived entry said is in the archive alone.
            if position < first { continue }
            guard let outcome = expected.removeValue(forKey: position), outcome.leadID == row[1] else {
                fault(position, "an outcome waits beside the journal that no entry says waits, or for another lead")
                continue
            }
            guard let letter = try? WireDeadLetter(serializedBytes: row[2] as Data),
                letter.origin.topic == outcome.origin?.topic, letter.origin.offset == outcome.origin?.offset,
                letter.origin.partition == outcome.origin?.partition
            else {
                fault(position, "the outcome that waits beside the journal is not the one of this entry")
                continue
            }
            result.outcomes += 1
        }
        if let position = expected.keys.min() {
            fault(position, "the outcome of this entry waits for its lead, but it is not kept beside the journal")
        }
        return result
    }

    private func parked(_ results: [PassResult]) -> ParkedVerification {
        ParkedVerification(
            outcomes: results.reduce(0) { $0 + $1.parked.outcomes }, fault: results.lazy.compactMap(\.parked.fault).first)
    }

    /// True for a folder that is more than a copy of journals.
    private var hasVault: Bool { !isArchive && FileManager.default.fileExists(atPath: folder.vaultPath) }

    private func vault(_ results: [PassResult], isWhole: Bool) -> VaultVerification {
        guard depth == .full else { return .notChecked("--quick") }
        guard hasVault else { return .notChecked("a copy of the journal holds no keys") }
        let master = FileManager.default.fileExists(atPath: folder.settings.masterKeyFile)
        do {
            // Read after the journal: keys are there before the entries that use them.
            let key = master ? try MasterKey.load(from: folder.settings.masterKeyFile) : nil
            let check = VaultCheck(
                path: folder.vaultPath, masterKey: key,
                subjects: isWhole ? results.reduce(into: []) { $0.formUnion($1.subjects) } : [],
                erased: isWhole ? results.reduce(into: []) { $0.formUnion($1.erased) } : [],
                keepsTombstones: !folder.isShard)
            var result = VaultVerification(
                isChecked: true, keys: check.keys, unwrapped: check.unwrapped, aliases: check.aliases,
                tombstones: check.tombstones)
            if !master { result.reason = "without the master key nobody's key was opened" }
            result.fault = check.fault.map { AuditFault(.vault, program: nil, position: nil, $0) }
            return result
        } catch {
            var result = VaultVerification(isChecked: true)
            result.fault = AuditFault(.vault, program: nil, position: nil, "\(error)")
            return result
        }
    }

    private func access(_ results: [PassResult]) throws -> AccessVerification {
        guard hasVault else { return .notChecked("a copy of the journal has no access log") }
        do {
            let check = try AccessLogCheck(folder)
            let anchors = results.flatMap(\.anchors)
            var result = AccessVerification(
                isChecked: true, lines: check.records.count, unsigned: check.unsigned, torn: check.torn,
                anchored: anchors.map(\.number).max() ?? 0)
            let broken = check.brokenLine.map {
                "line \($0) of the access log does not follow from the one before it, or is not signed by the log's key"
            }
            result.fault = (broken ?? anchors.lazy.compactMap { check.missing($0) }.first).map {
                AuditFault(.access, program: nil, position: nil, $0)
            }
            return result
        } catch {
            var result = AccessVerification(isChecked: true)
            result.fault = AuditFault(.access, program: nil, position: nil, "\(error)")
            return result
        }
    }

    /// What the journal counts beside each entry; the chain does not cover it.
    private func decisionCounts(_ program: String, _ db: Database) throws -> FastDatabaseValueCursor<Int> {
        try Int.fetchCursor(
            db,
            sql: """
                SELECT decisions FROM entries WHERE stream = (SELECT stream FROM streams WHERE program = ?) ORDER BY position
                """, arguments: [program])
    }

    private static func fault(_ fault: ChainFault, _ program: String) -> AuditFault {
        let detail =
            switch fault {
            case .altered: "the entry was changed: its bytes do not lead to the link recorded beside it"
            case .missing(_, let found): "the entry is missing; the next one stored stands at \(found)"
            case .truncated(_, let size): "the stream ends here, but its head says that it has \(size) entries"
            case .surplus(_, let size): "an entry stands here, but the stream's head says that it has \(size) entries"
            case .headDiffers(let expected, let found):
                "the stream's head is \(expected), but its entries lead to \(found)"
            case .unreadable(_, let message): "SQLite cannot read the entry: \(message)"
            }
        return AuditFault(.chain, program: program, position: fault.position, detail)
    }

    private func orderFault(_ journal: DatabaseQueue) throws -> AuditFault? {
        try journal.read { try OrderVerifier().verify(in: $0) }.map(Self.fault)
    }

    private static func fault(_ fault: OrderFault) -> AuditFault {
        let detail =
            switch fault {
            case .missing(let seq): "the commit order has a gap at \(seq)"
            case .decisionOffset(let seq, let expected, let found):
                "the decisions of the entry with seq \(seq) should start at offset \(expected) of leadline.decisions; recorded is \(found)"
            case .noStream(let seq): "the entry with seq \(seq) belongs to no stream"
            }
        return AuditFault(.order, program: nil, position: nil, detail)
    }
}

extension ProgramVerification {
    fileprivate mutating func take(_ tree: TreeCheck) {
        root = tree.root.description
        covered = tree.vouched
        treeAvailable = tree.hasStored
        treeSize = tree.storedSize
        treeNodesCompared = tree.nodesCompared
        checkpoints = tree.checkpointsEqual
        otherFaults += tree.faults
    }
}

// MARK: - What programs share

extension Verifier {
    private func strangers(_ check: CheckpointCheck, _ programs: [String]) -> [AuditFault] {
        check.strangers(programs).map { checkpoint in
            AuditFault(
                .checkpoint, program: nil, position: nil,
                "\(checkpoint.source) is a checkpoint of no program here: its whole stream is missing, or it is another log's"
            )
        }
    }

    private func sources(
        _ programs: [SourceOffsets], _ journal: DatabaseQueue, isOneProgram: Bool, isWhole: Bool, archived: Bool
    ) throws -> SourceVerification {
        guard depth == .full else { return .notChecked("--quick") }
        if archived {
            return .notChecked("what archived entries took in is in the archives; give them all with --with-archive")
        }
        if isOneProgram { return .notChecked("they belong to all programs together; verify without --program") }
        guard isWhole else { return .notChecked("mend the faults above first") }
        var all = SourceOffsets()
        for program in programs {
            if let (place, offset) = all.merge(program) {
                var result = SourceVerification.notChecked("")
                result.fault = AuditFault(
                    .source, program: nil, position: nil,
                    "the record at offset \(offset) of \(place.topic) stands in two programs' streams")
                return result
            }
        }
        return try journal.read { db in
            guard try db.tableExists("topics"), try db.tableExists("records") else {
                return .notChecked("the input topics are not in this folder")
            }
            // Kafka numbers transaction markers too, so its gaps are no losses; batch frames say how far it was read.
            if try all.count > 0 && Int.fetchOne(db, sql: "SELECT count(*) FROM topics") == 0 {
                return .notChecked("the input topics are on Kafka")
            }
            return try all.verify(letters: Self.origins(db), in: db)
        }
    }

    private static func origins(_ db: Database) throws -> [(SourceOffsets.Place, Int64)] {
        guard try db.tableExists("dead_letters") else { return [] }
        return try Data.fetchAll(db, sql: "SELECT bytes FROM dead_letters").compactMap { bytes in
            // One that cannot be read is a fault of its own; here it only leaves its offset open.
            guard let letter = try? WireDeadLetter(serializedBytes: bytes) else { return nil }
            return (.init(topic: letter.origin.topic, partition: letter.origin.partition), letter.origin.offset)
        }
    }

    @concurrent private func projection(_ program: String?) async throws -> ProjectionVerification {
        guard depth == .full else { return .notChecked("--quick") }
        guard FileManager.default.fileExists(atPath: folder.derivedPath) else {
            return .notChecked("there is no derived.db")
        }
        guard let derived = Self.readable(folder.derivedPath, DerivedDatabase.openReadOnly) else {
            return .notChecked("derived.db cannot be read")
        }
        let comparison: ProjectionComparison?
        do {
            let journal = try folder.openJournalReadOnly()
            let leads = try LeadsProjection.compare(journal: journal, derived: derived)
            let partners = try PartnerProfiles.compare(journal: journal, derived: derived)
            let profiles = try PartnerProfileEntries.compare(journal: journal, derived: derived)
            comparison = leads.map { leads in
                let all = [leads, partners, profiles].compactMap { $0 }
                var found = all.first { $0.difference != nil } ?? leads
                found.rows = all.reduce(0) { $0 + $1.rows }
                return found
            }
        } catch JournalError.archived {
            return .notChecked("it can be made again with the archives alone; give them all with --with-archive")
        } catch {
            // What is wrong with the journal itself is a fault of its program.
            return .notChecked("the journal cannot be folded: \(error)")
        }
        guard let comparison else { return .notChecked("derived.db holds no list of leads yet") }
        var result = ProjectionVerification(isChecked: true, rows: comparison.rows)
        result.fault = comparison.difference.map {
            AuditFault(.projection, program: comparison.program, position: nil, $0)
        }
        return result
    }
}

// MARK: - Dead letters

extension Verifier {
    private func deadLetters(_ journal: DatabaseQueue) throws -> DeadLetterVerification {
        if folder.isShard { return .notChecked("they are on the cluster's topic; 'leadline deadletter list' reads it") }
        guard FileManager.default.fileExists(atPath: folder.vaultPath) else {
            return .notChecked("no vault at \(folder.vaultPath)")
        }
        let keyring: Keyring
        do {
            keyring = try folder.openVault()
        } catch VaultError.masterKeyAbsent {
            return .notChecked("they open with the master key alone, which is not at hand")
        } catch {
            return .notChecked("the vault cannot be opened: \(error)")
        }
        let deadLetters = DeadLetters(keyring)
        var result = DeadLetterVerification(isChecked: true)
        // Once letters are bound, one that is not was put in or stripped.
        var isBound = false
        try journal.read { db in
            guard try db.tableExists("dead_letters") else { return }
            let rows = try Row.fetchCursor(db, sql: "SELECT offset, bytes FROM dead_letters ORDER BY offset")
            while let row = try rows.next(), result.fault == nil {
                do {
                    let letter = try WireDeadLetter(serializedBytes: row[1] as Data)
                    switch try deadLetters.isGenuine(letter) {
                    case true?: isBound = true
                    case nil where !isBound: result.unbound += 1
                    default: result.fault = Self.changed("the dead letter at offset \(row[0] as Int64)")
                    }
                    _ = try deadLetters.open(letter)
                    result.opened += 1
                } catch DeadLetterError.notKept {
                    result.notKept += 1
                } catch VaultError.erased {
                    result.erased += 1
                } catch let error as VaultError {
                    result.fault = Self.unopenable(row[0], "\(error)")
                } catch let error as BinaryDecodingError {
                    result.fault = Self.unopenable(row[0], "\(error)")
                }
            }
            for bytes in try Data.fetchAll(db, sql: "SELECT bytes FROM parked") where result.fault == nil {
                let letter = try? WireDeadLetter(serializedBytes: bytes)
                if try letter.map({ try deadLetters.isGenuine($0) }) ?? false == false {
                    result.fault = Self.changed("an outcome that waits for its lead")
                }
            }
        }
        return result
    }

    private static func changed(_ what: String) -> AuditFault {
        AuditFault(
            .deadLetter, program: nil, position: nil,
            "\(what) was changed: its reason, field, origin or time is not what was written")
    }

    private static func unopenable(_ offset: Int64, _ detail: String) -> AuditFault {
        AuditFault(
            .deadLetter, program: nil, position: nil, "the dead letter at offset \(offset) does not open: \(detail)")
    }
}
