// What the model believes, as copies for the outside.

/// The model as it stands, with its largest effects. All effects are in log-odds as predictions add them up:
/// multipliers and the weights of the experts are in them.
public struct ModelStanding: Sendable, Equatable {
    /// One of the ways to predict that are blended.
    public struct Expert: Sendable, Equatable {
        /// "program-rate", "partner-rate", "crossed-model", "segments", "match-model", and since logic version 8
        /// "slow-model" and "slowest-model".
        public var name: String
        /// How far it is believed; the weights of all sum to 1.
        public var weight: Double
        /// How much of its variance counts in a prediction's; these sum to 1 too.
        public var spread: Double
    }

    /// What the blend multiplies a group of the crossed model's weights by.
    public struct Multiplier: Sendable, Equatable {
        /// "bias", "partner", "values", "partner-and-value", "value-and-value"; "intercept" is added, not multiplied.
        public var group: String
        public var value: Double
        public var deviation: Double
    }

    /// How far deals have come by an age.
    public struct ClosingRow: Sendable, Equatable {
        /// Days from the award.
        public var days: Int
        /// Share of the deals that are ever won that are won by then.
        public var winsIn: Double
        /// The same for losses.
        public var lossesIn: Double
        public init(days: Int, winsIn: Double, lossesIn: Double) {
            self.days = days
            self.winsIn = winsIn
            self.lossesIn = lossesIn
        }
    }

    /// By what share a contribution to fit counts.
    public struct FitWeight: Sendable, Equatable {
        public var contribution: FitContribution
        /// As the policy states it.
        public var fixed: Double
        /// As partners' answers made it.
        public var learned: Double
        /// Standard deviation of that.
        public var deviation: Double
    }

    /// A value that leads can have.
    public struct Value: Sendable, Equatable {
        public var slot: LeadSlot
        /// The value in words. Sizes of deals are in minor units of the program's currency.
        public var word: String
        /// Of sizes of deals: the value is above this; nil elsewhere and in the lowest band.
        public var aboveMinorUnits: Int64?
        /// Of sizes of deals: the value is at most this; nil elsewhere and in the highest band.
        public var upToMinorUnits: Int64?
    }

    /// A partner, whatever the lead is.
    public struct PartnerEffect: Sendable, Equatable {
        public var partnerID: String
        /// Against the program's rate: its own rate, the crossed model's weight, and its segment.
        public var logOdds: Double
        /// Standard deviation of the learned weights in it; segments have none.
        public var deviation: Double
        public var won: UInt32
        /// Deals won or lost.
        public var closed: UInt32
    }

    /// A value, whoever gets the lead.
    public struct ValueEffect: Sendable, Equatable {
        public var value: Value
        public var logOdds: Double
        public var deviation: Double
        public var won: UInt32
        /// Outcomes learned from leads with it.
        public var closed: UInt32
    }

    /// A partner in a value.
    public struct CellEffect: Sendable, Equatable {
        public var partnerID: String
        public var value: Value
        /// What the crossed model and, of verticals and sizes of deals, the segments say of it.
        public var logOdds: Double
        /// Standard deviation of the learned weight in it; segments have none.
        public var deviation: Double
        public var won: UInt32
        /// Outcomes learned from the partner's leads with the value.
        public var closed: UInt32
    }

    /// A hash over all the model was told, in order.
    public var version: Digest128
    /// A hash over all it knows.
    public var contentHash: Digest128
    public var settings: WinModelSettings
    /// What it knows leads by.
    public var slots: [LeadSlot]
    /// The program's win rate, deals still open accounted for.
    public var baseRate: Double
    /// Variance of its log-odds.
    public var baseVariance: Double
    /// The policy's: the rate before anything is learned, and how many deals it weighs.
    public var priorRate: Double
    public var priorStrength: Double
    public var experts: [Expert]
    public var multipliers: [Multiplier]
    /// Awards ever.
    public var awards: Int
    /// Awards whose outcome is still awaited.
    public var awardsOpen: Int
    /// Outcomes known, corrections included.
    public var won: UInt32
    public var lost: UInt32
    /// One row for each age band that a lead has been through; empty before the first.
    public var closingCurve: [ClosingRow]
    /// Days by which most outcomes are in; 0 where they come at once.
    public var maturityDays: Int
    /// All partners, the largest effect first.
    public var partners: [PartnerEffect]
    /// All values about which something was learned, the largest effect first.
    public var values: [ValueEffect]
    /// The largest effects of partners in values of which an outcome was learned.
    public var cells: [CellEffect]
    /// How many of those there are.
    public var cellCount: Int
    /// The weights of fit, each kind summing to 1; none before logic version 2.
    public var fitWeights: [FitWeight]
    /// Which of them count.
    public var fitWeightsMode: FitWeightsMode
    /// Leads taken, and leads declined or left lying, from which they were learned.
    public var answersTaken: UInt32
    public var answersRefused: UInt32

