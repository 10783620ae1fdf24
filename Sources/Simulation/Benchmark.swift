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
    /// The aim on one core, where there is one.
    public var aim: Double?
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
        directory: String, leads: Int, entries: Int, stage: @escaping (String) -> Void, report: @escaping (BenchmarkFigure) -> Void
    ) {
        self.directory = directory
        self.leads = leads
        self.entries = entries
        self.stage = stage
        self.report = report
    }

    /// All measurements.
    public func run() async throws {
        for partners in [40, 1_000] { try core(partners: partners) }
        try await endToEnd()
        try openLeads()
        try recovery()
        put("peak memory", Self.peakMemoryBytes(), "bytes")
    }

    private func put(_ name: String, _ value: Double, _ unit: String, aim: Double? = nil) {
        report(BenchmarkFigure(name: name, value: value, unit: unit, aim: aim))
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure(body)
        return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }

    private func folder(_ name: String) throws -> DataFolder {
        try DataFolder.create(
            path: directory + "/" + name,
            settings: .init(program: "bench", masterKeyFile: directory + "/\(name).key", keySeed: "bench"))
    }

    /// Inputs of a workload as intake makes them.
    private func inputs(_ records: [NewRecord], _ intake: inout Intake) throws -> [TakenInput] {
        try records.enumerated().map { index, record in
            try intake.take(LogRecord(
                topic: record.topic, offset: Int64(index), received: record.eventTime ?? Self.start, isImported: true,
                key: record.key, headers: record.headers, value: record.value))
        }
    }

    // MARK: Core

    private func core(partners: Int) throws {
        stage("core, \(partners) partners")
        var intake = Intake(try folder("core\(partners)").openVault())
        var workload = Workload(program: "bench", seed: 1)
        var state = State()
        for taken in try inputs(workload.setUp(at: Self.start) + workload.partners(partners, at: Self.start), &intake) {
            state.fold(taken.input, Decider.decide(taken.input, at: Self.start, in: state), at: Self.start)
        }
        let count = partners > 100 ? leads / 5 : leads
        let taken = try inputs((0..<count).map { try workload.lead(at: Self.start.adding(micros: Int64($0))) }, &intake)
        var scratch = EvaluationScratch()
        var decided: [[Event]] = []
        decided.reserveCapacity(count)
        var decideSeconds = 0.0
        let all = Self.seconds {
            for (index, lead) in taken.enumerated() {
                let stamp = Self.start.adding(micros: Int64(index))
                let events = Decider.decide(lead.input, at: stamp, in: state, scratch: &scratch)
                state.fold(lead.input, events, at: stamp)
            }
        }
        // Decided again on the state at the end, to tell deciding from folding.
        decideSeconds = Self.seconds {
            for (index, lead) in taken.enumerated() {
                decided.append(Decider.decide(renamed(lead.input, index), at: Self.start, in: state, scratch: &scratch))
            }
        }
        put("decisions (decide and fold), \(partners) partners", Double(count) / all, "1/s", aim: partners == 40 ? 250_000 : nil)
        put("decide alone, \(partners) partners", Double(count) / decideSeconds, "1/s")
        put("candidates scored per decision, \(partners) partners", average(decided), "candidates")
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
        let scored = decided.reduce(0) { sum, events in sum + events.reduce(0) { $0 + Int($1.evaluated?.summary.scored ?? 0) } }
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
            appendSeconds += Self.double(clock.now - before)
        }
        _ = try await processor.runUntilIdle(batchMax: 5_000)
        let all = Self.double(clock.now - began)
        put("leads end to end, durable, contact data sealed", Double(leads) / all, "1/s", aim: 20_000)
        let settling = clock.now
        try await processor.settle()
        put("projection and write-ahead log truncation", Double(leads) / Self.double(clock.now - settling), "1/s")
        try stages(records, all, appendSeconds)
    }

    private static func double(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
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
        var state = State()
        for taken in try inputs(workload.setUp(at: Self.start) + workload.partners(40, at: Self.start), &intake) {
            state.fold(taken.input, Decider.decide(taken.input, at: Self.start, in: state), at: Self.start)
        }
        try log.append(records, now: Self.start)
        var polled: [LogRecord] = []
        var shares: [(String, Double)] = [("append to the log (fsync per 5,000)", appendSeconds)]
        shares.append(("poll", try Self.seconds { polled = try log.poll(max: records.count, now: Self.start).records }))
        var taken: [TakenInput] = []
        taken.reserveCapacity(polled.count)
        shares.append(("intake: decode, check, seal", try Self.seconds { for record in polled { taken.append(try intake.take(record)) } }))
        shares.append(("vault flush", try Self.seconds { try keyring.vault.flush() }))
        var scratch = EvaluationScratch()
        var batch = Batch()
        batch.consumed = polled
        var decide = 0.0, fold = 0.0, encode = 0.0
        let clock = ContinuousClock()
        for (index, lead) in taken.enumerated() {
            let stamp = Self.start.adding(micros: Int64(index))
            let a = clock.now
            let events = Decider.decide(lead.input, at: stamp, in: state, scratch: &scratch)
            let b = clock.now
            let position = state.nextPosition
            state.fold(lead.input, events, at: stamp)
            let c = clock.now
            var writer = WireWriter()
            EntryCodec.encode(
                position: position, stamp: stamp, logicVersion: Decider.logicVersion, origin: nil, inputBytes: lead.inputBytes,
                events: events, into: &writer)
            batch.entries.append(PendingEntry(
                program: "bench", position: UInt64(index), stampMicros: stamp.micros, bytes: writer.bytes, eventCount: events.count))
            let d = clock.now
            decide += Self.double(b - a)
            fold += Self.double(c - b)
            encode += Self.double(d - c)
        }
        shares += [("decide", decide), ("fold", fold), ("encode", encode)]
        shares.append(("commit: chain, entries, deletion, fsync", try Self.seconds { _ = try log.commit(batch) }))
        let sum = shares.reduce(0) { $0 + $1.1 }
        for (name, seconds) in shares {
            put("stage \(name)", seconds / Double(records.count) * 1e6, "us/lead (\(Int((seconds / sum * 100).rounded())) %)")
        }
    }

    // MARK: Memory

    private func openLeads() throws {
        stage("open leads in memory")
        var intake = Intake(try folder("memory").openVault())
        var workload = Workload(program: "bench", seed: 3)
        var state = State()
        for taken in try inputs(workload.setUp(at: Self.start) + workload.partners(40, at: Self.start), &intake) {
            state.fold(taken.input, Decider.decide(taken.input, at: Self.start, in: state), at: Self.start)
        }
        // Intake's own memory (keys to be flushed) is made before, so that only the state grows.
        var made = try inputs((0..<leads).map { try workload.lead(at: Self.start.adding(micros: Int64($0))) }, &intake).map(\.input)
        let before = Self.allocatedBytes()
        var scratch = EvaluationScratch()
        for index in made.indices {
            let stamp = Self.start.adding(micros: Int64(index))
            made[index].eventDigest = nil
            let input = made[index]
            state.fold(input, Decider.decide(input, at: stamp, in: state, scratch: &scratch), at: stamp)
        }
        let grown = Self.allocatedBytes() - before
        put("memory per open lead (without event digests)", grown / Double(max(state.openLeadCount, 1)), "bytes", aim: 400)
        put("snapshot per open lead", Double(state.canonicalBytes().count) / Double(max(state.openLeadCount, 1)), "bytes")
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
        try write(entries, &workload, &intake, keyring, journal, derived)
        let size = UInt64(entries)

        stage("restart")
        put("restart from the newest snapshot, \(entries) entries", try Self.seconds {
            try journal.read { db in
                try derived.read { _ = try ProgramStream.recover("bench", through: size, journal: db, snapshots: $0) }
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
        _ count: Int, _ workload: inout Workload, _ intake: inout Intake, _ keyring: Keyring, _ journal: DatabaseQueue,
        _ derived: DatabaseQueue
    ) throws {
        var state = State()
        var scratch = EvaluationScratch()
        var pending: [PendingEntry] = []
        var setUp = try inputs(workload.setUp(at: Self.start) + workload.partners(40, at: Self.start), &intake)[...]
        var open: [(lead: String, partner: String)] = []
        for index in 0..<count {
            let stamp = Self.start.adding(micros: Int64(index) * 1_000)
            let taken: TakenInput
            if let next = setUp.popFirst() {
                taken = next
            } else if index % 3 == 2, let last = open.popLast() {
                taken = try inputs([workload.outcome(lead: last.lead, partner: last.partner, won: index % 2 == 0, at: stamp)], &intake)[0]
            } else {
                taken = try inputs([workload.lead(at: stamp)], &intake)[0]
            }
            if state.isSnapshotDue(at: state.nextPosition) {
                let bytes = state.canonicalBytes()
                let position = state.nextPosition
                try derived.write { _ = try SnapshotStore().save(program: "bench", position: position, state: bytes, in: $0) }
            }
            let events = Decider.decide(taken.input, at: stamp, in: state, scratch: &scratch)
            var writer = WireWriter()
            EntryCodec.encode(
                position: state.nextPosition, stamp: stamp, logicVersion: Decider.logicVersion, origin: nil,
                inputBytes: taken.inputBytes, events: events, into: &writer)
            pending.append(PendingEntry(
                program: "bench", position: state.nextPosition, stampMicros: stamp.micros, bytes: writer.bytes, eventCount: events.count))
            state.fold(taken.input, events, at: stamp)
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
        var state = State()
        var scratch = EvaluationScratch()
        try journal.read { db in
            try JournalReader().forEachEntry(program: "bench", in: db) { position, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                let events = Decider.decide(entry.input, at: entry.stamp, in: state, scratch: &scratch)
                guard events == entry.events else {
                    throw EngineError.journalBroken(program: "bench", position: position, "decided again, the events differ")
                }
                state.fold(entry.input, entry.events, at: entry.stamp)
            }
        }
    }

    // MARK: The machine

    /// Resident memory, from /proc: pages of 4 KiB.
    private static func allocatedBytes() -> Double {
        let fields = FileManager.default.contents(atPath: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (fields.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 4_096
    }

    /// High-water mark of resident memory (VmHWM).
    private static func peakMemoryBytes() -> Double {
        let status = FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1_024
    }
}
