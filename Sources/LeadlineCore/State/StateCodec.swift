// The canonical bytes of a state. Their SHA-256 is the state hash; a snapshot is these bytes.

extension State {
    /// Format of the bytes below: a logic version that remembers more writes more, and the bytes of older ones stay.
    static func format(logic version: UInt32) -> UInt32 { version + 2 }

    /// The whole state, in one exact form: equal states give equal bytes.
    public func canonicalBytes() -> [UInt8] {
        var w = StateWriter(capacity: 4_096 + size * 192, logicVersion: logicVersion)
        w.put(Self.format(logic: logicVersion))
        w.put(nextPosition)
        w.put(lastStamp)
        w.put(logicVersion)
        w.put(currency)
        w.put(Int64(reviewsOpen))
        w.put(undecidedTies)
        w.put(policyVersion)
        w.put(each: vocabulary.words.dropFirst()) { $0.put($1) }
        w.put(optional: policy) { $1.write(to: &$0) }
        partners.write(to: &w)
        leads.write(to: &w)
        w.put(each: accounts.accounts) { $1.write(to: &$0) }
        tallies.write(to: &w)
        if isLogic(2) {
            records.write(to: &w)
            months.write(to: &w)
            fitModel.write(to: &w)
        }
        w.put(each: values.known) { $0.put($1) }
        model.write(to: &w)
        prices.write(to: &w)
        turns.write(to: &w)
        lots.write(to: &w)
        w.put(each: seen.queue) { w, seen in
            w.put(seen.queuedAt)
            w.put(seen.event)
            w.put(seen.content)
            w.put(seen.at)
        }
        w.put(waiting.nextTicket)
        w.put(each: waiting.tickets) { w, ticket in
            w.put(ticket)
            if let waiting = waiting[ticket] { waiting.write(to: &w) }
        }
        w.put(each: archived.items) { w, item in
            w.put(item.at)
            w.put(item.element)
        }
        if isLogic(2) { retention.write(to: &w) }
        if isLogic(4) {
            persons.write(to: &w)
            suppressions.write(to: &w)
        }
        if isLogic(5) {
            claims.write(to: &w)
            suspensions.write(to: &w)
            returns.write(to: &w)
            sources.write(to: &w)
        }
        if isLogic(6) { offers.write(to: &w) }
        if isLogic(7) {
            again.write(to: &w)
            taken.write(to: &w)
            money.write(to: &w)
            rates.write(to: &w)
            starvation.write(to: &w)
            ruleBreaks.write(to: &w)
            waitingCost.write(to: &w)
            w.put(each: stepZones) { w, zone in
                w.put(zone.name)
                zone.rules.write(to: &w)
            }
            handOvers.write(to: &w)
            partners.writeAliases(to: &w)
        }
        return w.bytes
    }

