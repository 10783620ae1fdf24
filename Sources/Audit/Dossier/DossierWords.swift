import LeadlineCore

/// A dossier's plain-language account: the procedure and principles that were applied to this person, from what the
/// entries say and not from what the program could do.
enum DossierWords {
    static func account(_ dossier: Dossier, _ person: Person) -> [String] {
        var lines = [opening(dossier)]
        lines.append(contentsOf: dossier.decisions.compactMap(decision))
        lines.append(data(dossier))
        lines.append(humans(dossier))
        lines.append(
            "You may ask that a human reviews any of these decisions, object to the processing, have it restricted, have what is wrong put right, "
                + "and have everything erased. Each of these is an entry of the journal with its time and what came of it.")
        return lines
    }

    private static func opening(_ dossier: Dossier) -> String {
        let leads = dossier.leads.count == 1 ? "One enquiry" : "\(dossier.leads.count) enquiries"
        return "\(leads) of this person reached the program \(dossier.program). A computer program decided which sales partner should answer. "
            + "It first left out every partner who breaks a hard rule of the policy or has no free place; it then estimated, for each one left, how well partner and "
            + "enquiry match (fit) and how likely the partner is to win such a deal (conversion, learned from this program's own closed deals); and it "
            + "chose the one with the highest expected value after the price of the partner's free places. It never saw names, addresses or free text: they are sealed."
    }

    private static func decision(_ decision: Dossier.Decision) -> String? {
        guard let best = decision.candidates.first else {
            return "\(decision.time): \(decision.explanation.first ?? decision.decided)"
        }
        let rules = decision.rules.isEmpty ? "no hard rule" : "the hard rules \(decision.rules.map { $0.prefix { $0 != ":" } }.joined(separator: ", "))"
        let out = decision.excluded.isEmpty ? "nobody was left out" : "\(decision.excluded.count) partners were left out"
        let next = decision.candidates.dropFirst().first.map { "; \($0.partner) came next with fit \(DecimalText.percent($0.fit)) and conversion \(DecimalText.percent($0.conversion))" } ?? ""
        return "\(decision.time): \(decision.explanation.first ?? decision.decided) By the policy \(decision.policyName.isEmpty ? "in force" : decision.policyName) "
            + "(\(decision.policyVersion.prefix(12))), with \(rules), \(out) and \(decision.candidates.count) weighed. "
            + "\(best.partner) had the highest expected value: fit \(DecimalText.percent(best.fit)), conversion \(DecimalText.percent(best.conversion))\(next)."
    }

    private static func data(_ dossier: Dossier) -> String {
        let account = dossier.sources.count { $0.isAboutAccount }
        let own = dossier.sources.count - account
        return "What was decided on: \(own) entries about the person and \(account) observations about the company; each is listed with its source. "
            + (dossier.isErased ? "The person's key is destroyed: what was sealed can no longer be read by anybody." : "What was sealed is shown here because an operator with the master key opened it.")
    }

    private static func humans(_ dossier: Dossier) -> String {
        let decided = dossier.reviews.count { $0.decided != nil }
        let open = dossier.reviews.count - decided
        if dossier.reviews.isEmpty {
            return "No human took part: the decisions were made by the program alone, and nobody has asked for a review."
        }
        return "Humans took part: \(decided) decision\(decided == 1 ? "" : "s") by a human\(open > 0 ? ", \(open) review\(open == 1 ? "" : "s") still open" : "")."
    }
}
