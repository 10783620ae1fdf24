// Canonical bytes of policies.

extension Policy {
    func write(to w: inout StateWriter) {
        w.put(name)
        w.put(each: hardRules) { w, rule in
            w.put(rule.name)
            rule.require.write(to: &w)
        }
        for weight in [
            fitWeights.vertical, fitWeights.country, fitWeights.language, fitWeights.dealSize, fitWeights.technologies,
            fitWeights.winRate, sla.firstResponseMinutes, attemptsMax, minimumConversionBasisPoints,
            priorWinRateBasisPoints, priorStrengthDeals, fitFadeOutcomes, periodDays, samePersonDays, ownershipDays,
            dealHorizonDays, floorPeriodDays, coolDownMinutes,
        ] { w.put(weight) }
        w.put(sla.inWorkingHours)
        w.put(sla.reminderMinutesBefore)
        w.put(ownerFirst)
        w.put(periodAnchor)
        w.put(defaultDealValueMinorUnits)
        w.put(each: exchangeRates) { w, rate in
            w.put(rate.currency)
            w.put(rate.rateMicros)
        }
        w.put(humanQueue)
        w.put(each: serviceLevels) { w, level in
            w.put(level.name)
            level.when.write(to: &w)
            w.put(level.sla.firstResponseMinutes)
            w.put(level.sla.inWorkingHours)
            w.put(level.sla.reminderMinutesBefore)
        }
        w.put(each: escalationLadder) { w, step in
            w.put(step.queue)
            w.put(step.afterMinutes)
        }
        w.put(method.rawValue)
        w.put(exploration.shareBasisPoints)
        w.put(exploration.leadsPerPeriodMax)
        w.put(pilot.name)
        w.put(each: pilot.arms) { w, arm in
            w.put(arm.name)
            w.put(arm.method.rawValue)
            w.put(arm.shareBasisPoints)
            w.put(optional: arm.when) { $1.write(to: &$0) }
        }
        w.put(shadow)
        w.put(ownershipKeepsTurn)
        w.put(declineKeepsTurn)
        w.put(optional: review.dealValueAtLeastMinorUnits) { $0.put($1) }
        w.put(review.conversionBelowBasisPoints)
        w.put(each: lawfulBases) { $0.put($1) }
        w.put(alwaysAssign)
        if w.logicVersion < 2 { return }
        for weight in [fitWeights.intent, fitWeights.acceptance, fitWeights.responseTime, fitWeights.cycleLength] {
            w.put(optional: weight) { $0.put($1) }
        }
        w.put(fitWeights.mode.rawValue)
        w.put(retention.closedDealDays)
        w.put(retention.otherLeadDays)
        w.put(retention.deadLetterDays)
        w.put(approvedBy)
        if w.logicVersion < 5 { return }
        w.put(claims.protectedDays)
        w.put(claims.approval.rawValue)
        w.put(claims.answerDays)
        w.put(claims.claimsPerPartnerMax)
        w.put(suspension.missedDeadlines)
        w.put(suspension.withinDays)
        w.put(suspension.suspendedDays)
        w.put(suspension.movesLeads)
        returns.write(to: &w)
        w.put(review.sourceQualityBelowBasisPoints)
        for sla in [sla] + serviceLevels.map(\.sla) { w.put(each: sla.reminders) { $0.put($1.afterBasisPoints) } }
        if w.logicVersion >= 6 { negotiation.write(to: &w) }
        if w.logicVersion < 7 { return }
        w.put(optional: waiting.offersPerMinuteMax) { $0.put($1) }
        w.put(absenceAhead.rawValue)
        w.put(optional: lateAnswerMinutes) { $0.put($1) }
        w.put(optional: clawbackDays) { $0.put($1) }
        w.put(optional: starvation) { $1.write(to: &$0) }
        w.put(ruleBreak.rawValue)
        w.put(placesBack.declined)
        w.put(placesBack.expired)
        w.put(placesBack.withdrawn)
        w.put(presence.rawValue)
        w.put(each: holidayCalendars) { w, calendar in
            w.put(calendar.name)
            w.put(each: calendar.countries) { $0.put($1) }
            w.put(each: calendar.dates) { $0.put($1) }
        }
        for step in escalationLadder {
            w.put(each: step.workingHours) { $1.write(to: &$0) }
            w.put(step.timeZone)
            w.put(step.holidayCalendar)
        }
        if w.logicVersion >= 8 { writeAttributes(to: &w) }
    }

