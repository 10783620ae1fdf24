import LeadlineCore
import Testing

/// Goal: a cap on leads of one kind is as hard as any other, counts as the period does, and no new profile lifts it.
@Suite struct SegmentCapTests {
    private static func italian(_ most: UInt32) -> SegmentCap { SegmentCap(leadField: .country, value: "IT", leadsPerPeriodMax: most) }

    private static func capped(_ caps: SegmentCap...) -> Story {
        Story(
            .policy {
                $0.sla.firstResponseMinutes = 0
                $0.periodAnchor = Moment.start
            },
            .partner("A") { $0.capacity.segments = caps })
    }

    private func holder(_ story: Story, _ lead: String) -> String { story.state.lead(lead)?.partnerID ?? "nobody" }

    private func takes(_ story: inout Story, _ minute: Int, _ id: String, _ country: String = "IT") -> Bool {
        story.given(minute, .lead(id) { $0.country = country })
        return holder(story, id) == "A"
    }

    @Test func onlyItsKindIsCapped() throws {
        var story = Self.capped(Self.italian(2))
        #expect(takes(&story, 1, "L1") && takes(&story, 1, "L2"))
        #expect(!takes(&story, 1, "L3"))
        #expect(try story.exclusions() == ["segmentCap 1"])
        #expect(takes(&story, 1, "L4", "DE"))
        #expect(try story.partner("A").segments == [SegmentStanding(cap: Self.italian(2), leads: 2)])
    }

    /// What was given back in the period still counts in it; the next one begins at nothing.
    @Test func itCountsAsThePeriodDoes() throws {
        let week = 7 * Moment.minutesPerDay
        var story = Self.capped(Self.italian(1))
        #expect(takes(&story, 1, "L1"))
        story.given(1, .withdrawn("L1"))
        #expect(!takes(&story, week - 1, "L2"))
        #expect(try story.partner("A").segments.map(\.leads) == [1])
        #expect(takes(&story, week, "L3"))
        #expect(!takes(&story, week + 1, "L4"))
    }

    /// A cap of nothing; two caps on one lead; lists; what the account knows.
    @Test func everyKindOfField() {
        var none = Self.capped(Self.italian(0))
        #expect(!takes(&none, 1, "L1") && takes(&none, 1, "L2", "DE"))
        var two = Self.capped(Self.italian(9), SegmentCap(leadField: .technologies, value: "k8s", leadsPerPeriodMax: 1))
        two.given(1, .technographics(account: 1, ["k8s", "db"]), .lead("L1", account: 1) { $0.country = "IT" })
        two.given(1, .lead("L2", account: 1) { $0.country = "IT" }, .lead("L3") { $0.country = "IT" })
        #expect(["L1", "L2", "L3"].map { holder(two, $0) } == ["A", "nobody", "A"])
        var basis = Self.capped(SegmentCap(leadField: .lawfulBasis, value: "consent", leadsPerPeriodMax: 1))
        basis.given(1, .lead("L1") { $0.lawfulBasis = .consent }, .lead("L2") { $0.lawfulBasis = .consent }, .lead("L3"))
        #expect(["L1", "L2", "L3"].map { holder(basis, $0) } == ["A", "nobody", "A"])
    }

    /// Every assignment counts, whoever made it; a human may go past the cap.
    @Test func humansAndHistoryCountAndGoPast() {
        var story = Self.capped(Self.italian(2))
        story.given(1, .lead("H", past: "A") { $0.country = "IT" }.asHistory)
        #expect(takes(&story, 1, "L1"))
        #expect(!takes(&story, 1, "L2"))
        story.when(2, .human("L2", .assign(partnerID: "A")), then: "assigned L2 to A, attempt 1, human")
    }

