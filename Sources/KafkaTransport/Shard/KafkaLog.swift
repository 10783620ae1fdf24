import Crypto
public import Engine
import Foundation
import GRDB
public import Journal
public import LeadlineCore
import LeadlineSchemas
import Logging
import SwiftProtobuf
import Vault

/// How a shard works on Kafka.
public struct KafkaLogOptions: Sendable {
    /// After the first record, how long to wait for more before a batch closes.
    public var linger: Duration = .zero
    public var decisionFormat = DecisionFormat.json
    /// Partitions of every topic.
    public var partitionCount: Int32
    /// Most bytes of one record of `leadline.deadletter`; a larger dead letter is spread over several.
    public var deadLetterBytesMax = 900_000
    /// False only where a broker in a test cannot stamp records; then their producers' times are taken.
    var requiresAppendTime = true
    public init(partitionCount: Int32) { self.partitionCount = partitionCount }
}

/// One shard's log on Kafka: the same partition of every topic, one transaction a batch.
///
/// A transaction holds the entries, the decisions, the dead letters, the keys, the batch frame and the consumed
/// offsets. The local journal follows only after the commit is known. Whatever else happens, the error goes up, this
/// log and all memory of the shard are thrown away, and a new one starts from the journal topic: an unknown outcome is
/// looked up there, never guessed.
public final class KafkaLog: ShardLog {
    /// How far time stays behind this machine's clock, and how far the two clocks may differ.
    private static let clockTolerance = Duration.seconds(2)

    /// Batches of one input, and bytes, that are kept in memory at most, but for what was on its way.
    private static let batchesInHand = 8
    private static let bytesInHand = 16_777_216
    /// Bytes of the records of one batch, so that what is said of them all fits into one batch frame.
    private static let batchBytesMax = 2_097_152
    /// Keys of which it is remembered where they belong are no longer than an id can be.
    private static let rememberedKeyBytesMax = 128

    private let partition: Int32
    private let options: KafkaLogOptions
    private let metadata: GroupMetadata
    private let producer: Producer
    private let reader: PartitionReader
    private let journal: FollowedJournal
    private let inputs: [TopicPartition]
    private let clock: any WallClock
    private var merge: InputMerge
    /// The next offset of each input that no batch has consumed, in rank order.
    private var consumed: [Int64]
    private var placed: [[UInt8]: Bool] = [:]
    /// Entries that catching up took in.
    public let recoveredEntries: UInt64

    /// Takes a shard over: fences whoever had it, catches up with the journal, and begins to read where it ends.
    /// - Throws: `KafkaError`; `KafkaTransportError` for what somebody must mend.
    init(
        _ settings: KafkaSettings, partition: Int32, options: KafkaLogOptions, metadata: GroupMetadata,
        journal queue: DatabaseQueue,
        vault: Vault, clock: any WallClock = SystemClock(), progress: (UInt64, Int64, Int64) -> Void = { _, _, _ in }
    ) throws {
        self.partition = partition
        self.options = options
        self.metadata = metadata
        self.clock = clock
        inputs = Topic.inputs.map { TopicPartition($0.name, partition) }
        producer = try Producer(settings, transactionalID: settings.transactionalID(partition))
        try producer.initTransactions()
        reader = try PartitionReader(settings)
        journal = try FollowedJournal(queue)
        var catchUp = CatchUp(partition, journal, vault, reader)
        do {
            (recoveredEntries, consumed) = try Self.catchUp(
                &catchUp, journal, inputs: inputs, reader: reader, logger: settings.logger, progress: progress)
        } catch let error as KafkaTransportError {
            // Somebody may have taken the shard meanwhile and gone on with it; then that is what happened.
            try Self.checkNotFenced(producer, inputs[0], metadata)
            throw error
        }
        merge = InputMerge(offsets: consumed)
        try reader.assign(zip(inputs, consumed).map { TopicPartition($0.topic, $0.partition, offset: $1) })
    }

    /// - Throws: `KafkaError` if another producer has this one's transactional id.
    private static func checkNotFenced(_ producer: Producer, _ input: TopicPartition, _ metadata: GroupMetadata) throws
    {
        var place = input
        place.offset = 0
        try producer.begin()
        try producer.sendOffsets([place], metadata: metadata.current)
        try producer.abort()
    }

    /// Catches up from where the local copy ends. If that does not fit together, it may be the reading: brokers have
    /// named aborted transactions from before the place asked for, which hides records from whoever begins in the
    /// middle. So the whole partition is then read, and only what that says counts.
    private static func catchUp(
        _ catchUp: inout CatchUp, _ journal: FollowedJournal, inputs: [TopicPartition], reader: PartitionReader,
        logger: Logger, progress: (UInt64, Int64, Int64) -> Void
    ) throws -> (UInt64, [Int64]) {
        let began = try catchUp.goesOn
        do {
            let entries = try catchUp.run(progress)
            return (entries, try startOffsets(try journal.progress().inputs, inputs, reader))
        } catch let error as KafkaTransportError where began {
            logger.warning("the whole journal partition is read again", metadata: ["why": "\(error)"])
            let entries = try catchUp.run(fromBeginning: true, progress)
            return (entries, try startOffsets(try journal.progress().inputs, inputs, reader))
        }
    }

