import Engine
import Foundation
import Journal
import LeadlineSchemas
import Logging
import SwiftProtobuf

/// Compares a shard's journal with the newest checkpoints that were published of it, before anything is decided on it:
/// whoever cut or changed the journal topic and every local copy has not cut what was published.
struct TakeoverCheck {
    /// Records that are read at a time, from the end on backwards.
    private static let page: Int64 = 5_000
    /// Records that are read at most. A program whose newest checkpoint lies farther back goes unchecked.
    private static let recordsMax: Int64 = 200_000

    let partition: Int32
    let reader: PartitionReader
    let signer: CheckpointSigner
    let logger: Logger

    /// Checks every program of the shard.
    /// - Throws: `KafkaTransportError.notWhatWasSigned`; `KafkaError`.
    func run() throws {
        let published = try newest()
        for program in published.keys.sorted() {
            guard let note = published[program] else { continue }
            do { try signer.confirm(note, of: program) } catch let refusal as CheckpointRefusal {
                throw KafkaTransportError.notWhatWasSigned(partition: partition, "\(refusal)")
            }
        }
        if !published.isEmpty {
            logger.info(
                "the journal is what was signed",
                metadata: ["partition": "\(partition)", "programs": "\(published.count)"])
        }
    }

    /// The newest note of each program that this log's key signed, from the end of the topic back until every program
    /// of the journal is found. What others signed neither stops a shard nor hides what stands before it.
    private func newest() throws -> [String: SignedNote] {
        let place = TopicPartition(Topic.checkpoints.name, partition)
        let (first, end) = (try reader.beginnings([place])[0], try reader.ends([place])[0])
        let known = try Set(signer.programs())
        var notes: [String: SignedNote] = [:]
        var from = end
        var foreign = 0
        while from > first, end - from < Self.recordsMax, notes.isEmpty || !known.isSubset(of: notes.keys) {
            let until = from
            from = max(first, until - Self.page)
            for (program, note) in try read(place, from, until).reversed() where notes[program] == nil {
                if signer.isOwn(note, of: program) { notes[program] = note } else { foreign += 1 }
            }
        }
        if foreign > 0 {
            logger.warning(
                "published checkpoints are not by this log's key",
                metadata: ["partition": "\(partition)", "count": "\(foreign)"])
        }
        return notes
    }

    /// Programs and notes between two offsets, in order.
    private func read(_ place: TopicPartition, _ from: Int64, _ until: Int64) throws -> [(
        program: String, note: SignedNote
    )] {
        var notes: [(program: String, note: SignedNote)] = []
        var next = from
        try reader.assign([TopicPartition(place.topic, place.partition, offset: from)])
        while next < until {
            try Task.checkCancellation()
            try reader.fetch(waitMillis: 200) { fetched in
                switch fetched {
                case .record(let record):
                    next = record.offset + 1
                    guard record.offset < until, let value = record.value,
                        let message = try? WireCheckpoint(jsonUTF8Bytes: value),
                        let note = try? SignedNote(Array(message.note.utf8))
                    else { return }
                    notes.append((message.programID, note))
                case .end(_, _, let offset): next = max(next, offset)
                }
            }
        }
        return notes
    }
}
