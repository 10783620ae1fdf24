import LeadlineCore
import Testing

/// Goal: a program that takes up a later logic goes on from what it knows, and a snapshot of it decides alike.
@Suite struct LogicAdoptionTests {
    private static func adopted(from before: UInt32, to versions: [UInt32]) -> Story {
        var story = Story(
            logic: before, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A") { $0.verticals = ["energy"] }, .partner("B"), .partner("C"))
        for number in 0..<40 {
            let id = "L\(number)"
            story.given(1 + 10 * number, .lead(id) { $0.vertical = "energy"; $0.dealValue = euros(10_000) })
            guard let holder = story.state.lead(id)?.partnerID else { continue }
            story.given(5 + 10 * number, number % 3 == 0 ? .won(id, holder) : .lost(id, holder))
        }
        for version in versions { story.when(500, Input(.logicVersionAdopted(version))) }
        return story
    }

    /// Every way up: from each version to each later one, also step by step.
    static let ways: [(from: UInt32, to: [UInt32])] = (Logic.oldest..<Logic.newest).flatMap { from in
        ((from + 1)...Logic.newest).map { (from, [$0]) } + [(from, Array((from + 1)...Logic.newest))]
    }

    @Test(arguments: ways) func aSnapshotAfterTheAdoptionDecidesAlike(from: UInt32, to versions: [UInt32]) throws {
        let story = Self.adopted(from: from, to: versions)
        #expect(story.state.logicVersion == versions.last)
        let bytes = story.state.canonicalBytes()
        let copy = try State(canonicalBytes: bytes)
        #expect(copy.canonicalBytes() == bytes)
        let lead = Input.lead("next") { $0.vertical = "energy"; $0.dealValue = euros(70_000) }
        let (here, there) = (Decider.decide(lead, at: Moment.at(600), in: story.state), Decider.decide(lead, at: Moment.at(600), in: copy))
        #expect(here == there && here.contains { $0.evaluated != nil })
    }

    @Test func nobodyGoesBackOrSkips() {
        var story = Self.adopted(from: 1, to: [2])
        for version in [0, 1, 2, 99] as [UInt32] {
            story.when(501, Input(.logicVersionAdopted(version)), then: "disregarded -, noChange")
        }
        #expect(story.state.logicVersion == 2)
    }

    /// What was decided before, an outcome corrects afterwards: the lead's row is as wide as the model has become.
    @Test(arguments: ways) func outcomesAfterTheAdoptionTeach(from: UInt32, to versions: [UInt32]) throws {
        var story = Self.adopted(from: from, to: versions)
        let before = story.state.modelStanding
        story.given(600, .lead("L40") { $0.vertical = "energy" })
        let holder = try #require(story.state.lead("L40")?.partnerID)
        story.given(601, .won("L40", holder))
        let corrected = try #require((0..<40).map { "L\($0)" }.first { story.state.lead($0)?.stage == .won })
        story.given(602, .lost(corrected, try #require(story.state.lead(corrected)?.partnerID)))
        #expect(story.state.modelStanding.contentHash != before.contentHash)
        let bytes = story.state.canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
    }
}
