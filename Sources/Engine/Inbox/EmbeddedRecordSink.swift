import GRDB
import Journal

/// Appends to the embedded log's topics: one SQLite transaction, one flush, on a thread of its own.
public actor EmbeddedRecordSink: RecordSink {
    private let executor = ThreadExecutor("leadline.inbox")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let log: EmbeddedLog
    private let clock: any WallClock

    /// A sink for a folder's topics, beside the folder's processor.
    public init(_ folder: DataFolder) throws {
        let journal = try folder.openJournal()
        // The processor brings the write-ahead log into the file: whoever waits for a flush does not wait for that.
        try journal.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        log = try EmbeddedLog(journal)
        clock = folder.machine.clock
    }

    public func append(_ records: [NewRecord]) throws -> [RecordPlace] {
        zip(records, try log.append(records, now: clock.now())).map {
            RecordPlace(topic: $0.topic, partition: 0, offset: $1)
        }
    }
}

extension Runtime where Log == EmbeddedLog {
    /// An inbox on the folder, from which the runtime's processor works.
    public func inbox(_ folder: DataFolder) throws -> GroupedInbox {
        let decisions = try decisions(folder)
        // What a server left behind waits too.
        processor.backlog.appended(try EmbeddedLog(folder.openJournal()).pendingCount())
        return GroupedInbox(
            try EmbeddedRecordSink(folder), clock: folder.machine.clock, fates: processor.fates,
            arrivals: processor.arrivals, backlog: processor.backlog, time: folder.machine.passingTime
        ) { _ in decisions }
    }
}
