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

/// Goal: what comes in about a lead whose person is erased, or about a lead that nobody knows, keeps nothing of anybody.
/// Method: every kind of input that names a lead, each with marks in all its free fields, through the real processor,
/// after an erasure and for an unknown lead; then every sealed part is opened that opens.
@Suite struct AfterErasureTests {
    private static let mark = "Sealedmark"

    /// One of each kind of input that names a lead, with a mark in every field that is sealed.
    private static func inputs(_ lead: String) -> [(topic: Topic, type: String, json: String)] {
        let contact = #""contact":{"givenName":"\#(mark)","email":"ann@people.example","phone":"+39 \#(mark)"},"message":"\#(mark)""#
        let outcome = #""leadId":"\#(lead)","partnerId":"alpha","actor":"\#(mark)","note":"\#(mark)""#
        let request = #""leadId":"\#(lead)","requester":"\#(mark)""#
        return [
            (.leads, "LeadUpdated", #"{"leadId":"\#(lead)",\#(contact)}"#),
            (.leads, "LeadWithdrawn", #"{"leadId":"\#(lead)","note":"\#(mark)"}"#),
            (.outcomes, "LeadAccepted", "{\(outcome)}"), (.outcomes, "LeadDeclined", "{\(outcome)}"),
            (.outcomes, "LeadReturned", "{\(outcome)}"),
            (.outcomes, "OfferAnswered", #"{\#(outcome),"offerId":"o","answer":"OFFER_ANSWER_ACCEPTED"}"#),
            (.controls, "ReturnDecided", #"{"leadId":"\#(lead)","partnerId":"alpha","decider":"\#(mark)","reason":"\#(mark)"}"#),
            (.partners, "CommissionShared", #"{"leadId":"\#(lead)","shares":[{"partnerId":"alpha","basisPoints":3000}]}"#),
            (.outcomes, "FirstResponseRecorded", "{\(outcome)}"),
            (.outcomes, "DealStageChanged", #"{\#(outcome),"stage":"offer"}"#),
            (.outcomes, "DealWon", "{\(outcome)}"), (.outcomes, "DealLost", "{\(outcome)}"),
            (.outcomes, "DealClaimed", #"{\#(outcome),"claimId":"c1","accountDomain":"\#(mark).example"}"#),
            (.outcomes, "ClaimWithdrawn", #"{\#(outcome),"claimId":"c2"}"#),
            (.controls, "ClaimDecided", #"{"leadId":"\#(lead)","partnerId":"alpha","claimId":"c3","decider":"\#(mark)","reason":"\#(mark)"}"#),
            (.controls, "ReviewRequested", #"{\#(request),"note":"\#(mark)"}"#),
            (.controls, "HumanDecisionRecorded", #"{"leadId":"\#(lead)","uphold":true,"reviewer":"\#(mark)","note":"\#(mark)"}"#),
            (.controls, "ProcessingRestricted", "{\(request)}"), (.controls, "ProcessingObjected", "{\(request)}"),
            (.controls, "ProcessingResumed", "{\(request)}"),
            (.controls, "PersonsLinked", #"{\#(request),"otherLeadId":"other"}"#),
            (.controls, "PersonsUnlinked", #"{\#(request),"otherLeadId":"other"}"#),
            (.controls, "LeadsUnlinked", #"{"leadId":"\#(lead)","otherLeadId":"other","link":"LEAD_LINK_SAME_ENQUIRY","decidedBy":"desk","reason":"\#(mark)"}"#),
            (.controls, "LeadsLinked", #"{"leadId":"\#(lead)","otherLeadId":"other","link":"LEAD_LINK_SAME_ENQUIRY","decidedBy":"desk","reason":"\#(mark)"}"#),
            (.controls, "RejectedRecordsErased", #"{\#(request),"recordIds":["\#(String(repeating: "0a", count: 16))"],"reason":"\#(mark)"}"#),
            (.controls, "ErasureRequested", "{\(request)}"),
            (.leads, "LeadSubmitted", #"{"leadId":"\#(lead)","country":"IT",\#(contact)}"#),
        ]
    }

    @Test func theTableHoldsEveryKindThatNamesALead() throws {
        // A lead's id, for a human's decision a choice, for a link which.
        let choices: [[UInt8]] = [[], [0x28, 0x01], [0x18, 0x01]]
        let kinds = MessageKind.allCases.filter { kind in
            choices.contains { choice in
                (try? FactCodec.decode(bodyField: kind.bodyFieldNumber, [0x0A, 0x01, 0x6C] + choice))?.leadID == "l"
            }
        }
        #expect(Set(kinds.map { $0.fullName }) == Set(Self.inputs("l").map { "leadline.v1.\($0.type)" }))
    }

    /// Entries whose sealed part opens, by the name of their fact.
    private func opening(_ folder: AuditFolder, from: Int = 0) throws -> [UInt64] {
        let vault = try folder.folder.openVault().vault
        return try folder.decoded().dropFirst(from).filter { entry in
            guard !entry.sealed.isEmpty, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }) else { return false }
            return !vault.isErased(subject)
        }.map(\.position)
    }

    private func keys(_ folder: AuditFolder) throws -> Int {
        var count = 0
        try folder.folder.openVault().vault.forEachKey { _ in count += 1 }
        return count
    }

    private func expectIntact(_ folder: AuditFolder) async throws {
        let report = try await Verifier(folder.folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(try await Replayer(folder.folder).run().isEqual)
    }

    private static func folder() throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.partner("alpha")
        folder.event(10, .leads, "LeadSubmitted", #"{"leadId":"l1","country":"IT","contact":{"email":"ann@people.example"},"message":"\#(mark)"}"#)
        return folder
    }

    @Test(arguments: [1, 100]) func afterAnErasure(batch: Int) async throws {
        let folder = try Self.folder()
        folder.event(20, .controls, "ErasureRequested", #"{"leadId":"l1","requester":"\#(Self.mark)"}"#)
        if batch == 1 { try await folder.process(until: 25) }
        for (index, input) in Self.inputs("l1").enumerated() { folder.event(30 + index, input.topic, input.type, input.json) }
        try await folder.process(until: 100)
        let all = try folder.decoded()
        #expect(all.count { $0.input.fact.leadID == "l1" } == Self.inputs("l1").count + 2)
        let others = all.filter { $0.input.fact.leadID == nil && !$0.sealed.isEmpty }.map(\.position)
        #expect(try opening(folder) == others)
        #expect(all.filter { $0.input.fact.leadID == "l1" && $0.stamp >= AuditFolder.at(30) }.allSatisfy { $0.sealed.isEmpty && $0.input.subject == nil })
        try await expectIntact(folder)
        // Sent once more as they were, nothing comes back either.
        let before = try keys(folder)
        for (index, input) in Self.inputs("l1").enumerated() { folder.event(200 + index, input.topic, input.type, input.json, id: "again-\(index)") }
        try await folder.process(until: 300)
        for (index, input) in Self.inputs("l1").enumerated() { folder.event(300 + index, input.topic, input.type, input.json, id: "again-\(index)") }
        try await folder.process(until: 400)
        #expect(try keys(folder) == before)
        try await expectIntact(folder)
    }

    /// Outcomes wait for their lead and keep what they say, and so do rights; everything else about nobody keeps nothing.
    @Test func aboutALeadThatNobodyKnows() async throws {
        let folder = try Self.folder()
        try await folder.process(until: 20)
        let before = try folder.decoded().count
        for (index, input) in Self.inputs("ghost").dropLast().enumerated() { folder.event(30 + index, input.topic, input.type, input.json) }
        try await folder.process(until: 100)
        let kept = try folder.decoded().dropFirst(before).filter { !$0.sealed.isEmpty }
        #expect(kept.count { $0.input.fact.outcomeLeadID == "ghost" } == 7)
        // From logic version 4 on a right is kept for the person who is yet to come.
        #expect(
            kept.allSatisfy { entry in
                switch entry.input.fact {
                case .processingRestricted, .processingObjected, .processingResumed, .personsLinked, .personsUnlinked,
                    .erasureRequested:
                    true
                default: entry.input.fact.outcomeLeadID == "ghost"
                }
            })
        // The erasure came after them and ended them, though their lead never came.
        #expect(try opening(folder, from: before) == [])
        try await expectIntact(folder)
    }

    @Test func aPersonIsFoundByALeadThatNeverCame() async throws {
        let folder = try Self.folder()
        folder.event(30, .outcomes, "LeadAccepted", #"{"leadId":"ghost","partnerId":"alpha","note":"\#(Self.mark)"}"#)
        try await folder.process(until: 100)
        let finder = try PersonFinder(folder.folder, program: AuditFolder.program, keyring: folder.folder.openVault())
        let person = try #require(try finder.find("ghost"))
        #expect(person.leads.isEmpty && person.absentLeads.map(\.leadID) == ["ghost"] && person.subjects.count == 1)
        #expect(try finder.find("nothing-was-said") == nil)
    }

    /// What waited for a lead is sealed before anybody knows whose lead it is, and ends with that person all the same,
    /// also with a vault from before.
    @Test func whatWaitedForALeadEndsWithItsPerson() async throws {
        let folder = try Self.folder()
        folder.event(20, .outcomes, "FirstResponseRecorded", #"{"leadId":"l2","partnerId":"alpha","note":"\#(Self.mark)"}"#)
        try await folder.process(until: 25)
        folder.event(30, .leads, "LeadSubmitted", #"{"leadId":"l2","country":"IT","contact":{"email":"ann@people.example"}}"#)
        try await folder.process(until: 40)
        let old = folder.root + "/vault.before"
        try FileManager.default.copyItem(atPath: folder.folder.vaultPath, toPath: old)
        folder.event(50, .controls, "ErasureRequested", #"{"leadId":"l1"}"#)
        try await folder.process(until: 60)
        let ofLeads = Set(try folder.decoded().filter { $0.input.fact.leadID != nil }.map(\.position))
        #expect(try ofLeads.isDisjoint(with: opening(folder)))
        try folder.folder.removeVault()
        try FileManager.default.copyItem(atPath: old, toPath: folder.folder.vaultPath)
        #expect(try !ofLeads.isDisjoint(with: opening(folder)))
        try PersonFinder.honourErasures(folder.folder, try folder.folder.openVault())
        #expect(try ofLeads.isDisjoint(with: opening(folder)))
        try await expectIntact(folder)
    }

    /// A lead in the same batch as an erasure is of a new person, not of the one whose key dies with that batch.
    @Test func aLeadAfterAnErasureInTheSameBatchIsKept() async throws {
        let folder = try Self.folder()
        folder.event(20, .controls, "ErasureRequested", #"{"leadId":"l1"}"#)
        folder.event(21, .leads, "LeadSubmitted", #"{"leadId":"l9","country":"IT","contact":{"email":"ann@people.example"},"message":"new"}"#)
        try await folder.process(until: 30)
        let entry = try #require(try folder.decoded().first { $0.input.fact.leadID == "l9" })
        #expect(try opening(folder).contains(entry.position))
        let finder = try PersonFinder(folder.folder, program: AuditFolder.program, keyring: folder.folder.openVault())
        #expect(try finder.find("ann@people.example")?.leadIDs == ["l9"])
    }
}
