import Engine
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Brings a shard's local journal and vault up to the ends of their topics.
///
/// It trusts nothing: every position must follow the one before, and what is known already must be the same bytes.
/// So a hole or a repeat in the topic stops the shard instead of being decided upon.
struct CatchUp {
    let partition: Int32
    let journal: FollowedJournal
    /// Nil where keys are not followed.
    let vault: Vault?
    let reader: PartitionReader
    private var pending: [PendingEntry] = []
    private var sizes: [String: UInt64] = [:]
    private var applied: UInt64 = 0

    init(_ partition: Int32, _ journal: FollowedJournal, _ vault: Vault?, _ reader: PartitionReader) {
        self.partition = partition
        self.journal = journal
        self.vault = vault
        self.reader = reader
    }

    /// Reads both topics to their ends as they are now.
    /// - Parameters:
    ///   - fromBeginning: Reads the whole journal partition and compares what is known already, entry by entry.
    ///   - progress: Given entries taken in, the offset reached, and the end.
    /// - Returns: how many entries were taken in.
    mutating func run(fromBeginning: Bool = false, _ progress: (UInt64, Int64, Int64) -> Void) throws -> UInt64 {
        if let vault { try followKeys(vault) }
        pending.removeAll()
        try followJournal(fromBeginning: fromBeginning, progress)
        return applied
    }

    /// True if there is a local copy, so that reading began in the middle of the topic.
    var goesOn: Bool { get throws { try journal.progress().journalOffset > 0 } }

    private mutating func followJournal(fromBeginning: Bool, _ progress: (UInt64, Int64, Int64) -> Void) throws {
        let place = TopicPartition(Topic.journal.name, partition)
        let end = try reader.ends([place])[0]
        var next = try max(fromBeginning ? 0 : journal.progress().journalOffset, reader.beginnings([place])[0])
        if next >= end { return }
        try reader.assign([TopicPartition(place.topic, partition, offset: next)])
        while next < end {
            try Task.checkCancellation()
            try reader.fetch(waitMillis: 200) { fetched in
                switch fetched {
                case .record(let record):
                    next = record.offset + 1
                    try take(record)
                case .end(_, _, let offset): next = max(next, offset)
                }
            }
            progress(applied, next, end)
        }
    }

    private mutating func take(_ record: FetchedRecord) throws {
        guard let value = record.value else { throw broken(record, "it has no value") }
        if let key = record.key, !key.isEmpty {
            pending.append(try entry(String(decoding: key, as: UTF8.self), value, record))
            return
        }
        let frame: WireBatchFrame
        do { frame = try WireBatchFrame(serializedBytes: value) } catch { throw broken(record, "it is no batch frame") }
        guard Int(frame.entryCount) == pending.count else {
            throw broken(record, "the frame closes \(frame.entryCount) entries, but \(pending.count) stand before it")
        }
        try apply(frame, record)
        pending.removeAll(keepingCapacity: true)
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
    private mutating func apply(_ frame: WireBatchFrame, _ record: FetchedRecord) throws {
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
            return try journal.apply([], WireBatchFrame.offsetsOnly(frame), nextJournalOffset: record.offset + 1)
        }
        guard known == 0 else { throw broken(record, "half of the batch is known already") }
        try journal.apply(pending, frame, nextJournalOffset: record.offset + 1)
        applied += UInt64(pending.count)
    }

    private func broken(_ record: FetchedRecord, _ detail: String) -> KafkaTransportError {
        .journalBroken(partition: partition, offset: record.offset, detail)
    }

    // MARK: Keys

    private func followKeys(_ vault: Vault) throws {
        let place = TopicPartition(Topic.keys.name, partition)
        let end = try reader.ends([place])[0]
        // A vault that was made anew starts over, whatever the journal remembers.
        let known = try vault.isEmpty ? 0 : journal.progress().keysOffset
        var next = try max(known, reader.beginnings([place])[0])
        if next >= end { return }
        try reader.assign([TopicPartition(place.topic, partition, offset: next)])
        var sinceFlush = 0
        var erased: [SubjectID] = []
        // Records under a master key that is retired; the topic holds each of them again under the newest.
        var unreadable: Set<SubjectID> = []
        while next < end {
            try Task.checkCancellation()
            try reader.fetch(waitMillis: 200) { fetched in
                switch fetched {
                case .record(let record):
                    next = record.offset + 1
                    try Self.take(record, into: vault, &erased, &unreadable)
                    sinceFlush += 1
                case .end(_, _, let offset): next = max(next, offset)
                }
            }
            if sinceFlush >= 10_000 {
                try vault.erase(erased)
                try vault.flush()
                erased.removeAll()
                sinceFlush = 0
            }
        }
        if !unreadable.isEmpty { throw KafkaTransportError.masterKey(partition: partition) }
        try vault.erase(erased)
        try vault.flush()
        try journal.setKeysOffset(next)
    }

    /// The key is the subject's id; no value is an erasure.
    private static func take(
        _ record: FetchedRecord, into vault: Vault, _ erased: inout [SubjectID], _ unreadable: inout Set<SubjectID>
    ) throws {
        guard let key = record.key, let subject = SubjectID(key) else { return }
        guard let value = record.value else {
            erased.append(subject)
            unreadable.remove(subject)
            return
        }
        let message = try WireSubjectKey(serializedBytes: value)
        do {
            try vault.adopt(KeyRecord(subject, message))
            unreadable.remove(subject)
        } catch VaultError.notAuthentic { unreadable.insert(subject) }
    }
}

extension KeyRecord {
    /// A key as its topic carries it.
    fileprivate init(_ subject: SubjectID, _ message: WireSubjectKey) {
        var stated: [Pseudonym: Pseudonym] = [:]
        for (lead, address) in zip(message.lookupDigests, message.statedDigests) {
            if let lead = Pseudonym(lead), let address = Pseudonym(address) { stated[lead] = address }
        }
        self.init(
            subject: subject, lookups: message.lookupDigests.compactMap { Pseudonym($0) },
            wrappedKey: Array(message.wrappedKey), stated: stated,
            givenUp: Set(message.givenUpDigests.compactMap { Pseudonym($0) }),
            passedOn: Set(message.passedOnDigests.compactMap { Pseudonym($0) }))
    }
}

extension WireBatchFrame {
    /// The frame without what the local journal has already taken in.
    static func offsetsOnly(_ frame: WireBatchFrame) -> WireBatchFrame {
        var copy = WireBatchFrame()
        copy.nextOffsets = frame.nextOffsets
        return copy
    }
}
