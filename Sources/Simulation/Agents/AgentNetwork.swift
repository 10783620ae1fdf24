import Engine
import GRDB
import LeadlineCore
import LeadlineSchemas

/// A program whose partners have example agents: its first inputs, its leads, and what the agents send about what is
/// decided. The same for the same settings, whichever log carries it.
struct AgentNetwork: Sendable {
    /// A message, whose it is, and the offer that it answers; nil for what is no answer.
    struct Sent: Sendable {
        var agent: Int
        var offer: String?
        var message: AgentMessage
    }

    let program: String
    /// Registration, policy, profiles and what partners take.
    let founding: [NewRecord]
    let leads: [NewRecord]
    private let settings: AgentsRun.Settings
    private var agents: [ExampleAgent] = []
    private var indexes: [String: Int] = [:]

    /// - Parameter isPlain: true for a program that makes no offers, of the same partners and leads.
    init(_ settings: AgentsRun.Settings, program: String, isPlain: Bool) throws {
        self.settings = settings
        self.program = program
        var workload = Workload(program: program, seed: settings.seed)
        let network = try workload.partners(settings.agents, at: nil)
        leads = try (0..<settings.leads).map { _ in try workload.lead(at: nil) }
        var seeds = SplitMix64(seed: settings.seed)
        for index in 0..<settings.agents {
            let partner = Workload.partnerID(index)
            indexes[partner] = index
            agents.append(
                ExampleAgent(AgentManner.of(agent: index), partnerID: partner, program: program, seed: seeds.next()))
        }
        let terms = try isPlain ? [] : agents.enumerated().flatMap { try Self.terms(of: $1, $0, workload) }
        founding = try Self.founding(workload, settings, isPlain: isPlain) + network + terms
    }

    private static func founding(
        _ workload: Workload, _ settings: AgentsRun.Settings, isPlain: Bool
    ) throws -> [NewRecord] {
        var registered = WireProgramRegistered()
        (registered.currency, registered.logicVersion) = ("EUR", Logic.newest)
        var published = Workload.policyPublished()
        published.policy.sla.firstResponseMinutes = isPlain ? 0 : 60
        if !isPlain {
            published.policy.negotiation.rounds = settings.rounds
            published.policy.negotiation.askedAtOnce = settings.askedAtOnce
            published.policy.negotiation.answerMillis = settings.answerMillis
            published.policy.negotiation.commissionMaxBasisPoints = AgentTerms.mostBasisPoints
        }
        return [
            try workload.record(.controls, registered, id: "program", at: nil),
            try workload.record(.controls, published, id: "policy", at: nil),
        ]
    }

    /// What a partner takes, and what it usually gets. Who closes nothing says that it takes little.
    private static func terms(of agent: ExampleAgent, _ index: Int, _ workload: Workload) throws -> [NewRecord] {
        var capacity = WirePartnerCapacitySet()
        capacity.partnerID = agent.partnerID
        capacity.capacity.openLeadsMax = agent.manner == .overcommits ? 5 : 25
        var commission = WirePartnerCommissionTermsSet()
        commission.partnerID = agent.partnerID
        commission.rateBasisPoints = AgentTerms.usualBasisPoints
        return [
            try workload.record(.partners, capacity, id: "capacity-\(index)", at: nil),
            try workload.record(.partners, commission, id: "commission-\(index)", at: nil),
        ]
    }

    /// What agents send about what was decided.
    mutating func follow(_ events: [Event], at now: Timestamp) throws -> [Sent] {
        var sent: [Sent] = []
        for event in events {
            switch event {
            case .offerMade(let offer):
                guard let agent = indexes[offer.partnerID] else { continue }
                sent += try agents[agent].asked(offer, at: now).map {
                    Sent(agent: agent, offer: offer.offerID, message: $0)
                }
            case .leadAssigned(let assigned):
                guard let agent = indexes[assigned.partnerID] else { continue }
                sent += try agents[agent].got(assigned).map { Sent(agent: agent, offer: nil, message: $0) }
            default: break
            }
        }
        return sent
    }

    // MARK: What came of it

    /// What the journals say of it.
    /// - Parameters:
    ///   - plain: the journal of the program without offers, and its id.
    ///   - sent: records of this program that were sent.
    ///   - rejections: of them all.
    ///   - rejected: told of every entry; says how many messages of each agent could not be taken in.
    func report(
        _ journal: DatabaseQueue, beside plain: (journal: DatabaseQueue, program: String), sent: Int, rejections: Int,
        _ timings: StepTimings, observe: (EntryRecord) -> Void = { _ in }, rejected: () -> [Int: Int]
    ) throws -> AgentsReport {
        var rows = AgentManner.allCases.map { manner in
            AgentsReport.Row(manner: manner, agents: agents.count { $0.manner == manner })
        }
        func row(_ partner: String) -> Int? {
            indexes[partner].flatMap { index in AgentManner.allCases.firstIndex(of: agents[index].manner) }
        }
        var found = try JournaledLeads.follow(journal, program: program, expecting: leads.count) { entry in
            observe(entry)
            for event in entry.events {
                guard let (partner, count) = Self.counted(event), let place = row(partner) else { continue }
                rows[place][keyPath: count] += 1
            }
            guard case .offerAnswered(let answer) = entry.input.fact, let place = row(answer.partnerID) else { return }
            if let count = Self.counted(answer.answer) { rows[place][keyPath: count] += 1 }
            if case .inputDisregarded? = entry.events.first { rows[place].disregarded += 1 }
        }
        for (agent, count) in rejected() {
            if let place = row(agents[agent].partnerID) { rows[place].rejected += count }
        }
        found.check(received: sent, rejected: rejections)
        return AgentsReport(
            leads: settings.leads, agents: settings.agents, seed: settings.seed, rounds: Int(settings.rounds),
            askedAtOnce: Int(settings.askedAtOnce), manners: rows.filter { $0.agents > 0 }, journal: found,
            plain: try JournaledLeads.follow(plain.journal, program: plain.program, expecting: leads.count),
            wallClock: timings.summary)
    }

    private static func counted(_ event: Event) -> (partner: String, WritableKeyPath<AgentsReport.Row, Int>)? {
        switch event {
        case .offerMade(let offer): (offer.partnerID, \.offers)
        case .offerClosed(let offer) where offer.status == .expired: (offer.partnerID, \.timedOut)
        case .leadAssigned(let event): (event.partnerID, event.offerID.isEmpty ? \.assignedPlainly : \.won)
        default: nil
        }
    }

    private static func counted(_ answer: OfferAnswer) -> WritableKeyPath<AgentsReport.Row, Int>? {
        switch answer {
        case .accepted: \.accepted
        case .declined: \.declined
        case .countered: \.countered
        case .capacityConfirmed: nil
        }
    }
}
