import LeadlineCore

/// Writes random inputs for a program: plausible ones, and repeats, strangers, wrong orders and late words.
struct HostileProducer {
    /// How fast time passes.
    enum Pace: CaseIterable {
        /// Minutes, so that timers and retries crowd.
        case crowded
        /// Days and months, so that memory ends and leads are archived.
        case years
    }

    private var random: Seeded
    private let pace: Pace
    /// Whether partners merge and have floors: the books of the auditor know neither.
    private let hasMergers: Bool
    private var leads = 0
    private var versions = 0
    private var events: UInt64 = 0
    private var recent: [Input] = []
    /// Offers of late, open or over.
    private var offers: [OfferStanding] = []
    private(set) var clock = Moment.start

    private static let countries = ["DE", "FR", "IT", "XX"]
    private static let words = ["x", "y", "z"]
    static let partners = (0..<10).map { "P\($0)" }

    init(seed: UInt64, pace: Pace, hasMergers: Bool = false) {
        random = Seeded(seed)
        self.pace = pace
        self.hasMergers = hasMergers
    }

    /// The next input and when it is received. Looks at the state only to name leads and holders that exist.
    mutating func next(_ state: State) -> (input: Input, at: Timestamp) {
        pass()
        if !recent.isEmpty && random.chance(4) { return (random.pick(recent), clock) }
        var input = invent(state)
        if random.chance(70) {
            events += 1
            input = input.event(events, content: events)
            recent.append(input)
            if recent.count > 50 { recent.removeFirst() }
        }
        return (input, clock)
    }

    private mutating func pass() {
        let minutes: Int = switch pace {
        case .crowded: random.chance(50) ? 0 : random.chance(90) ? random.below(4) : random.below(600)
        case .years: random.chance(60) ? 0 : random.chance(70) ? random.below(60) : random.below(6) * Moment.minutesPerDay
        }
        clock = clock.adding(micros: Int64(minutes) * Timestamp.microsPerMinute + (random.chance(20) ? 1 : 0))
    }

    private mutating func invent(_ state: State) -> Input {
        switch random.below(100) {
        case 0..<35: return lead(state)
        case 35..<60: return outcome(state)
        case 60..<72: return answer(state)
        case 72..<78: return human(state)
        case 78..<80: return random.pick([.restricted(known()), .objected(known()), .erasure(known())])
        case 80..<83: return random.chance(50) ? .withdrawn(known()) : .updated(known(), attributes())
        case 83..<87: return account()
        case 87..<96: return partner()
        case 96..<99: return claim()
        default: return random.chance(70) ? policy() : .program()
        }
    }

    private mutating func lead(_ state: State) -> Input {
        if random.chance(95) { leads += 1 }
        let id = random.chance(96) ? "L\(leads)" : known()
        let past: String? = random.chance(6) ? random.pick(Self.partners) : nil
        let input = Input.lead(
            id, account: random.chance(60) ? UInt64(random.below(12)) : nil, person: random.chance(70) ? UInt64(random.below(30)) : nil,
            past: past, attributes())
        return past != nil && random.chance(80) ? input.asHistory : input
    }

    private mutating func attributes() -> (inout LeadAttributes) -> Void {
        var lead = LeadAttributes()
        if random.chance(60) { lead.country = random.pick(Self.countries) }
        if random.chance(60) { lead.vertical = random.pick(Self.words) }
        if random.chance(30) { lead.language = random.pick(Self.words) }
        if random.chance(30) { lead.product = random.pick(Self.words) }
        if random.chance(50) { lead.source = random.pick(Self.words) }
        if random.chance(30) { lead.employees = UInt32(random.below(500)) }
        if random.chance(50) { lead.lawfulBasis = random.pick([.consent, .contract, .legitimateInterest]) }
        if random.chance(30) { lead.technologies = random.some(of: Self.words, percent: 40) }
        if random.chance(20) { lead.requiredCertifications = random.some(of: Self.words, percent: 30) }
        if random.chance(70) {
            lead.dealValue = Money(
                minorUnits: Int64(random.below(20_000_000)), currency: random.chance(80) ? "EUR" : random.pick(["USD", "JPY"]))
        }
        let made = lead
        return { $0 = made }
    }

