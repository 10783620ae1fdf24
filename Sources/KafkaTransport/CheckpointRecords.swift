import Engine
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// Checkpoints as records of `leadline.checkpoints`, where they show outside of any machine that a log was cut.
enum CheckpointRecords {
    /// A CloudEvent in binary mode, JSON, keyed by its program like everything else.
    static func record(_ stored: StoredCheckpoint) throws -> NewRecord {
        var message = WireCheckpoint()
        message.programID = stored.program
        message.note = stored.note.description
        // After a rotation the same tree is signed again, by another key.
        let key = String(stored.note.signatures.first?.keyID ?? 0, radix: 16)
        let id = "\(stored.program)/checkpoint/\(stored.checkpoint.size)/\(key)"
        let headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id),
            RecordHeader("ce_source", "/leadline/\(stored.program)"),
            RecordHeader("ce_type", "leadline.v1.Checkpoint"),
            RecordHeader("ce_time", RFC3339.format(Timestamp(micros: stored.signedMicros))),
            RecordHeader("ce_partitionkey", stored.program), RecordHeader("content-type", "application/json"),
        ]
        return NewRecord(
            topic: .checkpoints, key: Array(stored.program.utf8), headers: headers, value: try message.jsonUTF8Bytes(),
            eventTime: nil)
    }
}
