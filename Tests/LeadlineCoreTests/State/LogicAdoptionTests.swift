import LeadlineCore
import Testing

/// Goal: a program that takes up a later logic goes on from what it knows, and a snapshot of it decides alike.
@Suite struct LogicAdoptionTests {
    private static func adopted() -> Story {
        var story = Story(
            logic: 1, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A") { $0.verticals = ["energy"] }, .partner("B"), .partner("C"))
        for number in 0..<40 {
            let id = "L\(number)"
            story.given(1 + 10 * number, .lead(id) { $0.vertical = "energy"; $0.dealValue = euros(10_000) })
            guard let holder = story.state.lead(id)?.partnerID else { continue }
            story.given(5 + 10 * number, number % 3 == 0 ? .won(id, holder) : .lost(id, holder))
        }
        story.when(500, Input(.logicVersionAdopted(2)))
        return story
    }

    @Test func aSnapshotAfterTheAdoptionDecidesAlike() throws {
        let story = Self.adopted()
        #expect(story.state.logicVersion == 2)
        let bytes = story.state.canonicalBytes()
        let copy = try State(canonicalBytes: bytes)
        #expect(copy.canonicalBytes() == bytes)
        let lead = Input.lead("next") { $0.vertical = "energy"; $0.dealValue = euros(70_000) }
        let (here, there) = (Decider.decide(lead, at: Moment.at(600), in: story.state), Decider.decide(lead, at: Moment.at(600), in: copy))
        #expect(here == there && here.contains { $0.evaluated != nil })
    }

    @Test func nobodyGoesBackOrSkips() {
        var story = Self.adopted()
        for version in [0, 1, 2, 99] as [UInt32] {
            story.when(501, Input(.logicVersionAdopted(version)), then: "disregarded -, noChange")
        }
        #expect(story.state.logicVersion == 2)
    }
}
