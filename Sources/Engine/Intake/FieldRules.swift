import LeadlineCore
import LeadlineSchemas

/// What values a field may have, beyond its type. All bounds on what comes from outside stand here.
struct FieldRules {
    static let idBytesMax = 128
    static let wordBytesMax = 64
    static let listMax = 64
    static let amountMax: Int64 = 1_000_000_000_000_000
    static let rateMicrosMax: Int64 = 1_000_000_000
    static let hardRulesMax = 64

    /// Ids from outside: `[A-Za-z0-9._:-]{1,128}`.
    static func isID(_ text: String) -> Bool {
        let bytes = text.utf8
        if bytes.isEmpty || bytes.count > idBytesMax { return false }
        return bytes.allSatisfy { byte in
            (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 58) || (byte >= 65 && byte <= 90)
                || byte == 46 || byte == 95 || byte == 45
        }
    }

    /// Checks a fact; the rejection names the field as the schema does.
    static func check(_ fact: Fact) throws(Rejection) {
        switch fact {
        case .programRegistered(let fact):
            try currency(fact.currency, "currency")
            try logicVersion(fact.logicVersion)
        case .logicVersionAdopted(let version): try logicVersion(version)
        case .policyPublished(let fact): try policy(fact.policy)
        case .reviewRequested(let fact): try id(fact.leadID, "lead_id")
        case .humanDecisionRecorded(let fact):
            try id(fact.leadID, "lead_id")
            if case .assign(let partner) = fact.decision { try id(partner, "assign_to_partner_id") }
        case .processingRestricted(let fact), .processingObjected(let fact), .erasureRequested(let fact), .leadWithdrawn(let fact):
            try id(fact.leadID, "lead_id")
        case .segmentArchived(let fact): try segment(fact)
        case .partnerUpserted(let profile): try partner(profile)
        case .partnerCapacitySet(let fact):
            try id(fact.partnerID, "partner_id")
            try capacity(fact.capacity)
        case .partnerPaused(let fact), .partnerResumed(let fact), .partnerRemoved(let fact): try id(fact.partnerID, "partner_id")
        case .partnerAbsenceSet(let fact):
            try id(fact.partnerID, "partner_id")
            try id(fact.absenceID, "absence_id")
            try moment(fact.from, "from")
            try moment(fact.until, "until")
            if fact.until <= fact.from { throw invalid("until", "must be later than from") }
        case .partnerAbsenceCancelled(let fact):
            try id(fact.partnerID, "partner_id")
            try id(fact.absenceID, "absence_id")
        case .partnerCommissionTermsSet(let fact):
            try id(fact.partnerID, "partner_id")
            if fact.rateBasisPoints > 10_000 { throw invalid("rate_basis_points", "must be at most 10000") }
        case .intentObserved(let fact):
            try word(fact.topic, "intent_topic", required: true)
            try word(fact.observer, "observer")
            if fact.strengthPercent > 100 { throw invalid("strength_percent", "must be at most 100") }
            try moment(fact.firstSeen, "first_seen")
            try moment(fact.lastSeen, "last_seen")
        case .firmographicsObserved(let fact):
            try word(fact.vertical, "vertical")
            try country(fact.country, "country")
            try word(fact.observer, "observer")
            try money(fact.annualRevenue, "annual_revenue")
        case .technographicsObserved(let fact):
            try words(fact.technologies, "technologies")
            try word(fact.observer, "observer")
        case .leadAccepted(let fact): try statement(fact.leadID, fact.partnerID)
        case .leadDeclined(let fact), .dealLost(let fact): try statement(fact.leadID, fact.partnerID)
        case .firstResponseRecorded(let fact):
            try statement(fact.leadID, fact.partnerID)
            try word(fact.channel, "channel")
        case .dealStageChanged(let fact):
            try statement(fact.leadID, fact.partnerID)
            try word(fact.stage, "stage", required: true)
        case .dealWon(let fact):
            try statement(fact.leadID, fact.partnerID)
            try money(fact.amount, "amount")
        case .leadSubmitted(let fact):
            try id(fact.leadID, "lead_id")
            try lead(fact.attributes)
            if let past = fact.pastPartnerID { try id(past, "past_assignment.partner_id") }
        case .leadUpdated(let fact):
            try id(fact.leadID, "lead_id")
            try lead(fact.attributes)
        case .timeAdvanced, .duplicateReceived:
            throw Rejection(.unknownType, "this message is Leadline's own and cannot be sent")
        }
    }

