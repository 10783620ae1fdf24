import LeadlineCore
import Testing

/// Goal: learned weights of fit follow what partners accept, start at the fixed ones, and leave fit a share.
/// Method: programs in which one match decides whether a lead is taken.
@Suite struct FitWeightTests {
    private static func program(_ mode: FitWeightsMode, _ change: (inout Policy) -> Void = { _ in }) -> Story {
        Story(
            .policy { $0.ownerFirst = false; $0.sla.firstResponseMinutes = 0; $0.attemptsMax = 1; $0.fitWeights.mode = mode; change(&$0) },
            .partner("A") { $0.languages = ["de"]; $0.verticals = ["energy"] })
    }

    /// Leads in the partner's language are taken, others declined; its vertical says nothing.
    private func answer(_ story: inout Story, _ leads: Int) {
        for index in 0..<leads {
            let takes = index % 2 == 0
            story.given(index, .lead("L\(index)") {
                $0.language = takes ? "de" : "fr"
                $0.vertical = index % 4 < 2 ? "energy" : "retail"
            })
            story.given(index, takes ? .accepted("L\(index)", "A") : .declined("L\(index)", "A"))
        }
    }

    private func weight(_ contribution: FitContribution, _ story: Story) -> ModelStanding.FitWeight? {
        story.state.modelStanding(cellsMost: 0).fitWeights.first { $0.contribution == contribution }
    }

    @Test func theyStartAtTheFixedOnes() throws {
        let weights = Self.program(.learned).state.modelStanding(cellsMost: 0).fitWeights
        #expect(weights.count == FitContribution.allCases.count)
        for weight in weights {
            #expect(abs(weight.learned - weight.fixed) < 1e-12 && (weight.deviation > 0) == (weight.contribution != .acceptance))
        }
        #expect(abs(weights.reduce(0) { $0 + $1.learned } - 1) < 1e-12)
    }

    @Test func whatDecidesGainsWeight() throws {
        var story = Self.program(.learned)
        answer(&story, 400)
        let language = try #require(weight(.language, story)), vertical = try #require(weight(.vertical, story))
        #expect(language.learned > 2 * language.fixed && vertical.learned < vertical.fixed)
        #expect(story.state.modelStanding(cellsMost: 0).answersTaken == 200)
        #expect(story.state.modelStanding(cellsMost: 0).answersRefused == 200)
        let evaluation = try #require(Decider.explain(.lead("probe") { $0.language = "de" }, at: Moment.at(500), in: story.state).evaluation)
        #expect(evaluation.fitWeights[FitContribution.language.rawValue] == language.learned)
        #expect(evaluation.candidates.allSatisfy { (0...1).contains($0.fit) && $0.fitContributions.reduce(0, +) == $0.fit })
        #expect(try State(canonicalBytes: story.state.canonicalBytes()).canonicalBytes() == story.state.canonicalBytes())
    }

    /// Partners differ in how readily they take leads, whatever leads: that is their habit, which takes no weight from the
    /// matches. One takes all, one few, one half; the language decides nothing.
    @Test func aHabitIsNoMatch() throws {
        var story = Self.program(.learned)
        for partner in ["B", "C"] { story.given(0, .partner(partner) { $0.languages = ["de"]; $0.verticals = ["energy"] }) }
        for index in 0..<600 {
            let partner = ["A", "B", "C"][index % 3]
            let takes = partner == "A" ? true : partner == "B" ? index % 12 == 1 : index % 2 == 0
            story.given(index + 1, .lead("L\(index)") { $0.language = index % 5 < 2 ? "de" : "fr" })
            story.given(index + 1, .human("L\(index)", .assign(partnerID: partner)))
            story.given(index + 1, takes ? .accepted("L\(index)", partner) : .declined("L\(index)", partner))
        }
        let acceptance = try #require(weight(.acceptance, story)), language = try #require(weight(.language, story))
        #expect(acceptance.learned == acceptance.fixed && acceptance.deviation == 0)
        #expect(language.learned < 2 * language.fixed, "\(language)")
        let standing = story.state.modelStanding(cellsMost: 0)
        #expect(standing.answersTaken > 250 && standing.answersRefused > 150)
        #expect(abs(standing.fitWeights.reduce(0) { $0 + $1.learned } - 1) < 1e-12)
    }

    /// The fixed weights count until the policy says otherwise, and what answers taught by then is there at once.
    @Test func fixedWeightsStay() throws {
        var story = Self.program(.fixed)
        answer(&story, 100)
        let probe = Input.lead("probe") { $0.language = "de" }
        let fixed = try #require(Decider.explain(probe, at: Moment.at(500), in: story.state).evaluation?.fitWeights)
        #expect(fixed[FitContribution.language.rawValue] == weight(.language, story)?.fixed)
        story.given(500, .policy("p2") { $0.ownerFirst = false; $0.fitWeights.mode = .learned })
        let learned = try #require(Decider.explain(probe, at: Moment.at(500), in: story.state).evaluation?.fitWeights)
        #expect(learned[FitContribution.language.rawValue] > fixed[FitContribution.language.rawValue])
    }

    /// Other fixed weights are another start.
    @Test func anotherPolicyStartsAnew() throws {
        var story = Self.program(.learned)
        answer(&story, 100)
        story.given(500, .policy("p2") { $0.fitWeights.language = 50; $0.fitWeights.mode = .learned })
        let language = try #require(weight(.language, story))
        #expect(abs(language.learned - language.fixed) < 1e-12 && story.state.modelStanding(cellsMost: 0).answersTaken == 0)
    }

    /// Weights are normalised on whatever scale they are stated; what is stated of the later four counts as it is.
    @Test func weightsAreSharesOnAnyScale() throws {
        let small = Self.program(.fixed) { $0.fitWeights.vertical = 1; $0.fitWeights.country = 1; $0.fitWeights.language = 1
            $0.fitWeights.dealSize = 1; $0.fitWeights.technologies = 0; $0.fitWeights.winRate = 0; $0.fitWeights.acceptance = 2 }
        let shares = small.state.modelStanding(cellsMost: 0).fitWeights
        let expected = [1, 1, 1, 1, 0, 0, 0.1, 2, 0.1, 0.1].map { $0 / 6.3 }
        for (weight, share) in zip(shares, expected) { #expect(abs(weight.fixed - share) < 1e-12, "\(weight.contribution)") }
    }

    /// What answers teach is a function of the journal: the same answers, read back halfway, teach the same.
    @Test func aRestoredModelLearnsTheSame() throws {
        var story = Self.program(.learned)
        answer(&story, 20)
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        for index in 100..<120 {
            for input in [Input.lead("L\(index)") { $0.language = "de" }, index % 3 == 0 ? .declined("L\(index)", "A") : .responded("L\(index)", "A")] {
                story.given(index, input)
                _ = restored.receive(input, at: Moment.at(index))
            }
        }
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
    }
}