    /// A lead that probably came, or is about to.
    private mutating func known() -> String {
        random.chance(90) ? "L\(max(1, leads - random.below(40)))" : "L\(leads + 1 + random.below(3))"
    }

    private mutating func outcome(_ state: State) -> Input {
        let id = known()
        let holder = state.lead(id)?.partnerID
        let partner = random.chance(80) ? holder ?? random.pick(Self.partners) : random.chance(95) ? random.pick(Self.partners) : "stranger"
        let input: Input = switch random.below(100) {
        case 0..<15: .accepted(id, partner)
        case 15..<25: .declined(id, partner)
        case 25..<35: handBack(id, partner)
        case 35..<55: .responded(id, partner)
        case 55..<65: .stage(id, partner)
        case 65..<82: .won(id, partner, random.chance(50) ? euros(Int64(random.below(100_000))) : nil)
        default: .lost(id, partner)
        }
        return random.chance(10) ? input.asHistory : input
    }

    /// To an offer that is open or was, in time or late, by its partner or another, with sense or without.
    private mutating func answer(_ state: State) -> Input {
        if random.chance(90), !state.offerStandings.isEmpty { offers.append(random.pick(state.offerStandings)) }
        if offers.count > 60 { offers.removeFirst() }
        guard !offers.isEmpty else { return outcome(state) }
        let offer = random.chance(70) ? offers[offers.count - 1] : random.pick(offers)
        let lead = random.chance(95) ? offer.leadID : known()
        let partner = random.chance(93) ? offer.partnerID : random.chance(80) ? random.pick(Self.partners) : "stranger"
        var terms: OfferTerms?
        if random.chance(50) {
            terms = OfferTerms(
                promiseMinutes: random.chance(20) ? .max : UInt32(random.below(90)),
                commissionBasisPoints: random.chance(60) ? UInt32(random.below(4_000)) : random.chance(10) ? .max : nil,
                enrichment: random.some(of: Self.words, percent: 20))
        }
        return Input(.offerAnswered(.init(
            leadID: lead, partnerID: partner, offerID: random.chance(96) ? offer.offerID : "none",
            round: random.chance(60) ? 0 : offer.round, answer: random.pick([.accepted, .accepted, .declined, .countered, .capacityConfirmed]),
            terms: terms, reason: random.pick([.unspecified, .noCapacity, .notAFit, .agentStopped]))))
    }

    /// Rounds that are short and long, of one and of several, and none.
    private mutating func negotiate(_ rule: inout NegotiationRule) {
        rule.rounds = random.chance(30) ? 0 : UInt32(1 + random.below(3))
        rule.askedAtOnce = UInt32(random.below(4))
        rule.answerMillis = random.pick([0, 1, 60_000, 180_000, 600_000])
        rule.fallback = random.chance(70) ? .assign : .escalate
        rule.commissionMaxBasisPoints = UInt32(random.below(4_000))
        rule.promiseMaxMinutes = UInt32(random.below(90))
        rule.enrichment = random.some(of: Self.words, percent: 60)
        rule.hourCostBasisPoints = UInt32(random.below(2_000))
        if random.chance(20) { rule.when = .any([.partnerTierAtLeast(2), .leadIs(.vertical, values: ["x"])]) }
        if random.chance(30) {
            rule.approver = "desk"
            if random.chance(60) { rule.unattendedBelowMinorUnits = Int64(random.below(20_000_000)) }
            rule.unattendedConversionBasisPoints = UInt32(random.below(2_500))
        }
    }

