import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

/// Figures of one benchmark run.
public struct BenchmarkFigure: Sendable, Codable, Equatable {
    /// E.g. "decisions per second, 40 partners".
    public var name: String
    public var value: Double
    /// E.g. "1/s", "s", "bytes".
    public var unit: String
    /// Share of the whole way from log to journal, 0 to 1, for a stage of it.
    public var share: Double?
    /// The aim on one core, where there is one.
    public var aim: Double?

    /// A figure from its parts.
    public init(name: String, value: Double, unit: String, share: Double? = nil, aim: Double? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.share = share
        self.aim = aim
    }
}

/// A state with inputs decided on it and folded into it, in place.
private struct DecisionRun {
    var state = State()
    var scratch = EvaluationScratch()

    mutating func decide(_ input: Input, at stamp: Timestamp) -> [Event] {
        Decider.decide(input, at: stamp, in: state, scratch: &scratch)
    }

    mutating func score(_ input: Input, at stamp: Timestamp) -> Int {
        Decider.score(input, at: stamp, in: state, scratch: &scratch)
    }

    mutating func take(_ input: Input, at stamp: Timestamp) -> [Event] {
        let events = decide(input, at: stamp)
        state.fold(input, events, at: stamp)
        return events
    }
}

/// Measures the engine's stages, each on its own and end to end. Wall-clock figures: they belong to this machine.
public struct Benchmark {
    private let directory: String
    private let leads: Int
    private let entries: Int
    private let report: (BenchmarkFigure) -> Void
    private let stage: (String) -> Void
    private static let start = Timestamp(micros: 1_767_225_600_000_000)

    /// A benchmark that works in `directory`, which must be empty and is left to the caller to remove.
    /// - Parameters:
    ///   - leads: Leads of the core and end-to-end runs.
    ///   - entries: Entries of the journal that recovery is measured on.
    ///   - stage: Told what is being measured.
    ///   - report: Given each figure as it comes.
    public init(
        directory: String, leads: Int, entries: Int, stage: @escaping (String) -> Void,
        report: @escaping (BenchmarkFigure) -> Void
    ) {
        self.directory = directory
        self.leads = leads
        self.entries = entries
        self.stage = stage
        self.report = report
    }

    /// All measurements.
    public func run() async throws {
        // First, while the process holds no pages that others left.
        try openLeads()
        for partners in [40, 1_000] { try core(partners: partners) }
        try await endToEnd()
        try await importing()
        try recovery()
        put("peak memory", Self.peakMemoryBytes(), "bytes")
    }

