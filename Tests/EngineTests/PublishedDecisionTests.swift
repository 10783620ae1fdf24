import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing

/// Goal: whatever the program can decide is published, whole, under one form.
/// Method: one entry with an event of every kind that the schemas list, read back from the embedded log.
@Suite struct PublishedDecisionTests {
    static let schemas = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Schemas").path()
    private static let stamp = Timestamp(micros: 1_767_225_600_000_001)

    private static func entry(_ events: [Event], position: UInt64 = 0) -> PendingEntry {
        var writer = WireWriter()
        EntryCodec.encode(
            position: position, stamp: stamp, logicVersion: 1, origin: nil,
            inputBytes: InputCodec.encode(Input(.timeAdvanced(through: stamp), imported: false)), events: events,
            into: &writer)
        return PendingEntry(
            program: "acme", position: position, stampMicros: stamp.micros, bytes: writer.bytes,
            eventCount: events.count)
    }

    @Test func everyKindOfEventIsPublishedWhole() throws {
        let examples = try EventExamples(schemas: Self.schemas).all
        #expect(examples.count >= 16)
        let folder = try TestFolder()
        var batch = Batch()
        batch.entries = [Self.entry(examples.map(\.event))]
        try EmbeddedLog(folder.folder.openJournal()).commit(batch)
        let (decisions, next) = try folder.folder.openJournalReadOnly().read {
            try DecisionFeed.read(from: 0, entryLimit: 10, in: $0)
        }
        #expect(decisions.map(\.decision.type) == examples.map(\.type))
        #expect(decisions.map(\.offset) == (0..<UInt64(examples.count)).map { $0 } && next == UInt64(examples.count))
        for (ordinal, ((_, decision), example)) in zip(decisions, examples).enumerated() {
            let (json, expected) = (
                String(decoding: try decision.data(.json), as: UTF8.self), String(decoding: example.json, as: UTF8.self)
            )
            #expect(json == expected)
            #expect(try Self.fields(json) == example.fields, "\(example.type)")
            #expect(try decision.data(.protobuf) == EventCodec.encode(example.event).bytes)
            #expect(
                decision.id == "acme/0/\(ordinal)" && decision.time == Self.stamp && decision.source == "/leadline/acme"
            )
            #expect(decision.subject == Self.leadID(example.json), "\(example.type)")
        }
    }

    private static func fields(_ json: String) throws -> [String] {
        try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]).keys.sorted()
    }

    private static func leadID(_ json: [UInt8]) -> String? {
        ((try? JSONSerialization.jsonObject(with: Data(json))) as? [String: Any])?["leadId"] as? String
    }

    @Test func bothModesSayTheSame() throws {
        for example in try EventExamples(schemas: Self.schemas).all {
            let decision = try #require(
                try PublishedDecision.all(program: "acme", entry: Self.entry([example.event], position: 7).bytes).first)
            let line = try decision.structuredJSON()
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            var attributes: [String: String] = [:]
            for header in decision.headers(.json) {
                let name = String(decoding: header.name, as: UTF8.self)
                attributes[name == "content-type" ? "datacontenttype" : String(name.dropFirst(3))] = String(
                    decoding: header.value, as: UTF8.self)
            }
            #expect(object.compactMapValues { $0 as? String } == attributes)
            #expect(
                attributes["partitionkey"] == "acme" && attributes["specversion"] == "1.0"
                    && attributes["id"] == "acme/7/0")
            #expect(
                String(decoding: line, as: UTF8.self).hasSuffix(
                    #""data":"# + String(decoding: try decision.data(.json), as: UTF8.self) + "}"))
            #expect(decision.headers(.protobuf).contains(RecordHeader("content-type", "application/protobuf")))
        }
    }

    /// What a consumer reads from a topic is what was published, whatever the format. (Issue 17, faults 1 and 2.)
    @Test(arguments: DecisionFormat.allCases) func aRecordIsTheDecisionAgain(_ format: DecisionFormat) throws {
        for example in try EventExamples(schemas: Self.schemas).all {
            let decision = try #require(
                try PublishedDecision.all(program: "acme", entry: Self.entry([example.event], position: 7).bytes).first)
            let headers = decision.headers(format)
            let again = try PublishedDecision(headers: headers, value: decision.data(format))
            #expect(again == decision, "\(example.type)")
            #expect(try again.event() == example.event, "\(example.type)")
            for name in ["ce_id", "ce_time", "ce_type", "content-type"] {
                let without = headers.filter { !$0.name.elementsEqual(name.utf8) }
                let value = try decision.data(format)
                #expect(throws: DecisionRecordError.header(name)) { try PublishedDecision(headers: without, value: value) }
                let bad = without + [RecordHeader(name, "\u{301}\u{0}")]
                #expect(throws: DecisionRecordError.self, "\(name)") {
                    _ = try PublishedDecision(headers: bad, value: name == "content-type" ? [0xff, 0xff] : value)
                }
            }
            #expect(throws: DecisionRecordError.value(type: example.type)) {
                try PublishedDecision(headers: headers, value: [0xff, 0xff])
            }
        }
    }

    @Test func aKindHasOneName() throws {
        let examples = try EventExamples(schemas: Self.schemas).all
        for example in examples {
            let field = EventCodec.bodyField(of: example.event)
            #expect(EventKind(rawValue: field)?.fullName == example.type)
        }
        #expect((0...1_000).compactMap { EventKind(rawValue: $0) }.count == examples.count)
    }

    @Test func aBodyThatNoSchemaListsIsAnErrorAndNeverPassedOver() throws {
        var bytes = Self.entry([]).bytes
        // Entry.events, with an Event whose body is field 2047.
        bytes += [6 << 3 | 2, 4, 0xfa, 0x7f, 1, 0]
        #expect(throws: WireError.self) { try PublishedDecision.all(program: "acme", entry: bytes) }
    }

    @Test(arguments: ["acme", "acme/0", "acme/18233/0", "a.b:c_d-E/9223372036854775807/4294967295"])
    func aCursorIsItsText(_ text: String) throws { #expect(try #require(DecisionCursor(text)).description == text) }

    @Test(arguments: [
        "", "/", "acme/", "acme/x", "acme/-1", "acme/+1", "acme/01", "acme/1/", "acme/1/2/3",
        "acme/9223372036854775808", "acme/1/4294967296",
        "a b/1", "acme/1\u{301}", "acme\u{301}/1", "/1/2", "acme/ 1",
    ])
    func whatIsNoCursorIsNone(_ text: String) { #expect(DecisionCursor(text) == nil) }
}