    /// For reasons that the policy has, or has not, and without one.
    private mutating func handBack(_ id: String, _ partner: String) -> Input {
        let reason: RefusalReason = random.pick([.badData, .badData, .notAFit, .unspecified])
        let named = random.chance(50) ? random.pick(["wrong", "wrong", "full", "gone"]) : ""
        let fact = PartnerRefusal(leadID: id, partnerID: partner, reason: reason, reasonID: named)
        return Input(random.chance(50) ? .leadReturned(fact) : .leadDeclined(fact))
    }

    private mutating func human(_ state: State) -> Input {
        if random.chance(25) { return link(state) }
        if random.chance(30) { return .review(known()) }
        if random.chance(20) {
            let waiting = state.returnStandings
            let one = waiting.isEmpty || random.chance(20) ? nil : random.pick(waiting)
            return .returnDecided(
                one?.leadID ?? known(), one?.partnerID ?? random.pick(Self.partners), approved: random.chance(50))
        }
        return .human(known(), random.pick([.assign(partnerID: random.pick(Self.partners)), .uphold, .close, .reroute]))
    }

    /// Mostly of leads that are linked, and now and then of any.
    private mutating func link(_ state: State) -> Input {
        let recent = (0..<60).map { "L\(leads - $0)" }
        let pairs = recent.compactMap { id in
            state.lead(id).flatMap { $0.leadID == id ? nil : (id: id, other: $0.leadID) }
        }
        let pair = pairs.isEmpty || random.chance(20) ? (id: known(), other: known()) : random.pick(pairs)
        let other = random.chance(80) ? pair.other : ""
        switch random.below(10) {
        case 0..<4: return .leadsUnlinked(pair.id, pair.other)
        case 4..<6: return .leadsUnlinked(random.chance(50) ? pair.id : known(), random.chance(50) ? "" : other, .sameCompany)
        case 6..<8: return .leadsLinked(random.pick(recent), pair.other)
        default: return .leadsLinked(random.pick(recent), random.chance(50) ? "" : other, .sameCompany)
        }
    }

    /// Few ids, so that claims meet each other, and are decided, repeated and taken back.
    private mutating func claim() -> Input {
        let (id, partner) = ("c\(random.below(6))", random.pick(Self.partners))
        switch random.below(10) {
        case 0..<6:
            let lead = random.chance(50) ? known() : ""
            return .claim(id, partner, lead: lead, account: lead.isEmpty || random.chance(30) ? UInt64(random.below(12)) : nil)
        case 6..<9: return .claimDecided(id, partner, approved: random.chance(70))
        default: return .claimWithdrawn(id, partner)
        }
    }

    private mutating func account() -> Input {
        let account = UInt64(random.below(12))
        switch random.below(3) {
        case 0: return .technographics(account: account, random.some(of: Self.words, percent: 50))
        case 1: return intent(account)
        default: break
        }
        let (vertical, country, employees) = (random.pick(Self.words), random.pick(Self.countries), UInt32(random.below(900)))
        return .firmographics(account: account) {
            $0.vertical = vertical
            $0.country = country
            $0.employees = employees
        }
    }

    /// Of more topics and vendors than an account remembers, and not in order.
    private mutating func intent(_ account: UInt64) -> Input {
        let lastSeen = clock.adding(micros: Int64(random.below(90) - 80) * Timestamp.microsPerDay)
        let fact = IntentObserved(
            topic: random.pick(Self.words), strengthPercent: UInt32(random.below(120)), observer: random.pick(Self.countries),
            firstSeen: lastSeen.adding(micros: -Timestamp.microsPerDay), lastSeen: lastSeen)
        return Input(.intentObserved(fact), account: digest(account))
    }

