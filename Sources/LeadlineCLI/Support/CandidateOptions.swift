import ArgumentParser
import Engine
import Evaluation
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// How history is replayed against a candidate policy.
struct CandidateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Replay against this policy: a YAML file as 'policy apply' reads it; - is stdin.", valueName: "file"))
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "Replay under this logic version instead of the recorded ones; goes with --policy.", valueName: "version"))
    var logic: UInt32?

    @OptionGroup var range: MomentRange

    @Flag(help: "With --policy or --logic: show every difference, not the first 20.")
    var all = false

    @Option(
        help: ArgumentHelp("With --policy or --logic: least effective sample size for a conclusion.", valueName: "n"))
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

    func request() throws -> CandidateRequest {
        var request = CandidateRequest()
        request.policy = try policy.map { try PolicyFile.read($0).published }
        request.logic = logic
        request.from = try range.first()
        request.to = try range.last()
        request.effectiveSampleSizeMin = minEss
        return request
    }
}
