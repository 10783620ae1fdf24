// The policy in force, and what follows from it.

extension State {
    /// The program starts; a second registration changes nothing.
    mutating func register(_ fact: ProgramRegistered) {
        if isRegistered { return }
        currency = fact.currency
        adopt(logic: fact.logicVersion)
    }

    mutating func adopt(_ fact: PolicyPublished, zones: [NamedTimeZone]) {
        let before = policy
        policy = fact.policy.known(toLogic: logicVersion)
        policyVersion = fact.version
        if isLogic(2) { adopt(fact.policy.retention, before: before?.retention ?? RetentionRule()) }
        compileHardRules()
        compileHolidays()
        keepZones(zones)
        recount(before: before)
        lots.adopt(fact.version, at: nextPosition)
        prices.isStale = true
        if isLogic(2) { fitModel.follow(fact.policy.fitWeights.shares(logic: 2)) }
        model.setPrior(
            rate: min(max(Double(fact.policy.priorWinRateBasisPoints) / 10_000, 0.0001), 0.9999),
            strength: Double(max(fact.policy.priorStrengthDeals, 1)))
        noteChance()
        watchStarvation(before: before?.starvation)
        if isLogic(7) { planDeputies() }
    }

    /// Looks up anew, in the policy's calendars, on which days each partner does not work.
    mutating func compileHolidays() {
        holidays = HolidayTable(policy?.holidayCalendars ?? [])
        for partner in 0..<partners.count {
            partners.holidays[partner] = holidays.days(of: partners.profiles[partner])
        }
    }

    /// Keeps the rules of the zones that the ladder names: those that came with the policy, else those known before.
    private mutating func keepZones(_ zones: [NamedTimeZone]) {
        var kept: [NamedTimeZone] = []
        for step in policy?.escalationLadder ?? [] where !kept.contains(where: { $0.name == step.timeZone }) {
            if let zone = (zones + stepZones).first(where: { $0.name == step.timeZone }) { kept.append(zone) }
        }
        stepZones = kept
    }

    mutating func compileHardRules() {
        hardRules = (policy?.hardRules ?? []).map { CompiledRule($0, &vocabulary) }
        armRules = (policy?.pilot.arms ?? []).map { arm in
            arm.when.map { CompiledRule(HardRule(name: arm.name, require: $0), &vocabulary) }
        }
        offered = policy?.negotiation.when.map { CompiledRule(name: "", $0, &vocabulary) }
        serviceLevels = (policy?.serviceLevels ?? []).map { CompiledRule(name: $0.name, $0.when, &vocabulary) }
        lawfulBases = (policy?.lawfulBases ?? []).map { vocabulary.learn($0) }
    }
}
