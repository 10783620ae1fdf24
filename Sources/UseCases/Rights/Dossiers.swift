public import Audit
import Engine
import LeadlineCore
import Reports
import Vault

extension Deployment {
    /// Everything about one person, rejected records and waiting outcomes included. The read is noted first, with who
    /// asks and why.
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
            var dossier = try builder.build(found.person, isErased: found.isErased, now: folder.now())
            if let keyring = found.keyring {
                let search = RecordSearch(
                    folder, program: program, keyring: keyring, elsewhere: try lettersElsewhere())
                let keys = try builder.addRejected(found.person, name, search, to: &dossier)
                if !keys.isEmpty { try note("audit dossier", keys.map(\.description)) }
                if folder.isShard && cluster == nil {
                    dossier.rejectedNotSearched =
                        "those on leadline.deadletter were not searched, for no cluster was named (--kafka)"
                }
            } else {
                dossier.rejectedNotSearched = "none was opened, for there is no master key here"
            }
            if found.person == .unknown && dossier.rejected.isEmpty { throw Problem.nobody(in: program) }
            return dossier
        }
    }

    /// Rejected records on a cluster's topic, of the folder's partition.
    func lettersElsewhere() throws -> RecordSearch.Letters {
        guard folder.isShard, cluster != nil else { return { _ in } }
        let box = try DeadLetterBox(self)
        return { body in
            for view in try box.select(from: 0, limit: .max, where: { _ in true }) {
                try body("\(view.place)", view.letter)
            }
        }
    }
}
