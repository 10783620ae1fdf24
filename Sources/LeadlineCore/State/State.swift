/// Everything a program remembers: the fold of its journal. Two states folded from the same journal are
/// equal to the bit, on any machine.
public struct State: Sendable {
    /// How long a closed lead can still be corrected before it is archived.
    public static let correctionMicros = 540 * Timestamp.microsPerDay
    /// Archived lead ids that are remembered, as digests, so that their late outcomes can be told apart.
    static let archivedMax = 1_000_000

    /// Position that the next entry will have.
    public internal(set) var nextPosition: UInt64 = 0
    /// Logical time of the last entry.
    public internal(set) var lastStamp = Timestamp.epoch
    /// The logic that decides.
    public internal(set) var logicVersion = Logic.oldest
    /// ISO 4217 code; empty until the program is registered.
    public internal(set) var currency = ""
    /// The policy in force.
    public internal(set) var policy: Policy?
    /// Its content hash.
    public internal(set) var policyVersion = ""
    /// Human reviews that are open.
    public internal(set) var reviewsOpen = 0
    /// Ties that debt alone could not decide; the next such tie starts one further along.
    var undecidedTies: UInt64 = 0

    var vocabulary = Vocabulary()
    var partners = PartnerTable()
    var leads = LeadTable()
    var accounts = AccountTable()
    var tallies = OutcomeTallies()
    /// What deals and answers say of partners beyond counts; deals of the last twelve months; and what partners accept.
    /// Since logic version 2.
    var records = PartnerRecords()
    var months = MonthlyTallies()
    var fitModel = FitWeightModel(from: FitWeights().shares(logic: Logic.newest))
    /// P(won | lead, partner), and the values by which it knows leads.
    var model = WinModel(
        slotCount: LeadSlot.count(logic: Logic.oldest), settings: .withSegments(logic: Logic.oldest))
    var values = FeatureValues()
    /// What places are worth, whose turn it is, and the lots that were drawn.
    var prices = BidPrices()
    var turns = TurnTable()
    var lots = Lots()
    var seen = SeenEvents()
    /// Closed leads that the policy does not keep for ever.
    var retention = RetentionQueue()
    var waiting = WaitingOutcomes()
    /// What stands for persons, and suppressed addresses. Since logic version 4.
    var persons = PersonTable()
    var suppressions = SuppressionTable()
    /// What partners claim. Since logic version 5.
    var claims = ClaimTable()
    var suspensions = SuspensionTable()
    /// What partners hand back, and what that says of the sources of leads. Since logic version 5.
    var returns = ReturnTable()
    var sources = SourceTable()
    /// Leads that are offered. Since logic version 6.
    var offers = OfferTable()
    /// Who shares which commission, and the rates that were published by themselves. Since logic version 7.
    var money = DealMoney()
    var rates = RateTable()
    /// The places that leads took of late. Since logic version 7.
    var taken = TakenPlaces()
    /// Leads that wait for a partner, and the newest open lead of each person; derived. Since logic version 7.
    var again = WaitingLeads()
    var newestOpen: [Digest128: UInt32] = [:]
    /// Who gets too little or too much, and leads whose holders break a rule since a fact changed. Since logic
    /// version 7.
    var starvation = StarvationTable()
    /// What waiting for a response costs. Since logic version 7.
    var waitingCost = WaitingCost()
    /// Leads that go from a partner to another for a reason that lies with the partner. Since logic version 7.
    var handOvers = HandOverTable()
    var ruleBreaks = RuleBreakTable()
    /// The rules of the zones that the escalation ladder names. Since logic version 7.
    var stepZones: [NamedTimeZone] = []
    var agenda = Agenda()
    var archived = TimedQueue<UInt64>()
    var archivedIDs: Set<UInt64> = []
    /// The policy's holiday calendars; derived from `policy`.
    var holidays = HolidayTable()
    /// The policy's hard rules with their words as codes; derived likewise.
    var hardRules: [CompiledRule] = []
    /// Conditions of the pilot's arms; nil for an arm without one.
    var armRules: [CompiledRule?] = []
    /// For which leads and partners it has offers made; nil for all.
    var offered: CompiledRule?
    /// The conditions of its service levels, in their order; derived likewise.
    var serviceLevels: [CompiledRule] = []
    /// The lawful bases that it accepts, as codes; derived likewise.
    var lawfulBases: [Vocabulary.Code] = []

    /// The state before a program's first entry.
    public init() {}

    /// True once the program's registration is in the journal.
    public var isRegistered: Bool { !currency.isEmpty }

    /// When the next timer fires, or the keeping of leads ends; nil if nothing is due ever. The engine sends
    /// `TimeAdvanced` for it.
    public var nextDeadline: Timestamp? {
        guard let due = retentionDue else { return agenda.first?.at }
        return min(agenda.first?.at ?? due, due)
    }

    /// Leads that are assigned or in the human queue.
    public var openLeadCount: Int { leads.openCount }
    /// Partners ever registered.
    public var partnerCount: Int { partners.count }

    /// A hash under which an archived lead's id is remembered.
    static func archiveDigest(_ leadID: String) -> UInt64 {
        var hash = SipHash128()
        hash.absorb(leadID)
        return hash.digest().low
    }
}

/// What the state says of an input before it gets a place in the stream.
public enum Admission: Sendable, Equatable {
    /// New: decide it.
    case accept
    /// The producer repeated itself: journal `duplicateReceived` instead.
    case duplicate
    /// The same event id came with other content.
    case eventIDConflict
    /// Nobody registered the program.
    case programUnknown
    /// An outcome for a lead that was archived.
    case leadArchived
    /// An answer names a return reason that the policy does not have; those that it has.
    case returnReasonUnknown(known: [String])
    /// A won deal's amount is in a currency for which the policy has no rate, or beyond what is counted.
    case amountNotCounted(currency: String)
}

extension State {
    /// Whether an input may enter the stream at `stamp`. Pure; changes nothing.
    public func admission(of input: Input, at stamp: Timestamp) -> Admission {
        if let event = input.eventDigest, let known = seen.seen(event, at: stamp) {
            return known.content == (input.contentDigest?.low ?? 0) ? .duplicate : .eventIDConflict
        }
        if !isRegistered {
            if case .programRegistered = input.fact { return .accept }
            return .programUnknown
        }
        if let lead = input.fact.outcomeLeadID, !leads.knows(lead), archivedIDs.contains(Self.archiveDigest(lead)) {
            return .leadArchived
        }
        let reason = input.fact.returnReasonID, rule = policy?.returns ?? ReturnRule()
        if !reason.isEmpty && rule.reason(reason) == nil {
            return .returnReasonUnknown(known: rule.reasons.map(\.id))
        }
        if case .dealWon(let fact) = input.fact, let currency = currencyNotCounted(fact) {
            return .amountNotCounted(currency: currency)
        }
        return .accept
    }
}

extension State {
    /// True if the program's logic version knows the outcome.
    func knows(_ outcome: Fact) -> Bool { if case .leadReturned = outcome { isLogic(5) } else { true } }
}

extension Fact {
    /// The lead that an outcome speaks of; nil for everything that is not an outcome.
    public var outcomeLeadID: String? {
        switch self {
        case .leadAccepted(let fact): fact.leadID
        case .leadDeclined(let fact), .leadReturned(let fact): fact.leadID
        case .dealLost(let fact): fact.leadID
        case .firstResponseRecorded(let fact): fact.leadID
        case .dealStageChanged(let fact): fact.leadID
        case .dealWon(let fact): fact.leadID
        default: nil
        }
    }
}