    /// The journal says where to go on; the group must say the same, or nothing.
    private static func startOffsets(_ framed: [Int64]?, _ inputs: [TopicPartition], _ reader: PartitionReader) throws
        -> [Int64]
    {
        let committed = try reader.committed(inputs)
        guard let framed else {
            if let index = committed.firstIndex(where: { ($0 ?? 0) > 0 }) {
                throw KafkaTransportError.offsetsDiffer(
                    topic: inputs[index].topic, partition: inputs[index].partition, journal: 0,
                    group: committed[index] ?? 0)
            }
            return try reader.beginnings(inputs)
        }
        for (index, offset) in committed.enumerated() {
            if let offset, offset != framed[index] {
                throw KafkaTransportError.offsetsDiffer(
                    topic: inputs[index].topic, partition: inputs[index].partition, journal: framed[index],
                    group: offset)
            }
        }
        return framed
    }

    // MARK: Reading

    public let carriesKeys = true
    public let waitsForRecords = true

    public func poll(max: Int, wait: Duration, now: Timestamp) throws -> Poll {
        let deadline = ContinuousClock.now + wait
        try producer.tend()
        if merge.count < max { try fill(until: merge.count > 0 ? .now : deadline, max: max) }
        while true {
            try hold(max)
            // The clock first: whatever came before this moment stands before the ends.
            let sampled = clock.now()
            let ends = try producer.ends(inputs)
            let taken = merge.take(max: max, maxBytes: Self.batchBytesMax, ends: ends)
            if !taken.records.isEmpty || taken.isExhausted || ContinuousClock.now >= deadline {
                return poll(taken, sampled)
            }
            // Something earlier is still on its way.
            try fetch(waitMillis: 20)
        }
    }

    /// Holds inputs back of which several batches are in hand, and lets held ones go on.
    private func hold(_ max: Int) throws {
        for change in merge.flow(most: Self.batchesInHand * max, mostBytes: Self.bytesInHand) {
            switch change {
            case .hold(let topic): try reader.pause([TopicPartition(topic.name, partition)])
            case .release(let topic): try reader.resume([TopicPartition(topic.name, partition)])
            }
        }
    }

    private func poll(_ taken: (records: [LogRecord], next: Timestamp?, isExhausted: Bool), _ sampled: Timestamp)
        -> Poll
    {
        var frontier = taken.records.last?.received ?? Timestamp(micros: .min)
        if taken.isExhausted {
            // A broker's clock may be behind by as much as is tolerated.
            frontier = Swift.max(frontier, sampled.adding(micros: -Self.clockTolerance.micros))
        }
        return Poll(records: taken.records, frontier: frontier, isExhausted: taken.isExhausted)
    }

    /// Fetches until a batch is full, or the linger after its first record is over.
    private func fill(until deadline: ContinuousClock.Instant, max: Int) throws {
        let before = merge.count
        try fetch(waitMillis: Self.millis(until: deadline))
        guard merge.count > before else { return }
        let end = ContinuousClock.now + options.linger
        while merge.count < max, ContinuousClock.now < end { try fetch(waitMillis: Self.millis(until: end)) }
    }

    private static func millis(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        return Int32(clamping: Swift.max(0, left.micros / 1_000))
    }

    private func fetch(waitMillis: Int32) throws {
        try reader.fetch(waitMillis: waitMillis) { fetched in
            switch fetched {
            case .record(let record): merge.add(try logRecord(record))
            case .end(let name, _, let offset):
                if let topic = Topic(name: name), topic.isInput { merge.reachedEnd(topic, offset) }
            }
        }
    }

    private func logRecord(_ record: FetchedRecord) throws -> LogRecord {
        guard record.isAppendTime || !options.requiresAppendTime else {
            throw KafkaTransportError.notAppendTime(topic: record.topic)
        }
        guard let topic = Topic(name: record.topic), topic.isInput else {
            throw KafkaTransportError.topics("a record came from \(record.topic), which is no input")
        }
        var taken = LogRecord(
            topic: topic, partition: UInt32(partition), offset: record.offset,
            received: Timestamp(micros: record.timestampMillis * 1_000), key: record.key, headers: record.headers,
            value: record.value)
        if let key = record.key, !key.isEmpty { taken.isInItsPartition = belongs(key) }
        return taken
    }

    private func belongs(_ key: [UInt8]) -> Bool {
        if let known = placed[key] { return known }
        let belongs = Partitioner.partition(of: key, count: options.partitionCount) == partition
        if key.count > Self.rememberedKeyBytesMax { return belongs }
        if placed.count > 10_000 { placed.removeAll() }
        placed[key] = belongs
        return belongs
    }

