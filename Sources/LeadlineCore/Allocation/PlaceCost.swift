/// What one more lead at a partner costs the network, and what speaks for the partner, at one moment.
struct PlaceCost: Sendable {
    /// What its next place is worth to the leads still expected.
    var place = 0.0
    /// What having taken a smaller share than others adds, or a larger one takes off; what its floor adds.
    var evenness = 0.0
    var floor = 0.0
}

/// The prices of one moment, prepared to be asked for one partner after the other.
struct PriceList {
    let prices: BidPrices
    let period: Int64
    let floorPeriod: Int64
    let floorSpan: Window
    private let progress: Double
    private let daysLeft: Double

    /// Borrows what it reads: an initialiser would otherwise be given copies of its own.
    init(_ state: borrowing State, _ policy: borrowing Policy, at stamp: Timestamp) {
        prices = state.prices(at: stamp, policy)
        period = CapacityLimits.period(at: stamp, policy)
        floorPeriod = CapacityLimits.floorPeriod(at: stamp, policy)
        floorSpan = CapacityLimits.span(ofFloorPeriod: floorPeriod, policy)
        progress = prices.progress(at: stamp)
        daysLeft = CapacityLimits.span(ofPeriod: period, policy).daysLeft(at: stamp)
    }

    /// - Parameter value: The lead's deal value; nil for a lead of the usual value.
    @inline(__always)
    func cost(of partner: Int, value: Int64?, _ state: State) -> PlaceCost {
        var cost = PlaceCost()
        if let left = CapacityLimits.placesLeft(state, partner, in: period, daysLeft: daysLeft) {
            cost.place = prices.placePrice(partner, left: left, progress: progress)
        }
        if state.partners.leadsPerPeriodMax[partner] != PartnerTable.uncapped {
            cost.evenness = prices.evennessFavour(partner)
        }
        // What a floor lacks is asked only where something is lacking that has a price.
        if prices.floorRows[partner].count > 0 {
            let lacking = state.floorLacking(partner, in: floorPeriod, floorSpan)
            cost.floor = prices.floorFavour(partner, lacking: lacking, progress: progress)
            let lackingValue = state.floorValueLacking(partner, in: floorPeriod, floorSpan)
            if lackingValue > 0 {
                cost.floor = max(cost.floor,
                    prices.floorFavour(partner, lackingValue: lackingValue, leadValue: value, progress: progress))
            }
        }
        return cost
    }
}
