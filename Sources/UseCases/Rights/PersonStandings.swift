public import Audit
import Engine
public import LeadlineCore
import Vault

/// What stands for a person.
public struct PersonReport: Sendable {
    /// The program.
    public let program: String
    /// The person, with the links by which ids were found.
    public let person: Person
    /// True if every key of the person is gone.
    public let isErased: Bool
    /// What binds the person's leads.
    public let standing: PersonInspection
}

extension Deployment {
    /// What stands for a person: ids, links, rights and leads. The read is noted first.
    public func standing(of name: String) throws(Problem) -> PersonReport {
        try Problem.told {
            let found = try person(name)
            try note("rights show", found.person.subjects.map(\.description))
            let state = try registeredState()
            return PersonReport(
                program: program, person: found.person, isErased: found.isErased,
                standing: state.person(found.person.subjects.compactMap { Digest128($0.bytes) }))
        }
    }
}
