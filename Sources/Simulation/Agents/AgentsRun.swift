import Engine
import Evaluation
import Foundation
import HeapModule
import LeadlineCore
import LeadlineSchemas

/// Puts leads through a network of example agents on the real engine, a real data folder and real messages: only the
/// clock is set by hand, and the agents are values. The same settings give the same journal.
public struct AgentsRun {
    /// What is tried.
    public struct Settings: Sendable {
        public var leads = 1_000
        public var agents = 40
        public var seed: UInt64 = 1
        /// How often partners are asked, and how many at once.
        public var rounds: UInt32 = 2
        public var askedAtOnce: UInt32 = 2
        /// How long they have.
        public var answerMillis: UInt32 = 5_000

        /// The usual ones.
        public init() {}
    }

    /// Something that happens at a moment; those of one moment in the order in which they were planned.
    private struct Due: Comparable {
        enum What { case lead(Int), message(NewRecord, agent: Int, offer: String?) }

        var at: Timestamp
        var order: Int
        var what: What

        static func < (a: Self, b: Self) -> Bool { (a.at, a.order) < (b.at, b.order) }
        static func == (a: Self, b: Self) -> Bool { (a.at, a.order) == (b.at, b.order) }
    }

    private static let program = "agents"
    private static let start = Timestamp(micros: 1_772_442_000_000_000)
    private static let leadEveryMicros: Int64 = 300_000_000
    /// After the last lead, until every promise is kept or broken.
    private static let restMicros = 3 * Timestamp.microsPerDay

    private let settings: Settings
    private let leads: [NewRecord]
    private let clock = SettableClock(Self.start)
    private let plainClock = SettableClock(Self.start)
    private var stage: Stage
    private var plain: Stage
    private var agents: [ExampleAgent] = []
    private var indexes: [String: Int] = [:]
    private var agenda = Heap<Due>()
    private var planned = 0
    private var sent = 0
    private var rejected: [Int: Int] = [:]
    private var timings = StepTimings()

    /// Makes two data folders in `directory`, which must be empty and is left to the caller to remove.
    public init(_ settings: Settings, directory: String) async throws {
        self.settings = settings
        var workload = Workload(program: Self.program, seed: settings.seed)
        stage = try Self.stage(directory + "/negotiated", settings.seed, clock)
        plain = try Self.stage(directory + "/plain", settings.seed, plainClock)
        let network = try workload.partners(settings.agents, at: nil)
        leads = try (0..<settings.leads).map { _ in try workload.lead(at: nil) }
        var seeds = SplitMix64(seed: settings.seed)
        for index in 0..<settings.agents {
            let partner = Workload.partnerID(index)
            indexes[partner] = index
            agents.append(ExampleAgent(
                AgentManner.of(agent: index), partnerID: partner, program: Self.program, seed: seeds.next()))
        }
        let terms = try agents.enumerated().flatMap { try Self.terms(of: $1, $0, workload) }
        let negotiated = try Self.founding(workload, settings, isPlain: false) + network + terms
        sent = negotiated.count
        _ = try await Self.step(&stage, negotiated)
        _ = try await Self.step(&plain, try Self.founding(workload, settings, isPlain: true) + network)
    }

