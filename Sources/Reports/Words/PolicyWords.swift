public import LeadlineCore

/// A whole policy in words: each of its fields is in a line, whether it is set or not.
public struct PolicyWords: Sendable {
    /// A line with the schema's fields that it tells.
    public struct Line: Sendable, Equatable {
        /// Fields as "Message.field", e.g. "Policy.method".
        public var fields: [String]
        /// What they say.
        public var text: String

        /// Fields without a message are the policy's own.
        fileprivate init(_ fields: String..., text: String) { self.init(all: fields, text: text) }

        fileprivate init(all fields: [String], text: String) {
            self.fields = fields.map { $0.unicodeScalars.contains(".") ? $0 : "Policy.\($0)" }
            self.text = text
        }
    }

    private let policy: Policy
    private let currency: String

    /// - Parameter currency: the program's.
    public init(_ policy: Policy, currency: String) {
        self.policy = policy
        self.currency = currency
    }

    /// All of it.
    public var lines: [Line] {
        var lines = [name, approver, method, shadow]
        lines += rules
        lines += [minimum, reserve, owners, ownersTurn, declinersTurn, lots]
        lines += pilot
        lines += [fit, fitMode, fade, prior, worth, rates, periods, floors, promise, attempts, coolDown]
        lines += levels
        lines += [presence] + holidays
        lines += [ahead, lateAnswers, clawback, queue]
        lines += ladder
        lines += [waiting]
        return lines + [review, bases, samePerson, horizon, claims, suspension, starvation, ruleBreak, placesBack, returns, offers, approval, retention]
            + attributes + [undeclared]
    }

    private func money(_ minorUnits: Int64) -> String { MoneyText.exact(minorUnits, currency) }
    private func share(_ basisPoints: UInt32) -> String { NumberText.percent(basisPoints: basisPoints) }
    private func days(_ count: UInt32) -> String { CountText.of(count, "day") }
    private func minutes(_ count: UInt32) -> String { CountText.of(count, "minute") }

    // MARK: Whom it chooses, and how

    private var name: Line { Line("name", text: "name: \(policy.name.isEmpty ? "none" : policy.name)") }

    private var approver: Line {
        Line("approved_by", text: "approved by: \(policy.approvedBy.isEmpty ? "nobody is named" : policy.approvedBy)")
    }

    private var method: Line { Line("method", text: "chooses by: \(DecisionReasonWords.method(policy.method))") }

    private var shadow: Line {
        let text =
            policy.shadow
            ? "shadow mode: every lead goes to the human queue, with what Leadline would do"
            : "not in shadow mode: what it decides takes effect"
        return Line("shadow", text: text)
    }

    private var rules: [Line] {
        if policy.hardRules.isEmpty { return [Line("hard_rules", text: "no hard rules")] }
        return policy.hardRules.map { rule in
            Line("hard_rules", "HardRule.name", "HardRule.require", text: "hard rule \(RuleWords.rule(rule))")
        }
    }

    private var minimum: Line {
        let least = policy.minimumConversionBasisPoints
        let text =
            least == 0
            ? "no minimum conversion"
            : "minimum conversion: a partner with an estimated conversion below \(share(least)) is out"
        return Line("minimum_conversion_basis_points", text: text)
    }

    private var reserve: Line {
        let text =
            policy.alwaysAssign
            ? "a lead goes to a partner as long as one has a place, even if later leads are expected to be worth more"
            : "where every place left is expected to bring more with a later lead, a human gets this one"
        return Line("always_assign", text: text)
    }

    private var owners: Line {
        let time = days(policy.ownershipDays)
        let text =
            policy.ownerFirst
            ? "the owner of an account gets its next leads; a won deal makes an owner for \(time)"
            : "owners of accounts have no precedence (a won deal would make an owner for \(time))"
        return Line("owner_first", "ownership_days", text: text)
    }

    private var ownersTurn: Line {
        let text =
            policy.ownershipKeepsTurn
            ? "a lead by ownership leaves the partner's turn as it was" : "a lead by ownership uses up the partner's turn"
        return Line("ownership_keeps_turn", text: text)
    }

