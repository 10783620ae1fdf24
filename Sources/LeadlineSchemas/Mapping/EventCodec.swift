public import LeadlineCore

/// Events to and from the bytes of their own messages, e.g. `LeadAssigned`. Which message stands under which number is
/// generated (`BodyFields`).
public enum EventCodec {
    /// The event's own message and its field number in `Event.body`.
    public static func encode(_ event: Event) -> (bodyField: Int, bytes: [UInt8]) {
        var writer = WireWriter()
        write(event, to: &writer)
        return (bodyField(of: event), writer.bytes)
    }

    /// The event whose own message has these bytes.
    ///
    /// `bodyField` is its field number in `Event.body`; one that is not there is `unknownBody`.
    public static func decode(bodyField: Int, _ bytes: UnsafeRawBufferPointer) throws(WireError) -> Event {
        var reader = unsafe WireReader(bytes)
        return try read(bodyField, from: &reader)
    }

    /// The event whose own message has these bytes.
    public static func decode(bodyField: Int, _ bytes: [UInt8]) throws(WireError) -> Event {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in
            try unsafe decode(bodyField: bodyField, raw)
        }
    }
}

/// Message `Event`: the event's own message under its field number.
extension Event: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var event: Event?
        while let field = try reader.next() {
            guard EventCodec.isBody(field) else {
                try reader.skip()
                continue
            }
            var body = try reader.nested("body")
            event = try EventCodec.read(field, from: &body)
        }
        return try required(event, "body")
    }

    func write(to writer: inout WireWriter) {
        let start = writer.begin(EventCodec.bodyField(of: self))
        EventCodec.write(self, to: &writer)
        writer.end(start)
    }
}
