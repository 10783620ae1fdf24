// The canonical bytes of a model, for snapshots and its content hash. Weights still at their prior are left out.

extension WinModel {
    func write(to w: inout StateWriter) {
        w.put(UInt32(slotCount))
        for number in [settings.priorRate, settings.priorStrength] { w.put(number.bitPattern) }
        w.put(day)
        w.put(version)
        weights.write(to: &w)
        curve.write(to: &w)
        blend.write(to: &w)
        awards.write(to: &w, slower: slower.count)
        if settings.late != nil {
            for model in slower { model.weights.write(to: &w) }
            segmentCurves.write(to: &w)
            for number in [curve.wonBeyond, curve.lostBeyond, blend.closings[0], blend.closings[1]] {
                w.put(number.bitPattern)
            }
        }
        if settings.blendPrior[4] > 0 { match.write(to: &w) }
        w.put(each: bandPointers) { $0.put(UInt64($1)) }
        w.put(UInt64(judgePointer))
    }

    /// - Parameter hasPrior: False where nobody ever said what is presumed: then what the settings say holds.
    init(
        from r: inout StateReader, settings: WinModelSettings, hasPrior: Bool = true, partners: Int, values: Int
    ) throws(StateBytesError) {
        let slots = Int(try r.get(UInt32.self))
        guard slots <= 1_024 else { throw .invalid(at: r.at) }
        var settings = settings
        settings.priorRate = try r.double()
        settings.priorStrength = try r.double()
        self.init(slotCount: slots, settings: settings)
        if hasPrior { setPrior(rate: settings.priorRate, strength: settings.priorStrength) }
        restore(day: try r.get(), version: try r.digest())
        try weights.read(from: &r, settings, partners: partners, values: values)
        try curve.read(from: &r)
        curve.refresh(self.settings)
        try blend.read(from: &r, self.settings)
        blend.refresh(self.settings)
        try awards.read(from: &r, slower: slower.count)
        if settings.late != nil { try readLate(from: &r, partners: partners, values: values) }
        if settings.blendPrior[4] > 0 { match = try MatchModel(from: &r) }
        bandPointers = try r.each { (r) throws(StateBytesError) in Int(clamping: try r.get(UInt64.self)) }
        guard bandPointers.count == ClosingCurve.bandCount else { throw .invalid(at: r.at) }
        judgePointer = Int(clamping: try r.get(UInt64.self))
    }

    private mutating func readLate(
        from r: inout StateReader, partners: Int, values: Int
    ) throws(StateBytesError) {
        for k in slower.indices {
            try slower[k].weights.read(from: &r, slower[k].settings, partners: partners, values: values)
        }
        segmentCurves = try SegmentCurves(from: &r)
        guard segmentCurves.leads.count == slotCount else { throw .invalid(at: r.at) }
        curve.wonBeyond = try r.double()
        curve.lostBeyond = try r.double()
        curve.refresh(settings)
        blend.closings[0] = try r.double()
        blend.closings[1] = try r.double()
    }

    /// A hash of everything learned: equal models have equal hashes, whatever batches they learned in.
    public func contentHash() -> Digest128 {
        var writer = StateWriter(capacity: 1 << 16, logicVersion: Logic.oldest)
        write(to: &writer)
        var hash = SipHash128()
        hash.absorb(UInt64(writer.bytes.count))
        var word: UInt64 = 0, shift: UInt64 = 0
        for byte in writer.bytes {
            word |= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                hash.absorb(word)
                word = 0
                shift = 0
            }
        }
        hash.absorb(word)
        return hash.digest()
    }
}

extension StateReader {
    mutating func double() throws(StateBytesError) -> Double { Double(bitPattern: try get()) }

    mutating func cell() throws(StateBytesError) -> WeightCell {
        let x = try double()
        return WeightCell(x, try double())
    }
}

extension StateWriter {
    mutating func put(_ cell: WeightCell) {
        put(cell.x.bitPattern)
        put(cell.y.bitPattern)
    }

