public import Audit
import Engine
import LeadlineCore
import Reports
import Vault

extension Deployment {
    /// Everything about one person. The read is noted first, with who asks and why.
    /// - Parameters:
    ///   - name: an e-mail address, a lead's id or a person's random id.
    ///   - linked: true with what is known under ids that an address alone links to the person, false without; nil asks.
    /// - Throws: `Problem` that says what to add where nothing was said and there is such a link.
    public func dossier(of name: String, linked: Bool? = nil) throws(Problem) -> Dossier {
        try Problem.told {
            let found = try confirmedPerson(name, linked)
            let subjects = found.person.subjects.map(\.description)
            try note("audit dossier", subjects)
            let builder = DossierBuilder(
                folder, program: program, words: AuditWords(), leaves: EntryFields.leaves,
                open: EntryFields.opener(found.keyring, program: program, noted: subjects) {
                    try note("audit dossier", [$0])
                })
            return try builder.build(found.person, isErased: found.isErased, now: folder.now())
        }
    }
}