    private func writeAttributes(to w: inout StateWriter) {
        w.put(each: attributes) { w, rule in
            w.put(rule.name)
            w.put(rule.type.rawValue)
            w.put(each: rule.values) { $0.put($1) }
            w.put(optional: rule.atLeast) { $0.put($1) }
            w.put(optional: rule.atMost) { $0.put($1) }
        }
        w.put(undeclaredAttributes.rawValue)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init()
        name = try r.string()
        hardRules = try r.each { (r) throws(StateBytesError) in
            HardRule(name: try r.string(), require: try Predicate(from: &r, depth: 0))
        }
        fitWeights.vertical = try r.get()
        fitWeights.country = try r.get()
        fitWeights.language = try r.get()
        fitWeights.dealSize = try r.get()
        fitWeights.technologies = try r.get()
        fitWeights.winRate = try r.get()
        sla.firstResponseMinutes = try r.get()
        attemptsMax = try r.get()
        minimumConversionBasisPoints = try r.get()
        priorWinRateBasisPoints = try r.get()
        priorStrengthDeals = try r.get()
        fitFadeOutcomes = try r.get()
        periodDays = try r.get()
        samePersonDays = try r.get()
        ownershipDays = try r.get()
        dealHorizonDays = try r.get()
        floorPeriodDays = try r.get()
        coolDownMinutes = try r.get()
        sla.inWorkingHours = try r.bool()
        sla.reminderMinutesBefore = try r.get()
        ownerFirst = try r.bool()
        periodAnchor = try r.timestamp()
        defaultDealValueMinorUnits = try r.get()
        exchangeRates = try r.each { (r) throws(StateBytesError) in
            ExchangeRate(currency: try r.string(), rateMicros: try r.get())
        }
        humanQueue = try r.string()
        serviceLevels = try r.each { (r) throws(StateBytesError) in
            var level = ServiceLevel(name: try r.string(), when: try Predicate(from: &r, depth: 0), sla: SLA())
            level.sla.firstResponseMinutes = try r.get()
            level.sla.inWorkingHours = try r.bool()
            level.sla.reminderMinutesBefore = try r.get()
            return level
        }
        escalationLadder = try r.each { (r) throws(StateBytesError) in
            EscalationStep(queue: try r.string(), afterMinutes: try r.get())
        }
        method = try r.raw()
        exploration.shareBasisPoints = try r.get()
        exploration.leadsPerPeriodMax = try r.get()
        pilot.name = try r.string()
        pilot.arms = try r.each { (r) throws(StateBytesError) in
            PilotArm(
                name: try r.string(), method: try r.raw(), shareBasisPoints: try r.get(),
                when: try r.optional { (r) throws(StateBytesError) in try Predicate(from: &r, depth: 0) })
        }
        shadow = try r.bool()
        ownershipKeepsTurn = try r.bool()
        declineKeepsTurn = try r.bool()
        review.dealValueAtLeastMinorUnits = try r.optional { (r) throws(StateBytesError) in try r.get() }
        review.conversionBelowBasisPoints = try r.get()
        lawfulBases = try r.each { (r) throws(StateBytesError) in try r.string() }
        alwaysAssign = try r.bool()
        if r.logicVersion < 2 { return }
        fitWeights.intent = try r.optional { (r) throws(StateBytesError) in try r.get() }
        fitWeights.acceptance = try r.optional { (r) throws(StateBytesError) in try r.get() }
        fitWeights.responseTime = try r.optional { (r) throws(StateBytesError) in try r.get() }
        fitWeights.cycleLength = try r.optional { (r) throws(StateBytesError) in try r.get() }
        fitWeights.mode = try r.raw()
        retention.closedDealDays = try r.get()
        retention.otherLeadDays = try r.get()
        retention.deadLetterDays = try r.get()
        approvedBy = try r.string()
        if r.logicVersion < 5 { return }
        claims.protectedDays = try r.get()
        claims.approval = try r.raw()
        claims.answerDays = try r.get()
        claims.claimsPerPartnerMax = try r.get()
        suspension.missedDeadlines = try r.get()
        suspension.withinDays = try r.get()
        suspension.suspendedDays = try r.get()
        suspension.movesLeads = try r.bool()
        returns = try ReturnRule(from: &r)
        review.sourceQualityBelowBasisPoints = try r.get()
        sla.reminders = try Self.reminders(from: &r)
        for level in serviceLevels.indices { serviceLevels[level].sla.reminders = try Self.reminders(from: &r) }
        if r.logicVersion >= 6 { negotiation = try NegotiationRule(from: &r) }
        if r.logicVersion < 7 { return }
        waiting.offersPerMinuteMax = try r.optional { (r) throws(StateBytesError) in try r.get() }
        absenceAhead = try r.raw()
        lateAnswerMinutes = try r.optional { (r) throws(StateBytesError) in try r.get() }
        clawbackDays = try r.optional { (r) throws(StateBytesError) in try r.get() }
        starvation = try r.optional { (r) throws(StateBytesError) in try StarvationRule(from: &r) }
        ruleBreak = try r.raw()
        placesBack.declined = try r.bool()
        placesBack.expired = try r.bool()
        placesBack.withdrawn = try r.bool()
        presence = try r.raw()
        holidayCalendars = try r.each { (r) throws(StateBytesError) in
            HolidayCalendar(
                name: try r.string(), countries: try r.each { (r) throws(StateBytesError) in try r.string() },
                dates: try r.each { (r) throws(StateBytesError) in try r.string() })
        }
        for index in escalationLadder.indices {
            escalationLadder[index].workingHours = try r.each { (r) throws(StateBytesError) in
                try WorkingHours(from: &r)
            }
            escalationLadder[index].timeZone = try r.string()
            escalationLadder[index].holidayCalendar = try r.string()
        }
        if r.logicVersion >= 8 { try readAttributes(from: &r) }
    }

