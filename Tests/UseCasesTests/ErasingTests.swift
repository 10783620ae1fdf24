import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing
import UseCases
import Vault

/// Goal: an erasure reaches what stands outside the journal, checks first what it needs, goes on where it was cut short,
/// and certifies no more than is so. Method: a folder with rejected records in several encodings and a waiting outcome.
@Suite struct ErasingTests {
    private final class Place {
        let root = NSTemporaryDirectory() + "leadline-test-\(UUID().uuidString)"
        deinit { _ = try? FileManager.default.removeItem(atPath: root) }

        var deployment: Deployment { get throws { try Deployment.open(root + "/data", asker: Asker(actor: "tester")) } }

        init(seed: String? = nil) async throws {
            var request = FoundingRequest(path: root + "/data", program: "acme", currency: "EUR")
            request.masterKeyFile = root + "/master.key"
            request.keySeed = seed
            _ = try await Founding.found(request, cluster: nil, asker: Asker(actor: "tester"))
        }

        func send(_ records: [NewRecord]) async throws {
            try deployment.topicWriter().append(records)
            let processor = try Processor(deployment.folder)
            _ = try await processor.runUntilIdle(batchMax: 100)
            try await processor.settle()
        }

        func erase(_ name: String, then: (ErasureCertificate) throws -> Void = { _ in }) async throws -> ErasureCertificate.Statement? {
            var statement: ErasureCertificate.Statement?
            _ = try await deployment.erase([name], order: ErasureOrder(requester: "the person", backups: ["tape of Monday"])) {
                statement = $0.statement
                try then($0)
            }
            return statement
        }
    }

    private static let address = "marta@officine.example"