    /// The state that gave these bytes.
    public init(canonicalBytes: [UInt8]) throws(StateBytesError) {
        var r = StateReader(canonicalBytes)
        let format: UInt32 = try r.get()
        self.init()
        nextPosition = try r.get()
        lastStamp = try r.timestamp()
        logicVersion = try r.get()
        guard Logic.knows(logicVersion),
            format == Self.format(logic: logicVersion)
        else { throw .unknownFormat(format) }
        r.logicVersion = logicVersion
        currency = try r.string()
        reviewsOpen = Int(try r.get(Int64.self))
        undecidedTies = try r.get()
        policyVersion = try r.string()
        let words = try r.each { (r) throws(StateBytesError) in try r.string() }
        for word in words { _ = vocabulary.learn(word) }
        guard vocabulary.words.count == words.count + 1 else { throw .invalid(at: r.at) }
        policy = try r.optional { (r) throws(StateBytesError) in try Policy(from: &r) }
        compileHardRules()
        partners = try PartnerTable(from: &r, currency: currency, &vocabulary)
        compileHolidays()
        leads = try LeadTable(from: &r)
        accounts = AccountTable(accounts: ContiguousArray(
            try r.each { (r) throws(StateBytesError) in try AccountTable.Account(from: &r) }))
        let companies = accounts.accounts
        guard companies.indices.allSatisfy({ accounts.index(of: companies[$0].pseudonym) == $0 }) else {
            throw .invalid(at: r.at)
        }
        tallies = try OutcomeTallies(from: &r)
        if isLogic(2) {
            records = try PartnerRecords(from: &r)
            months = try MonthlyTallies(from: &r)
            fitModel = try FitWeightModel(from: &r)
            guard records.partners.count == partners.count else { throw .invalid(at: r.at) }
        } else {
            for _ in 0..<partners.count { records.addPartner() }
        }
        for key in try r.each({ (r) throws(StateBytesError) in try r.get(UInt32.self) }) { values.restore(key) }
        model = try WinModel(
            from: &r, settings: .withSegments(logic: logicVersion, hasProfiles: partners.haveProfiles),
            hasPrior: policy != nil, partners: partners.count, values: values.idEnd)
        guard model.slotCount == LeadSlot.count(logic: logicVersion) else { throw .invalid(at: r.at) }
        prices = try BidPrices(from: &r)
        guard prices.use.count == partners.count, prices.recent.bids.allSatisfy({ $0.partner < partners.count }) else {
            throw .invalid(at: r.at)
        }
        turns = try TurnTable(from: &r)
        lots = try Lots(from: &r)
        for _ in 0..<(try r.count()) {
            let queuedAt = try r.timestamp()
            let event = try r.digest()
            seen.restore(.init(event: event, content: try r.get(), at: try r.timestamp(), queuedAt: queuedAt))
        }
        waiting = WaitingOutcomes(nextTicket: try r.get())
        for _ in 0..<(try r.count()) {
            let ticket: UInt32 = try r.get()
            guard waiting[ticket] == nil else { throw .invalid(at: r.at) }
            waiting.restore(try .init(from: &r), ticket: ticket)
        }
        for _ in 0..<(try r.count()) {
            let at = try r.timestamp()
            let digest: UInt64 = try r.get()
            archived.append(digest, at: at)
            archivedIDs.insert(digest)
        }
        if isLogic(2) { retention = try RetentionQueue(from: &r) }
        if isLogic(4) {
            persons = try PersonTable(from: &r)
            suppressions = try SuppressionTable(from: &r)
        }
        if isLogic(5) {
            claims = try ClaimTable(from: &r, partners: partners.count)
            suspensions = try SuspensionTable(from: &r, partners: partners.count)
            returns = try ReturnTable(from: &r, partners: partners.count)
            sources = try SourceTable(from: &r)
        }
        if isLogic(6) { offers = try OfferTable(from: &r, partners: partners.count, leads: leads) }
        if isLogic(7) {
            again = try WaitingLeads(from: &r)
            taken = try TakenPlaces(from: &r, partners: partners.count, leads: leads.leads.count)
            money = try DealMoney(from: &r)
            rates = try RateTable(from: &r)
            starvation = try StarvationTable(from: &r, partners: partners.count, slots: leads.leads.count)
            ruleBreaks = try RuleBreakTable(from: &r, slots: leads.leads.count)
            waitingCost = try WaitingCost(from: &r, slots: leads.leads.count)
            stepZones = try r.each { (r) throws(StateBytesError) in
                NamedTimeZone(name: try r.string(), rules: try TimeZoneRules(from: &r))
            }
            handOvers = try HandOverTable(from: &r, slots: leads.leads.count, partners: partners.count)
            try partners.readAliases(from: &r)
            try rebuildPersonLinks(r.at)
        }
        guard r.isAtEnd else { throw .invalid(at: r.at) }
        try check(r.at)
        for slot in offers.slots {
            for open in offers[Int(slot)]?.open ?? [] { partners.offered[Int(open.partner)] += 1 }
        }
        rebuildAgenda()
    }

    /// The agenda follows from leads and waiting outcomes.
    private mutating func rebuildAgenda() {
        for slot in leads.leads.indices where leads.leads[slot].hasTimer {
            agenda.add(.lead, UInt32(slot), at: leads.leads[slot].dueAt)
        }
        for slot in leads.leads.indices where leads.leads[slot].hasReminder {
            agenda.add(.reminder, UInt32(slot), at: leads.leads[slot].remindAt)
        }
        for ticket in waiting.tickets {
            guard let outcome = waiting[ticket] else { continue }
            agenda.add(.outcomeExpiry, ticket, at: outcome.until)
            if let arrival = leads.arrival(of: outcome.leadID) { agenda.add(.deliverOutcome, ticket, at: arrival) }
        }
        for claim in claims.all { agenda.add(.claim, claim.ticket, at: claim.until) }
        for (partner, until) in suspensions.suspended { agenda.add(.suspension, UInt32(partner), at: until) }
        for one in returns.waiting { agenda.add(.returnCredit, one.ticket, at: one.until) }
        for slot in leads.leads.indices where leads.leads[slot].marks.contains(.awaitsPartner) {
            again.insert(UInt32(slot))
        }
        if again.lookAt < .distantFuture { agenda.add(.waiting, 0, at: again.lookAt) }
        if rates.nextFrom < .distantFuture { agenda.add(.rates, 0, at: rates.nextFrom) }
        if starvation.lookAt < .distantFuture { agenda.add(.starvation, 0, at: starvation.lookAt) }
        for slot in ruleBreaks.slots {
            if let pending = ruleBreaks[Int(slot)] { agenda.add(.ruleBreak, slot, at: pending.at) }
        }
        for slot in handOvers.slots {
            if let pending = handOvers[Int(slot)] { agenda.add(.handOver, slot, at: pending.at) }
        }
        for partner in handOvers.partners {
            if let begin = handOvers.absence(of: Int(partner)) { agenda.add(.absence, partner, at: begin) }
        }
    }
}