    /// A folder whose keys follow from the seed.
    private static func stage(_ path: String, _ seed: UInt64, _ clock: SettableClock) throws -> Stage {
        var chance = SplitMix64(seed: seed)
        let key = path + ".key"
        let digits = (0..<64).map { _ in String(chance.below(16), radix: 16) }.joined()
        try Data((digits + "\n").utf8).write(to: URL(fileURLWithPath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let folder = try DataFolder.create(
            path: path, settings: .init(program: program, masterKeyFile: key, keySeed: "agents"))
        return try Stage(folder, clock: clock)
    }

    private static func founding(_ workload: Workload, _ settings: Settings, isPlain: Bool) throws -> [NewRecord] {
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

    // MARK: The run

    /// Lets every lead come, and whatever follows from it.
    /// - Parameter progress: Called with the leads that have come so far.
    public mutating func run(progress: (Int) -> Void = { _ in }) async throws -> AgentsReport {
        for index in leads.indices {
            plan(.lead(index), at: Self.start.adding(micros: Int64(index + 1) * Self.leadEveryMicros))
        }
        let end = Self.start.adding(micros: Int64(leads.count + 1) * Self.leadEveryMicros + Self.restMicros)
        while true {
            // What follows from a deadline may come before what was planned next.
            if try await passDeadline(before: agenda.min?.at ?? end) { continue }
            guard let next = agenda.popMin() else { break }
            clock.set(max(next.at, clock.now()))
            try await happen(next.what)
            if case .lead(let index) = next.what { progress(index + 1) }
        }
        try await stage.settle()
        try await plain.settle()
        return try report()
    }

    private mutating func plan(_ what: Due.What, at moment: Timestamp) {
        planned += 1
        agenda.insert(Due(at: moment, order: planned, what: what))
    }

    /// Time passes to the next deadline before a moment; false where there is none.
    private mutating func passDeadline(before moment: Timestamp) async throws -> Bool {
        guard let deadline = await stage.nextDeadline, deadline < moment else { return false }
        // Due is what lies before now.
        clock.set(max(clock.now(), deadline.adding(micros: 1)))
        let (events, took) = try await Self.step(&stage, [])
        if await stage.nextDeadline == deadline {
            throw EngineError.journalBroken(program: Self.program, position: 0, "a deadline does not fire")
        }
        timings.passed(events, took)
        try follow(events)
        return true
    }

    private mutating func happen(_ what: Due.What) async throws {
        switch what {
        case .lead(let index):
            sent += 1
            let (events, took) = try await Self.step(&stage, [leads[index]])
            timings.arrived(events, took)
            try follow(events)
            plainClock.set(clock.now())
            timings.plain.append(try await Self.step(&plain, [leads[index]]).took)
        case .message(let record, let agent, let offer):
            sent += 1
            let before = stage.rejections
            let (events, took) = try await Self.step(&stage, [record])
            rejected[agent, default: 0] += stage.rejections - before
            timings.answered(offer, events, took)
            try follow(events)
        }
    }

    /// Sends records and lets the engine work.
    /// - Returns: what came of it, as consumers see it, and how long that took by this machine's clock.
    private static func step(_ stage: inout Stage, _ records: [NewRecord]) async throws -> (
        events: [Event], took: Duration
    ) {
        let began = ContinuousClock.now
        if !records.isEmpty { try await stage.send(records) }
        let decisions = try await stage.work()
        let took = ContinuousClock.now - began
        return (try decisions.map { try $0.event() }, took)
    }

    /// Agents do what they do about what was decided.
    private mutating func follow(_ events: [Event]) throws {
        let now = clock.now()
        for event in events {
            switch event {
            case .offerMade(let offer):
                guard let agent = indexes[offer.partnerID] else { continue }
                for message in try agents[agent].asked(offer, at: now) {
                    plan(
                        .message(message.record, agent: agent, offer: offer.offerID),
                        at: now.adding(micros: message.afterMicros))
                }
            case .leadAssigned(let assigned):
                guard let agent = indexes[assigned.partnerID] else { continue }
                for message in try agents[agent].got(assigned) {
                    plan(
                        .message(message.record, agent: agent, offer: nil),
                        at: now.adding(micros: message.afterMicros))
                }
            default: break
            }
        }
    }

    // MARK: What came of it

    private func report() throws -> AgentsReport {
        var rows = AgentManner.allCases.map { manner in
            AgentsReport.Row(manner: manner, agents: agents.count { $0.manner == manner })
        }
        func row(_ partner: String) -> Int? {
            indexes[partner].flatMap { index in AgentManner.allCases.firstIndex(of: agents[index].manner) }
        }
        var journal = try JournaledLeads.follow(
            stage.folder.openJournalReadOnly(), program: Self.program, expecting: leads.count
        ) { entry in
            for event in entry.events {
                guard let (partner, count) = Self.counted(event), let place = row(partner) else { continue }
                rows[place][keyPath: count] += 1
            }
            guard case .offerAnswered(let answer) = entry.input.fact, let place = row(answer.partnerID) else { return }
            if let count = Self.counted(answer.answer) { rows[place][keyPath: count] += 1 }
            if case .inputDisregarded? = entry.events.first { rows[place].disregarded += 1 }
        }
        for (agent, count) in rejected {
            if let place = row(agents[agent].partnerID) { rows[place].rejected += count }
        }
        journal.check(received: sent, rejected: stage.rejections)
        let plainJournal = try JournaledLeads.follow(
            plain.folder.openJournalReadOnly(), program: Self.program, expecting: leads.count)
        return AgentsReport(
            leads: settings.leads, agents: settings.agents, seed: settings.seed, rounds: Int(settings.rounds),
            askedAtOnce: Int(settings.askedAtOnce), manners: rows.filter { $0.agents > 0 }, journal: journal,
            plain: plainJournal, wallClock: timings.summary)
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
