/// P(won | lead, partner), learned online from a program's own outcomes.
///
///     log-odds = base + w1 x partner's own rate
/// + w2 x (a0 bias + a1 partner + a2 sum of slots + a3 sum of partner x slot + a4 sum of slot x slot + a5)
///                     + w3 x segment + w4 x match
///
/// Every weight is Gaussian and learned by one closed-form step an outcome (`WinWeights`); the base rate accounts for
/// deals that are still open (`ClosingCurve`); w and a are learned from what was said at the award (`ExpertBlend`).
/// Since logic version 8 every a is 1, and crossed models that learn more slowly (`SlowerModel`) have weights too. A
/// lead is a row of value ids, one a slot. Pure arithmetic in a fixed order: the same calls give the same bits
/// anywhere.
public struct WinModel: Sendable {
    private(set) var settings: WinModelSettings
    var weights: WinWeights
    var curve = ClosingCurve()
    var blend: ExpertBlend
    var awards: AwardedLeads
    /// Crossed models that learn more slowly; none before logic version 8.
    var slower: [SlowerModel]
    /// How deals close by what the lead is; unused before logic version 8.
    var segmentCurves: SegmentCurves
    /// How profiles and leads match; unused where there are no profiles.
    var match = MatchModel()
    /// Per age band the first award that has not left it.
    var bandPointers = [Int](repeating: 0, count: ClosingCurve.bandCount)
    var judgePointer = 0
    /// The last day that `advance` was told.
    private(set) var day = Int32.min
    /// A hash over all it was told, in order: what it knows is a function of that.
    public private(set) var version = Digest128.zero

    /// A model that has seen nothing, for leads of `slotCount` values.
    public init(slotCount: Int, settings: WinModelSettings = WinModelSettings()) {
        self.settings = settings
        weights = WinWeights(slotCount: slotCount, settings)
        slower = settings.slowerShares.map { SlowerModel(slotCount: slotCount, share: $0, settings) }
        segmentCurves = SegmentCurves(slotCount: slotCount)
        blend = ExpertBlend(settings)
        awards = AwardedLeads(slotCount: slotCount)
        curve.refresh(settings)
    }

    /// Values a lead has.
    public var slotCount: Int { weights.slotCount }

    /// Makes room for partners 0..<partners and value ids below `values`; id 0 is "never seen".
    public mutating func reserve(partners: Int, values: Int) {
        weights.reserve(partners: partners, values: values, settings)
        for k in slower.indices { slower[k].reserve(partners: partners, values: values) }
        if settings.late != nil { segmentCurves.reserve(values: values) }
        if settings.partnerBlendRate > 0 { blend.reserve(partners: partners) }
    }

    /// Leads have one value more from here on; of those awarded before it is `value`, of which nothing was learned.
    mutating func addSlot(_ value: Int32) {
        weights.addSlot()
        for k in slower.indices { slower[k].weights.addSlot() }
        segmentCurves.addSlot()
        awards.addSlot(value)
    }

    /// The program's win rate, deals still open accounted for.
    public var baseRate: Double { curve.baseRate }

    /// Learns from outcomes however late they come. Since logic version 8.
    var learnsLate: Bool { settings.late != nil }

    /// From here on learns by settings that mix speeds. What was learned stays: the models that learn more slowly start
    /// from what the first has learned, and of the awards that are awaited they are taken to have said the same.
    mutating func mixSpeeds(_ mixed: WinModelSettings) {
        var mixed = mixed
        mixed.priorRate = settings.priorRate
        mixed.priorStrength = settings.priorStrength
        mixed.firstGuess = settings.firstGuess
        settings = mixed
        slower = mixed.slowerShares.map { share in
            var model = SlowerModel(slotCount: slotCount, share: share, mixed)
            model.reserve(partners: weights.partners.count, values: weights.valueCapacity)
            model.weights.take(from: weights, share: share)
            return model
        }
        segmentCurves.reserve(values: weights.valueCapacity)
        blend = ExpertBlend(mixed, from: blend, rate: curve.baseRate)
        for number in awards.first..<awards.next {
            let x = awards[number].prediction
            let said = Float((((x.bias + x.partner) + x.slots) + x.crosses) + x.pairs)
            awards[number].saidSlower = SIMD2(repeating: said)
        }
        curve.refresh(mixed)
    }

