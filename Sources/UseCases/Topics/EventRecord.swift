public import Engine
import LeadlineCore
public import LeadlineSchemas

/// Records as every face produces them: CloudEvents 1.0 in Kafka's binary or structured mode.
public enum EventRecord {
    /// The content type of structured mode.
    public static let structuredType = "application/cloudevents+json"
    /// Who the events that use cases publish come from.
    public static let ownSource = "/leadline/cli"

    /// A message in proto3 JSON as a binary-mode record on its own topic.
    public static func binary(
        _ kind: MessageKind, program: String, json: String, id: String, source: String = ownSource
    ) -> NewRecord {
        guard let topic = Topic(name: kind.topic) else {
            preconditionFailure("\(kind.topic) is a topic of the schemas")
        }
        return binary(
            topic: topic, program: program, type: kind.fullName, id: id, source: source,
            body: Array(json.utf8))
    }

    /// Any body as a binary-mode record.
    public static func binary(
        topic: Topic, program: String, type: String, id: String, source: String, body: [UInt8],
        contentType: String = "application/json", extraHeaders: [RecordHeader] = []
    ) -> NewRecord {
        let headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", source),
            RecordHeader("ce_type", type), RecordHeader("content-type", contentType),
        ]
        return NewRecord(topic: topic, key: Array(program.utf8), headers: headers + extraHeaders, value: body)
    }

    /// A structured-mode record.
    public static func structured(topic: Topic, program: String, body: [UInt8], extraHeaders: [RecordHeader] = [])
        -> NewRecord
    {
        NewRecord(
            topic: topic, key: Array(program.utf8),
            headers: [RecordHeader("content-type", structuredType)] + extraHeaders,
            value: body)
    }
}
