import LeadlineSchemas
import Reports
import TextFormats

/// CloudEvents as they are sent here: one form for each type, and one for data in another encoding.
enum EventSchemas {
    /// Longest value of an attribute.
    private static let text = Schema.text(1...128)

    /// Whatever names an event for its producer.
    private static let id = Schema(
        json: #"{"type":"string","minLength":1,"maxLength":256,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f]*$"}"#)

    /// A date-time as a pattern: generators of clients know no header of that format.
    private static let moment = Schema(
        json: #"{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"}"#)

    /// JSON by its own name, or of a type whose syntax is JSON.
    private static let json = #"application/([A-Za-z0-9][A-Za-z0-9!#$&^_.-]{0,99}[+])?json"#

    private static func mediaType(_ pattern: String) -> Schema {
        Schema(json: #"{"type":"string","pattern":"^\#(pattern)( ?;.*)?$"}"#)
    }

    private static let attributes: [(String, Schema)] = [
        ("specversion", .choice(["1.0"])), ("id", id), ("source", text), ("time?", .time), ("partitionkey?", .string),
    ]

    /// Any of them, and each.
    static let all: [(String, Schema)] = [("CloudEvent", .oneOf(forms.map(\.0)))] + forms

    private static let forms = MessageKind.allCases.map(form) + [("EncodedEvent", encoded)]

    private static func form(of kind: MessageKind) -> (String, Schema) {
        let name = MessageSchemas.name(of: kind)
        let schema = Schema.object(
            attributes + [
                ("type", .choice([kind.fullName])), ("datacontenttype?", mediaType(json)),
                ("data", .reference(name)),
            ])
        return (name + "Event", schema)
    }

    private static let encoded = Schema.object(
        attributes + [
            ("type", .choice(MessageKind.allCases.map(\.fullName))),
            ("datacontenttype", mediaType("(\(json)|application/protobuf)")),
            ("data_base64", Schema(json: #"{"type":"string","contentEncoding":"base64"}"#)),
        ])

    /// Whether a header's value has the form that the document gives it.
    static func allows(_ value: String, as header: String) -> Bool {
        switch header {
        case "ce-specversion": value == "1.0"
        case "ce-type": MessageKind(fullName: value) != nil
        case "ce-id":
            (1...256).contains(value.unicodeScalars.count)
                && value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        case "ce-source": text.allows(value)
        case "ce-time": RFC3339.parse(value) != nil
        default: true
        }
    }

    /// The attributes as headers: how an event comes in binary mode.
    static let headers: [Operation.Parameter] = [
        .init(name: "ce-specversion", schema: .choice(["1.0"]), about: "In binary mode: 1.0."),
        .init(
            name: "ce-id", schema: id,
            about: "In binary mode: what names the event; as in every ce- header, other than ASCII is percent-encoded."),
        .init(name: "ce-source", schema: text, about: "In binary mode: where it comes from, as the key may send it."),
        .init(
            name: "ce-type", schema: .choice(MessageKind.allCases.map(\.fullName)),
            about: "In binary mode: its type, whose message the body is."),
        .init(name: "ce-time", schema: moment, about: "In binary mode: when it happened; when it came unless told."),
        .init(name: "ce-partitionkey", schema: .string, about: "In binary mode: the program; the key's unless told."),
    ]
}
