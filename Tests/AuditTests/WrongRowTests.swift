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

/// Goal: a wrong row of the list of leads neither prints nor erases another person. Method: rows of `derived.db` are
/// changed behind the product's back, as a bug or a hand could; dossier and erasure then stop, and nobody's key is gone.
@Suite struct WrongRowTests {
    /// L1 to L4 are of four people.
    private func finder(_ folder: AuditFolder) throws -> PersonFinder {
        try PersonFinder(folder.folder, program: AuditFolder.program, keyring: folder.folder.openVault())
    }

    private static let swaps = [
        "UPDATE leads SET subject = (SELECT subject FROM leads WHERE lead = 'L2') WHERE lead = 'L1'",
        "UPDATE leads SET subject = (SELECT subject FROM leads WHERE lead = 'L1') WHERE lead = 'L2'",
        "INSERT INTO lead_entries SELECT program, 'L1', position FROM lead_entries WHERE lead = 'L2'",
        "UPDATE lead_entries SET lead = 'L1' WHERE lead = 'L2'",
    ]

    @Test(arguments: swaps) func aWrongRowOfThePersonsLeads(sql: String) async throws {
        let folder = try await AuditFolder.small()
        try folder.tamper(\.derivedPath, sql)
        var stopped = 0
        for lead in ["L1", "L2"] {
            do {
                guard let person = try finder(folder).find(lead) else { continue }
                let dossier = try DossierBuilder(
                    folder.folder, program: AuditFolder.program, words: AuditWords(), leaves: { _, _ in [] }, open: { _ in .nothing }
                ).build(person, isErased: false, now: AuditFolder.at(500))
                #expect(dossier.leads.map(\.lead) == [lead])
            } catch EngineError.listDiffers { stopped += 1 }
        }
        #expect(stopped > 0)
    }

    @Test func aWrongRowOfTheErasuresErasesNobodyElse() async throws {
        let folder = try await AuditFolder.small()
        let backup = folder.root + "/vault.backup"
        try FileManager.default.copyItem(atPath: folder.folder.vaultPath, toPath: backup)
        folder.event(200, .controls, "ErasureRequested", #"{"leadId":"L1"}"#)
        try await folder.process(until: 300)
        try folder.tamper(
            \.derivedPath, "UPDATE erasures SET subject = (SELECT subject FROM leads WHERE lead = 'L2' AND program = erasures.program)")
        try folder.folder.removeVault()
        try FileManager.default.copyItem(atPath: backup, toPath: folder.folder.vaultPath)
        let keyring = try folder.folder.openVault()
        #expect(throws: EngineError.self) { try PersonFinder.honourErasures(folder.folder, keyring) }
        let other = try #require(try folder.decoded().compactMap { entry -> SubjectID? in
            guard case .leadSubmitted(let fact) = entry.input.fact, fact.leadID == "L2" else { return nil }
            return entry.input.subject.flatMap { SubjectID($0.bytes) }
        }.first)
        #expect(!keyring.vault.isErased(other))
        // Made again, the list says who was erased.
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.folder.derivedPath + suffix) }
        #expect(try PersonFinder.honourErasures(folder.folder, keyring) == 1)
        #expect(!keyring.vault.isErased(other))
    }

    @Test func aWrongMomentEndsNoRejectedRecords() async throws {
        let folder = try await AuditFolder.small()
        folder.event(200, .leads, "LeadSubmitted", #"{"leadId":"","message":"x"}"#)
        try await folder.process(until: 300)
        try folder.tamper(\.derivedPath, "INSERT INTO letters_ended VALUES ('\(AuditFolder.program)', \(AuditFolder.at(5_000).micros))")
        #expect(throws: EngineError.self) { try PersonFinder.honourErasures(folder.folder, try folder.folder.openVault()) }
    }
}
