// Folding: the only code that changes a state. Recovery runs it over recorded events and never decides again.

extension State {
    /// Folds one entry: the input, then each of its events, in order.
    public mutating func fold(_ input: Input, _ events: [Event], at stamp: Timestamp) {
        evolve(input, at: stamp)
        if events.contains(where: { $0.evaluated != nil }) { workOutPrices(at: stamp) }
        for event in events { evolve(event, at: stamp) }
        // Last, so that the leads the decision was made on are there when its events are folded.
        archiveClosedLeads(at: stamp)
        dropStaleAgenda()
        nextPosition += 1
    }

    /// Folds an input: facts about the program, partners and accounts; that a lead or an outcome came.
    mutating func evolve(_ input: Input, at stamp: Timestamp) {
        lastStamp = stamp
        if Self.day(stamp) > model.day { model.advance(to: Int(Self.day(stamp))) }
        seen.forget(at: stamp, most: 4)
        if let event = input.eventDigest {
            if case .duplicateReceived = input.fact {} else { seen.remember(event, content: input.contentDigest, at: stamp) }
        }
        switch input.fact {
        case .programRegistered(let fact):
            if !isRegistered {
                currency = fact.currency
                adopt(logic: fact.logicVersion)
            }
        case .policyPublished(let fact): adopt(fact)
        case .logicVersionAdopted(let version): adopt(logic: version)
        case .leadSubmitted(let fact): insert(fact, input, at: stamp)
        case .leadUpdated(let fact): update(fact)
        case .processingRestricted(let fact): restrict(fact.leadID)
        case .intentObserved(let fact): observe(fact, input.account, at: stamp)
        case .firmographicsObserved(let fact): observe(fact, input.account)
        case .technographicsObserved(let fact): observe(fact, input.account)
        case .timeAdvanced(let through):
            if let ended = retentionEnded(through: through) { end(ended) } else { takeDueOutcome(through) }
        case .erasureRequested(let fact):
            if let slot = leads.slot(of: fact.leadID) { retention.remove(leads.leads[slot].subject) }
        case .leadAccepted, .leadDeclined, .firstResponseRecorded, .dealStageChanged, .dealWon, .dealLost:
            fold(outcome: input.fact, imported: input.imported)
        case .partnerUpserted(let profile): upsert(profile, input.timeZone)
        case .partnerCapacitySet(let fact): ifPartner(fact.partnerID) {
                $0.partners.setCapacity($0.known(fact.capacity), at: $1, &$0.vocabulary)
                $0.prices.isStale = true
            }
        case .partnerPaused(let fact): ifPartner(fact.partnerID, becomes: .paused) { $0.leave($1, .paused, .partnerPaused, at: stamp) }
        case .partnerResumed(let fact): ifPartner(fact.partnerID, becomes: .active) {
                $0.partners.setStatus(.active, at: $1)
                $0.prices.isStale = true
            }
        case .partnerRemoved(let fact): ifPartner(fact.partnerID, becomes: .removed) { $0.leave($1, .removed, .partnerRemoved, at: stamp) }
        case .partnerAbsenceSet(let fact):
            ifPartner(fact.partnerID) {
                $0.partners.setAbsence(
                    .init(id: fact.absenceID, from: fact.from, until: fact.until), at: $1, forgetting: $0.absencesMatterFrom(stamp))
                $0.prices.isStale = true
            }
        case .partnerAbsenceCancelled(let fact):
            ifPartner(fact.partnerID) {
                $0.partners.cancelAbsence(fact.absenceID, at: $1)
                $0.prices.isStale = true
            }
        case .partnerCommissionTermsSet(let fact):
            ifPartner(fact.partnerID) { $0.partners.commissionBasisPoints[$1] = fact.rateBasisPoints }
        case .leadWithdrawn, .reviewRequested, .humanDecisionRecorded, .processingObjected, .duplicateReceived, .segmentArchived:
            break
        }
    }

