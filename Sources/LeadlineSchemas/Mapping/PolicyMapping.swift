// The policy. What a vendor leaves out gets the domain's default, so that an empty policy already routes.

import LeadlineCore

extension Policy: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        value.attemptsMax = 0
        value.priorWinRateBasisPoints = 0
        value.priorStrengthDeals = 0
        value.fitFadeOutcomes = 0
        value.periodDays = 0
        value.defaultDealValueMinorUnits = 0
        value.samePersonDays = 0
        value.ownerFirst = false
        value.ownershipDays = 0
        value.humanQueue = ""
        value.floorPeriodDays = 0
        while let field = try reader.next() { try value.read(field, from: &reader) }
        value.fillDefaults()
        return value
    }

    private mutating func read(_ field: Int, from reader: inout WireReader) throws(WireError) {
        switch field {
        case 1: name = try reader.string("name")
        case 2: hardRules.append(try reader.message("hard_rules"))
        case 3: fitWeights = try reader.message("fit_weights")
        case 4: sla = try reader.message("sla")
        case 5: attemptsMax = try reader.uint32("attempts_max")
        case 6: minimumConversionBasisPoints = try reader.uint32("minimum_conversion_basis_points")
        case 7: priorWinRateBasisPoints = try reader.uint32("prior_win_rate_basis_points")
        case 8: priorStrengthDeals = try reader.uint32("prior_strength_deals")
        case 9: fitFadeOutcomes = try reader.uint32("fit_fade_outcomes")
        case 10: periodDays = try reader.uint32("period_days")
        case 11: periodAnchor = try reader.message("period_anchor")
        case 12: defaultDealValueMinorUnits = try reader.int64("default_deal_value_minor_units")
        case 13: exchangeRates.append(try reader.message("exchange_rates"))
        case 14: samePersonDays = try reader.uint32("same_person_days")
        case 15: ownerFirst = try reader.bool("owner_first")
        case 16: ownershipDays = try reader.uint32("ownership_days")
        case 17: humanQueue = try reader.string("human_queue")
        case 18: dealHorizonDays = try reader.uint32("deal_horizon_days")
        case 19: serviceLevels.append(try reader.message("service_levels"))
        case 20: escalationLadder.append(try reader.message("escalation_ladder"))
        case 21: method = try reader.choice("method")
        case 22: floorPeriodDays = try reader.uint32("floor_period_days")
        case 23: exploration = try reader.message("exploration")
        case 24: pilot = try reader.message("pilot")
        case 25: shadow = try reader.bool("shadow")
        case 26: coolDownMinutes = try reader.uint32("cool_down_minutes")
        case 27: ownershipKeepsTurn = try reader.bool("ownership_keeps_turn")
        case 28: declineKeepsTurn = try reader.bool("decline_keeps_turn")
        case 29: review = try reader.message("review")
        case 30: lawfulBases.append(try reader.string("lawful_bases"))
        case 31: alwaysAssign = try reader.bool("always_assign")
        case 32: retention = try reader.message("retention")
        case 33: approvedBy = try reader.string("approved_by")
        case 34: claims = try reader.message("claims")
        case 35: suspension = try reader.message("suspension")
        case 36: returns = try reader.message("returns")
        case 40: negotiation = try reader.message("negotiation")
        case 50: waiting = try reader.message("waiting")
        case 51: absenceAhead = try reader.choice("absence_ahead")
        case 52: lateAnswerMinutes = try reader.uint32("late_answer_minutes")
        case 56: clawbackDays = try reader.uint32("clawback_days")
        case 60: starvation = try reader.message("starvation")
        case 61: ruleBreak = try reader.choice("rule_break")
        case 62: placesBack = try reader.message("places_back")
        case 63: presence = try reader.choice("presence")
        case 64: holidayCalendars.append(try reader.message("holiday_calendars"))
        case 65: attributes.append(try reader.message("attributes"))
        case 66: undeclaredAttributes = try reader.choice("undeclared_attributes")
        default: try reader.skip()
        }
    }

    /// Gives the domain's default where 0 or nothing cannot have been meant. A fade of 0 is meant: fit
    /// never enters the score.
    private mutating func fillDefaults() {
        let usual = Policy()
        if attemptsMax == 0 { attemptsMax = usual.attemptsMax }
        if priorWinRateBasisPoints == 0 { priorWinRateBasisPoints = usual.priorWinRateBasisPoints }
        if priorStrengthDeals == 0 { priorStrengthDeals = usual.priorStrengthDeals }
        if periodDays == 0 { periodDays = usual.periodDays }
        if defaultDealValueMinorUnits == 0 { defaultDealValueMinorUnits = usual.defaultDealValueMinorUnits }
        if humanQueue.isEmpty { humanQueue = usual.humanQueue }
        if floorPeriodDays == 0 { floorPeriodDays = usual.floorPeriodDays }
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        writer.messages(2, hardRules)
        // Present even if all zero: absent weights and an absent SLA stand for the defaults.
        writer.message(3, fitWeights)
        writer.message(4, sla)
        writer.uint(5, attemptsMax)
        writer.uint(6, minimumConversionBasisPoints)
        writer.uint(7, priorWinRateBasisPoints)
        writer.uint(8, priorStrengthDeals)
        writer.uint(9, fitFadeOutcomes)
        writer.uint(10, periodDays)
        if periodAnchor != .epoch { writer.message(11, periodAnchor) }
        writer.int(12, defaultDealValueMinorUnits)
        writer.messages(13, exchangeRates)
        writer.uint(14, samePersonDays)
        writer.bool(15, ownerFirst)
        writer.uint(16, ownershipDays)
        writer.string(17, humanQueue)
        writer.uint(18, dealHorizonDays)
        writer.messages(19, serviceLevels)
        writer.messages(20, escalationLadder)
        // What a policy says by saying nothing is left out, so that old policies keep their version.
        if method != .bidPrice { writer.choice(21, method) }
        if floorPeriodDays != Policy().floorPeriodDays { writer.uint(22, floorPeriodDays) }
        if exploration != Exploration() { writer.message(23, exploration) }
        if pilot != Pilot() { writer.message(24, pilot) }
        writer.bool(25, shadow)
        writer.uint(26, coolDownMinutes)
        writer.bool(27, ownershipKeepsTurn)
        writer.bool(28, declineKeepsTurn)
        if review != ReviewRule() { writer.message(29, review) }
        writer.strings(30, lawfulBases)
        writer.bool(31, alwaysAssign)
        if retention != RetentionRule() { writer.message(32, retention) }
        writer.string(33, approvedBy)
        if claims != ClaimRule() { writer.message(34, claims) }
        if suspension != SuspensionRule() { writer.message(35, suspension) }
        if returns != ReturnRule() { writer.message(36, returns) }
        if negotiation != NegotiationRule() { writer.message(40, negotiation) }
        if waiting != WaitingRule() { writer.message(50, waiting) }
        if absenceAhead != .passOver { writer.choice(51, absenceAhead) }
        if let lateAnswerMinutes { writer.uint(52, lateAnswerMinutes, always: true) }
        if let clawbackDays { writer.uint(56, clawbackDays, always: true) }
        if let starvation { writer.message(60, starvation) }
        if ruleBreak != .say { writer.choice(61, ruleBreak) }
        if placesBack != PlacesBackRule() { writer.message(62, placesBack) }
        if presence != .ignore { writer.choice(63, presence) }
        writer.messages(64, holidayCalendars)
        writer.messages(65, attributes)
        if undeclaredAttributes != .sealed { writer.choice(66, undeclaredAttributes) }
    }
}