    private mutating func readAttributes(from r: inout StateReader) throws(StateBytesError) {
        attributes = try r.each { (r) throws(StateBytesError) in
            AttributeRule(
                name: try r.string(), type: try r.raw(),
                values: try r.each { (r) throws(StateBytesError) in try r.string() },
                atLeast: try r.optional { (r) throws(StateBytesError) in try r.get() },
                atMost: try r.optional { (r) throws(StateBytesError) in try r.get() })
        }
        undeclaredAttributes = try r.raw()
    }

    private static func reminders(from r: inout StateReader) throws(StateBytesError) -> [ReminderRule] {
        try r.each { (r) throws(StateBytesError) in ReminderRule(afterBasisPoints: try r.get()) }
    }
}

extension StarvationRule {
    func write(to w: inout StateWriter) {
        for number in [floorAfterBasisPoints, idleDays, shareBasisPoints] { w.put(optional: number) { $0.put($1) } }
        w.put(shareLeadsMin)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        floorAfterBasisPoints = try r.optional { (r) throws(StateBytesError) in try r.get() }
        idleDays = try r.optional { (r) throws(StateBytesError) in try r.get() }
        shareBasisPoints = try r.optional { (r) throws(StateBytesError) in try r.get() }
        shareLeadsMin = try r.get()
    }
}