    /// True once an outcome has taught it.
    public var hasLearned: Bool { won > 0 || lost > 0 }
}

extension State {
    /// Partners in values that `modelStanding` holds at most.
    public static let modelCellsMost = 100

    /// The model as it stands.
    public var modelStanding: ModelStanding { modelStanding(cellsMost: Self.modelCellsMost) }

    /// The same with at most so many partners in values.
    public func modelStanding(cellsMost: Int) -> ModelStanding {
        let curve = model.curve, blend = model.blend
        let cells = modelCells()
        return ModelStanding(
            version: model.version, contentHash: model.contentHash(), settings: model.settings,
                slots: Array(LeadSlot.all.prefix(model.slotCount)),
            baseRate: curve.baseRate, baseVariance: curve.baseVariance, priorRate: model.settings.priorRate,
            priorStrength: model.settings.priorStrength,
            experts: Self.experts(blend), multipliers: Self.multipliers(blend), awards: model.awards.next,
            awardsOpen: model.awards.openCount,
            won: tallies.program.won, lost: tallies.program.lost, closingCurve: Self.closingRows(curve),
            maturityDays: Int(curve.matureAge),
            partners: modelPartners(), values: modelValues(), cells: Array(cells.prefix(max(0, cellsMost))),
            cellCount: cells.count,
            fitWeights: isLogic(2) ? modelFitWeights : [], fitWeightsMode: policy?.fitWeights.mode ?? .fixed,
            answersTaken: fitModel.taken, answersRefused: fitModel.refused)
    }

    /// The probability that was said of a lead at the partner who has it; nil if nobody has it, or its outcome is
    /// known.
    public func awardedConversion(ofLead id: String) -> Double? {
        guard let slot = leads.slot(of: id), leads.leads[slot].award != LeadTable.nowhere else { return nil }
        let number = Int(leads.leads[slot].award)
        guard model.awards.contains(number), !model.awards[number].isClosed else { return nil }
        return Double(model.awards[number].probability)
    }

    private var modelFitWeights: [ModelStanding.FitWeight] {
        let learned = fitModel.weights
        return FitContribution.allCases.map {
            ModelStanding.FitWeight(
                contribution: $0, fixed: fitModel.start[$0.rawValue], learned: learned[$0.rawValue],
                deviation: fitModel.deviation($0))
        }
    }

    // MARK: Blend and curve

    private static func experts(_ blend: ExpertBlend) -> [ModelStanding.Expert] {
        ExpertBlend.names.prefix(blend.count).enumerated().map { index, name in
            ModelStanding.Expert(name: name, weight: blend.weights[index], spread: blend.spreads[index])
        }
    }

    private static func multipliers(_ blend: ExpertBlend) -> [ModelStanding.Multiplier] {
        let groups = ["bias", "partner", "values", "partner-and-value", "value-and-value", "intercept"]
        return groups.enumerated().map { index, group in
            ModelStanding.Multiplier(
                group: group, value: blend.multipliers[index], deviation: blend.multiplierVariances[index].squareRoot())
        }
    }

    static func closingRows(_ curve: ClosingCurve) -> [ModelStanding.ClosingRow] {
        if curve.atRisk[0] == 0 { return [] }
        return (0..<curve.usedBands).map { band in
            ModelStanding.ClosingRow(
                days: Int(ClosingCurve.ageEdges[band + 1]), winsIn: curve.wonBy[band], lossesIn: curve.lostBy[band])
        }
    }

    // MARK: Effects

