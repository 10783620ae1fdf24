import ArgumentParser
import Engine
import Evaluation
import Foundation
import LeadlineCore
import LeadlineSchemas

/// How history is replayed against a candidate policy.
struct CandidateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Replay against this policy: a YAML file as 'policy apply' reads it; - is stdin.", valueName: "file"))
    var policy: String?

    @OptionGroup var range: MomentRange

    @Flag(help: "With --policy: show every difference, not the first 20.")
    var all = false

    @Option(help: ArgumentHelp("With --policy: least effective sample size for a conclusion.", valueName: "n"))
    var minEss = 50.0

    @Flag(help: "With --policy: exit code 1 where the logs do not allow a conclusion.")
    var requireConclusion = false

    func check() throws {
        try range.check()
        if !(minEss >= 2 && minEss < 1e9) { throw ValidationError("--min-ess must be at least 2") }
        if policy == nil, range.from != nil || range.to != nil || all || requireConclusion {
            throw ValidationError("--from, --to, --all and --require-conclusion need --policy")
        }
    }
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

    func run(_ file: String) throws {
        let (_, published) = try PolicyFile.read(file)
        var replay = CandidateReplay(
            published.policy, version: published.version, from: try options.range.first(), to: try options.range.last())
        try EntryScan.run(folder, program: program, label: "replaying against \(file)") { entry, _ in
            replay.take(entry.input, entry.events, at: entry.stamp)
        }
        var demands = Overlap.Demands()
        demands.effectiveSampleSize = options.minEss
        let report = replay.report(program: program, demands: demands)
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.write(CandidateText.of(report, most: options.all ? .max : 20))
        }
        if options.requireConclusion && report.verdict == .refused { throw ExitCode(Outcome.checkFailed.rawValue) }
    }
}