    private static func invalid(_ field: String, _ detail: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(detail)", field: field)
    }

    private static func logicVersion(_ version: UInt32) throws(Rejection) {
        if !Logic.knows(version) {
            throw invalid("logic_version", "must be \(Logic.oldest) to \(Logic.newest) on this instance; for a later one, upgrade it and resubmit")
        }
    }

    /// Whether its hashes are the journal's only the journal's check can say.
    private static func segment(_ fact: SegmentArchived) throws(Rejection) {
        if fact.nextPosition <= fact.firstPosition || fact.nextPosition > UInt64(Int64.max) {
            throw invalid("next_position", "must be larger than first_position, and below 2^63")
        }
        let hashes = [(fact.root, "root"), (fact.chainLink, "chain_link"), (fact.stateHash, "state_hash"), (fact.archiveDigest, "archive_digest")]
        for (hash, field) in hashes where hash.count != 32 { throw invalid(field, "must be a SHA-256 hash, 32 bytes") }
        if !fact.archivedBy.isEmpty && !isID(fact.archivedBy) {
            throw invalid("archived_by", "must be an id, [A-Za-z0-9._:-]{1,128}, such as a role's; no name or address")
        }
    }

    private static func id(_ text: String, _ field: String) throws(Rejection) {
        if text.isEmpty { throw Rejection(.missingField, "\(field) is required", field: field) }
        if !isID(text) { throw invalid(field, "must match [A-Za-z0-9._:-]{1,128}") }
    }

    private static func statement(_ lead: String, _ partner: String) throws(Rejection) {
        try id(lead, "lead_id")
        try id(partner, "partner_id")
    }

    private static func word(_ text: String, _ field: String, required: Bool = false) throws(Rejection) {
        if text.isEmpty {
            if required { throw Rejection(.missingField, "\(field) is required", field: field) }
            return
        }
        if text.utf8.count > wordBytesMax { throw invalid(field, "is longer than \(wordBytesMax) bytes") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw Rejection(.invalidText, "\(field) holds a control character", field: field)
        }
        // Clear fields are categories. What looks like an address is refused before it can reach the journal.
        if text.utf8.contains(UInt8(ascii: "@")) { throw invalid(field, "is a category and may not hold an e-mail address") }
    }

    private static func words(_ list: [String], _ field: String) throws(Rejection) {
        if list.count > listMax { throw invalid(field, "holds more than \(listMax) values") }
        for text in list { try word(text, field, required: true) }
    }

