import LeadlineCore
import Testing

/// Goal: since logic version 4 a right binds the person: every open lead and every later one, by whatever way it comes.
@Suite struct PersonRightsTests {
    /// L1 and L2 are person 1's, at A; L3 is person 3's.
    private static func ready(_ change: (inout Policy) -> Void = { _ in }) -> Story {
        var story = Story(.policy("p1", change), .partner("A") { $0.typicalDealMax = euros(10_000) }, .partner("B"))
        story.given(0, .lead("L1", account: 1, person: 1), .lead("L2", account: 2, person: 1), .lead("L3", account: 3, person: 3))
        story.given(0, .responded("L1", "A"), .responded("L2", "A"), .responded("L3", "A"))
        return story
    }

    private static let queued = "to partner-managers, processingRestricted"

    @Test func restrictionTakesEveryOpenLead() {
        var story = Self.ready()
        story.when(1, .restricted("L1"), then: "recorded restriction by L1 for 1", "escalated L1 \(Self.queued)",
            "escalated L2 \(Self.queued)", "told A about L1, restriction", "told A about L2, restriction")
        story.when(1, .restricted("L2"), then: "disregarded L2, noChange")
        story.when(2, .human("L2", .reroute), then: "escalated L2 \(Self.queued)")
        #expect(story.state.lead("L3")?.stage == .responded && story.state.partnerStandings.map(\.openLeads) == [1, 0])
    }

    @Test func laterLeadsGoToAHuman() {
        var story = Self.ready()
        story.given(1, .restricted("L1"))
        story.when(2, .lead("L4", account: 4, person: 1), then: "escalated L4 \(Self.queued)")
        story.when(3, .lead("L5", account: 5, person: 1, past: "B").asHistory, then: "escalated L5 \(Self.queued)")
        story.given(4, .objected("L1"))
        story.when(5, .lead("L6", account: 6, person: 1), then: "escalated L6 to partner-managers, personObjected")
        story.when(6, .human("L6", .reroute), then: "escalated L6 to partner-managers, personObjected")
        story.when(7, .lead("L7", account: 7, person: 7), then: "assigned L7 to A, attempt 1, submitted, due 12")
    }

    @Test(arguments: [true, false]) func shadowAndPilotAreBoundToo(isShadow: Bool) {
        var story = Self.ready {
            $0.shadow = isShadow
            if !isShadow {
                $0.pilot = Pilot()
                $0.pilot.name = "arms"
                $0.pilot.arms = [
                    PilotArm(name: "x", method: .roundRobin, shareBasisPoints: 5_000), PilotArm(name: "y", method: .bidPrice, shareBasisPoints: 5_000),
                ]
            }
        }
        story.given(1, .objected("L3"))
        story.when(2, .lead("L4", account: 4, person: 3), then: "escalated L4 to partner-managers, personObjected")
        #expect(story.last.allSatisfy { $0.evaluated == nil })
    }

    /// What a human hands out stays restricted: when it comes back, a human gets it again.
    @Test func whatComesBackGoesToAHumanAgain() {
        var story = Self.ready()
        story.given(1, .restricted("L1"))
        story.when(2, .human("L1", .assign(partnerID: "B")), then: "assigned L1 to B, attempt 2, human, due 7")
        story.until(7, then: ["expired L1 at B, attempt 2, due 7", "escalated L1 \(Self.queued)"])
        story.given(8, .human("L1", .assign(partnerID: "B")))
        story.when(9, .declined("L1", "B"), then: "ended L1 at B, attempt 3, declined", "escalated L1 \(Self.queued)")
    }

    @Test func objectionClosesEveryOpenLead() {
        var story = Self.ready()
        story.when(1, .objected("L1"), then: "recorded objection by L1 for 1", "closed L1 at A, objected",
            "closed L2 at A, objected", "told A about L1, objection", "told A about L2, objection")
        story.when(2, .objected("L2"), then: "disregarded L2, noChange")
        #expect(story.state.lead("L3")?.stage == .responded)
    }

