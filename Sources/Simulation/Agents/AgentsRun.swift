import Engine
import Foundation
import LeadlineCore

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

    /// Something that happens.
    private enum What { case lead(Int), message(NewRecord, agent: Int, offer: String?) }

    private static let program = "agents"
    private static let start = Timestamp(micros: 1_772_442_000_000_000)
    private static let leadEveryMicros: Int64 = 300_000_000
    /// After the last lead, until every promise is kept or broken.
    private static let restMicros = 3 * Timestamp.microsPerDay

    private var network: AgentNetwork
    private let clock = SettableClock(Self.start)
    private let plainClock = SettableClock(Self.start)
    private var stage: Stage
    private var plain: Stage
    private var agenda = PlannedSteps<What>()
    private var sent = 0
    private var rejected: [Int: Int] = [:]
    private var timings = StepTimings()

    /// Makes two data folders in `directory`, which must be empty and is left to the caller to remove.
    public init(_ settings: Settings, directory: String) async throws {
        stage = try Self.stage(directory + "/negotiated", settings.seed, clock)
        plain = try Self.stage(directory + "/plain", settings.seed, plainClock)
        network = try AgentNetwork(settings, program: Self.program, isPlain: false)
        sent = network.founding.count
        _ = try await Self.step(&stage, network.founding)
        let without = try AgentNetwork(settings, program: Self.program, isPlain: true)
        _ = try await Self.step(&plain, without.founding)
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

    // MARK: The run

    /// Lets every lead come, and whatever follows from it.
    /// - Parameter progress: Called with the leads that have come so far.
    public mutating func run(progress: (Int) -> Void = { _ in }) async throws -> AgentsReport {
        for index in network.leads.indices {
            agenda.plan(.lead(index), at: Self.start.adding(micros: Int64(index + 1) * Self.leadEveryMicros))
        }
        let end = Self.start.adding(micros: Int64(network.leads.count + 1) * Self.leadEveryMicros + Self.restMicros)
        while true {
            // What follows from a deadline may come before what was planned next.
            if try await passDeadline(before: agenda.next ?? end) { continue }
            guard let next = agenda.popNext() else { break }
            clock.set(max(next.at, clock.now()))
            try await happen(next.what)
            if case .lead(let index) = next.what { progress(index + 1) }
        }
        try await stage.settle()
        try await plain.settle()
        return try report()
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

    private mutating func happen(_ what: What) async throws {
        switch what {
        case .lead(let index):
            sent += 1
            let (events, took) = try await Self.step(&stage, [network.leads[index]])
            timings.arrived(events, took)
            try follow(events)
            plainClock.set(clock.now())
            timings.plain.append(try await Self.step(&plain, [network.leads[index]]).took)
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
        for sent in try network.follow(events, at: now) {
            agenda.plan(
                .message(sent.message.record, agent: sent.agent, offer: sent.offer),
                at: now.adding(micros: sent.message.afterMicros))
        }
    }

    // MARK: What came of it

    private func report() throws -> AgentsReport {
        try network.report(
            stage.folder.openJournalReadOnly(), beside: (plain.folder.openJournalReadOnly(), Self.program), sent: sent,
            rejections: stage.rejections, timings, rejected: { rejected })
    }
}
