import Engine
import Vault

/// Brings a shard's local journal and vault up to the ends of their topics.
struct CatchUp {
    let partition: Int32
    let journal: FollowedJournal
    /// Nil where keys are not followed.
    let vault: Vault?
    let reader: PartitionReader
    private var intake: JournalIntake

    init(_ partition: Int32, _ journal: FollowedJournal, _ vault: Vault?, _ reader: PartitionReader) {
        self.partition = partition
        self.journal = journal
        self.vault = vault
        self.reader = reader
        intake = JournalIntake(partition, journal)
    }

    /// Reads both topics to their ends as they are now.
    /// - Parameters:
    ///   - fromBeginning: Reads the whole journal partition and compares what is known already, entry by entry.
    ///   - progress: Given entries taken in, the offset reached, and the end.
    /// - Returns: how many entries were taken in.
    mutating func run(fromBeginning: Bool = false, _ progress: (UInt64, Int64, Int64) -> Void) throws -> UInt64 {
        if let vault { try followKeys(vault) }
        intake.startOver()
        try followJournal(fromBeginning: fromBeginning, progress)
        return intake.applied
    }

    /// True if there is a local copy, so that reading began in the middle of the topic.
    var goesOn: Bool { get throws { try journal.progress().journalOffset > 0 } }

    private mutating func followJournal(fromBeginning: Bool, _ progress: (UInt64, Int64, Int64) -> Void) throws {
        let place = TopicPartition(Topic.journal.name, partition)
        let known = try fromBeginning ? 0 : journal.progress().journalOffset
        try read(place, from: known, progress: progress) { _ = try $0.intake.take($1) }
    }

    private mutating func followKeys(_ vault: Vault) throws {
        // A vault that was made anew starts over, whatever the journal remembers.
        let known = try vault.isEmpty ? 0 : journal.progress().keysOffset
        var keys = KeysIntake(partition, vault)
        let next = try read(TopicPartition(Topic.keys.name, partition), from: known) { _, record in
            try keys.take(record)
            if keys.unflushed >= Self.keysAtOnce { try keys.flush() }
        }
        guard let next else { return }
        try keys.checkReadable()
        try keys.flush()
        try journal.setKeysOffset(next)
    }

    /// Keys that become durable together.
    private static let keysAtOnce = 10_000

    /// Reads a partition to its end as it is now.
    /// - Returns: where the next record will stand; nil if nothing was there to read.
    @discardableResult
    private mutating func read(
        _ place: TopicPartition, from known: Int64, progress: (UInt64, Int64, Int64) -> Void = { _, _, _ in },
        _ take: (inout CatchUp, FetchedRecord) throws -> Void
    ) throws -> Int64? {
        let end = try reader.ends([place])[0]
        var next = try max(known, reader.beginnings([place])[0])
        if next >= end { return nil }
        try reader.assign([TopicPartition(place.topic, place.partition, offset: next)])
        while next < end {
            try Task.checkCancellation()
            try reader.fetch(waitMillis: 200) { fetched in
                switch fetched {
                case .record(let record):
                    next = record.offset + 1
                    try take(&self, record)
                case .end(_, _, let offset): next = max(next, offset)
                }
            }
            progress(intake.applied, next, end)
        }
        return next
    }
}
