public import Audit
import Engine
import LeadlineCore
import Reports
import Vault

extension Deployment {
    /// Everything about one person. The read is noted first, with who asks and why.
    /// - Parameter name: an e-mail address or a lead's id.
    public func dossier(of name: String) throws(Problem) -> Dossier {
        try Problem.told {
            let found = try person(name)
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
