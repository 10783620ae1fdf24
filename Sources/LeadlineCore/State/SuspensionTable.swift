/// Deadlines that partners missed of late, and who is suspended for it. Since logic version 5.
struct SuspensionTable: Sendable {
    struct Standing: Sendable, Equatable {
        /// When deadlines that count were missed, the newest last; at most as many as suspend a partner.
        var missed: [Timestamp] = []
        /// Until when it is suspended; the epoch where it is not.
        var until = Timestamp.epoch
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
        }
    }

    init(from r: inout StateReader, partners: Int) throws(StateBytesError) {
        let count = try r.count()
        guard count <= partners else { throw .invalid(at: r.at) }
        for partner in 0..<count {
            let missed = try r.each { (r) throws(StateBytesError) in try r.timestamp() }
            set(Standing(missed: missed, until: try r.timestamp()), of: partner)
        }
    }
}
