import LeadlineCore
import LeadlineSchemas

/// What intake asks of a fact. The limits of single fields stand in the .proto files, from where the JSON Schemas have
/// them too (`Fact.checkLimits`); what must hold between fields stands here.
struct FieldRules {
    static let idBytesMax = FieldLimits.idBytesMax

    /// Ids from outside: `[A-Za-z0-9._:-]{1,128}`.
    static func isID(_ text: String) -> Bool { FieldLimits.isID(text) }

    /// Checks a fact; the rejection names the field as the schema does.
    static func check(_ fact: Fact) throws(Rejection) {
        do { try fact.checkLimits() } catch { throw Rejection(error) }
        switch fact {
        case .programRegistered(let fact): try logicVersion(fact.logicVersion)
        case .logicVersionAdopted(let version): try logicVersion(version)
        case .policyPublished(let fact): try policy(fact.policy)
        case .humanDecisionRecorded(let fact):
            guard case .assign(let partner) = fact.decision else { return }
            do { try FieldLimits().id(partner, "assign_to_partner_id", required: true) } catch {
                throw Rejection(error)
            }
        case .segmentArchived(let fact): try segment(fact)
        case .rejectedRecordsErased(let fact):
            if fact.recordIDs.isEmpty {
                throw Rejection(.missingField, "record_ids is required: which records are erased", field: "record_ids")
            }
        case .partnerUpserted(let profile):
            try workingHours(profile)
            try segments(profile.capacity)
            try deputies(profile)
        case .partnerCapacitySet(let fact): try segments(fact.capacity)
        case .partnerAbsenceSet(let fact):
            if fact.until <= fact.from { throw invalid("until", "must be later than from") }
        case .timeAdvanced, .duplicateReceived:
            throw Rejection(.unknownType, "this message is Leadline's own and cannot be sent")
        case .personsLinked(let pair), .personsUnlinked(let pair):
            if pair.leadID == pair.otherLeadID { throw invalid("other_lead_id", "must name another lead than lead_id") }
        case .leadsUnlinked(let fact), .leadsLinked(let fact): try link(fact)
        case .offerAnswered(let fact): try answer(fact)
        case .commissionShared(let fact): try shares(fact.shares)
        case .partnersMerged(let fact):
            if fact.fromPartnerID == fact.intoPartnerID {
                throw invalid("into_partner_id", "must name another partner than from_partner_id")
            }
        case .ratesPublished(let fact): try rates(fact.rates)
        case .leadDeclined(let fact), .leadReturned(let fact): try ofPartners(fact.reason, "reason")
        case .dealLost(let fact): try ofPartners(fact.reason, "reason")
        case .programProfileSet, .dealClaimed, .claimWithdrawn, .claimDecided, .returnDecided, .processingResumed, .suppressionSet,
            .suppressionLifted, .reviewRequested, .processingRestricted, .processingObjected, .erasureRequested,
            .partnerPaused, .partnerResumed, .partnerRemoved, .partnerAbsenceCancelled, .partnerCommissionTermsSet,
            .intentObserved, .firmographicsObserved, .technographicsObserved, .leadAccepted,
            .firstResponseRecorded, .dealStageChanged, .dealWon, .leadSubmitted, .leadUpdated,
            .leadWithdrawn:
            break
        }
    }

    private static func link(_ fact: LeadLinkStatement) throws(Rejection) {
        if fact.leadID == fact.otherLeadID { throw invalid("other_lead_id", "must name another lead than lead_id") }
        if fact.link == .sameEnquiry && fact.otherLeadID.isEmpty {
            throw Rejection(
                .missingField, "other_lead_id is required: which lead lead_id was, or is, merged into",
                field: "other_lead_id")
        }
    }

    private static func shares(_ shares: [CommissionShare]) throws(Rejection) {
        if isRepeated(shares.map(\.partnerID)) { throw invalid("shares", "must name each partner once") }
        if shares.reduce(0, { $0 + Int($1.basisPoints) }) > 10_000 {
            throw invalid("shares", "must not be more than 10,000 basis points in all")
        }
    }

    private static func rates(_ rates: [ExchangeRate]) throws(Rejection) {
        if rates.isEmpty {
            throw Rejection(.missingField, "rates is required: which currencies, at what rate", field: "rates")
        }
        if isRepeated(rates.map(\.currency)) { throw invalid("rates", "must name each currency once") }
    }

    private static func invalid(_ field: String, _ detail: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(detail)", field: field)
    }

    private static func logicVersion(_ version: UInt32) throws(Rejection) {
        if Logic.knows(version) { return }
        throw invalid(
            "logic_version",
            "must be \(Logic.oldest) to \(Logic.newest) on this instance; for a later one, upgrade it and resubmit")
    }

    /// Whether its hashes are the journal's only the journal's check can say.
    private static func segment(_ fact: SegmentArchived) throws(Rejection) {
        if fact.nextPosition <= fact.firstPosition || fact.nextPosition > UInt64(Int64.max) {
            throw invalid("next_position", "must be larger than first_position, and below 2^63")
        }
    }

