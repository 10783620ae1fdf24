import Engine
import Foundation
public import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Logging
import Synchronization

/// The example agents on a Kafka cluster, in real time: an instance decides, and whoever plays the agents is a producer
/// and a consumer like any other. Beside it, on the same instance, the same leads go through a program without offers.
///
/// Prospects are answered and deals end some ten thousand times faster than on the embedded log, and what is promised
/// for the first response outlasts the run. The cluster must be for this alone, its clock this machine's.
public struct KafkaAgentsRun: Sendable {
    private let settings: AgentsRun.Settings
    private let cluster: KafkaSettings
    private let directory: String
    private let partitionCount: Int32
    private let leadsPerSecond: Int

    /// A run whose data folder is made in `directory`, which is left to the caller to remove.
    /// - Parameter leadsPerSecond: of each of the two programs.
    public init(
        _ settings: AgentsRun.Settings, on cluster: KafkaSettings, directory: String, partitionCount: Int32,
        leadsPerSecond: Int
    ) {
        self.settings = settings
        self.cluster = cluster
        self.directory = directory
        self.partitionCount = partitionCount
        self.leadsPerSecond = leadsPerSecond
    }

    /// What the instance has done so far.
    private final class Done: Sendable {
        private let sum = Mutex(StepReport())
        func add(_ report: StepReport) { sum.withLock { $0 += report } }
        var report: StepReport { sum.withLock { $0 } }
    }

    /// Lets every lead come, and whatever follows from it.
    /// - Parameter progress: called with the leads that have come so far, from any thread.
    public func run(progress: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> AgentsReport {
        let prefix = "agents-\(UUID().uuidString.prefix(8).lowercased())"
        let networks = (
            try AgentNetwork(settings, program: prefix, isPlain: false),
            try AgentNetwork(settings, program: prefix + "-plain", isPlain: true)
        )
        let folder = try DataFolder.create(
            path: directory + "/instance", settings: .init(program: prefix, masterKeyFile: directory + "/master.key"))
        let quiet = Logger(label: "leadline.agents") { _ in SwiftLogNoOpLogHandler() }
        var options = KafkaLogOptions(partitionCount: partitionCount)
        (options.linger, options.decisionFormat) = (.milliseconds(2), .protobuf)
        let done = Done()
        let instance = try KafkaInstance(folder, cluster, options: options, batchMax: 1_000, logger: quiet) {
            done.add($1)
        }
        let play = AgentsPlay(
            networks.0, networks.1, cluster, partitionCount: partitionCount, leadsPerSecond: leadsPerSecond)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await instance.run() }
            group.addTask { try await play.run({ done.report.records }, progress) }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        return try await play.report(rejections: done.report.rejections) { program in
            try folder.shard(Partitioner.partition(of: Array(program.utf8), count: partitionCount))
        }
    }
}

