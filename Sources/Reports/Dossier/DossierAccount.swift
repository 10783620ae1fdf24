public import Audit

/// A dossier's account in plain language: the procedure and the principles that were applied to this person, from what
/// the entries say and not from what the program could do.
public enum DossierAccount {
    /// The account, a paragraph an element.
    public static func lines(_ dossier: Dossier) -> [String] {
        [opening(dossier)] + dossier.decisions.map(decision) + [
            data(dossier), humans(dossier),
            "You may ask for a human to review any of these decisions, object to the processing, have it restricted, have wrong data "
                + "corrected, and have everything erased. Each such request is an entry in the journal, with its time and its result.",
        ]
    }

    private static func opening(_ dossier: Dossier) -> String {
        let leads = dossier.leads.count == 1 ? "One enquiry" : "\(CountText.grouped(dossier.leads.count)) enquiries"
        return
            "\(leads) from this person reached the program \(dossier.program). A computer program decided which sales partner should answer. "
            + "It first left out every partner that breaks a hard rule of the policy or has no free place. For each partner left it estimated how well "
            + "partner and enquiry match (fit) and how likely the partner is to win such a deal (conversion, learned from this program's own closed deals). "
            + "It chose the partner with the highest expected value after the price of the partner's free places. It never saw names, addresses or "
            + "free text: they are sealed."
    }

    private static func decision(_ decision: Dossier.Decision) -> String {
        let said = "\(decision.time): \(decision.explanation.first ?? decision.decided)"
        guard let best = decision.candidates.first else { return said }
        let names = decision.rules.map { String($0.unicodeScalars.prefix { $0 != ":" }) }
        let rules = names.isEmpty ? "no hard rule" : "the hard rules \(names.joined(separator: ", "))"
        let out =
            decision.excluded.isEmpty
            ? "no partner was left out" : "\(CountText.of(decision.excluded.count, "partner")) left out"
        let next = decision.candidates.dropFirst().first.map { "; next came \($0.partner) with \(rates($0))" } ?? ""
        return
            "\(said) Under the policy \(decision.policyName.isEmpty ? "in force" : decision.policyName) (\(decision.policyVersion.prefix(12))), "
            + "with \(rules): \(out), \(CountText.grouped(decision.candidates.count)) evaluated. "
            + "\(best.partner) had the highest expected value, with \(rates(best))\(next)."
    }

    private static func rates(_ candidate: Dossier.Candidate) -> String {
        "fit \(NumberText.percent(candidate.fit)) and conversion \(NumberText.percent(candidate.conversion))"
    }

    private static func data(_ dossier: Dossier) -> String {
        let account = dossier.sources.count { $0.isAboutAccount }
        let own = CountText.of(dossier.sources.count - account, "entry", plural: "entries")
        return
            "The decisions rest on \(own) about the person and \(CountText.of(account, "observation")) about the company; each is listed "
            + "with its source. "
            + (dossier.isErased
                ? "The person's key is destroyed: nobody can read any more what was sealed."
                : "Sealed data is shown here because an operator with the master key opened it.")
    }

    private static func humans(_ dossier: Dossier) -> String {
        if dossier.reviews.isEmpty {
            return "No human took part: the program alone decided, and nobody has asked for a review."
        }
        let decided = dossier.reviews.count { $0.decided != nil }
        let open = dossier.reviews.count - decided
        return
            "Humans took part: \(CountText.of(decided, "decision")) by a human\(open > 0 ? ", \(CountText.of(open, "review")) still open" : "")."
    }
}
