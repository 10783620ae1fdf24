import LeadlineCore
import Testing

/// Goal: a person who writes twice is one lead at one partner, also where a form knows no company; one who asks for two
/// companies is two.
@Suite struct SamePersonTests {
    private static func program(logic version: UInt32 = Logic.newest, days: UInt32 = 30) -> Story {
        Story(logic: version, .policy { $0.sla.firstResponseMinutes = 0; $0.samePersonDays = days }, .partner("A"))
    }

    /// The account of the first lead, of the second, and whether they are one; under this logic and before.
    @Test(arguments: [
        (nil, nil, true, false), (1, nil, true, false), (nil, 1, true, false), (1, 1, true, true), (1, 2, false, false),
    ] as [(UInt64?, UInt64?, Bool, Bool)])
    func byPersonAndAccount(first: UInt64?, second: UInt64?, isOne: Bool, wasOne: Bool) {
        for (version, expected) in [(Logic.newest, isOne), (6, wasOne)] as [(UInt32, Bool)] {
            var story = Self.program(logic: version)
            story.given(1, .lead("L1", account: first, person: 1))
            story.given(2, .lead("L2", account: second, person: 1))
            #expect((story.state.lead("L2")?.leadID == "L1") == expected, "\(version)")
        }
    }

    @Test func theSameAccountComesBeforeNone() {
        var story = Self.program()
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 2, person: 1))
        story.when(2, .lead("L3", account: 1, person: 1), then: "merged L3 into L1, same person")
        story.when(3, .lead("L4", account: 2, person: 1), then: "merged L4 into L2, same person")
        story.when(4, .lead("L5", person: 1), then: "merged L5 into L2, same person")
        story.when(5, .lead("L6", person: 2), then: "assigned L6 to A, attempt 1, submitted")
    }

    @Test func notOnesThatAreOverOrToldApartOrLongAgo() {
        var story = Self.program(days: 1)
        story.given(1, .lead("L1", person: 1), .withdrawn("L1"))
        story.when(2, .lead("L2", person: 1), then: "assigned L2 to A, attempt 1, submitted")
        story.given(3, .lead("L3", person: 1), .leadsUnlinked("L3", "L2"))
        story.when(4, .lead("L4", person: 1), then: "assigned L4 to A, attempt 1, submitted")
        story.given(5, .lead("L5", person: 3))
        story.when(5 + 1_441, .lead("L6", person: 3), then: "assigned L6 to A, attempt 1, submitted")
    }

    @Test func linkedPersonsAreOne() {
        var story = Self.program()
        story.given(1, .lead("L1", person: 1), .lead("L2", account: 2, person: 2), .link("L1", "L2").of(person: 1, linked: 2))
        story.given(2, .withdrawn("L2"))
        story.when(3, .lead("L3", person: 2), then: "merged L3 into L1, same person")
    }

    /// Whom the lead's own address or telephone number leads to is the same person, unless somebody said that they are two.
    @Test func whomALeadLeadsToIsItsPerson() {
        var story = Self.program()
        story.given(1, .lead("L1", person: 1))
        story.when(2, .lead("L2").of(person: 2, linked: 1), then: "merged L2 into L1, same person", "linked L2, 2 with 1, inferred")
        story.given(3, .withdrawn("L1"), .lead("L3", person: 1))
        story.when(4, .lead("L4", person: 2), then: "merged L4 into L3, same person")
        story.given(5, .lead("L5", account: 1, person: 5), .lead("L6", account: 2, person: 6))
        story.given(6, .unlink("L6", "L5").of(person: 6, linked: 5), .link("L6", "L5").of(person: 6, linked: 5))
        story.given(7, .unlink("L6", "L5").of(person: 6, linked: 5))
        story.when(8, .lead("L7").of(person: 6, linked: 5), then: "merged L7 into L6, same person")
    }

    @Test func snapshotsAndAdoptionsKnowThem() throws {
        var story = Self.program(logic: 6)
        story.given(1, .lead("L1", person: 1), .lead("L2", person: 2), .lead("L3", person: 1), .withdrawn("L3"))
        story.given(2, Input(.logicVersionAdopted(7)))
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        #expect(copy.canonicalBytes() == story.state.canonicalBytes())
        let next = Input.lead("L4", account: 5, person: 1)
        let decided = Decider.decide(next, at: Moment.at(3), in: copy)
        #expect(decided.map(\.text) == ["merged L4 into L1, same person"])
        #expect(decided == Decider.decide(next, at: Moment.at(3), in: story.state))
    }
}