    private static func workingHours(_ profile: PartnerProfile) throws(Rejection) {
        for hours in profile.workingHours where hours.fromMinute >= hours.untilMinute {
            throw invalid("working_hours", "needs from_minute < until_minute")
        }
        if !profile.workingHours.isEmpty && profile.timeZone.isEmpty {
            throw Rejection(
                .missingField, "time_zone is required with working_hours, e.g. Europe/Rome", field: "time_zone")
        }
        if !profile.holidayCalendar.isEmpty && profile.workingHours.isEmpty {
            throw Rejection(
                .missingField, "working_hours is required with holiday_calendar: without hours a partner works round the clock",
                field: "working_hours")
        }
    }

    private static func deputies(_ profile: PartnerProfile) throws(Rejection) {
        if isRepeated(profile.deputies) { throw invalid("deputies", "must name each partner once") }
        if profile.deputies.contains(profile.partnerID) {
            throw invalid("deputies", "must name other partners than partner_id")
        }
    }

    private static func policy(_ policy: Policy) throws(Rejection) {
        for rule in policy.hardRules { try predicate(rule.require, "policy.hard_rules.require") }
        for level in policy.serviceLevels { try predicate(level.when, "policy.service_levels.when") }
        for arm in policy.pilot.arms { if let when = arm.when { try predicate(when, "policy.pilot.arms.when") } }
        if let when = policy.negotiation.when { try predicate(when, "policy.negotiation.when") }
        try sla(policy.sla, "policy.sla")
        for level in policy.serviceLevels { try sla(level.sla, "policy.service_levels.sla") }
        try pilot(policy.pilot)
        try returns(policy.returns)
        try negotiation(policy.negotiation)
        if isRepeated(policy.holidayCalendars.map(\.name)) {
            throw invalid("policy.holiday_calendars.name", "must differ from calendar to calendar")
        }
        for step in policy.escalationLadder { try hours(step, policy.holidayCalendars.map(\.name)) }
        try attributes(policy.attributes)
    }

    /// Each name once; a choice has values and nothing else, a number bounds, and a flag neither.
    private static func attributes(_ rules: [AttributeRule]) throws(Rejection) {
        let place = "policy.attributes"
        if isRepeated(rules.map(\.name)) { throw invalid("\(place).name", "must differ from attribute to attribute") }
        for rule in rules {
            if rule.type == .choice && rule.values.isEmpty {
                throw Rejection(.missingField, "\(place).values is required of a choice", field: "\(place).values")
            }
            if rule.type != .choice && !rule.values.isEmpty {
                throw invalid("\(place).values", "has a place beside the type of a choice only")
            }
            if isRepeated(rule.values) { throw invalid("\(place).values", "must name each value once") }
            for (field, bound) in [("at_least", rule.atLeast), ("at_most", rule.atMost)] {
                if rule.type == .number && bound == nil {
                    throw Rejection(.missingField, "\(place).\(field) is required of a number", field: "\(place).\(field)")
                }
                if rule.type != .number && bound != nil {
                    throw invalid("\(place).\(field)", "has a place beside the type of a number only")
                }
            }
            if let least = rule.atLeast, let most = rule.atMost, least > most {
                throw invalid("\(place).at_least", "must not be more than at_most")
            }
        }
    }

    private static func hours(_ step: EscalationStep, _ calendars: [String]) throws(Rejection) {
        let place = "policy.escalation_ladder"
        for hours in step.workingHours where hours.fromMinute >= hours.untilMinute {
            throw invalid("\(place).working_hours", "needs from_minute < until_minute")
        }
        if step.workingHours.isEmpty != step.timeZone.isEmpty {
            let (missing, stated) = step.timeZone.isEmpty ? ("time_zone", "working_hours") : ("working_hours", "time_zone")
            throw Rejection(.missingField, "\(place).\(missing) is required with \(stated)", field: "\(place).\(missing)")
        }
        if step.holidayCalendar.isEmpty { return }
        if step.workingHours.isEmpty {
            throw Rejection(
                .missingField, "\(place).working_hours is required with holiday_calendar", field: "\(place).working_hours")
        }
        if !calendars.contains(step.holidayCalendar) {
            throw invalid("\(place).holiday_calendar", "must be the name of one of policy.holiday_calendars")
        }
    }

    /// Most values that a predicate compares with.
    private static let valuesMax = 512

    /// What a predicate compares countries with is a country. It is no deeper than the schema's reader lets through.
    private static func predicate(_ rule: Predicate, _ field: String) throws(Rejection) {
        switch rule {
        case .all(let rules): for inner in rules { try predicate(inner, "\(field).all") }
        case .any(let rules): for inner in rules { try predicate(inner, "\(field).any") }
        case .not(let inner): try predicate(inner, "\(field).not")
        case .partnerLists(let list, let value):
            try compared(value, isCountry: list == .countries, "\(field).partner_lists.value")
        case .leadIs(let lead, let values):
            if values.count > valuesMax { throw invalid("\(field).lead_is.values", "holds more than \(valuesMax) values") }
            for value in values { try compared(value, isCountry: lead == .country, "\(field).lead_is.values") }
        case .partnerCovers, .leadNumberWithin, .partnerTierAtLeast: break
        }
    }

