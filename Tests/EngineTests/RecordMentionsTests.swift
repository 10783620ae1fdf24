import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing

@testable import Engine

/// Goal: whoever a refused record speaks of is found in it, in every form in which records come. Method: the same person
/// in JSON, escaped JSON, protobuf, text and headers.
@Suite struct RecordMentionsTests {
    private func mentions(_ value: [UInt8], headers: [RecordHeader] = []) -> RecordMentions {
        RecordMentions(LogRecord(
            topic: .leads, offset: 0, received: Timestamp(micros: 1), isImported: false, key: Array("acme".utf8), headers: headers, value: value))
    }

    private func mentions(_ text: String) -> RecordMentions { mentions(Array(text.utf8)) }

    @Test func inJSON() {
        let found = mentions(#"{"leadId": "lead-7", "contact":{"email":"Kim.O+x@acme.example"},"#)
        #expect(found.addresses == ["Kim.O+x@acme.example"] && found.leads == ["lead-7"])
        let escaped = mentions(#"{"lead_id":"a:1","email":"kim\u0040acme.example"}"#)
        #expect(escaped.addresses.contains("kim@acme.example") && escaped.leads == ["a:1"])
    }

    @Test func inProtobuf() throws {
        for name in ["k", "kim", String(repeating: "long", count: 10)] {
            var lead = WireLeadSubmitted()
            lead.leadID = "lead-\(name)"
            lead.contact.email = "\(name)@acme.example"
            lead.message = "2 plants"
            let found = mentions(try lead.serializedBytes() as [UInt8])
            #expect(found.addresses.contains("\(name)@acme.example"), "\(found)")
            #expect(found.leads.contains("lead-\(name)"), "\(found)")
        }
    }

    @Test func inTextAndHeaders() {
        #expect(mentions("Write to kim@acme.example. Or jo/x=y@b.example!").addresses == ["kim@acme.example", "y@b.example", "jo/x=y@b.example"])
        #expect(mentions([], headers: [RecordHeader("ce_subject", "kim@acme.example")]).addresses == ["kim@acme.example"])
        #expect(mentions("@ a@ @b \u{0}@\u{0}").addresses == [])
    }

    /// A flood of addresses costs a bounded number of entries.
    @Test func boundedAndTotal() {
        let many = mentions((0..<1_000).map { "p\($0)@a.example leadId:\($0)" }.joined(separator: " "))
        #expect(many.addresses.count == RecordMentions.countMax && many.leads.count == RecordMentions.countMax)
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        print("seed \(seed)")
        var state = seed
        for _ in 0..<500 {
            let bytes = (0..<200).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return [0x40, 0x5C, 0x75, 0x61, 0x2E, 0x03, 0xC3, UInt8(truncatingIfNeeded: state >> 32)][Int(state >> 56) % 8]
            }
            let found = mentions(bytes)
            #expect(found.addresses.count <= RecordMentions.countMax && found.leads.count <= RecordMentions.countMax)
        }
    }
}
