import LeadlineCore
import Testing

/// Goal: whatever is reported under the id of a merged lead reaches the lead that goes on.
@Suite struct MergedReportTests {
    /// L2 is merged into L1, which A holds; an answer is due within ten minutes.
    private static func merged(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = Story(
            .policy { policy in
                policy.sla.firstResponseMinutes = 10
                change(&policy)
            }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1", account: 1, person: 1))
        story.when(1, .lead("L2", account: 1, person: 1), then: "merged L2 into L1, same person")
        return story
    }

    private static func stage(_ story: Story) -> String {
        story.state.lead("L1").map { "\($0.partnerID ?? "nobody") \($0.stage.rawValue)" } ?? "unknown"
    }

    @Test(arguments: [
        (Input.withdrawn("L2"), "A withdrawn"), (.accepted("L2", "A"), "A accepted"), (.responded("L2", "A"), "A responded"),
        (.stage("L2", "A"), "A responded"), (.won("L2", "A", euros(5)), "A won"), (.lost("L2", "A"), "A lost"),
        (.declined("L2", "A"), "B assigned"), (.returned("L2", "A"), "B assigned"), (.human("L2", .close), "A closed"),
        (.human("L2", .assign(partnerID: "B")), "B assigned"), (.human("L2", .reroute), "B assigned"),
        (.restricted("L2"), "nobody escalated"), (.objected("L2"), "A objected"), (.erasure("L2"), "A erased"),
    ] as [(Input, String)])
    func reachesTheLeadThatGoesOn(input: Input, then expected: String) {
        var story = Self.merged()
        let before = Self.stage(story)
        story.given(2, input)
        let after = Self.stage(story)
        #expect(after == expected || (after != before && ["withdrawn", "closed", "objected", "erased"].contains { expected.hasSuffix($0) }))
        #expect(!story.last.contains { if case .inputDisregarded = $0 { true } else { false } })
        // By its own id it says the same of the lead that goes on; rights name the lead by which they were used.
        if story.last.contains(where: { if case .rightRecorded = $0 { true } else { false } }) { return }
        var own = Self.merged()
        own.given(2, input.naming("L1"))
        #expect(own.last.map(\.text) == story.last.map(\.text))
    }

    @Test func anUpdate() {
        var story = Self.merged { $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))] }
        story.given(2, .updated("L2") { $0.country = "FR" })
        story.until(2, then: ["ineligible L1 at A: country, leadUpdated, say"])
        story.when(3, .declined("L2", "A"), then: "ended L1 at A, attempt 1, declined", "escalated L1 to partner-managers, noEligiblePartner")
    }

    @Test func aReview() {
        var story = Self.merged()
        story.when(2, .review("L2"), then: "review opened L1 at A")
        story.when(3, .human("L2", .uphold), then: "review resolved L1, upheld")
    }

    @Test func anAnswerToAnOffer() {
        for answer in [OfferAnswer.accepted, .declined, .countered, .capacityConfirmed] {
            var story = Self.merged()
            story.given(2, .policy("p2") { $0.negotiation.rounds = 1; $0.negotiation.answerMillis = 600_000 }, .human("L1", .reroute))
            let offer = story.state.offerStandings.first
            #expect(offer?.leadID == "L1")
            story.given(3, .answered("L2", offer?.partnerID ?? "", answer, offer: offer?.offerID ?? ""))
            #expect(!story.last.contains { if case .inputDisregarded = $0 { true } else { false } }, "\(answer)")
        }
    }

    @Test func aDecisionOnACredit() {
        var story = Self.merged { $0.returns.creditsPerPeriodMax = 1; $0.returns.answerDays = 3; $0.sla.firstResponseMinutes = 0 }
        story.given(2, .lead("L0"), .returned("L0", "A", .badData), .returned("L1", "A", .badData))
        story.when(3, .returnDecided("L2", "A", approved: true), then: "return of L1 by A, badData, approved, 1 of 1")
    }

    /// Also one that turns up late: what was missed of the merged lead is credited, and it is one enquiry.
    @Test func aLateAnswer() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 10; $0.samePersonDays = 0 }, .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1", account: 1, person: 1))
        story.given(1, .responded("L1", "A"), .lead("L2", account: 1, person: 1))
        #expect(story.state.lead("L2")?.partnerID == "A")
        story.until(11, then: ["expired L2 at A, attempt 1, due 11", "assigned L2 to B, attempt 2, expired, due 21"])
        story.given(12, .leadsLinked("L2", "L1"))
        #expect(story.state.lead("L2")?.leadID == "L1")
        story.when(13, .responded("L2", "A").received(13, own: 5), then: "disregarded L1, noChange")
        story.given(14, .human("L1", .assign(partnerID: "B")))
        story.given(14, .responded("L1", "B"))
        story.when(15, .responded("L2", "A").received(15, own: 5), then: "credited L1 to A, 4 min, due 11")
    }
}

extension Input {
    /// The same about another lead.
    fileprivate func naming(_ lead: String) -> Input {
        var copy = self
        switch fact {
        case .leadWithdrawn: copy.fact = .leadWithdrawn(.init(leadID: lead))
        case .processingRestricted: copy.fact = .processingRestricted(.init(leadID: lead))
        case .processingObjected: copy.fact = .processingObjected(.init(leadID: lead))
        case .erasureRequested: copy.fact = .erasureRequested(.init(leadID: lead))
        case .leadAccepted(let one): copy.fact = .leadAccepted(.init(leadID: lead, partnerID: one.partnerID))
        case .leadDeclined(let one): copy.fact = .leadDeclined(.init(leadID: lead, partnerID: one.partnerID))
        case .leadReturned(let one): copy.fact = .leadReturned(.init(leadID: lead, partnerID: one.partnerID))
        case .firstResponseRecorded(let one): copy.fact = .firstResponseRecorded(.init(leadID: lead, partnerID: one.partnerID))
        case .dealStageChanged(let one): copy.fact = .dealStageChanged(.init(leadID: lead, partnerID: one.partnerID, stage: one.stage))
        case .dealWon(let one): copy.fact = .dealWon(.init(leadID: lead, partnerID: one.partnerID, amount: one.amount))
        case .dealLost(let one): copy.fact = .dealLost(.init(leadID: lead, partnerID: one.partnerID))
        case .humanDecisionRecorded(let one): copy.fact = .humanDecisionRecorded(.init(leadID: lead, decision: one.decision))
        default: break
        }
        return copy
    }
}
