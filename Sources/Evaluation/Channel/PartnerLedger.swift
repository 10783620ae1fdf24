import LeadlineCore

/// Counts awards and outcomes by partner and stretch of time.
struct PartnerLedger {
    fileprivate struct Cell {
        var figures = ChannelFigures()
        var seconds: [Double] = []
        var promised = 0
        var kept = 0
    }

    private let history: NetworkHistory
    private let spans: [TimeSpan]
    /// By span, then partner.
    private var cells: [[Cell]]
    private var arrived: [Int]
    private var reasons: [[String: Int]]

    /// The first span is all of the time; the others do not overlap.
    init(_ history: NetworkHistory, _ spans: [TimeSpan]) {
        self.history = history
        self.spans = spans
        cells = spans.map { _ in history.partnerIDs.map { _ in Cell() } }
        arrived = spans.map { _ in 0 }
        reasons = spans.map { _ in [:] }
    }

    // MARK: Counting

    mutating func count() {
        for lead in history.leads where !lead.isMerged {
            forEachSpan(at: lead.submittedAt) { $0.arrived[$1] += 1 }
            for award in lead.awards { count(award) }
            if lead.isDecided, let partner = lead.closedBy { close(lead, partner) }
        }
        for event in history.escalations {
            forEachSpan(at: event.at) { $0.reasons[$1]["\(event.reason)", default: 0] += 1 }
        }
        for span in cells.indices {
            for partner in cells[span].indices { finish(span, partner) }
        }
    }

    private mutating func forEachSpan(at moment: Timestamp, _ body: (inout PartnerLedger, Int) -> Void) {
        guard spans[0].contains(moment) else { return }
        body(&self, 0)
        var (low, high) = (1, spans.count)
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].until <= moment { low = middle + 1 } else { high = middle }
        }
        if low < spans.count, spans[low].contains(moment) { body(&self, low) }
    }

    private mutating func count(_ award: AwardRecord) {
        forEachSpan(at: award.at) { ledger, span in ledger.cells[span][award.partner].add(award) }
    }

    private mutating func close(_ lead: LeadRecord, _ partner: Int) {
        forEachSpan(at: lead.closedAt) { ledger, span in
            ledger.cells[span][partner].figures.closed += 1
            if lead.isWon { ledger.cells[span][partner].figures.won += 1 }
            ledger.cells[span][partner].figures.revenueMinorUnits += lead.amountMinorUnits
        }
    }

    private mutating func finish(_ span: Int, _ partner: Int) {
        cells[span][partner].finish(capacity: history.places(of: partner, in: spans[span]))
    }

    // MARK: Results

    func partners() -> [PartnerFigures] {
        let statuses = history.statuses
        let rows = history.partnerIDs.indices.map { partner in
            PartnerFigures(
                partner: history.partnerIDs[partner], status: statuses[partner], whole: cells[0][partner].figures,
                windows: cells.dropFirst().map { $0[partner].figures })
        }
        return rows.filter { $0.status != "removed" || $0.whole.leads > 0 }
            .sorted { ($1.whole.leads, $0.partner) < ($0.whole.leads, $1.partner) }
    }

    func network(_ span: Int) -> NetworkFigures {
        var all = Cell()
        for cell in cells[span] { all.add(cell) }
        let statuses = history.statuses
        let here = cells[span].indices.filter { statuses[$0] != "removed" }
        let leads = here.map { Double(cells[span][$0].figures.leads) }
        let used = here.compactMap { cells[span][$0].figures.utilisation }
        let places = here.reduce(0.0) { $0 + (history.places(of: $1, in: spans[span]) ?? 0) }
        all.finish(capacity: places > 0 && used.count == here.count ? places : nil)
        let ordered = reasons[span].sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return NetworkFigures(
            figures: all.figures, arrived: arrived[span],
            escalations: ordered.map { ReasonCount(reason: $0.key, count: $0.value) },
            giniOfLeads: Concentration.gini(leads), jainOfLeads: JainIndex.of(leads),
            giniOfUtilisation: used.count > 1 ? Concentration.gini(used) : nil,
            jainOfUtilisation: used.count > 1 ? JainIndex.of(used) : nil)
    }
}

