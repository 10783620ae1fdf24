/// An event's id as its producer sent it, where the journal says a keyed digest of it in clear: such ids hold addresses,
/// so that the id stands sealed with the person's data, as one more field behind those of the message.
public enum SentEventID {
    /// No message of the schemas has a field of this number.
    private static let field = 1999

    /// The field, to stand behind a serialised message.
    public static func bytes(_ id: String) -> [UInt8] {
        var writer = WireWriter(capacity: id.utf8.count + 8)
        writer.string(field, id)
        return writer.bytes
    }

    /// The id in what was sealed; nil where the message came under a plain one.
    /// - Throws: `WireError` for bytes that are no message.
    public static func id(in opened: [UInt8]) throws -> String? {
        try unsafe opened.withUnsafeBytes { bytes in
            var reader = unsafe WireReader(bytes)
            var id: String?
            while let number = try reader.next() {
                if number == field { id = try reader.string("event_id") } else { try reader.skip() }
            }
            return id
        }
    }
}
