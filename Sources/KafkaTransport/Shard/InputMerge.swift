import DequeModule
import Engine
import LeadlineCore

/// Brings the records of a shard's input partitions into one order: by the broker's time, then the topic's rank, then
/// the offset.
///
/// A record leaves only when no earlier one can come: every partition from which nothing is in hand has been read up to
/// an end that was sampled after the record had arrived. So an answer that lies unread is never overtaken by the
/// deadline it answers, and a lead never by the registration of its program.
struct InputMerge {
    private struct Input {
        let topic: Topic
        var records: Deque<LogRecord> = []
        /// Everything before this offset has been handed to the merge.
        var next: Int64
        var lastReceived = Timestamp(micros: .min)
        var isHeld = false
        /// Bytes of the records in hand.
        var bytes = 0
    }

    private var inputs: [Input]
    /// Records in hand.
    private(set) var count = 0

    /// - Parameter offsets: the next offset of each input topic, in rank order.
    init(offsets: [Int64]) {
        inputs = zip(Topic.inputs, offsets).map { Input(topic: $0, next: $1) }
    }

    /// Takes a record in. Its time never goes back within a partition, even if a broker's clock did.
    mutating func add(_ record: LogRecord) {
        let place = record.topic.rawValue
        guard record.offset >= inputs[place].next else { return }
        var record = record
        record.received = max(record.received, inputs[place].lastReceived)
        inputs[place].lastReceived = record.received
        inputs[place].next = record.offset + 1
        inputs[place].bytes += record.byteCount
        inputs[place].records.append(record)
        count += 1
    }

    /// Nothing more stands before an offset but markers of transactions.
    mutating func reachedEnd(_ topic: Topic, _ offset: Int64) {
        inputs[topic.rawValue].next = max(inputs[topic.rawValue].next, offset)
    }

    /// What to do about inputs that have more in hand than is wanted while others are waited for.
    enum Flow: Equatable {
        case hold(Topic), release(Topic)
    }

    /// Inputs to hold back since they have `most` records or `mostBytes` bytes in hand, and held ones to let go on
    /// since half are gone. Without it, a topic with a long backlog would be drawn into memory while another is still
    /// on its way.
    mutating func flow(most: Int, mostBytes: Int) -> [Flow] {
        var changes: [Flow] = []
        for index in inputs.indices {
            let (count, bytes) = (inputs[index].records.count, inputs[index].bytes)
            if !inputs[index].isHeld, count >= most || bytes >= mostBytes {
                inputs[index].isHeld = true
                changes.append(.hold(inputs[index].topic))
            } else if inputs[index].isHeld, count <= most / 2, bytes <= mostBytes / 2 {
                inputs[index].isHeld = false
                changes.append(.release(inputs[index].topic))
            }
        }
        return changes
    }

    /// Records whose place is certain, at most `max` and at most `maxBytes` bytes of them but always one, given ends
    /// that were sampled after all in hand had arrived.
    /// - Returns: the records, the time of the next one in hand if there is one, and whether all partitions have been
    ///   read up to their ends.
    mutating func take(
        max: Int, maxBytes: Int, ends: [Int64]
    ) -> (records: [LogRecord], next: Timestamp?, isExhausted: Bool) {
        var records: [LogRecord] = []
        records.reserveCapacity(min(max, count))
        var bytes = 0
        while records.count < max, let place = earliest(ends) {
            guard let size = inputs[place].records.first?.byteCount, records.isEmpty || bytes + size <= maxBytes,
                let record = inputs[place].records.popFirst()
            else { break }
            records.append(record)
            bytes += size
            inputs[place].bytes -= size
            count -= 1
        }
        let next = inputs.compactMap { $0.records.first?.received }.min()
        let isExhausted = count == 0 && inputs.indices.allSatisfy { inputs[$0].next >= ends[$0] }
        return (records, next, isExhausted)
    }

    /// The input whose first record is the next of all; nil if one with an earlier record may be unread.
    private func earliest(_ ends: [Int64]) -> Int? {
        var best: Int?
        var bestReceived = Timestamp(micros: .max)
        for index in inputs.indices {
            guard let first = inputs[index].records.first else {
                if inputs[index].next < ends[index] { return nil }
                continue
            }
            // Rank decides among equals: the first found stays.
            if best == nil || first.received < bestReceived {
                best = index
                bestReceived = first.received
            }
        }
        return best
    }
}