    /// For snapshots.
    mutating func restore(day: Int32, version: Digest128) {
        self.day = day
        self.version = version
    }

    /// Kinds of what the model is told.
    enum Word: UInt64 {
        case award = 1, won, lost, ended, correctedToWon, correctedToLost
        /// Since logic version 8.
        case wonLate, lostLate
        /// Since logic version 7.
        case merged = 70
    }

    mutating func note(_ word: Word, of number: Int, day: Int32, partner: Int, _ row: Span<Int32>) {
        var hash = SipHash128()
        hash.absorb(version.low)
        hash.absorb(version.high)
        hash.absorb(word.rawValue << 56 | UInt64(UInt32(bitPattern: day)))
        hash.absorb(UInt64(number) << 24 | UInt64(partner))
        for k in row.indices { hash.absorb(UInt64(UInt32(bitPattern: row[k]))) }
        version = hash.digest()
    }

    /// Sets what is presumed before anything is learned.
    mutating func setPrior(rate: Double, strength: Double) {
        settings.priorRate = rate
        settings.priorStrength = strength
        settings.firstGuess = rate
        match.setPrior(rate: rate)
        curve.refresh(settings)
    }

    /// From here on believes at first as `other` does.
    mutating func believe(as other: WinModelSettings) {
        if settings.blendPrior == other.blendPrior { return }
        settings.blendPrior = other.blendPrior
        blend.refresh(settings)
    }

    /// From here on, experts that lie behind at one partner by less than about `logLoss` are still believed there.
    mutating func tolerate(_ logLoss: Double) {
        settings.partnerBlendTolerance = logLoss
        blend.refreshPartners(settings)
    }

    // MARK: Predicting

    /// P(won) for a lead at a partner.
    public func predict(_ row: [Int32], partner: Int) -> WinPrediction {
        predict(row.span, partner: partner, segment: 0)
    }

    @inline(__always)
    func predict(_ row: Span<Int32>, partner: Int, segment: Double, match: Double = 0) -> WinPrediction {
        let sums = weights.leadSums(row), cross = weights.crossSum(partner, row)
        let own = weights.partners[partner], rate = weights.rates[partner], bias = weights.bias
        var x = WinPrediction()
        x.base = curve.baseLogOdds
        x.rate = rate.x
        x.bias = bias.x
        x.partner = own.x
        x.slots = sums.slots.x
        x.crosses = cross.x
        x.pairs = sums.pairs.x
        x.segment = segment
        x.match = match
        let m = blend.multipliers, w = blend.weights(of: partner), u = blend.spreads
        let ofLead = w[2] * ((((m[0] * bias.x + m[2] * sums.slots.x) + m[4] * sums.pairs.x)) + m[5])
        let ofPartner = w[2] * (m[1] * own.x + m[3] * cross.x)
        x.logOdds = (((x.base + ofLead) + (w[1] * rate.x + ofPartner)) + w[3] * segment) + w[4] * match
        let variance = m[0] * m[0] * bias.y + m[2] * m[2] * sums.slots.y + m[4] * m[4] * sums.pairs.y
        x.variance = curve.baseVariance + u[2] * (variance + m[1] * m[1] * own.y + m[3] * m[3] * cross.y)
            + u[1] * rate.y
        for k in slower.indices {
            let cell = slower[k].weights.sum(partner, row), expert = ExpertBlend.firstCount + k
            x.slower[k] = cell.x
            x.logOdds += w[expert] * cell.x
            x.variance += u[expert] * cell.y
        }
        x.probability = ElementaryFunctions.logistic(x.logOdds)
        x.isJudgeable = curve.isKnown
        return x
    }

