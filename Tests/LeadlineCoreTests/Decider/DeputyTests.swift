import LeadlineCore
import Testing

/// Goal: a partner that falls ill, or goes away, does not keep prospects waiting: what it has not answered goes to the
/// first of its deputies that can take it, and says why.
@Suite struct DeputyTests {
    private static func program(
        logic version: UInt32 = Logic.newest, _ ahead: AbsenceAhead = .deputies, deputies: [String] = ["B", "C"]
    ) -> Story {
        var story = Story(
            logic: version,
            .policy {
                $0.sla.firstResponseMinutes = 60
                $0.absenceAhead = ahead
                $0.attemptsMax = 2
                $0.waiting.offersPerMinuteMax = 0
                $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))]
            })
        for id in ["A", "B", "C"] {
            story.given(0, .partner(id) {
                $0.countries = ["IT"]
                if id == "A" { ($0.deputies, $0.verticals) = (deputies, ["v"]) }
            })
        }
        return story
    }

    /// L1 at A.
    private static func held(
        logic version: UInt32 = Logic.newest, _ ahead: AbsenceAhead = .deputies, deputies: [String] = ["B", "C"]
    ) -> Story {
        var story = program(logic: version, ahead, deputies: deputies)
        story.given(0, .paused("B"), .paused("C"))
        story.given(1, lead("L1"))
        story.given(1, .resumed("B"), .resumed("C"))
        #expect(story.state.lead("L1")?.partnerID == "A")
        return story
    }

    private static func lead(_ id: String) -> Input { .lead(id) { ($0.country, $0.vertical) = ("IT", "v") } }
    private static let ended = "ended L1 at A, attempt 1, partnerAbsent"
    private static func assigned(_ deputy: String, due: Int) -> String {
        "assigned L1 to \(deputy), attempt 2, partnerAbsent, due \(due)"
    }

    @Test func sickLeaveFromNowOn() {
        var story = Self.held()
        story.given(5, .absence("A", from: 5, until: 9_999))
        story.until(5, then: [], [Self.ended, Self.assigned("B", due: 65)])
        #expect(story.state.lead("L1")?.partnerID == "B")
    }

    @Test func aHolidayThatBeginsInsideThePromise() {
        var story = Self.held()
        story.given(5, .absence("A", from: 30, until: 9_999))
        story.until(29)
        story.until(30, then: [], [Self.ended, Self.assigned("B", due: 90)])
    }

    /// The order is the partner's; whoever cannot take the lead is passed over.
    @Test(arguments: [
        ("away", [Input.absence("B", from: 0, until: 9_999)]), ("paused", [.paused("B")]), ("removed", [.removed("B")]),
        ("full", [.capacity("B", open: 0)]), ("full for the period", [.capacity("B", period: 0)]),
        ("full for the kind", [.capacity("B", segments: [.init(leadField: .country, value: "IT", leadsPerPeriodMax: 0)])]),
        ("against a hard rule", [.partner("B") { $0.countries = ["FR"] }]),
        ("about to leave", [.absence("B", from: 40, until: 9_999)]),
    ])
    func theNextDeputy(why: String, givens: [Input]) {
        var story = Self.held()
        for given in givens { story.given(2, given) }
        story.given(5, .absence("A", from: 5, until: 9_999))
        story.until(5, then: [], [Self.ended, Self.assigned("C", due: 65)])
    }

    /// Where nobody can stand in, or the policy says nothing of deputies, the lead stays and its deadline stands.
    @Test(arguments: [
        (AbsenceAhead.deputies, UInt32(7), ["X", "A"]), (.deputies, 7, []), (.passOver, 7, ["B"]), (.runOn, 7, ["B"]),
        (.stop, 7, ["B"]), (.deputies, 6, ["B"]),
    ])
    func otherwiseItStays(ahead: AbsenceAhead, logic: UInt32, deputies: [String]) {
        var story = Self.held(logic: logic, ahead, deputies: deputies)
        story.given(5, .absence("A", from: 5, until: 9_999))
        for _ in 0..<2 where story.state.nextHandOver != nil { #expect(story.fireNext()?.events == []) }
        #expect(story.state.lead("L1")?.partnerID == "A")
        story.until(
            61, then: ["expired L1 at A, attempt 1, due 61", "assigned L1 to B, attempt 2, expired, due 121"])
    }

    /// Who is in touch with the prospect keeps the lead.
    @Test(arguments: [Input.accepted("L1", "A"), .responded("L1", "A")])
    func whatIsAnsweredStays(answer: Input) {
        var story = Self.held()
        story.given(3, answer)
        story.given(5, .absence("A", from: 5, until: 9_999))
        story.until(5, then: [])
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    /// An absence that is called off before it begins, or is over once it is looked at, moves nothing.
    @Test func calledOffOrOver() {
        var story = Self.held()
        story.given(5, .absence("A", from: 30, until: 9_999), .absenceCancelled("A"))
        story.until(40)
        story.given(41, .absence("A", from: 45, until: 46))
        story.afterOutage(50, then: [])
        #expect(story.state.lead("L1")?.partnerID == "A")
    }

    /// Deputies that are named, and a policy that is published, while the partner is away already.
    @Test(arguments: [false, true]) func whatIsSaidLater(byPolicy: Bool) {
        var story = Self.held(byPolicy ? .runOn : .deputies, deputies: byPolicy ? ["C"] : [])
        story.given(5, .absence("A", from: 5, until: 9_999))
        story.given(8, byPolicy
            ? .policy("p2") { $0.sla.firstResponseMinutes = 60; $0.absenceAhead = .deputies }
            : .partner("A") { ($0.countries, $0.deputies) = (["IT"], ["C"]) })
        story.until(8, then: [], [Self.ended, Self.assigned("C", due: 68)])
    }

    /// Each lead is an entry, as far as the deputies' places go; the holder's place comes free, and it may get the lead
    /// again.
    @Test func manyLeads() throws {
        var story = Self.program()
        story.given(0, .capacity("B", open: 1), .capacity("C", open: 1), .capacity("A", period: 9))
        story.given(0, .paused("B"), .paused("C"))
        for id in ["L1", "L2", "L3"] { story.given(1, Self.lead(id)) }
        story.given(1, .resumed("B"), .resumed("C"))
        let before = try story.partner("A").leadsInPeriod
        story.given(5, .absence("A", from: 5, until: 9))
        var moved = 0
        while let at = story.state.nextHandOver, at <= Moment.at(5), let entry = story.fireNext() {
            moved += entry.events.isEmpty ? 0 : 1
        }
        let held = ["A", "B", "C"].map { id in ["L1", "L2", "L3"].count { story.state.lead($0)?.partnerID == id } }
        #expect(held == [1, 1, 1] && moved == 2)
        #expect(try story.partner("A").leadsInPeriod == before - 2)
    }

    /// A state that is read back goes on the same: the absence to come is in it, and so are the deputies.
    @Test func aSnapshotKnowsThem() throws {
        var story = Self.held()
        story.given(5, .absence("A", from: 30, until: 9_999))
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        story.until(30, then: [], [Self.ended, Self.assigned("B", due: 90)])
        #expect(restored.advance(before: Moment.at(30).adding(micros: 1)).count == 2)
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
    }
}