    mutating func partner() -> Input {
        if hasMergers && random.chance(8) { return merger() }
        let id = random.chance(97) ? random.pick(Self.partners) : "stranger"
        switch random.below(10) {
        case 0..<3: return profile(id)
        case 3: return .capacity(id, open: random.chance(60) ? UInt32(random.below(9)) : nil, period: random.chance(60) ? UInt32(random.below(20)) : nil, segments: segments())
        case 4: return .paused(id)
        case 5, 6: return .resumed(id)
        case 7: return random.chance(40) ? .removed(id) : random.chance(50) ? money() : .commission(id, basisPoints: UInt32(random.below(3_000)))
        case 8:
            let from = Int((clock.micros - Moment.start.micros) / Timestamp.microsPerMinute) + random.below(50) - 10
            return .absence(id, "a\(random.below(3))", from: from, until: from + 1 + random.below(500))
        default: return .absenceCancelled(id, "a\(random.below(3))")
        }
    }

    /// Shares of leads that are open, over or unknown, of partners and strangers; rates for dates that have passed, in any
    /// order.
    private mutating func money() -> Input {
        if random.chance(30) {
            let days = Int64(random.below(60)) * Timestamp.microsPerDay
            return Input(.ratesPublished(.init(
                validFrom: clock.adding(micros: -days), rates: [.init(currency: "USD", rateMicros: 800_000 + Int64(random.below(300_000)))])))
        }
        var shares: [CommissionShare] = []
        for _ in 0..<random.below(4) {
            let partner = random.chance(97) ? random.pick(Self.partners) : "stranger"
            shares.append(.init(partnerID: partner, basisPoints: UInt32(1 + random.below(6_000))))
        }
        return Input(.commissionShared(.init(leadID: known(), shares: shares)))
    }

    /// Of partners that are there, that were merged before, of one with itself, and of strangers.
    private mutating func merger() -> Input {
        let (from, into) = (random.chance(95) ? random.pick(Self.partners) : "stranger", random.chance(95) ? random.pick(Self.partners) : "stranger")
        return Input(.partnersMerged(.init(fromPartnerID: from, intoPartnerID: into, decidedBy: "desk", reason: random.pick(PartnerMergeReason.allCases))))
    }

    private static let office = (1...5).map { WorkingHours(weekday: $0, fromMinute: 540, untilMinute: 1_020) }

    /// Some of the days of the first months of a history.
    private mutating func days() -> [String] {
        (0..<random.below(12)).map { _ in CalendarDay.text(20_458 + Int32(random.below(120))) }
    }

    mutating func profile(_ id: String) -> Input {
        var profile = PartnerProfile(partnerID: id)
        profile.countries = random.some(of: Self.countries, percent: 60)
        profile.verticals = random.some(of: Self.words, percent: 60)
        profile.languages = random.some(of: Self.words, percent: 60)
        profile.products = random.some(of: Self.words, percent: 70)
        profile.technologies = random.some(of: Self.words, percent: 60)
        profile.certifications = random.some(of: Self.words, percent: 70)
        profile.tier = UInt32(random.below(4))
        if random.chance(60) { profile.deputies = random.some(of: Self.partners + ["stranger"], percent: 30) }
        if random.chance(50) { profile.typicalDealMax = euros(Int64(1_000 + random.below(200_000))) }
        if random.chance(50) { profile.capacity.openLeadsMax = UInt32(1 + random.below(12)) }
        if random.chance(50) { profile.capacity.leadsPerPeriodMax = UInt32(1 + random.below(40)) }
        profile.capacity.segments = segments()
        if hasMergers && random.chance(50) { profile.capacity.leadsPerPeriodMin = UInt32(random.below(8)) }
        if hasMergers && random.chance(20) { profile.capacity.floorValueMinorUnitsPerPeriod = Int64(random.below(9_000_000)) }
        if random.chance(30) {
            profile.workingHours = Self.office
            profile.holidayCalendar = random.pick(["", "", "days", "unknown"])
        }
        let made = profile
        let zone = TimeZoneRules(tzVersion: "t", offsets: [.init(from: .epoch, seconds: Int32(random.below(24) - 12) * 3_600)])
        return .partner(id, zone: random.chance(50) ? zone : nil) { $0 = made }
    }