// MARK: - Leads and accounts

extension LeadTable {
    func write(to w: inout StateWriter) {
        w.put(each: leads) { $1.write(to: &$0) }
        w.put(each: freeSlots) { $0.put($1) }
        w.put(each: closed.items) { w, item in
            w.put(item.at)
            w.put(item.element)
        }
        w.put(Int64(openCount))
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        let leads = ContiguousArray(try r.each { (r) throws(StateBytesError) in try Lead(from: &r) })
        let free: [UInt32] = try r.each { (r) throws(StateBytesError) in try r.get() }
        var closed = TimedQueue<UInt32>()
        for _ in 0..<(try r.count()) {
            let at = try r.timestamp()
            closed.append(try r.get(), at: at)
        }
        guard Self.isWhole(leads.count, free: free, closed: closed) else { throw .invalid(at: r.at) }
        self.init(leads: leads, free: free, closed: closed, openCount: Int(try r.get(Int64.self)))
        let isFree = free.reduce(into: BitRow()) { $0[Int($1)] = true }
        // An id leads to one lead.
        guard leads.indices.allSatisfy({ isFree[$0] || ownSlot(of: leads[$0].id) == UInt32($0) }) else {
            throw .invalid(at: r.at)
        }
    }
}

extension LeadTable.Lead {
    func write(to w: inout StateWriter) {
        w.put(id)
        w.put(subject)
        w.put(each: technologies) { $0.put($1) }
        w.put(each: requiredCertifications) { $0.put($1) }
        w.put(each: tried) { $0.put($1) }
        w.put(valueMinorUnits)
        w.put(submittedAt)
        w.put(assignedAt)
        w.put(dueAt)
        w.put(account)
        w.put(link)
        w.put(holder)
        w.put(employees)
        w.put(attempt)
        for word in LeadWord.first { w.put(words[word]) }
        w.put(currency)
        w.put(learnedVertical)
        w.put(lawfulBasis.rawValue)
        w.put(status.rawValue)
        w.put(flags.rawValue)
        w.put(dueCause.rawValue)
        w.put(learnedBand)
        w.put(award)
        w.put(remindAt)
        w.put(each: turn.words) { $0.put($1) }
        w.put(rung)
        if w.logicVersion < 2 { return }
        w.put(statedAt)
        restated.write(to: &w)
        w.put(learnedMinorUnits)
        w.put(strideMicros)
        for word in LeadWord.later where w.logicVersion >= word.sinceLogic { w.put(words[word]) }
        if w.logicVersion >= 4 { w.put(each: recipients) { $0.put($1) } }
        if w.logicVersion < 5 { return }
        w.put(each: laterReminders) { $0.put($1) }
        w.put(reminderCount)
        w.put(countedSource)
        w.put(badDataReturns)
        w.put(declineKeepsTurn)
        w.put(severedAccount)
        w.put(marks.rawValue)
        place.write(to: &w)
        if w.logicVersion < 6 { return }
        w.put(agreedBasisPoints)
        w.put(offersMade)
        if w.logicVersion < 7 { return }
        w.put(accruedMinorUnits)
        w.put(wonBasisPoints)
        w.put(each: missed) { w, one in
            w.put(one.partner)
            w.put(one.assignedAt)
            w.put(one.dueAt)
        }
        w.put(personLink)
        w.put(chancesSeen)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(id: try r.string())
        subject = try r.digest()
        technologies = try r.each { (r) throws(StateBytesError) in try r.get() }
        requiredCertifications = try r.each { (r) throws(StateBytesError) in try r.get() }
        tried = try r.each { (r) throws(StateBytesError) in try r.get() }
        valueMinorUnits = try r.get()
        submittedAt = try r.timestamp()
        assignedAt = try r.timestamp()
        dueAt = try r.timestamp()
        account = try r.get()
        link = try r.get()
        holder = try r.get()
        employees = try r.get()
        attempt = try r.get()
        for word in LeadWord.first { words[word] = try r.get() }
        currency = try r.get()
        learnedVertical = try r.get()
        lawfulBasis = try r.raw()
        status = try r.raw()
        flags = .init(rawValue: try r.get())
        dueCause = try r.raw()
        learnedBand = try r.get()
        award = try r.get()
        remindAt = try r.timestamp()
        turn = BitRow(words: try r.each { (r) throws(StateBytesError) in try r.get() })
        rung = try r.get()
        if r.logicVersion < 2 { return }
        statedAt = try r.get()
        restated = try FieldSources(from: &r)
        learnedMinorUnits = try r.get()
        strideMicros = try r.get()
        for word in LeadWord.later where r.logicVersion >= word.sinceLogic { words[word] = try r.get() }
        if r.logicVersion >= 4 { recipients = try r.each { (r) throws(StateBytesError) in try r.get() } }
        if r.logicVersion < 5 { return }
        laterReminders = try r.each { (r) throws(StateBytesError) in try r.timestamp() }
        reminderCount = try r.get()
        countedSource = try r.get()
        badDataReturns = try r.get()
        declineKeepsTurn = try r.bool()
        severedAccount = try r.get()
        marks = .init(rawValue: try r.get())
        place = try CountedPlace(from: &r)
        if r.logicVersion < 6 { return }
        agreedBasisPoints = try r.get()
        offersMade = try r.get()
        if r.logicVersion < 7 { return }
        accruedMinorUnits = try r.get()
        wonBasisPoints = try r.get()
        missed = try r.each { (r) throws(StateBytesError) in
            LeadTable.Missed(partner: try r.get(), assignedAt: try r.timestamp(), dueAt: try r.timestamp())
        }
        personLink = try r.get()
        chancesSeen = try r.get()
    }
}

