import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Testing

/// Goal: whatever a producer sends, it ends in the dead-letter topic byte for byte with a reason that can be acted on,
/// and the next good record is processed. Method: a table of bad records, each followed by a good lead.
@Suite struct BadInputTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var reason: WireRejectionReason
        /// A word that the detail must hold, so that the producer knows what to mend.
        var says: String
        var record: NewRecord
        var testDescription: String { name }
    }

    static let lead = "leadline.v1.LeadSubmitted"
    static func json(_ text: String) -> [UInt8] { Array(text.utf8) }
    static func bad(
        _ name: String, _ reason: WireRejectionReason, says: String, topic: Topic = .leads, type: String = lead, _ value: [UInt8]?,
        id: String = "bad", key: String? = "acme", contentType: String? = "application/json", time: String? = nil
    ) -> Case {
        Case(name: name, reason: reason, says: says, record: binaryEvent(topic, type, value, id: id, key: key, contentType: contentType, time: time))
    }
    static func structured(_ name: String, _ reason: WireRejectionReason, says: String, _ text: String) -> Case {
        Case(name: name, reason: reason, says: says, record: NewRecord(
            topic: .leads, key: json("acme"), headers: [RecordHeader("content-type", "application/cloudevents+json; charset=UTF-8")],
            value: json(text), eventTime: TestFolder.start))
    }
    static var wholeLead: [UInt8] {
        var message = WireLeadSubmitted()
        message.leadID = "lead-x"
        message.contact.email = "ada@acme.example"
        return (try? message.serializedBytes()) ?? []
    }

    static let cases: [Case] = [
        bad("no value", .empty, says: "no value", nil),
        bad("empty value", .empty, says: "no value", []),
        bad("oversized, 2 MiB", .tooLarge, says: "at most 1048576", [UInt8](repeating: 0x20, count: 2 * 1_048_576)),
        bad("truncated JSON", .malformed, says: "cut off", json(#"{"leadId":"l1","country":"#)),
        bad("truncated protobuf", .malformed, says: "cut off", Array(wholeLead.dropLast(3)), contentType: "application/protobuf"),
        bad("JSON that is no object", .malformed, says: "JSON object", json("[1,2]")),
        bad("not JSON", .malformed, says: "JSON object", json("hello")),
        bad("deeply nested JSON", .tooDeep, says: "32 levels", json(String(repeating: #"{"a":"#, count: 200) + "1" + String(repeating: "}", count: 200))),
        bad("deeply nested JSON arrays", .tooDeep, says: "32 levels", json(#"{"leadId":"l1","x":"# + String(repeating: "[", count: 100_000))),
        bad("wrong type: number for text", .invalidText, says: "text", json(#"{"leadId":7}"#)),
        bad("wrong type: text for number", .invalidField, says: "number", json(#"{"leadId":"l1","employees":"many"}"#)),
        bad("wrong type: object for text", .invalidText, says: "text", json(#"{"leadId":{"a":1}}"#)),
        bad("content type of a semicolon", .unsupportedContentType, says: "content type", json(#"{"leadId":"l1"}"#), contentType: ";"),
        bad("unknown enum in JSON", .invalidField, says: "enum", json(#"{"leadId":"l1","lawfulBasis":"LAWFUL_BASIS_BECAUSE"}"#)),
        bad("unknown enum beside an unknown field", .invalidField, says: "enum", json(#"{"leadId":"l1","new":1,"lawfulBasis":"LAWFUL_BASIS_BECAUSE"}"#)),
        bad("unknown enum in protobuf", .invalidField, says: "lawful_basis", { var b = wholeLead; b += [0x88, 0x01, 99]; return b }(), contentType: "application/protobuf"),
        bad("negative money", .invalidField, says: "negative", json(#"{"leadId":"l1","dealValue":{"minorUnits":"-5","currency":"EUR"}}"#)),
        bad("money beyond bounds", .invalidField, says: "at most", json(#"{"leadId":"l1","dealValue":{"minorUnits":"9000000000000000","currency":"EUR"}}"#)),
        bad("money out of 64 bits", .invalidField, says: "range", json(#"{"leadId":"l1","dealValue":{"minorUnits":"99999999999999999999","currency":"EUR"}}"#)),
        bad("bad currency", .invalidField, says: "ISO 4217", json(#"{"leadId":"l1","dealValue":{"minorUnits":"5","currency":"euro"}}"#)),
        bad("bad country", .invalidField, says: "ISO 3166", json(#"{"leadId":"l1","country":"Italy"}"#)),
        bad("address in a clear field", .invalidField, says: "e-mail", json(#"{"leadId":"l1","vertical":"ada@acme.example"}"#)),
        bad("a corrected domain that is none", .invalidField, says: "acme.example", type: "leadline.v1.LeadUpdated", json(#"{"leadId":"l1","accountDomain":"a b"}"#)),
        bad("a profile's address that is none", .invalidField, says: "controller.email", topic: .controls, type: "leadline.v1.ProgramProfileSet", json(#"{"controller":{"email":"0"}}"#)),
        bad("a profile's authority with two addresses", .invalidField, says: "supervisory_authority.email", topic: .controls, type: "leadline.v1.ProgramProfileSet", json(#"{"supervisoryAuthority":{"email":"a@b.example c@d.example"}}"#)),
        bad("missing lead id", .missingField, says: "lead_id", json(#"{"country":"IT"}"#)),
        bad("lead id with spaces", .invalidField, says: "lead_id", json(#"{"leadId":"my lead"}"#)),
        bad("lead id too long", .invalidField, says: "lead_id", json(#"{"leadId":"\#(String(repeating: "a", count: 129))"}"#)),
        bad("NUL escaped", .invalidText, says: "NUL", json(#"{"leadId":"l1","accountName":"a\u0000b"}"#)),
        bad("NUL raw", .invalidText, says: "NUL", json("{\"leadId\":\"l\u{0}1\"}")),
        bad("NUL in a clear protobuf field", .invalidText, says: "control", {
            var m = WireLeadSubmitted(); m.leadID = "l1"; m.vertical = "a\u{0}b"; return (try? m.serializedBytes()) ?? []
        }(), contentType: "application/protobuf"),
        bad("invalid UTF-8 in JSON", .invalidText, says: "UTF-8", json(#"{"leadId":""#) + [0xff, 0xfe] + json(#""}"#)),
        bad("invalid UTF-8 in protobuf", .invalidText, says: "UTF-8", [0x0a, 0x02, 0xff, 0xfe], contentType: "application/protobuf"),
        bad("unknown program", .unknownProgram, says: "ProgramRegistered", json(#"{"leadId":"l1"}"#), key: "nobody"),
        bad("no key", .missingField, says: "program id", json(#"{"leadId":"l1"}"#), key: nil),
        bad("key with a space", .invalidField, says: "program id", json(#"{"leadId":"l1"}"#), key: "a b"),
        bad("far future", .future, says: "clock", json(#"{"leadId":"l1"}"#), time: "2031-01-01T00:00:00Z"),
        bad("ancient", .ancient, says: "1990", json(#"{"leadId":"l1"}"#), time: "1970-01-01T00:00:00Z"),
        bad("time that is none", .invalidEnvelope, says: "RFC 3339", json(#"{"leadId":"l1"}"#), time: "yesterday"),
        bad("no content type", .unsupportedContentType, says: "content-type", json(#"{"leadId":"l1"}"#), contentType: nil),
        bad("content type not read", .unsupportedContentType, says: "application/json", json("<a/>"), contentType: "text/xml"),
        bad("unknown message type", .unknownType, says: "AsyncAPI", type: "leadline.v1.LeadTeleported", json(#"{"leadId":"l1"}"#)),
        bad("message on the wrong topic", .unknownType, says: "leadline.outcomes", topic: .outcomes, json(#"{"leadId":"l1"}"#)),
        bad("Leadline's own message from outside", .unknownType, says: "AsyncAPI", type: "leadline.v1.TimeAdvanced", json(#"{"throughMicros":"1"}"#)),
        bad("event id of 257 characters", .invalidEnvelope, says: "longer than 256", json(#"{"leadId":"l1"}"#), id: String(repeating: "é", count: 257)),
        bad("event id with a control character", .invalidText, says: "control character", json(#"{"leadId":"l1"}"#), id: "a\u{85}b"),
        bad("category of 129 characters", .invalidField, says: "longer than 128", json(#"{"leadId":"l1","vertical":"\#(String(repeating: "я", count: 129))"}"#)),
        structured("structured: no id", .invalidEnvelope, says: "id", #"{"specversion":"1.0","source":"/s","type":"leadline.v1.LeadSubmitted","data":{"leadId":"l1"}}"#),
        structured("structured: wrong version", .invalidEnvelope, says: "specversion", #"{"specversion":"0.3","id":"x","source":"/s","type":"leadline.v1.LeadSubmitted","data":{}}"#),
        structured("structured: both data members", .invalidEnvelope, says: "exactly one", #"{"specversion":"1.0","id":"x","source":"/s","type":"leadline.v1.LeadSubmitted","data":{},"data_base64":"AA=="}"#),
        structured("structured: not base64", .malformed, says: "base64", #"{"specversion":"1.0","id":"x","source":"/s","type":"leadline.v1.LeadSubmitted","datacontenttype":"application/protobuf","data_base64":"***"}"#),
        structured("structured: another program", .keyMismatch, says: "partitionkey", #"{"specversion":"1.0","id":"x","source":"/s","type":"leadline.v1.LeadSubmitted","partitionkey":"other","data":{"leadId":"l1"}}"#),
    ]

    static func prepared() throws -> TestFolder {
        let folder = try TestFolder()
        var workload = Workload(program: "acme", seed: 1)
        try folder.append(try workload.setUp(at: TestFolder.start) + (try workload.partners(4, at: TestFolder.start)))
        return folder
    }

    @Test(arguments: cases) func badRecordIsKeptAndTheNextOneProcessed(_ bad: Case) async throws {
        let folder = try Self.prepared()
        let good = binaryEvent(.leads, Self.lead, Self.json(#"{"leadId":"good-1","country":"IT"}"#), id: "good", at: TestFolder.start.adding(micros: 10))
        try folder.append([bad.record, good])
        try await folder.process()

        let letters = try folder.deadLetters()
        #expect(letters.count == 1)
        let (letter, record) = try #require(letters.first)
        #expect(letter.reason == bad.reason, "\(letter.detail)")
        #expect(letter.detail.contains(bad.says), "\(letter.detail)")
        #expect(record.hasValue == (bad.record.value != nil))
        #expect(Array(record.value) == bad.record.value ?? [])
        #expect(record.hasKey == (bad.record.key != nil) && Array(record.key) == bad.record.key ?? [])
        #expect(record.headers.map { RecordHeader(name: Array($0.name), value: Array($0.value)) } == bad.record.headers)
        #expect(try folder.state().lead("good-1") != nil)
    }

    @Test func unknownFieldsAreIgnoredInBothEncodings() async throws {
        let folder = try Self.prepared()
        let unknown: [UInt8] = [0xca, 0x3e, 0x03] + Array("new".utf8)  // field 1001, length-delimited
        try folder.append([
            binaryEvent(.leads, Self.lead, Self.json(#"{"leadId":"json-1","invented":{"deep":[1,2]},"country":"IT"}"#), id: "a"),
            binaryEvent(.leads, Self.lead, Self.wholeLead + unknown, id: "b", contentType: "application/protobuf"),
        ])
        try await folder.process()
        #expect(try folder.deadLetters().isEmpty)
        #expect(try folder.state().lead("json-1") != nil)
        #expect(try folder.state().lead("lead-x") != nil)
    }

    @Test func theSameEventTwiceIsADuplicateAndWithOtherContentAConflict() async throws {
        let folder = try Self.prepared()
        func event(_ text: String) -> NewRecord { binaryEvent(.leads, Self.lead, Self.json(text), id: "same") }
        try folder.append([
            event(#"{"leadId":"l1","country":"IT"}"#),
            // The same content in other words: JSON order and spaces do not matter.
            event(#"{ "country" : "IT", "leadId" : "l1" }"#),
            event(#"{"leadId":"l1","country":"DE"}"#),
        ])
        try await folder.process()
        let letters = try folder.deadLetters()
        #expect(letters.map(\.letter.reason) == [.eventIDConflict])
        let facts = try folder.entries().filter { $0.origin?.topic == "leadline.leads" }
        #expect(facts.count == 2)
        #expect(facts.last?.input.fact == .duplicateReceived)
        #expect(facts.last?.events == [])
        #expect(facts.last?.sealed == [])
    }

    @Test func anOutcomeWhoseLeadNeverComesBecomesADeadLetter() async throws {
        let folder = try Self.prepared()
        let orphan = binaryEvent(.outcomes, "leadline.v1.DealLost", Self.json(#"{"leadId":"ghost","partnerId":"partner-0"}"#), id: "o1")
        let later = binaryEvent(
            .leads, Self.lead, Self.json(#"{"leadId":"l9"}"#), id: "late", at: TestFolder.start.adding(micros: 8 * Timestamp.microsPerDay))
        try folder.append([orphan])
        try await folder.process()
        #expect(try folder.deadLetters().isEmpty)
        try folder.append([later])
        try await folder.process()
        let letters = try folder.deadLetters()
        #expect(letters.map(\.letter.reason) == [.leadNeverCame])
        #expect(letters.first.map { Array($0.record.value) } == orphan.value)
    }
}
