// Canonical bytes of the match model. Covariances are symmetric up to rounding, so they are kept whole; partners of
// whom nothing is known are left out.

extension MatchModel {
    func write(to w: inout StateWriter) {
        w.put(learned)
        for list in [columns.values, columns.verticals, columns.products] { w.put(each: list) { $0.put($1) } }
        w.put(columns.meanLogValue.bitPattern)
        w.put(columns.valuesSeen.bitPattern)
        w.put(shared[0].bitPattern)
        if learned > 0 {
            for number in shared { w.put(number.bitPattern) }
            for number in sharedCovariance { w.put(number.bitPattern) }
        }
        w.put(UInt32(lastDay.count))
        w.put(UInt32(lastDay.count { $0 != Int32.min }))
        for partner in lastDay.indices where lastDay[partner] != Int32.min {
            w.put(UInt32(partner))
            w.put(lastDay[partner])
            for number in own[partner * ownCount..<(partner + 1) * ownCount] { w.put(number.bitPattern) }
            let start = partner * ownCount * ownCount
            for number in ownCovariance[start..<start + ownCount * ownCount] { w.put(number.bitPattern) }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init()
        learned = try r.get()
        func list(_ r: inout StateReader, _ most: Int) throws(StateBytesError) -> [UInt32] {
            let list = try r.each { (r) throws(StateBytesError) in try r.get(UInt32.self) }
            guard list.count <= most else { throw .invalid(at: r.at) }
            return list
        }
        columns = MatchColumns(
            values: try list(&r, settings.values), verticals: try list(&r, settings.verticals),
            products: try list(&r, settings.products), meanLogValue: try r.double(), valuesSeen: try r.double())
        shared[0] = try r.double()
        if learned > 0 {
            for index in shared.indices { shared[index] = try r.double() }
            for index in sharedCovariance.indices { sharedCovariance[index] = try r.double() }
        }
        let count = try r.count()
        // Each partner has a profile in these bytes, so that their number bounds it.
        guard count <= 1 << 20 else { throw .invalid(at: r.at) }
        reserve(partners: count)
        for _ in 0..<(try r.count()) {
            let partner = try r.count()
            guard partner < lastDay.count else { throw .invalid(at: r.at) }
            lastDay[partner] = try r.get()
            for k in 0..<ownCount { own[partner * ownCount + k] = try r.double() }
            for k in 0..<ownCount * ownCount { ownCovariance[partner * ownCount * ownCount + k] = try r.double() }
        }
    }
}
