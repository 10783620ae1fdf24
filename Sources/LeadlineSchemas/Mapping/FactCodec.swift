public import LeadlineCore

/// Facts to and from the bytes of their own messages, e.g. the clear part of `LeadSubmitted`.
///
/// Intake reads what producers send and recovery reads the journal by this one way, so a fact means the
/// same on both. Which message stands under which number is generated (`BodyFields`).
public enum FactCodec {
    /// The fact's own message and its field number in `Input.body`.
    ///
    /// Where the domain cannot tell absent from default (a policy's zero counts, say), the field is left
    /// out, and reading gives what Policy.swift calls the default.
    public static func encode(_ fact: Fact) -> (bodyField: Int, bytes: [UInt8]) {
        var writer = WireWriter()
        write(fact, to: &writer)
        return (bodyField(of: fact), writer.bytes)
    }

    /// The fact whose own message has these bytes.
    ///
    /// Only types are checked: enum numbers, presence of what the domain cannot do without, predicates'
    /// size, timestamps' range. Whether ids and amounts make sense is intake's to say. Errors name the
    /// field by its path in the message. A `bodyField` that is not in `Input.body` is `unknownBody`.
    public static func decode(bodyField: Int, _ bytes: UnsafeRawBufferPointer) throws(WireError) -> Fact {
        var reader = unsafe WireReader(bytes)
        return try read(bodyField, from: &reader)
    }

    /// The fact whose own message has these bytes.
    public static func decode(bodyField: Int, _ bytes: [UInt8]) throws(WireError) -> Fact {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in
            try unsafe decode(bodyField: bodyField, raw)
        }
    }

    static func timeAdvanced(_ reader: inout WireReader) throws(WireError) -> Fact {
        var micros: Int64 = 0
        while let field = try reader.next() {
            switch field {
            case 1: micros = try reader.int64("through_micros")
            default: try reader.skip()
            }
        }
        return .timeAdvanced(through: Timestamp(micros: micros))
    }

    static func duplicateReceived(_ reader: inout WireReader) throws(WireError) -> Fact {
        while try reader.next() != nil { try reader.skip() }
        return .duplicateReceived
    }

    static func logicVersionAdopted(_ reader: inout WireReader) throws(WireError) -> Fact {
        var version: UInt32 = 0
        while let field = try reader.next() {
            switch field {
            case 1: version = try reader.uint32("logic_version")
            default: try reader.skip()
            }
        }
        return .logicVersionAdopted(version)
    }
}
