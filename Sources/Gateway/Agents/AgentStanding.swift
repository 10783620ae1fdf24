public import LeadlineCore
public import UseCases

/// Whoever asks under a program's keys: what it may do, what it took of its budgets today, whether it was stopped.
///
/// An agent is a principal. Its authority is what its keys let do; a token's principal is known here only once it was
/// stopped, since nothing is kept of it before.
public struct AgentStanding: Sendable {
    /// The principal.
    public var agent: String
    /// Its keys, the newest first.
    public var keys: [Grant]
    /// What it took of its budgets today.
    public var used: BudgetUse
    /// Nil for one that was not stopped.
    public var stop: AgentStop?

    /// Its partner, if it speaks for one.
    public var partner: String? { keys.lazy.compactMap(\.partner).first }
    /// What it may do a day by its newest key.
    public var budgets: Budgets { keys.first?.budgets ?? Budgets() }

    /// True for the id of a principal that an issuer speaks for, which no key names.
    static func isIssuers(_ name: String) -> Bool {
        let digits = name.utf8.dropFirst(2)
        return name.utf8.starts(with: "o-".utf8) && digits.count == 32
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension AccessDirectory {
    /// Every agent of a program, those first whose keys are the newest.
    public func agents(program: String, at now: Timestamp) throws(Problem) -> [AgentStanding] {
        let grants = try list(program: program)
        do {
            var stops = Dictionary(try stops(program: program).map { ($0.principal, $0) }) { first, _ in first }
            var order: [String] = []
            var keys: [String: [Grant]] = [:]
            for grant in grants {
                if keys[grant.principal] == nil { order.append(grant.principal) }
                keys[grant.principal, default: []].append(grant)
            }
            let day = BudgetCharge.day(now)
            var all = try order.map { principal in
                AgentStanding(
                    agent: principal, keys: keys[principal] ?? [],
                    used: try used(by: principal, program: program, day: day),
                    stop: stops.removeValue(forKey: principal))
            }
            all += stops.values.sorted { $0.principal < $1.principal }.map {
                AgentStanding(agent: $0.principal, keys: [], used: BudgetUse(), stop: $0)
            }
            return all
        } catch { throw Problem(error) }
    }

    /// The agent of a principal, or of a key by its id; nil for what is no agent of the program.
    public func agent(_ name: String, program: String, at now: Timestamp) throws(Problem) -> AgentStanding? {
        let all = try agents(program: program, at: now)
        if let known = all.first(where: { $0.agent == name || $0.keys.contains { $0.id == name } }) { return known }
        if !AgentStanding.isIssuers(name) { return nil }
        return AgentStanding(agent: name, keys: [], used: BudgetUse(), stop: nil)
    }
}