    private var declinersTurn: Line {
        let text =
            policy.declineKeepsTurn ? "a partner that declines gets its turn back" : "a partner that declines has had its turn"
        return Line("decline_keeps_turn", text: text)
    }

    private var lots: Line {
        let (part, most) = (policy.exploration.shareBasisPoints, policy.exploration.leadsPerPeriodMax)
        let limit = most == 0 ? "however many they are" : "at most \(CountText.grouped(most)) a period"
        let text = part == 0 && most == 0 ? "no lead goes by lot" : "\(share(part)) of leads go by lot, \(limit)"
        return Line("exploration", "Exploration.share_basis_points", "Exploration.leads_per_period_max", text: text)
    }

    private var pilot: [Line] {
        let name = policy.pilot.name.isEmpty ? "no pilot" : "pilot \(policy.pilot.name)"
        if policy.pilot.arms.isEmpty { return [Line("pilot", "Pilot.name", "Pilot.arms", text: "\(name): no arms")] }
        let head = Line("pilot", "Pilot.name", text: policy.pilot.name.isEmpty ? "a pilot without a name" : name)
        return [head] + policy.pilot.arms.map(arm)
    }

    private func arm(_ arm: PilotArm) -> Line {
        let condition = arm.when.map { "; first of all those for which \(RuleWords.requirement($0))" } ?? ""
        let text = "pilot arm \(arm.name): \(DecisionReasonWords.method(arm.method)), \(share(arm.shareBasisPoints)) of leads"
        return Line(
            "Pilot.arms", "PilotArm.name", "PilotArm.method", "PilotArm.share_basis_points", "PilotArm.when",
            text: text + condition)
    }

    // MARK: What it weighs

    private var fit: Line {
        let weights = policy.fitWeights
        let stated: [(String, UInt32)] = [
            ("vertical", weights.vertical), ("country", weights.country), ("language", weights.language),
            ("deal size", weights.dealSize), ("technologies", weights.technologies), ("win rate", weights.winRate),
        ]
        let later: [(String, UInt32?)] = [
            ("intent", weights.intent), ("acceptance", weights.acceptance), ("response time", weights.responseTime),
            ("cycle length", weights.cycleLength),
        ]
        let usual = "a fortieth of the first six together"
        let parts = stated.map { "\($0.0) \($0.1)" } + later.map { "\($0.0) \($0.1.map { "\($0)" } ?? usual)" }
        return Line(
            "fit_weights", "FitWeights.vertical", "FitWeights.country", "FitWeights.language", "FitWeights.deal_size",
            "FitWeights.technologies", "FitWeights.win_rate", "FitWeights.intent", "FitWeights.acceptance",
            "FitWeights.response_time", "FitWeights.cycle_length",
            text: "weights of fit: \(parts.joined(separator: ", "))")
    }

    private var fitMode: Line {
        let text =
            switch policy.fitWeights.mode {
            case .fixed: "the weights of fit stay as stated"
            case .learned: "the weights of fit start as stated and follow what partners accept, decline and leave lying"
            }
        return Line("FitWeights.mode", text: text)
    }

    private var fade: Line {
        let count = CountText.grouped(policy.fitFadeOutcomes)
        return Line(
            "fit_fade_outcomes", text: "fit counts with the exponent n / (n + closed deals), where n is \(count)")
    }

    private var prior: Line {
        let (rate, weight) = (share(policy.priorWinRateBasisPoints), CountText.of(policy.priorStrengthDeals, "deal"))
        return Line(
            "prior_win_rate_basis_points", "prior_strength_deals",
            text: "before anything is learned \(rate) of deals are taken to be won, which weighs as much as \(weight)")
    }

    private var worth: Line {
        let value = money(policy.defaultDealValueMinorUnits)
        return Line(
            "default_deal_value_minor_units", text: "a lead without a deal value is taken to be worth \(value)")
    }

    private var rates: Line {
        let rates = policy.exchangeRates.map { rate in
            "1 minor unit of \(rate.currency) is \(NumberText.fixed(Double(rate.rateMicros) / 1_000_000, 6)) of \(currency)"
        }
        let text =
            rates.isEmpty
            ? "no exchange rates: a lead in another currency goes to a human"
            : "exchange rates: \(rates.joined(separator: ", "))"
        return Line("exchange_rates", "ExchangeRate.currency", "ExchangeRate.rate_micros", text: text)
    }