    // MARK: Committing

    public func commit(_ batch: Batch) throws {
        let unparked = try journal.unparked(by: batch)
        let letters = try (batch.deadLetters + unparked.letters).flatMap {
            try DeadLetterParts.split($0, bytesMax: options.deadLetterBytesMax)
        }
        var next = consumed
        for record in batch.consumed {
            next[record.topic.rawValue] = Swift.max(next[record.topic.rawValue], record.offset + 1)
        }
        let frame = frame(batch, letters, unparked.references, next)
        let began = clock.now()
        try producer.begin()
        let frameOffset: Int64?
        do {
            try produce(batch, letters, frame)
            // The records first: a refusal of the offsets then finds a whole batch to abort, not a part of one.
            try producer.flush()
            try producer.sendOffsets(
                zip(inputs, next).map { TopicPartition($0.topic, $0.partition, offset: $1) }, metadata: metadata.current
            )
            frameOffset = try producer.commit()[TopicPartition(Topic.journal.name, partition)]
        } catch let error as KafkaError where error.isAbortable {
            try producer.abort()
            throw error
        }
        consumed = next
        try journal.apply(batch.entries, frame, nextJournalOffset: frameOffset.map { $0 + 1 })
        try checkClock(batch, began)
    }

    private func produce(_ batch: Batch, _ letters: [[UInt8]], _ frame: WireBatchFrame) throws {
        for key in batch.keys where !batch.erased.contains(key.subject) {
            var message = WireSubjectKey()
            message.subjectID = Data(key.subject.bytes)
            message.lookupDigests = key.lookups.map { Data($0.bytes) }
            message.wrappedKey = Data(key.wrappedKey)
            if !key.stated.isEmpty { message.statedDigests = key.lookups.map { Data(key.stated[$0]?.bytes ?? []) } }
            message.passedOnDigests = key.lookups.filter(key.passedOn.contains).map { Data($0.bytes) }
            message.givenUpDigests = key.lookups.filter(key.givenUp.contains).map { Data($0.bytes) }
            try producer.produce(
                Topic.keys.name, partition, key: key.subject.bytes, value: Array(try message.serializedData()))
        }
        for subject in batch.erased { try producer.produce(Topic.keys.name, partition, key: subject.bytes, value: nil) }
        for entry in batch.entries {
            let key = Array(entry.program.utf8)
            try producer.produce(Topic.journal.name, partition, key: key, value: entry.bytes)
            guard entry.eventCount > 0 else { continue }
            try DecisionRecords.forEach(
                program: entry.program, position: entry.position, stamp: Timestamp(micros: entry.stampMicros),
                entry: entry.bytes,
                format: options.decisionFormat
            ) { headers, value in
                try producer.produce(Topic.decisions.name, partition, key: key, value: value, headers: headers)
            }
        }
        for letter in letters {
            let headers = try DeadLetterRecords.headers(letter)
            try producer.produce(Topic.deadletter.name, partition, key: nil, value: letter, headers: headers)
        }
        // Last, without a key: it closes what stands before it.
        try producer.produce(Topic.journal.name, partition, key: nil, value: Array(try frame.serializedData()))
    }

    private func frame(
        _ batch: Batch, _ letters: [[UInt8]], _ unparked: [Batch.ParkedReference], _ next: [Int64]
    ) -> WireBatchFrame {
        var frame = WireBatchFrame()
        frame.entryCount = UInt32(batch.entries.count)
        frame.nextOffsets = zip(inputs, next).map { input, offset in
            var next = WireNextOffset()
            next.topic = input.topic
            next.partition = UInt32(input.partition)
            next.offset = offset
            return next
        }
        frame.deadLetterDigests = letters.map { Data(SHA256.hash(data: $0)) }
        frame.parked = batch.parked.map { parked in
            var message = WireParkedDeadLetter()
            message.programID = parked.program
            message.position = parked.position
            message.leadID = parked.leadID
            message.deadLetter = Data(parked.deadLetter)
            return message
        }
        frame.unparked = unparked.map { reference in
            var message = WireEntryReference()
            message.programID = reference.program
            message.position = reference.position
            return message
        }
        return frame
    }

    /// A record cannot have arrived after now: then this clock is behind the broker's, and stamps would be wrong.
    private func checkClock(_ batch: Batch, _ now: Timestamp) throws {
        guard let last = batch.consumed.last else { return }
        let ahead = last.received.micros - now.micros
        if ahead > Self.clockTolerance.micros { throw KafkaTransportError.clockOff(seconds: ahead / 1_000_000) }
    }

    public func parkedLeads() throws -> [(program: String, leadID: String)] { try journal.parkedLeads() }

    public func settle(_ patience: WriteAheadLog.Patience) throws -> Bool {
        try journal.truncateWriteAheadLog(patience)
    }
}

extension Duration {
    /// Whole microseconds.
    var micros: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