extension FitWeights: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        value.vertical = 0
        value.country = 0
        value.language = 0
        value.dealSize = 0
        value.technologies = 0
        value.winRate = 0
        while let field = try reader.next() {
            switch field {
            case 1: value.vertical = try reader.uint32("vertical")
            case 2: value.country = try reader.uint32("country")
            case 3: value.language = try reader.uint32("language")
            case 4: value.dealSize = try reader.uint32("deal_size")
            case 5: value.technologies = try reader.uint32("technologies")
            case 6: value.winRate = try reader.uint32("win_rate")
            case 7: value.intent = try reader.uint32("intent")
            case 8: value.acceptance = try reader.uint32("acceptance")
            case 9: value.responseTime = try reader.uint32("response_time")
            case 10: value.cycleLength = try reader.uint32("cycle_length")
            case 11: value.mode = try reader.choice("mode")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, vertical)
        writer.uint(2, country)
        writer.uint(3, language)
        writer.uint(4, dealSize)
        writer.uint(5, technologies)
        writer.uint(6, winRate)
        for (field, weight) in [(7, intent), (8, acceptance), (9, responseTime), (10, cycleLength)] {
            if let weight { writer.uint(field, weight, always: true) }
        }
        if mode != .fixed { writer.choice(11, mode) }
    }
}

extension SLA: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        value.firstResponseMinutes = 0
        while let field = try reader.next() {
            switch field {
            case 1: value.firstResponseMinutes = try reader.uint32("first_response_minutes")
            case 2: value.inWorkingHours = try reader.bool("in_working_hours")
            case 3: value.reminderMinutesBefore = try reader.uint32("reminder_minutes_before")
            case 4: value.reminders.append(try reader.message("reminders"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, firstResponseMinutes)
        writer.bool(2, inWorkingHours)
        writer.uint(3, reminderMinutesBefore)
        writer.messages(4, reminders)
    }
}
