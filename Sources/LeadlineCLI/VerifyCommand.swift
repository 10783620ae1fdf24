import ArgumentParser
import Audit
import Engine
import Foundation
import KafkaTransport
import Reports
import UseCases

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that nothing was changed or left out, and that every promise was kept.",
        discussion: """
            One pass over each program's entries: hash chain and head; the Merkle tree against its stored nodes and \
            against every checkpoint, whose signatures are checked; positions and stamps; every input decided again \
            and compared; recorded state hashes and snapshots compared with the fold; no accepted lead lost; no \
            automatic assignment over a cap, counted apart from the decider; no timer fired early. Then the commit \
            order, the offsets of the input topics, the list of leads, the vault (everybody in the journal has a key or was \
            erased), the access log, the outcomes that wait for a lead, and the dead letters, which open only with the \
            master key. Chain, tree and decisions need no key. Not covered is what the gateway keeps beside the \
            journal: keys and sessions (access.db), webhooks (webhooks.db) and refusals.log. Reads only. Names the \
            program and position of each program's first fault.

            A checkpoint kept outside of the data folder (--checkpoint FILE) shows what the folder alone cannot: that \
            the tail was cut off, that an older copy was put back, that everything was made anew. Name the key you \
            trust with --key; without it the log key beside the master key counts. What came after the newest checkpoint \
            is signed by nobody yet and reported as not covered; with --key that is a fault, unless --allow-uncovered \
            is given. Checkpoints that a key before yours signed are not checked under yours, and are no fault.

            Entries that left for an archive ('leadline archive') are checked by their hashes alone, and deciding \
            begins after them, from the state that was stated; the report says so. --with-archive FILE has all of it \
            checked.

            With --kafka, or $LEADLINE_KAFKA, it reads the journal topic instead, from its beginning, and needs no \
            processor's disk, no data folder and no key: positions without gap or repeat, and then the same checks, \
            partition by partition. Partitions that hold no program are counted.

            With --json, one object: depth, programs (program, size, entries, events, head, stateHash, \
            statesAvailable, stateHashesCompared, snapshotsCompared, leadsAccepted, assignmentsCheckedAgainstCaps, \
            root, treeAvailable, treeSize, treeNodesCompared, checkpoints, checkpointsNotChecked, covered, notCovered, \
            trust, archived, decidedFrom, seconds, \
            fault, otherFaults), orderFault, deadLetters (isChecked, reason, opened, erased, notKept, unbound, fault), sources \
            (isChecked, reason, records, fault), projection (isChecked, reason, rows, fault), vault (isChecked, reason, \
            keys, unwrapped, aliases, tombstones, fault), access (isChecked, reason, lines, unsigned, torn, anchored, \
            fault), parked (outcomes, fault), otherFaults, seconds; a \
            fault has kind, program, position, detail. Exit code 1 on any fault. \(Outcome.note)
            """)

    @Flag(help: "Check hash chains and commit order only.")
    var quick = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("A checkpoint that was kept outside of the data folder.", valueName: "file"))
    var checkpoint: [String] = []

    @Option(help: ArgumentHelp("A verifier key you trust, or a file with one a line.", valueName: "key"))
    var key: [String] = []

    @Flag(help: "With --key: entries that came after the newest checkpoint are no fault.")
    var allowUncovered = false

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        var request = VerificationRequest()
        request.isQuick = quick
        request.allowsUncovered = allowUncovered
        request.isArchive = !archive.archive.isEmpty
        request.keys = try EvidenceFile.keys(key)
        request.checkpoints = try checkpoint.map(EvidenceFile.read)
        let isGood =
            if let settings = try kafka.settings() {
                try await verifyTopic(settings, request)
            } else {
                try await archive.asking(data) { [request] in try show(try await $0.verify(request)) }
            }
        if !isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    /// The journal topic, partition by partition.
    private func verifyTopic(_ settings: KafkaSettings, _ request: VerificationRequest) async throws -> Bool {
        var isGood = true
        let count = try await Deployment.verifyTopic(
            settings, program: data.givenProgram, dataPath: data.path, request, asker: .atTerminal(),
            progress: TerminalProgress().show
        ) { partition in
            if !json { Terminal.line("partition \(partition.partition)") }
            if try !show(partition.report) { isGood = false }
        }
        if !json, count.empty > 0 {
            Terminal.line(
                "\(CountText.of(count.empty, "partition")) of \(count.partitions) \(count.empty == 1 ? "holds" : "hold") no program yet"
            )
        }
        return isGood
    }

    /// - Returns: whether all is well.
    private func show(_ report: VerificationReport) throws -> Bool {
        if json {
            Terminal.line(try JSONText.line(report.worded))
        } else if report.programs.isEmpty && report.isGood {
            Terminal.line(
                "The journal is empty: nothing to verify. Register a program first, e.g. with 'leadline policy apply'.")
        } else {
            Terminal.lines(VerificationText.lines(report))
        }
        return report.isGood
    }
}
