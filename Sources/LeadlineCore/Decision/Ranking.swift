/// What the choice among candidates is made by, as the routing method has it.
enum Ranking {
    /// Fills the columns of prices, favours and ranks.
    static func fill(
        _ method: RoutingMethod, _ state: State, _ policy: Policy, at stamp: Timestamp, period: Int64,
        _ scratch: inout EvaluationScratch
    ) {
        let rows = scratch.partners.count
        switch method {
        case .bidPrice:
            price(state, policy, at: stamp, period: period, &scratch)
            return
        case .highestScore, .roundRobin, .weightedRotation:
            for row in 0..<rows { scratch.rank[row] = scratch.score[row] }
        case .highestFit:
            for row in 0..<rows { scratch.rank[row] = scratch.fit[row] }
        }
        for row in 0..<rows {
            scratch.placePrice[row] = 0
            scratch.favour[row] = 0
        }
    }

    private static func price(
        _ state: State, _ policy: Policy, at stamp: Timestamp, period: Int64, _ scratch: inout EvaluationScratch
    ) {
        let prices = state.prices(at: stamp, policy)
        let progress = prices.progress(at: stamp)
        let floorPeriod = CapacityLimits.floorPeriod(at: stamp, policy)
        let floorSpan = Window(
            start: CapacityLimits.start(ofWindow: floorPeriod, policy.floorPeriodDays, policy),
            end: CapacityLimits.start(ofWindow: floorPeriod + 1, policy.floorPeriodDays, policy))
        for row in scratch.partners.indices {
            let partner = scratch.partners[row]
            let cap = state.partners.leadsPerPeriodMax[partner]
            var (place, favour) = (0.0, 0.0)
            if cap != PartnerTable.uncapped {
                let got = CapacityLimits.leads(state.partners, partner, in: period)
                if got < cap { place = prices.placePrice(partner, left: cap - got, progress: progress) }
                favour = prices.evennessFavour(partner)
            }
            if prices.floorRows[partner].count > 0 {
                let lacking = state.floorLacking(partner, in: floorPeriod, floorSpan)
                favour += prices.floorFavour(partner, lacking: lacking, progress: progress)
            }
            scratch.placePrice[row] = place
            scratch.favour[row] = favour
            scratch.rank[row] = (scratch.score[row] - place) + favour
        }
    }
}
