public import Audit

/// A dossier's account in plain language: the procedure and the principles that were applied to this person, from what
/// the entries say and not from what the program could do.
public enum DossierAccount {
    /// The account, a paragraph an element: what all decisions have in common, each decision, and what stands around.
    public static func lines(_ dossier: Dossier) -> [String] {
        let words = EnglishAccount.words
        return ([words.paragraph(dossier.opening)]
            + dossier.decisions.map { "\($0.time): \(words.paragraph($0.statements))" }
            + dossier.closing.map(words.paragraph)).filter { !$0.isEmpty }
    }
}
