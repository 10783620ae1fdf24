public import Engine
import GRDB
import Journal
import LeadlineCore

/// Copies partitions of `leadline.journal` into data folders, without taking part in the group: for audits, and for
/// questions about a program that another machine decides for. Keys are left where they are, so nobody needs the master
/// key for it.
public enum JournalCopy {
    /// Fills the shard folders of `folder` from the topics. A folder that is filled already is brought up to date.
    /// - Returns: the folders, one a partition.
    /// - Throws: `KafkaTransportError.journalBroken` at the first gap, repeat or foreign record.
    public static func fill(
        _ folder: DataFolder, _ settings: KafkaSettings,
        progress: (_ partition: Int32, _ of: Int32, _ entries: UInt64) -> Void = { _, _, _ in }
    ) throws -> [DataFolder] {
        let count = try Topics.partitionCount(try ClusterAdmin(settings))
        let reader = try PartitionReader(settings)
        return try (0..<count).map { partition in
            try fill(folder, partition, reader) { progress(partition, count, $0) }
        }
    }

    /// Fills the shard folder of the one partition that a program's records are in, as `fill` does.
    public static func follow(
        _ program: String, _ folder: DataFolder, _ settings: KafkaSettings, progress: (_ entries: UInt64) -> Void = { _ in }
    ) throws -> DataFolder {
        let count = try Topics.partitionCount(try ClusterAdmin(settings))
        let partition = Partitioner.partition(of: Array(program.utf8), count: count)
        return try fill(folder, partition, PartitionReader(settings), progress)
    }

    private static func fill(
        _ folder: DataFolder, _ partition: Int32, _ reader: PartitionReader, _ progress: (UInt64) -> Void
    ) throws -> DataFolder {
        let shard = try folder.shard(partition)
        let lock = try shard.lock()
        let journal = try shard.openJournal()
        _ = try EmbeddedLog(journal)
        var catchUp = CatchUp(partition, try FollowedJournal(journal), nil, reader)
        _ = try catchUp.run { entries, _, _ in progress(entries) }
        try journal.close()
        _ = consume lock
        return shard
    }
}
