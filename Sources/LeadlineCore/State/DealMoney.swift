/// What is known of a deal's commission beyond the one sum that its lead keeps: who shares it, what stands accrued to
/// whom, and until when it can be taken back. Since logic version 7.
struct DealMoney: Sendable, Equatable {
    struct Share: Sendable, Equatable {
        var partner: UInt32
        var basisPoints: UInt32
    }

    struct Accrued: Sendable, Equatable {
        var partner: UInt32
        var minorUnits: Int64
    }

    struct Deal: Sendable, Equatable {
        /// Partners that share the commission; what they leave over is the winner's.
        var shares: [Share] = []
        var accrued: [Accrued] = []
        /// After this moment what has accrued stands; nil: it does not before the deal can be corrected no more.
        var reversibleUntil: Timestamp?

        var isPlain: Bool { shares.isEmpty && reversibleUntil == nil }
    }

    /// By the lead's id.
    private var deals: [String: Deal] = [:]

    init() {}

    subscript(leadID: String) -> Deal? {
        get { deals.isEmpty ? nil : deals[leadID] }
        set { if newValue != nil || !deals.isEmpty { deals[leadID] = newValue } }
    }

    var leadIDs: [String] { deals.keys.sorted() }

    /// Two partners are one: what either shares, or has accrued, the other does.
    mutating func move(_ from: UInt32, _ into: UInt32) {
        for id in leadIDs {
            guard var deal = deals[id] else { continue }
            Self.move(from, into, &deal.shares, \.partner) { $0.basisPoints += $1.basisPoints }
            Self.move(from, into, &deal.accrued, \.partner) { $0.minorUnits += $1.minorUnits }
            deals[id] = deal
        }
    }

    /// What is the one partner's is the other's, added to what that one has.
    private static func move<Part>(
        _ from: UInt32, _ into: UInt32, _ parts: inout [Part], _ partner: WritableKeyPath<Part, UInt32>,
        add: (inout Part, Part) -> Void
    ) {
        guard let old = parts.firstIndex(where: { $0[keyPath: partner] == from }) else { return }
        guard let known = parts.firstIndex(where: { $0[keyPath: partner] == into }) else {
            parts[old][keyPath: partner] = into
            return
        }
        add(&parts[known], parts[old])
        parts.remove(at: old)
    }

    /// True if every partner that it names is one of so many.
    func isWithin(partners count: Int) -> Bool {
        deals.values.allSatisfy { deal in
            deal.shares.allSatisfy { $0.partner < count } && deal.accrued.allSatisfy { $0.partner < count }
        }
    }
}

// MARK: - Canonical bytes

extension DealMoney {
    func write(to w: inout StateWriter) {
        w.put(each: leadIDs) { w, id in
            let deal = deals[id] ?? Deal()
            w.put(id)
            w.put(each: deal.shares) { w, share in
                w.put(share.partner)
                w.put(share.basisPoints)
            }
            w.put(each: deal.accrued) { w, accrued in
                w.put(accrued.partner)
                w.put(accrued.minorUnits)
            }
            w.put(optional: deal.reversibleUntil) { $0.put($1) }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let id = try r.string()
            deals[id] = Deal(
                shares: try r.each { (r) throws(StateBytesError) in
                    Share(partner: try r.get(), basisPoints: try r.get())
                },
                accrued: try r.each { (r) throws(StateBytesError) in
                    Accrued(partner: try r.get(), minorUnits: try r.get())
                }, reversibleUntil: try r.optional { (r) throws(StateBytesError) in try r.timestamp() })
        }
    }
}
