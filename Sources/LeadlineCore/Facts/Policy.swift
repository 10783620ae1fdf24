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
    public var fitFadeOutcomes: UInt32 = 200
    /// Length of a capacity period.
    public var periodDays: UInt32 = 7
    /// Start of the first capacity period.
    public var periodAnchor = Timestamp.epoch
    /// Deal value assumed where the lead states none, in minor units.
    public var defaultDealValueMinorUnits: Int64 = 1_000_000
    /// Rates for leads in other currencies.
    public var exchangeRates: [ExchangeRate] = []
    /// An open lead of the same person this many days back absorbs a new one, unless both name an account and not the
    /// same; before logic version 7 only where both name the same. 0 is never.
    public var samePersonDays: UInt32 = 30
    /// True if the owner of an account gets its next leads.
    public var ownerFirst = true
    /// How long after winning a deal a partner still owns the account.
    public var ownershipDays: UInt32 = 365
    /// A deal of which nobody has said how it ended so many days after its assignment is lost; 0 is never.
    public var dealHorizonDays: UInt32 = 0
    /// Name of the human queue.
    public var humanQueue = "partner-managers"
    /// Promises for some leads or partners; the first that holds counts, else `sla`.
    public var serviceLevels: [ServiceLevel] = []
    /// Where a lead goes that nobody took out of the human queue.
    public var escalationLadder: [EscalationStep] = []
    /// How a partner is chosen.
    public var method = RoutingMethod.bidPrice
    /// Length of a floor's period, from `periodAnchor`.
    public var floorPeriodDays: UInt32 = 28
    public var exploration = Exploration()
    public var pilot = Pilot()
    /// True if every lead goes to the human queue, with what Leadline would do.
    public var shadow = false
    /// After a missed deadline a partner gets no leads for so long; 0 is no time.
    public var coolDownMinutes: UInt32 = 0
    /// True if a lead that came by ownership leaves the partner's turn, among equals and in a rotation, as it was.
    public var ownershipKeepsTurn = false
    /// True if a partner that declines gets its turn, among equals and in a rotation, back.
    public var declineKeepsTurn = false
    public var review = ReviewRule()
    /// Lawful bases on which a lead may be routed; none is any, or none stated.
    public var lawfulBases: [String] = []
    /// True if a lead goes to somebody as long as anybody has a place, even where the last places are expected to bring
    /// more than this lead is worth; otherwise a human gets such a lead.
    public var alwaysAssign = false
    /// How long a closed lead's person can still be named.
    public var retention = RetentionRule()
    /// Who approved the policy, by the id of a role or person in the vendor's own system; empty if nobody is named.
    public var approvedBy = ""
    /// Claims of partners on accounts; since logic version 5.
    public var claims = ClaimRule()
    /// Partners that keep missing deadlines; since logic version 5.
    public var suspension = SuspensionRule()
    /// Leads that partners hand back; since logic version 5.
    public var returns = ReturnRule()
    /// Leads that are offered before they are assigned; since logic version 6.
    public var negotiation = NegotiationRule()
    /// Leads that wait for a human and that a partner can take after all; since logic version 7.
    public var waiting = WaitingRule()
    /// What becomes of a promise whose partner goes away before it is due; since logic version 7.
    public var absenceAhead = AbsenceAhead.passOver
    /// For so many minutes after a deadline an answer is credited that lies before it by its own time; nil is a day.
    /// Since logic version 7.
    public var lateAnswerMinutes: UInt32?
    /// For so many days after a deal is won its commission is taken back when it is lost after all, or won for less;
    /// then it stands. Nil: for as long as the deal can be corrected. Since logic version 7.
    public var clawbackDays: UInt32?
    /// Partners that get too little, and one that gets too much; nil announces nothing. Since logic version 7.
    public var starvation: StarvationRule?
    /// What becomes of a lead whose holder breaks a hard rule because a fact changed; since logic version 7.
    public var ruleBreak = RuleBreakResponse.say
    /// Whether a lead that leaves its partner still counts there; since logic version 7.
    public var placesBack = PlacesBackRule()
    /// How much it matters whether a partner is at work; since logic version 7.
    public var presence = PresenceMode.ignore
    /// Days on which partners, and those who take leads out of the human queue, do not work; since logic version 7.
    public var holidayCalendars: [HolidayCalendar] = []
    /// Own attributes of leads that stand in clear; since logic version 8.
    public var attributes: [AttributeRule] = []
    /// What becomes of all others; since logic version 8.
    public var undeclaredAttributes = UndeclaredAttributes.sealed
    public init() {}
}