    /// Folds an event: what Leadline did.
    mutating func evolve(_ event: Event, at stamp: Timestamp) {
        switch event {
        case .leadAssigned(let event):
            assign(event, at: stamp)
            remember(event.evaluation, at: stamp)
        case .assignmentExpired(let event):
            countAnswer(\.missed, event.leadID, taken: false)
            coolDown(event.partnerID, at: stamp)
            takeBack(event.leadID)
        case .assignmentEnded(let event):
            if event.cause == .declined {
                countAnswer(\.declined, event.leadID, taken: false)
                giveTurnBack(event.leadID)
            }
            takeBack(event.leadID)
        case .firstResponseMet(let event): respond(event)
        case .leadEscalated(let event):
            escalate(event)
            remember(event.evaluation, at: stamp)
        case .leadClosed(let event): close(event, at: stamp)
        case .leadMerged(let event): merge(event, at: stamp)
        case .outcomeUnmatched, .outcomeWaiting, .commissionAccrued, .retentionApplied: break
        case .shadowDecided(let event): remember(event.evaluation, at: stamp)
        case .reminderDue(let event): if let slot = leads.slot(of: event.leadID) { leads.leads[slot].remindAt = .distantFuture }
        case .inputDisregarded(let event): if event.reason == .tooManyWaiting { forgetNewestWaiting(event.subject) }
        case .reviewOpened(let event):
            flag(event.leadID, .underReview)
            reviewsOpen += 1
        case .reviewResolved(let event):
            if let slot = leads.slot(of: event.leadID) { leads.leads[slot].flags.remove(.underReview) }
            reviewsOpen -= 1
        }
    }

    private mutating func flag(_ leadID: String, _ flag: LeadTable.Flags) {
        if let slot = leads.slot(of: leadID) { leads.leads[slot].flags.insert(flag) }
    }

    private mutating func ifPartner(_ id: String, _ body: (inout State, Int) -> Void) {
        if let index = partners.index(of: id) { body(&self, index) }
    }

    private mutating func ifPartner(
        _ id: String, becomes status: PartnerTable.Status, _ body: (inout State, Int) -> Void
    ) {
        ifPartner(id) { if $0.partners.canBecome(status, at: $1) { body(&$0, $1) } }
    }

    private mutating func archiveClosedLeads(at stamp: Timestamp) {
        let limit = stamp.adding(micros: -Self.correctionMicros)
        var gone: [LeadTable.Lead] = []
        leads.archive(closedBefore: limit, most: 4) { gone.append($0) }
        for lead in gone {
            // Nobody can decide a review of a lead that is no longer there.
            if lead.flags.contains(.underReview) { reviewsOpen -= 1 }
            let digest = Self.archiveDigest(lead.id)
            if archivedIDs.insert(digest).inserted { archived.append(digest, at: stamp) }
        }
        while archived.items.count > Self.archivedMax, let oldest = archived.popFirst(before: .distantFuture) {
            archivedIDs.remove(oldest)
        }
    }

    private mutating func dropStaleAgenda() {
        let leads = leads
        let waiting = waiting
        agenda.dropStale { item in
            switch item.kind {
            case .lead:
                let lead = leads.leads[Int(item.index)]
                return lead.hasTimer && lead.dueAt == item.at
            case .reminder:
                let lead = leads.leads[Int(item.index)]
                return lead.hasReminder && lead.remindAt == item.at
            case .deliverOutcome, .outcomeExpiry:
                return waiting[item.index] != nil
            }
        }
    }
}

// MARK: - Program, partners, accounts

extension State {
    private mutating func adopt(_ fact: PolicyPublished) {
        let before = policy?.retention ?? RetentionRule()
        policy = fact.policy.known(toLogic: logicVersion)
        policyVersion = fact.version
        if isLogic(2) { adopt(fact.policy.retention, before: before) }
        compileHardRules()
        lots.adopt(fact.version, at: nextPosition)
        prices.isStale = true
        if isLogic(2) { fitModel.follow(fact.policy.fitWeights.shares(logic: 2)) }
        model.setPrior(
            rate: min(max(Double(fact.policy.priorWinRateBasisPoints) / 10_000, 0.0001), 0.9999),
            strength: Double(max(fact.policy.priorStrengthDeals, 1)))
    }

    mutating func compileHardRules() {
        hardRules = (policy?.hardRules ?? []).map { CompiledRule($0, &vocabulary) }
        armRules = (policy?.pilot.arms ?? []).map { arm in
            arm.when.map { CompiledRule(HardRule(name: arm.name, require: $0), &vocabulary) }
        }
        serviceLevels = (policy?.serviceLevels ?? []).map { CompiledRule(name: $0.name, $0.when, &vocabulary) }
        lawfulBases = (policy?.lawfulBases ?? []).map { vocabulary.learn($0) }
    }

    private mutating func upsert(_ profile: PartnerProfile, _ timeZone: TimeZoneRules?) {
        if partners.index(of: profile.partnerID) == nil {
            tallies.addPartner()
            records.addPartner()
            prices.addPartner()
            model.reserve(partners: partners.count + 1, values: values.idEnd)
            model.match.reserve(partners: partners.count + 1)
        }
        var profile = profile
        profile.capacity = known(profile.capacity)
        partners.upsert(profile, timeZone: timeZone, currency: currency, &vocabulary)
        prices.isStale = true
    }

