import Dashboard

/// Signing in without a key, where a demonstration with made-up people is shown on the machine of whoever looks at it.
public struct DemoSignIn: Sendable {
    /// As whom somebody may sign in, and the key that stands behind it.
    public struct Entrance: Sendable {
        let person: DemoPerson
        let key: String

        /// - Parameters:
        ///   - partner: for which partner somebody of that role speaks.
        ///   - key: an API key of this deployment.
        public init(_ role: Role, partner: String? = nil, key: KeyToken) {
            person = DemoPerson(name: role.rawValue, role: role.rawValue, partner: partner)
            self.key = "\(key)"
        }
    }

    let people: [Entrance]
    let tour: Tour

    /// - Parameters:
    ///   - people: one of each role, in the order in which they are offered.
    ///   - lead: the lead whose way the tour tells.
    public init(people: [Entrance], lead: String) {
        self.people = people
        tour = Tour(lead: lead)
    }

    /// The key of the person that a form names; nil for nobody.
    func key(of name: String) -> String? { people.first { $0.person.name == name }?.key }
}