extension AccountTable.Account {
    func write(to w: inout StateWriter) {
        w.put(pseudonym)
        w.put(each: technologies) { $0.put($1) }
        w.put(revenueMinorUnits)
        if w.logicVersion < 2 {
            w.put(intentFirstSeen)
            w.put(intentLastSeen)
        }
        w.put(ownedUntil)
        w.put(owner)
        w.put(ownedThrough)
        w.put(firstOpenLead)
        w.put(employees)
        w.put(vertical)
        w.put(country)
        if w.logicVersion < 2 {
            w.put(intentTopic)
            w.put(intentStrengthPercent)
            return
        }
        intents.write(to: &w)
        sources.write(to: &w)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(pseudonym: try r.digest())
        technologies = try r.each { (r) throws(StateBytesError) in try r.get() }
        revenueMinorUnits = try r.get()
        if r.logicVersion < 2 {
            intentFirstSeen = try r.timestamp()
            intentLastSeen = try r.timestamp()
        }
        ownedUntil = try r.timestamp()
        owner = try r.get()
        ownedThrough = try r.get()
        firstOpenLead = try r.get()
        employees = try r.get()
        vertical = try r.get()
        country = try r.get()
        if r.logicVersion < 2 {
            intentTopic = try r.get()
            intentStrengthPercent = try r.get()
            return
        }
        intents = try IntentSignals(from: &r)
        sources = try FieldSources(from: &r)
    }
}

// MARK: - Outcomes

extension Tally {
    func write(to w: inout StateWriter) {
        w.put(won)
        w.put(lost)
        w.put(cycleDays)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(won: try r.get(), lost: try r.get(), cycleDays: try r.get())
    }
}

extension EngagementTally {
    func write(to w: inout StateWriter) {
        for count in [taken, declined, inTime, missed] { w.put(count) }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(taken: try r.get(), declined: try r.get(), inTime: try r.get(), missed: try r.get())
    }
}