    /// A new profile or capacity finds the counts where they were: raised, lowered, left out and stated again.
    @Test func aNewProfileLiftsNoCount() {
        var story = Self.capped(Self.italian(2))
        #expect(takes(&story, 1, "L1"))
        story.given(2, .partner("A") { $0.capacity.segments = [Self.italian(2)] })
        #expect(takes(&story, 2, "L2") && !takes(&story, 2, "L3"))
        story.given(3, .capacity("A", segments: [Self.italian(3)]))
        #expect(takes(&story, 3, "L4") && !takes(&story, 3, "L5"))
        // Left out, it is no cap; what comes meanwhile still counts when it is stated again.
        story.given(4, .partner("A"))
        #expect(takes(&story, 4, "L6"))
        story.given(5, .capacity("A", segments: [Self.italian(4)]))
        #expect(!takes(&story, 5, "L7"))
        story.given(6, .capacity("A", segments: [Self.italian(5)]))
        #expect(takes(&story, 6, "L8") && !takes(&story, 6, "L9"))
    }

    /// One that is stated for the first time counts from then on: nobody counted before.
    @Test func aNewCapCountsFromItsStatement() {
        var story = Self.capped()
        #expect(takes(&story, 1, "L1"))
        story.given(2, .capacity("A", segments: [Self.italian(1)]))
        #expect(takes(&story, 3, "L2") && !takes(&story, 3, "L3"))
    }

    /// The lead counts as what it was when it was assigned.
    @Test func correctionsDoNotMoveCounts() {
        var story = Self.capped(Self.italian(1))
        #expect(takes(&story, 1, "L1", "DE"))
        story.given(2, .updated("L1") { $0.country = "IT" })
        #expect(takes(&story, 3, "L2") && !takes(&story, 3, "L3"))
    }

    @Test func theCountsAreInASnapshot() throws {
        var story = Self.capped(Self.italian(2))
        #expect(takes(&story, 1, "L1"))
        story.given(2, .capacity("A"))
        let bytes = story.state.canonicalBytes()
        var restored = Stream(try State(canonicalBytes: bytes))
        #expect(restored.state.canonicalBytes() == bytes)
        for stream in [story.stream, restored] {
            var stream = stream
            _ = stream.receive(.capacity("A", segments: [Self.italian(1)]), at: Moment.at(3))
            #expect(stream.state.partnerStandings.first?.segments.map(\.leads) == [1])
        }
        _ = restored.receive(.lead("L2"), at: Moment.at(3))
        #expect(restored.state.lead("L2")?.partnerID == "A")
    }

    /// A producer that changes its mind for ever fills no memory.
    @Test func countsAreBounded() {
        var story = Self.capped()
        for number in 0..<500 {
            story.given(number, .capacity("A", segments: [SegmentCap(leadField: .source, value: "s\(number)", leadsPerPeriodMax: 1)]))
        }
        let before = story.state.canonicalBytes().count
        for number in 0..<500 {
            story.given(1_000 + number, .capacity("A", segments: [SegmentCap(leadField: .source, value: "s\(number)", leadsPerPeriodMax: 1)]))
        }
        #expect(story.state.canonicalBytes().count < before + 64 * 16)
    }

    /// The owner of an account at such a cap: a human decides, as with any other cap.
    @Test func anOwnerAtASegmentCapMeansAHuman() throws {
        var story = Self.capped(Self.italian(1))
        story.given(0, .partner("B"), .lead("L1", account: 1) { $0.country = "IT" })
        let owner = holder(story, "L1")
        if owner != "A" { story.given(0, .human("L1", .assign(partnerID: "A"))) }
        story.when(1, .lead("L2", account: 1) { $0.country = "IT" }, then: "escalated L2 to partner-managers, ownerAtCap, suggests B")
        story.when(1, .lead("L3", account: 1) { $0.country = "DE" }, then: "assigned L3 to A, attempt 1, submitted")
    }

    @Test func capsHoldForManyPartners() throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 })
        for number in 0..<200 {
            story.given(0, .partner("P\(number)") { if number % 3 == 0 { $0.capacity.segments = [Self.italian(0)] } })
        }
        story.given(1, .lead("L1") { $0.country = "IT" })
        #expect(try story.exclusions() == ["segmentCap 67"])
        #expect(try story.evaluation().scored == 133)
    }
}
