import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing
import TextFormats

/// Goal: every row is listed with its outcome by rule, and the records stand in the order in which things happened.
@Suite struct ImportPlanTests {
    private func header(_ name: String, _ record: NewRecord) -> String {
        record.headers.first { $0.name == Array(name.utf8) }.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    }

    @Test func listsEachRowWithItsOutcomeByRule() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan()
        let deals = plan.rows.filter { $0.file == "deals.csv" }
        #expect(deals.map(\.id) == ["A1", "B2", "C3", "D4", "E5", "F6"])
        #expect(deals.map(\.outcome) == ["won", "lost", "open", "open", "refused", "refused"])
        #expect(deals.map(\.line) == [2, 3, 4, 5, 6, 7])
        #expect(deals[0].rules == ["product: 'GTXPro' read as 'GTX Pro'", "stage Won: won"])
        #expect(deals[2].rules == ["account missing: without", "stage Open: open"])
        #expect(deals[3].rules == ["engaged missing: end-of-history", "stage New: open"])
        #expect(deals[4].rules == ["partner unknown: refused"])
        #expect(deals[5].rules == ["engaged is no date of the calendar: refused"])
        #expect(plan.counts.rows == 6 && plan.counts.leads == 4 && plan.counts.refused == 2)
        #expect(plan.counts.won == 1 && plan.counts.lost == 1 && plan.counts.open == 2)
        #expect(plan.counts.partners == 2 && plan.counts.accounts == 2)
        #expect(plan.ruleCounts.contains {
            $0.file == "accounts.csv" && $0.rule == "sector: 'technolgy' read as 'technology'" && $0.rows == 1
        })
    }

    @Test func ordersRecordsByWhatHappenedWhen() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan()
        let records = plan.newRecords(0..<plan.recordCount)
        let times = records.map { $0.eventTime ?? .epoch }
        #expect(times == times.sorted())
        let ids = records.map { header("ce_id", $0) }
        #expect(Set(ids).count == ids.count)
        #expect(ids.map { $0.split(separator: ":").dropFirst().joined(separator: ":") } == [
            "0:ProgramRegistered", "0:PolicyPublished", "1:PartnerUpserted", "2:PartnerUpserted",
            "1:FirmographicsObserved", "2:FirmographicsObserved",
            "1:LeadSubmitted", "2:LeadSubmitted", "2:DealLost", "3:LeadSubmitted", "1:DealWon", "4:LeadSubmitted",
        ])
        #expect(RFC3339.format(times[6]) == "2016-10-20T09:00:00.000001Z")
        #expect(RFC3339.format(times[8]) == "2016-10-20T17:00:00.000002Z")
        #expect(plan.firstMoment == times[6].adding(micros: -Timestamp.microsPerDay))
        // The undated lead comes a second after the last dated event.
        #expect(RFC3339.format(times[11]) == "2017-03-01T17:00:01.000005Z")
        #expect(plan.lastMoment == times[11])
    }

    @Test func fillsTheFieldsOfTheMessages() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan()
        let records = plan.newRecords(0..<plan.recordCount)
        let partner = try WirePartnerUpserted(serializedBytes: records[3].value ?? [])
        #expect(partner.partnerID == "zoe-lund" && partner.name == "Zoë Lund" && partner.regions == ["East", "North"])
        let account = try WireFirmographicsObserved(serializedBytes: records[5].value ?? [])
        #expect(account.accountDomain == "gekko-co.example" && account.country == "NO" && account.vertical == "retail")
        let lead = try WireLeadSubmitted(serializedBytes: records[7].value ?? [])
        #expect(lead.leadID == "B2" && lead.dealValue.minorUnits == 5_550 && lead.pastAssignment.partnerID == "zoe-lund")
        let won = try WireDealWon(serializedBytes: records[10].value ?? [])
        #expect(won.amount.minorUnits == 500_000 && won.amount.currency == "USD" && won.partnerID == "moses-frase")
    }

    @Test func routingLeavesHistorysAssignmentOut() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let plan = try fixture.plan(mode: .route)
        #expect(try plan.importID != fixture.plan().importID)
        for record in plan.newRecords(0..<plan.recordCount) where record.topic == .leads {
            #expect(try !WireLeadSubmitted(serializedBytes: record.value ?? []).hasPastAssignment)
        }
    }

    /// What nobody had would be a new decision; where nothing is left out, training is the same import as history.
    @Test func trainingLeavesOutWhatNobodyHad() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        var mapping = try ImportFixture.mapping()
        mapping.leads.unknownPartner = .route
        let (history, training) = (try fixture.plan(mapping), try fixture.plan(mapping, mode: .train))
        let left = training.rows.filter { $0.rules.contains("partner unknown: left out of training") }
        #expect(left.count == 1 && left.allSatisfy { $0.outcome == "refused" } && training.counts.leads == history.counts.leads - 1)
        #expect(training.importID != history.importID)
        for record in training.newRecords(0..<training.recordCount) where record.topic == .leads {
            #expect(try WireLeadSubmitted(serializedBytes: record.value ?? []).hasPastAssignment)
        }
        let deals = try String(contentsOfFile: fixture.folder + "/deals.csv", encoding: .utf8)
        try fixture.write("deals.csv", deals.replacing("Nobody Known", with: "Zoë Lund"))
        #expect(try fixture.plan(mapping, mode: .train).importID == fixture.plan(mapping).importID)
    }

    @Test func trainingNeedsToKnowWhoHadEachLead() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        var mapping = try ImportFixture.mapping()
        mapping.leads.assignedTo = nil
        #expect(throws: ImportError.self) { try fixture.plan(mapping, mode: .train) }
    }

    @Test func sameInputsGiveTheSamePlanAndOtherFilesAnother() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let (a, b) = (try fixture.plan(), try fixture.plan())
        #expect(a.importID == b.importID)
        #expect(a.newRecords(0..<a.recordCount) == b.newRecords(0..<b.recordCount))
        try fixture.write("products.csv", "product,price\nGTX Pro,4822\nMG Special,55.5\n")
        #expect(try fixture.plan().importID != a.importID)
    }

    @Test func aFutureDateIsRefused() throws {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        try fixture.write("deals.csv", """
            id,agent,product,account,stage,engaged,closed,value
            A1,Moses Frase,GTX Pro,,Open,1/1/2017,,
            A2,Moses Frase,GTX Pro,,Open,1/1/2199,,
            A1,Moses Frase,GTX Pro,,Open,1/1/2017,,
            A3,Moses Frase,GTX Pro,,Open,1/1/2017
            A4,Moses Frase,Unheard of,,Open,1/1/2017,,
            A5,Moses Frase,GTX Pro,,Won,1/1/2017,1/2/2017,much

            """)
        #expect(try fixture.plan().rows.filter { $0.outcome == "refused" }.map { $0.rules.last ?? "" } == [
            "engaged lies in the future: refused", "lead_id repeated: refused",
            "the number of fields is not that of the head line: refused",
            "product without price in products.csv: refused", "amount is not an amount of money: refused",
        ])
    }
}
