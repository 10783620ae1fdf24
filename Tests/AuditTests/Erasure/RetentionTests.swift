import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Reports
import Testing
import Vault

/// Goal: the policy's retention destroys keys as an erasure does, and everything stays provable. Method: a journal on
/// event time over 40 days, opened by the vault, a vault from before, the verifier and the replayer.
@Suite struct RetentionTests {
    private static let day = 24 * 60

    private static func folder() throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.event(0, .controls, "PolicyPublished", """
            {"policy":{"name":"kept 30 days","sla":{"firstResponseMinutes":0},"retention":{"closedDealDays":30},"approvedBy":"head-of-channel","attemptsMax":3}}
            """)
        folder.partner("alpha")
        for (index, name) in ["ended", "open", "late"].enumerated() {
            folder.event(10 + index, .leads, "LeadSubmitted", """
                {"leadId":"\(name)","country":"IT","contact":{"email":"\(name)@people.example","familyName":"Marker\(name)"}}
                """)
            folder.event(20 + index, .leads, "LeadSubmitted", #"{"leadId":"","contact":{"email":"\#(name)@people.example"}}"#)
        }
        folder.outcome(60, "DealWon", "ended", "alpha")
        folder.outcome(20 * day, "DealLost", "late", "alpha")
        return folder
    }

    private func opens(_ vault: Vault, _ folder: AuditFolder) throws -> [String] {
        try folder.decoded().compactMap { entry in
            guard case .leadSubmitted(let fact) = entry.input.fact, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }),
                let event = entry.input.eventDigest
            else { return nil }
            let context = SealingContext.bytes(AuditFolder.program, .leadSubmitted, event.bytes)
            do { _ = try vault.open(entry.sealed, subject: subject, context: context) } catch VaultError.erased { return nil }
            return fact.leadID
        }
    }

    @Test func keysEndWithTheirTimeAndProofsHold() async throws {
        let folder = try Self.folder()
        try await folder.process(until: 25 * Self.day)
        #expect(try opens(folder.folder.openVault().vault, folder) == ["ended", "open", "late"])
        let before = folder.root + "/vault.before"
        try FileManager.default.copyItem(atPath: folder.folder.vaultPath, toPath: before)
        try await folder.process(until: 40 * Self.day)

        let keyring = try folder.folder.openVault()
        #expect(try opens(keyring.vault, folder) == ["open", "late"])
        var found = [0, 0]
        let search = RecordSearch(folder.folder, program: AuditFolder.program, keyring: keyring)
        #expect(try search.find(marks: [["ended@people.example"], ["late@people.example"]]) { person, _ in found[person] += 1 } == 0)
        #expect(found == [0, 1])
        let report = try await Verifier(folder.folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(try await Replayer(folder.folder).run().isEqual)

        // Whoever puts an old vault back gets nobody back.
        try folder.folder.removeVault()
        try FileManager.default.copyItem(atPath: before, toPath: folder.folder.vaultPath)
        let old = try folder.folder.openVault()
        #expect(try PersonFinder.honourErasures(folder.folder, old) == 1)
        #expect(try opens(old.vault, folder) == ["open", "late"])
    }

    /// Rejected records end by the day they came, whomever they mention.
    @Test func rejectedRecordsEndWithTheirTime() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.event(0, .controls, "PolicyPublished", #"{"policy":{"name":"brief","retention":{"deadLetterDays":10}}}"#)
        for day in [0, 0, 1, 5] { folder.event(day * Self.day + 10, .leads, "LeadSubmitted", #"{"leadId":"","message":"\#(day)"}"#) }
        func opened() throws -> Int {
            let vault = try folder.folder.openVault().vault
            return try EmbeddedLog(folder.folder.openJournal()).deadLetters(from: 0, limit: 100).count { stored in
                (try? DeadLetters.open(WireDeadLetter(serializedBytes: stored.bytes), vault)) != nil
            }
        }
        try await folder.process(until: 11 * Self.day - 1)
        #expect(try opened() == 4)
        let before = folder.root + "/vault.before"
        try FileManager.default.copyItem(atPath: folder.folder.vaultPath, toPath: before)
        try await folder.process(until: 11 * Self.day + 1)
        #expect(try opened() == 2)
        folder.event(20 * Self.day, .leads, "LeadSubmitted", #"{"leadId":"","message":"20"}"#)
        try await folder.process(until: 25 * Self.day)
        #expect(try opened() == 1)
        let report = try await Verifier(folder.folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(report.deadLetters.erased == 4)

        try folder.folder.removeVault()
        try FileManager.default.copyItem(atPath: before, toPath: folder.folder.vaultPath)
        #expect(try opened() == 4)
        try PersonFinder.honourErasures(folder.folder, try folder.folder.openVault())
        #expect(try opened() == 0)
    }

    @Test func theRecordsSayWhatEndedByWhichPolicy() async throws {
        let folder = try Self.folder()
        try await folder.process(until: 60 * Self.day)
        var builder = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for entry in try folder.decoded() { builder.take(entry, at: entry.position) }
        let records = builder.result()
        #expect(records.executions["retention"] == 2)
        #expect(records.retention.map(\.kind) == ["retention", "retention"] && records.retention.map(\.effects) == [1, 1])
        #expect(records.retention.allSatisfy { $0.policyVersion == records.policies.last?.version })
        #expect(records.policies.map(\.approver) == [nil, "head-of-channel"])
    }

    /// Counted by hand: alpha holds four leads, of which a human takes two away; beta one, upheld, and one by a human.
    @Test func overrideRatesAreThoseOfTheHistory() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.partner("alpha", verticals: #""manufacturing""#)
        folder.partner("beta", countries: #""IT","FR""#)
        for index in 1...4 { folder.lead(10 + index, "a\(index)") }
        folder.lead(20, "b1", country: "FR")
        for (minute, lead) in [(30, "a1"), (31, "a2"), (32, "a3"), (33, "b1")] {
            folder.event(minute, .controls, "ReviewRequested", #"{"leadId":"\#(lead)"}"#)
        }
        folder.event(40, .controls, "HumanDecisionRecorded", #"{"leadId":"a1","uphold":true}"#)
        folder.event(41, .controls, "HumanDecisionRecorded", #"{"leadId":"a2","assignToPartnerId":"beta"}"#)
        folder.event(42, .controls, "HumanDecisionRecorded", #"{"leadId":"a3","close":true}"#)
        folder.event(43, .controls, "HumanDecisionRecorded", #"{"leadId":"b1","uphold":true}"#)
        try await folder.process(until: 100)
        var builder = RecordsBuilder(program: AuditFolder.program, words: AuditWords())
        for entry in try folder.decoded() { builder.take(entry, at: entry.position) }
        let fairness = builder.result().fairness
        #expect(fairness.map(\.partner) == ["alpha", "beta"])
        #expect(fairness.map(\.assigned) == [4, 1] && fairness.map(\.byHuman) == [0, 1])
        #expect(fairness.map(\.reviews) == [3, 1] && fairness.map(\.overridden) == [2, 0])
        #expect(fairness.map(\.overrideRate) == [2.0 / 4, 0])
    }
}
