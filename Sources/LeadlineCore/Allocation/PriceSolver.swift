/// What the working out of prices needs to know of one partner.
struct PartnerSupply: Sendable {
    /// Places left for the rest of the period; nil without a cap, 0 for one that takes no leads.
    var placesLeft: UInt32?
    /// Places that the period offers in all, absence taken off; 0 without a cap.
    var placesOffered: Double
    /// Leads that its floor still lacks, absence taken off.
    var floorLacking: UInt32
    /// Share of the time until the period's, and the floor period's, end in which it is there.
    var presence: Double
    var floorPresence: Double
}

extension BidPrices {
    /// Rounds in which prices and net gains are made consistent.
    private static let rounds = 3
    /// How far a round moves prices towards what it finds; the last goes all the way.
    private static let damping = 0.5
    /// What a lead lacking from a floor costs at the end, in mean gains.
    private static let floorPenalty = 12.0
    /// The same where the floor cannot be met, whatever is given up for it.
    private static let unmetFloorPenalty = 1.0
    /// Share of the arrivals still expected that a floor may count on, and that all floors together may.
    private static let floorTrust = (alone: 0.65, together: 0.93)
    /// What a floor counted on before floors were looked at together.
    private static let floorTrustBeforePlans = 0.8

    /// Works out all prices at `stamp`.
    mutating func solve(
        at stamp: Timestamp, period now: Int64, periodEnd: Timestamp, floorEnd: Timestamp, _ supplies: [PartnerSupply],
        logicVersion: UInt32
    ) {
        let plansFloors = logicVersion >= 8
        offer(supplies, isNewPeriod: period != now)
        let today = Self.days(stamp)
        (period, isStale, solvedAt) = (now, false, today)
        nextAt = min(today.rounded(.down) + 1, Self.days(periodEnd))
        rhythm.advance(to: Int64(today.rounded(.down)), logicVersion: logicVersion)
        refreshEvenness()
        let horizon = Horizon(rhythm, now: today, next: nextAt, end: Self.days(periodEnd),
            floorEnd: Self.days(floorEnd), trust: plansFloors ? Self.floorTrust.alone : Self.floorTrustBeforePlans)
        let competing = supplies.contains { $0.placesOffered > 0 || $0.floorLacking > 0 || ($0.placesLeft ?? 0) > 0 }
        worths.removeAll(keepingCapacity: true)
        for partner in placeRows.indices { (placeRows[partner], floorRows[partner]) = (Rows(), Rows()) }
        if recent.rows.isEmpty || !competing { return }
        let plan = plansFloors ? floorPlan(supplies, at: today, floorEnd: floorEnd) : nil
        let evennessFavours = use.indices.map { evennessFavour($0) }
        for round in 1...Self.rounds {
            let gains = netGains(supplies, evennessFavours)
            for partner in supplies.indices {
                let resource = ResourceProgram(sortedGains: gains[partner].sorted(by: >))
                reprice(
                    partner, supplies[partner], resource, leads: gains[partner].count, until: horizon,
                    floor: plan?.prospects[partner] ?? .met, isLast: round == Self.rounds)
            }
        }
    }

    /// Which floors can be met together until the floor period ends.
    func floorPlan(_ supplies: [PartnerSupply], at today: Double, floorEnd: Timestamp) -> FloorPlan {
        let expected = rhythm.expected(from: today, until: Self.days(floorEnd))
        return FloorPlan(recent, supplies, arrivals: expected * Self.floorTrust.together)
    }

    /// Places of a period count as offered once it begins; a change of capacity within it counts too.
    private mutating func offer(_ supplies: [PartnerSupply], isNewPeriod: Bool) {
        for (partner, supply) in supplies.enumerated() {
            let before = isNewPeriod ? 0 : use[partner].offeredNow
            use[partner].offered = max(0, use[partner].offered + (supply.placesOffered - before))
            use[partner].offeredNow = supply.placesOffered
        }
    }

