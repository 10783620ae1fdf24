import Foundation
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// One event of every kind there is, from the descriptor set and the examples beside it: a kind added to the schemas is
/// in here without anybody having thought of it.
public struct EventExamples: Sendable {
    /// An event and what its message looks like outside.
    public struct Example: Sendable {
        /// Full message name, e.g. "leadline.v1.LeadAssigned".
        public let type: String
        /// Names of the fields that the example fills, in alphabetical order.
        public let fields: [String]
        /// The message in proto3 JSON, as the protobuf library writes it.
        public let json: [UInt8]
        /// The event as the core has it.
        public let event: Event
    }

    /// In the order of their field numbers in `Event.body`.
    public let all: [Example]

    /// Reads them from the folder `Schemas`.
    /// - Throws: what reading a file, the descriptor set or an example throws; `WireError` if our own codec does not
    ///   know a kind.
    public init(schemas folder: String) throws {
        let set = try Google_Protobuf_FileDescriptorSet(
            serializedBytes: Data(contentsOf: URL(filePath: folder + "/leadline-v1.binpb")))
        let fields = set.file.flatMap(\.messageType).first { $0.name == "Event" }?.field ?? []
        all = try fields.sorted { $0.number < $1.number }.map { field in
            let type = String(field.typeName.drop { $0 == "." })
            let name = String(type.split(separator: ".").last ?? "")
            let example = try String(contentsOfFile: folder + "/examples/\(name).json", encoding: .utf8)
            let whole = try WireEvent(jsonString: "{\"\(field.jsonName)\":\(example)}")
            let bytes: [UInt8] = try whole.serializedBytes()
            let event = try EventCodec.decode(
                bodyField: Int(field.number), Array(bytes.dropFirst(Self.prefixBytes(bytes))))
            // What the journal keeps of it, as the library writes that: our own codec leaves out what says nothing.
            let kept = EventCodec.encode(event)
            let stored = try WireEvent(serializedBytes: Self.whole(kept.bodyField, kept.bytes))
            return Example(
                type: type, fields: try Self.fields(example),
                json: Array(try stored.jsonString().utf8.dropFirst(field.jsonName.utf8.count + 4).dropLast()),
                event: event)
        }
    }

    private static func fields(_ json: String) throws -> [String] {
        ((try JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any])?.keys.sorted() ?? []
    }

    /// The event of one field with these bytes.
    private static func whole(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
        func varint(_ value: Int) -> [UInt8] {
            value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
        }
        return varint(field << 3 | 2) + varint(bytes.count) + bytes
    }

    /// Length of the two varints that stand before the only field's bytes.
    private static func prefixBytes(_ bytes: [UInt8]) -> Int {
        var varints = 0
        for (index, byte) in bytes.enumerated() where byte < 0x80 {
            varints += 1
            if varints == 2 { return index + 1 }
        }
        return bytes.count
    }
}
