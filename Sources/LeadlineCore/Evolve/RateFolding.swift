// Rates that are published by themselves, and those that amounts are counted by. Since logic version 7.

extension State {
    /// The rate of a currency that holds: as published by itself, else as the policy says; nil where nobody says one,
    /// and of the program's own.
    func rate(of currency: String) -> RateUsed? {
        if currency == self.currency { return nil }
        if let rate = rates.rate(of: currency) { return rate.used }
        return policy?.exchangeRates.first { $0.currency == currency }?.used
    }

    /// The rate by which a lead's own value is counted; nil where it needs none, and before logic version 7.
    func rateUsed(_ lead: LeadTable.Lead) -> RateUsed? {
        isLogic(7) && lead.currency != Vocabulary.none ? rate(of: vocabulary.word(lead.currency)) : nil
    }

    mutating func publish(_ fact: RatesPublished) {
        guard isLogic(7) else { return }
        let next = rates.with(fact, position: nextPosition, at: lastStamp)
        if next.rates.count > RateTable.countMax || next.says(theSameAs: rates) { return }
        let isNew = !next.holds(theSameAs: rates)
        rates = next
        planRates()
        if isNew { noteRates() }
    }

    /// A date has passed from which rates hold.
    mutating func takeDueRates(_ through: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .rates else { return }
        rates.pass(to: item.at)
        planRates()
        noteRates()
    }

    private mutating func planRates() {
        if rates.nextFrom < .distantFuture { agenda.add(.rates, 0, at: rates.nextFrom) }
    }

    /// Other rates hold: leads are worth other amounts, and one without a rate may have one.
    private mutating func noteRates() {
        prices.isStale = true
        noteChance()
    }
}

extension Decision {
    func ratesPublished(_ state: State, _ fact: RatesPublished) -> [Event] {
        guard state.isLogic(7) else { return disregard("", .logicTooOld) }
        let next = state.rates.with(fact, position: state.nextPosition, at: stamp)
        if next.rates.count > RateTable.countMax { return disregard("", .tooManyRates) }
        return next.says(theSameAs: state.rates) ? disregard("", .noChange) : []
    }
}