/// Leads that wait in the human queue for want of a partner, and are offered again once there is one.
public struct WaitingRule: Sendable, Equatable {
    /// Most leads that are offered again a minute; 0: none are; nil is 10.
    public var offersPerMinuteMax: UInt32?
    public init() {}

    /// The same with what nil stands for.
    var perMinute: UInt32 { offersPerMinuteMax ?? 10 }
}

/// What becomes of a promise whose partner goes away before it is due. Raw values are the schema's.
public enum AbsenceAhead: UInt8, Sendable, CaseIterable {
    /// Such a partner gets no such lead.
    case passOver = 1
    /// The clock runs on while the partner is away.
    case runOn
    /// The clock stops meanwhile, where the promise counts working time alone.
    case stop
    /// Such a partner gets no such lead, and what it holds and has not answered when it goes away goes to its first
    /// deputy that can take it.
    case deputies = 70

    /// True if nobody gets a lead who goes away before its promise is due.
    var passesOver: Bool { self == .passOver || self == .deputies }
}

/// For how many days after its closing a lead's sealed data stays readable; then the person's key is destroyed, unless
/// another lead of the person is open or still kept. Likewise of rejected records, after they came. 0 is for ever.
public struct RetentionRule: Sendable, Equatable {
    /// Leads whose deal was won or lost.
    public var closedDealDays: UInt32 = 0
    /// Leads that were closed otherwise: withdrawn, objected to, closed by a human.
    public var otherLeadDays: UInt32 = 0
    /// Records of the program that could not be taken in.
    public var deadLetterDays: UInt32 = 0
    public init() {}

    /// The days of a category.
    public func days(_ category: RetentionCategory) -> UInt32 {
        switch category {
        case .closedDeal: closedDealDays
        case .otherLead: otherLeadDays
        case .deadLetter: deadLetterDays
        }
    }
}

/// What is kept under one rule. Raw values are the schema's.
public enum RetentionCategory: UInt8, Sendable, CaseIterable {
    case closedDeal = 1, otherLead, deadLetter

    /// The categories of closed leads.
    static let ofLeads = [closedDeal, otherLead]
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
    /// Since logic version 2; nil is `usualShare` of the six above together, on whatever scale they are.
    public var intent: UInt32?
    public var acceptance: UInt32?
    public var responseTime: UInt32?
    public var cycleLength: UInt32?
    /// Whether these weights count, or what the program's answers make of them; since logic version 2.
    public var mode = FitWeightsMode.fixed
    public init() {}

    /// What a weight that is not stated weighs against the first six together.
    static let usualShare = 0.025
}

/// Where the weights of fit come from. Raw values are the schema's.
public enum FitWeightsMode: UInt8, Sendable, CaseIterable {
    /// The policy states them.
    case fixed = 1
    /// They start as stated and follow what partners accept, decline and leave lying.
    case learned
}

extension Policy {
    /// The policy as the logic of a version knows it: what only later ones read is as if it had not been said, as it is
    /// in the bytes of a state of that version.
    func known(toLogic version: UInt32) -> Policy {
        var policy = self
        if version < 8 { (policy.attributes, policy.undeclaredAttributes) = ([], .sealed) }
        if version < 7 { policy.forgetVersion7() }
        if version < 6 { policy.negotiation = NegotiationRule() }
        if version < 5 { policy.forgetVersion5() }
        if version >= 2 { return policy }
        (policy.fitWeights.intent, policy.fitWeights.acceptance) = (nil, nil)
        (policy.fitWeights.responseTime, policy.fitWeights.cycleLength) = (nil, nil)
        policy.fitWeights.mode = .fixed
        policy.retention = RetentionRule()
        policy.approvedBy = ""
        return policy
    }
}

extension Policy {
    private mutating func forgetVersion7() {
        (waiting, absenceAhead, lateAnswerMinutes) = (WaitingRule(), .passOver, nil)
        clawbackDays = nil
        (starvation, ruleBreak, placesBack) = (nil, .say, PlacesBackRule())
        presence = .ignore
        holidayCalendars = []
        escalationLadder = escalationLadder.map { EscalationStep(queue: $0.queue, afterMinutes: $0.afterMinutes) }
    }

    private mutating func forgetVersion5() {
        (claims, suspension, returns) = (ClaimRule(), SuspensionRule(), ReturnRule())
        review.sourceQualityBelowBasisPoints = 0
        sla.reminders = []
        for level in serviceLevels.indices { serviceLevels[level].sla.reminders = [] }
    }
}

