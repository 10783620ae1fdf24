import LeadlineCore
import Testing

/// Goal: a policy that changes the length of periods, or their anchor, goes on counting what lies in the new ones, and a
/// lead that is given back is taken off only where it was counted.
@Suite struct PeriodChangeTests {
    private static let day = Moment.minutesPerDay

    private static func policy(_ version: String, days: UInt32, floorDays: UInt32 = 28, anchorDay: Int = 0) -> Input {
        .policy(version) { policy in
            policy.sla.firstResponseMinutes = 0
            policy.attemptsMax = 9
            policy.periodDays = days
            policy.floorPeriodDays = floorDays
            policy.periodAnchor = Moment.at(anchorDay * day)
            policy.returns.creditsPerPeriodMax = 2
            policy.returns.answerDays = 60
        }
    }

    private static func program(logic version: UInt32 = Logic.newest) -> Story {
        Story(
            logic: version, policy("p1", days: 7), .partner("A"),
            .partner("B") {
                $0.typicalDealMax = euros(10_000)
                $0.capacity = Capacity(
                    leadsPerPeriodMax: 50, leadsPerPeriodMin: 50, floorValueMinorUnitsPerPeriod: 1_000_000_000,
                    segments: [SegmentCap(leadField: .country, value: "DE", leadsPerPeriodMax: 50)])
            })
    }

    private static func lead(_ id: String, euros amount: Int64 = 100, country: String = "DE") -> Input {
        .lead(id) { $0.dealValue = Money(minorUnits: amount * 100, currency: "EUR"); $0.country = country }
    }

    /// Leads of the period, of its kind, of the floor's period and their value, and credits.
    private static func counts(_ story: Story, at minute: Int) throws -> [Int64] {
        let standing = try story.partner("B")
        let network = try #require(story.state.network(at: Moment.at(minute))?.partners.first { $0.partnerID == "B" })
        return [
            Int64(standing.leadsInPeriod), Int64(standing.segments[0].leads), Int64(network.floorLeads), network.floorValueGot,
            Int64(standing.creditedReturns),
        ]
    }

    /// The number of the period comes again under another length; a lead of the old one takes nothing off the new.
    @Test func aNumberThatComesAgainIsAnotherPeriod() throws {
        var story = Self.program()
        // Week 1 is days 7 to 13; period 1 of thirty days is days 30 to 59.
        story.given(8 * Self.day, Self.lead("old"))
        story.given(29 * Self.day, Self.policy("p2", days: 30))
        story.given(31 * Self.day, Self.lead("new"))
        #expect(try Self.counts(story, at: 31 * Self.day)[0] == 1)
        story.given(32 * Self.day, .returned("old", "B", .badData))
        #expect(story.last.first?.text == "return of old by B, badData, credited, 1 of 2")
        #expect(try Self.counts(story, at: 32 * Self.day)[0...1] == [1, 1])
    }

    @Test func whatLiesInTheNewPeriodGoesOnCounting() throws {
        var story = Self.program()
        for (day, id) in [(1, "L1"), (8, "L2"), (9, "L3"), (13, "L4")] { story.given(day * Self.day, Self.lead(id)) }
        #expect(try Self.counts(story, at: 13 * Self.day) == [3, 3, 4, 40_000, 0])
        story.given(13 * Self.day, Self.policy("p2", days: 14, floorDays: 7))
        #expect(try Self.counts(story, at: 13 * Self.day) == [4, 4, 3, 30_000, 0])
        story.given(13 * Self.day, Self.policy("p3", days: 2, floorDays: 1, anchorDay: 1))
        #expect(try Self.counts(story, at: 13 * Self.day) == [1, 1, 1, 10_000, 0])
        story.given(13 * Self.day, Self.policy("p4", days: 90))
        #expect(try Self.counts(story, at: 13 * Self.day) == [4, 4, 4, 40_000, 0])
    }

    @Test func creditsAndLotsAreCountedLikewise() throws {
        var story = Self.program()
        for (day, id) in [(1, "L1"), (2, "L2"), (8, "L3")] { story.given(day * Self.day, Self.lead(id)) }
        story.given(8 * Self.day, .returned("L1", "B", .badData), .returned("L2", "B", .badData))
        #expect(try Self.counts(story, at: 8 * Self.day) == [1, 1, 1, 10_000, 2])
        story.given(9 * Self.day, Self.policy("p2", days: 1))
        #expect(try Self.counts(story, at: 9 * Self.day)[4] == 0)
        story.given(9 * Self.day, Self.policy("p3", days: 7))
        #expect(try Self.counts(story, at: 9 * Self.day)[4] == 2)
        story.given(9 * Self.day, .returned("L3", "B", .badData))
        #expect(story.last.first?.text.contains("waiting") == true)
    }

