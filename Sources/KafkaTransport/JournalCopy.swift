public import Engine
import GRDB
import Journal
import LeadlineCore

/// Copies partitions of `leadline.journal` into data folders, without taking part in the group: for audits. Keys are
/// left where they are, so nobody needs the master key for it.
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
            let shard = try folder.shard(partition)
            let journal = try shard.openJournal()
            _ = try EmbeddedLog(journal)
            var catchUp = CatchUp(partition, try FollowedJournal(journal), nil, reader)
            _ = try catchUp.run { entries, _, _ in progress(partition, count, entries) }
            try journal.close()
            return shard
        }
    }
}
