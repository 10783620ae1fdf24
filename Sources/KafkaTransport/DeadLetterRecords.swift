import Engine
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// Dead letters as records of `leadline.deadletter`: CloudEvents in binary mode. They have no key and no partition key:
/// the record that was refused may have named no program, or one that is not there.
enum DeadLetterRecords {
    static let source = "/leadline/deadletter"

    /// A record for one dead letter, or for one part of it.
    /// - Parameter letter: a serialised `DeadLetter`.
    static func headers(_ letter: [UInt8]) throws -> [RecordHeader] {
        let message = try WireDeadLetter(serializedBytes: letter)
        return [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id(message)),
            RecordHeader("ce_source", source),
            RecordHeader("ce_type", WireDeadLetter.protoMessageName),
            RecordHeader("ce_time", RFC3339.format(Timestamp(micros: message.receivedMicros))),
            RecordHeader("content-type", "application/protobuf"),
        ]
    }

    /// Where the refused record stood, topic/partition/offset, and which part of its letter this is if there are
    /// several.
    private static func id(_ letter: WireDeadLetter) -> String {
        let place = "\(letter.origin.topic)/\(letter.origin.partition)/\(letter.origin.offset)"
        return letter.partCount > 1 ? "\(place)/\(letter.partIndex)" : place
    }
}
