public import LeadlineCore
public import UseCases

/// Whoever asks under a program's keys: what it may do, what it took of its budgets today, whether it was stopped.
///
/// An agent is a principal. Its authority is what its keys let do; a principal of an issuer is known here once it spoke
/// for a partner or was stopped, since nothing else is kept of it.
public struct AgentStanding: Sendable {
    /// The principal.
    public var agent: String
    /// Its keys, the newest first.
    public var keys: [Grant]
    /// What it took of its budgets today.
    public var used: BudgetUse
    /// Nil for one that was not stopped.
    public var stop: AgentStop?
    /// Partners for which an issuer let it speak lately, the latest first.
    public var speaksFor: [String] = []
    /// What it may do a day by its issuer's settings; of one with keys they say it.
    public var issuersBudgets = Budgets()

    /// Its partner, if it speaks for one.
    public var partner: String? { partners.first }
    /// Every partner for which it speaks, or lately did.
    public var partners: [String] {
        (keys.compactMap(\.partner) + speaksFor).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
    /// What it may do a day by its newest key, or as its issuer's settings say.
    public var budgets: Budgets { keys.first?.budgets ?? issuersBudgets }

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
            let stops = try stops(program: program), speakers = try speakers(program: program)
            let stopped = Dictionary(stops.map { ($0.principal, $0) }) { first, _ in first }
            let speaking = Dictionary(grouping: speakers, by: \.principal)
            let principals = grants.map(\.principal) + speakers.map(\.principal) + stops.map(\.principal)
            var told: Set<String> = []
            return try principals.filter { told.insert($0).inserted }.map { principal in
                try standing(
                    keys[principal] ?? [], of: principal, stopped[principal], speaking[principal] ?? [],
                    program: program, at: now)
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
            if keys.isEmpty && stop == nil && !AgentStanding.isIssuers(name) { return nil }
            let speaking = try speakers(program: program).filter { $0.principal == principal }
            return try standing(keys, of: principal, stop, speaking, program: program, at: now)
        } catch { throw Problem(error) }
    }

    private func standing(
        _ keys: [Grant], of principal: String, _ stop: AgentStop?, _ speaking: [IssuerSpeaker], program: String,
        at now: Timestamp
    ) throws -> AgentStanding {
        let used = try used(by: principal, program: program, day: BudgetCharge.day(now))
        return AgentStanding(
            agent: principal, keys: keys, used: used, stop: stop,
            speaksFor: speaking.map(\.partner))
    }
}

extension State {
    /// What a partner was offered and has not answered, and what it agreed to; nothing for whoever speaks for none.
    public func commitments(of partner: String?) -> (openOffers: Int, agreed: [AgreedLead]) {
        guard let partner else { return (0, []) }
        return (offerStandings.count { $0.partnerID == partner }, agreed(by: partner))
    }
}
