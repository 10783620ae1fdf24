import Audit
import LeadlineCore

extension SubjectLetter {
    /// What would have changed a decision, each with what it would have changed: decided again, with one thing changed.
    /// Of sales partners it says no more than that there was one.
    func counterfactuals(of decision: Dossier.Decision) -> [Part] {
        let asked = dossier.counterfactuals.filter { $0.decision == decision.id }
        if asked.isEmpty { return [] }
        return [.paragraph(words.text("counterfactual.intro"))]
            + asked.map { .fact(change($0), words.text("counterfactual.result.\($0.result.rawValue)")) }
    }

    private func change(_ counterfactual: Dossier.Counterfactual) -> String {
        let value = counterfactual.value ?? ""
        var values: [String: EditionWords.Filling] = [:]
        switch counterfactual.kind {
        case .dealValue:
            let amount = words.money(counterfactual.amountMinorUnits ?? 0, counterfactual.currency ?? "")
            values["amount"] = .text(amount)
        case .country: values["country"] = .text(words.country(value))
        case .lawfulBasis: values["basis"] = .text(FieldWords(words).value("lawful_basis", value))
        case .withoutRule: values["rule"] = .text(value)
        default: break
        }
        return words.text("counterfactual.\(counterfactual.kind.rawValue)", values)
    }
}