    private static func compared(_ value: String, isCountry: Bool, _ field: String) throws(Rejection) {
        do {
            if isCountry {
                try FieldLimits().country(value, field, required: true)
            } else {
                try FieldLimits().word(value, field, required: true)
            }
        } catch { throw Rejection(error) }
    }

    private static func segments(_ capacity: Capacity) throws(Rejection) {
        for segment in capacity.segments where segment.leadField == .country {
            try compared(segment.value, isCountry: true, "capacity.segments.value")
        }
    }

    private static func negotiation(_ rule: NegotiationRule) throws(Rejection) {
        let isSet = rule.unattendedBelowMinorUnits != nil || rule.unattendedConversionBasisPoints > 0
        if isSet && rule.approver.isEmpty {
            throw Rejection(
                .missingField, "policy.negotiation.approver is required: who approves what is not left unattended",
                field: "policy.negotiation.approver")
        }
        if isRepeated(rule.enrichment) {
            throw invalid("policy.negotiation.enrichment", "must name each thing once")
        }
    }

    /// Terms are a counter's alone: beside another answer it would not be clear which of the two was meant.
    private static func answer(_ fact: OfferAnswered) throws(Rejection) {
        if fact.answer == .countered && fact.terms == nil {
            throw Rejection(.missingField, "terms is required: what the partner asks for", field: "terms")
        }
        if fact.answer != .countered && fact.terms != nil { throw invalid("terms", "may come with a counter only") }
        if fact.reason != .unspecified && fact.answer != .declined && fact.answer != .countered {
            throw invalid("reason", "may come with a decline or a counter only")
        }
        if fact.reason == .agentStopped && fact.answer != .declined {
            throw invalid("reason", "may say of a decline only that the agent was stopped")
        }
        if isRepeated(fact.terms?.enrichment ?? []) { throw invalid("terms.enrichment", "must name each thing once") }
    }

    /// That its agent was stopped no partner says, and of an offer's answer alone it is said.
    private static func ofPartners(_ reason: RefusalReason, _ field: String) throws(Rejection) {
        if reason == .agentStopped {
            throw invalid(field, "must be one of a partner's own; an agent is stopped by the vendor")
        }
    }

    private static func returns(_ rule: ReturnRule) throws(Rejection) {
        let reasons = "policy.returns.reasons"
        if isRepeated(rule.reasons.map(\.id)) { throw invalid("\(reasons).id", "must differ from reason to reason") }
        for reason in rule.reasons {
            try ofPartners(reason.meaning, "\(reasons).meaning")
            if reason.meaning == .unspecified {
                throw Rejection(
                    .missingField,
                    "\(reasons).meaning is required: which of the fixed reasons '\(reason.id)' stands for",
                    field: "\(reasons).meaning")
            }
            if reason.wordings.isEmpty {
                throw Rejection(
                    .missingField, "\(reasons).wordings is required: what partners read for '\(reason.id)'",
                    field: "\(reasons).wordings")
            }
            if isRepeated(reason.wordings.map(\.language)) {
                throw invalid("\(reasons).wordings.language", "must differ from wording to wording")
            }
        }
    }

    private static func isRepeated(_ texts: [String]) -> Bool { Set(texts).count < texts.count }

    private static func sla(_ sla: SLA, _ field: String) throws(Rejection) {
        if sla.firstResponseMinutes > 0 && sla.reminderMinutesBefore >= sla.firstResponseMinutes {
            throw invalid("\(field).reminder_minutes_before", "must be less than first_response_minutes")
        }
        if !sla.reminders.isEmpty && sla.firstResponseMinutes == 0 {
            throw invalid("\(field).reminders", "need first_response_minutes: they are shares of it")
        }
    }

    private static func pilot(_ pilot: Pilot) throws(Rejection) {
        if pilot.arms.isEmpty { return }
        if pilot.name.isEmpty {
            throw Rejection(.missingField, "policy.pilot.name is required", field: "policy.pilot.name")
        }
        if pilot.arms.count < 2 { throw invalid("policy.pilot.arms", "needs 2 to 8 arms") }
        var names: [String] = []
        var share: UInt64 = 0
        for arm in pilot.arms {
            if names.contains(arm.name) { throw invalid("policy.pilot.arms.name", "must differ from arm to arm") }
            names.append(arm.name)
            share += UInt64(arm.shareBasisPoints)
        }
        if share != 10_000 { throw invalid("policy.pilot.arms.share_basis_points", "must sum to 10000") }
    }
}

extension Rejection {
    /// The rejection of a record for a field that breaks its limit.
    init(_ breach: LimitBreach) {
        let reason: WireRejectionReason =
            switch breach.kind {
            case .missing: .missingField
            case .invalid: .invalidField
            case .controlCharacter: .invalidText
            case .ancient: .ancient
            case .future: .future
            }
        self.init(reason, "\(breach.field) \(breach.detail)", field: breach.field)
    }
}
