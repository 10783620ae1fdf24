import LeadlineCore
import Testing

/// Goal: places have prices, floors are pursued, and nothing that cannot be met breaks anything.
///
/// Method: given partners with caps and floors, when leads come, then who gets them and what the network says.
@Suite struct AllocationTests {
    private static let day = Moment.minutesPerDay

    private static func story(_ capacity: Capacity, days: Int = 21, perDay: Int = 4, _ change: @escaping (inout Policy) -> Void = { _ in }) -> Story {
        told(capacity, days: days, perDay: perDay, change).story
    }

    /// The story, and what each of its decisions was made from.
    private static func told(
        _ capacity: Capacity, days: Int, perDay: Int = 4, _ change: @escaping (inout Policy) -> Void
    ) -> (story: Story, decided: [EvaluationSummary]) {
        var decided: [EvaluationSummary] = []
        var story = Story(
            .policy { policy in
                policy.sla.firstResponseMinutes = 0
                change(&policy)
            },
            .partner("A") { $0.capacity = capacity }, .partner("B") { $0.capacity = Capacity(leadsPerPeriodMax: 40) })
        for number in 0..<days * perDay {
            let worth = number % 4 == 3 ? 90_000 : 3_000
            story.given(1 + number * day / perDay, .lead("L\(number)") { $0.dealValue = euros(Int64(worth)) })
            decided += story.last.compactMap { $0.evaluated?.summary }
        }
        return (story, decided)
    }

    private static func network(_ story: Story) throws -> NetworkStanding {
        try #require(story.state.network(at: story.state.lastStamp))
    }

    @Test func aScarcePlaceHasAPriceAndAFreeOneHasNone() throws {
        let network = try Self.network(Self.story(Capacity(leadsPerPeriodMax: 3), days: 20))
        #expect(network.leadsRemembered > 50 && network.leadsExpected > 0 && network.meanGain > 0)
        #expect(network.partners.allSatisfy { $0.placePrice >= 0 && $0.leads <= $0.leadsMax ?? .max })
        let free = try Self.network(Self.story(Capacity(), days: 20))
        #expect(free.partners[0].placePrice == 0 && free.partners[0].utilisation == nil)
    }

    /// A cap on open leads limits as well: while deals close slowly its last place is kept for the large ones, and the more
    /// is open, the dearer it is. Before it is known how long leads stay open, nothing is kept.
    @Test(arguments: Logic.oldest...Logic.newest) func placesUnderACapOnOpenLeadsHavePrices(logic version: UInt32) throws {
        var story = Story(
            logic: version, .policy { $0.sla.firstResponseMinutes = 0 },
            .partner("A") { $0.capacity = Capacity(openLeadsMax: 3) }, .partner("B"))
        var dearest = ["A": 0.0, "B": 0.0]
        for number in 0..<160 {
            let worth = number % 4 == 3 ? 90_000 : 3_000
            let minute = 1 + number * Self.day / 4
            story.given(minute, .lead("L\(number)") { $0.dealValue = euros(Int64(worth)) })
            for candidate in story.last.compactMap({ $0.evaluated?.summary }).flatMap(\.best) {
                dearest[candidate.partnerID, default: 0] = max(dearest[candidate.partnerID, default: 0], candidate.placePrice)
            }
            // Each deal stays open for ten days; A wins twice as often.
            guard number >= 40, let partner = story.state.lead("L\(number - 40)")?.partnerID else { continue }
            let wins = (number * 7) % 10 < (partner == "A" ? 6 : 3)
            story.given(minute, wins ? .won("L\(number - 40)", partner) : .lost("L\(number - 40)", partner))
        }
        let network = try Self.network(story)
        let a = try #require(network.partners.first)
        #expect(a.openLeadsMax == 3 && a.openLeads <= 3 && a.leadsMax == nil)
        #expect(dearest["B"] == 0)
        #expect(version == 1 ? dearest["A"] == 0 : dearest["A", default: 0] > 100_000)
    }

    /// A floor that more leads would be needed for than come: all that come are drawn there, the shortfall is said.
    @Test func aFloorThatCannotBeMet() throws {
        let story = Self.story(Capacity(leadsPerPeriodMin: 5_000))
        let network = try Self.network(story)
        #expect(network.partners[0].floor == 5_000)
        #expect(network.partners[0].floorLacking == 5_000 - network.partners[0].floorLeads)
        #expect(network.partners[0].floorLeads > 4 * network.partners[1].floorLeads)
        #expect(network.partners[0].floorFavour > 0)
    }