    /// Segments' prior strength, as decisions take it.
    private var segmentStrength: Double { Double(max(policy?.priorStrengthDeals ?? 1, 1)) }

    private func modelPartners() -> [ModelStanding.PartnerEffect] {
        let u = model.blend.spreads, m = model.blend.multipliers[1]
        let effects = (0..<partners.count).map { index in
            let w = model.blend.weights(of: index)
            let rate = model.weights.rates[index], own = model.weights.partners[index], tally = tallies.partners[index]
            let segment = Segments.of(
                index, tallies, column: nil, band: 0, Segments.Base(model), strength: segmentStrength).partner
            return ModelStanding.PartnerEffect(
                partnerID: partners.profiles[index].partnerID, logOdds: (w[1] * rate.x + w[2] * m * own.x)
                    + w[3] * segment
                    + w[4] * model.match.own[index * model.match.ownCount] + slow(w) { $0.partners[index].x },
                deviation: (u[1] * rate.y + u[2] * m * m * own.y).squareRoot(), won: tally.won, closed: tally.closed)
        }
        return Self.largestFirst(effects) { $0.logOdds }
    }

    private func modelValues() -> [ModelStanding.ValueEffect] {
        let all = model.blend.weights, w = all[2], u = model.blend.spreads[2], m = model.blend.multipliers[2]
        let prior = WeightCell(0, model.weights.slotPrior)
        var effects: [ModelStanding.ValueEffect] = []
        for id in 1..<min(values.idEnd, model.weights.valueCapacity) where model.weights.slots[id] != prior {
            let cell = model.weights.slots[id]
            var tally = SIMD2<UInt32>(0, 0)
            for partner in 0..<partners.count {
                tally &+= model.weights.crossTallies[id * model.weights.stride + partner]
            }
            effects.append(
                ModelStanding.ValueEffect(
                    value: modelValue(id), logOdds: w * m * cell.x + slow(all) { $0.slots[id].x },
                    deviation: (u * m * m * cell.y).squareRoot(),
                    won: tally.y, closed: tally.x))
        }
        return Self.largestFirst(effects) { $0.logOdds }
    }

    private func modelCells() -> [ModelStanding.CellEffect] {
        let u = model.blend.spreads[2], m = model.blend.multipliers[3]
        var effects: [ModelStanding.CellEffect] = []
        for id in 1..<min(values.idEnd, model.weights.valueCapacity) {
            let start = id * model.weights.stride
            for partner in 0..<partners.count where model.weights.crossTallies[start + partner].x > 0 {
                let w = model.blend.weights(of: partner)
                let cell = model.weights.crosses[start + partner], tally = model.weights.crossTallies[start + partner]
                effects.append(
                    ModelStanding.CellEffect(
                        partnerID: partners.profiles[partner].partnerID, value: modelValue(id),
                        logOdds: w[2] * m * cell.x + w[3] * segment(partner, id)
                            + slow(w) { $0.crosses[start + partner].x },
                        deviation: (u * m * m * cell.y).squareRoot(), won: tally.y, closed: tally.x))
            }
        }
        return Self.largestFirst(effects) { $0.logOdds }
    }

    /// What the crossed models that learn more slowly add to an effect; 0 where there are none.
    private func slow(_ w: SIMD8<Double>, _ cell: (WinWeights) -> Double) -> Double {
        var sum = 0.0
        for k in model.slower.indices { sum += w[ExpertBlend.firstCount + k] * cell(model.slower[k].weights) }
        return sum
    }

    /// What the segments say of a partner in a value, against the partner's own rate.
    private func segment(_ partner: Int, _ id: Int) -> Double {
        guard let key = values.key(of: id) else { return 0 }
        let code = Int(key & 0xff_ffff)
        switch LeadSlot(rawValue: Int(key >> 24)) {
        case .vertical:
            let column = tallies.column(ofVertical: Vocabulary.Code(truncatingIfNeeded: code))
            return Segments.of(
                partner, tallies, column: column, band: 0, Segments.Base(model), strength: segmentStrength).vertical
        case .dealSize:
            return Segments.of(
                partner, tallies, column: nil, band: code, Segments.Base(model), strength: segmentStrength).dealSize
        default: return 0
        }
    }

