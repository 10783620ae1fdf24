import LeadlineCore
import Testing

/// Goal: a fact that changes after the decision, so that the holder breaks a hard rule, is said, and moves the lead where
/// the policy says so; a value that is taken back is unknown again.
@Suite struct RuleBreakTests {
    private static func program(
        logic version: UInt32 = Logic.newest, _ response: RuleBreakResponse, attempts: UInt32 = 3
    ) -> Story {
        Story(
            logic: version,
            .policy("p1") { policy in
                policy.sla.firstResponseMinutes = 0
                policy.ruleBreak = response
                policy.attemptsMax = attempts
                policy.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
            },
            .partner("A") { $0.countries = ["IT"] }, .partner("B") { $0.countries = ["DE", "FR"] })
    }

    private static func said(_ cause: RuleBreakCause, _ response: RuleBreakResponse) -> String {
        "ineligible L1 at A: country, \(cause), \(response)"
    }
    private static let ended = "ended L1 at A, attempt 1, ruleBroken"

    /// Whichever fact changes.
    private static let changes: [(RuleBreakCause, Input)] = [
        (.leadUpdated, .updated("L1") { $0.country = "DE" }),
        (.profileChanged, .partner("A") { $0.countries = ["FR"] }),
        (.companyObserved, .firmographics(account: 1) { $0.country = "DE" }),
    ]

    /// A lead that states no country of its own where the company's changes.
    private static func story(_ cause: RuleBreakCause, _ response: RuleBreakResponse, logic: UInt32 = Logic.newest) -> Story {
        var story = program(logic: logic, response)
        story.given(0, .firmographics(account: 1) { $0.country = "IT" })
        story.given(1, .lead("L1", account: 1) { $0.country = cause == .companyObserved ? "" : "IT" })
        #expect(story.state.lead("L1")?.partnerID == "A")
        return story
    }

    @Test(arguments: changes)
    func itIsSaidAndTheLeadStays(cause: RuleBreakCause, change: Input) {
        var story = Self.story(cause, .say)
        story.given(5, change)
        story.until(5, then: [Self.said(cause, .say)])
        #expect(story.state.lead("L1")?.partnerID == "A")
        // The same again is no news.
        story.given(6, change)
        story.until(1_000)
    }

    @Test(arguments: changes)
    func itIsRoutedAgain(cause: RuleBreakCause, change: Input) {
        var story = Self.story(cause, .reroute)
        story.given(5, change)
        let there = cause == .profileChanged
            ? "escalated L1 to partner-managers, noEligiblePartner" : "assigned L1 to B, attempt 2, ruleBroken"
        story.until(5, then: [Self.said(cause, .reroute), Self.ended, there])
    }

    @Test(arguments: changes)
    func aHumanGetsIt(cause: RuleBreakCause, change: Input) {
        var story = Self.story(cause, .escalate)
        story.given(5, change)
        story.until(
            5, then: [Self.said(cause, .escalate), Self.ended, "escalated L1 to partner-managers, holderIneligible"])
    }

    @Test(arguments: changes)
    func earlierLogicSaysNothing(cause: RuleBreakCause, change: Input) {
        var story = Self.story(cause, .reroute, logic: 6)
        story.given(5, change)
        story.until(1_000)
    }

    /// A partner that is in touch with the prospect keeps the lead; the last attempt does not count twice.
    @Test(arguments: [Input.accepted("L1", "A"), .responded("L1", "A")])
    func whoIsInTouchKeepsIt(answer: Input) {
        var story = Self.story(.leadUpdated, .reroute)
        story.given(2, answer)
        story.given(5, .updated("L1") { $0.country = "DE" })
        story.until(5, then: [Self.said(.leadUpdated, .say)])
    }

    @Test func theLastAttemptIsGivenBack() {
        var story = Self.program(.reroute, attempts: 1)
        story.given(1, .lead("L1") { $0.country = "IT" })
        story.given(5, .updated("L1") { $0.country = "DE" })
        story.until(5, then: [Self.said(.leadUpdated, .reroute), Self.ended, "assigned L1 to B, attempt 2, ruleBroken"])
    }

    /// What changed back before it was looked at is no break; nor is a rule that a value's absence keeps.
    @Test func aValueIsTakenBack() {
        var story = Self.program(.reroute)
        story.given(1, .lead("L1") { ($0.country, $0.vertical) = ("IT", "food") })
        story.given(2, .cleared("L1", ["country", "vertical"]))
        story.until(10)
        let lead = story.state.leadAttributes("L1")
        #expect(lead?.country == "" && lead?.vertical == "")
        // What is stated beside it counts.
        story.given(11, .cleared("L1", ["country"]) { $0.country = "DE" })
        story.until(11, then: [Self.said(.leadUpdated, .reroute), Self.ended, "assigned L1 to B, attempt 2, ruleBroken"])
    }

    /// Every field that decisions are made on.
    @Test func everyFieldCanBeCleared() {
        var story = Self.program(.say)
        story.given(1, .lead("L1") {
            for word in LeadWord.allCases { $0[word] = word == .country ? "IT" : "x" }
            ($0.employees, $0.dealValue, $0.technologies) = (5, euros(7), ["a"])
            ($0.requiredCertifications, $0.lawfulBasis) = (["c"], .consent)
        })
        for name in LeadUpdated.clearableFacts { story.given(2, .cleared("L1", [name])) }
        #expect(story.state.leadAttributes("L1") == LeadAttributes())
    }

    // MARK: What a lead that goes counts as

    private enum Going: CaseIterable { case declined, expired, withdrawn }

    /// A's one place of the period: whether L2 finds it free once L1 has gone.
    @Test(arguments: [UInt32(6), 7], [false, true])
    func whatGoesCountsAsThePolicySays(logic: UInt32, isGivenBack: Bool) {
        for going in Going.allCases {
            var story = Story(
                logic: logic,
                .policy("p1") { policy in
                    policy.sla.firstResponseMinutes = 10
                    policy.periodAnchor = Moment.start
                    guard isGivenBack else { return }
                    switch going {
                    case .declined: policy.placesBack.declined = true
                    case .expired: policy.placesBack.expired = true
                    case .withdrawn: policy.placesBack.withdrawn = true
                    }
                },
                .partner("A"), .capacity("A", period: 1))
            story.given(0, .lead("L1"))
            switch going {
            case .declined: story.given(1, .declined("L1", "A"))
            case .withdrawn: story.given(1, .withdrawn("L1"))
            case .expired: _ = story.fireNext()
            }
            story.given(20, .lead("L2"))
            #expect((story.state.lead("L2")?.partnerID == "A") == (isGivenBack && logic == 7), "\(going), \(logic)")
        }
    }
}
