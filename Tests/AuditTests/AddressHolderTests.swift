import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import Testing
import Vault

@testable import Audit

/// Goal: an address that a lead was corrected away from is nobody's until somebody comes with it, who is then its holder;
/// the former one is found by a lead or by an address of their own.
/// Method: a table of histories, each in one batch, in a batch a record, and with a restart after each record.
@Suite struct AddressHolderTests {
    /// "s l1 x" submits a lead with an address, "u l1 y" corrects it; an address left out is not stated.
    struct History: Sendable, CustomTestStringConvertible {
        var steps: [String]
        var found: [String: [String]]
        /// Leads that are found where no link by inference is followed.
        var stated: [String: [String]] = [:]
        var testDescription: String { steps.joined(separator: "; ") }
    }

    static let histories = [
        History(steps: ["s l1 x", "u l1 y"], found: ["x": ["l1"], "y": ["l1"], "l1": ["l1"]]),
        History(
            steps: ["s l1 x", "u l1 y", "s l2 x"], found: ["x": ["l2"], "y": ["l1"], "l1": ["l1"], "l2": ["l2"]]),
        History(steps: ["s l1 x", "s l2 x", "u l1 y", "s l3 x"], found: ["x": ["l1", "l2", "l3"], "y": ["l1", "l2", "l3"]]),
        History(steps: ["s l1 x", "u l1 y", "u l1 x", "s l2 x"], found: ["x": ["l1", "l2"], "y": ["l1", "l2"]]),
        History(steps: ["s l1 x", "u l1 y", "s l2 x", "s l3 x"], found: ["x": ["l2", "l3"], "y": ["l1"]]),
        History(
            steps: ["s l1 x", "u l1 y", "s l2 x", "u l2 z", "s l3 x"],
            found: ["x": ["l3"], "y": ["l1"], "z": ["l2"], "l2": ["l2"]]),
        History(
            steps: ["s l1 x", "u l1 y", "s l2 x", "u l1 x"], found: ["x": ["l1", "l2"], "l2": ["l1", "l2"]],
            stated: ["l1": ["l1"], "l2": ["l2"]]),
        History(steps: ["s l1 x", "u l1 X", "s l2 x"], found: ["x": ["l1", "l2"]]),
        History(steps: ["s l1 x", "u l1", "s l2 x"], found: ["x": ["l1", "l2"]]),
        History(steps: ["s l1 x", "u l1 y", "s l2 y", "s l3 x"], found: ["y": ["l1", "l2"], "x": ["l3"]]),
        History(steps: ["s l1 jose\u{301}", "u l1 y", "s l2 JOSE\u{301}"], found: ["jos\u{e9}": ["l2"], "l1": ["l1"]]),
        History(steps: ["s l1 jose\u{301}", "u l1 y", "s l2 jos\u{e9}"], found: ["jose\u{301}": ["l2"], "l1": ["l1"]]),
    ]

    @Test(arguments: histories, [0, 1, 2]) func theHolderIsFound(_ history: History, _ batches: Int) async throws {
        let place = try AuditFolder()
        place.setUp()
        place.partner("alpha")
        for (index, step) in history.steps.enumerated() {
            add(step, at: 10 + index, to: place)
            if batches == 2 { try await place.process(until: 10 + index) }
        }
        if batches < 2 { try await place.process(until: 100, batchMax: batches == 0 ? 100 : 1) }
        for (name, leads) in history.found { #expect(try found(name, in: place) == leads, "\(name)") }
        for (name, leads) in history.stated { #expect(try found(name, in: place, reach: .stated) == leads, "\(name)") }
        // Each person's leads end with the person, nobody else's.
        let report = try await Verifier(place.folder, depth: .full).run()
        #expect(report.faults == [])
    }

    /// A vault that does not know what leads state, as those of before did not, learns it from the journal.
    @Test(arguments: histories.filter { $0.steps.count > 2 && $0.stated.isEmpty })
    func aVaultFromBeforeLearnsIt(_ history: History) async throws {
        let place = try AuditFolder()
        place.setUp()
        place.partner("alpha")
        for (index, step) in history.steps.dropLast().enumerated() { add(step, at: 10 + index, to: place) }
        try await place.process(until: 50)
        try await DatabaseQueue(path: place.folder.vaultPath).write { db in
            try db.execute(
                sql: """
                    UPDATE aliases SET secondary = 1 WHERE secondary = 2 AND EXISTS
                      (SELECT 1 FROM aliases AS other WHERE other.lookup = aliases.lookup AND other.secondary = 0);
                    UPDATE aliases SET secondary = 0 WHERE secondary = 2;
                    ALTER TABLE aliases DROP COLUMN stated;
                    PRAGMA user_version = 1;
                    """)
        }
        try FileManager.default.removeItem(atPath: place.folder.derivedPath)
        try await place.process(until: 50)
        add(try #require(history.steps.last), at: 60, to: place)
        try await place.process(until: 100)
        for (name, leads) in history.found { #expect(try found(name, in: place) == leads, "\(name)") }
        #expect(try await Verifier(place.folder, depth: .full).run().faults == [])
    }

    private func add(_ step: String, at minute: Int, to place: AuditFolder) {
        let words = step.split(separator: " ").map(String.init)
        let contact = words.count < 3 ? #""phone":"+39 02 1""# : #""email":"\#(Self.address(words[2]))""#
        place.event(minute, .leads, words[0] == "s" ? "LeadSubmitted" : "LeadUpdated", """
            {"leadId":"\(words[1])","contact":{\(contact)},"country":"IT","vertical":"retail"}
            """)
    }

    private static func address(_ name: String) -> String { "\(name)@people.example" }

    private func found(_ name: String, in place: AuditFolder, reach: LinkReach = .all) throws -> [String] {
        let text = name.hasPrefix("l") ? name : Self.address(name)
        let finder = try PersonFinder(place.folder, program: AuditFolder.program, keyring: place.folder.openVault())
        return try finder.find(text, reach: reach)?.leadIDs.sorted() ?? []
    }
}