    @Test func earlierLogicBeginsAnew() throws {
        var story = Self.program(logic: 6)
        story.given(1 * Self.day, Self.lead("L1"))
        story.given(2 * Self.day, Self.policy("p2", days: 30))
        #expect(try Self.counts(story, at: 2 * Self.day)[0] == 1)
        story.given(35 * Self.day, Self.policy("p3", days: 7))
        #expect(try Self.counts(story, at: 35 * Self.day)[0] == 0)
    }

    /// What is at a partner when the program takes up this logic is given back exactly.
    @Test func afterAnAdoption() throws {
        var story = Self.program(logic: 6)
        story.given(1 * Self.day, Self.lead("L1"), Self.lead("L2"))
        story.given(1 * Self.day, Input(.logicVersionAdopted(7)))
        story.given(2 * Self.day, Self.policy("p2", days: 2))
        #expect(try Self.counts(story, at: 2 * Self.day)[0] == 0)
        story.given(2 * Self.day, Self.policy("p3", days: 30))
        #expect(try Self.counts(story, at: 2 * Self.day)[0] == 2)
        story.given(2 * Self.day, .returned("L1", "B", .badData))
        #expect(try Self.counts(story, at: 2 * Self.day) == [1, 1, 1, 10_000, 1])
    }

    /// Any order of leads, returns, decisions on credits and lengths: the counts are those of a plain list.
    @Test(arguments: Array(1...12) as [UInt64]) func countsAreThoseOfAPlainList(seed: UInt64) throws {
        var random = Seeded(seed), story = Self.program()
        var days: Int64 = 7, floorDays: Int64 = 28, anchor = 0
        var held: [(id: String, minute: Int, value: Int64, kind: Bool)] = []
        var given = held, waiting = held, credits: [Int] = []
        func window(_ minute: Int, _ days: Int64) -> Int64 {
            let since = Int64(minute - anchor * Self.day), length = days * Int64(Self.day)
            return since >= 0 ? since / length : (since - length + 1) / length
        }
        for step in 1...160 {
            let minute = step * 300
            switch random.below(10) {
            case 0:
                (days, floorDays) = (random.pick([1, 3, 7, 14, 30]), random.pick([2, 7, 28, 60]))
                anchor = random.below(9) - 4
                story.given(minute, Self.policy("q\(step)", days: UInt32(days), floorDays: UInt32(floorDays), anchorDay: anchor))
            case 1, 2:
                guard !held.isEmpty else { continue }
                let one = held.remove(at: random.below(held.count))
                story.given(minute, .returned(one.id, "B", .badData))
                guard case .returnChanged(let change)? = story.last.first else { continue }
                if change.status == .credited {
                    given.removeAll { $0.id == one.id }
                    credits.append(minute)
                } else {
                    waiting.append(one)
                }
            case 3:
                guard !waiting.isEmpty else { continue }
                let one = waiting.removeFirst()
                let approved = random.chance(60)
                story.given(minute, .returnDecided(one.id, "B", approved: approved))
                if approved { given.removeAll { $0.id == one.id } }
            default:
                let isKind = random.chance(50), value = Int64(random.below(900))
                story.given(minute, Self.lead("L\(step)", euros: value, country: isKind ? "DE" : "FR"))
                guard story.state.lead("L\(step)")?.partnerID == "B" else { continue }
                given.append(("L\(step)", minute, value * 100, isKind))
                held.append(("L\(step)", minute, value * 100, isKind))
            }
            let now = window(minute, days), floorNow = window(minute, floorDays)
            let inPeriod = given.filter { window($0.minute, days) == now }
            let inFloor = given.filter { window($0.minute, floorDays) == floorNow }
            let expected = [
                Int64(inPeriod.count), Int64(inPeriod.count { $0.kind }), Int64(inFloor.count), inFloor.reduce(0) { $0 + $1.value },
                Int64(credits.count { window($0, days) == now }),
            ]
            #expect(try Self.counts(story, at: minute) == expected, "seed \(seed), step \(step)")
            if step % 40 == 0 {
                let bytes = story.state.canonicalBytes()
                #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes, "seed \(seed), step \(step)")
            }
        }
        #expect(given.count > 30, "seed \(seed)")
    }
}
