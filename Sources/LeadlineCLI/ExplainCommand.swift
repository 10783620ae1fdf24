import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import Reports
import UseCases

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain why a lead went where it went, and why not elsewhere.",
        discussion: """
            Brings the program back to the moment before the decision, decides again, and checks the result against \
            the digest that the decision recorded. Without --attempt or --position it explains the latest decision \
            that weighed partners; for imported history, what Leadline would have decided.

            With --json, one object: program, leadId, currency, logicVersion, decision, evaluation, history, \
            links, announced, recordedDigest, recomputedDigest, recomputedEqual, text. In evaluation.candidates all numbers are exact: \
            the fitContributions sum to fit; the logistic of the sum of conversionContributions (log-odds) is \
            conversion; score = dealValueMinorUnits x conversion x fit^fitExponent x engagement, in minor units of \
            currency; evaluation.leadSources names the event that each value of the lead came from. A merged lead \
            gives program, leadId, mergedInto, links.

            Partners appear by their ids; their names are sealed. Exit code 1 if the recomputed decision differs from \
            the recorded one. \(Outcome.note)
            """)

    @Argument(help: "The lead's id.")
    var lead: String

    @Option(help: ArgumentHelp("Explain the assignment with this number.", valueName: "number"))
    var attempt: UInt32?

    @Option(help: ArgumentHelp("Explain the decision at this position of the program's stream.", valueName: "position"))
    var position: UInt64?

    @Option(help: ArgumentHelp("Explain this partner's case alone.", valueName: "id"))
    var partner: String?

    @Flag(help: "Name every other partner, however many there are.")
    var all = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var archive: ArchiveOptions
    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        if attempt != nil && position != nil { throw ValidationError("Give --attempt or --position, not both.") }
    }

    func run() async throws {
        try await archive.asking(data) { deployment in
            switch try deployment.explain(lead, selection, partnerID: partner) {
            case .merged(let merged, let decision, let links): try show(merged, decision, links)
            case .explained(let explanation): try show(explanation)
            }
        }
    }

    private var selection: DecisionSelection {
        if let attempt { return .attempt(attempt) }
        return position.map { .position($0) } ?? .latest
    }

    private func show(_ merged: LeadMerged, _ decision: LeadDecision, _ links: [RecordedLink]) throws {
        if json {
            Terminal.line(JSONText.object([
                ("leadId", JSONText.quoted(lead)), ("links", try JSONText.line(links.map(LinkDocument.init))),
                ("mergedInto", JSONText.quoted(merged.intoLeadID)), ("program", JSONText.quoted(decision.program)),
            ]))
            return
        }
        Terminal.line(
            "The lead \(lead) is of the same person and account as \(merged.intoLeadID) and was merged into it "
                + "(\(TimeText.local(decision.stamp)), position \(decision.position)).")
        Terminal.lines(LinkText.lines(links) { TimeText.local($0) })
        Terminal.line("Ask there: leadline explain \(merged.intoLeadID)")
    }

    private func show(_ explanation: Explanation) throws {
        let page = ExplanationPage(explanation, partnerID: partner, showsAll: all) { TimeText.local($0) }
        if json {
            Terminal.line(try JSONText.line(ExplanationDocument(explanation, text: page.lines)))
        } else {
            Terminal.lines(page.lines)
        }
        if !explanation.recomputation.isEqual {
            throw Problem(
                .checkFailed, "deciding again does not give what was recorded",
                at: "Decision \(explanation.decision.id)",
                remedy: "Run 'leadline verify'")
        }
    }
}
