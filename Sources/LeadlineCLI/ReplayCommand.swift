import ArgumentParser
import Audit
import Engine
import Evaluation
import Foundation
import Reports
import TextFormats
import UseCases

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Rebuild programs from their first entry and decide everything again.",
        discussion: """
            Twice over the journal, without snapshots: once to fold every recorded entry, once to decide every \
            recorded input again under its logic version and to compare events and entry bytes one by one. Says the \
            state's hash, so that two machines can be compared, also as it was at an earlier moment. Reads only.

            With --json, one object: programs (program, archived, from, entries, events, differenceCount, differences \
            with position, recorded and decided, stateHash, foldSeconds, decideSeconds), seconds. Exit code 1 on any \
            difference.

            With --at and --lead, nothing is replayed: says where this lead of the program's would have gone at that \
            moment, and why, with the state, policy and model of that moment, as 'leadline explain' does of what \
            was decided. Ask for two moments, and the difference is what was learned between them.

            With --policy, all history is replayed against a candidate instead: each recorded decision is made again \
            in the state that history had left, the candidate in place of every recorded policy. Says which leads \
            would have gone elsewhere, what each partner would have gained or lost, what the candidate's own lots \
            would cost, and what the candidate would have earned a lead, estimated from outcomes and recorded \
            propensities (IPS, SNIPS, doubly robust, at 95 %). Where the logs cannot carry a conclusion it says so, \
            why, and what would mend it; --require-conclusion makes that exit code 1. Of leads that partners were \
            offered it says where a candidate without offers would have sent them. With --json one object, the fields \
            of CandidateReport.

            With --logic, the same under another logic version: what a release would have decided otherwise, before \
            it is adopted ('leadline logic adopt'). The whole history is folded by that version, from its first entry \
            on; the policies are those that were published, or --policy's. \(Outcome.note)
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Only as far as a number of entries, or a moment such as 2026-03-31T23:59:59Z.", valueName: "count or time")
    )
    var at: String?

    @Option(help: ArgumentHelp("With --at: explain where this lead would have gone at that moment.", valueName: "id"))
    var lead: String?

    @OptionGroup var candidate: CandidateOptions
    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        _ = try end()
        if candidate.isGiven, at != nil {
            throw ValidationError("--at goes with neither --policy nor --logic; --to ends a replay against them")
        }
        if lead != nil, at == nil { throw ValidationError("--lead needs --at, a number of entries or a moment") }
        try candidate.check()
    }

    private func end() throws -> ReplayEnd {
        guard let at else { return .newest }
        if let count = UInt64(at) { return .entries(count) }
        guard let time = RFC3339.parse(at) else {
            throw ValidationError(
                "--at must be a number of entries or a time such as 2026-03-31T23:59:59Z, not '\(at)'")
        }
        return .time(time)
    }

    func run() async throws { try await archive.asking(data) { try await replay($0) } }

    private func replay(_ deployment: Deployment) async throws {
        if candidate.isGiven { return try showCandidate(deployment.replay(against: candidate.request())) }
        let end = try end()
        if let lead { return try show(deployment.suppose(lead, at: end)) }
        let report = try await deployment.replay(until: end)
        if json {
            Terminal.line(try JSONText.line(ReplayDocument(report)))
        } else if report.programs.isEmpty {
            Terminal.line(
                "The journal is empty: nothing to replay. Register a program first, e.g. with 'leadline policy apply'.")
        } else {
            Terminal.lines(ReplayText.lines(report))
        }
        if !report.isEqual { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func showCandidate(_ report: CandidateReport) throws {
        if json {
            Terminal.line(try JSONText.line(report))
        } else {
            Terminal.write(CandidateText.of(report, most: candidate.all ? .max : 20, Terminal.style))
        }
        if candidate.requireConclusion && report.verdict == .refused { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func show(_ explanation: Explanation) throws {
        let page = ExplanationPage(explanation) { TimeText.local($0) }
        if json { return Terminal.line(try JSONText.line(ExplanationDocument(explanation, text: page.lines))) }
        Terminal.lines(page.lines)
    }
}