    /// A lead that is closed, merged, erased from memory or never came names its person all the same.
    @Test func anyLeadNamesThePerson() {
        var story = Self.ready()
        story.given(1, .withdrawn("L1"))
        story.when(2, .restricted("L1"), then: "recorded restriction by L1 for 1", "escalated L2 \(Self.queued)",
            "told A about L1, restriction", "told A about L2, restriction")
        story.given(3, .lead("L4", account: 2, person: 1))
        story.when(3, .lifted("L4"), then: "recorded restrictionLifted by L4 for 1", "told A about L1, restrictionLifted",
            "told A about L2, restrictionLifted")
        story.until(4, then: ["assigned L2 to A, attempt 2, resumed, due 8"])
        story.when(5, .restricted("X9").of(person: 9), then: "recorded restriction by X9 for 1")
        story.when(6, .lead("X9", account: 9, person: 9), then: "escalated X9 \(Self.queued)")
        story.when(7, .restricted("Y"), then: "disregarded Y, leadUnknown")
    }

    /// Each lead falls due by itself, so that the second sees the place that the first took.
    @Test func liftingRoutesAgainOneByOne() {
        var story = Story(.policy(), .partner("A") { $0.typicalDealMax = euros(10_000); $0.capacity.openLeadsMax = 1 }, .partner("B"))
        story.given(0, .lead("L1", account: 1, person: 1), .lead("L2", account: 2, person: 1))
        story.given(1, .restricted("L1"))
        story.when(2, .lifted("L2"), then: "recorded restrictionLifted by L2 for 1", "told A about L1, restrictionLifted",
            "told B about L2, restrictionLifted")
        story.until(2, then: ["assigned L1 to A, attempt 2, resumed, due 7"], ["assigned L2 to B, attempt 2, resumed, due 7"])
        story.when(3, .lifted("L2"), then: "disregarded L2, noChange")
        story.when(4, .lead("L4", account: 4, person: 1), then: "assigned L4 to B, attempt 1, submitted, due 9")
    }

    @Test func anObjectionIsWithdrawnByItself() {
        var story = Self.ready()
        story.given(1, .restricted("L1"), .objected("L1"))
        story.when(2, .lifted("L1"), then: "recorded restrictionLifted by L1 for 1", "told A about L1, restrictionLifted",
            "told A about L2, restrictionLifted")
        story.when(3, .lead("L4", account: 4, person: 1), then: "escalated L4 to partner-managers, personObjected")
        story.when(4, .lifted("L1", objection: true), then: "recorded objectionWithdrawn by L1 for 1",
            "told A about L1, objectionWithdrawn", "told A about L2, objectionWithdrawn")
        story.when(5, .lead("L5", account: 5, person: 1), then: "assigned L5 to A, attempt 1, submitted, due 10")
    }

    /// Those who received a lead are told of a change, open or closed.
    @Test func recipientsAreToldOfRectification() {
        var story = Self.ready()
        story.when(1, .updated("L1") { $0.country = "DE" }, then: "told A about L1, rectification")
        story.given(2, .declined("L1", "A"))
        story.when(3, .updated("L1") { $0.country = "FR" }, then: "told A about L1, rectification", "told B about L1, rectification")
        story.given(4, .withdrawn("L1"))
        story.when(5, .updated("L1") { $0.country = "IT" }, then: "disregarded L1, leadClosed",
            "told A about L1, rectification", "told B about L1, rectification")
        story.given(6, .restricted("L2"))
        story.when(7, .updated("L2") { $0.country = "IT" }, then: "told A about L2, rectification")
        #expect(story.state.lead("L2")?.stage == .escalated)
    }

    @Test func erasureClosesEveryOpenLeadAndForgetsWhatStood() {
        var story = Self.ready()
        story.given(1, .restricted("L1"))
        story.when(2, .erasure("L2"), then: "recorded erasure by L2 for 1", "closed L1 at nobody, erased",
            "closed L2 at nobody, erased", "told A about L1, erasure", "told A about L2, erasure")
        #expect(!story.state.person([digest(1)]).isRestricted)
        story.when(3, .erasure("Z9"), then: "disregarded Z9, leadUnknown")
    }

