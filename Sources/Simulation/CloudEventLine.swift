public import Engine
import Foundation
import LeadlineSchemas
import TextFormats

/// A line of a JSON-lines file: one CloudEvent in structured mode, as `leadline produce` reads it too.
public enum CloudEventLine {
    /// The parts that say where a record goes; the engine reads the rest itself.
    private struct Address: Decodable {
        var type: String
        var time: String?
    }

    /// The record that a line stands for: its topic follows from its type.
    /// - Parameter asPast: True if it is history, that is, carries the moment its `time` names.
    public static func record(_ line: String, program: String, asPast: Bool) throws -> NewRecord {
        let bytes = Array(line.utf8)
        let address: Address
        do { address = try JSONDecoder().decode(Address.self, from: Data(bytes)) } catch {
            throw ScenarioError("not a CloudEvent in JSON with a type")
        }
        guard let topic = MessageKind(fullName: address.type).flatMap({ Topic(name: $0.topic) }) else {
            throw ScenarioError("no input topic carries \(address.type)")
        }
        let time = address.time.flatMap(RFC3339.parse)
        if asPast && time == nil { throw ScenarioError("history needs a time in RFC 3339") }
        return NewRecord(
            topic: topic, key: Array(program.utf8),
            headers: [RecordHeader("content-type", "application/cloudevents+json")],
            value: bytes, eventTime: asPast ? time : nil)
    }

    /// A line from its parts.
    /// - Parameter data: The message in its JSON form.
    public static func text(type: String, source: String, id: String, data: String) -> String {
        #"{"specversion":"1.0","type":"leadline.v1.\#(type)","source":"\#(source)","id":"\#(id)","data":\#(data)}"#
    }
}

/// What is wrong with a scenario's files: file, line and reason.
public struct ScenarioError: Error, Equatable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}
