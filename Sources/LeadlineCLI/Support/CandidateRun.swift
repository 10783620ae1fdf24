import ArgumentParser
import Engine
import Evaluation
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports

/// How history is replayed against a candidate policy.
struct CandidateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Replay against this policy: a YAML file as 'policy apply' reads it; - is stdin.", valueName: "file"))
    var policy: String?

    @Option(help: ArgumentHelp("Replay under this logic version instead of the recorded ones; goes with --policy.", valueName: "version"))
    var logic: UInt32?

    @OptionGroup var range: MomentRange

    @Flag(help: "With --policy or --logic: show every difference, not the first 20.")
    var all = false

    @Option(help: ArgumentHelp("With --policy or --logic: least effective sample size for a conclusion.", valueName: "n"))
    var minEss = 50.0

    @Flag(help: "With --policy or --logic: exit code 1 where the logs do not allow a conclusion.")
    var requireConclusion = false

    func check() throws {
        try range.check()
        if !(minEss >= 2 && minEss < 1e9) { throw ValidationError("--min-ess must be at least 2") }
        if let logic, !Logic.knows(logic) {
            throw ValidationError("--logic must be \(Logic.oldest) to \(Logic.newest): this release has no other")
        }
        if !isGiven, range.from != nil || range.to != nil || all || requireConclusion {
            throw ValidationError("--from, --to, --all and --require-conclusion need --policy or --logic")
        }
    }

    /// True if history is to be replayed against something else.
    var isGiven: Bool { policy != nil || logic != nil }
}

/// Replays a program's history against a candidate and tells what came of it.
struct CandidateRun {
    private let options: CandidateOptions
    private let folder: DataFolder
    private let program: String
    private let json: Bool

    init(_ options: CandidateOptions, _ folder: DataFolder, program: String, json: Bool) {
        self.options = options
        self.folder = folder
        self.program = program
        self.json = json
    }

    func run() throws {
        var replay = try replay()
        try EntryScan.run(folder, program: program, label: "replaying history") { entry, _ in
            replay.take(entry.input, entry.events, at: entry.stamp)
        }
        var demands = Overlap.Demands()
        demands.effectiveSampleSize = options.minEss
        let report = replay.report(program: program, demands: demands)
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.write(CandidateText.of(report, most: options.all ? .max : 20, Terminal.style))
        }
        if options.requireConclusion && report.verdict == .refused { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func replay() throws -> CandidateReplay {
        let (from, to) = (try options.range.first(), try options.range.last())
        if let file = options.policy {
            let (_, published) = try PolicyFile.read(file)
            return CandidateReplay(published.policy, version: published.version, logic: options.logic, from: from, to: to)
        }
        return CandidateReplay(logic: options.logic ?? Logic.newest, from: from, to: to)
    }
}
