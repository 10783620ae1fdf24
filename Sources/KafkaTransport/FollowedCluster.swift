public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
public import Logging
import SwiftProtobuf
import Synchronization
import Vault

/// A copy of every partition of a cluster's journal, with its keys, which follows the cluster for as long as it runs:
/// for those who answer for programs that other machines decide for.
///
/// What an entry seals can be opened as soon as the entry is seen: a batch is taken in once the keys that were there
/// when it came have been read. What became of a record is told by the entry or the dead letter that came of it,
/// whichever machine decided; so whoever waits for it goes on waiting while a shard is taken over.
public actor FollowedCluster: TopicFollower {
    private let executor = ThreadExecutor("leadline.follower")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// How far the copy is behind the cluster.
    public struct Standing: Sendable, Equatable {
        /// Records of the journal that were there when the brokers were asked last, and are not in the copy.
        public var recordsBehind: Int64
        /// How long ago that was.
        public var age: Duration
    }

    /// Fires with every batch that was taken in.
    public nonisolated let commits = CommitSignal()
    /// What becomes of records.
    public nonisolated let fates = RecordFates()
    /// The folders of the copies, by partition: data folders like an instance's shards.
    public nonisolated let folders: [DataFolder]
    private let lock: FolderLock
    var name: String { "the journal" }
    let logger: Logger
    private let reader: PartitionReader
    /// Asks where partitions end, on connections of its own: a broker answers none of a connection's questions while a
    /// fetch on it waits for records.
    private let ends: PartitionReader
    private var copies: [Copy]
    private var asked = ContinuousClock.now
    /// What was taken in of each partition when that last changed, and since when it is so.
    private var stillness: (takenIn: [Int64], since: ContinuousClock.Instant) = ([], .now)
    private nonisolated let standings = Mutex<(recordsBehind: Int64, at: ContinuousClock.Instant)?>(nil)

    /// One partition's copy, and what was read of its topics.
    private struct Copy {
        let folder: DataFolder
        let keyring: Keyring
        let journal: FollowedJournal
        var intake: JournalIntake
        var keys: KeysIntake
        var letters = DeadLetterParts()
        /// Records of the journal that wait for keys.
        var waiting: [FetchedRecord] = []
        /// How many of those end with a whole batch.
        var whole = 0
        /// Up to where keys must be read before so many of the waiting are taken in; nil where that was not asked.
        var needs: (keys: Int64, records: Int)?
        var journalNext: Int64 = 0
        var keysNext: Int64 = 0
        /// Nil before the first record that is followed.
        var lettersNext: Int64?
        var isPaused = false

        /// The first record of the journal that is not in the copy.
        var takenIn: Int64 { waiting.first?.offset ?? journalNext }
    }

    /// How often the brokers are asked how far the copy is behind while nothing comes.
    static let askEvery = Duration.seconds(1)
    /// Of a copy that takes nothing in for so long while records are there all is read anew.
    private static let stillnessMax = Duration.seconds(10)
    /// More records of a partition are not read while so many wait for keys.
    private static let waitingMax = 20_000

    /// Makes the copies in a folder where there are none; nothing is read yet.
    /// - Throws: `EngineError.locked` if another process follows into the folder; `KafkaTransportError.topics`;
    ///   `KafkaError`; `CancellationError`; `VaultError`.
    public init(_ folder: DataFolder, _ settings: KafkaSettings, logger: Logger) throws {
        self.logger = logger
        let count = try Topics.partitionCount(try ClusterAdmin(settings))
        lock = try folder.lock()
        reader = try PartitionReader(settings)
        ends = try PartitionReader(settings, seesOpen: true)
        copies = try (0..<count).map { partition in
            let shard = try folder.shard(partition)
            let queue = try shard.openJournal()
            _ = try EmbeddedLog(queue)
            _ = try shard.openDerived()
            let journal = try FollowedJournal(queue)
            let keyring = try shard.openVault(makingIt: true)
            return Copy(
                folder: shard, keyring: keyring, journal: journal, intake: JournalIntake(partition, journal),
                keys: KeysIntake(partition, keyring.vault))
        }
        folders = copies.map(\.folder)
    }

    /// The partition that holds a program.
    public nonisolated func partition(of program: String) -> Int {
        Int(Partitioner.partition(of: Array(program.utf8), count: Int32(folders.count)))
    }

    /// How far the copy is behind; nil before the brokers were asked.
    public nonisolated func standing() -> Standing? {
        standings.withLock { known in
            known.map { Standing(recordsBehind: $0.recordsBehind, age: $0.at.duration(to: .now)) }
        }
    }

    // MARK: Following

    /// Brings the copies up to what is there now.
    /// - Throws: `KafkaTransportError.journalBroken` at the first gap, repeat or foreign record, `.masterKey`;
    ///   `KafkaError`; `CancellationError`.
    public func catchUp() throws {
        for copy in copies {
            var catchUp = CatchUp(copy.intake.partition, copy.journal, copy.keys.vault, reader)
            let entries = try catchUp.run { _, _, _ in }
            _ = try LeadsProjection(copy.folder).repeatErasures(copy.keyring)
            logger.info(
                "followed", metadata: ["partition": "\(copy.intake.partition)", "entries": "\(entries)"])
        }
        try begin()
        repeat { try step() } while standing()?.recordsBehind != 0
    }

    /// Follows until cancelled. While the brokers are away it waits for them.
    /// - Throws: as `catchUp`.
    public func run() async throws { try await followUntilCancelled() }

    /// Reads on from what stands in the copies.
    func begin() throws {
        var places: [TopicPartition] = []
        let first = try reader.beginnings(copies.map { TopicPartition(Topic.keys.name, $0.intake.partition) })
        let letters = try ends.ends(copies.map { TopicPartition(Topic.deadletter.name, $0.intake.partition) })
        for index in copies.indices {
            let progress = try copies[index].journal.progress()
            copies[index].intake.startOver()
            copies[index].waiting.removeAll()
            (copies[index].whole, copies[index].needs, copies[index].isPaused) = (0, nil, false)
            copies[index].journalNext = progress.journalOffset
            copies[index].keysNext = max(progress.keysOffset, first[index])
            let lettersNext = copies[index].lettersNext ?? letters[index]
            copies[index].lettersNext = lettersNext
            let partition = copies[index].intake.partition
            places += [
                TopicPartition(Topic.journal.name, partition, offset: progress.journalOffset),
                TopicPartition(Topic.keys.name, partition, offset: copies[index].keysNext),
                TopicPartition(Topic.deadletter.name, partition, offset: lettersNext),
            ]
            commits.committed(try copies[index].journal.sizes())
        }
        try reader.assign(places)
    }

    func step() throws {
        try Task.checkCancellation()
        try reader.fetch(waitMillis: 100) { fetched in
            switch fetched {
            case .record(let record): try take(record)
            case .end(let topic, let partition, let offset): reached(topic, Int(partition), offset)
            }
        }
        for index in copies.indices { try keepKeys(of: index) }
        if copies.contains(where: { $0.whole > 0 && $0.needs == nil }) || asked.duration(to: .now) >= Self.askEvery {
            try ask()
        }
        for index in copies.indices { try takeIn(index) }
    }

    private func take(_ record: FetchedRecord) throws {
        let index = Int(record.partition)
        switch record.topic {
        case Topic.journal.name:
            copies[index].waiting.append(record)
            copies[index].journalNext = record.offset + 1
            if record.key?.isEmpty ?? true { copies[index].whole = copies[index].waiting.count }
        case Topic.keys.name:
            try copies[index].keys.take(record)
            copies[index].keysNext = record.offset + 1
        default:
            copies[index].lettersNext = record.offset + 1
            try tell(letter: record, index)
        }
    }

    /// The end of a partition may lie behind its last record: a transaction's marker.
    private func reached(_ topic: String, _ index: Int, _ offset: Int64) {
        switch topic {
        case Topic.journal.name: copies[index].journalNext = max(copies[index].journalNext, offset)
        case Topic.keys.name: copies[index].keysNext = max(copies[index].keysNext, offset)
        default: break
        }
    }

    private func keepKeys(of index: Int) throws {
        guard copies[index].keys.unflushed > 0 else { return }
        try copies[index].keys.flush()
        try copies[index].journal.setKeysOffset(copies[index].keysNext)
    }

    /// Asks where journal and keys end, open transactions included: a batch is seen to be committed on one partition
    /// before it is on another, and its keys lie before that end.
    private func ask() throws {
        let topics = [Topic.journal, .keys]
        let found = try ends.ends(
            topics.flatMap { topic in copies.map { TopicPartition(topic.name, $0.intake.partition) } })
        asked = .now
        var behind: Int64 = 0
        for index in copies.indices {
            behind += max(0, found[index] - copies[index].takenIn)
            if copies[index].whole > 0, copies[index].needs == nil {
                copies[index].needs = (found[copies.count + index], copies[index].whole)
            }
        }
        standings.withLock { [behind, asked] in $0 = (behind, asked) }
        if isStandingStill(behind, journalEnds: Array(found.prefix(copies.count))) { try begin() }
    }

    /// True if records are there and none was taken in for long: then all is read anew from where the copies stand, for a
    /// client that has lost its place in a partition does not find it by itself. Says what each waited for.
    private func isStandingStill(_ behind: Int64, journalEnds: [Int64]) -> Bool {
        let takenIn = copies.map(\.takenIn)
        if behind == 0 || takenIn != stillness.takenIn { stillness = (takenIn, asked) }
        guard stillness.since.duration(to: asked) >= Self.stillnessMax else { return false }
        stillness.since = asked
        for (copy, end) in zip(copies, journalEnds) where copy.takenIn < end {
            logger.warning(
                "a copy of the journal stands still, and is read on from there",
                metadata: [
                    "partition": "\(copy.intake.partition)", "taken in": "\(copy.takenIn)", "read": "\(copy.journalNext)",
                    "end": "\(end)", "keys read": "\(copy.keysNext)", "keys needed": "\(copy.needs?.keys ?? copy.keysNext)",
                ])
        }
        return true
    }

    /// Takes in the batches whose keys are here.
    private func takeIn(_ index: Int) throws {
        if let needs = copies[index].needs, copies[index].keysNext >= needs.keys {
            try copies[index].keys.checkReadable()
            var entries: [PendingEntry] = []
            for record in copies[index].waiting.prefix(needs.records) {
                entries += try copies[index].intake.take(record)
            }
            copies[index].waiting.removeFirst(needs.records)
            copies[index].whole -= needs.records
            copies[index].needs = nil
            try tell(entries)
        }
        let isFull = copies[index].waiting.count > Self.waitingMax
        guard isFull != copies[index].isPaused else { return }
        let place = TopicPartition(Topic.journal.name, copies[index].intake.partition)
        try isFull ? reader.pause([place]) : reader.resume([place])
        copies[index].isPaused = isFull
    }

    // MARK: Telling

    private func tell(_ entries: [PendingEntry]) throws {
        if entries.isEmpty { return }
        var sizes: [String: UInt64] = [:]
        var outcomes: [(place: RecordPlace, outcome: RecordOutcome)] = []
        for entry in entries {
            sizes[entry.program] = entry.position + 1
            let record = try EntryCodec.decode(entry.bytes)
            guard let origin = record.origin, let topic = Topic(name: origin.topic) else { continue }
            var isRepeat = false
            if case .duplicateReceived = record.input.fact { isRepeat = true }
            outcomes.append(
                (
                    RecordPlace(topic: topic, partition: origin.partition, offset: origin.offset),
                    .entry(program: entry.program, position: entry.position, isRepeat: isRepeat)
                ))
        }
        commits.committed(sizes)
        fates.report(outcomes)
    }

    private func tell(letter record: FetchedRecord, _ index: Int) throws {
        guard let value = record.value else { return }
        let part = try WireDeadLetter(serializedBytes: value)
        guard let (letter, _) = copies[index].letters.take(part, offset: record.offset),
            let topic = Topic(name: letter.origin.topic)
        else { return }
        let place = RecordPlace(topic: topic, partition: letter.origin.partition, offset: letter.origin.offset)
        let rejection = Rejection(letter.reason, letter.detail, field: letter.field)
        fates.report([(place, .rejected(rejection))])
    }
}