    /// How much each way to predict counted in a prediction for a lead at this partner, in the experts' order; those
    /// that are not in use are left out.
    /// - Parameter matchVariance: of what the match model says.
    func voices(in x: WinPrediction, _ row: [Int32], partner: Int, matchVariance: Double) -> WinVoices {
        let m = blend.multipliers, w = blend.weights(of: partner)
        let ofLead = (m[0] * x.bias + m[2] * x.slots) + m[4] * x.pairs
        let crossed = (ofLead + m[5]) + (m[1] * x.partner + m[3] * x.crosses)
        let says = [0, x.rate, crossed, x.segment, x.match, x.slower[0], x.slower[1]]
        let sums = weights.leadSums(row.span), cross = weights.crossSum(partner, row.span)
        let own = weights.partners[partner].y, rate = weights.rates[partner].y
        let ofLeads = m[0] * m[0] * weights.bias.y + m[2] * m[2] * sums.slots.y + m[4] * m[4] * sums.pairs.y
        var variances = [0, rate, ofLeads + m[1] * m[1] * own + m[3] * m[3] * cross.y, rate, matchVariance, 0, 0]
        for k in slower.indices { variances[ExpertBlend.firstCount + k] = slower[k].weights.sum(partner, row.span).y }
        let used = (0..<blend.count).filter { settings.blendPrior[$0] > 0 }
        return WinVoices(
            base: x.base, baseVariance: curve.baseVariance,
            voices: used.map { WinVoice(name: ExpertBlend.names[$0], weight: w[$0], says: says[$0]) },
            variances: used.map { variances[$0] })
    }

    // MARK: Awards and outcomes

    /// Remembers that a partner got a lead, and what was predicted. Returns the award's number.
    public mutating func award(day: Int, partner: Int, row: [Int32], prediction: WinPrediction) -> Int {
        var lead = AwardedLead()
        lead.day = Int32(clamping: day)
        lead.partner = Int32(clamping: partner)
        lead.remember(prediction)
        note(.award, of: awards.next, day: lead.day, partner: partner, row.span)
        return awards.append(lead, row: row.span)
    }

    /// The outcome of an award is known. An award that is not known any more, or was closed before, changes nothing.
    public mutating func close(_ number: Int, day: Int, won: Bool) {
        advance(to: day)
        guard awards.contains(number), !awards[number].isClosed else { return }
        awards[number].outcome = won ? .won : .lost
        awards[number].closingAge = Int16(clamping: day - Int(awards[number].day))
        note(won ? .won : .lost, of: number, day: Int32(clamping: day), partner: Int(awards[number].partner), Span())
        if settings.late != nil {
            // Open at the end of the last band, and only still here because an award before it is.
            if awards[number].isInCurve { curve.countBeyond(won: won, memory: settings.curveMemory) }
            blend.judgeAtClosing(awards[number].prediction, won: won, settings)
        }
        learn(number, .outcome(won))
        if curve.matureAge == 0 && judgePointer == number {
            judge(number)
            judgePointer += 1
        }
    }

    /// True if the award is awaited no more: it was open at the end of the last age band, or is closed long since.
    public func hasForgotten(_ number: Int) -> Bool { number < awards.first }

    /// The outcome of an award that `hasForgotten` is known: it teaches as it would have, from what the model says now.
    /// Changes nothing before logic version 8.
    public mutating func closeLate(day: Int, partner: Int, row: [Int32], prediction: WinPrediction, won: Bool) {
        advance(to: day)
        guard settings.late != nil else { return }
        note(won ? .wonLate : .lostLate, of: 0, day: Int32(clamping: day), partner: partner, row.span)
        curve.countBeyond(won: won, memory: settings.curveMemory)
        curve.refresh(settings)
        blend.judgeAtClosing(prediction, won: won, settings)
        learnLate(partner, row.span, won: won)
    }

