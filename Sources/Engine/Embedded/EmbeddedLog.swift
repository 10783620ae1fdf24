import Foundation
public import GRDB
public import Journal
public import LeadlineCore

/// The log without a broker: topics as tables beside the journal, in the same SQLite file, so that one transaction
/// is the commit point of entries, dead letters and consumed records.
///
/// Input records are kept in merge order and deleted, overwritten, in the transaction that commits their entries.
/// `leadline.decisions` and `leadline.journal` are not stored: they are read from the entries.
public final class EmbeddedLog: ShardLog {
    private let queue: DatabaseQueue

    /// A log in the database that `JournalDatabase.open` gave.
    public init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        try queue.write { db in try Self.createTables(db) }
    }

    static func createTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS topics (
                    topic INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL, last_received INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS records (
                    received INTEGER NOT NULL, topic INTEGER NOT NULL, offset INTEGER NOT NULL, imported INTEGER NOT NULL,
                    key BLOB, headers BLOB NOT NULL, value BLOB, PRIMARY KEY (received, topic, offset)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS dead_letters (offset INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
                CREATE TABLE IF NOT EXISTS imports (id TEXT PRIMARY KEY, appended INTEGER NOT NULL);
                """)
        try ParkedLetters.createTable(db)
    }

    // MARK: Producing

    /// Appends records; acknowledged means durable. Live records get the log's append time, never decreasing and
    /// never twice; imported ones keep the time of their event.
    @discardableResult
    public func append(_ records: [NewRecord], now: Timestamp) throws -> [Int64] {
        try queue.write { db in try Self.append(records, now: now, in: db) }
    }

    /// Appends a part of an import exactly once: `progress` counts what `importID` has appended, in the same
    /// transaction, so that a crashed import goes on where it stopped.
    public func append(_ records: [NewRecord], importID: String, progress: Int, now: Timestamp) throws {
        try queue.write { db in
            try Self.append(records, now: now, in: db)
            try db.execute(sql: "INSERT OR REPLACE INTO imports VALUES (?, ?)", arguments: [importID, progress])
        }
    }

    /// How much of an import has been appended; 0 if it is new.
    public func importProgress(_ importID: String) throws -> Int {
        try queue.read { db in
            try Int.fetchOne(db, sql: "SELECT appended FROM imports WHERE id = ?", arguments: [importID]) ?? 0
        }
    }

    @discardableResult
    private static func append(_ records: [NewRecord], now: Timestamp, in db: Database) throws -> [Int64] {
        var places: [Topic: (next: Int64, received: Int64)] = [:]
        let known = try db.cachedStatement(sql: "SELECT topic, next_offset, last_received FROM topics")
        for row in try Row.fetchAll(known) {
            if let topic = Topic(rawValue: row[0]) { places[topic] = (row[1], row[2]) }
        }
        // One clock for all topics, so that the merge order of live records is their order of arrival.
        var last = places.values.map(\.received).max() ?? 0
        let insert = try db.cachedStatement(sql: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)")
        var offsets: [Int64] = []
        offsets.reserveCapacity(records.count)
        for record in records {
            let offset = places[record.topic]?.next ?? 0
            let received: Int64
            if let eventTime = record.eventTime {
                received = eventTime.micros
            } else {
                last = max(last + 1, now.micros)
                received = last
            }
            try insert.execute(arguments: [
                received, record.topic.rawValue, offset, record.eventTime == nil ? 0 : 1, record.key.map { Data($0) },
                Data(HeaderBytes.encode(record.headers)), record.value.map { Data($0) },
            ])
            places[record.topic] = (
                offset + 1, max(places[record.topic]?.received ?? 0, record.eventTime == nil ? received : 0)
            )
            offsets.append(offset)
        }
        let note = try db.cachedStatement(sql: "INSERT OR REPLACE INTO topics VALUES (?, ?, ?)")
        for topic in Set(records.map(\.topic)) {
            guard let place = places[topic] else { continue }
            try note.execute(arguments: [topic.rawValue, place.next, place.received])
        }
        return offsets
    }

    // MARK: ShardLog

    public func poll(max: Int, wait: Duration, now: Timestamp) throws -> Poll {
        try queue.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT received, topic, offset, imported, key, headers, value FROM records
                    ORDER BY received, topic, offset LIMIT ?
                    """)
            // One more than asked tells whether more is there, and up to when all has been read.
            var records: [LogRecord] = []
            records.reserveCapacity(Swift.min(max, 1_024))
            var next: Timestamp?
            let rows = try Row.fetchCursor(statement, arguments: [max + 1])
            while let row = try rows.next() {
                if records.count == max {
                    next = Timestamp(micros: row[0])
                    break
                }
                records.append(try Self.record(row))
            }
            let isExhausted = next == nil
            // Not exhausted: time may advance up to the next record. Exhausted: up to now, sampled before the read.
            return Poll(records: records, frontier: next ?? now, isExhausted: isExhausted)
        }
    }

    private static func record(_ row: Row) throws -> LogRecord {
        guard let topic = Topic(rawValue: row[1]) else {
            throw EngineError.dataFolder(
                path: "journal.db", "a record names topic \(row[1] as Int), which this version does not know")
        }
        return LogRecord(
            topic: topic, offset: row[2], received: Timestamp(micros: row[0]), isImported: (row[3] as Int) != 0,
            key: (row[4] as Data?).map { [UInt8]($0) }, headers: HeaderBytes.decode([UInt8](row[5] as Data)),
            value: (row[6] as Data?).map { [UInt8]($0) })
    }

    public let carriesKeys = false
    public let waitsForRecords = false

    public func commit(_ batch: Batch) throws {
        try queue.write { db in
            try JournalWriter().append(batch.entries, in: db)
            let unparked = try ParkedLetters.unparked(by: batch, db)
            for letter in batch.deadLetters + unparked.letters { try Self.addDeadLetter(letter, db) }
            try ParkedLetters.add(batch.parked, db)
            try ParkedLetters.remove(unparked.references, db)
            if let last = batch.consumed.last {
                try Self.delete(batch.consumed, through: last, db)
            }
        }
    }

    /// The batch is usually the first records in merge order, and one range deletes them. An import running beside
    /// may have put records of earlier times among them since the poll; then they are deleted one by one.
    private static func delete(_ consumed: [LogRecord], through last: LogRecord, _ db: Database) throws {
        let end: StatementArguments = [last.received.micros, last.topic.rawValue, last.offset]
        let range = "(received, topic, offset) <= (?, ?, ?)"
        let count = try db.cachedStatement(sql: "SELECT count(*) FROM records WHERE \(range)")
        let there = try Int.fetchOne(count, arguments: end)
        if there == consumed.count {
            try db.cachedStatement(sql: "DELETE FROM records WHERE \(range)").execute(arguments: end)
            return
        }
        let delete = try db.cachedStatement(sql: "DELETE FROM records WHERE received = ? AND topic = ? AND offset = ?")
        for record in consumed {
            try delete.execute(arguments: [record.received.micros, record.topic.rawValue, record.offset])
        }
    }

    private static func addDeadLetter(_ bytes: [UInt8], _ db: Database) throws {
        let next =
            try Int64.fetchOne(
                db, sql: "SELECT next_offset FROM topics WHERE topic = ?", arguments: [Topic.deadletter.rawValue]) ?? 0
        try db.execute(sql: "INSERT INTO dead_letters VALUES (?, ?)", arguments: [next, Data(bytes)])
        try db.execute(
            sql: "INSERT OR REPLACE INTO topics VALUES (?, ?, 0)", arguments: [Topic.deadletter.rawValue, next + 1])
    }

    public func parkedLeads() throws -> [(program: String, leadID: String)] {
        try queue.read { try ParkedLetters.leads($0) }
    }

    public func settle(_ patience: WriteAheadLog.Patience) throws -> Bool {
        try WriteAheadLog.truncate(queue, patience)
    }

    // MARK: Consuming

    /// Records that wait on an input topic, in order of offset from `offset` on.
    public func pending(_ topic: Topic, from offset: Int64, limit: Int) throws -> [LogRecord] {
        try queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT received, topic, offset, imported, key, headers, value FROM records
                    WHERE topic = ? AND offset >= ? ORDER BY offset LIMIT ?
                    """, arguments: [topic.rawValue, offset, limit]
            ).map(Self.record)
        }
    }

    /// Serialised dead letters with their offsets.
    public func deadLetters(from offset: Int64, limit: Int) throws -> [(offset: Int64, bytes: [UInt8])] {
        try queue.read { db in
            try Row.fetchAll(
                db, sql: "SELECT offset, bytes FROM dead_letters WHERE offset >= ? ORDER BY offset LIMIT ?",
                arguments: [offset, limit]
            ).map { ($0[0], [UInt8]($0[1] as Data)) }
        }
    }

    /// How many records wait to be processed.
    public func pendingCount() throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM records") ?? 0 }
    }
}

/// Headers of a stored record: count, then name and value with their lengths, little-endian 32 bits each.
enum HeaderBytes {
    static func encode(_ headers: [RecordHeader]) -> [UInt8] {
        var bytes: [UInt8] = []
        func put(_ part: [UInt8]) {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: part.count >> shift)) }
            bytes.append(contentsOf: part)
        }
        for header in headers {
            put(header.name)
            put(header.value)
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> [RecordHeader] {
        var headers: [RecordHeader] = []
        var at = 0
        func part() -> [UInt8]? {
            guard at + 4 <= bytes.count else { return nil }
            let count = (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
            guard at + 4 + count <= bytes.count else { return nil }
            defer { at += 4 + count }
            return Array(bytes[at + 4..<at + 4 + count])
        }
        while let name = part(), let value = part() { headers.append(RecordHeader(name: name, value: value)) }
        return headers
    }
}
