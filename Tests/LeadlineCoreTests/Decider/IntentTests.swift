import LeadlineCore
import Testing

/// Goal: an account keeps its buying signals, one for each topic and vendor, and the strongest by now counts.
/// Method: what an evaluation knows of a lead of that account.
@Suite struct IntentTests {
    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(logic: version, .policy { $0.ownerFirst = false }, .partner("A"), .partner("B"))
    }

    /// The signals that a lead of the account brings along on a day, the strongest first.
    private func signals(_ story: Story, day: Int) throws -> [KnownValue] {
        let lead = Input.lead("probe", account: 1) { $0.dealValue = euros(1_000) }
        let evaluation = try #require(Decider.explain(lead, at: Moment.at(Moment.at(day: day, 0)), in: story.state).evaluation)
        return evaluation.lead.filter { $0.field == "intent" }
    }

    private func topics(_ story: Story, day: Int) throws -> [String] {
        try signals(story, day: day).map { String($0.value.prefix { $0 != "," }) }
    }

    @Test func aVendorWhoSpeaksAgainUpdatesItsSignal() throws {
        var story = Self.program()
        story.given(0, .intent(account: 1, "erp", by: "a", strength: 40, day: 0))
        story.given(0, .intent(account: 1, "erp", by: "b", strength: 30, day: 0), .intent(account: 1, "crm", by: "a", strength: 20, day: 0))
        story.given(Moment.at(day: 9, 0), .intent(account: 1, "erp", by: "a", strength: 80, day: 9))
        let known = try signals(story, day: 9)
        #expect(known.map(\.value) == [
            "erp, strength 80 %, over 9 days", "erp, strength 30 % (24 % by now), over 0 days", "crm, strength 20 % (16 % by now), over 0 days",
        ])
        // Program, policy, two partners, then the signals: the update stands at 7, what it did not touch where it stood.
        #expect(known.map(\.position) == [7, 5, 6])
    }

    @Test func whatIsToldLateChangesNothing() throws {
        var story = Self.program()
        story.given(Moment.at(day: 9, 0), .intent(account: 1, "erp", strength: 80, day: 9), .intent(account: 1, "erp", strength: 10, day: 8))
        #expect(try signals(story, day: 9).map(\.position) == [4])
        story.given(Moment.at(day: 9, 0), .intent(account: 1, "erp", strength: 10, day: 9))
        #expect(try signals(story, day: 9).map(\.position) == [6])
    }

    /// Strong and old is weaker than middling and new: 90 % of 60 days ago are 22 % now.
    @Test func aNinthReplacesTheWeakestByNow() throws {
        var story = Self.program()
        story.given(0, .intent(account: 1, "old", strength: 90, day: 0))
        for topic in 1...7 { story.given(Moment.at(day: 60, 0), .intent(account: 1, "t\(topic)", strength: 29 + UInt32(topic), day: 60)) }
        #expect(try topics(story, day: 60).count == 8)
        story.given(Moment.at(day: 60, 0), .intent(account: 1, "new", strength: 25, day: 60))
        #expect(try topics(story, day: 60) == ["t7", "t6", "t5", "t4", "t3", "t2", "t1", "new"])
        // One that is weaker than all that are known is itself the weakest.
        story.given(Moment.at(day: 60, 0), .intent(account: 1, "faint", strength: 3, day: 60))
        #expect(try topics(story, day: 60).last == "new")
    }

    /// Of equals the one seen longest ago goes, then the older row.
    @Test func equalsGoInOrder() throws {
        var story = Self.program()
        for topic in 1...9 { story.given(0, .intent(account: 1, "t\(topic)", strength: 50, day: 0)) }
        #expect(try topics(story, day: 0) == (2...9).map { "t\($0)" })
    }

    @Test func theStrongestByNowIsWhatTheModelSees() throws {
        var story = Self.program()
        story.given(0, .intent(account: 1, "old", strength: 90, day: 0))
        story.given(Moment.at(day: 60, 0), .intent(account: 1, "new", strength: 60, day: 60))
        story.given(Moment.at(day: 60, 1), .lead("L1", account: 1), .accepted("L1", "A"), .won("L1", "A"))
        let words = story.state.modelStanding(cellsMost: 1).values.filter { $0.value.slot == .intent }.map(\.value.word)
        #expect(words == ["new, strength 50 to 74"])
    }

    /// What version 1 remembered of a signal is the first of the set, until a vendor names the topic.
    @Test func anOlderLogicsSignalStays() throws {
        var story = Self.program(logic: 1)
        story.given(0, .intent(account: 1, "crm", strength: 70, day: 0), .intent(account: 1, "erp", strength: 40, day: 0))
        #expect(try signals(story, day: 0).map(\.value) == ["erp, strength 40 %, over 0 days"])
        story.given(1, Input(.logicVersionAdopted(2)))
        #expect(try signals(story, day: 0) == [KnownValue(field: "intent", value: "erp, strength 40 %, over 0 days")])
        story.given(2, .intent(account: 1, "erp", by: "a", strength: 30, day: 0), .intent(account: 1, "erp", by: "b", strength: 20, day: 0))
        #expect(try signals(story, day: 0).map(\.position) == [7, 8])
        #expect(try State(canonicalBytes: story.state.canonicalBytes()).canonicalBytes() == story.state.canonicalBytes())
    }
}

