import Audit
import Engine
import LeadlineCore
import Vault

extension Deployment {
    /// A person with or without what an address alone links.
    /// - Throws: `Problem` that says what to add where nothing was said and there is such a link.
    func confirmedPerson(_ name: String, _ linked: Bool?) throws -> FoundPerson {
        if linked == true { return try personIfKnown(name, reach: .all) }
        let stated = try personIfKnown(name, reach: .stated)
        if linked == false { return stated }
        let all = try personIfKnown(name, reach: .all)
        if all.person.subjects.count == stated.person.subjects.count { return stated }
        throw Problem(
            .conflict, "more is known under another id, which an address or a telephone number links to this person",
            at: all.person.links.filter(\.isInferred).map { "entry \($0.position)" }.joined(separator: ", "),
            remedy:
                "Ask the person, then add --including-linked or --without-linked; 'leadline rights show' lists the links, 'leadline rights unlink' ends one"
        )
    }
}