    mutating func put(_ tally: SIMD2<UInt32>) {
        put(tally.x)
        put(tally.y)
    }

    /// The items that are not `usual`, with their places.
    mutating func put<T: Equatable>(_ items: [T], except usual: T, _ write: (inout StateWriter, T) -> Void) {
        var count: UInt32 = 0
        for item in items where item != usual { count += 1 }
        put(count)
        for index in items.indices where items[index] != usual {
            put(UInt32(index))
            write(&self, items[index])
        }
    }
}

extension StateReader {
    /// Puts items back into their places.
    mutating func put<T>(
        into items: inout [T], _ read: (inout StateReader) throws(StateBytesError) -> T
    ) throws(StateBytesError) {
        for _ in 0..<(try count()) {
            let index = Int(try get(UInt32.self))
            guard index < items.count else { throw .invalid(at: at) }
            items[index] = try read(&self)
        }
    }
}

extension WinWeights {
    /// Rooms for values and partners grow twofold, from these on.
    private static let (valuesMin, partnersMin) = (32, 8)

    func write(to w: inout StateWriter) {
        w.put(UInt32(partners.count))
        w.put(UInt32(valueCapacity))
        w.put(bias)
        for partner in partners.indices {
            w.put(partners[partner])
            w.put(rates[partner])
            w.put(partnerTallies[partner])
        }
        w.put(slots, except: WeightCell(0, slotPrior)) { $0.put($1) }
        w.put(crosses, except: WeightCell(0, crossPrior)) { $0.put($1) }
        w.put(crossTallies, except: SIMD2(0, 0)) { $0.put($1) }
        w.put(pairs, except: WeightCell(0, pairPrior)) { $0.put($1) }
    }

    /// - Parameters:
    ///   - most: The program's partners; there is no room for more, so that no number makes more of it.
    ///   - known: One more than the largest id of a value, likewise.
    mutating func read(
        from r: inout StateReader, _ settings: WinModelSettings, partners most: Int, values known: Int
    ) throws(StateBytesError) {
        let count = Int(try r.get(UInt32.self)), values = Int(try r.get(UInt32.self))
        guard count <= max(most, Self.partnersMin), values <= max(2 * known, Self.valuesMin) else {
            throw .invalid(at: r.at)
        }
        bias = try r.cell()
        reserve(partners: count, values: values, settings)
        for partner in 0..<count {
            partners[partner] = try r.cell()
            rates[partner] = try r.cell()
            partnerTallies[partner] = try Self.tally(&r)
        }
        try r.put(into: &slots) { (r) throws(StateBytesError) in try r.cell() }
        try r.put(into: &crosses) { (r) throws(StateBytesError) in try r.cell() }
        try r.put(into: &crossTallies) { (r) throws(StateBytesError) in try Self.tally(&r) }
        if partnerTallies.contains(where: { $0.x > 0 }) { makePairs() }
        var learned = pairs.isEmpty ? [WeightCell](repeating: WeightCell(0, pairPrior), count: pairCount) : pairs
        let before = r.at
        try r.put(into: &learned) { (r) throws(StateBytesError) in try r.cell() }
        // No pair at all is written as an empty list.
        if r.at > before + 4 { pairs = learned }
    }

    private static func tally(_ r: inout StateReader) throws(StateBytesError) -> SIMD2<UInt32> {
        let x: UInt32 = try r.get()
        return SIMD2(x, try r.get())
    }
}

extension ClosingCurve {
    func write(to w: inout StateWriter) {
        w.put(UInt32(usedBands))
        for column in [atRisk, wonIn, lostIn] { for number in column { w.put(number.bitPattern) } }
    }