    private var periods: Line {
        let start = TimeText.utc(policy.periodAnchor)
        return Line(
            "period_days", "period_anchor", text: "caps count periods of \(days(policy.periodDays)) from \(start) on")
    }

    private var floors: Line {
        Line("floor_period_days", text: "floors count periods of \(days(policy.floorPeriodDays))")
    }

    // MARK: What it promises

    private var promise: Line {
        Line(
            "sla", "Sla.first_response_minutes", "Sla.in_working_hours", "Sla.reminder_minutes_before", "Sla.reminders",
            "ReminderRule.after_basis_points",
            text: "first response: \(promise(policy.sla))")
    }

    private func promise(_ sla: SLA) -> String {
        let hours = sla.inWorkingHours ? "of the partner's working time" : "round the clock"
        let within = sla.firstResponseMinutes == 0 ? "no deadline" : "within \(minutes(sla.firstResponseMinutes)) \(hours)"
        let shares = sla.reminders.map { "once \(share($0.afterBasisPoints)) of the time has passed" }
        let before = sla.reminderMinutesBefore == 0 ? [] : ["\(minutes(sla.reminderMinutesBefore)) before the deadline"]
        let reminders = (shares + before).joined(separator: " and ")
        return within + (reminders.isEmpty ? ", no reminder" : ", reminded \(reminders)")
    }

    private var attempts: Line {
        let most = CountText.of(max(policy.attemptsMax, 1), "partner")
        return Line("attempts_max", text: "a lead is offered to at most \(most), then a human gets it")
    }

    private var coolDown: Line {
        let text =
            policy.coolDownMinutes == 0
            ? "a missed deadline costs a partner no time"
            : "after a missed deadline a partner gets no leads for \(minutes(policy.coolDownMinutes))"
        return Line("cool_down_minutes", text: text)
    }

    private var presence: Line {
        let text =
            switch policy.presence {
            case .ignore: "whether a partner is at work when a lead comes does not matter"
            case .prefer: "what waiting until a partner is at work costs is taken off its expected value"
            case .hold:
                "what waiting until a partner is at work costs is taken off its expected value; a lead that nobody at work "
                    + "could get is held"
            }
        return Line("presence", text: text)
    }

    private var holidays: [Line] {
        if policy.holidayCalendars.isEmpty { return [Line("holiday_calendars", text: "no holidays: working hours hold on every day")] }
        return policy.holidayCalendars.map { calendar in
            let dates = calendar.dates.sorted()
            let span = dates.count > 1 ? "from \(dates[0]) to \(dates[dates.count - 1])" : dates.first.map { "on \($0)" } ?? ""
            let count = dates.isEmpty ? "no day without work" : "\(days(UInt32(clamping: dates.count))) without work \(span)"
            let whom = calendar.countries.isEmpty
                ? "for whom it is named"
                : "for whom it is named, and for partners that serve \(calendar.countries.joined(separator: " or ")) alone and name none"
            return Line(
                "holiday_calendars", "HolidayCalendar.name", "HolidayCalendar.countries", "HolidayCalendar.dates",
                text: "holiday calendar \(calendar.name): \(count), \(whom)")
        }
    }

    private var attributes: [Line] {
        if policy.attributes.isEmpty { return [Line("attributes", text: "no attribute of the vendor's own stands in clear")] }
        return policy.attributes.map { rule in
            Line(
                "attributes", "AttributeRule.name", "AttributeRule.type", "AttributeRule.values", "AttributeRule.at_least",
                "AttributeRule.at_most",
                text: "the vendor's own attribute \(rule.name) stands in clear as \(rule.valuesText)")
        }
    }

    private var undeclared: Line {
        let text =
            switch policy.undeclaredAttributes {
            case .sealed: "any other attribute of the vendor's own is sealed with the person's data"
            case .refused: "a message with any other attribute of the vendor's own, or another value of these, is refused"
            }
        return Line("undeclared_attributes", text: text)
    }