    private static func country(_ text: String, _ field: String) throws(Rejection) {
        if text.isEmpty { return }
        guard text.utf8.count == 2, text.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
            throw invalid(field, "must be an ISO 3166-1 alpha-2 code in capitals, e.g. IT")
        }
    }

    private static func language(_ text: String, _ field: String) throws(Rejection) {
        if text.isEmpty { return }
        guard (2...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 97 && $0 <= 122 }) else {
            throw invalid(field, "must be an ISO 639 code in lower case, e.g. it")
        }
    }

    private static func currency(_ text: String, _ field: String) throws(Rejection) {
        if text.isEmpty { throw Rejection(.missingField, "\(field) is required", field: field) }
        guard text.utf8.count == 3, text.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
            throw invalid(field, "must be an ISO 4217 code in capitals, e.g. EUR")
        }
    }

    private static func money(_ money: Money?, _ field: String) throws(Rejection) {
        guard let money else { return }
        if money.minorUnits < 0 { throw invalid("\(field).minor_units", "must not be negative") }
        if money.minorUnits > amountMax { throw invalid("\(field).minor_units", "must be at most \(amountMax)") }
        try currency(money.currency, "\(field).currency")
    }

    private static func moment(_ moment: Timestamp, _ field: String) throws(Rejection) {
        if moment < Intake.earliest { throw Rejection(.ancient, "\(field) lies before 1990 or is missing", field: field) }
        if moment > Intake.latest { throw Rejection(.future, "\(field) lies after the year 2200", field: field) }
    }

    private static func lead(_ lead: LeadAttributes) throws(Rejection) {
        try country(lead.country, "country")
        try word(lead.region, "region")
        try language(lead.language, "language")
        try word(lead.vertical, "vertical")
        try word(lead.product, "product")
        try word(lead.source, "source")
        try word(lead.residency, "residency")
        try money(lead.dealValue, "deal_value")
        try words(lead.technologies, "technologies")
        try words(lead.requiredCertifications, "required_certifications")
    }

    private static func partner(_ profile: PartnerProfile) throws(Rejection) {
        try id(profile.partnerID, "partner_id")
        for code in profile.countries { try country(code, "countries") }
        for code in profile.languages { try language(code, "languages") }
        try words(profile.countries, "countries")
        try words(profile.regions, "regions")
        try words(profile.languages, "languages")
        try words(profile.verticals, "verticals")
        try words(profile.products, "products")
        try words(profile.technologies, "technologies")
        try words(profile.certifications, "certifications")
        try words(profile.residencies, "residencies")
        try capacity(profile.capacity)
        if profile.rotationWeight > 1_000 { throw invalid("rotation_weight", "must be at most 1000") }
        try money(profile.typicalDealMin, "typical_deal_min")
        try money(profile.typicalDealMax, "typical_deal_max")
        if profile.workingHours.count > listMax { throw invalid("working_hours", "holds more than \(listMax) stretches") }
        for hours in profile.workingHours {
            guard (1...7).contains(hours.weekday), hours.untilMinute <= 1440, hours.fromMinute < hours.untilMinute else {
                throw invalid("working_hours", "needs a weekday of 1 to 7 and from_minute < until_minute <= 1440")
            }
        }
        if !profile.workingHours.isEmpty && profile.timeZone.isEmpty {
            throw Rejection(.missingField, "time_zone is required with working_hours, e.g. Europe/Rome", field: "time_zone")
        }
    }

    private static func capacity(_ capacity: Capacity) throws(Rejection) {
        if capacity.segments.count > 16 { throw invalid("capacity.segments", "holds more than 16 caps") }
        guard (0...amountMax).contains(capacity.floorValueMinorUnitsPerPeriod) else {
            throw invalid("capacity.floor_value_minor_units_per_period", "must be from 0 to \(amountMax)")
        }
        for cap in capacity.segments { try word(cap.value, "capacity.segments.value", required: true) }
    }

    private static func policy(_ policy: Policy) throws(Rejection) {
        if policy.hardRules.count > hardRulesMax { throw invalid("policy.hard_rules", "holds more than \(hardRulesMax) rules") }
        for rule in policy.hardRules { try word(rule.name, "policy.hard_rules.name", required: true) }
        for rate in policy.exchangeRates {
            try currency(rate.currency, "policy.exchange_rates.currency")
            guard rate.rateMicros > 0, rate.rateMicros <= rateMicrosMax else {
                throw invalid("policy.exchange_rates.rate_micros", "must be from 1 to \(rateMicrosMax)")
            }
        }
        try word(policy.name, "policy.name")
        try word(policy.humanQueue, "policy.human_queue")
        if policy.attemptsMax > 100 { throw invalid("policy.attempts_max", "must be at most 100") }
        if policy.minimumConversionBasisPoints > 10_000 { throw invalid("policy.minimum_conversion_basis_points", "must be at most 10000") }
        if policy.priorWinRateBasisPoints > 10_000 { throw invalid("policy.prior_win_rate_basis_points", "must be at most 10000") }
        if policy.periodDays > 3_660 { throw invalid("policy.period_days", "must be at most 3660") }
        try sla(policy.sla, "policy.sla")
        try offers(policy)
        try pilot(policy.pilot)
        guard (0...amountMax).contains(policy.defaultDealValueMinorUnits) else {
            throw invalid("policy.default_deal_value_minor_units", "must be from 0 to \(amountMax)")
        }
        if policy.dealHorizonDays > 3_660 { throw invalid("policy.deal_horizon_days", "must be at most 3660") }
        for category in RetentionCategory.allCases where policy.retention.days(category) > 36_600 {
            throw invalid("policy.retention", "must be at most 36600 days, a century")
        }
        if !policy.approvedBy.isEmpty && !isID(policy.approvedBy) {
            throw invalid("policy.approved_by", "must be an id, [A-Za-z0-9._:-]{1,128}, such as a role's; no name or address")
        }
        if policy.samePersonDays > 3_660 || policy.ownershipDays > 3_660 {
            throw invalid("policy.ownership_days", "and same_person_days must be at most 3660")
        }
    }

    private static func sla(_ sla: SLA, _ field: String) throws(Rejection) {
        if sla.firstResponseMinutes > 525_600 { throw invalid("\(field).first_response_minutes", "must be at most 525600, a year") }
        if sla.firstResponseMinutes > 0 && sla.reminderMinutesBefore >= sla.firstResponseMinutes {
            throw invalid("\(field).reminder_minutes_before", "must be less than first_response_minutes")
        }
    }

    /// What a policy says about offering leads: levels, ladder, floors, lots, review, lawful bases.
    private static func offers(_ policy: Policy) throws(Rejection) {
        if policy.serviceLevels.count > 32 { throw invalid("policy.service_levels", "holds more than 32 levels") }
        for level in policy.serviceLevels {
            try word(level.name, "policy.service_levels.name", required: true)
            try sla(level.sla, "policy.service_levels.sla")
        }
        if policy.escalationLadder.count > 8 { throw invalid("policy.escalation_ladder", "holds more than 8 steps") }
        for step in policy.escalationLadder {
            try word(step.queue, "policy.escalation_ladder.queue", required: true)
            guard (1...525_600).contains(step.afterMinutes) else {
                throw invalid("policy.escalation_ladder.after_minutes", "must be from 1 to 525600, a year")
            }
        }
        if policy.floorPeriodDays > 3_660 { throw invalid("policy.floor_period_days", "must be at most 3660") }
        if policy.coolDownMinutes > 525_600 { throw invalid("policy.cool_down_minutes", "must be at most 525600, a year") }
        if policy.exploration.shareBasisPoints > 10_000 { throw invalid("policy.exploration.share_basis_points", "must be at most 10000") }
        if policy.review.conversionBelowBasisPoints > 10_000 { throw invalid("policy.review.conversion_below_basis_points", "must be at most 10000") }
        for basis in policy.lawfulBases where !["consent", "contract", "legitimate-interest"].contains(basis) {
            throw invalid("policy.lawful_bases", "knows consent, contract and legitimate-interest")
        }
    }

    private static func pilot(_ pilot: Pilot) throws(Rejection) {
        if pilot.arms.isEmpty { return }
        try word(pilot.name, "policy.pilot.name", required: true)
        guard (2...8).contains(pilot.arms.count) else { throw invalid("policy.pilot.arms", "needs 2 to 8 arms") }
        var names: [String] = []
        var share: UInt64 = 0
        for arm in pilot.arms {
            try word(arm.name, "policy.pilot.arms.name", required: true)
            if names.contains(arm.name) { throw invalid("policy.pilot.arms.name", "must differ from arm to arm") }
            names.append(arm.name)
            share += UInt64(arm.shareBasisPoints)
        }
        if share != 10_000 { throw invalid("policy.pilot.arms.share_basis_points", "must sum to 10000") }
    }
}
