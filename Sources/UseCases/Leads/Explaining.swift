public import Audit
import Engine
import LeadlineCore

extension Deployment {
    /// Why a lead went where it went, decided again and compared with what was recorded.
    /// - Parameters:
    ///   - partnerID: a partner whose case alone is asked for; it must have been registered then.
    ///   - withCounterfactuals: whether what would have had to differ is asked for, too.
    public func explain(
        _ lead: String, _ selection: DecisionSelection, partnerID: String? = nil, withCounterfactuals: Bool = false
    ) throws(Problem) -> ExplanationAnswer {
        let answer = try explained { explainer, progress in
            try explainer.explain(
                lead, program: program, selection, withCounterfactuals: withCounterfactuals, progress: progress)
        }
        guard case .explained(let explanation) = answer, let partnerID,
            !explanation.partners.contains(where: { $0.profile.partnerID == partnerID })
        else { return answer }
        throw Problem(
            .notFound, "no partner \(partnerID) was registered when \(lead) was decided",
            remedy: "'leadline partners list' shows the partners there are now")
    }

    /// Where a lead would have gone at another moment, with the state, policy and model of that moment.
    public func suppose(_ lead: String, at end: ReplayEnd) throws(Problem) -> Explanation {
        try explained { explainer, progress in
            try explainer.suppose(lead, program: program, at: end, progress: progress)
        }
    }

    private func explained<Answer>(
        _ ask: (Explainer, (UInt64, UInt64) -> Void) throws -> Answer
    ) throws(Problem) -> Answer {
        let line = progress("indexing")
        defer { line.finish() }
        return try Problem.told {
            do { return try ask(Explainer(folder)) { line.update($0, of: $1) } } catch let fault as AuditFault {
                throw Problem(.checkFailed, "\(fault)", remedy: "Run 'leadline verify'")
            }
        }
    }
}
