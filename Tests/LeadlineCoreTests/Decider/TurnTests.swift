import LeadlineCore
import Testing

/// Goal: what an owner's lead and a declined lead do to whose turn it is among equals is a rule that one can read in the policy.
/// Method: equal partners, their debts in thousandths of a lead after each step.
@Suite struct TurnTests {
    private static func equals(_ ids: String..., policy: (inout Policy) -> Void = { _ in }) -> Story {
        var story = Story(.policy("p1") { $0.sla.firstResponseMinutes = 0; policy(&$0) })
        for id in ids { story.given(0, .partner(id)) }
        return story
    }

    private func debts(_ story: Story) -> [Int64] { story.state.partnerStandings.map { $0.tieDebtMicros / 1_000 } }
    private func holder(_ story: Story, _ lead: String) -> String { story.state.lead(lead)?.partnerID ?? "nobody" }

    /// A owns account 1.
    private static func owned(keeps: Bool) -> Story {
        var story = equals("A", "B") { $0.ownershipKeepsTurn = keeps }
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        return story
    }

    /// By default an owner's lead is a turn: the next two equal leads go to the other one first.
    @Test func anOwnersLeadIsATurn() throws {
        var story = Self.owned(keeps: false)
        let before = debts(story)
        story.given(1, .lead("L1", account: 1))
        #expect(try story.evaluation().basis == .ownership)
        #expect(zip(debts(story), before).map { $0 - $1 } == [-500, 500])
    }

    /// With the switch it leaves debts, and who waited longest, as they were.
    @Test func anOwnersLeadCanKeepTheTurn() throws {
        var story = Self.owned(keeps: true)
        let before = debts(story)
        story.given(1, .lead("L1", account: 1), .lead("L2", account: 1))
        #expect(try story.evaluation().basis == .ownership)
        #expect(debts(story) == before)
    }

    /// Over many leads: A owns an account that sends as many leads as there are ties.
    @Test(arguments: [(false, 0), (true, 30)])
    func ownershipOverTime(keeps: Bool, tiesWonByA: Int) {
        var story = Self.equals("A", "B") { $0.ownershipKeepsTurn = keeps }
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        var wins = 0
        for number in 1...60 {
            story.given(2 * number, .lead("O\(number)", account: 1))
            #expect(holder(story, "O\(number)") == "A")
            story.given(2 * number + 1, .lead("T\(number)"))
            if holder(story, "T\(number)") == "A" { wins += 1 }
        }
        #expect(abs(wins - tiesWonByA) <= 1)
        #expect(debts(story).reduce(0, +) == 0)
    }

    /// An owner's turn is taken from everyone alike: among the others nothing changes, and who is gone is owed nothing.
    @Test func anOwnersTurnIsOwedToEveryoneAlike() {
        var story = Self.equals("A", "B", "C", "gone", policy: { _ in })
        story.given(0, .removed("gone"), .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")))
        let before = story.state.partnerStandings.map(\.tieDebtMicros)
        story.given(1, .lead("L1", account: 1))
        #expect(zip(story.state.partnerStandings.map(\.tieDebtMicros), before).map { $0 - $1 } == [-666_666, 333_333, 333_333, 0])
    }

    /// By default a declined lead was a turn all the same.
    @Test func aDeclinedLeadIsATurn() {
        var story = Self.equals("A", "B")
        story.given(1, .lead("L1"))
        let first = holder(story, "L1")
        let before = debts(story)
        story.given(2, .declined("L1", first))
        #expect(debts(story) == before)
    }

    /// With the switch the decline gives back what the lead cost, and takes it from those who were credited.
    @Test func aDeclineCanGiveTheTurnBack() {
        var story = Self.equals("A", "B") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"))
        let first = holder(story, "L1")
        #expect(debts(story).map(abs) == [500, 500])
        story.given(2, .declined("L1", first))
        #expect(debts(story) == [0, 0])
    }

    /// Three equals: the second tie among the two others stands, the first is as if it never was.
    @Test func theNextTieStands() throws {
        var story = Self.equals("A", "B", "C") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"))
        let first = holder(story, "L1")
        story.given(2, .declined("L1", first))
        let second = holder(story, "L1")
        for standing in story.state.partnerStandings {
            let id = standing.profile.partnerID
            #expect(standing.tieDebtMicros == (id == first ? 0 : id == second ? -500_000 : 500_000), "\(id)")
        }
    }

    /// A paused or late partner had its turn; so had one that responded before it declined.
    @Test(arguments: [[Input.human("L1", .reroute)], [.responded("L1", "A"), .declined("L1", "A")], [.withdrawn("L1")], [.lost("L1", "A")]])
    func onlyADeclineBeforeAResponseGivesBack(inputs: [Input]) {
        var story = Self.equals("A", "B") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"))
        #expect(holder(story, "L1") == "A")
        let before = debts(story)
        for input in inputs { story.given(2, input) }
        #expect(debts(story) == before)
    }

    @Test func aMissGivesNothingBack() {
        var story = Self.equals("A", "B") { $0.declineKeepsTurn = true; $0.sla.firstResponseMinutes = 5 }
        story.given(1, .lead("L1"))
        let before = debts(story)
        story.until(6, then: ["expired L1 at A, attempt 1, due 6", "assigned L1 to B, attempt 2, expired, due 11"])
        #expect(debts(story) == before)
    }

    /// An owner that declines gets its turn back too, from everyone.
    @Test func anOwnersDeclineGivesBack() {
        var story = Self.equals("A", "B", "C") { $0.declineKeepsTurn = true }
        story.given(0, .lead("L0", account: 1), .human("L0", .assign(partnerID: "A")), .capacity("B", open: 0), .capacity("C", open: 0))
        let before = debts(story)
        story.given(1, .lead("L1", account: 1))
        #expect(debts(story) != before)
        story.given(2, .declined("L1", "A"))
        #expect(debts(story) == before)
    }

    /// The rule that held when the lead was given holds when it is declined, and a snapshot remembers.
    @Test func theTurnIsInASnapshot() throws {
        var story = Self.equals("A", "B", "C") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"), .policy("p2") { $0.sla.firstResponseMinutes = 0 })
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        let decline = Input.declined("L1", holder(story, "L1"))
        story.given(2, decline)
        _ = restored.receive(decline, at: Moment.at(2))
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
        #expect(debts(story).map(abs).sorted() == [0, 500, 500])
    }
}
