import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing
import Vault

/// Goal: nothing readable of an erased person is left in any file, and everything else stays provable. Method: 20 of 200
/// people with marks of their own are erased; the raw bytes of every file are searched, and what can be opened is opened.
@Suite struct PersonErasureTests {
    private static func address(_ index: Int) -> String { "marker\(index)q@people-\(index).example" }

    private static func folder() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alpha", verticals: #""manufacturing""#, openMax: 500)
        for index in 0..<200 {
            folder.event(10 + index, .leads, "LeadSubmitted", """
                {"leadId":"person-\(index)","accountDomain":"people-\(index).example","country":"IT","vertical":"manufacturing",
                 "contact":{"email":"\(address(index))","familyName":"Marker\(index)q"},"message":"Marker\(index)q asks"}
                """)
            if index % 10 == 0 {
                // Refused, with the person's address inside.
                folder.event(10 + index, .leads, "LeadSubmitted", #"{"leadId":"","contact":{"email":"\#(address(index))"}}"#)
            }
        }
        try await folder.process(until: 300)
        return folder
    }

    /// Every file below the folder, keys aside.
    private static func files(_ path: String) throws -> [(name: String, bytes: Data)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return names.compactMap { name in FileManager.default.contents(atPath: path + "/" + name).map { (name, $0) } }
    }

    @Test func twentyOfTwoHundredLeaveNothingReadable() async throws {
        let folder = try await Self.folder()
        let exported = folder.folder.path + "/export"
        _ = try ArchiveWriter(folder.folder, to: exported).write(created: AuditFolder.at(301))
        let before = try folder.head()
        let erased = Array(stride(from: 0, to: 200, by: 10))
        var found = Array(repeating: 0, count: 20)
        let search = RecordSearch(folder.folder, program: AuditFolder.program, keyring: try folder.folder.openVault())
        #expect(try search.find(marks: erased.map { ["person-\($0)", Self.address($0)] }) { person, _ in found[person] += 1 } == 0)
        #expect(found == Array(repeating: 1, count: 20))
        for index in erased { folder.event(400 + index, .controls, "ErasureRequested", #"{"leadId":"person-\#(index)","requester":"Marker\#(index)q"}"#) }
        try await folder.process(until: 700)

        let keyring = try folder.folder.openVault()
        #expect(try RecordErasure(folder.folder).empty(keyring) == .init(deadLetters: 20))

        for file in try Self.files(folder.folder.path) {
            let text = String(decoding: file.bytes, as: UTF8.self).lowercased()
            for index in erased { #expect(!text.contains("marker\(index)q"), "\(file.name)") }
        }
        try expectUnreadable(folder, keyring, Set(erased))
        let report = try await Verifier(folder.folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(report.deadLetters.erased == 20)
        #expect(try await Replayer(folder.folder).run().isEqual)
        #expect(try folder.head().size > before.size)
    }

    /// Neither the journal's entries nor those of an export made before open for the erased; they do for everybody else.
    private func expectUnreadable(_ folder: AuditFolder, _ keyring: Keyring, _ erased: Set<Int>) throws {
        var opened = 0
        for entry in try folder.decoded() {
            guard case .leadSubmitted(let fact) = entry.input.fact, let index = Int(fact.leadID.dropFirst("person-".count)),
                let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }), let event = entry.input.eventDigest
            else { continue }
            let context = SealingContext.bytes(AuditFolder.program, .leadSubmitted, event.bytes)
            if erased.contains(index) {
                #expect(throws: VaultError.self) { try keyring.vault.open(entry.sealed, subject: subject, context: context) }
            } else {
                _ = try keyring.vault.open(entry.sealed, subject: subject, context: context)
                opened += 1
            }
        }
        #expect(opened == 180)
    }

    @Test func aLeadThatIsPartOfAnotherIdIsNotMeant() async throws {
        let folder = try await Self.folder()
        let keyring = try folder.folder.openVault()
        var found = [0, 0]
        let search = RecordSearch(folder.folder, program: AuditFolder.program, keyring: keyring)
        _ = try search.find(marks: [["marker1q@people-1.example"], [Self.address(10)]]) { person, _ in found[person] += 1 }
        #expect(found == [0, 1])
    }

    @Test func aCertificateIsCheckedFromItsBytesAlone() async throws {
        let folder = try await Self.folder()
        folder.event(400, .controls, "ErasureRequested", #"{"leadId":"person-3"}"#)
        try await folder.process(until: 500)
        let position = try folder.head().size - 1
        let statement = ErasureCertificate.Statement(
            program: AuditFolder.program, subjects: [], leads: ["person-3"], requestedBy: "a letter", position: position, erased: "", issued: "",
            keyDestroyed: true, deadLettersEmptied: 0, waitingEmptied: 0, residualFields: [])
        _ = try CheckpointSigner(folder.folder).sign(AuditFolder.program)
        let bytes = try ErasureCertificate(statement, in: folder.folder).note.bytes
        let key = try CheckpointSigner(folder.folder).verifierKey(AuditFolder.program)
        func check(_ bytes: [UInt8]) -> EvidenceReport {
            var check = EvidenceCheck(keys: [key], words: AuditWords())
            return check.run([.init(source: "certificate", bytes: bytes)])
        }
        #expect(check(bytes).isGood && check(bytes).isAuthentic)
        #expect(!check(Array(String(decoding: bytes, as: UTF8.self).replacing("a letter", with: "a better").utf8)).isGood)

        var elsewhere = statement
        elsewhere.leads = ["person-4"]
        #expect(!check(try ErasureCertificate(elsewhere, in: folder.folder).note.bytes).isGood)
    }

    @Test func recordsCountWhatHappened() async throws {
        let folder = try await AuditFolder.full()
        var builder = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for entry in try folder.decoded() { builder.take(entry, at: entry.position) }
        let records = builder.result()
        #expect(records.policies.count == 1 && records.policies[0].until == nil)
        #expect(records.policies[0].decisions > 0)
        #expect(records.fairness.first { $0.partner == "beta" }?.byHuman == 1)
        #expect(records.executions["withdrawal"] == 1)
        #expect(records.models.last?.won ?? 0 > 0)
        #expect(records.transfers.reduce(0) { $0 + $1.leads } == records.fairness.reduce(0) { $0 + $1.assigned + $1.byHuman + $1.fromHistory })
    }
}
