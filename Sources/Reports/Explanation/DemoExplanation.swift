public import Audit
import LeadlineCore

/// An explanation as the demo shows it: whole about whom the lead was near to, in one line about each rule that put
/// many out.
public enum DemoExplanation {
    /// The page of `leadline explain`, its list of the others cut to those with a story.
    public static func lines(_ explanation: Explanation, _ style: TextStyle) -> [String] {
        let page = ExplanationPage(explanation, time: { style.time($0) }).lines
        guard let evaluation = explanation.evaluation, let others = page.firstIndex(of: "Why not the others"),
            let end = page[others...].firstIndex(of: "")
        else { return page }
        return page[...others] + near(evaluation, explanation) + farAway(evaluation) + page[end...]
    }

    /// Scored candidates that were not chosen, and those whom no hard rule put out.
    private static func near(_ evaluation: FullEvaluation, _ explanation: Explanation) -> [String] {
        let vertical = evaluation.lead.first { $0.field == "vertical" }?.value
        let winner = evaluation.candidates.filter { !$0.isBelowMinimum }.max { $0.net < $1.net }
        let scored = evaluation.candidates.filter { $0 != winner }.sorted { $0.net > $1.net }.map { candidate in
            let reason = ExplanationText.behind(
                candidate, winner, evaluation, explanation.policy, vertical: vertical, currency: explanation.currency)
            return line(
                candidate.partnerID, reason, evidence: candidate.isBelowMinimum ? candidate.evidence : nil,
                vertical: vertical, currency: explanation.currency)
        }
        let out = evaluation.excluded.filter { $0.reason != .hardRule }.map { partner in
            let standing = explanation.partners.first { $0.profile.partnerID == partner.partnerID }
            let reason = ExplanationText.exclusion(
                partner, standing, explanation.policy, currency: explanation.currency)
            return line(
                partner.partnerID, reason, evidence: partner.evidence, vertical: vertical, currency: explanation.currency)
        }
        return scored + out
    }

    private static func line(
        _ id: String, _ reason: String, evidence: Evidence?, vertical: String?, currency: String
    ) -> String {
        let record =
            evidence.map { " (" + ExplanationText.evidence($0, vertical: vertical, currency: currency) + ")" } ?? ""
        return "  \(id): \(reason)\(record)"
    }

    private static func farAway(_ evaluation: FullEvaluation) -> [String] {
        evaluation.summary.exclusions.filter { $0.reason == .hardRule }.map {
            "  \(CountText.of($0.partners, "partner")): out: \(DecisionReasonWords.exclusion($0.reason)) \($0.rule)"
        }
    }
}