    /// Floors in value are pursued from logic version 2 on; one that was stated before is to be stated again.
    private func known(_ capacity: Capacity) -> Capacity {
        if isLogic(2) { return capacity }
        var known = capacity
        known.floorValueMinorUnitsPerPeriod = 0
        return known
    }

    /// A partner goes; what it holds falls due at once and is routed again, one entry a lead. A paused partner
    /// keeps what it is already in touch about.
    private mutating func leave(_ partner: Int, _ status: PartnerTable.Status, _ cause: RoutingCause, at stamp: Timestamp) {
        partners.setStatus(status, at: partner)
        prices.isStale = true
        for slot in leads.leads.indices {
            let lead = leads.leads[slot]
            guard lead.holder == UInt32(partner), lead.status == .assigned else { continue }
            if status == .paused && (lead.flags.contains(.responded) || lead.flags.contains(.imported)) { continue }
            leads.leads[slot].dueAt = stamp
            leads.leads[slot].dueCause = cause
            leads.leads[slot].flags.remove(.onHorizon)
            agenda.add(.lead, UInt32(slot), at: stamp)
        }
    }

    private mutating func observe(_ fact: IntentObserved, _ account: Digest128?, at stamp: Timestamp) {
        guard let account else { return }
        let index = accounts.indexOrInsert(account)
        if isLogic(2) {
            let signal = IntentSignal(
                topic: vocabulary.learn(fact.topic), observer: vocabulary.learn(fact.observer),
                strengthPercent: UInt8(min(fact.strengthPercent, 100)), firstSeen: fact.firstSeen, lastSeen: fact.lastSeen,
                position: nextPosition)
            accounts.accounts[index].intents.observe(signal, at: stamp)
            return
        }
        accounts.accounts[index].intentTopic = vocabulary.learn(fact.topic)
        accounts.accounts[index].intentStrengthPercent = UInt8(min(fact.strengthPercent, 100))
        accounts.accounts[index].intentFirstSeen = fact.firstSeen
        accounts.accounts[index].intentLastSeen = fact.lastSeen
    }

    private mutating func observe(_ fact: FirmographicsObserved, _ account: Digest128?) {
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
    }

    private mutating func observe(_ fact: TechnographicsObserved, _ account: Digest128?) {
        guard let account else { return }
        let index = accounts.indexOrInsert(account)
        accounts.accounts[index].technologies = fact.technologies.map { vocabulary.learn($0) }
        if isLogic(2) { accounts.accounts[index].sources.set(SourcedFields(.technologies), at: nextPosition) }
    }
}

// MARK: - Leads

extension State {
    private mutating func insert(_ fact: LeadSubmitted, _ input: Input, at stamp: Timestamp) {
        if leads.knows(fact.leadID) { return }
        var lead = LeadTable.Lead(id: fact.leadID)
        lead.subject = input.subject ?? .zero
        lead.submittedAt = stamp
        if input.imported { lead.flags.insert(.imported) }
        set(fact.attributes, on: &lead)
        if isLogic(2) { lead.statedAt = nextPosition }
        if let pseudonym = input.account { lead.account = UInt32(accounts.indexOrInsert(pseudonym)) }
        let slot = leads.insert(lead)
        linkToAccount(slot)
        for ticket in waiting.tickets(ofLead: fact.leadID) { agenda.add(.deliverOutcome, ticket, at: stamp) }
    }

