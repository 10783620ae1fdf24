/// Deadlines that partners missed of late, and who is suspended for it. Since logic version 5.
struct SuspensionTable: Sendable {
    struct Standing: Sendable, Equatable {
        /// When deadlines that count were missed, the newest last; at most as many as suspend a partner.
        var missed: [Timestamp] = []
        /// Until when it is suspended; the epoch where it is not.
        var until = Timestamp.epoch
        /// The missed deadlines for which it is suspended. Since logic version 7.
        var causes: [Timestamp] = []
    }

    /// By partner; as long as the last of whom there is anything.
    private var standings: [Standing] = []
    /// The latest moment until which anybody is suspended.
    private(set) var latest = Timestamp.epoch

    subscript(partner: Int) -> Standing { partner < standings.count ? standings[partner] : Standing() }

    /// Partners that are suspended, by index.
    var suspended: [(partner: Int, until: Timestamp)] {
        standings.indices.filter { standings[$0].until > .epoch }.map { ($0, standings[$0].until) }
    }

    /// A deadline was kept after all. What is left of those for which the partner is suspended counts on without it.
    mutating func forget(missed deadline: Timestamp, of partner: Int) {
        var standing = self[partner]
        if standing.causes.contains(deadline) {
            standing.missed = standing.causes + standing.missed
            standing.causes = []
        }
        standing.missed.removeAll { $0 == deadline }
        set(standing, of: partner)
    }

    mutating func set(_ standing: Standing, of partner: Int) {
        while standings.count <= partner { standings.append(Standing()) }
        standings[partner] = standing
        while standings.last == Standing() { standings.removeLast() }
        latest = standings.lazy.map(\.until).max() ?? .epoch
    }
}

extension SuspensionTable {
    func write(to w: inout StateWriter) {
        w.put(each: standings) { w, standing in
            w.put(each: standing.missed) { $0.put($1) }
            w.put(standing.until)
            if w.logicVersion >= 7 { w.put(each: standing.causes) { $0.put($1) } }
        }
    }

    init(from r: inout StateReader, partners: Int) throws(StateBytesError) {
        let count = try r.count()
        guard count <= partners else { throw .invalid(at: r.at) }
        for partner in 0..<count {
            let missed = try r.each { (r) throws(StateBytesError) in try r.timestamp() }
            var standing = Standing(missed: missed, until: try r.timestamp())
            if r.logicVersion >= 7 {
                standing.causes = try r.each { (r) throws(StateBytesError) in try r.timestamp() }
            }
            set(standing, of: partner)
        }
    }
}