extension ReturnRule {
    func write(to w: inout StateWriter) {
        w.put(each: reasons) { w, reason in
            w.put(reason.id)
            w.put(reason.meaning.rawValue)
            w.put(each: reason.wordings) { w, wording in
                w.put(wording.language)
                w.put(wording.text)
            }
        }
        w.put(creditsPerPeriodMax)
        w.put(answerDays)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        reasons = try r.each { (r) throws(StateBytesError) in
            ReturnReason(
                id: try r.string(), meaning: try r.raw(),
                wordings: try r.each { (r) throws(StateBytesError) in
                    ReasonWording(language: try r.string(), text: try r.string())
                })
        }
        creditsPerPeriodMax = try r.get()
        answerDays = try r.get()
    }
}

extension NegotiationRule {
    func write(to w: inout StateWriter) {
        for number in [
            rounds, askedAtOnce, answerMillis, commissionMaxBasisPoints, promiseMaxMinutes, hourCostBasisPoints,
            unattendedConversionBasisPoints,
        ] { w.put(number) }
        w.put(fallback.rawValue)
        w.put(each: enrichment) { $0.put($1) }
        w.put(optional: when) { $1.write(to: &$0) }
        w.put(approver)
        w.put(optional: unattendedBelowMinorUnits) { $0.put($1) }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        rounds = try r.get()
        askedAtOnce = try r.get()
        answerMillis = try r.get()
        commissionMaxBasisPoints = try r.get()
        promiseMaxMinutes = try r.get()
        hourCostBasisPoints = try r.get()
        unattendedConversionBasisPoints = try r.get()
        fallback = try r.raw()
        enrichment = try r.each { (r) throws(StateBytesError) in try r.string() }
        when = try r.optional { (r) throws(StateBytesError) in try Predicate(from: &r, depth: 0) }
        approver = try r.string()
        unattendedBelowMinorUnits = try r.optional { (r) throws(StateBytesError) in try r.get() }
    }
}

extension Predicate {
    func write(to w: inout StateWriter) {
        switch self {
        case .all(let parts):
            w.put(UInt8(1))
            w.put(each: parts) { $1.write(to: &$0) }
        case .any(let parts):
            w.put(UInt8(2))
            w.put(each: parts) { $1.write(to: &$0) }
        case .not(let part):
            w.put(UInt8(3))
            part.write(to: &w)
        case .partnerCovers(let field, let list):
            w.put(UInt8(4))
            w.put(field.rawValue)
            w.put(list.rawValue)
        case .partnerLists(let list, let value):
            w.put(UInt8(5))
            w.put(list.rawValue)
            w.put(value)
        case .leadIs(let field, let values):
            w.put(UInt8(6))
            w.put(field.rawValue)
            w.put(each: values) { $0.put($1) }
        case .leadNumberWithin(let number, let least, let most):
            w.put(UInt8(7))
            w.put(number.rawValue)
            w.put(optional: least) { $0.put($1) }
            w.put(optional: most) { $0.put($1) }
        case .partnerTierAtLeast(let tier):
            w.put(UInt8(8))
            w.put(tier)
        }
    }

    init(from r: inout StateReader, depth: Int) throws(StateBytesError) {
        guard depth < Predicate.depthMax + 1 else { throw .invalid(at: r.at) }
        func parts(_ r: inout StateReader) throws(StateBytesError) -> [Predicate] {
            try r.each { (r) throws(StateBytesError) in try Predicate(from: &r, depth: depth + 1) }
        }
        switch try r.get(UInt8.self) {
        case 1: self = .all(try parts(&r))
        case 2: self = .any(try parts(&r))
        case 3: self = .not(try Predicate(from: &r, depth: depth + 1))
        case 4: self = .partnerCovers(try r.raw(), try r.raw())
        case 5: self = .partnerLists(try r.raw(), value: try r.string())
        case 6: self = .leadIs(try r.raw(), values: try r.each { (r) throws(StateBytesError) in try r.string() })
        case 7:
            self = .leadNumberWithin(
                try r.raw(), atLeast: try r.optional { (r) throws(StateBytesError) in try r.get() },
                atMost: try r.optional { (r) throws(StateBytesError) in try r.get() })
        case 8: self = .partnerTierAtLeast(try r.get())
        default: throw .invalid(at: r.at)
        }
    }
}
