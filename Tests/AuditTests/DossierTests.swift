import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing
import Vault

/// Goal: a dossier holds everything about a person, decided again. Method: dossiers of the folder in which everything
/// happens to leads, held against the explainer and the journal.
@Suite struct DossierTests {
    private func dossier(_ subject: String, _ folder: AuditFolder) throws -> Dossier? {
        let keyring = try folder.folder.openVault()
        guard let person = try PersonFinder(folder.folder, program: AuditFolder.program, keyring: keyring).find(subject) else { return nil }
        return try DossierBuilder(folder.folder, program: AuditFolder.program, words: AuditWords(), leaves: { _, _ in [] }, open: { $0.sealed.isEmpty ? .nothing : .unavailable })
            .build(person, isErased: false, now: AuditFolder.at(3_000))
    }

    @Test func anAddressAndALeadFindTheSamePerson() async throws {
        let folder = try await AuditFolder.full()
        let byAddress = try #require(try dossier(" Chief@FITS.example", folder))
        #expect(byAddress.leads.map(\.lead) == ["fits", "twin"])
        #expect(try dossier("twin", folder)?.leads == byAddress.leads)
        #expect(try dossier("nobody@fits.example", folder) == nil)
        #expect(try dossier("no-such-lead", folder) == nil)
    }

    @Test func decisionsAreReproducedAndRecipientsNamed() async throws {
        let folder = try await AuditFolder.full()
        for lead in ["fits", "declined", "by-hand", "abroad", "slow"] {
            let dossier = try #require(try dossier(lead, folder))
            #expect(dossier.certificate.decisions > 0 && dossier.certificate.reproduced == dossier.certificate.decisions, "\(lead)")
            for decision in dossier.decisions { #expect(decision.recordedDigest == decision.recomputedDigest) }
        }
        let declined = try #require(try dossier("declined", folder))
        #expect(declined.recipients.first?.partner == "alpha")
        #expect(declined.recipients.first?.until != nil)
        let byHand = try #require(try dossier("by-hand", folder))
        #expect(byHand.reviews.count == 1 && byHand.reviews[0].outcome?.contains("beta") == true)
        #expect(byHand.recipients.map(\.partner).contains("beta"))
    }

    @Test func counterfactualsAreDecidedAgain() async throws {
        let folder = try await AuditFolder.full()
        let dossier = try #require(try dossier("fits", folder))
        let abroad = try #require(dossier.counterfactuals.first { $0.change.contains("DE") })
        // In Germany alpha does not serve; who does must come out of the decider.
        #expect(abroad.differs && abroad.first != "alpha")
        #expect(dossier.counterfactuals.contains { $0.subject == .lead && $0.change.contains("a deal value of EUR") })
        let without = try #require(dossier.counterfactuals.first { $0.change == "alpha away" })
        #expect(without.differs && without.first == "beta" && without.subject == .partner)
        #expect(without.kind == .partnerAway && without.value == "alpha" && without.result == .otherPartner)
        #expect(dossier.counterfactuals.contains { $0.change.hasPrefix("no caps on full") })
    }

    private func dossierResultsAgree(_ answers: [Dossier.Counterfactual]) -> Bool {
        answers.allSatisfy { $0.differs == ($0.result != .same) }
    }

    /// History decided about imported leads: nothing is asked of what would have changed it.
    @Test func importedLeadsGetNoCounterfactuals() async throws {
        let dossier = try #require(try dossier("past-1", try await AuditFolder.full()))
        #expect(dossier.counterfactuals.isEmpty && dossier.decisions.count == 2)
        #expect(dossier.account.contains { $0.contains("it was imported as it had been") })
        #expect(dossier.decisions.map(\.decider) == [.history, .nobody])
    }

    @Test func anEscalatedLeadIsAskedWhatWouldHaveSparedAHuman() async throws {
        let folder = try await AuditFolder.full()
        let abroad = try #require(try dossier("abroad", folder)).counterfactuals
        let country = try #require(abroad.first { $0.subject == .lead })
        #expect(country.differs && country.first != nil && country.kind == .country && country.result == .partner)
        let rule = try #require(abroad.first { $0.change.contains("serves-country") })
        #expect(rule.differs && rule.subject == .policy && rule.outcome.contains("would have gone to"))
        let francs = try #require(try dossier("francs", folder)).counterfactuals
        #expect(francs.count == 1 && francs[0].differs && francs[0].change.contains("EUR"))
        #expect(francs[0].kind == .dealValue && francs[0].amountMinorUnits ?? 0 > 0 && francs[0].currency == "EUR")
        #expect(dossierResultsAgree(abroad) && dossierResultsAgree(francs))
    }

    @Test func rectificationsAndRestrictionsSayWhomTheyReached() async throws {
        let folder = try await AuditFolder.small()
        folder.event(200, .leads, "LeadUpdated", #"{"leadId":"L3","employees":90}"#)
        folder.event(201, .controls, "ProcessingRestricted", #"{"leadId":"L3","requester":"Kim"}"#)
        folder.event(202, .controls, "ProcessingObjected", #"{"leadId":"L4","requester":"Kim"}"#)
        try await folder.process(until: 300)
        let dossier = try #require(try dossier("L3", folder))
        #expect(dossier.requests.map(\.kind) == ["rectification", "restriction"])
        let objection = try #require(try self.dossier("L4", folder)?.requests.first)
        #expect(objection.kind == "objection" && !objection.effects.isEmpty)
    }

    @Test func aRestoredVaultBringsNobodyBack() async throws {
        let folder = try await AuditFolder.small()
        let backup = folder.root + "/vault.backup"
        try FileManager.default.copyItem(atPath: folder.folder.vaultPath, toPath: backup)
        folder.event(200, .controls, "ErasureRequested", #"{"leadId":"L1"}"#)
        try await folder.process(until: 300)
        try folder.folder.removeVault()
        try FileManager.default.copyItem(atPath: backup, toPath: folder.folder.vaultPath)
        let keyring = try folder.folder.openVault()
        #expect(try PersonFinder.honourErasures(folder.folder, keyring) == 1)
        #expect(try PersonFinder.honourErasures(folder.folder, keyring) == 0)
    }
}
