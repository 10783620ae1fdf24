/// What a vendor decides about routing. All numbers are integers, so a policy has one exact meaning.
public struct Policy: Sendable, Equatable {
    public var name = ""
    /// Looked at in this order; the first that fails names the reason.
    public var hardRules: [HardRule] = []
    public var fitWeights = FitWeights()
    public var sla = SLA()
    /// How many partners a lead is offered to before a human gets it; at least 1.
    public var attemptsMax: UInt32 = 3
    /// Candidates with a lower estimated conversion are out; 0 is no minimum.
    public var minimumConversionBasisPoints: UInt32 = 0
    /// Win rate assumed before anything is learnt.
    public var priorWinRateBasisPoints: UInt32 = 2_000
    /// How many deals the prior weighs against what is learnt.
    public var priorStrengthDeals: UInt32 = 8
    /// n0 in w = n0 / (n0 + closed outcomes), the exponent with which fit enters the score.
    public var fitFadeOutcomes: UInt32 = 500
    /// Length of a capacity period.
    public var periodDays: UInt32 = 7
    /// Start of the first capacity period.
    public var periodAnchor = Timestamp.epoch
    /// Deal value assumed where the lead states none, in minor units.
    public var defaultDealValueMinorUnits: Int64 = 1_000_000
    /// Rates for leads in other currencies.
    public var exchangeRates: [ExchangeRate] = []
    /// An open lead of the same person and account this many days back absorbs a new one; 0 is never.
    public var samePersonDays: UInt32 = 30
    /// True if the owner of an account gets its next leads.
    public var ownerFirst = true
    /// How long after winning a deal a partner still owns the account.
    public var ownershipDays: UInt32 = 365
    /// A deal of which nobody has said how it ended so many days after its assignment is lost; 0 is never.
    public var dealHorizonDays: UInt32 = 0
    /// Name of the human queue.
    public var humanQueue = "partner-managers"
    public init() {}
}

/// A partner who does not satisfy `require` is out.
public struct HardRule: Sendable, Equatable {
    /// Name in explanations.
    public var name: String
    public var require: Predicate
    public init(name: String, require: Predicate) {
        self.name = name
        self.require = require
    }
}

/// Weights of fit's contributions, normalised by their sum.
public struct FitWeights: Sendable, Equatable {
    public var vertical: UInt32 = 30
    public var country: UInt32 = 15
    public var language: UInt32 = 10
    public var dealSize: UInt32 = 20
    public var technologies: UInt32 = 10
    public var winRate: UInt32 = 15
    public init() {}
}

/// First-response promise.
public struct SLA: Sendable, Equatable {
    /// Minutes until the first response is due; 0 is no timer.
    public var firstResponseMinutes: UInt32 = 5
    /// True if only the partner's working time counts.
    public var inWorkingHours = false
    public init() {}
}

/// What one minor unit of a foreign currency is worth in millionths of the program's minor unit.
public struct ExchangeRate: Sendable, Equatable {
    public var currency: String
    public var rateMicros: Int64
    public init(currency: String, rateMicros: Int64) {
        self.currency = currency
        self.rateMicros = rateMicros
    }
}

/// A property of the lead that predicates look at. Raw values are the schema's.
public enum LeadField: UInt8, Sendable, CaseIterable {
    case country = 1, region, language, vertical, product, source, residency, lawfulBasis
    case technologies, requiredCertifications
}

/// A list on the partner's profile that predicates look at. Raw values are the schema's.
public enum PartnerList: UInt8, Sendable, CaseIterable {
    case countries = 1, regions, languages, verticals, products, technologies, certifications, residencies
}

/// A number on the lead that predicates compare. Raw values are the schema's.
public enum LeadNumber: UInt8, Sendable, CaseIterable {
    case dealValueMinorUnits = 1, employees
}

/// A typed predicate over one lead and one partner.
public indirect enum Predicate: Sendable, Equatable {
    /// All of them; none is true.
    case all([Predicate])
    /// Any of them; none is false.
    case any([Predicate])
    case not(Predicate)
    /// Every value of the lead's field stands in the partner's list; a lead without the field satisfies it.
    case partnerCovers(LeadField, PartnerList)
    /// The partner's list holds the value.
    case partnerLists(PartnerList, value: String)
    /// The lead's field is one of the values; a lead without the field does not satisfy it.
    case leadIs(LeadField, values: [String])
    /// `atLeast <= number <= atMost`; a lead without the number satisfies it.
    case leadNumberWithin(LeadNumber, atLeast: Int64?, atMost: Int64?)
    case partnerTierAtLeast(UInt32)

    /// Most nodes in one rule.
    public static let nodesMax = 64
    /// Most levels in one rule.
    public static let depthMax = 8
}