/// Goal: each value that a decision was made on names the entry that stated it last.
/// Method: leads and accounts that several events speak of.
@Suite struct ValueSourceTests {
    private func positions(_ input: Input, _ story: Story) throws -> [String: UInt64] {
        let evaluation = try #require(Decider.explain(input, at: Moment.at(9), in: story.state).evaluation)
        return Dictionary(uniqueKeysWithValues: evaluation.lead.compactMap { known in known.position.map { (known.field, $0) } })
            .merging(evaluation.dealValuePosition.map { ["deal value": $0] } ?? [:]) { $1 }
    }

    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(logic: version, .policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
    }

    @Test func whatAnOlderEventSetNamesThatEvent() throws {
        var story = Self.program()
        story.given(1, .firmographics(account: 1) { $0.vertical = "energy"; $0.country = "DE"; $0.employees = 9 })
        story.given(2, .technographics(account: 1, ["k8s"]), .firmographics(account: 1) { $0.employees = 10 })
        story.given(3, .intent(account: 1, "erp", strength: 50, day: 0))
        let fresh = Input.lead("L", account: 1) { $0.product = "p"; $0.dealValue = euros(1) }
        #expect(try positions(fresh, story) == [
            "vertical": 4, "country": 4, "technologies": 5, "employees": 6, "intent": 7, "product": 8, "deal value": 8,
        ])
    }

    @Test func anUpdateIsNamedForWhatItStates() throws {
        var story = Self.program()
        story.given(1, .lead("L1") { $0.country = "DE"; $0.product = "p"; $0.language = "de"; $0.dealValue = euros(9) })
        story.given(2, .updated("L1") { $0.product = "q"; $0.dealValue = euros(10) }, .updated("L1") { $0.product = "r" })
        let again = Input.human("L1", .reroute)
        #expect(try positions(again, story) == ["country": 4, "language": 4, "deal value": 5, "product": 6])
    }

    /// A policy's default is no statement, and what version 1 took in is not remembered.
    @Test func whatNobodyStatedHasNoSource() throws {
        var story = Self.program(logic: 1)
        story.given(1, .firmographics(account: 1) { $0.vertical = "energy" }, .lead("L1") { $0.country = "DE" })
        #expect(try positions(.lead("L2", account: 1) { $0.country = "DE" }, story) == ["country": 6])
        #expect(try positions(.human("L1", .reroute), story) == [:])
    }
}
