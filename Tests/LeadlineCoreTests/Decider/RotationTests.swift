import LeadlineCore
import Testing

/// Goal: in a rotation, what an owner's lead and a declined lead do to whose turn it is follows the policy's two switches.
/// Method: partners that take turns in one country; who gets which lead, in order.
@Suite struct RotationTests {
    private static func rotation(_ ids: String..., weight: UInt32 = 0, policy: (inout Policy) -> Void = { _ in }) -> Story {
        var story = Story(.policy("p1") { $0.sla.firstResponseMinutes = 0; $0.method = weight > 0 ? .weightedRotation : .roundRobin; policy(&$0) })
        for id in ids { story.given(0, .partner(id) { $0.rotationWeight = id == "A" ? weight : min(weight, 1) }) }
        return story
    }

    private func holder(_ story: Story, _ lead: String) -> String { story.state.lead(lead)?.partnerID ?? "nobody" }

    /// Leads without an owner, one after another from minute `start` on.
    private func next(_ count: Int, from start: Int, _ story: inout Story) -> String {
        (0..<count).map { number in
            story.given(start + number, .lead("N\(start + number)"))
            return holder(story, "N\(start + number)")
        }.joined()
    }

    @Test func theyTakeTurns() {
        var story = Self.rotation("A", "B", "C")
        #expect(next(7, from: 1, &story) == "ABCABCA")
    }

    /// An owner's leads are turns by default; with the switch they are not.
    @Test(arguments: [(false, "BBB"), (true, "BAB")])
    func ownersLeads(keeps: Bool, then: String) {
        var story = Self.rotation("A", "B") { $0.ownershipKeepsTurn = keeps }
        story.given(0, .lead("L0", account: 1))
        #expect(holder(story, "L0") == "A")
        story.given(1, .lead("O1", account: 1), .lead("O2", account: 1))
        #expect(holder(story, "O2") == "A")
        #expect(next(3, from: 2, &story) == then)
    }

    /// A declined lead is a turn by default; with the switch its partner has it still.
    @Test(arguments: [(false, "ABCA"), (true, "BACB")])
    func declinedLeads(keeps: Bool, then: String) {
        var story = Self.rotation("A", "B", "C") { $0.declineKeepsTurn = keeps }
        #expect(next(1, from: 1, &story) == "A")
        story.given(2, .lead("L1"), .declined("L1", "B"))
        #expect(holder(story, "L1") == "C")
        #expect(next(4, from: 3, &story) == then)
    }

    /// A credit waits while its partner is away, and is worth one turn, not more.
    @Test func aCreditIsUsedOnce() {
        var story = Self.rotation("A", "B") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"), .declined("L1", "A"), .paused("A"))
        #expect(next(4, from: 2, &story) == "BBBB")
        story.given(9, .resumed("A"))
        #expect(next(5, from: 10, &story) == "AABAB")
    }

    /// With weights a decline gives back what the turn cost, not a whole turn of a partner of weight one.
    @Test func aCreditGoesByWeight() {
        var story = Self.rotation("A", "B", weight: 3) { $0.declineKeepsTurn = true }
        #expect(next(4, from: 1, &story).filter { $0 == "A" }.count == 3)
        for number in 0..<3 {
            story.given(10 + number, .lead("D\(number)"))
            if holder(story, "D\(number)") == "A" { story.given(10 + number, .declined("D\(number)", "A")) }
        }
        let after = next(40, from: 20, &story)
        #expect((30...33).contains(after.filter { $0 == "A" }.count))
    }

    /// One that responded had its turn.
    @Test func aResponseEndsIt() {
        var story = Self.rotation("A", "B", "C") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"), .responded("L1", "A"), .declined("L1", "A"))
        #expect(next(3, from: 2, &story) == "CAB")
    }

    /// What a lead cost, and a credit, are in a snapshot.
    @Test func creditsAreInASnapshot() throws {
        var story = Self.rotation("A", "B", "C") { $0.declineKeepsTurn = true }
        story.given(1, .lead("L1"), .declined("L1", "A"), .lead("L2"))
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        let decline = Input.declined("L2", holder(story, "L2"))
        story.given(2, decline)
        _ = restored.receive(decline, at: Moment.at(2))
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
        #expect(next(2, from: 3, &story) != "BC")
    }

    /// Version 1 knows none of it: an owner's leads are no turns.
    @Test func version1StaysAsItIs() {
        var story = Story(logic: 1, .policy("p1") { $0.sla.firstResponseMinutes = 0; $0.method = .roundRobin })
        story.given(0, .partner("A"), .partner("B"), .lead("L0", account: 1), .lead("O1", account: 1), .lead("O2", account: 1))
        #expect(holder(story, "O2") == "A")
        #expect(next(2, from: 1, &story) == "BA")
    }
}
