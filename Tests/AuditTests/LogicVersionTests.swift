import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Reports
import Testing

/// Goal: a program takes up a logic version by an entry of its journal, and everything is proven by the one it was decided by.
@Suite struct LogicVersionTests {
    private static func adopt(_ folder: AuditFolder, _ minute: Int, _ version: Int) {
        folder.event(minute, .controls, "LogicVersionAdopted", #"{"logicVersion":\#(version)}"#)
    }

    /// Starts with version 1; adopts 2 after the lead "old", then again, then 1, then one that does not exist.
    private static func upgraded() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp(logic: 1)
        folder.partner("alpha", verticals: #""manufacturing""#)
        folder.partner("beta")
        folder.lead(10, "old")
        adopt(folder, 20, 2)
        folder.lead(30, "new")
        for (minute, version) in [(40, 2), (41, 1), (42, 99)] { adopt(folder, minute, version) }
        folder.lead(50, "newest")
        try await folder.process(until: 60)
        return folder
    }

    @Test func entriesNameTheVersionThatDecidedThem() async throws {
        let folder = try await Self.upgraded()
        let lines = try folder.decoded().map { "\($0.logicVersion) \(EventWords(currency: "EUR").sentences($0.events))" }
        #expect(lines.map { $0.prefix(1) } == ["1", "1", "1", "1", "1", "1", "2", "2", "2", "2"])
        #expect(lines[7].contains("it is so already") && lines[8].contains("it is so already"), "\(lines)")
    }

    @Test func bothVersionsAreProven() async throws {
        let folder = try await Self.upgraded()
        let report = try await Verifier(folder.folder).run()
        #expect(report.faults == [])
        #expect(try await Replayer(folder.folder).run().isEqual)
        for lead in ["old", "new", "newest"] {
            guard case .explained(let explanation) = try Explainer(folder.folder).explain(lead, program: AuditFolder.program) else {
                Issue.record("\(lead) is not explained")
                continue
            }
            #expect(explanation.decision.logicVersion == (lead == "old" ? 1 : 2))
            #expect(explanation.recomputation.isEqual)
        }
    }

    @Test func aVersionThatIsNotInForceIsFound() async throws {
        let folder = try await Self.upgraded()
        try folder.forge(7) { $0.logicVersion = 1 }
        let fault = try #require(try await Verifier(folder.folder).run().faults.first)
        #expect(fault.kind == .logicVersion && fault.position == 7)
        #expect(fault.detail.contains("version 2 is in force"))
    }

    @Test func aVersionThatThisReleaseLacksIsADeadLetter() async throws {
        let folder = try await Self.upgraded()
        let letters = try EmbeddedLog(folder.folder.openJournal()).deadLetters(from: 0, limit: 10)
        #expect(try letters.map { try WireDeadLetter(serializedBytes: $0.bytes).reason } == [.invalidField])
    }
}
