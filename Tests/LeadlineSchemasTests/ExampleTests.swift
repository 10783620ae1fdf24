import Foundation
import LeadlineSchemas
import SwiftProtobuf
import Testing

/// Goal: messages, examples and JSON Schema documents say the same thing.
/// Method: every example goes JSON -> message -> bytes -> message -> JSON and must not change on the way;
/// it must conform to its JSON Schema, and must not once something required is taken away.
@Suite struct ExampleTests {
    static let names = messageTypes.keys.sorted()

    @Test func everyMessageWithTopicHasTypeExampleAndSchema() throws {
        let messages = SchemaIndex(try SchemaFiles.committed()).withTopic.map(\.name).sorted()
        #expect(messages == Self.names)
        #expect(try SchemaFiles.names(in: "examples") == messages.map { "\($0).json" }.sorted())
        #expect(try SchemaFiles.names(in: "json") == messages.map { "\($0).schema.json" }.sorted())
    }

    @Test(arguments: names) func exampleSurvivesTheRoundTrip(name: String) throws {
        let type = try #require(messageTypes[name])
        let data = try SchemaFiles.data("examples/\(name).json")
        let decoded = try type.init(jsonUTF8Bytes: data)
        let bytes: [UInt8] = try decoded.serializedBytes()
        let again = try type.init(serializedBytes: bytes)
        #expect(again.isEqualTo(message: decoded))
        let json: Data = try again.jsonUTF8Bytes()
        #expect(try JSONValue(parsing: json) == JSONValue(parsing: data))
    }

    @Test func examplesFillEveryField() throws {
        for message in SchemaIndex(try SchemaFiles.committed()).withTopic {
            let example = try JSONValue(parsing: SchemaFiles.data("examples/\(message.name).json"))
            for field in message.field where !field.hasOneofIndex || field.proto3Optional {
                // It says that the list beside it is empty, which the example's is not.
                if message.name == "ProgramProfileSet" && field.name == "no_transfers" { continue }
                #expect(example[field.jsonName] != nil, "\(message.name).\(field.name)")
            }
        }
    }

    @Test(arguments: names) func exampleConformsToItsSchema(name: String) throws {
        let schema = JSONSchema(root: try JSONValue(parsing: SchemaFiles.data("json/\(name).schema.json")))
        let example = try JSONValue(parsing: SchemaFiles.data("examples/\(name).json"))
        #expect(try schema.findings(example) == [])
        for required in schema.root["required"]?.elements.compactMap(\.text) ?? [] {
            var members = example.members
            members[required] = nil
            #expect(try schema.findings(.object(members)) == ["$: lacks \(required)"])
        }
    }

    @Test func inputIdsAreHeldToTheirPattern() throws {
        for message in SchemaIndex(try SchemaFiles.committed()).inputs {
            let schema = JSONSchema(root: try JSONValue(parsing: SchemaFiles.data("json/\(message.name).schema.json")))
            let example = try JSONValue(parsing: SchemaFiles.data("examples/\(message.name).json")).members
            for id in message.field.map(\.jsonName).filter({ $0.hasSuffix("Id") }) where example[id] != nil {
                let isRequired = schema.root["required"]?.elements.compactMap(\.text).contains(id) == true
                // An id that may be left out may be empty.
                for wrong in (isRequired ? [""] : []) + ["a b", "ä", String(repeating: "x", count: 129)] {
                    let broken = example.merging([id: .string(wrong)]) { $1 }
                    #expect(try !schema.findings(.object(broken)).isEmpty, "\(message.name).\(id) takes '\(wrong)'")
                }
            }
        }
    }

    @Test func asyncAPINamesEveryTopicAndMessage() throws {
        let document = String(decoding: try SchemaFiles.data("asyncapi.yaml"), as: UTF8.self)
        for message in SchemaIndex(try SchemaFiles.committed()).withTopic {
            #expect(document.contains("address: \(message.options.Leadline_V1_topic)\n"))
            #expect(document.contains("name: leadline.v1.\(message.name)\n"))
        }
    }
}