/// Plays the agents, and whoever hands leads in, on a thread of its own: clients of Kafka wait by blocking.
private actor AgentsPlay {
    private let executor = ThreadExecutor("leadline.agents")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private enum What { case lead(Int), message(AgentNetwork.Sent) }

    /// A step of the processor's, as far as it has come: what one entry decided.
    private struct Step {
        var program: String
        var position: UInt64
        var events: [Event]
        var at: ContinuousClock.Instant
        var wallClock: Timestamp
    }

    /// Deals that take a day on the embedded log take some seconds here.
    private static let workScale: Int64 = 20_000
    /// How long whatever is under way may take without anything coming of it.
    private static let patience = Duration.seconds(120)

    private var network: AgentNetwork
    private let plain: AgentNetwork
    private let cluster: KafkaSettings
    private let partitionCount: Int32
    private let leadEveryMicros: Int64
    private let clock = SystemClock()
    private var agenda = PlannedSteps<What>()
    private var timings = StepTimings()
    private var current: Step?
    /// When a lead, or the answer to an offer, was handed to the producer.
    private var sentLeads: [String: ContinuousClock.Instant] = [:]
    private var sentPlain: [String: ContinuousClock.Instant] = [:]
    private var sentAnswers: [String: ContinuousClock.Instant] = [:]
    private var open: [String: OfferMade] = [:]
    private var placed: Set<String> = []
    private var placedPlain: Set<String> = []
    private var messages: [(agent: Int, id: String)] = []
    private var sent: Int

    init(
        _ network: AgentNetwork, _ plain: AgentNetwork, _ cluster: KafkaSettings, partitionCount: Int32,
        leadsPerSecond: Int
    ) {
        self.network = network
        self.plain = plain
        self.cluster = cluster
        self.partitionCount = partitionCount
        leadEveryMicros = 1_000_000 / Int64(leadsPerSecond)
        sent = network.founding.count
    }

    /// Ends once every lead has a place, every offer is over and everything that was sent has been read.
    /// - Parameter read: how many records the instance has read so far.
    func run(_ read: @Sendable () -> Int, _ progress: @Sendable (Int) -> Void) throws {
        let decisions = try TopicReader(cluster, .decisions, partitionCount: partitionCount, atEnd: true)
        let publisher = try KafkaPublisher(cluster, partitionCount: partitionCount)
        // What is received before its program is of no program: each of these waits until the broker has the last.
        for topic in [Topic.controls, .partners] {
            try publisher.send((network.founding + plain.founding).filter { $0.topic == topic })
        }
        try wait(for: network.founding.count + plain.founding.count, read)
        let began = clock.now()
        for index in network.leads.indices {
            agenda.plan(.lead(index), at: began.adding(micros: Int64(index + 1) * leadEveryMicros))
        }
        var moved = ContinuousClock.now
        while agenda.next != nil || !isSettled {
            try Task.checkCancellation()
            while let due = agenda.popNext(until: clock.now()) {
                try happen(due.what, publisher, progress)
                moved = .now
            }
            try publisher.tend()
            var isQuiet = true
            try decisions.read(waitMillis: 1) { record in
                isQuiet = false
                try take(record)
            }
            // What one entry decided is one transaction's: it comes at one time.
            if isQuiet { try endStep() } else { moved = .now }
            if ContinuousClock.now - moved > Self.patience { throw stuck("leads are not settled") }
        }
        try wait(for: sent + plain.founding.count + plain.leads.count, read)
    }

    private var isSettled: Bool {
        current == nil && open.isEmpty && placed.count == network.leads.count
            && placedPlain.count == plain.leads.count
    }

    private func wait(for records: Int, _ read: () -> Int) throws {
        let end = ContinuousClock.now + Self.patience
        while read() < records {
            try Task.checkCancellation()
            guard ContinuousClock.now < end else { throw stuck("\(read()) of \(records) records were read") }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    private func stuck(_ what: String) -> any Error {
        KafkaTransportError.topics("nothing goes on: \(what) after \(Self.patience); is the cluster for this alone?")
    }

    private func happen(_ what: What, _ publisher: KafkaPublisher, _ progress: (Int) -> Void) throws {
        switch what {
        case .lead(let index):
            sent += 1
            let id = "lead-\(index + 1)"
            sentLeads[id] = .now
            try publisher.enqueue(network.leads[index])
            sentPlain[id] = .now
            try publisher.enqueue(plain.leads[index])
            progress(index + 1)
        case .message(let message):
            sent += 1
            messages.append((message.agent, message.message.id))
            if let offer = message.offer, sentAnswers[offer] == nil { sentAnswers[offer] = .now }
            try publisher.enqueue(message.message.record)
        }
    }

    // MARK: Decisions

    private func take(_ record: TopicRecord) throws {
        guard let value = record.value else { return }
        let decision = try PublishedDecision(headers: record.headers, value: value)
        guard decision.program == network.program || decision.program == plain.program,
            let place = decision.cursor.place
        else { return }
        if current?.program != decision.program || current?.position != place.position {
            try endStep()
            current = Step(
                program: decision.program, position: place.position, events: [], at: .now, wallClock: clock.now())
        }
        current?.events.append(try decision.event())
    }

    /// Notes how long the step took, and has the agents do what they do about it.
    private func endStep() throws {
        guard let step = current else { return }
        current = nil
        if step.program == plain.program { return endPlain(step) }
        let answered = step.events.lazy.compactMap { event -> OfferClosed? in
            if case .offerClosed(let offer) = event { offer } else { nil }
        }.first { ![.expired, .lostToAnother, .withdrawn, .notEligible].contains($0.status) }
        let expired = step.events.lazy.compactMap { event -> OfferClosed? in
            if case .offerClosed(let offer) = event, offer.status == .expired { offer } else { nil }
        }.first
        if let answered, let began = sentAnswers[answered.offerID] {
            timings.answered(answered.offerID, step.events, step.at - began)
        } else if let expired, let made = open[expired.offerID] {
            timings.passed(step.events, .microseconds(max(0, step.wallClock.micros - made.answerBy.micros)))
        } else if let lead = step.events.lazy.compactMap(\.routedLead).first(where: { sentLeads[$0] != nil }),
            let began = sentLeads.removeValue(forKey: lead)
        {
            timings.arrived(step.events, step.at - began)
        }
        for event in step.events { note(event) }
        try follow(step)
    }

    private func endPlain(_ step: Step) {
        for lead in step.events.compactMap(\.routedLead) {
            placedPlain.insert(lead)
            if let began = sentPlain.removeValue(forKey: lead) { timings.plain.append(step.at - began) }
        }
    }

    private func note(_ event: Event) {
        switch event {
        case .offerMade(let offer): open[offer.offerID] = offer
        case .offerClosed(let offer): open[offer.offerID] = nil
        case .leadAssigned(let event): placed.insert(event.leadID)
        case .leadEscalated(let event): placed.insert(event.leadID)
        default: break
        }
    }

    private func follow(_ step: Step) throws {
        for sent in try network.follow(step.events, at: step.wallClock) {
            let after = sent.message.afterMicros
            agenda.plan(
                .message(sent), at: step.wallClock.adding(micros: sent.offer == nil ? after / Self.workScale : after))
        }
    }

    // MARK: What came of it

    /// What the journals say, once the instance has ended.
    /// - Parameter shard: the folder that holds a program.
    func report(rejections: Int, shard: @Sendable (String) throws -> DataFolder) throws -> AgentsReport {
        var taken: [String: Int] = [:]
        let (own, other) = (try shard(network.program), try shard(plain.program))
        return try network.report(
            own.openJournalReadOnly(), beside: (other.openJournalReadOnly(), plain.program), sent: sent,
            rejections: rejections, timings,
            observe: { entry in if let id = entry.origin?.eventID { taken[id, default: 0] += 1 } },
            rejected: {
                var rejected: [Int: Int] = [:]
                for (agent, id) in messages {
                    if let count = taken[id], count > 0 { taken[id] = count - 1 } else { rejected[agent, default: 0] += 1 }
                }
                return rejected
            })
    }
}

extension Event {
    /// The lead that it finds a place for, or offers; nil for what does neither.
    fileprivate var routedLead: String? {
        switch self {
        case .leadAssigned(let event): event.leadID
        case .leadEscalated(let event): event.leadID
        case .offerMade(let event): event.leadID
        default: nil
        }
    }
}