    private mutating func segments() -> [SegmentCap] {
        if random.chance(50) { return [] }
        var caps = [SegmentCap(leadField: .vertical, value: random.pick(Self.words), leadsPerPeriodMax: UInt32(random.below(6)))]
        if random.chance(30) {
            caps.append(.init(leadField: .technologies, value: random.pick(Self.words), leadsPerPeriodMax: UInt32(1 + random.below(6))))
        }
        if random.chance(20) { caps.append(.init(leadField: .country, value: random.pick(Self.countries), leadsPerPeriodMax: 9)) }
        return caps
    }

    /// Periods of many lengths and from any day on, none longer than places are remembered.
    mutating func policy() -> Input {
        versions += 1
        var policy = Policy()
        policy.sla.firstResponseMinutes = random.pick([0, 5, 5, 5, 60])
        policy.sla.inWorkingHours = random.chance(30)
        policy.attemptsMax = UInt32(random.below(4))
        policy.minimumConversionBasisPoints = random.chance(20) ? UInt32(random.below(2_500)) : 0
        policy.fitFadeOutcomes = UInt32(random.below(200))
        policy.ownerFirst = random.chance(60)
        policy.ownershipDays = UInt32(random.below(30))
        policy.samePersonDays = UInt32(random.below(20))
        policy.periodAnchor = Moment.at(-12_345 + random.below(3) * 777)
        policy.periodDays = random.pick([1, 7, 7, 7, 30, 90])
        policy.floorPeriodDays = random.pick([2, 28, 28, 60])
        if random.chance(70) { policy.exchangeRates = [.init(currency: "USD", rateMicros: 900_000 + Int64(random.below(9_999)))] }
        policy.hardRules = rules()
        policy.claims.protectedDays = random.chance(80) ? UInt32(1 + random.below(40)) : 0
        policy.claims.approval = random.chance(60) ? .byRule : .unspecified
        policy.claims.answerDays = UInt32(random.below(9))
        policy.claims.claimsPerPartnerMax = UInt32(random.below(5))
        policy.suspension.missedDeadlines = random.chance(40) ? UInt32(1 + random.below(4)) : 0
        policy.suspension.withinDays = UInt32(random.below(9))
        policy.suspension.suspendedDays = UInt32(random.below(4))
        policy.suspension.movesLeads = random.chance(50)
        // Who has had nothing is looked for by deciding again: in few histories, so that they end soon.
        if random.chance(15) {
            var rule = StarvationRule()
            rule.idleDays = UInt32(random.below(4))
            rule.shareBasisPoints = UInt32(random.below(7_000))
            rule.shareLeadsMin = UInt32(random.below(9))
            policy.starvation = rule
        }
        policy.ruleBreak = random.pick(RuleBreakResponse.allCases)
        policy.presence = random.pick(PresenceMode.allCases)
        policy.absenceAhead = random.pick([.passOver, .runOn, .stop, .deputies, .deputies, .deputies])
        policy.returns.creditsPerPeriodMax = UInt32(random.below(3))
        policy.returns.answerDays = UInt32(random.below(4))
        policy.returns.reasons = [ReturnReason(id: "wrong", meaning: .badData), ReturnReason(id: "full", meaning: .noCapacity)]
        if random.chance(30) { policy.review.sourceQualityBelowBasisPoints = UInt32(random.below(10_000)) }
        policy.clawbackDays = random.chance(40) ? UInt32(random.below(20)) : nil
        negotiate(&policy.negotiation)
        promise(&policy)
        if random.chance(40) {
            policy.holidayCalendars = [
                HolidayCalendar(name: "days", countries: random.some(of: Self.countries, percent: 40), dates: days()),
                HolidayCalendar(name: "others", countries: random.some(of: Self.countries, percent: 20), dates: days()),
            ]
        }
        if random.chance(30) {
            policy.attributes = [AttributeRule(name: "score", type: .choice, values: ["a", "b"]), AttributeRule(name: "vip", type: .flag)]
            policy.undeclaredAttributes = random.pick(UndeclaredAttributes.allCases)
        }
        let made = policy
        var input = Input.policy("v\(versions)") { $0 = made }
        for (name, hours) in [("near", 1), ("far", -9)] where random.chance(80) {
            let rules = TimeZoneRules(tzVersion: "t", offsets: [.init(from: .epoch, seconds: Int32(hours) * 3_600)])
            input.stepTimeZones.append(NamedTimeZone(name: name, rules: rules))
        }
        return input
    }

