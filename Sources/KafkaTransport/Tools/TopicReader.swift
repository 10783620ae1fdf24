public import Engine

/// A record as an outside consumer sees it.
public struct TopicRecord: Sendable {
    public var partition: Int32
    public var offset: Int64
    public var key: [UInt8]?
    public var headers: [RecordHeader]
    /// Nil is a tombstone.
    public var value: [UInt8]?

    init(_ record: FetchedRecord) {
        partition = record.partition
        offset = record.offset
        key = record.key
        headers = record.headers
        value = record.value
    }
}

/// Reads whole topics as any outside consumer would: committed records only, outside of the group.
public final class TopicReader {
    private let reader: PartitionReader
    private let places: [TopicPartition]

    /// Begins at the first record of every partition, or after the last.
    public init(_ settings: KafkaSettings, _ topic: Topic, partitionCount: Int32, atEnd: Bool = false) throws {
        reader = try PartitionReader(settings)
        places = (0..<partitionCount).map { TopicPartition(topic.name, $0) }
        let starts = atEnd ? try reader.ends(places) : try reader.beginnings(places)
        try reader.assign(zip(places, starts).map { TopicPartition($0.topic, $0.partition, offset: $1) })
    }

    /// Hands over what has come, after waiting up to `waitMillis` for the first.
    public func read(waitMillis: Int32, _ body: (TopicRecord) throws -> Void) throws {
        try reader.fetch(waitMillis: waitMillis) { fetched in
            if case .record(let record) = fetched { try body(TopicRecord(record)) }
        }
    }

    /// Every record that is there now.
    /// - Parameter goesOn: asked between fetches; false ends the reading early.
    public func readAll(while goesOn: () -> Bool = { true }, _ body: (TopicRecord) throws -> Void) throws {
        let ends = try reader.ends(places)
        var open = Set(zip(places, ends).filter { $1 > 0 }.map(\.0.partition))
        while !open.isEmpty, goesOn() {
            try reader.fetch(waitMillis: 100) { fetched in
                switch fetched {
                case .record(let record):
                    if record.offset + 1 >= ends[Int(record.partition)] { open.remove(record.partition) }
                    try body(TopicRecord(record))
                case .end(_, let partition, let offset):
                    if offset >= ends[Int(partition)] { open.remove(partition) }
                }
            }
        }
    }
}
