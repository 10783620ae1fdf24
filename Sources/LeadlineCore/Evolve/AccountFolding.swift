// What third parties observe about accounts.

extension State {
    mutating func observe(_ fact: IntentObserved, _ account: Digest128?, at stamp: Timestamp) {
        guard let account else { return }
        let index = accounts.indexOrInsert(account)
        if isLogic(2) {
            let signal = IntentSignal(
                topic: vocabulary.learn(fact.topic), observer: vocabulary.learn(fact.observer),
                strengthPercent: UInt8(min(fact.strengthPercent, 100)), firstSeen: fact.firstSeen,
                lastSeen: fact.lastSeen, position: nextPosition)
            accounts.accounts[index].intents.observe(signal, at: stamp)
            return
        }
        accounts.accounts[index].intentTopic = vocabulary.learn(fact.topic)
        accounts.accounts[index].intentStrengthPercent = UInt8(min(fact.strengthPercent, 100))
        accounts.accounts[index].intentFirstSeen = fact.firstSeen
        accounts.accounts[index].intentLastSeen = fact.lastSeen
    }

    mutating func observe(_ fact: FirmographicsObserved, _ account: Digest128?) {
        guard let account else { return }
        let index = accounts.indexOrInsert(account)
        var stated: SourcedFields = []
        if !fact.vertical.isEmpty {
            accounts.accounts[index].vertical = vocabulary.learn(fact.vertical)
            stated.insert(.vertical)
        }
        if !fact.country.isEmpty {
            accounts.accounts[index].country = vocabulary.learn(fact.country)
            stated.insert(.country)
        }
        if fact.employees > 0 {
            accounts.accounts[index].employees = fact.employees
            stated.insert(.employees)
        }
        if let revenue = fact.annualRevenue {
            accounts.accounts[index].revenueMinorUnits = revenue.minorUnits
            stated.insert(.annualRevenue)
        }
        if isLogic(2) { accounts.accounts[index].sources.set(stated, at: nextPosition) }
        noteChance(ofAccount: index)
    }

    mutating func observe(_ fact: TechnographicsObserved, _ account: Digest128?) {
        guard let account else { return }
        let index = accounts.indexOrInsert(account)
        accounts.accounts[index].technologies = fact.technologies.map { vocabulary.learn($0) }
        if isLogic(2) { accounts.accounts[index].sources.set(SourcedFields(.technologies), at: nextPosition) }
        noteChance(ofAccount: index)
    }

    /// What is known of a company with an open lead changed: another may be able to take it.
    private mutating func noteChance(ofAccount index: Int) {
        if accounts.accounts[index].firstOpenLead != LeadTable.nowhere { noteChance() }
    }
}
