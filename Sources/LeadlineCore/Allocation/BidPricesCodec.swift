// Canonical bytes of prices: what they were worked out from cannot be had again later, so the tables themselves are
// kept.

extension BidPrices {
    func write(to w: inout StateWriter) {
        for weekday in 0..<7 {
            w.put(rhythm.rates[weekday].bitPattern)
            w.put(rhythm.seen[weekday].bitPattern)
        }
        w.put(rhythm.level.bitPattern)
        w.put(optional: rhythm.day) { $0.put($1) }
        w.put(rhythm.count.bitPattern)
        recent.write(to: &w)
        for number in [meanGain, meanCount, evenness, meanUtilisation, solvedAt, nextAt] { w.put(number.bitPattern) }
        w.put(optional: period) { $0.put($1) }
        w.put(isStale)
        w.put(UInt32(use.count))
        for partner in use.indices {
            for number in [use[partner].taken, use[partner].offered, use[partner].offeredNow, prices[partner],
                favours[partner]] {
                w.put(number.bitPattern)
            }
            placeRows[partner].write(to: &w)
            floorRows[partner].write(to: &w)
        }
        w.put(each: worths) { w, pair in
            w.put(pair.x.bitPattern)
            w.put(pair.y.bitPattern)
        }
        if w.logicVersion >= 2 { w.put(meanValue.bitPattern) }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        for weekday in 0..<7 {
            rhythm.rates[weekday] = try r.double()
            rhythm.seen[weekday] = try r.double()
        }
        rhythm.level = try r.double()
        rhythm.day = try r.optional { (r) throws(StateBytesError) in try r.get() }
        rhythm.count = try r.double()
        recent = try RecentLeads(from: &r)
        meanGain = try r.double()
        meanCount = try r.double()
        evenness = try r.double()
        meanUtilisation = try r.double()
        solvedAt = try r.double()
        nextAt = try r.double()
        period = try r.optional { (r) throws(StateBytesError) in try r.get() }
        isStale = try r.bool()
        for partner in 0..<(try r.count()) {
            addPartner()
            use[partner] = Use(taken: try r.double(), offered: try r.double(), offeredNow: try r.double())
            prices[partner] = try r.double()
            favours[partner] = try r.double()
            placeRows[partner] = try Rows(from: &r)
            floorRows[partner] = try Rows(from: &r)
        }
        worths = try r.each { (r) throws(StateBytesError) in SIMD2(try r.double(), try r.double()) }
        if r.logicVersion >= 2 { meanValue = try r.double() }
        for rows in placeRows + floorRows where Int(rows.start) + Int(rows.count) > worths.count || rows.rowSize == 0 {
            throw .invalid(at: r.at)
        }
    }
}

extension BidPrices.Rows {
    func write(to w: inout StateWriter) {
        w.put(start)
        w.put(count)
        w.put(rowSize)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(start: try r.get(), count: try r.get(), rowSize: try r.get())
    }
}

extension RecentLeads {
    /// Only the rows in use, so that equal memories give equal bytes.
    func write(to w: inout StateWriter) {
        w.put(thinning)
        w.put(skipped)
        w.put(each: rows) { w, row in
            w.put(days[row].bitPattern)
            w.put(each: bids[bids(of: row)]) { w, bid in
                w.put(bid.partner)
                w.put(bid.gain.bitPattern)
            }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        let thinning: UInt32 = try r.get()
        let skipped: UInt32 = try r.get()
        var (days, starts, bids): ([Double], [UInt32], [Bid]) = ([], [0], [])
        for _ in 0..<(try r.count()) {
            days.append(try r.double())
            bids += try r.each { (r) throws(StateBytesError) in
                Bid(partner: try r.get(), gain: Float(bitPattern: try r.get()))
            }
            starts.append(UInt32(bids.count))
        }
        self.init(days: days, starts: starts, bids: bids, thinning: max(thinning, 1), skipped: skipped)
    }
}
