import Engine
import LeadlineCore

/// The model as JSON. Documented in the command's help; fields are added, never changed.
struct ModelDocument: Encodable {
    struct Expert: Encodable {
        var name: String
        var weight: Double
        var spread: Double
    }

    struct Multiplier: Encodable {
        var group: String
        var value: Double
        var deviation: Double
    }

    struct ClosingRow: Encodable {
        var days: Int
        var winsIn: Double
        var lossesIn: Double
    }

    /// An effect of a partner, a value, or a partner in a value.
    struct Effect: Encodable {
        var partner: String?
        var slot: String?
        var value: String?
        var aboveMinorUnits: Int64?
        var upToMinorUnits: Int64?
        var logOdds: Double
        var deviation: Double
        var won: UInt32
        var closed: UInt32
    }

    /// A contribution's share of fit.
    struct FitWeight: Encodable {
        var name: String
        var fixed: Double
        var learned: Double
        var deviation: Double
    }

    var program: String
    /// Of the last entry; nil before the first.
    var position: UInt64?
    var version: String
    var contentHash: String
    var baseRate: Double
    var baseVariance: Double
    var priorRate: Double
    var priorStrength: Double
    var awards: Int
    var awardsOpen: Int
    var won: UInt32
    var lost: UInt32
    var maturityDays: Int
    var experts: [Expert]
    var multipliers: [Multiplier]
    var closingCurve: [ClosingRow]
    var partners: [Effect]
    var values: [Effect]
    var cells: [Effect]
    var partnerCount: Int
    var valueCount: Int
    var cellCount: Int
    /// None before logic version 2.
    var fitWeights: [FitWeight]
    var fitWeightsMode: String
    var answersTaken: UInt32
    var answersRefused: UInt32

    init(_ stream: ProgramStream, _ standing: ModelStanding, most: Int) {
        program = stream.program
        position = stream.state.nextPosition > 0 ? stream.state.nextPosition - 1 : nil
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
            Self.effect(of: $0.value, at: nil, logOdds: $0.logOdds, deviation: $0.deviation, won: $0.won, closed: $0.closed)
        }
        cells = standing.cells.prefix(most).map {
            Self.effect(of: $0.value, at: $0.partnerID, logOdds: $0.logOdds, deviation: $0.deviation, won: $0.won, closed: $0.closed)
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
        of value: ModelStanding.Value, at partner: String?, logOdds: Double, deviation: Double, won: UInt32, closed: UInt32
    ) -> Effect {
        Effect(
            partner: partner, slot: value.slot.name, value: value.word, aboveMinorUnits: value.aboveMinorUnits,
            upToMinorUnits: value.upToMinorUnits, logOdds: logOdds, deviation: deviation, won: won, closed: closed)
    }
}