    /// A step of dual ascent on "Jain's index is at least the goal".
    private mutating func refreshEvenness() {
        let utilisations = utilisations
        let sum = utilisations.reduce(0, +)
        meanUtilisation = utilisations.isEmpty ? 0 : sum / Double(utilisations.count)
        // Before anyone has taken anything there is no unevenness to speak of.
        if sum == 0 { return }
        let step = Self.evennessRate * (Self.evennessGoal - JainIndex.of(utilisations))
        evenness = min(max(evenness + step, Self.evennessMin), Self.evennessMax)
    }

    /// For each partner what each remembered lead would gain there, net of what it would gain at the best other
    /// partner.
    private func netGains(_ supplies: [PartnerSupply], _ evenness: [Double]) -> [[Double]] {
        var lists = [[Double]](repeating: [], count: supplies.count)
        for row in recent.rows {
            // A lead that gains nothing anywhere goes to nobody.
            var (best, second, winner) = (0.0, 0.0, -1)
            for bid in recent.bids[recent.bids(of: row)] {
                let partner = Int(bid.partner)
                if supplies[partner].placesLeft == 0 { continue }
                let net = ((Double(bid.gain) + evenness[partner]) - prices[partner]) + favours[partner]
                if net > best {
                    (best, second, winner) = (net, best, partner)
                } else if net > second {
                    second = net
                }
            }
            for bid in recent.bids[recent.bids(of: row)] {
                let partner = Int(bid.partner)
                lists[partner].append((Double(bid.gain) + evenness[partner]) - (winner == partner ? second : best))
            }
        }
        return lists
    }

    private mutating func reprice(
        _ partner: Int, _ supply: PartnerSupply, _ resource: ResourceProgram, leads: Int, until horizon: Horizon,
        floor: FloorPlan.Prospect, isLast: Bool
    ) {
        let share = Double(leads) / Double(recent.rows.count)
        if let left = supply.placesLeft, left > 0 {
            let arrivals = share * supply.presence
            let table = resource.places(
                Int(left), shift: favours[partner], arrivals: horizon.arrivals * arrivals, later: isLast
                    ? horizon.later * arrivals : 0)
            let price = table.now.last ?? 0
            prices[partner] += isLast ? price - prices[partner] : Self.damping * (price - prices[partner])
            if isLast && price + (table.now.first ?? 0) > 0 { placeRows[partner] = append(table) }
        } else if isLast {
            prices[partner] = 0
        }
        guard isLast else { return }
        favours[partner] = 0
        if supply.floorLacking == 0 || supply.placesLeft == 0 || floor == .outOfReach { return }
        let arrivals = share * supply.floorPresence
        let table = resource.floor(
            Int(supply.floorLacking), shift: -prices[partner], arrivals: horizon.floorArrivals * arrivals,
            later: horizon.floorLater * arrivals,
            penalty: (floor == .met ? Self.floorPenalty : Self.unmetFloorPenalty) * meanGain)
        favours[partner] = table.now.last ?? 0
        if !table.now.isEmpty { floorRows[partner] = append(table) }
    }

    private mutating func append(_ table: ResourceProgram.Table) -> Rows {
        let rows = Rows(start: UInt32(worths.count), count: UInt32(table.now.count), rowSize: UInt32(table.rowSize))
        for (now, later) in zip(table.now, table.later) { worths.append(SIMD2(now, later)) }
        return rows
    }
}

/// Leads expected until the period and the floor period end, now and when prices are next worked out.
private struct Horizon {
    var arrivals: Double
    var later: Double
    var floorArrivals: Double
    var floorLater: Double

    init(_ rhythm: ArrivalRhythm, now: Double, next: Double, end: Double, floorEnd: Double, trust: Double) {
        arrivals = rhythm.expected(from: now, until: end)
        later = rhythm.expected(from: min(next, end), until: end)
        floorArrivals = rhythm.expected(from: now, until: floorEnd) * trust
        floorLater = rhythm.expected(from: min(next, floorEnd), until: floorEnd) * trust
    }
}
