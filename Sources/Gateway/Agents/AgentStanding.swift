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
        let keys = Dictionary(grouping: grants, by: \.principal)
        do {
            var stops = Dictionary(try stops(program: program).map { ($0.principal, $0) }) { first, _ in first }
            var told: Set<String> = []
            let all = try grants.filter { told.insert($0.principal).inserted }.map { grant in
                try standing(
                    keys[grant.principal] ?? [], of: grant.principal, stops.removeValue(forKey: grant.principal),
                    program: program, at: now)
            }
            return all
                + stops.values.sorted { $0.principal < $1.principal }.map {
                    AgentStanding(agent: $0.principal, keys: [], used: BudgetUse(), stop: $0)
                }
        } catch { throw Problem(error) }
    }

    /// The agent of a principal, or of a key by its id; nil for what is no agent of the program.
    public func agent(_ name: String, program: String, at now: Timestamp) throws(Problem) -> AgentStanding? {
        let grants = try list(program: program)
        let principal = grants.first { $0.id == name || $0.principal == name }?.principal ?? name
        let keys = grants.filter { $0.principal == principal }
        do {
            let stop = try stops(program: program).first { $0.principal == principal }
            if !keys.isEmpty { return try standing(keys, of: principal, stop, program: program, at: now) }
            if stop == nil && !AgentStanding.isIssuers(name) { return nil }
            return AgentStanding(agent: principal, keys: [], used: BudgetUse(), stop: stop)
        } catch { throw Problem(error) }
    }

    private func standing(
        _ keys: [Grant], of principal: String, _ stop: AgentStop?, program: String, at now: Timestamp
    ) throws -> AgentStanding {
        let used = try used(by: principal, program: program, day: BudgetCharge.day(now))
        return AgentStanding(agent: principal, keys: keys, used: used, stop: stop)
    }
}

extension State {
    /// What a partner was offered and has not answered, and what it agreed to; nothing for whoever speaks for none.
    public func commitments(of partner: String?) -> (openOffers: Int, agreed: [AgreedLead]) {
        guard let partner else { return (0, []) }
        return (offerStandings.count { $0.partnerID == partner }, agreed(by: partner))
    }
}
