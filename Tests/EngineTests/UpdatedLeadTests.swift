import Engine
import Foundation
import GRDB
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing

/// Goal: the list of leads shows what is known of them, not what they were submitted with; and a record of an answer brings
/// its times into the journal, an amount that cannot be counted does not.
@Suite struct UpdatedLeadTests {
    private static func json(_ type: String, _ text: String, id: String, on topic: Topic = .leads, minute: Int64, time: String? = nil) -> NewRecord {
        binaryEvent(
            topic, "leadline.v1.\(type)", Array(text.utf8), id: id, time: time,
            at: TestFolder.start.adding(micros: minute * Timestamp.microsPerMinute))
    }

    private static func filled(_ records: [NewRecord]) async throws -> TestFolder {
        let folder = try TestFolder()
        var workload = Workload(program: "acme", seed: 5)
        let opening = try workload.setUp(at: TestFolder.start) + workload.partners(3, at: TestFolder.start)
        try folder.append(opening + records)
        try await folder.process()
        return folder
    }

    private static let submitted = json(
        "LeadSubmitted", #"{"leadId":"l1","country":"IT","vertical":"food","dealValue":{"minorUnits":"100","currency":"EUR"}}"#, id: "a", minute: 1)
    private static let updated = json(
        "LeadUpdated", #"{"leadId":"l1","country":"DE","dealValue":{"minorUnits":"700","currency":"USD"}}"#, id: "b", minute: 2)

    private static func shown(_ folder: TestFolder) throws -> String {
        let leads = try LeadsProjection(folder.folder)
        try leads.catchUp()
        let row = try #require(try leads.lead("l1", program: "acme"))
        return "\(row.country) \(row.vertical) \(row.valueMinorUnits) \(row.currency)"
    }

    @Test func theListFollowsUpdates() async throws {
        let folder = try await Self.filled([Self.submitted, Self.updated])
        #expect(try Self.shown(folder) == "DE food 700 USD")
    }

    /// A value that is taken back is shown no more; one that is stated beside it is, and others stay.
    @Test func theListFollowsWhatIsTakenBack() async throws {
        let cleared = Self.json("LeadUpdated", #"{"leadId":"l1","vertical":"steel","cleared":["country","vertical","deal_value"]}"#, id: "b", minute: 2)
        let folder = try await Self.filled([Self.submitted, cleared])
        #expect(try Self.shown(folder) == " steel 0 ")
        let unknown = Self.json("LeadUpdated", #"{"leadId":"l1","cleared":["contact.email"]}"#, id: "c", minute: 3)
        let refused = try await Self.filled([Self.submitted, unknown])
        #expect(try Self.shown(refused) == "IT food 100 EUR")
    }

    @Test func whatIsSaidOfALeadThatIsOverChangesNothing() async throws {
        let closed = Self.json("LeadWithdrawn", #"{"leadId":"l1"}"#, id: "c", minute: 2)
        let late = Self.json("LeadUpdated", #"{"leadId":"l1","country":"DE"}"#, id: "d", minute: 3)
        let folder = try await Self.filled([Self.submitted, closed, late])
        #expect(try Self.shown(folder) == "IT food 100 EUR")
    }

    /// A list that an earlier release made is made up for once, from what the journal holds, and compares equal then.
    @Test func aListFromBeforeIsMadeUpFor() async throws {
        let folder = try await Self.filled([Self.submitted, Self.updated])
        #expect(try Self.shown(folder) == "DE food 700 USD")
        let derived = try folder.folder.openDerived()
        try await derived.write { db in
            try db.execute(sql: "DELETE FROM projection_cursors WHERE name = 'leads.restated'")
            try db.execute(sql: "UPDATE leads SET country = 'IT', value = 100, currency = 'EUR' WHERE lead = 'l1'")
        }
        #expect(try Self.shown(folder) == "DE food 700 USD")
        let compared = try LeadsProjection.compare(journal: folder.folder.openJournalReadOnly(), derived: derived)
        #expect(compared?.difference == nil)
    }

    /// Whose person was erased is shown with nothing, also where it is made up for.
    @Test func anErasedPersonsLeadStaysEmpty() async throws {
        let erased = Self.json("ErasureRequested", #"{"leadId":"l1"}"#, id: "e", on: .controls, minute: 3)
        let submitted = Self.json(
            "LeadSubmitted", #"{"leadId":"l1","country":"IT","vertical":"food","contact":{"email":"a@b.example"}}"#, id: "a", minute: 1)
        let folder = try await Self.filled([submitted, Self.updated, erased])
        #expect(try Self.shown(folder) == "  0 ")
        try await folder.folder.openDerived().write { db in
            try db.execute(sql: "DELETE FROM projection_cursors WHERE name = 'leads.restated'")
        }
        #expect(try Self.shown(folder) == "  0 ")
    }

    // MARK: What else a record says

    @Test func anAnswersTimesAreJournaled() async throws {
        let answer = Self.json(
            "FirstResponseRecorded", #"{"leadId":"l1","partnerId":"nobody"}"#, id: "f", on: .outcomes, minute: 3, time: "2020-01-01T00:00:00Z")
        let folder = try await Self.filled([Self.submitted, answer])
        let entry = try #require(try folder.entries().last { if case .firstResponseRecorded = $0.input.fact { true } else { false } })
        #expect(entry.input.receivedAt == TestFolder.start.adding(micros: 3 * Timestamp.microsPerMinute))
        #expect(entry.input.ownTime == Timestamp(micros: 1_577_836_800_000_000))
        let others = try folder.entries().filter { $0.position != entry.position }
        #expect(others.allSatisfy { $0.input.receivedAt == nil && $0.input.ownTime == nil })
    }

    @Test func anAmountWithoutARateIsADeadLetter() async throws {
        let won = Self.json(
            "DealWon", #"{"leadId":"l1","partnerId":"p","amount":{"minorUnits":"5","currency":"ISK"}}"#, id: "w", on: .outcomes, minute: 3)
        let folder = try await Self.filled([Self.submitted, won])
        let letter = try #require(try folder.deadLetters().last?.letter)
        #expect(letter.reason == .invalidField && letter.field == "amount")
        #expect(letter.detail.contains("no exchange rate for ISK"))
    }
}