    private mutating func restrict(_ leadID: String) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].isOpen else { return }
        leads.leads[slot].flags.insert(.restricted)
    }

    private mutating func update(_ fact: LeadUpdated) {
        guard let slot = leads.slot(of: fact.leadID), leads.leads[slot].isOpen else { return }
        var lead = leads.leads[slot]
        set(fact.attributes, on: &lead)
        if isLogic(2) { lead.restated.set(fact.attributes.stated, at: nextPosition) }
        leads.leads[slot] = lead
    }

    /// Sets what is stated; what is not stays.
    private mutating func set(_ attributes: LeadAttributes, on lead: inout LeadTable.Lead) {
        func replace(_ code: inout Vocabulary.Code, _ word: String) {
            if !word.isEmpty { code = vocabulary.learn(word) }
        }
        replace(&lead.country, attributes.country)
        replace(&lead.region, attributes.region)
        replace(&lead.language, attributes.language)
        replace(&lead.vertical, attributes.vertical)
        replace(&lead.product, attributes.product)
        replace(&lead.source, attributes.source)
        replace(&lead.residency, attributes.residency)
        if attributes.lawfulBasis != .unspecified { lead.lawfulBasis = attributes.lawfulBasis }
        if attributes.employees > 0 { lead.employees = attributes.employees }
        if let value = attributes.dealValue {
            lead.valueMinorUnits = value.minorUnits
            lead.currency = vocabulary.learn(value.currency)
        }
        if !attributes.technologies.isEmpty { lead.technologies = attributes.technologies.map { vocabulary.learn($0) } }
        if !attributes.requiredCertifications.isEmpty {
            lead.requiredCertifications = attributes.requiredCertifications.map { vocabulary.learn($0) }
        }
    }

    private mutating func linkToAccount(_ slot: Int) {
        let account = leads.leads[slot].account
        guard account != LeadTable.nowhere else { return }
        leads.leads[slot].link = accounts.accounts[Int(account)].firstOpenLead
        accounts.accounts[Int(account)].firstOpenLead = UInt32(slot)
    }

    private mutating func unlinkFromAccount(_ slot: Int) {
        let account = leads.leads[slot].account
        guard account != LeadTable.nowhere else { return }
        let next = leads.leads[slot].link
        leads.leads[slot].link = LeadTable.nowhere
        var at = accounts.accounts[Int(account)].firstOpenLead
        if at == UInt32(slot) {
            accounts.accounts[Int(account)].firstOpenLead = next
            return
        }
        while at != LeadTable.nowhere {
            let link = leads.leads[Int(at)].link
            if link == UInt32(slot) {
                leads.leads[Int(at)].link = next
                return
            }
            at = link
        }
    }

    private mutating func assign(_ event: LeadAssigned, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID), let partner = partners.index(of: event.partnerID) else { return }
        leads.leads[slot].status = .assigned
        leads.leads[slot].holder = UInt32(partner)
        leads.leads[slot].attempt = UInt16(clamping: event.attempt)
        leads.leads[slot].assignedAt = stamp
        leads.leads[slot].flags.subtract([.accepted, .responded, .onHorizon])
        leads.leads[slot].dueAt = event.respondBy ?? .distantFuture
        leads.leads[slot].dueCause = .expired
        if let due = event.respondBy { agenda.add(.lead, UInt32(slot), at: due) } else { startHorizon(slot) }
        leads.leads[slot].remindAt = event.remindAt ?? .distantFuture
        if let reminder = event.remindAt { agenda.add(.reminder, UInt32(slot), at: reminder) }
        takeTurn(event, slot, partner, at: stamp)
        countAssignment(slot, partner, at: stamp)
        award(slot, partner, at: stamp)
        guard let evaluation = event.evaluation else { return }
        if isRotationTurn(evaluation) { rotate(slot, partner, evaluation) }
        if evaluation.propensity > 0 { lots.draw(wasExplored: evaluation.basis == .exploration, period: partners.period[partner]) }
    }

    /// From now on the timer is the policy's horizon for deals, if it has one.
    private mutating func startHorizon(_ slot: Int) {
        guard let days = policy?.dealHorizonDays, days > 0 else { return }
        let end = leads.leads[slot].assignedAt.adding(micros: Int64(days) * Timestamp.microsPerDay)
        leads.leads[slot].dueAt = end
        leads.leads[slot].dueCause = .expired
        leads.leads[slot].flags.insert(.onHorizon)
        agenda.add(.lead, UInt32(slot), at: end)
    }

    private mutating func countAssignment(_ slot: Int, _ partner: Int, at stamp: Timestamp) {
        partners.openLeads[partner] += 1
        partners.assignments[partner] += 1
        guard let policy else { return }
        let period = CapacityLimits.period(at: stamp, policy)
        if partners.period[partner] != period {
            partners.period[partner] = period
            partners.leadsInPeriod[partner] = 0
        }
        partners.leadsInPeriod[partner] += 1
        let floorPeriod = CapacityLimits.floorPeriod(at: stamp, policy)
        if partners.floorPeriod[partner] != floorPeriod {
            partners.floorPeriod[partner] = floorPeriod
            partners.leadsInFloorPeriod[partner] = 0
            partners.valueInFloorPeriod[partner] = 0
        }
        partners.leadsInFloorPeriod[partner] += 1
        if isLogic(2) {
            let counted = partners.valueInFloorPeriod[partner]
            partners.valueInFloorPeriod[partner] = counted + min(max(value(of: leads.leads[slot]) ?? 0, 0), Int64.max - counted)
        }
        if partners.leadsPerPeriodMax[partner] != PartnerTable.uncapped { prices.use[partner].taken += 1 }
        if partners.segmentCounts[partner].isEmpty { return }
        partners.countSegments(view(ofLeadAt: slot), at: partner, in: period)
    }

    /// A partner that missed a deadline gets no leads for as long as the policy says.
    private mutating func coolDown(_ partnerID: String, at stamp: Timestamp) {
        guard let policy, policy.coolDownMinutes > 0, let partner = partners.index(of: partnerID) else { return }
        partners.coolDown(partner, until: stamp.adding(micros: Int64(policy.coolDownMinutes) * Timestamp.microsPerMinute))
    }

    /// Absences that ended before this matter to no deadline and to no period that still runs.
    private func absencesMatterFrom(_ stamp: Timestamp) -> Timestamp {
        let days = policy.map { max($0.periodDays, $0.floorPeriodDays) } ?? 0
        return stamp.adding(micros: -Int64(days) * Timestamp.microsPerDay)
    }

    // MARK: The model

    /// Whole days since 1970, UTC.
    static func day(_ stamp: Timestamp) -> Int32 { Int32(clamping: stamp.micros / Timestamp.microsPerDay) }

    private func features(_ slot: Int, at stamp: Timestamp) -> LeadFeatures {
        LeadFeatures(view(ofLeadAt: slot), accounts, at: stamp)
    }

    /// The model remembers what it says of the lead at this partner, to be judged by the outcome.
    private mutating func award(_ slot: Int, _ partner: Int, at stamp: Timestamp) {
        let view = view(ofLeadAt: slot)
        let features = LeadFeatures(view, accounts, at: stamp)
        let row = features.learnedRow(&values)
        model.reserve(partners: partners.count, values: values.idEnd)
        model.match.columns.learn(features.codes, valueMinorUnits: view.valueMinorUnits ?? 0, model.match.settings)
        let segments = Segments.of(
            partner, tallies, tallies.column(ofVertical: view.vertical), SizeBand.of(view.valueMinorUnits ?? 0),
            Segments.Base(model), Double(max(policy?.priorStrengthDeals ?? 1, 1)))
        let suits = matchLogOdds(view, features, partner) - model.curve.baseLogOdds
        let prediction = model.predict(row.span, partner: partner, segment: segments.sum, match: suits)
        leads.leads[slot].award = UInt32(
            clamping: model.award(day: Int(Self.day(stamp)), partner: partner, row: row, prediction: prediction))
    }

    /// What the match model says of a lead at a partner.
    private func matchLogOdds(_ view: LeadView, _ features: LeadFeatures, _ partner: Int) -> Double {
        let row = model.match.columns.row(features.codes, valueMinorUnits: view.valueMinorUnits ?? 0)
        let match = MatchLists(view, partners).match(partner, partners.lists.span)
        return model.match.ofLead(row) + model.match.ofPartner(partner, row, match, model.match.own.span, model.match.shared.span).sum
    }

    /// An outcome teaches how this profile and this lead match.
    private mutating func learnMatch(_ slot: Int, _ partner: Int, won: Bool, isCorrection: Bool, at stamp: Timestamp) {
        let view = view(ofLeadAt: slot)
        let features = LeadFeatures(view, accounts, at: leads.leads[slot].assignedAt)
        var row = model.match.columns.row(features.codes, valueMinorUnits: view.valueMinorUnits ?? 0)
        row.match = MatchLists(view, partners).match(partner, partners.lists.span)
        if isCorrection {
            model.match.correct(partner, row, won: won)
        } else {
            model.match.learn(partner, row, won: won, day: Self.day(stamp))
        }
    }

    /// The lead leaves its partner undecided.
    private mutating func endAward(_ slot: Int) {
        let number = leads.leads[slot].award
        if number == LeadTable.nowhere { return }
        model.end(Int(number), day: Int(Self.day(lastStamp)))
        leads.leads[slot].award = LeadTable.nowhere
    }

    /// What a routed lead was worth to whom, for the prices of those to come.
    private mutating func remember(_ evaluation: EvaluationSummary?, at stamp: Timestamp) {
        guard let evaluation else { return }
        var bids: [RecentLeads.Bid] = []
        bids.reserveCapacity(evaluation.best.count + evaluation.atCap.count)
        for candidate in evaluation.best + evaluation.atCap {
            guard let partner = partners.index(of: candidate.partnerID) else { continue }
            bids.append(.init(partner: UInt32(partner), gain: Float(candidate.score)))
        }
        prices.remember(at: stamp, bids, value: isLogic(2) ? evaluation.dealValueMinorUnits : 0)
    }

    /// True if a lead so routed is a turn where partners take turns: an owner's lead is one too from logic version 2 on,
    /// unless the policy says that ownership keeps the turn.
    private func isRotationTurn(_ evaluation: EvaluationSummary) -> Bool {
        switch evaluation.basis {
        case .rotation: true
        case .ownership: isLogic(2) && evaluation.method.takesTurns && policy?.ownershipKeepsTurn != true
        default: false
        }
    }

    /// The partner had its turn in the lead's country.
    private mutating func rotate(_ slot: Int, _ partner: Int, _ evaluation: EvaluationSummary) {
        let weight = evaluation.method == .weightedRotation ? partners.profiles[partner].rotationWeight : 1
        let stride = turns.take(partner, in: view(ofLeadAt: slot).country, weight: weight, wasNext: evaluation.basis == .rotation)
        if isLogic(2) && policy?.declineKeepsTurn == true { leads.leads[slot].strideMicros = stride }
    }

    // MARK: Turns among equals

    /// Whoever gets a lead that equals could have got has had its turn: everyone in the tie is owed an equal share of
    /// it, and the winner pays them. A lead that came by ownership is such a turn too, taken from everyone in the
    /// program, unless the policy says that ownership keeps the turn. Debts sum to zero.
    private mutating func takeTurn(_ event: LeadAssigned, _ slot: Int, _ partner: Int, at stamp: Timestamp) {
        leads.leads[slot].turn = BitRow()
        let basis = event.evaluation?.basis ?? .none
        if basis == .ownership && policy?.ownershipKeepsTurn == true { return }
        partners.noteTurn(partner, at: stamp)
        var credited = BitRow()
        switch basis {
        case .tieDebt:
            for id in event.evaluation?.tiedPartnerIDs ?? [] {
                if let index = partners.index(of: id) { credited[index] = true }
            }
            rotation += 1
        case .ownership:
            for index in 0..<partners.count where partners.status[index] != .removed { credited[index] = true }
        default: return
        }
        charge(partner, 1, to: credited)
        if policy?.declineKeepsTurn == true { leads.leads[slot].turn = credited }
    }

    /// A partner that declined before it responded has not had its turn, if the policy says so: what the lead cost
    /// it comes back from those who were credited.
    private mutating func giveTurnBack(_ leadID: String) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere else { return }
        let holder = Int(leads.leads[slot].holder)
        charge(holder, -1, to: leads.leads[slot].turn)
        let stride = leads.leads[slot].strideMicros
        if stride > 0 { turns.giveBack(holder, in: view(ofLeadAt: slot).country, stride) }
    }

    /// The partner pays so many leads, in equal shares, to those credited.
    private mutating func charge(_ partner: Int, _ leads: Int64, to credited: BitRow) {
        let count = credited.words.reduce(0) { $0 + $1.nonzeroBitCount }
        if count == 0 { return }
        let share = 1_000_000 / Int64(count) * leads
        forEachBit(credited.words) { partners.tieDebtMicros[$0] += share }
        partners.tieDebtMicros[partner] -= share * Int64(count)
    }

    private mutating func release(_ slot: Int) {
        let holder = leads.leads[slot].holder
        guard holder != LeadTable.nowhere else { return }
        partners.openLeads[Int(holder)] -= 1
        leads.leads[slot].holder = LeadTable.nowhere
        leads.leads[slot].dueAt = .distantFuture
        leads.leads[slot].remindAt = .distantFuture
        leads.leads[slot].turn = BitRow()
        leads.leads[slot].strideMicros = 0
        leads.leads[slot].flags.remove(.onHorizon)
    }

    private mutating func takeBack(_ leadID: String) {
        guard let slot = leads.slot(of: leadID) else { return }
        let holder = leads.leads[slot].holder
        endAward(slot)
        release(slot)
        if holder != LeadTable.nowhere { leads.leads[slot].tried.append(holder) }
    }

    /// Counts what the holder of a lead did with it.
    private mutating func count(_ what: WritableKeyPath<EngagementTally, UInt32>, _ leadID: String) {
        guard let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere else { return }
        tallies.count(Int(leads.leads[slot].holder), what)
    }

    /// The holder took the lead, declined it or let it lie: that is counted, and teaches what partners accept, as the
    /// partner stood before.
    private mutating func countAnswer(_ what: WritableKeyPath<EngagementTally, UInt32>, _ leadID: String, taken: Bool) {
        if isLogic(2), let slot = leads.slot(of: leadID), leads.leads[slot].holder != LeadTable.nowhere, let policy {
            let partner = Int(leads.leads[slot].holder), habit = Engagement(tallies.programEngagement).habit(tallies.engagement[partner])
            fitModel.learn(fitMatches(slot, partner, policy), habit: habit, taken: taken)
        }
        count(what, leadID)
    }

    /// How far a lead and a partner match in each of fit's contributions, as things stand.
    private func fitMatches(_ slot: Int, _ partner: Int, _ policy: Policy) -> FitMatches {
        let fit = Fit(view(ofLeadAt: slot), self, policy, at: lastStamp)
        let rate = Segments.of(
            partner, tallies, nil, 0, Segments.Base(model), Double(max(policy.priorStrengthDeals, 1))).partnerRate
        return fit.matches(of: partner, FitReadings(
            typicalDealMin: partners.typicalDealMin[partner], typicalDealMax: partners.typicalDealMax[partner],
            largestWonMinorUnits: tallies.largestWonMinorUnits[partner], winRate: rate,
            acceptance: Engagement(tallies.programEngagement).acceptance(tallies.engagement[partner]), all: tallies.partners[partner],
            inVertical: fit.living?.verticalColumn.map { tallies.verticals[$0].tallies[partner] } ?? Tally(),
            record: records.partners[partner]))
    }

    private mutating func respond(_ event: FirstResponseMet) {
        let leadID = event.leadID
        guard let slot = leads.slot(of: leadID) else { return }
        if !leads.leads[slot].flags.contains(.accepted) { countAnswer(\.taken, leadID, taken: true) }
        if isLogic(2), leads.leads[slot].holder != LeadTable.nowhere {
            records.respond(Int(leads.leads[slot].holder), elapsedMicros: event.elapsedMicros)
        }
        let hadDeadline = leads.leads[slot].dueAt < .distantFuture && !leads.leads[slot].flags.contains(.onHorizon)
        if hadDeadline && leads.leads[slot].dueCause == .expired { count(\.inTime, leadID) }
        leads.leads[slot].flags.insert(.responded)
        leads.leads[slot].remindAt = .distantFuture
        leads.leads[slot].turn = BitRow()
        leads.leads[slot].strideMicros = 0
        // A response keeps a lead at its partner, but not at one that is gone.
        if leads.leads[slot].dueCause == .partnerRemoved { return }
        leads.leads[slot].dueAt = .distantFuture
        startHorizon(slot)
    }

    private mutating func escalate(_ event: LeadEscalated) {
        guard let slot = leads.slot(of: event.leadID) else { return }
        endAward(slot)
        release(slot)
        leads.leads[slot].status = .escalated
        // Nobody answered: one step up. Any other reason begins a new wait, at the bottom.
        leads.leads[slot].rung = event.reason == .unanswered ? leads.leads[slot].rung &+ 1 : 0
        leads.leads[slot].dueAt = event.movesOn ?? .distantFuture
        if let movesOn = event.movesOn { agenda.add(.lead, UInt32(slot), at: movesOn) }
    }

    private mutating func merge(_ event: LeadMerged, at stamp: Timestamp) {
        guard !event.sameID, let new = leads.slot(of: event.leadID), let old = leads.slot(of: event.intoLeadID) else { return }
        unlinkFromAccount(new)
        leads.leads[new].link = UInt32(old)
        leads.close(new, as: .merged, at: stamp)
    }

    private mutating func close(_ event: LeadClosed, at stamp: Timestamp) {
        guard let slot = leads.slot(of: event.leadID) else { return }
        if leads.leads[slot].status == .closed {
            correct(slot, event, at: stamp)
            return
        }
        let partner = partners.index(of: event.partnerID)
        release(slot)
        unlinkFromAccount(slot)
        leads.leads[slot].holder = partner.map(UInt32.init) ?? LeadTable.nowhere
        leads.leads[slot].dueAt = stamp
        leads.leads[slot].tried = []
        leads.close(slot, as: .closed, at: stamp)
        if event.learned, let partner {
            // From the human queue a partner may have got it by other ways.
            if leads.leads[slot].award == LeadTable.nowhere { award(slot, partner, at: stamp) }
            model.close(Int(leads.leads[slot].award), day: Int(Self.day(stamp)), won: event.reason == .won)
            learnMatch(slot, partner, won: event.reason == .won, isCorrection: false, at: stamp)
            learn(slot, partner, event, at: stamp)
        } else {
            endAward(slot)
        }
        noteClosing(slot, event.reason, at: stamp)
    }

    private mutating func learn(_ slot: Int, _ partner: Int, _ event: LeadClosed, at stamp: Timestamp) {
        let won = event.reason == .won
        let lead = leads.leads[slot]
        var vertical = lead.vertical
        if vertical == Vocabulary.none, lead.account != LeadTable.nowhere { vertical = accounts.accounts[Int(lead.account)].vertical }
        leads.leads[slot].learnedVertical = vertical
        leads.leads[slot].learnedBand = UInt8(SizeBand.of(value(of: lead) ?? 0))
        leads.leads[slot].flags.insert(.learned)
        leads.leads[slot].flags.remove(.won)
        if won { leads.leads[slot].flags.insert(.won) }
        tallies.learn(outcome(slot, partner, won: won, amount: event.amountMinorUnits))
        if isLogic(2) { recordDeal(slot, partner, won: won, amount: event.amountMinorUnits) }
        if won, lead.account != LeadTable.nowhere, let policy {
            accounts.accounts[Int(lead.account)].owner = UInt32(partner)
            accounts.accounts[Int(lead.account)].ownedThrough = UInt32(slot)
            accounts.accounts[Int(lead.account)].ownedUntil =
                stamp.adding(micros: Int64(policy.ownershipDays) * Timestamp.microsPerDay)
        }
    }

    /// What an outcome says of the partner beyond counts. The lead's segment and moment of closing are set.
    mutating func recordDeal(_ slot: Int, _ partner: Int, won: Bool, amount: Int64) {
        let lead = leads.leads[slot]
        leads.leads[slot].learnedMinorUnits = won ? amount : 0
        if won { records.win(partner, amount) }
        if lead.learnedVertical == Vocabulary.none || lead.learnedVertical == Vocabulary.unlisted { return }
        months.count(partner, lead.learnedVertical, won: won, closing: lead.dueAt, now: lastStamp)
    }

    /// Undoes what `recordDeal` did.
    private mutating func unrecordDeal(_ slot: Int, _ partner: Int) {
        let lead = leads.leads[slot]
        if lead.flags.contains(.won) { records.takeBackWin(partner, lead.learnedMinorUnits) }
        months.discount(partner, lead.learnedVertical, won: lead.flags.contains(.won), closing: lead.dueAt)
    }

    private mutating func correct(_ slot: Int, _ event: LeadClosed, at stamp: Timestamp) {
        let lead = leads.leads[slot]
        guard lead.flags.contains(.learned), lead.holder != LeadTable.nowhere else { return }
        tallies.unlearn(outcome(slot, Int(lead.holder), won: lead.flags.contains(.won), amount: 0))
        if isLogic(2) { unrecordDeal(slot, Int(lead.holder)) }
        if lead.account != LeadTable.nowhere { disown(Int(lead.account), through: slot) }
        if (event.reason == .won) != lead.flags.contains(.won) {
            let row = features(slot, at: lead.assignedAt).learnedRow(&values)
            model.reserve(partners: partners.count, values: values.idEnd)
            model.correct(partner: Int(lead.holder), row: row.span, won: event.reason == .won)
            learnMatch(slot, Int(lead.holder), won: event.reason == .won, isCorrection: true, at: stamp)
        }
        learn(slot, Int(lead.holder), event, at: stamp)
    }

    /// The account is nobody's if it was owned through this deal; through a later one it stays owned.
    private mutating func disown(_ account: Int, through slot: Int) {
        guard accounts.accounts[account].ownedThrough == UInt32(slot) else { return }
        accounts.accounts[account].owner = LeadTable.nowhere
        accounts.accounts[account].ownedThrough = LeadTable.nowhere
        accounts.accounts[account].ownedUntil = .epoch
    }

    private func outcome(_ slot: Int, _ partner: Int, won: Bool, amount: Int64) -> OutcomeTallies.Outcome {
        let lead = leads.leads[slot]
        let days = max(0, lead.dueAt.micros - lead.submittedAt.micros) / Timestamp.microsPerDay
        return .init(
            partner: partner, vertical: lead.learnedVertical, band: Int(lead.learnedBand), won: won,
            amountMinorUnits: amount, cycleDays: UInt64(days))
    }
}

