import LeadlineSchemas
import SwiftProtobuf

typealias MessageDescriptor = Google_Protobuf_DescriptorProto
typealias FieldDescriptor = Google_Protobuf_FieldDescriptorProto

/// Messages of a descriptor set by full name, with the leading dot as fields refer to them.
struct SchemaIndex {
    let messages: [String: MessageDescriptor]
    /// In the order of declaration.
    let all: [MessageDescriptor]

    static let inputTopics: Set = [
        "leadline.controls", "leadline.partners", "leadline.intents", "leadline.outcomes", "leadline.leads",
    ]

    init(_ set: Google_Protobuf_FileDescriptorSet) {
        all = set.file.flatMap(\.messageType)
        var found = [String: MessageDescriptor]()
        for file in set.file {
            for message in file.messageType { found[".\(file.package).\(message.name)"] = message }
        }
        // Timestamp is not part of our set; its two fields are all that is needed of it here.
        found[".google.protobuf.Timestamp"] = Self.timestamp
        messages = found
    }

    /// Messages that travel on a topic.
    var withTopic: [MessageDescriptor] { all.filter { $0.options.hasLeadline_V1_topic } }

    var inputs: [MessageDescriptor] { all.filter { Self.inputTopics.contains($0.options.Leadline_V1_topic) } }

    func message(of field: FieldDescriptor) -> MessageDescriptor? {
        field.type == .message ? messages[field.typeName] : nil
    }

    /// Whether the field may stand in clear. Timestamp carries no options and is clear where it is used.
    func isClear(_ field: FieldDescriptor, of message: MessageDescriptor) -> Bool {
        field.options.hasLeadline_V1_clear || message.name == "Timestamp"
    }

    private static var timestamp: MessageDescriptor {
        var seconds = FieldDescriptor()
        seconds.name = "seconds"
        seconds.number = 1
        seconds.type = .int64
        var nanos = FieldDescriptor()
        nanos.name = "nanos"
        nanos.number = 2
        nanos.type = .int32
        var message = MessageDescriptor()
        message.name = "Timestamp"
        message.field = [seconds, nanos]
        return message
    }
}
