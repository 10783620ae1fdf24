import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Testing

/// Goal: a statement holds each accrual of its partner and month once, and takes back what a correction took back, also
/// of an earlier month. Method: entries through the real processor, and statements of months that cut them.
@Suite struct CommissionStatementTests {
    private static let days = 24 * 60

    /// alpha gets 10 %, from the fortieth day on 20 %; L1 and L2 are won, L1 is lost after all and won again.
    private static func folder() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0)
        folder.partner("alpha")
        folder.event(1, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"alpha","rateBasisPoints":1000}"#)
        folder.event(1, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"nobody","rateBasisPoints":7000}"#)
        for id in ["L1", "L2"] { folder.lead(10, id) }
        folder.outcome(20, "DealWon", "L1", "alpha")
        folder.outcome(30 * days, "DealWon", "L2", "alpha")
        folder.outcome(31 * days, "DealLost", "L1", "alpha")
        folder.outcome(32 * days, "DealLost", "L1", "alpha")
        folder.event(40 * days, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"alpha","rateBasisPoints":2000}"#)
        folder.outcome(41 * days, "DealWon", "L1", "alpha")
        folder.event(90 * days, .partners, "PartnerPaused", #"{"partnerId":"alpha"}"#)
        try await folder.process(until: 91 * days)
        return folder
    }

    private static func statement(
        _ folder: AuditFolder, _ fromDay: Int, _ untilDay: Int, of partner: String = "alpha"
    ) throws -> CommissionStatement {
        var statement = CommissionStatement(
            partnerID: partner, from: AuditFolder.at(fromDay * days), until: AuditFolder.at(untilDay * days))
        for bytes in try folder.entries() { statement.take(try EntryCodec.decode(bytes)) }
        return statement
    }

    private static func text(_ statement: CommissionStatement) -> [String] {
        statement.lines.map {
            "\($0.leadID) \($0.amountMinorUnits) of \($0.dealMinorUnits) at \($0.rateBasisPoints)\($0.accruedAt == nil ? "" : " back")"
        }
    }

    @Test func eachMonthHasItsOwn() async throws {
        let folder = try await Self.folder()
        let first = try Self.statement(folder, 0, 30)
        #expect(Self.text(first) == ["L1 1200000 of 12000000 at 1000"])
        #expect(first.accruedMinorUnits == 1_200_000 && first.reversedMinorUnits == 0 && first.currency == "EUR")
        let second = try Self.statement(folder, 30, 60)
        #expect(
            Self.text(second) == [
                "L2 1200000 of 12000000 at 1000", "L1 -1200000 of 12000000 at 1000 back", "L1 2400000 of 12000000 at 2000",
            ])
        #expect(second.lines[1].accruedAt == first.lines[0].position)
        #expect(second.accruedMinorUnits == 3_600_000 && second.reversedMinorUnits == -1_200_000)
        #expect(second.terms.map(\.rateBasisPoints) == [1_000, 2_000])
        #expect(first.isFinal && second.isFinal)
        let whole = try Self.statement(folder, 0, 60)
        #expect(whole.lines == first.lines + second.lines)
        // Every line is an event of the journal, or follows from one.
        for line in whole.lines {
            let entry = try EntryCodec.decode(folder.entries()[Int(line.position)])
            switch entry.events[line.ordinal] {
            case .commissionAccrued(let event): #expect(event.amountMinorUnits == line.amountMinorUnits && line.accruedAt == nil)
            case .leadClosed(let event): #expect(event.reason == .lost && line.accruedAt != nil)
            case .commissionReversed(let event): #expect(event.amountMinorUnits == -line.amountMinorUnits && line.accruedAt != nil)
            default: Issue.record("\(line)")
            }
        }
        let last = try Self.statement(folder, 60, 120)
        #expect(last.lines.isEmpty && !last.isFinal && last.terms.map(\.rateBasisPoints) == [2_000])
        #expect(try Self.statement(folder, 0, 120, of: "beta").lines.isEmpty)
    }

    /// A won deal's amount is corrected: what had accrued is taken back by an event, and accrues anew at the same rate.
    @Test func aCorrectedAmountIsReversedAndAccruedAnew() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0, logic: Logic.newest)
        folder.partner("alpha")
        folder.event(1, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"alpha","rateBasisPoints":1000}"#)
        folder.lead(10, "L1")
        folder.outcome(20, "DealWon", "L1", "alpha")
        folder.event(
            30, .outcomes, "DealWon",
            #"{"leadId":"L1","partnerId":"alpha","amount":{"minorUnits":"8000000","currency":"EUR"}}"#)
        folder.event(2 * Self.days, .partners, "PartnerPaused", #"{"partnerId":"alpha"}"#)
        try await folder.process(until: 3 * Self.days)
        let statement = try Self.statement(folder, 0, 1)
        #expect(
            Self.text(statement) == [
                "L1 1200000 of 12000000 at 1000", "L1 -1200000 of 12000000 at 1000 back", "L1 800000 of 8000000 at 1000",
            ])
        let back = try EntryCodec.decode(folder.entries()[Int(statement.lines[1].position)]).events[statement.lines[1].ordinal]
        #expect(back == .commissionReversed(.init(leadID: "L1", partnerID: "alpha", amountMinorUnits: 1_200_000, rateBasisPoints: 1_000)))
    }

    /// Each partner has its share; what is shared afterwards moves it, and is told with the deal that it is of.
    @Test func aSharedCommissionIsOfEachPartner() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0, logic: Logic.newest)
        for partner in ["alpha", "beta"] { folder.partner(partner) }
        folder.event(1, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"alpha","rateBasisPoints":1000}"#)
        folder.lead(10, "L1")
        folder.event(11, .controls, "HumanDecisionRecorded", #"{"leadId":"L1","assignToPartnerId":"alpha"}"#)
        folder.event(12, .partners, "CommissionShared", #"{"leadId":"L1","shares":[{"partnerId":"beta","basisPoints":2500}]}"#)
        folder.outcome(20, "DealWon", "L1", "alpha")
        folder.event(30, .partners, "CommissionShared", #"{"leadId":"L1","shares":[{"partnerId":"beta","basisPoints":5000}]}"#)
        folder.event(2 * Self.days, .partners, "PartnerPaused", #"{"partnerId":"alpha"}"#)
        try await folder.process(until: 3 * Self.days)
        let (alpha, beta) = (try Self.statement(folder, 0, 1), try Self.statement(folder, 0, 1, of: "beta"))
        #expect(
            Self.text(alpha) == [
                "L1 900000 of 12000000 at 1000", "L1 -900000 of 12000000 at 1000 back", "L1 600000 of 12000000 at 1000",
            ])
        #expect(
            Self.text(beta) == [
                "L1 300000 of 12000000 at 1000", "L1 -300000 of 12000000 at 1000 back", "L1 600000 of 12000000 at 1000",
            ])
        #expect(beta.lines.map(\.shareBasisPoints) == [2_500, 2_500, 5_000])
    }

    /// Once the policy's days are over what had accrued stands, and the statement of the month in which the deal was lost
    /// says so.
    @Test func whatStandsIsStated() async throws {
        let folder = try AuditFolder()
        folder.setUp(slaMinutes: 0, logic: Logic.newest)
        folder.partner("alpha")
        folder.event(1, .partners, "PartnerCommissionTermsSet", #"{"partnerId":"alpha","rateBasisPoints":1000}"#)
        folder.event(
            2, .controls, "PolicyPublished",
            #"{"policy":{"attemptsMax":3,"priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":0},"periodDays":7,"clawbackDays":30}}"#)
        for id in ["L1", "L2"] { folder.lead(10, id) }
        for id in ["L1", "L2"] { folder.outcome(20, "DealWon", id, "alpha") }
        folder.outcome(29 * Self.days, "DealLost", "L2", "alpha")
        folder.outcome(40 * Self.days, "DealLost", "L1", "alpha")
        folder.event(90 * Self.days, .partners, "PartnerPaused", #"{"partnerId":"alpha"}"#)
        try await folder.process(until: 91 * Self.days)
        let whole = try Self.statement(folder, 0, 60)
        #expect(whole.lines.map(\.leadID) == ["L1", "L2", "L2"] && whole.reversedMinorUnits == -(whole.lines.last.map { -$0.amountMinorUnits } ?? 0))
        #expect(whole.kept.map(\.leadID) == ["L1"] && whole.kept[0].accruedAt == whole.lines[0].position)
        #expect(whole.kept[0].amountMinorUnits == whole.lines[0].amountMinorUnits)
        #expect(try Self.statement(folder, 0, 39).kept.isEmpty && Self.statement(folder, 39, 60).kept.count == 1)
    }
}