/// First-response promise.
public struct SLA: Sendable, Equatable {
    /// Minutes until the first response is due; 0 is no timer.
    public var firstResponseMinutes: UInt32 = 5
    /// True if only the partner's working time counts.
    public var inWorkingHours = false
    /// The partner is reminded so long before the deadline, counted as the deadline is; 0 is never.
    public var reminderMinutesBefore: UInt32 = 0
    /// When else it is reminded; since logic version 5.
    public var reminders: [ReminderRule] = []
    public init() {}
}

/// A reminder once a share of the promised time has passed, counted as the deadline is.
public struct ReminderRule: Sendable, Equatable {
    public var afterBasisPoints: UInt32
    public init(afterBasisPoints: UInt32) { self.afterBasisPoints = afterBasisPoints }
}

/// A promise of its own for some leads or partners.
public struct ServiceLevel: Sendable, Equatable {
    /// Name in explanations.
    public var name: String
    /// For whom it holds.
    public var when: Predicate
    public var sla: SLA
    public init(name: String, when: Predicate, sla: SLA) {
        self.name = name
        self.when = when
        self.sla = sla
    }
}

/// Who gets a lead that has waited in the human queue.
public struct EscalationStep: Sendable, Equatable {
    public var queue: String
    /// Time in the queue before, after which the lead moves on to this one.
    public var afterMinutes: UInt32
    /// When that time counts: the hours of those who take leads out of the queue before. None: round the clock. Since
    /// logic version 7, as what follows.
    public var workingHours: [WorkingHours]
    /// IANA name of the zone of those hours; the rules come with the input.
    public var timeZone: String
    /// Name of the policy's calendar of days on which it does not count; empty is none.
    public var holidayCalendar: String
    public init(
        queue: String, afterMinutes: UInt32, workingHours: [WorkingHours] = [], timeZone: String = "",
        holidayCalendar: String = ""
    ) {
        self.queue = queue
        self.afterMinutes = afterMinutes
        self.workingHours = workingHours
        self.timeZone = timeZone
        self.holidayCalendar = holidayCalendar
    }
}

/// How a partner is chosen among those whom hard rules and caps admit. Raw values are the schema's.
public enum RoutingMethod: UInt8, Sendable, CaseIterable {
    /// The highest score after the price of the partner's place and its floor.
    case bidPrice = 1
    /// The highest score, whatever its places are worth to other leads.
    case highestScore
    /// Partners take turns, in each country by itself.
    case roundRobin
    /// Partners take turns in proportion to their rotation weights, in each country by itself.
    case weightedRotation
    /// The best fit, as a static rules score would have it.
    case highestFit

    var takesTurns: Bool { self == .roundRobin || self == .weightedRotation }
}

/// One arm of a pilot.
public struct PilotArm: Sendable, Equatable {
    public var name: String
    public var method: RoutingMethod
    /// Share of the leads that no condition took.
    public var shareBasisPoints: UInt32
    /// Leads that go to this arm whatever the shares; nil is none.
    public var when: Predicate?
    public init(name: String, method: RoutingMethod, shareBasisPoints: UInt32 = 0, when: Predicate? = nil) {
        self.name = name
        self.method = method
        self.shareBasisPoints = shareBasisPoints
        self.when = when
    }
}

/// Two or more ways of routing side by side; none without arms.
public struct Pilot: Sendable, Equatable {
    /// Another name draws the shares anew.
    public var name = ""
    public var arms: [PilotArm] = []
    public init() {}
}

/// Leads that go to a partner drawn by lot, so that policies can be compared by what they were never seen to do.
public struct Exploration: Sendable, Equatable {
    /// Share of the leads; 0 is none.
    public var shareBasisPoints: UInt32 = 0
    /// Most such leads a capacity period; 0 is no limit.
    public var leadsPerPeriodMax: UInt32 = 0
    public init() {}
}

/// When a human decides instead of Leadline.
public struct ReviewRule: Sendable, Equatable {
    /// Leads of at least this value, in minor units of the program's currency; nil is none.
    public var dealValueAtLeastMinorUnits: Int64?
    /// Leads whose best candidate has a lower estimated conversion; 0 is none.
    public var conversionBelowBasisPoints: UInt32 = 0
    /// Leads of a source whose quality is lower; 0 is none. Since logic version 5.
    public var sourceQualityBelowBasisPoints: UInt32 = 0
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
    /// Of the lead's source; since logic version 5.
    case sourceQualityBasisPoints
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