    private var ahead: Line {
        let text =
            switch policy.absenceAhead {
            case .passOver: "a partner that goes away before the response is due is passed over"
            case .runOn: "the time for a response runs on while the partner is away"
            case .stop: "a promise in working time stops while the partner is away"
            case .deputies:
                "a partner that goes away before the response is due is passed over; what it has not answered when it goes "
                    + "away goes to its first deputy that can take it"
            }
        return Line("absence_ahead", text: text)
    }

    private var lateAnswers: Line {
        let late = policy.lateAnswerMinutes ?? 1_440
        let text =
            late == 0
            ? "no answer is credited once its deadline has passed"
            : "an answer in time by its own clock is credited up to \(minutes(late)) after the deadline"
        return Line("late_answer_minutes", text: text)
    }

    private var clawback: Line {
        let text =
            policy.clawbackDays.map {
                "commission is taken back when a deal is lost or reduced within \(days($0)) of being won, and stands then"
            } ?? "commission is taken back whenever a deal is corrected"
        return Line("clawback_days", text: text)
    }

    private var levels: [Line] {
        if policy.serviceLevels.isEmpty { return [Line("service_levels", text: "no service levels besides")] }
        return policy.serviceLevels.map { level in
            let condition = RuleWords.requirement(level.when)
            return Line(
                "service_levels", "ServiceLevel.name", "ServiceLevel.when", "ServiceLevel.sla",
                text: "service level \(level.name), where \(condition): \(promise(level.sla))")
        }
    }

    // MARK: When a human decides, and about whom

    private var queue: Line { Line("human_queue", text: "human queue: \(policy.humanQueue)") }

    private var ladder: [Line] {
        if policy.escalationLadder.isEmpty {
            return [Line("escalation_ladder", text: "a lead stays in the human queue until somebody takes it")]
        }
        return policy.escalationLadder.map { step in
            Line(
                "escalation_ladder", "EscalationStep.queue", "EscalationStep.after_minutes", "EscalationStep.working_hours",
                "EscalationStep.time_zone", "EscalationStep.holiday_calendar",
                text: "after \(minutes(step.afterMinutes)) untaken\(hours(step)) a lead moves on to the queue \(step.queue)")
        }
    }

