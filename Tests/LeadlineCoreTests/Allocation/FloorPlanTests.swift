import Testing

@testable import LeadlineCore

/// Goal: where too few leads come for all floors, those that lack least are met in full, and none is given up without
/// need. Method: small networks drawn from seeds, and Hall's condition looked at for every set of their floors.
@Suite struct FloorPlanTests {
    /// Who wants each lead of the last weeks, and what each partner's floor lacks.
    private struct Network {
        var leads: [[UInt32]]
        var lacking: [UInt32]

        init(_ seed: UInt64) {
            var random = Seeded(seed)
            let partners = 2 + random.below(6)
            lacking = (0..<partners).map { _ in UInt32(random.below(7)) }
            leads = (0..<(1 + random.below(16))).map { _ in
                (0..<UInt32(partners)).filter { _ in random.chance(40) }
            }
        }

        /// Every lead of the past comes once more.
        var plan: FloorPlan {
            var recent = RecentLeads()
            for lead in leads { recent.remember(at: 1, lead.map { RecentLeads.Bid(partner: $0, gain: 1) }) }
            return FloorPlan(recent, lacking.map(FloorPlanTests.supply), arrivals: Double(leads.count))
        }

        /// Hall: each of these floors together lack no more than the leads that any of them wants.
        func canMeet(_ floors: [Int]) -> Bool {
            (0..<(1 << floors.count)).allSatisfy { set in
                let some = floors.indices.filter { set >> $0 & 1 == 1 }.map { floors[$0] }
                let wanted = leads.count { lead in some.contains { lead.contains(UInt32($0)) } }
                return some.reduce(0) { $0 + Int(lacking[$1]) } <= wanted
            }
        }

        /// True if one of these partners wants a lead that this one wants.
        func competes(_ partner: Int, _ others: [Int]) -> Bool {
            leads.contains { lead in lead.contains(UInt32(partner)) && others.contains { lead.contains(UInt32($0)) } }
        }
    }

    private static func supply(_ lacking: UInt32) -> PartnerSupply {
        PartnerSupply(placesLeft: nil, placesOffered: 0, floorLacking: lacking, presence: 1, floorPresence: 1)
    }

    @Test func thoseThatLackLeastAreMet() {
        var (met, outOfReach) = (0, 0)
        for seed in 1...2_000 as ClosedRange<UInt64> {
            let network = Network(seed), plan = network.plan
            var kept: [Int] = []
            let order = network.lacking.indices.filter { network.lacking[$0] > 0 }
                .sorted { (network.lacking[$0], $0) < (network.lacking[$1], $1) }
            for partner in order {
                if network.canMeet(kept + [partner]) { kept.append(partner) }
            }
            for partner in order {
                let expected: FloorPlan.Prospect =
                    kept.contains(partner) ? .met : network.competes(partner, kept) ? .outOfReach : .partly
                #expect(plan.prospects[partner] == expected, "seed \(seed), partner \(partner)")
                if expected == .outOfReach { outOfReach += 1 }
            }
            met += kept.count
            for partner in network.lacking.indices where network.lacking[partner] == 0 { #expect(plan.prospects[partner] == .met) }
        }
        // Both kinds are drawn, and not seldom.
        #expect(met > 1_000 && outOfReach > 1_000, "\(met) met, \(outOfReach) out of reach")
    }

    @Test func aPartnerThatIsAwayHalfTheTimeGetsHalf() {
        var recent = RecentLeads()
        for _ in 0..<10 {
            recent.remember(at: 1, [RecentLeads.Bid(partner: 0, gain: 1), RecentLeads.Bid(partner: 1, gain: 1)])
        }
        var supply = Self.supply(6)
        func plan(_ arrivals: Double, otherLacks: UInt32) -> [FloorPlan.Prospect] {
            FloorPlan(recent, [supply, Self.supply(otherLacks)], arrivals: arrivals).prospects
        }
        #expect(plan(10, otherLacks: 2) == [.met, .met])
        supply.floorPresence = 0.5
        // Its floor comes after that of the other, who wants the same leads and lacks less.
        #expect(plan(10, otherLacks: 2) == [.outOfReach, .met] && plan(12, otherLacks: 2) == [.met, .met])
        // Where nobody lacks what it would get, it gets what comes.
        #expect(plan(10, otherLacks: 0) == [.partly, .met])
    }

    @Test func withoutLeadsToGoByNoneIsGivenUp() {
        #expect(FloorPlan(RecentLeads(), [Self.supply(3)], arrivals: 0).prospects == [.met])
    }
}
