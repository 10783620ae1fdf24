/// What the choice among candidates is made by, as the routing method has it.
enum Ranking {
    /// Fills the columns of prices, favours and ranks.
    static func fill(
        _ method: RoutingMethod, value: Int64, _ state: State, _ policy: Policy, at stamp: Timestamp,
        _ scratch: inout EvaluationScratch
    ) {
        fillPlain(method, value: value, state, policy, at: stamp, &scratch)
        let weighsWaiting = state.isLogic(7) && policy.presence != .ignore
        if weighsWaiting && (method == .bidPrice || method == .highestScore) {
            weighWaiting(state, policy, at: stamp, &scratch)
        }
    }

    private static func fillPlain(
        _ method: RoutingMethod, value: Int64, _ state: State, _ policy: Policy, at stamp: Timestamp,
        _ scratch: inout EvaluationScratch
    ) {
        let rows = scratch.partners.count
        switch method {
        case .bidPrice:
            price(value: value, state, policy, at: stamp, &scratch)
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
        value: Int64, _ state: State, _ policy: Policy, at stamp: Timestamp, _ scratch: inout EvaluationScratch
    ) {
        let prices = PriceList(state, policy, at: stamp)
        for row in scratch.partners.indices {
            let cost = prices.cost(of: scratch.partners[row], value: value, state)
            scratch.placePrice[row] = cost.place
            scratch.favour[row] = cost.evenness + cost.floor
            scratch.rank[row] = (scratch.score[row] - cost.place) + scratch.favour[row]
        }
    }
}
