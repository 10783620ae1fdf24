import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing
import Vault

/// Goal: whatever names an event for its producer is taken, and nobody's data stands in clear for it. Method: ids of every
/// sort, taken in, repeated and read back; the files are searched for those that may not stand there.
@Suite struct EventIDTests {
    static let clear = ["e1", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "a.b_c-d:e", String(repeating: "a", count: 128)]
    static let other = [
        "projects/p-1/logs/forms%2Factivity-7a0h", "QWxhZGRpbg+/==", "<20260301.93@forms.acme.example>", "order 24 #1",
        "ada@acme.example", "keyed:0011", "é", "a\u{301}", "\u{202e}b", String(repeating: "a", count: 129), String(repeating: "é", count: 256),
    ]

    private static func lead(_ index: Int, _ id: String) -> NewRecord {
        binaryEvent(.leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"l-\#(index)"}"#.utf8), id: id)
    }

    /// The same event in structured mode, where an id is a JSON string.
    private static func structured(_ index: Int, _ id: String) throws -> NewRecord {
        let text = String(decoding: try JSONEncoder().encode(id), as: UTF8.self)
        return NewRecord(
            topic: .leads, key: Array("acme".utf8), headers: [RecordHeader("content-type", "application/cloudevents+json")],
            value: Array(
                #"{"specversion":"1.0","type":"leadline.v1.LeadSubmitted","source":"/test","id":\#(text),"data":{"leadId":"l-\#(index)"}}"#
                    .utf8), eventTime: TestFolder.start)
    }