    mutating func read(from r: inout StateReader) throws(StateBytesError) {
        usedBands = Int(try r.get(UInt32.self))
        guard (1...Self.bandCount).contains(usedBands) else { throw .invalid(at: r.at) }
        for band in 0..<Self.bandCount { atRisk[band] = try r.double() }
        for band in 0..<Self.bandCount { wonIn[band] = try r.double() }
        for band in 0..<Self.bandCount { lostIn[band] = try r.double() }
    }
}

extension ExpertBlend {
    func write(to w: inout StateWriter) {
        for index in 0..<8 {
            w.put(multipliers[index].bitPattern)
            w.put(multiplierVariances[index].bitPattern)
        }
        for index in 0..<count { w.put(losses[index].bitPattern) }
        w.put(UInt32(partnerLosses.count))
        w.put(UInt32(partnerLosses.count { $0 != SIMD8(repeating: 0) }))
        for partner in partnerLosses.indices where partnerLosses[partner] != SIMD8(repeating: 0) {
            w.put(UInt32(partner))
            for index in 0..<count { w.put(partnerLosses[partner][index].bitPattern) }
        }
    }

    mutating func read(from r: inout StateReader, _ settings: WinModelSettings) throws(StateBytesError) {
        for index in 0..<8 {
            multipliers[index] = try r.double()
            multiplierVariances[index] = try r.double()
        }
        for index in 0..<count { losses[index] = try r.double() }
        let partners = try r.count()
        guard partners <= 1 << 20 else { throw .invalid(at: r.at) }
        reserve(partners: partners)
        for _ in 0..<(try r.count()) {
            let partner = try r.count()
            guard partner < partners else { throw .invalid(at: r.at) }
            var losses = SIMD8<Double>(repeating: 0)
            for index in 0..<count { losses[index] = try r.double() }
            restore(partner, losses: losses, settings)
        }
    }
}

extension AwardedLeads {
    /// - Parameter slower: Models that learn more slowly.
    func write(to w: inout StateWriter, slower: Int) {
        w.put(UInt64(first))
        w.put(UInt32(next - first))
        for number in first..<next {
            let lead = self[number]
            w.put(lead.day)
            w.put(lead.closingAge)
            w.put(lead.partner)
            w.put(UInt8(bitPattern: lead.outcome.rawValue))
            w.put(lead.flags)
            w.put(lead.taught.bitPattern)
            w.put(lead.taughtRate.bitPattern)
            for index in 0..<8 { w.put(lead.said[index].bitPattern) }
            w.put(lead.saidMatch.bitPattern)
            w.put(lead.probability.bitPattern)
            for k in 0..<slower {
                w.put(lead.taughtSlower[k].bitPattern)
                w.put(lead.saidSlower[k].bitPattern)
            }
            for value in row(number) { w.put(value) }
        }
    }

    mutating func read(from r: inout StateReader, slower: Int) throws(StateBytesError) {
        let first: UInt64 = try r.get()
        guard first <= UInt64(Int64.max / 2) else { throw .invalid(at: r.at) }
        restart(at: Int(first))
        var values = [Int32](repeating: 0, count: slotCount)
        for _ in 0..<(try r.count()) {
            var lead = AwardedLead()
            lead.day = try r.get()
            lead.closingAge = try r.get()
            lead.partner = try r.get()
            guard let outcome = AwardedLead.Outcome(
                rawValue: Int8(bitPattern: try r.get())) else { throw .invalid(at: r.at) }
            lead.outcome = outcome
            lead.flags = try r.get()
            lead.taught = try r.double()
            lead.taughtRate = try r.double()
            for index in 0..<8 { lead.said[index] = Float(bitPattern: try r.get()) }
            lead.saidMatch = Float(bitPattern: try r.get())
            lead.probability = Float(bitPattern: try r.get())
            for k in 0..<slower {
                lead.taughtSlower[k] = try r.double()
                lead.saidSlower[k] = Float(bitPattern: try r.get())
            }
            for index in 0..<slotCount { values[index] = try r.get() }
            _ = append(lead, row: values.span)
        }
    }
}