    /// What a policy says about time: levels, reminders, cool-down, the ladder, and when a human decides.
    private mutating func promise(_ policy: inout Policy) {
        policy.sla.reminderMinutesBefore = UInt32(random.below(5))
        if random.chance(50) {
            policy.sla.reminders = [ReminderRule(afterBasisPoints: 5_000), ReminderRule(afterBasisPoints: UInt32(1 + random.below(9_999)))]
        }
        policy.coolDownMinutes = random.chance(40) ? UInt32(random.below(30)) : 0
        if random.chance(40) {
            var (quick, large) = (SLA(), SLA())
            (quick.firstResponseMinutes, quick.reminderMinutesBefore) = (3, 1)
            (large.firstResponseMinutes, large.reminderMinutesBefore, large.inWorkingHours) = (90, 60, random.chance(50))
            policy.serviceLevels = [
                .init(name: "gold", when: .all([.partnerTierAtLeast(2), .leadIs(.vertical, values: ["x", "y"])]), sla: quick),
                .init(name: "large", when: .leadNumberWithin(.dealValueMinorUnits, atLeast: 9_000_000, atMost: nil), sla: large),
            ]
        }
        for step in 0..<(random.chance(60) ? random.below(4) : 0) {
            policy.escalationLadder.append(.init(queue: "desk\(step)", afterMinutes: UInt32(1 + random.below(200))))
            if random.chance(30) {
                policy.escalationLadder[step].workingHours = Self.office
                policy.escalationLadder[step].timeZone = random.pick(["near", "far", "unknown"])
                policy.escalationLadder[step].holidayCalendar = random.pick(["", "days", "unknown"])
            }
        }
        policy.ownershipKeepsTurn = random.chance(50)
        policy.declineKeepsTurn = random.chance(50)
        if random.chance(20) { policy.review.dealValueAtLeastMinorUnits = 15_000_000 }
        if random.chance(20) { policy.review.conversionBelowBasisPoints = UInt32(random.below(1_500)) }
        if random.chance(15) { policy.lawfulBases = ["consent", "legitimate-interest"] }
        policy.shadow = random.chance(6)
    }

    private mutating func rules() -> [HardRule] {
        let pool: [HardRule] = [
            .init(name: "country", require: .partnerCovers(.country, .countries)),
            .init(name: "certified", require: .partnerCovers(.requiredCertifications, .certifications)),
            .init(name: "lists-x", require: .any([.partnerLists(.products, value: "x"), .partnerLists(.products, value: "new")])),
            .init(name: "basis", require: .any([.leadIs(.lawfulBasis, values: ["consent", "contract"]), .partnerTierAtLeast(1)])),
            .init(name: "large", require: .any([.leadNumberWithin(.dealValueMinorUnits, atLeast: nil, atMost: 9_000_000), .partnerTierAtLeast(2)])),
            .init(name: "small", require: .not(.all([.leadIs(.vertical, values: ["z"]), .not(.partnerTierAtLeast(2))]))),
            .init(name: "source", require: .any([.leadNumberWithin(.sourceQualityBasisPoints, atLeast: 8_000, atMost: nil), .partnerTierAtLeast(1)])),
            .init(name: "crowd", require: .any([.leadNumberWithin(.employees, atLeast: 20, atMost: 800), .partnerCovers(.technologies, .technologies)])),
        ]
        var chosen: [HardRule] = []
        for rule in pool where random.chance(30) { chosen.append(rule) }
        return chosen
    }
}