    private static func records() -> [NewRecord] {
        let lead = #"{"leadId":"l-1","country":"IT","accountDomain":"officine.example","contact":{"email":"\#(address)"}}"#
        let inner = Data(#"{"leadId":"","contact":{"email":"\#(address)"}}"#.utf8).base64EncodedString()
        func structured(_ id: String, _ data: String) -> NewRecord {
            let body = #"{"specversion":"1.0","id":"\#(id)","source":"/t","type":"leadline.v1.LeadSubmitted",\#(data)}"#
            return EventRecord.structured(topic: .leads, program: "acme", body: Array(body.utf8))
        }
        return [
            EventRecord.binary(.leadSubmitted, program: "acme", json: lead, id: "e1"),
            structured("e2", #""data_base64":"\#(inner)""#),
            structured("e3", #""data":{"leadId":"","message":"write to marta%40officine.example"}"#),
            EventRecord.binary(.dealWon, program: "acme", json: #"{"leadId":"ghost","partnerId":"p","note":"\#(address) called"}"#, id: "e4"),
            EventRecord.binary(.leadSubmitted, program: "acme", json: #"{"leadId":"","contact":{"email":"somebody@else.example"}}"#, id: "e5"),
        ]
    }

    @Test func theDossierAndTheErasureReachTheSameRecords() async throws {
        let place = try await Place()
        try await place.send(Self.records())
        let dossier = try place.deployment.dossier(of: Self.address)
        #expect(dossier.rejected.map(\.state).sorted() == ["rejected", "rejected", "waiting"])
        #expect(dossier.rejected.contains { $0.content.contains("data_base64") } && dossier.unsearchableRecords == 0)
        #expect(DossierText(dossier).lines.contains { $0.hasPrefix("Dead letter 0") })

        let statement = try #require(try await place.erase(Self.address))
        #expect(statement.deadLettersEmptied == 2 && statement.waitingEmptied == 1 && statement.deadLetterKeysDestroyed == 3)
        #expect(statement.keyDestroyed && statement.backups == ["tape of Monday"] && statement.unsearchableRecords == 0)
        #expect(!statement.lines.contains { $0.contains("no copy") })
        #expect(try place.deployment.deadLetters(reason: nil, from: 0, limit: 10).map(\.isErased) == [true, true, false])
        #expect(throws: Problem.self) { try place.deployment.dossier(of: Self.address) }
    }

    /// Cut short after everything was done but before the certificate was kept, by an address that leads nowhere by then.
    @Test func itGoesOnWhereItWasCutShort() async throws {
        struct Cut: Error {}
        let place = try await Place()
        try await place.send(Self.records())
        await #expect(throws: Problem.self) { try await place.erase(Self.address) { _ in throw Cut() } }
        let size = try place.deployment.stream().state.nextPosition
        let statement = try #require(try await place.erase(Self.address))
        #expect(statement.deadLettersEmptied == 2 && statement.waitingEmptied == 1 && statement.deadLetterKeysDestroyed == 3)
        #expect(try place.deployment.stream().state.nextPosition == size, "nothing is erased twice")
        #expect(!FileManager.default.fileExists(atPath: place.root + "/data/erasing.json"))
        // By the lead it is certified again, by the address nobody is known.
        #expect(try await place.erase("l-1")?.deadLetterKeysDestroyed == 3)
        await #expect(throws: Problem.self) { try await place.erase(Self.address) }
    }

    @Test func nothingIsDoneWithoutWhatItNeeds() async throws {
        let place = try await Place()
        try await place.send(Self.records())
        let path = try place.deployment.folder.logKeyPath
        let size = try place.deployment.stream().state.nextPosition
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        await #expect(throws: Problem.self) { try await place.erase(Self.address) }
        #expect(try place.deployment.stream().state.nextPosition == size)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(try await place.erase(Self.address)?.keyDestroyed == true)
    }

    @Test func aSeededFolderCertifiesNoErasure() async throws {
        let place = try await Place(seed: "seed")
        try await place.send(Self.records())
        let statement = try #require(try await place.erase(Self.address))
        #expect(!statement.keyDestroyed && statement.keysAreComputed == true)
        #expect(statement.lines.contains { $0.hasPrefix("THIS IS NO PROOF OF ERASURE") })
    }

    /// Somebody whom only rejected records mention is erased too, and asked for by age or by place anything is.
    @Test func rejectedRecordsAreErasedByThemselves() async throws {
        let place = try await Place()
        try await place.send(Self.records())
        let statement = try #require(try await place.erase("somebody@else.example"))
        #expect(statement.leads.isEmpty && statement.deadLettersEmptied == 1)
        let erased = try await place.deployment.eraseRejected(.places([.init(offset: 0)]), requestedBy: "me", reason: "a test")
        #expect(erased == 1)
        #expect(try await place.deployment.eraseRejected(.olderThan(days: 30), requestedBy: "me", reason: "a test") == 0)
        #expect(try await place.deployment.eraseRejected(.olderThan(days: 0), requestedBy: "me", reason: "a test") == 1)
        #expect(try place.deployment.deadLetters(reason: nil, from: 0, limit: 10).map(\.isErased) == [true, true, true])
        let folder = try place.deployment.folder
        #expect(try await Verifier(folder).run().isGood)
        #expect(try await Replayer(folder).run().isEqual)
    }

    /// What is encrypted says so, and ends by itself.
    @Test func whatCannotBeSearchedIsSaid() async throws {
        let place = try await Place()
        var state: UInt64 = 7
        let noise = (0..<400).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        var record = EventRecord.binary(.leadSubmitted, program: "acme", json: "", id: "e9")
        record.value = noise
        try await place.send(Self.records() + [record])
        #expect(try place.deployment.deadLetters(reason: nil, from: 0, limit: 10).map(\.letter.unsearchable) == [false, false, false, true])
        #expect(try place.deployment.dossier(of: Self.address).unsearchableRecords == 1)
        #expect(try await place.erase(Self.address)?.unsearchableRecords == 1)
        #expect(try await place.deployment.eraseRejected(.unsearchable, requestedBy: "me", reason: "a test") == 1)
    }

    /// A person's key is not a rejected record's, whoever names it.
    @Test func noPersonIsErasedAsARecord() async throws {
        let place = try await Place()
        try await place.send(Self.records())
        var subjects: [String] = []
        try place.deployment.folder.openVault().vault.forEachKey { subjects.append("\"\($0.subject)\"") }
        let keys = subjects.count
        let json = #"{"recordIds":[\#(subjects.joined(separator: ","))]}"#
        try await place.send([EventRecord.binary(.rejectedRecordsErased, program: "acme", json: json, id: "e8")])
        var left = 0
        try place.deployment.folder.openVault().vault.forEachKey { _ in left += 1 }
        // Three rejected, one waiting; the lead's person, the ghost's and the program's own stay.
        #expect(keys - left == 4)
        #expect(try place.deployment.dossier(of: Self.address).leads.map(\.lead) == ["l-1"])
    }
}