    /// A floor in value draws large leads to a partner that would not get them, and small ones no more than they count.
    @Test func aFloorInValueIsPursued() throws {
        func told(_ capacity: Capacity, logic: UInt32 = Logic.newest) throws -> (value: Int64, network: NetworkStanding) {
            var story = Story(
                logic: logic, .policy {
                    $0.sla.firstResponseMinutes = 0
                    $0.periodAnchor = Moment.at(0)
                    $0.floorPeriodDays = 21
                },
                .partner("A") { $0.capacity = capacity }, .partner("B") { $0.verticals = ["v"] })
            var value: Int64 = 0
            for number in 0..<80 {
                let worth: Int64 = number % 4 == 3 ? 90_000 : 3_000
                story.given(1 + number * Self.day / 4, .lead("L\(number)") { $0.dealValue = euros(worth); $0.vertical = "v" })
                for case .leadAssigned(let event) in story.last where event.partnerID == "A" { value += worth * 100 }
                story.given(1 + number * Self.day / 4, .won("L\(number)", "B"))
            }
            return (value, try Self.network(story))
        }
        let floor: Int64 = 60_000_000, without = try told(Capacity()), with = try told(Capacity(floorValueMinorUnitsPerPeriod: floor))
        #expect(without.value < floor / 2 && with.value >= floor, "\(without.value) without, \(with.value) with a floor of \(floor)")
        #expect(with.value < 2 * floor && with.network.partners[0].floorValueGot == with.value && with.network.partners[0].floorValueLacking == 0)
        let unmet = try told(Capacity(floorValueMinorUnitsPerPeriod: 100 * floor)).network.partners[0]
        #expect(unmet.floorFavour > 0 && unmet.floorValueLacking == 100 * floor - unmet.floorValueGot)
        // The first version of the logic knows no such floor.
        let old = try told(Capacity(floorValueMinorUnitsPerPeriod: floor), logic: 1)
        #expect(old.value == without.value && old.network.partners[0].floorValue == 0 && old.network.partners[0].floorValueGot == 0)
    }

    @Test func aFloorAboveTheCapBreaksNoCap() throws {
        let story = Self.story(Capacity(leadsPerPeriodMax: 2, leadsPerPeriodMin: 50))
        #expect(try Self.network(story).partners[0].leads <= 2)
        #expect(story.state.partnerStandings[0].assignments <= 8)
    }

    @Test func noPlacesAtAll() throws {
        let story = Self.story(Capacity(leadsPerPeriodMax: 0, leadsPerPeriodMin: 5))
        #expect(story.state.partnerStandings[0].assignments == 0)
        #expect(try Self.network(story).partners[0].placePrice == 0)
    }

    /// An absence of half the floor's period halves the promise.
    @Test func aFloorShrinksWithAbsence() throws {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0; $0.periodAnchor = Moment.at(0) },
            .partner("A") { $0.capacity = Capacity(leadsPerPeriodMin: 10) }, .partner("B"))
        story.given(1, .absence("A", from: 0, until: 14 * Self.day), .lead("L1"))
        #expect(try Self.network(story).partners[0].floor == 5)
    }

    /// Lots: none without a share; none where the period's budget is spent; propensities say what was possible.
    @Test(arguments: [(0, 0, 0), (10_000, 3, 3), (10_000, 0, 36)] as [(UInt32, UInt32, Int)])
    func lotsKeepToTheirBudget(share: UInt32, budget: UInt32, expected: Int) throws {
        let decided = Self.told(Capacity(), days: 9) {
            $0.exploration.shareBasisPoints = share
            $0.exploration.leadsPerPeriodMax = budget
            $0.periodDays = 100
            $0.periodAnchor = Moment.at(0)
        }.decided
        let explored = decided.filter { $0.basis == .exploration }
        #expect(explored.count == expected)
        #expect(explored.allSatisfy { $0.propensity > 0 && $0.propensity <= 1 })
    }

    /// An account stays in its arm, shares are kept about, and each arm routes its own way.
    @Test func armsOfAPilot() throws {
        let decided = Self.told(Capacity(), days: 50) { policy in
            policy.pilot.name = "spring"
            policy.pilot.arms = [
                PilotArm(name: "new", method: .bidPrice, shareBasisPoints: 5_000),
                PilotArm(name: "old", method: .roundRobin, shareBasisPoints: 5_000),
            ]
        }.decided
        let old = decided.filter { $0.arm == "old" }
        #expect((70...130).contains(old.count) && decided.allSatisfy { $0.arm == "old" || $0.arm == "new" })
        #expect(old.allSatisfy { $0.basis == .rotation && $0.method == .roundRobin })
    }

    @Test(arguments: [(RoutingMethod.roundRobin, 3, 40), (.weightedRotation, nil, 40), (.weightedRotation, 3, 60), (.weightedRotation, 0, 0)]
        as [(RoutingMethod, UInt32?, UInt64)])
    func turnsAreInProportion(method: RoutingMethod, weight: UInt32?, expected: UInt64) throws {
        var story = Story(
            .policy { $0.sla.firstResponseMinutes = 0; $0.method = method }, .partner("A") { $0.rotationWeight = weight }, .partner("B"))
        for number in 0..<80 { story.given(1 + number, .lead("L\(number)")) }
        let share = story.state.partnerStandings[0].assignments
        #expect(share == expected)
    }
}