extension PartnerLedger.Cell {
    fileprivate mutating func add(_ award: AwardRecord) {
        figures.leads += 1
        if !award.isImported {
            figures.asked += 1
            if award.isAccepted { figures.accepted += 1 }
            if award.isAccepted || award.end == .declined || award.end == .expired { figures.answersKnown += 1 }
        }
        if let response = award.responseMicros { seconds.append(Double(response) / 1e6) }
        switch award.end {
        case .declined: figures.declined += 1
        case .expired: figures.breaches += 1
        case .takenAway: figures.overrides += 1
        default: break
        }
        if award.respondBy != nil && (award.responseMicros != nil || award.end == .expired) {
            promised += 1
            if award.responseMicros != nil { kept += 1 }
        }
    }

    fileprivate mutating func add(_ other: Self) {
        figures.leads += other.figures.leads
        figures.asked += other.figures.asked
        figures.answersKnown += other.figures.answersKnown
        figures.accepted += other.figures.accepted
        figures.declined += other.figures.declined
        figures.breaches += other.figures.breaches
        figures.overrides += other.figures.overrides
        figures.closed += other.figures.closed
        figures.won += other.figures.won
        figures.revenueMinorUnits += other.figures.revenueMinorUnits
        seconds += other.seconds
        promised += other.promised
        kept += other.kept
    }

    fileprivate mutating func finish(capacity: Double?) {
        seconds.sort()
        figures.responded = seconds.count
        figures.medianResponseSeconds = Quantiles.of(0.5, sorted: seconds)
        figures.p90ResponseSeconds = Quantiles.of(0.9, sorted: seconds)
        figures.withinSLA = Rate(kept, of: promised)
        figures.winRate = Rate(figures.won, of: figures.closed).estimate
        figures.utilisation = capacity.flatMap { $0 > 0 ? Double(figures.leads) / $0 : nil }
    }
}

extension NetworkHistory {
    /// "active", "paused" or "removed", by partner. One that the state does not know was never registered.
    var statuses: [String] {
        var statuses = partnerIDs.map { _ in "removed" }
        for standing in state.partnerStandings {
            if let partner = number(ofKnown: standing.profile.partnerID) { statuses[partner] = standing.status }
        }
        return statuses
    }

    /// Leads that a partner's caps allowed in the capacity periods that a stretch of time touches; nil if it was
    /// uncapped in any part of it. A period counts whole, however little of it the stretch holds: its cap can be used
    /// up in an hour.
    func places(of partner: Int, in span: TimeSpan) -> Double? {
        guard let last, let policy = state.policy, policy.periodDays > 0 else { return nil }
        let end = min(span.until, last.adding(micros: 1))
        var places = 0.0
        // The newest period that was counted, with the cap that was counted for it.
        var counted: (period: Int64, most: UInt32) = (.min, 0)
        let changes = capacities[partner]
        func period(_ moment: Timestamp) -> Int64 {
            TimeSpan.window(of: moment, days: Int(policy.periodDays), anchor: policy.periodAnchor)
        }
        for (index, change) in changes.enumerated() {
            let from = max(change.at, span.from),
                until = min(index + 1 < changes.count ? changes[index + 1].at : end, end)
            if until <= from { continue }
            guard let most = change.capacity.leadsPerPeriodMax else { return nil }
            var first = period(from)
            let last = period(until.adding(micros: -1))
            if counted.period == first {
                // A period in which the cap changed counts once, with its highest cap.
                places += Double(max(most, counted.most) - counted.most)
                counted.most = max(most, counted.most)
                first += 1
            }
            if first <= last {
                places += Double(last - first + 1) * Double(most)
                counted = (last, most)
            }
        }
        return places
    }
}
