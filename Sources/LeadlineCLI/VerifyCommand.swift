import ArgumentParser
import Audit
import Engine
import Foundation
import GRDB
import Journal
import KafkaTransport
import Reports

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that nothing was changed or left out, and that every promise was kept.",
        discussion: """
            One pass over each program's entries: hash chain and head; the Merkle tree against its stored nodes and against \
            every checkpoint, whose signatures are checked; positions and stamps; every input decided again and \
            compared; recorded state hashes and snapshots compared with the fold; no accepted lead lost; no automatic \
            assignment over a cap, counted apart from the decider; no timer fired early. Then the commit order, the offsets of \
            the input topics, the list of leads, and the dead letters, which open only with the master key. Chain, tree and \
            decisions need no key. Reads only. Names the program and position of each program's first fault.

            A checkpoint kept outside of the data folder (--checkpoint FILE) shows what the folder alone cannot: that the \
            tail was cut off, that an older copy was put back, that everything was made anew. Name the key you trust with \
            --key; without it the log key beside the master key counts.

            Entries that left for an archive ('leadline archive') are checked by their hashes alone, and deciding begins after \
            them, from the state that was stated; the report says so. --with-archive FILE has all of it checked.

            With --kafka, or $LEADLINE_KAFKA, it reads the journal topic instead, from its beginning, and needs no processor's disk, no \
            data folder and no key: positions without gap or repeat, and then the same checks, partition by partition. Partitions \
            that hold no program are counted.

            With --json, one object: depth, programs (program, size, entries, events, head, stateHash, statesAvailable, \
            stateHashesCompared, snapshotsCompared, leadsAccepted, assignmentsCheckedAgainstCaps, root, treeAvailable, treeSize, \
            treeNodesCompared, checkpoints, trust, archived, decidedFrom, seconds, fault, otherFaults), orderFault, deadLetters (isChecked, reason, \
            opened, erased, notKept, fault), sources (isChecked, reason, records, fault), projection (isChecked, reason, rows, \
            fault), otherFaults, seconds; a fault has kind, program, \
            position, detail. Exit code 1 on any fault. \(Outcome.note)
            """)

    @Flag(help: "Check hash chains and commit order only.")
    var quick = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("A checkpoint that was kept outside of the data folder.", valueName: "file"))
    var checkpoint: [String] = []

    @Option(help: ArgumentHelp("A verifier key you trust, or a file with one a line.", valueName: "key"))
    var key: [String] = []

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        if let settings = try kafka.settings() { return try await verify(settings) }
        let isGood = try await archive.withFolder(data) { try await verify($0, try checkpoints()) }
        if !isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    /// Checks the journal topic alone: every partition is copied into a folder of its own, which is removed afterwards.
    private func verify(_ settings: KafkaSettings) async throws {
        let path = NSTemporaryDirectory() + "leadline-verify-\(UUID().uuidString)"
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        // The master key stays where it is: what is checked here needs none. A log key that is at hand counts as trusted.
        let own = DataFolder.exists(at: data.path) ? try DataFolder(path: data.path).settings : nil
        let keyFile = own?.masterKeyFile ?? path + ".key"
        let copy = try DataFolder.forCopy(path: path, settings: .init(program: own?.program ?? "", masterKeyFile: keyFile))
        var bar = ProgressBar("copying the journal", unit: "entries")
        var before: UInt64 = 0
        var last: (partition: Int32, entries: UInt64) = (-1, 0)
        let shards: [DataFolder]
        do {
            shards = try JournalCopy.fill(copy, settings) { partition, _, entries in
                if partition != last.partition { before += last.entries }
                last = (partition, entries)
                bar.update(before + entries)
            }
            bar.finish()
        } catch {
            bar.finish()
            guard let broken = error as? KafkaTransportError, case .journalBroken = broken else { throw error }
            throw CommandFailure(.checkFailed, "\(broken)")
        }
        var isGood = true
        var strangers = try checkpoints()
        var emptyCount = 0
        for (partition, shard) in shards.enumerated() {
            // A checkpoint is of one partition's program; the others know nothing of it.
            let programs = try await shard.openJournalReadOnly().read { try JournalReader().streams(in: $0) }.map(\.program)
            if programs.isEmpty {
                emptyCount += 1
                continue
            }
            if !json { Terminal.line("partition \(partition)") }
            let own = strangers.filter { checkpoint in checkpoint.program.map { programs.contains($0) } ?? false }
            strangers.removeAll { checkpoint in own.contains { $0.source == checkpoint.source } }
            if try await !verify(shard, own) { isGood = false }
        }
        if !json, emptyCount > 0 {
            Terminal.line("\(CountText.of(emptyCount, "partition")) of \(shards.count) \(emptyCount == 1 ? "holds" : "hold") no program yet")
        }
        if let stranger = strangers.first, data.givenProgram == nil {
            throw CommandFailure(.checkFailed, "no program of this cluster has the checkpoint: its whole stream is missing, or it is another log's", at: stranger.source)
        }
        if !isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func verify(_ folder: DataFolder, _ checkpoints: [ForeignCheckpoint]) async throws -> Bool {
        let verifier = Verifier(folder, depth: quick ? .chain : .full, keys: try KeyArguments.read(key), checkpoints: checkpoints,
            isArchive: !archive.archive.isEmpty)
        let report = try await SharedProgressBar.audit("verifying") { bar in
            try await verifier.run(program: data.givenProgram) { bar.update($0) }
        }
        if json {
            Terminal.line(try JSONText.line(report.worded))
        } else if report.programs.isEmpty && report.isGood {
            Terminal.line("The journal is empty: nothing to verify. Register a program first, e.g. with 'leadline policy apply'.")
        } else {
            Terminal.lines(VerificationText.lines(report))
        }
        return report.isGood
    }

    private func checkpoints() throws -> [ForeignCheckpoint] {
        try checkpoint.map { path in
            do { return ForeignCheckpoint(source: path, note: try SignedNote(try EvidenceFile.bytes(path))) } catch let error as NoteError {
                throw CommandFailure(.input, "\(error)", at: path)
            }
        }
    }
}