    /// Equal ones stay in order.
    private static func largestFirst<Effect>(_ effects: [Effect], _ size: (Effect) -> Double) -> [Effect] {
        let sizes = effects.map { abs(size($0)) }
        let order = effects.indices.sorted { sizes[$0] == sizes[$1] ? $0 < $1 : sizes[$0] > sizes[$1] }
        return order.map { effects[$0] }
    }
}

// MARK: - Values in words

extension FeatureValues {
    /// The key of a value; nil for a slot's shared id.
    fileprivate func key(of id: Int) -> UInt32? { id < Int(Self.firstID) ? nil : known[id - Int(Self.firstID)] }
}

extension AwardedLeads {
    /// Awards whose outcome is awaited.
    fileprivate var openCount: Int {
        var count = 0
        for number in first..<next where !self[number].isClosed { count += 1 }
        return count
    }
}

extension State {
    private func modelValue(_ id: Int) -> ModelStanding.Value {
        guard let key = values.key(of: id), let slot = LeadSlot(rawValue: Int(key >> 24)) else {
            // Shared ids are one more than their slot.
            return ModelStanding.Value(slot: LeadSlot(rawValue: id - 1) ?? .vertical, word: "others")
        }
        if key & 0xff_ffff == FeatureValues.others { return ModelStanding.Value(slot: slot, word: "others") }
        let code = Int(key & 0xff_ffff)
        var value = ModelStanding.Value(slot: slot, word: "")
        switch slot {
        case .companySize: value.word = Self.companySizes[min(code, Self.companySizes.count - 1)]
        case .dealSize: Self.setDealSize(&value, code)
        case .intent:
            let strength = ["under 25", "25 to 49", "50 to 74", "75 and more"][code & 3]
            value.word = code == 0 ? "none" : "\(stated(code >> 2, else: "none")), strength \(strength)"
        case .dealSizeHalf: Self.setSize(&value, LeadSlot.band(code), steps: 2)
        case .dealSizeEighth: Self.setSize(&value, LeadSlot.band(code), steps: 8)
        case .dealRoundness: value.word = Self.roundness(LeadSlot.band(code))
        default: value.word = stated(code, else: "not stated")
        }
        return value
    }

    private static func roundness(_ zeros: Int) -> String {
        switch zeros {
        case NumberBands.zero: "nothing"
        case -1: "to the cent"
        case 0: "no zero at the end"
        case 1: "1 zero at the end"
        case 2...: "\(zeros) zeros at the end"
        default: "not stated"
        }
    }

    private static func setSize(_ value: inout ModelStanding.Value, _ band: Int, steps: Int) {
        guard let from = NumberBands.start(ofBand: band, steps: steps),
            let to = NumberBands.start(ofBand: band + 1, steps: steps)
        else {
            value.word = band == NumberBands.zero ? "nothing" : "not stated"
            return
        }
        // The last whole cent below where a band begins.
        let above = Int64((from * 100).rounded(.up)) - 1, upTo = Int64((to * 100).rounded(.up)) - 1
        value.aboveMinorUnits = above
        value.upToMinorUnits = upTo
        value.word = "over \(above) to \(upTo)"
    }

    private func stated(_ code: Int, else absent: String) -> String {
        let code = Vocabulary.Code(truncatingIfNeeded: code)
        return code == Vocabulary.none ? absent : vocabulary.word(code)
    }

    /// By the bands of `LeadFeatures`.
    private static let companySizes = [
        "not stated", "under 10", "10 to 49", "50 to 249", "250 to 999", "1000 to 4999", "5000 and more",
    ]

    private static func setDealSize(_ value: inout ModelStanding.Value, _ band: Int) {
        if band > 0 { value.aboveMinorUnits = SizeBand.upperBounds[min(band, SizeBand.upperBounds.count) - 1] }
        if band < SizeBand.upperBounds.count { value.upToMinorUnits = SizeBand.upperBounds[band] }
        switch (value.aboveMinorUnits, value.upToMinorUnits) {
        case (let above?, let upTo?): value.word = "over \(above) to \(upTo)"
        case (let above?, nil): value.word = "over \(above)"
        case (nil, let upTo?): value.word = "up to \(upTo) or not stated"
        case (nil, nil): break
        }
    }
}