    /// The lead left the partner undecided. What its waiting taught is taken back.
    public mutating func end(_ number: Int, day: Int) {
        advance(to: day)
        guard awards.contains(number), !awards[number].isClosed else { return }
        awards[number].outcome = .ended
        awards[number].closingAge = Int16(clamping: day - Int(awards[number].day))
        note(.ended, of: number, day: Int32(clamping: day), partner: Int(awards[number].partner), Span())
        if awards[number].taught != 0 || awards[number].taughtRate != 0 { learn(number, .nothing) }
    }

    /// An outcome turned out to be the opposite. The difference is taught.
    mutating func correct(partner: Int, row: Span<Int32>, won: Bool) {
        note(won ? .correctedToWon : .correctedToLost, of: 0, day: day, partner: partner, row)
        let change = won ? 1.0 : -1.0
        let all = sum(partner, row), rate = weights.rates[partner]
        weights.move(partner: partner, row, change / (1 + 0.25 * all.y), 0, isFinal: false, settings)
        weights.moveRate(partner, change / (1 + 0.25 * rate.y), 0, isFinal: false, settings)
        for k in slower.indices {
            let cell = slower[k].weights.sum(partner, row)
            slower[k].weights.move(
                partner: partner, row, change / (1 + 0.25 * cell.y), 0, isFinal: false, slower[k].settings)
        }
    }

    /// Time passes. A lead that reaches the end of an age band enters the closing curve and, if still open, teaches
    /// what it is worth by then; a lead old enough judges the experts.
    public mutating func advance(to day: Int) {
        let today = Int32(clamping: day)
        self.day = max(self.day, today)
        var changed = false
        for band in 0..<ClosingCurve.bandCount where pass(band, today) { changed = true }
        if changed { curve.refresh(settings) }
        while judgePointer < awards.next {
            let age = today - awards[judgePointer].day
            if age < curve.matureAge || (age <= 0 && !awards[judgePointer].isClosed) { break }
            judge(judgePointer)
            judgePointer += 1
        }
        while awards.first < judgePointer && awards[awards.first].isInCurve { awards.first += 1 }
    }

    /// Moves the leads that have left a band into the curve. True if any did.
    @inline(__always)
    private mutating func pass(_ band: Int, _ today: Int32) -> Bool {
        var at = max(bandPointers[band], awards.first)
        let start = ClosingCurve.ageEdges[band], end = ClosingCurve.ageEdges[band + 1]
        var changed = false
        while at < awards.next && today - awards[at].day >= end {
            leave(at, band, start, end)
            at += 1
            changed = true
        }
        bandPointers[band] = at
        return changed
    }

    private mutating func leave(_ number: Int, _ band: Int, _ start: Int32, _ end: Int32) {
        let lead = awards[number]
        let age = Int32(lead.closingAge)
        if lead.isClosed && age < start { return }
        let endedHere = lead.isClosed && age < end
        if endedHere || band + 1 == ClosingCurve.bandCount { awards[number].isInCurve = true }
        // One that went elsewhere in this band was not at risk in all of it.
        if endedHere && lead.outcome == .ended { return }
        let won = endedHere && lead.outcome == .won, lost = endedHere && lead.outcome == .lost
        if let late = settings.late {
            let row = awards.row(number)
            segmentCurves.count(
                row.span, band: band, won: won, lost: lost, curve, memory: settings.curveMemory, late)
        }
        curve.count(band: band, won: won, lost: lost, memory: settings.curveMemory)
        if !lead.isClosed {
            learn(number, settings.late == nil ? .stillOpen(band) : .oddsChange(stillOpenRatio(number, band)))
        }
    }

    /// By what the odds of an award change when it is still open at the end of a band, in log-odds.
    private func stillOpenRatio(_ number: Int, _ band: Int) -> Double {
        let row = awards.row(number)
        return stillOpenRatio(row.span, band)
    }