    /// Leads without a person have nothing in common.
    @Test func aLeadWithoutAPersonStandsAlone() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"))
        story.given(0, .lead("L1"), .lead("L2"))
        story.when(1, .restricted("L1"), then: "recorded restriction by L1 for 0",
            "escalated L1 to partner-managers, processingRestricted", "told A about L1, restriction")
        story.when(1, .restricted("L1"), then: "disregarded L1, noChange")
        story.when(2, .lead("L3"), then: "assigned L3 to A, attempt 1, submitted")
        story.when(3, .lifted("L1"), then: "recorded restrictionLifted by L1 for 0", "told A about L1, restrictionLifted")
        story.until(3, then: ["assigned L1 to A, attempt 2, resumed"])
        story.when(4, .objected("L2"), then: "recorded objection by L2 for 0", "closed L2 at A, objected", "told A about L2, objection")
        story.when(5, .objected("L2"), then: "disregarded L2, leadClosed")
        #expect(story.state.lead("L3")?.stage == .assigned)
    }

    // MARK: Links

    /// An address that is another's already makes the two one; what stands for one binds the other from then on.
    @Test func anAddressLinks() {
        var story = Self.ready()
        story.given(1, .restricted("L3"))
        story.when(2, .updated("L1") { _ in }.of(person: 1, linked: 3), then: "told A about L1, rectification",
            "linked L1, 1 with 3, inferred", "escalated L1 \(Self.queued)", "escalated L2 \(Self.queued)",
            "told A about L1, restriction", "told A about L2, restriction")
        story.when(3, .updated("L1") { _ in }.of(person: 1, linked: 3), then: "told A about L1, rectification")
        #expect(story.state.person([digest(3)]).subjects == [digest(3), digest(1)])
        story.when(4, .unlink("L3", "L2"), then: "unlinked L3, 3 with 1, inferred")
        // Bound through the other alone: free again.
        story.until(5, then: ["assigned L1 to A, attempt 2, resumed, due 9"], ["assigned L2 to A, attempt 2, resumed, due 9"])
        story.when(6, .unlink("L3", "L2"), then: "disregarded L3, noChange")
        // No address makes them one again; a statement does.
        story.when(6, .updated("L1") { _ in }.of(person: 1, linked: 3), then: "told A about L1, rectification")
        story.when(7, .lead("L4", account: 4, person: 3), then: "escalated L4 \(Self.queued)")
    }

    /// What stands with one binds the other for as long as they are linked, and no longer.
    @Test func aRightStandsWithTheOneWhoUsedIt() {
        var story = Self.ready()
        story.given(1, .updated("L1") { _ in }.of(person: 1, linked: 3), .restricted("L1"))
        #expect(story.state.person([digest(3)]).isRestricted)
        story.given(2, .unlink("L1", "L3"))
        story.until(2, then: ["assigned L3 to A, attempt 2, resumed, due 7"])
        #expect(story.state.person([digest(1)]).isRestricted && !story.state.person([digest(3)]).isRestricted)
    }

    @Test func aLeadComesLinked() {
        var story = Self.ready()
        story.given(1, .objected("L3"))
        story.when(2, .lead("L4", account: 4).of(person: 4, linked: 3),
            then: "escalated L4 to partner-managers, personObjected", "linked L4, 4 with 3, inferred")
    }

    @Test func aStatementLinksAndStandsAboveAnInference() {
        var story = Self.ready()
        story.given(1, .updated("L1") { _ in }.of(person: 1, linked: 3))
        story.when(2, .link("L1", "L3"), then: "linked L1, 1 with 3")
        story.when(2, .link("L1", "L3"), then: "disregarded L1, noChange")
        story.when(2, .link("L1", "L2"), then: "disregarded L1, noChange")
        story.when(2, .link("L1", "L9"), then: "disregarded L1, leadUnknown")
        #expect(story.state.person([digest(1)]).links.map(\.isInferred) == [false])
        story.when(3, .objected("L3"), then: "recorded objection by L3 for 2", "closed L1 at A, objected",
            "closed L2 at A, objected", "closed L3 at A, objected", "told A about L1, objection",
            "told A about L2, objection", "told A about L3, objection")
        story.given(4, .erasure("L1"))
        #expect(story.state.person([digest(3)]).links.isEmpty)
    }

    /// No producer makes everybody one person.
    @Test func aGroupIsBounded() {
        var story = Story(.policy(), .partner("A"))
        for number in 0..<70 {
            story.given(0, .lead("L\(number)").of(person: UInt64(number + 1), linked: number == 0 ? nil : UInt64(number)))
        }
        #expect(story.state.person([digest(1)]).subjects.count == 64)
        #expect(story.last.map(\.text).contains { $0.hasPrefix("linked") })
    }

    // MARK: Suppression

    @Test func aSuppressedAddressIsCounted() {
        var story = Self.ready()
        story.when(1, .suppress(7))
        story.when(1, .suppress(7), then: "disregarded -, noChange")
        story.given(2, .erasure("L1"))
        story.when(3, .lead("L8", account: 8, person: 8).suppressed(7), then: "escalated L8 to partner-managers, addressSuppressed")
        story.when(4, .lead("L9", account: 9, person: 9, past: "A").asHistory.suppressed(7),
            then: "escalated L9 to partner-managers, addressSuppressed")
        #expect(story.state.suppressedAddresses.map(\.leads) == [2] && story.state.isSuppressed(digest(7)))
        // A human has looked at it.
        story.when(5, .human("L8", .reroute), then: "assigned L8 to A, attempt 1, human, due 10")
        story.when(6, .liftSuppression(7))
        story.when(6, .liftSuppression(7), then: "disregarded -, noChange")
        #expect(story.state.suppressedAddresses.isEmpty)
    }

    // MARK: State and versions

    /// Bytes hold all of it, and what goes on from them goes on alike.
    @Test func aSnapshotHoldsWhatStands() throws {
        var story = Self.ready()
        story.given(1, .restricted("L1"), .updated("L1") { _ in }.of(person: 1, linked: 3), .suppress(7), .objected("L3"))
        let bytes = story.state.canonicalBytes()
        let again = try State(canonicalBytes: bytes)
        #expect(again.canonicalBytes() == bytes)
        let person = again.person([digest(3)])
        #expect(person == story.state.person([digest(3)]) && person.isRestricted && person.hasObjected)
        #expect(again.isSuppressed(digest(7)))
        let next = Input.lead("L4", account: 4, person: 1)
        #expect(Decider.decide(next, at: Moment.at(9), in: again) == Decider.decide(next, at: Moment.at(9), in: story.state))
    }

    @Test(arguments: UInt32(1)...3) func olderProgramsDisregardTheNewInputs(version: UInt32) {
        var story = Story(logic: version, .policy(), .partner("A"))
        story.given(0, .lead("L1", account: 1, person: 1), .lead("L2", account: 2, person: 2))
        let before = story.state.suppressedAddresses.count
        for input in [Input.lifted("L1"), .link("L1", "L2"), .unlink("L1", "L2")] {
            story.when(1, input, then: "disregarded L1, logicTooOld")
        }
        for input in [Input.suppress(1), .liftSuppression(1)] { story.when(1, input, then: "disregarded -, logicTooOld") }
        story.when(2, .updated("L1") { _ in }.of(person: 1, linked: 2))
        #expect(story.state.suppressedAddresses.count == before && story.state.person([digest(1)]).links.isEmpty)
    }

    /// Who asked for restriction before version 4 is bound as a person once it is adopted.
    @Test func adoptionTakesRestrictionsAlong() {
        var story = Story(logic: 3, .policy(), .partner("A"))
        story.given(0, .lead("L1", account: 1, person: 1))
        story.given(1, .restricted("L1"), Input(.logicVersionAdopted(4)))
        story.when(2, .lead("L2", account: 2, person: 1), then: "escalated L2 \(Self.queued)")
    }
}