    /// When the minutes of a step count; nothing for round the clock.
    private func hours(_ step: EscalationStep) -> String {
        if step.workingHours.isEmpty { return "" }
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        func clock(_ minute: UInt16) -> String {
            let (hour, rest) = (minute / 60, minute % 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
        }
        // Days with the same hours stand together.
        var stretches: [(days: [String], time: String)] = []
        for hours in step.workingHours where 1...7 ~= hours.weekday {
            let (day, time) = (names[Int(hours.weekday) - 1], "\(clock(hours.fromMinute)) to \(clock(hours.untilMinute))")
            if let index = stretches.firstIndex(where: { $0.time == time }) {
                stretches[index].days.append(day)
            } else {
                stretches.append(([day], time))
            }
        }
        let times = stretches.map { "\($0.days.joined(separator: ", ")) \($0.time)" }.joined(separator: "; ")
        let holidays = step.holidayCalendar.isEmpty ? "" : ", without the holidays of \(step.holidayCalendar)"
        return ", counted \(times), \(step.timeZone)\(holidays),"
    }

    private var waiting: Line {
        let most = policy.waiting.offersPerMinuteMax ?? 10
        let text =
            most == 0
            ? "a lead that came to the human queue for want of a partner stays there"
            : "a lead in the human queue for want of a partner is offered again once there is one, at most \(CountText.of(most, "lead")) a minute"
        return Line("waiting", "WaitingRule.offers_per_minute_max", text: text)
    }

    private var review: Line {
        var rules: [String] = []
        if let least = policy.review.dealValueAtLeastMinorUnits { rules.append("of at least \(money(least))") }
        let chance = policy.review.conversionBelowBasisPoints
        if chance > 0 { rules.append("whose partner has a conversion below \(share(chance))") }
        let quality = policy.review.sourceQualityBelowBasisPoints
        if quality > 0 { rules.append("of a source whose quality is below \(share(quality))") }
        let text =
            rules.isEmpty
            ? "no lead is kept for a human to decide"
            : "a human decides about leads \(rules.joined(separator: ", and about leads "))"
        return Line(
            "review", "ReviewRule.deal_value_at_least_minor_units", "ReviewRule.conversion_below_basis_points",
            "ReviewRule.source_quality_below_basis_points", text: text)
    }

    private var bases: Line {
        let accepted = policy.lawfulBases.joined(separator: ", ")
        return Line(
            "lawful_bases",
            text: accepted.isEmpty ? "no list of lawful bases besides the hard rules" : "lawful bases accepted: \(accepted)")
    }

    private var samePerson: Line {
        let text =
            policy.samePersonDays == 0
            ? "a second lead of the same person stands by itself"
            : "an open lead of the same person absorbs a new one for \(days(policy.samePersonDays)), unless they are of two companies"
        return Line("same_person_days", text: text)
    }

    private var horizon: Line {
        let text =
            policy.dealHorizonDays == 0
            ? "a deal of which nobody says how it ended stays open"
            : "a deal of which nobody says how it ended is lost \(days(policy.dealHorizonDays)) after its assignment"
        return Line("deal_horizon_days", text: text)
    }

    private var claims: Line {
        let rule = policy.claims
        let deciding =
            rule.approval == .byRule
            ? "what nothing stands against is in force at once, about the rest a person decides"
            : "a person decides about each"
        return Line(
            "claims", "ClaimRule.protected_days", "ClaimRule.approval", "ClaimRule.answer_days",
            "ClaimRule.claims_per_partner_max",
            text: rule.protectedDays == 0
                ? "partners' claims on accounts are not taken"
                : "a partner's claim on an account is in force for \(days(rule.protectedDays)); \(deciding), within "
                    + "\(days(rule.waitingDays)); at most \(CountText.of(rule.mostPerPartner, "claim")) a partner")
    }

    private var suspension: Line {
        let rule = policy.suspension
        let held = rule.movesLeads
            ? "what it holds and has not responded to is routed again" : "what it holds stays with it"
        return Line(
            "suspension", "SuspensionRule.missed_deadlines", "SuspensionRule.within_days",
            "SuspensionRule.suspended_days", "SuspensionRule.moves_leads",
            text: rule.missedDeadlines == 0
                ? "no partner is suspended for missed deadlines"
                : "a partner that misses \(CountText.of(rule.missedDeadlines, "deadline")) within "
                    + "\(days(rule.windowDays)) gets no leads for \(days(rule.lastsDays)); \(held)")
    }

    private var starvation: Line {
        let fields = [
            "starvation", "StarvationRule.floor_after_basis_points", "StarvationRule.idle_days",
            "StarvationRule.share_basis_points", "StarvationRule.share_leads_min",
        ]
        guard let rule = policy.starvation else {
            return Line(all: fields, text: "nothing is said of partners that get too little, nor of one that gets too much")
        }
        let floors = rule.floorAfter == 0 ? nil : "whose floor will be missed, once \(share(rule.floorAfter)) of its period has passed"
        let idle = rule.idle == 0 ? nil : "that got nothing for \(days(rule.idle))"
        let much = rule.share == 0 ? nil : "that got more than \(share(rule.share)) of a period's leads, from "
            + "\(CountText.of(rule.shareFrom, "lead")) on"
        let said = [floors, idle, much].compactMap { $0 }
        return Line(
            all: fields, text: said.isEmpty ? "no partner is announced for its share of leads" : "a partner is announced \(said.joined(separator: ", or "))")
    }

    private var ruleBreak: Line {
        let text =
            switch policy.ruleBreak {
            case .say: "a lead whose partner breaks a hard rule since a fact changed stays, and that is said"
            case .reroute: "a lead whose partner breaks a hard rule since a fact changed is routed again, unless it is in touch"
            case .escalate: "a human gets a lead whose partner breaks a hard rule since a fact changed, unless it is in touch"
            }
        return Line("rule_break", text: text)
    }

    private var placesBack: Line {
        let rule = policy.placesBack
        let kinds = [(rule.declined, "that it declines"), (rule.expired, "that it leaves unanswered"), (rule.withdrawn, "that the vendor withdraws")]
        let gone = kinds.filter(\.0).map(\.1).joined(separator: ", and ")
        return Line(
            "places_back", "PlacesBackRule.declined", "PlacesBackRule.expired", "PlacesBackRule.withdrawn",
            text: gone.isEmpty
                ? "every lead that a partner got counts for its period, whatever became of it"
                : "a lead \(gone) counts for the partner's period no more")
    }

    private var returns: Line {
        let rule = policy.returns
        let reasons = rule.reasons.map { reason in
            let wordings = reason.wordings.map { "\($0.language) \"\($0.text)\"" }.joined(separator: ", ")
            return "\(reason.id) (\(DecisionReasonWords.refusal(reason.meaning) ?? "no meaning"): \(wordings))"
        }
        let named = reasons.isEmpty ? "no return reasons of the vendor's own" : "return reasons \(reasons.joined(separator: ", "))"
        let credit =
            rule.creditsPerPeriodMax == 0
            ? "a return for bad data brings no credit"
            : "\(CountText.of(rule.creditsPerPeriodMax, "return")) for bad data a period give a partner its turn and "
                + "place back, and past them a person decides, within \(days(rule.waitingDays))"
        return Line(
            "returns", "ReturnRule.reasons", "ReturnReason.id", "ReturnReason.meaning", "ReturnReason.wordings",
            "ReasonWording.language", "ReasonWording.text", "ReturnRule.credits_per_period_max",
            "ReturnRule.answer_days", text: "\(named); \(credit)")
    }

    private var offers: Line {
        let rule = policy.negotiation
        let fields = [
            "NegotiationRule.rounds", "NegotiationRule.asked_at_once", "NegotiationRule.answer_millis",
            "NegotiationRule.fallback", "NegotiationRule.commission_max_basis_points",
            "NegotiationRule.promise_max_minutes", "NegotiationRule.enrichment",
            "NegotiationRule.hour_cost_basis_points", "NegotiationRule.when",
        ]
        if rule.rounds == 0 { return Line(all: ["negotiation"] + fields, text: "leads are assigned without an offer before") }
        let asked = "\(CountText.of(rule.rounds, "round")) of offers, each to \(CountText.of(rule.asked, "partner")) at once"
        let wait = "answered within \(CountText.of(Int(rule.answerMicros / 1_000), "millisecond"))"
        let granted = "a counter may ask for a commission up to \(share(rule.commissionMaxBasisPoints)), a promise up to "
            + minutes(rule.promiseMaxMinutes)
            + (rule.enrichment.isEmpty ? "" : " and \(rule.enrichment.joined(separator: ", "))")
            + "; an hour more costs \(share(rule.hourCostBasisPoints)) of the expected value"
        let last = rule.fallback == .escalate ? "then a human decides" : "then the lead is assigned without one"
        let whom = rule.when.map { ", where \(RuleWords.requirement($0))" } ?? ""
        return Line(all: ["negotiation"] + fields, text: "\(asked)\(whom), \(wait); \(granted); \(last)")
    }

    private var approval: Line {
        let rule = policy.negotiation
        let fields = [
            "negotiation", "NegotiationRule.approver", "NegotiationRule.unattended_below_minor_units",
            "NegotiationRule.unattended_conversion_basis_points",
        ]
        if rule.approver.isEmpty { return Line(all: fields, text: "what a partner agrees to needs no approval") }
        let spared = rule.unattendedBelowMinorUnits.map {
            ", but for deals below \(money($0)) whose partner has a conversion of at least "
                + share(rule.unattendedConversionBasisPoints)
        }
        return Line(all: fields, text: "\(rule.approver) approves what a partner agrees to\(spared ?? "")")
    }

    private var retention: Line {
        func kept(_ count: UInt32) -> String { count == 0 ? "without a limit" : "for \(days(count))" }
        let rule = policy.retention
        return Line(
            "retention", "RetentionRule.closed_deal_days", "RetentionRule.other_lead_days",
            "RetentionRule.dead_letter_days",
            text: "sealed data is kept \(kept(rule.closedDealDays)) after a deal was won or lost, "
                + "\(kept(rule.otherLeadDays)) after a lead was closed otherwise, "
                + "\(kept(rule.deadLetterDays)) in rejected records")
    }
}
