import LeadlineCore
import Testing

@testable import Audit
@testable import LeadlineSchemas

/// Goal: the second set of books finds broken promises by itself. The decider would never record these entries, so they
/// are written by hand.
@Suite struct LeadLedgerTests {
    private var ledger = LeadLedger()

    init() {
        var policy = Policy()
        policy.periodDays = 7
        _ = book(Fact.policyPublished(.init(policy: policy, version: "p")))
        for (id, open, period) in [("alpha", UInt32?(1), UInt32?.none), ("beta", nil, 1)] {
            var profile = PartnerProfile(partnerID: id)
            profile.capacity = Capacity(openLeadsMax: open, leadsPerPeriodMax: period)
            _ = book(.partnerUpserted(profile))
        }
    }

    private mutating func book(_ fact: Fact, day: Int64 = 4, _ events: Event...) -> String? {
        ledger.book(EntryRecord(
            position: 0, stamp: Timestamp(micros: day * Timestamp.microsPerDay), logicVersion: 1, input: Input(fact),
            inputRange: 0..<0, sealed: [], events: events))
    }

    private func lead(_ id: String) -> Fact { .leadSubmitted(.init(leadID: id, attributes: LeadAttributes())) }

    private func assigned(_ lead: String, _ partner: String, byHuman: Bool = false) -> Event {
        .leadAssigned(LeadAssigned(
            leadID: lead, partnerID: partner, attempt: 1, cause: byHuman ? .human : .submitted,
            evaluation: byHuman ? nil : EvaluationSummary()))
    }

    private func closed(_ lead: String, _ partner: String) -> Event {
        .leadClosed(LeadClosed(leadID: lead, partnerID: partner, reason: .withdrawn, learned: false))
    }

    @Test mutating func aLostLeadIsFound() {
        #expect(book(lead("L1"))?.contains("neither assigned") == true)
        #expect(book(lead("L2"), .leadEscalated(.init(leadID: "L2", reason: .noPolicy, queue: "q"))) == nil)
    }

    @Test mutating func aLeadTakenBackAndGivenToNobodyIsFound() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        let ended = Event.assignmentEnded(.init(leadID: "L1", partnerID: "alpha", attempt: 1, cause: .declined))
        #expect(book(.leadDeclined(.init(leadID: "L1", partnerID: "alpha")), ended)?.contains("given to nobody") == true)
    }

    @Test mutating func aCapOnOpenLeadsIsWatched() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        #expect(book(lead("L2"), assigned("L2", "alpha"))?.contains("of at most 1") == true)
    }

    @Test mutating func aClosedLeadMakesRoom() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        #expect(book(.leadWithdrawn(.init(leadID: "L1")), closed("L1", "alpha")) == nil)
        #expect(book(lead("L2"), assigned("L2", "alpha")) == nil)
    }

    @Test mutating func aCapAPeriodIsWatchedAndEndsWithThePeriod() {
        #expect(book(lead("L1"), day: 4, assigned("L1", "beta")) == nil)
        #expect(book(lead("L2"), day: 7, assigned("L2", "beta")) == nil)
        #expect(book(lead("L3"), day: 13, assigned("L3", "beta"))?.contains("in the period") == true)
    }

    private func handedBack(_ lead: String, _ status: ReturnStatus) -> Event {
        .returnChanged(ReturnChanged(leadID: lead, partnerID: "beta", reasonID: "", meaning: .badData, status: status))
    }

    private func ended(_ lead: String) -> Event {
        .assignmentEnded(.init(leadID: lead, partnerID: "beta", attempt: 1, cause: .returned))
    }

    private func queued(_ lead: String) -> Event { .leadEscalated(.init(leadID: lead, reason: .noEligiblePartner, queue: "q")) }

    /// A credited lead is none of the period's; one whose credit waits is, until somebody approves it.
    @Test mutating func aReturnThatIsCreditedMakesRoom() {
        #expect(book(lead("L1"), day: 7, assigned("L1", "beta")) == nil)
        let returned = Fact.leadReturned(.init(leadID: "L1", partnerID: "beta"))
        #expect(book(returned, day: 7, handedBack("L1", .credited), ended("L1"), queued("L1")) == nil)
        #expect(book(lead("L2"), day: 8, assigned("L2", "beta")) == nil)
        #expect(book(returned, day: 8, handedBack("L2", .waiting), ended("L2"), queued("L2")) == nil)
        var before = self
        #expect(before.book(lead("L3"), day: 9, before.assigned("L3", "beta"))?.contains("in the period") == true)
        let decided = Fact.returnDecided(.init(leadID: "L2", partnerID: "beta", approved: true))
        #expect(book(decided, day: 9, handedBack("L2", .approved)) == nil)
        #expect(book(lead("L3"), day: 9, assigned("L3", "beta")) == nil)
    }

    @Test mutating func aHumanMayGoPastACap() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        #expect(book(lead("L2"), assigned("L2", "alpha", byHuman: true)) == nil)
        #expect(ledger.assignmentsChecked == 1)
        #expect(ledger.openLeads == 2)
    }

    @Test mutating func aSmallerCapacityHoldsFromThenOn() {
        #expect(book(lead("L1"), assigned("L1", "beta")) == nil)
        #expect(book(.partnerCapacitySet(.init(partnerID: "beta", capacity: Capacity(openLeadsMax: 1)))) == nil)
        #expect(book(lead("L2"), assigned("L2", "beta"))?.contains("of at most 1") == true)
    }

    @Test mutating func nobodyHoldsALeadTwice() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        #expect(book(.reviewRequested(.init(leadID: "L1")), assigned("L1", "beta"))?.contains("while alpha held it") == true)
    }

    @Test mutating func noDeadlineComesEarly() {
        #expect(book(lead("L1"), assigned("L1", "alpha")) == nil)
        let due = Timestamp(micros: 5 * Timestamp.microsPerDay)
        let expired = Event.assignmentExpired(.init(leadID: "L1", partnerID: "alpha", attempt: 1, respondBy: due))
        #expect(book(.timeAdvanced(through: due), expired)?.contains("before its deadline") == true)
    }
}