    private func stillOpenRatio(_ row: Span<Int32>, _ band: Int) -> Double {
        guard let late = settings.late else { return 0 }
        return segmentCurves.stillOpenRatio(row, band: band, curve, firstGuess: settings.firstGuess, late)
    }

    private mutating func judge(_ number: Int) {
        let lead = awards[number]
        if !lead.isJudgeable || lead.outcome == .ended { return }
        let x = lead.prediction
        let y: Double
        switch lead.outcome {
        case .won: y = 1
        case .lost: y = 0
        case .open, .ended:
            // While most are open, what an open one is worth is the model's own word, and judges nobody.
            if settings.late != nil && curve.settledShare < 0.5 { return }
            y = settings.late == nil
                ? curve.worthWhileOpen(x.probability, band: curve.matureBand)
                : Self.worth(x.probability, stillOpenRatio(number, curve.matureBand))
        }
        blend.judge(x, y, partner: Int(lead.partner), settings)
    }

    // MARK: Learning

    /// What a lead teaches.
    private enum Lesson {
        case outcome(Bool)
        /// It is still open at the end of an age band: worth less than at its arrival, but not lost.
        case stillOpen(Int)
        /// The same since logic version 8: by what its odds have changed, in log-odds.
        case oddsChange(Double)
        /// Nothing after all.
        case nothing
    }

    @inline(__always)
    private func sum(_ partner: Int, _ row: Span<Int32>) -> WeightCell {
        let sums = weights.leadSums(row)
        return (((weights.bias + weights.partners[partner]) + sums.slots) + weights.crossSum(partner, row)) + sums.pairs
    }

    /// What a sum of weights says of the chance, on average over what is uncertain of it.
    @inline(__always)
    private func moderated(_ cell: WeightCell) -> Double {
        ElementaryFunctions.logistic(mean: curve.baseLogOdds + cell.x, variance: cell.y)
    }

    @inline(__always)
    private func due(_ lesson: Lesson, _ p: Double) -> Double {
        switch lesson {
        case .outcome(let won): (won ? 1 : 0) - p
        case .stillOpen(let band): curve.worthWhileOpen(p, band: band) - p
        case .oddsChange(let ratio): Self.worth(p, ratio) - p
        case .nothing: 0
        }
    }

    /// A chance after its odds have changed.
    private static func worth(_ p: Double, _ ratio: Double) -> Double {
        let odds = p * ElementaryFunctions.exp(ratio)
        return odds / (odds + (1 - p))
    }

    private mutating func learn(_ number: Int, _ lesson: Lesson) {
        let partner = Int(awards[number].partner)
        let values = awards.row(number)
        let row = values.span
        let all = sum(partner, row), rate = weights.rates[partner]
        let p = moderated(all), pRate = moderated(rate)
        // What the lead should have taught in all by now; it teaches what is new.
        let due = self.due(lesson, p), dueRate = self.due(lesson, pRate)
        let change = due - awards[number].taught, changeRate = dueRate - awards[number].taughtRate
        awards[number].taught = due
        awards[number].taughtRate = dueRate
        var isFinal = false
        if case .outcome(let won) = lesson {
            isFinal = true
            weights.count(partner: partner, row, won: won)
        }
        let step = Self.step(p, all.y, change), stepRate = Self.step(pRate, rate.y, changeRate)
        // Only an outcome is information; what an open lead teaches is what the model believes already.
        weights.move(partner: partner, row, step.gradient, isFinal ? step.shrink : 0, isFinal: isFinal, settings)
        weights.moveRate(partner, stepRate.gradient, isFinal ? stepRate.shrink : 0, isFinal: isFinal, settings)
        for k in slower.indices {
            let cell = slower[k].weights.sum(partner, row)
            let p = moderated(cell), due = self.due(lesson, p)
            let step = Self.step(p, cell.y, due - awards[number].taughtSlower[k])
            awards[number].taughtSlower[k] = due
            slower[k].weights.move(
                partner: partner, row, step.gradient, isFinal ? step.shrink : 0, isFinal: isFinal, slower[k].settings)
        }
    }

