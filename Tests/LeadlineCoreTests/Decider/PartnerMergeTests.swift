import LeadlineCore
import Testing

/// Goal: two partners become one, and nothing of either is lost: leads, promises, counts, history; the id that ends
/// stands for the other.
@Suite struct PartnerMergeTests {
    private static func merge(_ from: String, _ into: String) -> Input {
        Input(.partnersMerged(.init(fromPartnerID: from, intoPartnerID: into, decidedBy: "desk", reason: .takeover)))
    }

    private static func floor(_ id: String, _ least: UInt32) -> Input {
        Input(.partnerCapacitySet(.init(partnerID: id, capacity: Capacity(leadsPerPeriodMin: least))))
    }

    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(
            logic: version, .policy { $0.sla.firstResponseMinutes = 60; $0.ownerFirst = true },
            .partner("A") { $0.typicalDealMin = euros(1) }, .partner("B"), .partner("C"), .paused("B"), .paused("C"))
    }

    /// L1 unanswered and L2 answered at A; B and C are there again.
    private static func held() -> Story {
        var story = program()
        story.given(1, .lead("L1", account: 1))
        story.given(2, .lead("L2", account: 2), .responded("L2", "A"))
        story.given(3, .resumed("B"), .resumed("C"))
        return story
    }

    @Test func openLeadsAreTheOthersAndAreAnnounced() throws {
        var story = Self.held()
        let before = try story.partner("A")
        story.when(5, Self.merge("A", "B"))
        story.until(
            5,
            then: [
                "ended L1 at A, attempt 1, partnersMerged", "assigned L1 to B, attempt 1, partnersMerged, due 61",
            ],
            ["ended L2 at A, attempt 1, partnersMerged", "assigned L2 to B, attempt 1, partnersMerged"])
        let (a, b) = (try story.partner("A"), try story.partner("B"))
        #expect(a.status == "removed" && a.mergedIntoPartnerID == "B" && a.openLeads == 0)
        #expect(b.openLeads == 2 && b.assignments == before.assignments && b.leadsInPeriod == before.leadsInPeriod)
        #expect(story.state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
        // The promise goes on, and is kept or broken by the one that remains.
        #expect(story.state.lead("L2")?.stage == .responded)
        story.until(61, then: ["expired L1 at B, attempt 1, due 61", "assigned L1 to C, attempt 2, expired, due 121"])
    }

    /// Both ids answer for it, before the announcement and after it.
    @Test(arguments: ["A", "B"]) func eitherIdAnswers(id: String) {
        var story = Self.held()
        story.given(5, Self.merge("A", "B"))
        _ = story.fireNext()
        _ = story.fireNext()
        story.when(6, .responded("L1", id), then: "responded L1 by B after 5")
        story.when(7, .won("L1", id, euros(5)), then: "closed L1 at B, won, 500, learned")
        story.when(8, .declined("L2", id), then: "ended L2 at B, attempt 1, declined", "assigned L2 to C, attempt 2, declined, due 68")
    }

    /// History adds up: outcomes, the account it owns, commission that stands.
    @Test func historyGoesOver() throws {
        var story = Self.program()
        story.given(0, .commission("A", basisPoints: 1_000))
        story.given(1, .lead("L1", account: 1), .responded("L1", "A"), .won("L1", "A", euros(100)))
        story.given(2, .resumed("B"), .lead("L2"), .human("L2", .assign(partnerID: "B")), .responded("L2", "B"), .lost("L2", "B"))
        story.given(3, Self.merge("A", "B"))
        let b = try story.partner("B")
        #expect(b.won == 1 && b.lost == 1)
        #expect(try story.partner("A").won == 0)
        story.given(4, .lead("L3", account: 1))
        #expect(story.state.lead("L3")?.partnerID == "B")
        #expect(try story.evaluation().basis == .ownership)
        // The deal is lost after all: what accrued to A is taken back from the one that remains.
        story.when(
            5, .lost("L1", "A"), then: "closed L1 at B, lost, learned", "reversed L1 of B, 1000 at 1000")
    }

    @Test func floorsAndCountsAddUp() throws {
        var story = Self.program()
        story.given(0, Self.floor("A", 3), Self.floor("B", 2))
        story.given(1, .lead("L1"), .lead("L2"))
        story.given(2, Self.merge("A", "B"))
        for _ in 0..<2 { _ = story.fireNext() }
        let b = try story.partner("B")
        #expect(b.profile.capacity.leadsPerPeriodMin == 5 && b.leadsInPeriod == 2)
    }

    @Test func whatIsDisregarded() {
        var story = Self.held()
        story.when(4, Self.merge("X", "A"), then: "disregarded X, partnerUnknown")
        story.when(4, Self.merge("A", "X"), then: "disregarded X, partnerUnknown")
        story.when(4, Self.merge("A", "A"), then: "disregarded A, noChange")
        story.given(5, Self.merge("A", "B"))
        for _ in 0..<2 { _ = story.fireNext() }
        story.when(6, Self.merge("A", "B"), then: "disregarded A, noChange")
        story.when(6, Self.merge("B", "A"), then: "disregarded A, partnerMerged")
        story.when(6, Self.merge("A", "C"), then: "disregarded A, partnerMerged")
        story.when(6, Self.merge("C", "A"), then: "disregarded A, partnerMerged")
        // What is said of the partner itself by its former id reaches nobody.
        story.when(6, .partner("A"), then: "disregarded A, partnerMerged")
        story.when(6, .resumed("A"), then: "disregarded A, partnerMerged")
        story.when(6, .removed("A"), then: "disregarded A, partnerMerged")
        story.when(6, .paused("A"), then: "disregarded A, partnerMerged")
        story.when(6, .capacity("A", open: 0), then: "disregarded A, partnerMerged")
        story.when(6, .absence("A", from: 0, until: 9_999), then: "disregarded A, partnerMerged")
        // A chain ends at its end.
        story.given(7, Self.merge("B", "C"))
        for _ in 0..<2 { _ = story.fireNext() }
        story.when(8, .responded("L1", "A"), then: "responded L1 by C after 7")
        story.given(9, .removed("C"))
        while story.state.nextDeadline.map({ $0 <= Moment.at(9) }) == true { _ = story.fireNext() }
        story.when(10, .partner("D"))
        story.when(10, Self.merge("D", "C"), then: "disregarded C, partnerRemoved")
    }

    @Test func earlierLogicDoesNotKnowIt() {
        var story = Self.program(logic: 6)
        story.when(4, Self.merge("A", "B"), then: "disregarded A, logicTooOld")
    }

    /// With histories of every kind on both sides: what is folded is what a snapshot holds, and it goes on the same.
    @Test(arguments: UInt64(1)...2, HostileProducer.Pace.allCases)
    func snapshotsAndRecoveryAgree(seed: UInt64, pace: HostileProducer.Pace) throws {
        var stream = Stream()
        var producer = HostileProducer(seed: seed, pace: pace)
        _ = stream.receive(.program(), at: Moment.start)
        _ = stream.receive(producer.policy(), at: Moment.start)
        for id in HostileProducer.partners { _ = stream.receive(producer.profile(id), at: Moment.start) }
        var recovered = stream.state
        stream.beforeFold = { state, entry in
            #expect(Decider.decide(entry.input, at: entry.stamp, in: state) == entry.events, "seed \(seed), \(pace)")
        }
        var (merged, entries) = (0, [Stream.Entry]())
        for step in 0..<500 {
            var (input, at) = producer.next(stream.state)
            if step % 80 == 79 {
                input = Self.merge(HostileProducer.partners[merged], HostileProducer.partners[(merged + 3) % 10])
                merged += 1
            }
            entries += stream.advance(before: at)
            if case .entry(let entry) = stream.receive(input, at: at) { entries.append(entry) }
            if step % 50 != 49 { continue }
            let bytes = stream.state.canonicalBytes()
            let restored = try State(canonicalBytes: bytes)
            #expect(restored.canonicalBytes() == bytes && restored.nextDeadline == stream.state.nextDeadline, "seed \(seed), \(pace), \(step)")
            #expect(stream.state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
        }
        for entry in entries { recovered.fold(entry.input, entry.events, at: entry.stamp) }
        #expect(recovered.canonicalBytes() == stream.state.canonicalBytes(), "seed \(seed), \(pace)")
        #expect(stream.state.partnerStandings.count { !$0.mergedIntoPartnerID.isEmpty } > 2)
    }
}
