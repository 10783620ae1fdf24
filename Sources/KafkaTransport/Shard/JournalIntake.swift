import Engine
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// Takes the records of a journal partition into its local copy, batch by batch.
///
/// It trusts nothing: every position must follow the one before, and what is known already must be the same bytes.
/// So a hole or a repeat in the topic stops whoever reads it instead of being built upon.
struct JournalIntake {
    let partition: Int32
    let journal: FollowedJournal
    private var pending: [PendingEntry] = []
    private var sizes: [String: UInt64] = [:]
    /// Entries that were taken in so far.
    private(set) var applied: UInt64 = 0

    init(_ partition: Int32, _ journal: FollowedJournal) {
        self.partition = partition
        self.journal = journal
    }

    /// What was read of a batch that is not whole is forgotten: reading begins at a batch's beginning.
    mutating func startOver() { pending.removeAll() }

    /// Takes the partition's next record.
    /// - Returns: the entries that its batch added, once that is whole and stands here; none for a record inside of one.
    mutating func take(_ record: FetchedRecord) throws -> [PendingEntry] {
        guard let value = record.value else { throw broken(record, "it has no value") }
        if let key = record.key, !key.isEmpty {
            pending.append(try entry(String(decoding: key, as: UTF8.self), value, record))
            return []
        }
        let frame: WireBatchFrame
        do { frame = try WireBatchFrame(serializedBytes: value) } catch { throw broken(record, "it is no batch frame") }
        guard Int(frame.entryCount) == pending.count else {
            throw broken(record, "the frame closes \(frame.entryCount) entries, but \(pending.count) stand before it")
        }
        defer { pending.removeAll(keepingCapacity: true) }
        return try apply(frame, record)
    }

    private func entry(_ program: String, _ bytes: [UInt8], _ record: FetchedRecord) throws -> PendingEntry {
        do {
            let peek = try EntryCodec.peek(bytes)
            return PendingEntry(
                program: program, position: peek.position, stampMicros: peek.stamp.micros, bytes: bytes,
                eventCount: try EntryCodec.eventRanges(bytes).count)
        } catch { throw broken(record, "it is no entry") }
    }

    /// A batch that is known already was committed by this machine and must be the same; any other is the next one.
    private mutating func apply(_ frame: WireBatchFrame, _ record: FetchedRecord) throws -> [PendingEntry] {
        var known = 0
        for entry in pending {
            let size = try sizes[entry.program] ?? journal.size(of: entry.program)
            if entry.position < size {
                guard try journal.holds(entry.bytes, entry.program, entry.position) else {
                    throw broken(
                        record,
                        "position \(entry.position) of \(entry.program) stands there twice, with different content")
                }
                known += 1
                sizes[entry.program] = size
                continue
            }
            guard entry.position == size else {
                throw broken(record, "\(entry.program) goes on at position \(entry.position), but \(size) is next")
            }
            sizes[entry.program] = size + 1
        }
        if known == pending.count, known > 0 {
            try journal.apply([], WireBatchFrame.offsetsOnly(frame), nextJournalOffset: record.offset + 1)
            return []
        }
        guard known == 0 else { throw broken(record, "half of the batch is known already") }
        try journal.apply(pending, frame, nextJournalOffset: record.offset + 1)
        applied += UInt64(pending.count)
        return pending
    }

    private func broken(_ record: FetchedRecord, _ detail: String) -> KafkaTransportError {
        .journalBroken(partition: partition, offset: record.offset, detail)
    }
}

extension WireBatchFrame {
    /// The frame without what the local journal has already taken in.
    fileprivate static func offsetsOnly(_ frame: WireBatchFrame) -> WireBatchFrame {
        var copy = WireBatchFrame()
        copy.nextOffsets = frame.nextOffsets
        return copy
    }
}
