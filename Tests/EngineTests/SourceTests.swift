import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Testing
import Vault

/// Goal: where data came from survives in the journal, and no person's data with it. Method: sources of every sort, taken in
/// and read back from the stored entries; the files are searched for those that may not stand there.
@Suite struct SourceTests {
    static let clear = [
        "https://acme.example/contact", "/crm/leads", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "urn:uuid:aaaa8bc4-1111-4222-8333-0123456789ab", "/exports/2026-03-01", "//10.0.0.1:8080/form", "a",
        String(repeating: "a", count: 128),
    ]
    static let personal = [
        "mailto:ada@acme.example", "https://ada:secret@acme.example", "https://acme.example/?mail=ada%40acme.example", "tel:+4930123456",
        "1-555-123-4567", "/sensors/tn-1234567/alerts", "/people/(030)1234567", "Ada Lovelace", "/é", "a\u{301}/b", "keyed:ada",
        String(repeating: "a", count: 129),
    ]

    @Test func whatMayStandInClear() {
        for source in Self.clear { #expect(SourceToken.isClear(source), "\(source)") }
        for source in Self.personal { #expect(!SourceToken.isClear(source), "\(source)") }
    }

    @Test func everySourceIsInTheJournalAndNobodysDataInClear() async throws {
        let folder = try TestFolder()
        let workload = Workload(program: "acme", seed: 7)
        var records = try workload.setUp(at: TestFolder.start)
        let sources = Self.clear + Self.personal
        for (index, source) in sources.enumerated() {
            var record = binaryEvent(.leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"l-\#(index)"}"#.utf8), id: "e\(index)")
            record.headers = record.headers.map { $0.name == Array("ce_source".utf8) ? RecordHeader("ce_source", source) : $0 }
            records.append(record)
        }
        // A repetition says where it came from, too.
        records.append(try #require(records.last))
        try folder.append(records)
        #expect(try await folder.process().rejections == 0)

        let keyring = try folder.folder.openVault()
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: "acme")
        let read = try folder.entries().filter { $0.origin?.topic == "leadline.leads" }.compactMap { $0.origin?.source }
        let expected = sources.map { SourceToken.isClear($0) ? $0 : "keyed:\(pseudonyms.source($0))" }
        #expect(read == expected + [try #require(expected.last)])
        for file in try folder.files() {
            for token in ["ada@acme.example", "4930123456", "555-123", "Lovelace"] {
                #expect(file.bytes.range(of: Data(token.utf8)) == nil, "\(file.name) holds \(token)")
            }
        }
    }

    @Test func entriesFromBeforeHaveNone() throws {
        let old = WireOrigin.with {
            $0.topic = "leadline.leads"
            $0.eventID = "e"
        }
        let entry = WireEntry.with {
            $0.origin = old
            $0.input.duplicateReceived = WireDuplicateReceived()
        }
        let record = try EntryCodec.decode(Array(try entry.serializedBytes() as Data))
        #expect(record.origin?.source.isEmpty == true && record.origin?.sourceIfRecorded == nil)
    }
}