// MARK: - Outcomes

extension State {
    /// What an outcome changes by itself, without an event: that it waits, or that the partner accepted.
    private mutating func fold(outcome fact: Fact, imported: Bool) {
        guard let leadID = fact.outcomeLeadID else { return }
        guard let slot = leads.slot(of: leadID) else {
            let until = lastStamp.adding(micros: WaitingOutcomes.patienceMicros)
            let ticket = waiting.add(.init(position: nextPosition, leadID: leadID, fact: fact, imported: imported, until: until))
            agenda.add(.outcomeExpiry, ticket, at: until)
            return
        }
        if case .leadAccepted(let fact) = fact, leads.leads[slot].isOpen,
            partners.index(of: fact.partnerID).map(UInt32.init) == leads.leads[slot].holder {
            if leads.leads[slot].flags.isDisjoint(with: [.accepted, .responded]) { countAnswer(\.taken, fact.leadID, taken: true) }
            leads.leads[slot].flags.insert(.accepted)
        }
    }

    /// The outcome that this entry delivers or gives up is no longer waited for.
    private mutating func takeDueOutcome(_ through: Timestamp) {
        guard let item = agenda.first, item.at <= through, item.kind == .deliverOutcome || item.kind == .outcomeExpiry,
            let due = waiting[item.index]
        else { return }
        waiting.remove(item.index)
        if item.kind == .deliverOutcome { fold(outcome: due.fact, imported: due.imported) }
    }

    private mutating func forgetNewestWaiting(_ leadID: String) {
        if let ticket = waiting.tickets(ofLead: leadID).last { waiting.remove(ticket) }
    }
}