    /// What comes after the window teaches what it adds to what its waiting taught, by what the model says now.
    private mutating func learnLate(_ partner: Int, _ row: Span<Int32>, won: Bool) {
        let waited = Lesson.oddsChange(stillOpenRatio(row, ClosingCurve.bandCount - 1))
        func step(_ cell: WeightCell) -> (gradient: Double, shrink: Double) {
            let p = moderated(cell)
            return Self.step(p, cell.y, due(.outcome(won), p) - due(waited, p))
        }
        weights.count(partner: partner, row, won: won)
        let all = step(weights.sum(partner, row)), rate = step(weights.rates[partner])
        weights.move(partner: partner, row, all.gradient, all.shrink, isFinal: true, settings)
        weights.moveRate(partner, rate.gradient, rate.shrink, isFinal: true, settings)
        for k in slower.indices {
            let own = step(slower[k].weights.sum(partner, row))
            slower[k].weights.move(
                partner: partner, row, own.gradient, own.shrink, isFinal: true, slower[k].settings)
        }
    }

    /// The step that weights which say `p` with this variance take for a change of what is due.
    private static func step(
        _ p: Double, _ variance: Double, _ change: Double
    ) -> (gradient: Double, shrink: Double) {
        let curvature = max(p * (1 - p), 0.001), gain = 1 / (1 + curvature * variance)
        return (change * gain, curvature * gain)
    }
}

// MARK: - Contributions

extension WinModel {
    /// The terms of a prediction, in a fixed order; segments, which the caller knows, are not among them.
    public func contributions(partner: Int, row: [Int32]) -> [WinContribution] {
        let m = blend.multipliers, w = blend.weights(of: partner), u = blend.spreads
        func term(_ source: WinContribution.Source, _ multiplier: Double, _ cell: WeightCell,
            _ tally: SIMD2<UInt32> = SIMD2(0, 0)) -> WinContribution {
            WinContribution(
                source: source, logOdds: w[2] * multiplier * cell.x, variance: u[2] * multiplier * multiplier * cell.y,
                learned: tally.x, won: tally.y)
        }
        /// Adds what the models that learn more slowly say of the same.
        func slow(_ term: WinContribution, _ cell: (WinWeights) -> WeightCell) -> WinContribution {
            var term = term
            for k in slower.indices {
                let own = cell(slower[k].weights), expert = ExpertBlend.firstCount + k
                term.logOdds += w[expert] * own.x
                term.variance += u[expert] * own.y
            }
            return term
        }
        var terms = [WinContribution(source: .base, logOdds: curve.baseLogOdds, variance: curve.baseVariance)]
        var correction = term(.correction, m[0], weights.bias)
        correction.logOdds += w[2] * m[5]
        terms.append(slow(correction) { $0.bias })
        let rate = weights.rates[partner]
        var own = term(.partner, m[1], weights.partners[partner], weights.partnerTallies[partner])
        own.logOdds += w[1] * rate.x
        own.variance += u[1] * rate.y
        terms.append(slow(own) { $0.partners[partner] })
        for k in 0..<slotCount {
            let value = Int(row[k])
            terms.append(slow(term(.slot(k), m[2], weights.slots[value])) { $0.slots[value] })
        }
        for k in 0..<slotCount {
            let at = Int(row[k]) * weights.stride + partner
            terms.append(
                slow(term(.partnerAndSlot(k), m[3], weights.crosses[at], weights.crossTallies[at])) { $0.crosses[at] })
        }
        for pair in weights.pairSlots {
            let (a, b) = (Int(pair.x), Int(pair.y))
            terms.append(
                slow(term(.slotAndSlot(a, b), m[4], weights.pair(row[a], row[b]))) { $0.pair(row[a], row[b]) })
        }
        return terms
    }
}