    private func put(_ name: String, _ value: Double, _ unit: String, share: Double? = nil, aim: Double? = nil) {
        report(BenchmarkFigure(name: name, value: value, unit: unit, share: share, aim: aim))
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body).inSeconds
    }

    private func folder(_ name: String) throws -> DataFolder {
        try DataFolder.create(
            path: directory + "/" + name,
            settings: .init(program: "bench", masterKeyFile: directory + "/\(name).key", keySeed: "bench"))
    }

    /// Inputs of a workload as intake makes them.
    private func inputs(_ records: [NewRecord], _ intake: inout Intake) throws -> [TakenInput] {
        try records.enumerated().map { index, record in
            try intake.take(
                LogRecord(
                    topic: record.topic, offset: Int64(index), received: record.eventTime ?? Self.start,
                    isImported: true,
                    key: record.key, headers: record.headers, value: record.value))
        }
    }

    // MARK: Core

    private func core(partners: Int) throws {
        stage("core, \(partners) partners")
        var intake = Intake(try folder("core\(partners)").openVault())
        var workload = Workload(program: "bench", seed: 1)
        var run = DecisionRun()
        for taken in try inputs(workload.setUp(at: Self.start) + workload.partners(partners, at: Self.start), &intake) {
            _ = run.take(taken.input, at: Self.start)
        }
        let count = partners > 100 ? leads / 5 : leads
        let taken = try inputs((0..<count).map { try workload.lead(at: Self.start.adding(micros: Int64($0))) }, &intake)
        let all = Self.seconds {
            for (index, lead) in taken.enumerated() {
                _ = run.take(lead.input, at: Self.start.adding(micros: Int64(index)))
            }
        }
        // Decided again on the state at the end, to tell deciding from folding.
        let again = taken.enumerated().map { renamed($1.input, $0) }
        var decided: [[Event]] = []
        decided.reserveCapacity(count)
        let decideSeconds = Self.seconds {
            for input in again { decided.append(run.decide(input, at: Self.start)) }
        }
        put(
            "decisions (decide and fold), \(partners) partners", Double(count) / all, "1/s",
            aim: partners == 40 ? 250_000 : nil)
        put("decide alone, \(partners) partners", Double(count) / decideSeconds, "1/s")
        put("candidates scored per decision, \(partners) partners", average(decided), "candidates")
        if partners >= 1_000 { try everybody(&workload, &intake, &run, Array(again.prefix(2_000))) }
    }

    /// One lead against all partners, nobody out by a rule.
    private func everybody(
        _ workload: inout Workload, _ intake: inout Intake, _ run: inout DecisionRun, _ leads: [Input]
    ) throws {
        for taken in try inputs([workload.policyWithoutRules(at: Self.start)], &intake) {
            _ = run.take(taken.input, at: Self.start)
        }
        var decided: [[Event]] = []
        decided.reserveCapacity(leads.count)
        let seconds = Self.seconds {
            for input in leads { decided.append(run.decide(input, at: Self.start)) }
        }
        var scored = 0
        let scoring = Self.seconds {
            for input in leads { scored += run.score(input, at: Self.start) }
        }
        put("one lead scored against all partners", scoring / Double(leads.count) * 1_000_000, "us", aim: 100)
        put("partners that it was scored against", Double(scored) / Double(leads.count), "partners")
        put("one lead decided among all partners", seconds / Double(leads.count) * 1_000_000, "us", aim: 150)
        put("candidates scored in it", average(decided), "candidates")
    }

    private func renamed(_ input: Input, _ index: Int) -> Input {
        guard case .leadSubmitted(var fact) = input.fact else { return input }
        fact.leadID = "again-\(index)"
        var copy = input
        copy.fact = .leadSubmitted(fact)
        copy.subject = nil
        return copy
    }

    private func average(_ decided: [[Event]]) -> Double {
        let scored = decided.reduce(0) { sum, events in
            sum + events.reduce(0) { $0 + Int($1.evaluated?.summary.scored ?? 0) }
        }
        return Double(scored) / Double(max(decided.count, 1))
    }

    // MARK: End to end

    private func endToEnd() async throws {
        stage("end to end through the embedded log")
        let folder = try folder("end-to-end")
        var workload = Workload(program: "bench", seed: 2)
        let setUp = try workload.setUp(at: nil) + workload.partners(40, at: nil)
        let records = try (0..<leads).map { _ in try workload.lead(at: nil) }
        let processor = try Processor(folder)
        try await processor.append(setUp)
        _ = try await processor.runUntilIdle(batchMax: 5_000)
        let clock = ContinuousClock()
        var appendSeconds = 0.0
        let began = clock.now
        for chunk in stride(from: 0, to: records.count, by: 5_000) {
            let before = clock.now
            try await processor.append(Array(records[chunk..<min(chunk + 5_000, records.count)]))
            appendSeconds += (clock.now - before).inSeconds
        }
        _ = try await processor.runUntilIdle(batchMax: 5_000)
        let all = (clock.now - began).inSeconds
        put("leads end to end, durable, contact data sealed", Double(leads) / all, "1/s", aim: 20_000)
        let settling = clock.now
        try await processor.settle()
        put("projection and write-ahead log truncation", Double(leads) / (clock.now - settling).inSeconds, "1/s")
        try stages(records, all, appendSeconds)
    }

    /// Each stage of the way on its own, on the same leads.
    private func stages(_ records: [NewRecord], _ all: Double, _ appendSeconds: Double) throws {
        stage("stages")
        let folder = try folder("stages")
        let keyring = try folder.openVault()
        let journal = try folder.openJournal()
        let log = try EmbeddedLog(journal)
        var intake = Intake(keyring)
        var workload = Workload(program: "bench", seed: 2)
        var run = DecisionRun()
        for taken in try inputs(workload.setUp(at: Self.start) + workload.partners(40, at: Self.start), &intake) {
            _ = run.take(taken.input, at: Self.start)
        }
        try log.append(records, now: Self.start)
        var polled: [LogRecord] = []
        var shares: [(String, Double)] = [("append to the log (fsync per 5,000)", appendSeconds)]
        shares.append(
            (
                "poll",
                try Self.seconds { polled = try log.poll(max: records.count, wait: .zero, now: Self.start).records }
            ))
        var taken: [TakenInput] = []
        taken.reserveCapacity(polled.count)
        shares.append(
            (
                "intake: decode, check, seal",
                try Self.seconds { try intake.take(polled) { _, _, take in taken.append(try take(AttributePolicy())) } }
            ))
        shares.append(("vault flush", try Self.seconds { try keyring.vault.flush() }))
        var batch = Batch()
        batch.consumed = polled
        var decide = 0.0, fold = 0.0, encode = 0.0
        let clock = ContinuousClock()
        for (index, lead) in taken.enumerated() {
            let stamp = Self.start.adding(micros: Int64(index))
            let a = clock.now
            let events = run.decide(lead.input, at: stamp)
            let b = clock.now
            let position = run.state.nextPosition
            run.state.fold(lead.input, events, at: stamp)
            let c = clock.now
            var writer = WireWriter()
            EntryCodec.encode(
                position: position, stamp: stamp, logicVersion: run.state.logicVersion, origin: nil,
                inputBytes: lead.inputBytes,
                events: events, into: &writer)
            batch.entries.append(
                PendingEntry(
                    program: "bench", position: UInt64(index), stampMicros: stamp.micros, bytes: writer.bytes,
                    eventCount: events.count))
            let d = clock.now
            decide += (b - a).inSeconds
            fold += (c - b).inSeconds
            encode += (d - c).inSeconds
        }
        shares += [("decide", decide), ("fold", fold), ("encode", encode)]
        shares.append(("commit: chain, entries, deletion, fsync", try Self.seconds { try log.commit(batch) }))
        let sum = shares.reduce(0) { $0 + $1.1 }
        for (name, seconds) in shares {
            put("stage \(name)", seconds / Double(records.count) * 1e6, "us/lead", share: seconds / sum)
        }
    }

    // MARK: Import

    private static let importRowCount = 10_000
    private static let importMapping = """
        {"source": "/imports/bench", "program": {"id": "bench", "name": "Bench", "currency": "EUR"},
         "dates": {"format": "YYYY-MM-DD hh:mm", "zone": "UTC"},
         "files": {"agents": {"path": "agents.csv"}, "deals": {"path": "deals.csv"}},
         "partners": {"file": "agents", "fields": {"partner_id": {"column": "agent"}, "name": {"column": "agent"}}},
         "leads": {"file": "deals", "fields": {
            "lead_id": {"column": "id"}, "account_domain": {"column": "domain"}, "given_name": {"column": "given"},
            "family_name": {"column": "family"}, "email": {"column": "email"}, "phone": {"column": "phone"},
            "message": {"column": "message"}, "country": {"column": "country"},
            "deal_value": {"column": "value", "currency": "EUR", "minor_units_per_one": 100}},
           "time": {"column": "created"}, "assigned_to": {"column": "agent"}, "stage": "stage",
           "outcomes": {"Won": {"result": "won", "time": {"column": "closed"}},
                        "Lost": {"result": "lost", "time": {"column": "closed"}}, "Open": {"result": "open"}}}}
        """

    /// A CRM's history from CSV files: leads with contact data, two in three of them closed.
    private func importing() async throws {
        stage("import")
        let source = directory + "/crm"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        let agents = ["agent"] + (0..<40).map { "agent-\($0)" }
        try Data(agents.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: source + "/agents.csv"))
        try Data(Self.deals().utf8).write(to: URL(fileURLWithPath: source + "/deals.csv"))
        let mapping = try JSONDecoder().decode(ImportMapping.self, from: Data(Self.importMapping.utf8))
        let folder = try folder("import")
        let clock = ContinuousClock()
        let began = clock.now
        let plan = try ImportPlan(
            mapping: mapping, from: source, policy: Workload.policyPublished().policy, program: "bench", mode: .history,
            now: SystemClock().now())
        let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
        _ = try await processor.importHistory(plan, batchMax: 5_000)
        put("rows imported, contact data sealed", Double(Self.importRowCount) / (clock.now - began).inSeconds, "1/s")
    }

    private static func deals() -> String {
        var random = SplitMix64(seed: 5)
        var text = "id,domain,given,family,email,phone,message,country,value,created,agent,stage,closed\n"
        for index in 1...importRowCount {
            let stage = ["Won", "Lost", "Open"][index % 3]
            let day = String(format: "2025-%02d-%02d", 1 + index * 6 / importRowCount, 1 + index % 28)
            let closed =
                stage == "Open"
                ? "" : String(format: "2025-%02d-%02d 17:00", 7 + index * 5 / importRowCount, 1 + index % 28)
            text +=
                "deal-\(index),company\(random.below(5_000)).example,Ada,Example,ada.\(index)@company.example,+39 02 \(index),"
            text +=
                "Please call back about offer \(index),IT,\(random.below(200_000)),\(day) 09:00,agent-\(random.below(40)),\(stage),\(closed)\n"
        }
        return text
    }

    // MARK: Memory

    /// Leads that the memory of an open lead is measured over; so many that pages reused from before do not count.
    private static let openLeadCount = 300_000
    private static let openLeadChunk = 2_000

    private func openLeads() throws {
        stage("open leads in memory")
        var run = DecisionRun()
        var made = Workload(program: "bench", seed: 3)
        let folder = try folder("memory")
        let keyring = try folder.openVault()
        var intake = Intake(keyring)
        for taken in try inputs(made.setUp(at: Self.start) + made.partners(40, at: Self.start), &intake) {
            _ = run.take(taken.input, at: Self.start)
        }
        // In chunks, with everything else flushed and forgotten, so that the state alone grows; a first chunk brings
        // the rest of the process to its working size.
        try addOpenLeads(&run, &made, &intake, keyring)
        let (before, openBefore) = (Self.residentBytes(), run.state.openLeadCount)
        while run.state.openLeadCount < Self.openLeadCount {
            try addOpenLeads(&run, &made, &intake, keyring)
            stage("open leads in memory: \(run.state.openLeadCount)")
        }
        let (grown, open) = (Self.residentBytes() - before, run.state.openLeadCount - openBefore)
        put("memory per open lead", grown / Double(open), "bytes", aim: 400)
        put(
            "snapshot per open lead", Double(run.state.canonicalBytes().count) / Double(run.state.openLeadCount),
            "bytes")
    }

    private func addOpenLeads(
        _ run: inout DecisionRun, _ made: inout Workload, _ intake: inout Intake, _ keyring: Keyring
    ) throws {
        var records: [NewRecord] = []
        for _ in 0..<Self.openLeadChunk { records.append(try made.lead(at: Self.start)) }
        for taken in try inputs(records, &intake) { _ = run.take(taken.input, at: Self.start) }
        keyring.vault.discardPending()
    }

    // MARK: Recovery

    private func recovery() throws {
        stage("journal of \(entries) entries")
        let folder = try folder("recovery")
        let keyring = try folder.openVault()
        var intake = Intake(keyring)
        var workload = Workload(program: "bench", seed: 4)
        let journal = try folder.openJournal()
        let derived = try folder.openDerived()
        try write(entries, of: &workload, through: &intake, keyring, to: journal, derived: derived)
        let size = UInt64(entries)

        stage("restart")
        put(
            "restart from the newest snapshot, \(entries) entries",
            try Self.seconds {
                try journal.read { db in
                    try derived.read {
                        _ = try ProgramStream.recover("bench", through: size, journal: db, snapshots: $0)
                    }
                }
            }, "s")
        stage("recovery without snapshots")
        let folding = try Self.seconds {
            try journal.read { _ = try ProgramStream.recover("bench", through: size, journal: $0, snapshots: nil) }
        }
        put("recovery by folding (replay)", Double(entries) / folding, "1/s", aim: 200_000)
        stage("deciding again")
        let again = try Self.seconds { try decideAgain(journal) }
        put("decided again and compared", Double(entries) / again, "1/s", aim: 80_000)
    }

    private func write(
        _ count: Int, of workload: inout Workload, through intake: inout Intake, _ keyring: Keyring,
        to journal: DatabaseQueue, derived: DatabaseQueue
    ) throws {
        var run = DecisionRun()
        var pending: [PendingEntry] = []
        var setUp = try inputs(workload.setUp(at: Self.start) + workload.partners(40, at: Self.start), &intake)[...]
        var open: [(lead: String, partner: String)] = []
        for index in 0..<count {
            let stamp = Self.start.adding(micros: Int64(index) * 1_000)
            let taken: TakenInput
            if let next = setUp.popFirst() {
                taken = next
            } else if index % 3 == 2, let last = open.popLast() {
                taken = try inputs(
                    [workload.outcome(lead: last.lead, partner: last.partner, won: index % 2 == 0, at: stamp)], &intake)[
                        0]
            } else {
                taken = try inputs([workload.lead(at: stamp)], &intake)[0]
            }
            if run.state.isSnapshotDue(at: run.state.nextPosition) {
                let bytes = run.state.canonicalBytes()
                let position = run.state.nextPosition
                try derived.write {
                    _ = try SnapshotStore().save(program: "bench", position: position, state: bytes, in: $0)
                }
            }
            let position = run.state.nextPosition
            let events = run.take(taken.input, at: stamp)
            var writer = WireWriter()
            EntryCodec.encode(
                position: position, stamp: stamp, logicVersion: run.state.logicVersion, origin: nil,
                inputBytes: taken.inputBytes, events: events, into: &writer)
            pending.append(
                PendingEntry(
                    program: "bench", position: position, stampMicros: stamp.micros, bytes: writer.bytes,
                    eventCount: events.count))
            for case .leadAssigned(let event) in events { open.append((event.leadID, event.partnerID)) }
            if pending.count == 10_000 || index == count - 1 {
                try keyring.vault.flush()
                let batch = pending
                try journal.write { _ = try JournalWriter().append(batch, in: $0) }
                pending.removeAll(keepingCapacity: true)
                stage("journal of \(count) entries: \(index + 1)")
            }
        }
    }

    private func decideAgain(_ journal: DatabaseQueue) throws {
        var run = DecisionRun()
        try journal.read { db in
            try JournalReader().forEachEntry(program: "bench", in: db) { position, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                guard run.take(entry.input, at: entry.stamp) == entry.events else {
                    throw EngineError.journalBroken(
                        program: "bench", position: position, "decided again, the events differ")
                }
            }
        }
    }

    // MARK: The machine

    /// Resident memory, from /proc: pages of 4 KiB.
    private static func residentBytes() -> Double {
        let fields =
            FileManager.default.contents(atPath: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (fields.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 4_096
    }

    /// High-water mark of resident memory (VmHWM).
    static func peakMemoryBytes() -> Double {
        let status =
            FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1_024
    }
}
