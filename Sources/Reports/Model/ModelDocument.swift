public import LeadlineCore

/// The model as JSON. Documented in the command's help; fields are added, never changed.
public struct ModelDocument: Encodable, Sendable {
    public struct Expert: Encodable, Sendable {
        public var name: String
        public var weight: Double
        public var spread: Double
    }

    public struct Multiplier: Encodable, Sendable {
        public var group: String
        public var value: Double
        public var deviation: Double
    }

    public struct ClosingRow: Encodable, Sendable {
        public var days: Int
        public var winsIn: Double
        public var lossesIn: Double
    }

    /// An effect of a partner, a value, or a partner in a value.
    public struct Effect: Encodable, Sendable {
        public var partner: String?
        public var slot: String?
        public var value: String?
        public var aboveMinorUnits: Int64?
        public var upToMinorUnits: Int64?
        public var logOdds: Double
        public var deviation: Double
        public var won: UInt32
        public var closed: UInt32
    }

    /// A contribution's share of fit.
    public struct FitWeight: Encodable, Sendable {
        public var name: String
        public var fixed: Double
        public var learned: Double
        public var deviation: Double
    }

    public var program: String
    /// Of the last entry; nil before the first.
    public var position: UInt64?
    public var version: String
    public var contentHash: String
    public var baseRate: Double
    public var baseVariance: Double
    public var priorRate: Double
    public var priorStrength: Double
    public var awards: Int
    public var awardsOpen: Int
    public var won: UInt32
    public var lost: UInt32
    public var maturityDays: Int
    public var experts: [Expert]
    public var multipliers: [Multiplier]
    public var closingCurve: [ClosingRow]
    public var partners: [Effect]
    public var values: [Effect]
    public var cells: [Effect]
    public var partnerCount: Int
    public var valueCount: Int
    public var cellCount: Int
    /// None before logic version 2.
    public var fitWeights: [FitWeight]
    public var fitWeightsMode: String
    public var answersTaken: UInt32
    public var answersRefused: UInt32

    /// The model of a program in a state; lists hold at most `most`.
    public init(program: String, state: State, standing: ModelStanding, most: Int) {
        self.program = program
        position = state.nextPosition > 0 ? state.nextPosition - 1 : nil
        version = "\(standing.version)"
        contentHash = "\(standing.contentHash)"
        baseRate = standing.baseRate
        baseVariance = standing.baseVariance
        priorRate = standing.priorRate
        priorStrength = standing.priorStrength
        awards = standing.awards
        awardsOpen = standing.awardsOpen
        won = standing.won
        lost = standing.lost
        maturityDays = standing.maturityDays
        experts = standing.experts.map { Expert(name: $0.name, weight: $0.weight, spread: $0.spread) }
        multipliers = standing.multipliers.map { Multiplier(group: $0.group, value: $0.value, deviation: $0.deviation) }
        closingCurve = standing.closingCurve.map { ClosingRow(days: $0.days, winsIn: $0.winsIn, lossesIn: $0.lossesIn) }
        partners = standing.partners.prefix(most).map {
            Effect(partner: $0.partnerID, logOdds: $0.logOdds, deviation: $0.deviation, won: $0.won, closed: $0.closed)
        }
        values = standing.values.prefix(most).map {
            Self.effect(
                of: $0.value, at: nil, logOdds: $0.logOdds, deviation: $0.deviation, won: $0.won, closed: $0.closed)
        }
        cells = standing.cells.prefix(most).map {
            Self.effect(
                of: $0.value, at: $0.partnerID, logOdds: $0.logOdds, deviation: $0.deviation, won: $0.won,
                closed: $0.closed)
        }
        partnerCount = standing.partners.count
        valueCount = standing.values.count
        cellCount = standing.cellCount
        fitWeights = standing.fitWeights.map {
            FitWeight(name: $0.contribution.name, fixed: $0.fixed, learned: $0.learned, deviation: $0.deviation)
        }
        fitWeightsMode = "\(standing.fitWeightsMode)"
        answersTaken = standing.answersTaken
        answersRefused = standing.answersRefused
    }

    private static func effect(
        of value: ModelStanding.Value, at partner: String?, logOdds: Double, deviation: Double, won: UInt32,
        closed: UInt32
    ) -> Effect {
        Effect(
            partner: partner, slot: value.slot.name, value: value.word, aboveMinorUnits: value.aboveMinorUnits,
            upToMinorUnits: value.upToMinorUnits, logOdds: logOdds, deviation: deviation, won: won, closed: closed)
    }
}