extension OutcomeTallies {
    func write(to w: inout StateWriter) {
        program.write(to: &w)
        w.put(each: partners) { $1.write(to: &$0) }
        w.put(each: verticals) { w, column in
            w.put(column.code)
            w.put(each: column.tallies) { $1.write(to: &$0) }
        }
        w.put(each: bands) { w, column in w.put(each: column) { $1.write(to: &$0) } }
        w.put(each: largestWonMinorUnits) { $0.put($1) }
        if w.logicVersion >= 7 { w.put(each: largestArchivedMinorUnits) { $0.put($1) } }
        w.put(each: engagement) { $1.write(to: &$0) }
        programEngagement.write(to: &w)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        func column(_ r: inout StateReader) throws(StateBytesError) -> [Tally] {
            try r.each { (r) throws(StateBytesError) in try Tally(from: &r) }
        }
        self.init(
            program: try Tally(from: &r), partners: try column(&r),
            verticals: try r.each { (r) throws(StateBytesError) in (try r.get(), try column(&r)) },
            bands: try r.each { (r) throws(StateBytesError) in try column(&r) },
            largestWonMinorUnits: try r.each { (r) throws(StateBytesError) in try r.get() },
            largestArchivedMinorUnits: r.logicVersion < 7
                ? nil : try r.each { (r) throws(StateBytesError) in try r.get() },
            engagement: try r.each { (r) throws(StateBytesError) in try EngagementTally(from: &r) },
            programEngagement: try EngagementTally(from: &r))
    }
}

extension WaitingOutcomes.Waiting {
    func write(to w: inout StateWriter) {
        w.put(position)
        w.put(leadID)
        w.put(imported)
        w.put(until)
        if w.logicVersion >= 7 {
            w.put(optional: times.receivedAt) { $0.put($1) }
            w.put(optional: times.ownTime) { $0.put($1) }
        }
        switch fact {
        case .leadAccepted(let fact): put(kind: 0, partner: fact.partnerID, to: &w)
        case .leadDeclined(let fact): put(kind: 1, fact, to: &w)
        case .leadReturned(let fact): put(kind: 6, fact, to: &w)
        case .firstResponseRecorded(let fact): put(kind: 2, partner: fact.partnerID, text: fact.channel, to: &w)
        case .dealStageChanged(let fact): put(kind: 3, partner: fact.partnerID, text: fact.stage, to: &w)
        case .dealWon(let fact): put(kind: 4, partner: fact.partnerID, amount: fact.amount, to: &w)
        case .dealLost(let fact): put(kind: 5, partner: fact.partnerID, reason: fact.reason.rawValue, to: &w)
        default: preconditionFailure("only outcomes wait for leads")
        }
    }

    private func put(kind: UInt8, _ fact: PartnerRefusal, to w: inout StateWriter) {
        put(kind: kind, partner: fact.partnerID, text: fact.reasonID, reason: fact.reason.rawValue, to: &w)
    }

    private func put(
        kind: UInt8, partner: String, text: String = "", amount: Money? = nil, reason: UInt8 = 0,
        to w: inout StateWriter
    ) {
        w.put(kind)
        w.put(partner)
        w.put(text)
        w.put(optional: amount) { $1.write(to: &$0) }
        w.put(reason)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        position = try r.get()
        leadID = try r.string()
        imported = try r.bool()
        until = try r.timestamp()
        if r.logicVersion >= 7 {
            times.receivedAt = try r.optional { (r) throws(StateBytesError) in try r.timestamp() }
            times.ownTime = try r.optional { (r) throws(StateBytesError) in try r.timestamp() }
        }
        let kind: UInt8 = try r.get()
        let partner = try r.string()
        let text = try r.string()
        let amount = try r.optional { (r) throws(StateBytesError) in try Money(from: &r) }
        let reason: RefusalReason = try r.raw()
        switch kind {
        case 0: fact = .leadAccepted(.init(leadID: leadID, partnerID: partner))
        case 1: fact = .leadDeclined(.init(leadID: leadID, partnerID: partner, reason: reason, reasonID: text))
        case 2: fact = .firstResponseRecorded(.init(leadID: leadID, partnerID: partner, channel: text))
        case 3: fact = .dealStageChanged(.init(leadID: leadID, partnerID: partner, stage: text))
        case 4: fact = .dealWon(.init(leadID: leadID, partnerID: partner, amount: amount))
        case 5: fact = .dealLost(.init(leadID: leadID, partnerID: partner, reason: reason))
        case 6: fact = .leadReturned(.init(leadID: leadID, partnerID: partner, reason: reason, reasonID: text))
        default: throw .invalid(at: r.at)
        }
    }
}

extension Money {
    func write(to w: inout StateWriter) {
        w.put(minorUnits)
        w.put(currency)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(minorUnits: try r.get(), currency: try r.string())
    }
}