    @Test(arguments: [false, true]) func everyIDIsTakenOnce(isStructured: Bool) async throws {
        let folder = try TestFolder()
        var records = try Workload(program: "acme", seed: 7).setUp(at: TestFolder.start)
        let ids = Self.clear + Self.other
        for _ in 0..<2 {
            for (index, id) in ids.enumerated() { records.append(isStructured ? try Self.structured(index, id) : Self.lead(index, id)) }
        }
        try folder.append(records)
        #expect(try await folder.process().rejections == 0)

        let keyring = try folder.folder.openVault()
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: "acme")
        let entries = try folder.entries().filter { $0.origin?.topic == "leadline.leads" }
        let expected = ids.map { Self.clear.contains($0) ? $0 : "keyed:\(pseudonyms.eventDigest(source: "/test", id: $0))" }
        #expect(entries.compactMap { $0.origin?.eventID } == expected + expected)
        #expect(entries.map { $0.input.fact == .duplicateReceived } == ids.map { _ in false } + ids.map { _ in true })
        for (entry, id) in zip(entries, ids) {
            if Self.clear.contains(id) {
                #expect(entry.sealed.isEmpty)
                continue
            }
            let subject = try #require(entry.input.subject.flatMap { SubjectID($0.bytes) }), event = try #require(entry.input.eventDigest)
            let context = SealingContext.bytes("acme", .leadSubmitted, event.bytes)
            #expect(try SentEventID.id(in: keyring.vault.open(entry.sealed, subject: subject, context: context)) == id)
        }
        for file in try folder.files() {
            for token in ["ada@acme.example", "20260301.93", "QWxhZGRpbg"] {
                #expect(file.bytes.range(of: Data(token.utf8)) == nil, "\(file.name) holds \(token)")
            }
        }
    }

    /// What is about nobody is sealed for nobody: the id as sent is dropped.
    @Test func ofNobodyNothingIsSealed() async throws {
        let folder = try TestFolder()
        try folder.append(try Workload(program: "acme", seed: 7).setUp(at: TestFolder.start) + [
            binaryEvent(.partners, "leadline.v1.PartnerPaused", Array(#"{"partnerId":"partner-0"}"#.utf8), id: "a/b")
        ])
        #expect(try await folder.process().rejections == 0)
        let last = try #require(try folder.entries().last)
        #expect(last.origin?.eventID.hasPrefix("keyed:") == true && last.sealed.isEmpty && last.input.subject == nil)
    }

    /// What names no lead is about a person all the same, but sealed for none: nothing opens the id as it was sent.
    @Test(arguments: [
        ("leadline.v1.IntentObserved", #"{"accountDomain":"officine.example","intentTopic":"cnc","firstSeen":"2025-12-01T00:00:00Z","lastSeen":"2025-12-02T00:00:00Z"}"#)
    ])
    func anIDOfWhatNamesNoLeadIsKeptByNobody(type: String, body: String) async throws {
        let folder = try TestFolder()
        try folder.append(try Workload(program: "acme", seed: 7).setUp(at: TestFolder.start) + [
            binaryEvent(.intents, type, Array(body.utf8), id: "ada@acme.example")
        ])
        #expect(try await folder.process().rejections == 0)
        let keyring = try folder.folder.openVault()
        let last = try #require(try folder.entries().last)
        #expect(last.origin?.eventID.hasPrefix("keyed:") == true)
        if !last.sealed.isEmpty {
            let subject = try #require(last.input.subject.flatMap { SubjectID($0.bytes) }), event = try #require(last.input.eventDigest)
            let context = SealingContext.bytes("acme", .intentObserved, event.bytes)
            #expect(try SentEventID.id(in: keyring.vault.open(last.sealed, subject: subject, context: context)) == nil)
        }
        for file in try folder.files() { #expect(file.bytes.range(of: Data("ada@acme.example".utf8)) == nil, "\(file.name)") }
    }

    /// A member that is null is one that is not there.
    @Test(arguments: [
        #""time":null"#, #""partitionkey":null"#, #""datacontenttype":null"#, #""data_base64":null"#, #""subject":null,"unsetext":null"#,
        #""traceparent":null"#, #""datacontenttype":"application/vnd.acme.lead+json""#,
    ])
    func nullMembersAreUnset(member: String) async throws {
        let folder = try TestFolder()
        let text = #"{"specversion":"1.0","type":"leadline.v1.LeadSubmitted","source":"/s","id":"n",\#(member),"data":{"leadId":"l1"}}"#
        try folder.append(try Workload(program: "acme", seed: 7).setUp(at: TestFolder.start) + [
            NewRecord(
                topic: .leads, key: Array("acme".utf8), headers: [RecordHeader("content-type", "application/cloudevents+json")],
                value: Array(text.utf8), eventTime: TestFolder.start)
        ])
        #expect(try await folder.process().rejections == 0)
        #expect(try folder.state().lead("l1") != nil)
    }

    /// Labels are as long as people's words are, in any script; lists as long as a continent's countries.
    @Test(arguments: [
        String(repeating: "я", count: 128), "製造業・産業機械・工作機械・ロボット", String(repeating: "😀", count: 128),
        "Securities, Commodity Contracts, and Other Financial Investments and Related Activities",
    ])
    func aLabelOfAnyScriptIsTaken(label: String) async throws {
        let folder = try TestFolder()
        let value = String(decoding: try JSONEncoder().encode(label), as: UTF8.self)
        // There are not so many countries: some stand there twice.
        let codes = ISOCodes.countries.sorted()
        let countries = (0..<512).map { #""\#(codes[$0 % codes.count])""# }.joined(separator: ",")
        try folder.append(try Workload(program: "acme", seed: 7).setUp(at: TestFolder.start) + [
            binaryEvent(.leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"l1","vertical":\#(value)}"#.utf8), id: "a"),
            binaryEvent(.partners, "leadline.v1.PartnerUpserted", Array(#"{"partnerId":"emea","countries":[\#(countries)]}"#.utf8), id: "b"),
        ])
        #expect(try await folder.process().rejections == 0)
        #expect(try folder.state().partnerStandings.first { $0.profile.partnerID == "emea" }?.profile.countries.count == 512)
    }
}
