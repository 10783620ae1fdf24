import LeadlineCore
import Testing

/// An independent, simpler account of a stream: what every entry said, kept in plain dictionaries, and what follows
/// from it for limits, timers and counts. It shares no code with the core.
struct Auditor {
    struct Lead {
        var attributes: LeadAttributes
        var account: Digest128?
        var imported: Bool
        var arrived: Timestamp
        var holder: String?
        var tried: Set<String> = []
        var responded = false
        /// Deadline while somebody holds it, else when it moves on to the next queue.
        var due: Timestamp?
        /// When its holder is reminded, in order.
        var reminders: [Timestamp] = []
        var remind: Timestamp? { reminders.first }
        /// The sources that it counts for, and how many returns for bad data stand against it.
        var source = ""
        var badReturns = 0
        /// Steps of the ladder climbed.
        var rung = 0
        /// True if the timer runs because its partner left for good.
        var isForced = false
        var end: Timestamp?
        var mergedInto: String?
        /// The company that a person took it from.
        var severed: Digest128?
        var isSettled = false
        var isOpen: Bool { end == nil && mergedInto == nil }
    }

    struct Partner {
        var profile: PartnerProfile
        var status = "active"
        var absences: [String: (from: Timestamp, until: Timestamp)] = [:]
        /// When it got a lead, and what was known of it then.
        var assigned: [(lead: String, at: Timestamp, kinds: [LeadField: [String]])] = []
        /// Returns that the policy credited, by their moments.
        var credited: [Timestamp] = []
        var coolingUntil = Timestamp.epoch
        var suspendedUntil: Timestamp?
        /// Which kinds are capped, and how many leads it had got when that began; one that pauses begins anew here, so
        /// that this book never asks for more than the rule.
        var capped: [(cap: SegmentCap, since: Int)] = []
    }

    struct Account {
        var country = ""
        var vertical = ""
        var employees: UInt32 = 0
        var technologies: [String] = []
    }

    struct Waiting {
        var lead: String
        var until: Timestamp
        var deliver: Timestamp?
    }

    private(set) var leads: [String: Lead] = [:]
    private var partners: [String: Partner] = [:]
    private var accounts: [Digest128: Account] = [:]
    private var waiting: [UInt64: Waiting] = [:]
    private var claims: [String: ClaimChanged] = [:]
    /// Credits that wait, with the moment at which the partner had got the lead.
    private var returns: [(event: ReturnChanged, until: Timestamp, assigned: Timestamp)] = []
    /// Offers that are open, by id, and those whose partner left.
    private var offers: [String: OfferMade] = [:]
    /// Offers that a partner agreed to, by id.
    private var agreed: [String: OfferMade] = [:]
    private var gone: Set<String> = []
    private var sources: [String: (leads: Int, returned: Int)] = [:]
    /// The same before the entry: what it is decided on.
    private var sourcesBefore: [String: (leads: Int, returned: Int)] = [:]
    private var policy: Policy?
    /// Rates that were published by themselves: the latest date that has passed.
    private var published: [String: (from: Timestamp, rate: Int64)] = [:]
    /// What stands accrued of each lead, to whom.
    private var commissions: [String: [String: Int64]] = [:]
    private(set) var automatic = 0
    /// Leads that are open; there are few of them at any time.
    private var open: Set<String> = []
    private var openLeads: [Lead] { open.compactMap { leads[$0] } }
    private var lastFired = Timestamp.epoch
    /// When leads that wait for a partner are looked at next, as the state has it: that one can take a lead is checked once
    /// it gets it.
    var nextLook: Timestamp?
    /// The same of who gets too little, and of holders that break a rule since a fact changed.
    var nextWatch: Timestamp?
    var nextBreak: Timestamp?
    /// The same of partners that go away and have deputies, and of leads that go over to one.
    var nextHandOver: Timestamp?

    /// Notes when the state looks at what this account does not follow.
    mutating func note(_ state: State) {
        (nextLook, nextWatch, nextBreak) = (state.nextLook, state.nextStarvationLook, state.nextRuleBreak)
        nextHandOver = state.nextHandOver
    }

    /// Takes one entry and records whatever is against the rules.
    mutating func take(_ entry: Stream.Entry) {
        checkNoTimerWasMissed(entry)
        sourcesBefore = sources
        let due = dueItem(entry)
        takeFact(entry)
        for event in entry.events { takeEvent(event, entry) }
        if let due { settle(due, entry) }
        checkEveryLeadIsSettled(entry)
    }

    // MARK: What the state must show

    /// The earliest timer that is open, by this account.
    var nextDeadline: Timestamp? {
        let leads = openLeads.flatMap { [$0.due, $0.remind].compactMap { $0 } }
        let waiting = waiting.values.flatMap { [$0.until, $0.deliver].compactMap { $0 } }
        let suspensions = partners.values.compactMap(\.suspendedUntil)
        return ([nextLook, nextWatch, nextBreak, nextHandOver].compactMap { $0 } + leads + waiting + claims.values.compactMap(\.until) + suspensions + returns.map(\.until)).min()
    }

    func checkCounts(_ state: State) {
        var held: [String: UInt32] = [:]
        for lead in openLeads { if let holder = lead.holder { held[holder, default: 0] += 1 } }
        for standing in state.partnerStandings {
            #expect(standing.openLeads == held[standing.profile.partnerID, default: 0], "\(standing.profile.partnerID)")
            let book = partners[standing.profile.partnerID]
            let now = period(state.lastStamp)
            #expect(standing.leadsInPeriod == UInt32(book?.assigned.filter { period($0.at) == now }.count ?? 0))
            #expect(standing.suspendedUntil == book?.suspendedUntil)
            #expect(standing.creditedReturns == UInt32(book?.credited.filter { period($0) == now }.count ?? 0))
            #expect(standing.coolingUntil ?? .epoch == ((book?.coolingUntil ?? .epoch) > state.lastStamp ? book?.coolingUntil : .epoch))
        }
        #expect(state.returnStandings.count == returns.count)
        #expect(Set(state.offerStandings.map(\.offerID)) == Set(offers.keys))
        for quality in state.sourceQualities {
            let book = sources[quality.source] ?? (0, 0)
            // Past the window the core's counts are of the latest leads alone.
            if book.leads < 1_000 { #expect(Int(quality.leads) == book.leads && Int(quality.returned) == book.returned) }
            #expect(quality.returned <= quality.leads && quality.qualityBasisPoints <= 10_000)
        }
        #expect(state.openLeadCount == leads.values.filter(\.isOpen).count)
        #expect(state.partnerStandings.map(\.tieDebtMicros).reduce(0, +) == 0)
    }

    func checkLeads(_ state: State) {
        for (id, lead) in leads {
            guard let standing = state.lead(id) else {
                let closed = lead.end ?? lead.arrived
                #expect(closed < state.lastStamp.adding(micros: -State.correctionMicros), "\(id) is gone")
                continue
            }
            let last = self.final(id) ?? id
            let final = leads[last] ?? lead
            #expect(standing.leadID == last)
            #expect([.assigned, .accepted, .responded, .escalated, .offered].contains(standing.stage) == final.isOpen, "\(id)")
            let isOffered = offers.values.contains { $0.leadID == last }
            #expect((standing.stage == .offered) == isOffered, "\(id)")
            if isOffered {
                #expect(standing.partnerID == nil && final.holder == nil && standing.respondBy == nil && standing.movesOn == nil, "\(id)")
                continue
            }
            if final.isOpen {
                #expect(standing.partnerID == final.holder, "\(id)")
                #expect((standing.stage == .escalated) == (final.holder == nil), "\(id)")
                #expect((final.holder == nil ? standing.movesOn : standing.respondBy) == final.due, "\(id)")
                #expect((final.holder == nil ? standing.respondBy : standing.movesOn) == nil, "\(id)")
            }
        }
    }

    // MARK: Facts

    private mutating func takeFact(_ entry: Stream.Entry) {
        let input = entry.input
        switch input.fact {
        case .policyPublished(let fact): policy = fact.policy
        case .partnerUpserted(let profile):
            if case .inputDisregarded? = entry.events.first {
                #expect(partners[profile.partnerID]?.status == "removed")
                return
            }
            #expect(partners[profile.partnerID]?.status != "removed")
            partners[profile.partnerID, default: Partner(profile: profile)].profile = profile
            cap(profile.partnerID, profile.capacity)
        case .partnerCapacitySet(let fact):
            partners[fact.partnerID]?.profile.capacity = fact.capacity
            cap(fact.partnerID, fact.capacity)
        case .partnerPaused(let fact): leave(fact.partnerID, "paused", entry.stamp)
        case .partnerRemoved(let fact):
            if partners[fact.partnerID]?.status != "removed" { endClaims(entry.stamp) { $0.partnerID == fact.partnerID } }
            leave(fact.partnerID, "removed", entry.stamp)
            partners[fact.partnerID]?.suspendedUntil = nil
        case .partnerResumed(let fact): if ["paused", "removed"].contains(partners[fact.partnerID]?.status) { partners[fact.partnerID]?.status = "active" }
        case .partnerAbsenceSet(let fact): partners[fact.partnerID]?.absences[fact.absenceID] = (fact.from, fact.until)
        case .partnerAbsenceCancelled(let fact): partners[fact.partnerID]?.absences[fact.absenceID] = nil
        case .firmographicsObserved(let fact):
            guard let id = input.account else { return }
            accounts[id, default: Account()].vertical = fact.vertical
            accounts[id]?.country = fact.country
            accounts[id]?.employees = fact.employees
        case .technographicsObserved(let fact):
            if let id = input.account { accounts[id, default: Account()].technologies = fact.technologies }
        case .ratesPublished(let fact):
            for rate in fact.rates where published[rate.currency]?.from ?? .epoch <= fact.validFrom {
                published[rate.currency] = (fact.validFrom, rate.rateMicros)
            }
        case .leadSubmitted(let fact): submit(fact, entry)
        case .leadUpdated(let fact):
            if let id = final(fact.leadID), leads[id]?.isOpen == true { merge(fact.attributes, into: id) }
        default: break
        }
    }

    private mutating func cap(_ id: String, _ capacity: Capacity) {
        guard let partner = partners[id] else { return }
        partners[id]?.capped = capacity.segments.map { cap in
            let known = partner.capped.first { $0.cap.leadField == cap.leadField && $0.cap.value == cap.value }
            return (cap, known?.since ?? partner.assigned.count)
        }
    }

    /// The lead that an id stands for.
    private func final(_ id: String) -> String? {
        guard let lead = leads[id] else { return nil }
        return lead.mergedInto.map { final($0) ?? $0 } ?? id
    }

    private mutating func submit(_ fact: LeadSubmitted, _ entry: Stream.Entry) {
        if case .leadMerged(let merged)? = entry.events.first, merged.sameID { return }
        if let old = leads[fact.leadID] {
            let ended = old.end ?? (old.mergedInto == nil ? .distantFuture : old.arrived)
            #expect(ended < entry.stamp.adding(micros: -State.correctionMicros), "\(fact.leadID) came twice")
        }
        leads[fact.leadID] = Lead(
            attributes: fact.attributes, account: entry.input.account, imported: entry.input.imported, arrived: entry.stamp)
        open.insert(fact.leadID)
        commissions[fact.leadID] = nil
        if let id = entry.input.account, accounts[id] == nil { accounts[id] = Account() }
        for position in waiting.keys where waiting[position]?.lead == fact.leadID { waiting[position]?.deliver = entry.stamp }
    }

    private mutating func merge(_ new: LeadAttributes, into id: String) {
        guard var old = leads[id]?.attributes else { return }
        for word in LeadWord.allCases where !new[word].isEmpty { old[word] = new[word] }
        if new.lawfulBasis != .unspecified { old.lawfulBasis = new.lawfulBasis }
        if new.employees > 0 { old.employees = new.employees }
        if let value = new.dealValue { old.dealValue = value }
        if !new.technologies.isEmpty { old.technologies = new.technologies }
        if !new.requiredCertifications.isEmpty { old.requiredCertifications = new.requiredCertifications }
        leads[id]?.attributes = old
    }

    private mutating func leave(_ id: String, _ status: String, _ stamp: Timestamp) {
        guard let partner = partners[id], partner.status != "removed", partner.status != status else { return }
        partners[id]?.status = status
        for (offerID, offer) in offers where offer.partnerID == id {
            gone.insert(offerID)
            let due = min(stamp, leads[offer.leadID]?.due ?? stamp)
            leads[offer.leadID]?.due = due
        }
        for leadID in open {
            guard let lead = leads[leadID], lead.holder == id else { continue }
            if status == "paused" && (lead.responded || lead.imported) { continue }
            leads[leadID]?.due = stamp
            leads[leadID]?.isForced = status == "removed"
        }
    }

    // MARK: Events

    private mutating func takeEvent(_ event: Event, _ entry: Stream.Entry) {
        switch event {
        case .leadAssigned(let event): assign(event, entry)
        case .offerMade(let event): offer(event, entry)
        case .offerClosed(let event): close(event, entry)
        case .leadEscalated(let event):
            checkNothingIsOffered(event.leadID)
            checkEscalation(event, entry.stamp)
            leads[event.leadID]?.holder = nil
            leads[event.leadID]?.reminders = []
            leads[event.leadID]?.due = event.movesOn
            let climbed = event.reason == .unanswered ? (leads[event.leadID]?.rung ?? 0) + 1 : 0
            leads[event.leadID]?.rung = climbed
            leads[event.leadID]?.isSettled = true
        case .reminderDue(let event):
            let lead = leads[event.leadID]
            #expect(lead?.holder == event.partnerID && lead?.responded == false && lead?.due == event.respondBy, "\(event)")
            #expect(lead?.remind ?? .distantFuture <= entry.stamp && event.respondBy > entry.stamp, "\(event)")
            #expect((1...event.reminders).contains(event.reminder), "\(event)")
        case .assignmentExpired(let event):
            #expect(leads[event.leadID]?.due == event.respondBy)
            #expect(event.respondBy <= entry.stamp, "expired too early")
            let rest = Int64(policy?.coolDownMinutes ?? 0) * Timestamp.microsPerMinute
            let before = partners[event.partnerID]?.coolingUntil ?? .epoch
            if rest > 0 { partners[event.partnerID]?.coolingUntil = max(before, entry.stamp.adding(micros: rest)) }
            end(event.leadID, event.partnerID)
        case .assignmentEnded(let event):
            let (isTried, isByLink) = (leads[event.leadID]?.tried.contains(event.partnerID), [.linked, .unlinked, .ruleBroken, .partnerAbsent].contains(event.cause))
            end(event.leadID, event.partnerID)
            if isByLink && isTried == false { leads[event.leadID]?.tried.remove(event.partnerID) }
            if [.linked, .unlinked, .ruleBroken, .partnerAbsent].contains(event.cause), let got = partners[event.partnerID]?.assigned.last(where: { $0.lead == event.leadID })?.at {
                forgetAssignment(event.leadID, event.partnerID, got)
            }
        case .firstResponseMet(let event):
            #expect(leads[event.leadID]?.holder == event.partnerID)
            leads[event.leadID]?.responded = true
            leads[event.leadID]?.reminders = []
            if leads[event.leadID]?.isForced != true { leads[event.leadID]?.due = nil }
        case .leadClosed(let event):
            checkNothingIsOffered(event.leadID)
            if leads[event.leadID]?.end == nil { leads[event.leadID]?.end = entry.stamp }
            open.remove(event.leadID)
            leads[event.leadID]?.holder = nil
            leads[event.leadID]?.due = nil
            leads[event.leadID]?.reminders = []
            endClaims(entry.stamp) { $0.account == nil && $0.leadID == event.leadID }
            #expect(!event.learned || event.reason == .won || event.reason == .lost)
        case .leadMerged(let event):
            if event.sameID { return }
            checkNothingIsOffered(event.leadID)
            #expect(leads[event.intoLeadID]?.isOpen == true)
            leads[event.leadID]?.mergedInto = event.intoLeadID
            leads[event.leadID]?.due = nil
            open.remove(event.leadID)
            endClaims(entry.stamp) { $0.account == nil && $0.leadID == event.leadID }
            leads[event.leadID]?.isSettled = true
        case .outcomeWaiting(let event): waiting[entry.position] = Waiting(lead: event.leadID, until: event.until)
        case .outcomeUnmatched(let event): #expect(waiting[event.waitingPosition]?.until ?? .distantFuture <= entry.stamp)
        case .commissionAccrued(let event):
            #expect(commissions[event.leadID]?[event.partnerID] == nil, "\(event)")
            if event.amountMinorUnits > 0 { commissions[event.leadID, default: [:]][event.partnerID] = event.amountMinorUnits }
        case .commissionReversed(let event):
            #expect(commissions[event.leadID]?[event.partnerID] == event.amountMinorUnits, "\(event)")
            commissions[event.leadID]?[event.partnerID] = nil
        case .inputDisregarded, .reviewOpened, .reviewResolved, .shadowDecided, .retentionApplied,
            .rightRecorded, .recipientInformed, .personLinkChanged, .answerCredited, .starvationAnnounced:
            break
        case .holderIneligible(let event):
            #expect(leads[event.leadID]?.holder == event.partnerID, "\(event)")
            #expect(policy?.hardRules.contains { $0.name == event.rule } == true, "\(event)")
            #expect(event.response == .say || event.response == policy?.ruleBreak, "\(event)")
        case .leadLinkChanged(let event): note(event)
        case .claimChanged(let event): note(event)
        case .partnerSuspended(let event): suspend(event, entry)
        case .partnerReinstated(let event):
            #expect(partners[event.partnerID]?.suspendedUntil != nil, "\(event)")
            partners[event.partnerID]?.suspendedUntil = nil
        case .returnChanged(let event): note(event, entry)
        }
    }

    private func checkNothingIsOffered(_ id: String) {
        #expect(!offers.values.contains { $0.leadID == id }, "\(id) is still offered")
    }

    /// Only a lead that is nobody's is offered, and only to who might get it.
    private mutating func offer(_ event: OfferMade, _ entry: Stream.Entry) {
        guard let lead = leads[event.leadID], let partner = partners[event.partnerID], let rule = policy?.negotiation else {
            Issue.record("offered to a stranger: \(event)")
            return
        }
        #expect(lead.isOpen && lead.holder == nil && offers[event.offerID] == nil, "\(event)")
        let open = offers.values.filter { $0.leadID == event.leadID }
        #expect(open.allSatisfy { $0.round == event.round && $0.partnerID != event.partnerID }, "\(event)")
        #expect(open.count < max(Int(rule.askedAtOnce), 1) && event.round <= rule.rounds, "\(event)")
        #expect(event.evaluation != nil || !open.isEmpty, "\(event)")
        #expect(event.answerBy == entry.stamp.adding(micros: Int64(rule.answerMillis == 0 ? 5_000 : rule.answerMillis) * 1_000), "\(event)")
        checkPartner(event.partnerID, event.leadID, lead, partner, at: entry.stamp)
        checkRules(lead, partner, "\(event)")
        if event.evaluation != nil { automatic += 1 }
        offers[event.offerID] = event
        leads[event.leadID]?.due = event.answerBy
        leads[event.leadID]?.rung = 0
        leads[event.leadID]?.isSettled = true
        leads[event.leadID]?.isForced = false
    }

    /// Each offer ends once, and in one way; what was agreed and waited may come to nothing.
    private mutating func close(_ event: OfferClosed, _ entry: Stream.Entry) {
        if let offer = agreed.removeValue(forKey: event.offerID) {
            #expect(event.status == .withdrawn && event.terms == nil && leads[event.leadID]?.holder == nil, "\(event)")
            #expect(offer.leadID == event.leadID && offer.partnerID == event.partnerID && offer.round == event.round, "\(event)")
            return
        }
        guard let offer = offers.removeValue(forKey: event.offerID) else {
            Issue.record("no such offer was open: \(event)")
            return
        }
        gone.remove(event.offerID)
        if event.status == .agreed { agreed[event.offerID] = offer }
        #expect(offer.leadID == event.leadID && offer.partnerID == event.partnerID && offer.round == event.round, "\(event)")
        if event.status == .expired { #expect(offer.answerBy <= entry.stamp, "\(event)") }
        if event.status == .declined { leads[event.leadID]?.tried.insert(event.partnerID) }
        if event.status == .agreed, let terms = event.terms, let rule = policy?.negotiation, terms != offer.terms {
            #expect(terms.promiseMinutes <= max(offer.terms.promiseMinutes, rule.promiseMaxMinutes) || offer.terms.promiseMinutes == 0, "\(event)")
            #expect(terms.commissionBasisPoints ?? 0 <= max(offer.terms.commissionBasisPoints ?? 0, rule.commissionMaxBasisPoints), "\(event)")
        }
        let open = offers.filter { $0.value.leadID == event.leadID }
        if !open.isEmpty && gone.isDisjoint(with: open.keys) { leads[event.leadID]?.due = offer.answerBy }
    }

    /// Only what was linked is told apart; what was merged is open again, and settled by a later event of the entry.
    private mutating func note(_ event: LeadLinkChanged) {
        if event.linked {
            if event.link == .sameEnquiry { return }
            #expect(leads[event.leadID]?.account == nil && leads[event.leadID]?.severed != nil, "\(event)")
            let severed = leads[event.leadID]?.severed
            leads[event.leadID]?.account = severed
            leads[event.leadID]?.severed = nil
            return
        }
        if event.link == .sameEnquiry { #expect(leads[event.leadID]?.mergedInto == event.otherLeadID, "\(event)") }
        if leads[event.leadID]?.mergedInto != nil {
            leads[event.leadID]?.mergedInto = nil
            leads[event.leadID]?.responded = false
            open.insert(event.leadID)
        }
        if event.link == .sameEnquiry { return }
        #expect(leads[event.leadID]?.account != nil, "\(event)")
        let account = leads[event.leadID]?.account
        leads[event.leadID]?.severed = account
        leads[event.leadID]?.account = nil
    }

    /// A lead comes back: credit as often as the policy says, and a mark against the source, taken off if a person finds
    /// the data good.
    private mutating func note(_ event: ReturnChanged, _ entry: Stream.Entry) {
        let most = Int(policy?.returns.creditsPerPeriodMax ?? 0)
        let used = partners[event.partnerID]?.credited.filter { period($0) == period(entry.stamp) }.count ?? 0
        let got = partners[event.partnerID]?.assigned.last { $0.lead == event.leadID }?.at ?? .epoch
        switch event.status {
        case .taken: #expect(event.meaning != .badData || most == 0, "\(event)")
        case .credited:
            #expect(event.meaning == .badData && used < most && event.creditsUsed == UInt32(used + 1), "\(event)")
            partners[event.partnerID]?.credited.append(entry.stamp)
            forgetAssignment(event, got)
        case .waiting:
            #expect(event.meaning == .badData && used >= most && most > 0, "\(event)")
            returns.append((event, event.until ?? .distantFuture, got))
        case .approved, .refused, .lapsed:
            let mine = returns.indices.filter { returns[$0].event.leadID == event.leadID && returns[$0].event.partnerID == event.partnerID }
            guard let at = mine.min(by: { returns[$0].until < returns[$1].until }) else {
                Issue.record("no credit waited: \(event)")
                return
            }
            #expect((event.status == .lapsed) == (returns[at].until <= entry.stamp) || event.status != .lapsed, "\(event)")
            if event.status == .approved { forgetAssignment(event, returns[at].assigned) }
            returns.remove(at: at)
        }
        mark(event)
    }

    /// The partner is as if it had not got the lead; what a kind's cap counts moves with it.
    private mutating func forgetAssignment(_ event: ReturnChanged, _ at: Timestamp) {
        forgetAssignment(event.leadID, event.partnerID, at)
    }

    private mutating func forgetAssignment(_ lead: String, _ partner: String, _ at: Timestamp) {
        guard let place = partners[partner]?.assigned.lastIndex(where: { $0.lead == lead && $0.at == at }) else { return }
        partners[partner]?.assigned.remove(at: place)
        let capped = partners[partner]?.capped ?? []
        partners[partner]?.capped = capped.map { ($0.cap, $0.since > place ? $0.since - 1 : $0.since) }
    }

    private mutating func mark(_ event: ReturnChanged) {
        guard event.meaning == .badData, let lead = leads[event.leadID] else { return }
        let before = lead.badReturns
        switch event.status {
        case .taken, .credited, .waiting: leads[event.leadID]?.badReturns += 1
        case .refused: leads[event.leadID]?.badReturns = max(before - 1, 0)
        case .approved, .lapsed: break
        }
        let after = leads[event.leadID]?.badReturns ?? 0
        if !lead.source.isEmpty { sources[lead.source, default: (0, 0)].returned += min(after, 1) - min(before, 1) }
    }

    /// A claim comes, changes or ends; of those on one target at most one is in force, and none is there past its time.
    private mutating func note(_ event: ClaimChanged) {
        let key = "\(event.partnerID)/\(event.claimID)"
        #expect((event.until == nil) == event.status.isOver, "\(event)")
        claims[key] = event.until == nil ? nil : event
        guard event.status == .approved else { return }
        let inForce = claims.values.filter {
            $0.status == .approved && $0.account == event.account && (event.account != nil || $0.leadID == event.leadID)
        }
        #expect(inForce.count == 1, "\(event)")
    }

    /// Only a deadline that was just missed suspends; what the partner has not answered is moved if the policy says so.
    private mutating func suspend(_ event: PartnerSuspended, _ entry: Stream.Entry) {
        let rule = policy?.suspension ?? SuspensionRule()
        #expect(rule.missedDeadlines > 0 && event.missedDeadlines == rule.missedDeadlines, "\(event)")
        #expect(entry.events.contains {
            if case .assignmentExpired(let missed) = $0 { missed.partnerID == event.partnerID } else { false }
        })
        #expect(event.until == entry.stamp.adding(micros: Int64(rule.lastsDays) * Timestamp.microsPerDay))
        partners[event.partnerID]?.suspendedUntil = event.until
        if !rule.movesLeads { return }
        for leadID in open {
            guard let lead = leads[leadID], lead.holder == event.partnerID, !lead.responded, !lead.imported else { continue }
            leads[leadID]?.due = entry.stamp
            leads[leadID]?.isForced = false
        }
    }

    /// They fall due at once.
    private mutating func endClaims(_ stamp: Timestamp, where ends: (ClaimChanged) -> Bool) {
        for (key, claim) in claims where ends(claim) { claims[key]?.until = stamp }
    }

    private mutating func end(_ id: String, _ partner: String) {
        #expect(leads[id]?.holder == partner)
        leads[id]?.tried.insert(partner)
        leads[id]?.holder = nil
        leads[id]?.due = nil
        leads[id]?.reminders = []
    }

    private mutating func assign(_ event: LeadAssigned, _ entry: Stream.Entry) {
        guard let lead = leads[event.leadID], let partner = partners[event.partnerID] else {
            Issue.record("assigned a stranger: \(event)")
            return
        }
        #expect(lead.isOpen && lead.holder == nil, "\(event.leadID) was somewhere")
        checkNothingIsOffered(event.leadID)
        #expect(event.offerID.isEmpty == (event.terms == nil), "\(event)")
        if let evaluation = event.evaluation {
            automatic += 1
            checkLimits(event, lead, partner, entry.stamp, evaluation)
        } else {
            #expect([.human, .imported, .partnerAbsent].contains(event.cause))
            if event.cause != .imported { checkRules(event, lead, partner) }
            if event.cause == .partnerAbsent { checkDeputy(event, lead, partner, entry) }
        }
        checkPromise(event, lead, partner, entry.stamp)
        leads[event.leadID]?.holder = event.partnerID
        leads[event.leadID]?.due = event.respondBy
        leads[event.leadID]?.reminders = event.reminders
        let source = lead.attributes.source
        if lead.source.isEmpty && !source.isEmpty {
            leads[event.leadID]?.source = source
            sources[source, default: (0, 0)].leads += 1
        }
        leads[event.leadID]?.isForced = false
        leads[event.leadID]?.responded = false
        leads[event.leadID]?.isSettled = true
        let kinds = kinds(lead)
        partners[event.partnerID]?.assigned.append((event.leadID, entry.stamp, kinds))
    }

    /// Who stands in for one that is away has a place, and is named by it; the one that is away had said nothing.
    private func checkDeputy(_ event: LeadAssigned, _ lead: Lead, _ partner: Partner, _ entry: Stream.Entry) {
        checkPartner(event.partnerID, event.leadID, lead, partner, at: entry.stamp)
        guard case .assignmentEnded(let ended)? = entry.events.first, let away = partners[ended.partnerID] else {
            Issue.record("nobody is stood in for: \(event)")
            return
        }
        #expect(policy?.absenceAhead == .deputies && away.profile.deputies.contains(event.partnerID), "\(event)")
        #expect(away.absences.values.contains { $0.from <= entry.stamp && entry.stamp < $0.until }, "\(event)")
        #expect(!lead.responded && !lead.imported, "\(event)")
    }

    /// The first level that holds, by this account, and what follows from it where time is counted round the clock.
    private func checkPromise(_ event: LeadAssigned, _ lead: Lead, _ partner: Partner, _ stamp: Timestamp) {
        guard let policy, event.cause != .imported else {
            #expect(event.respondBy == nil && event.remindAt == nil && event.serviceLevel.isEmpty)
            return
        }
        let level = policy.serviceLevels.first { holds($0.when, lead, partner.profile) }
        var sla = level?.sla ?? policy.sla
        if let terms = event.terms { sla.firstResponseMinutes = terms.promiseMinutes }
        #expect(event.serviceLevel == level?.name ?? "", "\(event)")
        #expect((event.respondBy == nil) == (sla.firstResponseMinutes == 0), "\(event)")
        guard let due = event.respondBy else { return }
        let before = Int64(sla.reminderMinutesBefore) * Timestamp.microsPerMinute
        let inOrder = [stamp] + event.reminders + [due]
        #expect(zip(inOrder, inOrder.dropFirst()).allSatisfy { $0 < $1 }, "\(event)")
        if sla.inWorkingHours { return }
        #expect(due == stamp.adding(micros: Int64(sla.firstResponseMinutes) * Timestamp.microsPerMinute), "\(event)")
        let promised = Int64(sla.firstResponseMinutes) * Timestamp.microsPerMinute
        var expected = Set(sla.reminders.map { stamp.adding(micros: promised * Int64($0.afterBasisPoints) / 10_000) })
        if before > 0 && before < promised { expected.insert(due.adding(micros: -before)) }
        #expect(event.reminders == expected.sorted(), "\(event)")
    }

    private func checkEscalation(_ event: LeadEscalated, _ stamp: Timestamp) {
        guard let lead = leads[event.leadID], let policy else { return }
        let ladder = policy.escalationLadder
        var (next, queue) = (0, policy.humanQueue)
        if event.reason == .unanswered {
            #expect(lead.holder == nil && lead.due ?? .distantFuture <= stamp, "\(event)")
            next = lead.rung + 1
            queue = lead.rung < ladder.count ? ladder[lead.rung].queue : ladder.last?.queue ?? policy.humanQueue
        }
        if event.reason == .agreementToApprove { queue = policy.negotiation.approver }
        #expect(event.queue == queue, "\(event)")
        let step = next < ladder.count && event.reason != .heldForWork ? ladder[next] : nil
        let earliest = step.map { stamp.adding(micros: Int64($0.afterMinutes) * Timestamp.microsPerMinute) }
        if let step, let earliest, !step.workingHours.isEmpty {
            // Never sooner than round the clock.
            #expect(event.movesOn.map { $0 >= earliest } == true, "\(event)")
        } else {
            #expect(event.movesOn == earliest, "\(event)")
        }
        switch event.reason {
        case .lawfulBasisMissing: #expect(!hasBasis(lead, policy) && event.evaluation == nil && event.suggestedPartnerID.isEmpty)
        case .shadow: #expect(policy.shadow && !event.suggestedPartnerID.isEmpty)
        case .sourceQuality: #expect(policy.review.sourceQualityBelowBasisPoints > 0 && !event.suggestedPartnerID.isEmpty)
        case .reviewRequired: #expect(!event.suggestedPartnerID.isEmpty && event.evaluation != nil)
        case .everyoneAway: #expect(isSomeoneAway(lead, stamp), "\(event)")
        default: break
        }
    }

    private func hasBasis(_ lead: Lead, _ policy: Policy) -> Bool {
        policy.lawfulBases.isEmpty || !Set(values(.lawfulBasis, lead)).isDisjoint(with: policy.lawfulBases)
    }

    /// Someone who keeps the rules and had not the lead is away, and nobody such is here.
    private func isSomeoneAway(_ lead: Lead, _ stamp: Timestamp) -> Bool {
        let could = partners.filter { id, partner in
            partner.status != "removed" && !lead.tried.contains(id) && (policy?.hardRules ?? []).allSatisfy { holds($0.require, lead, partner.profile) }
        }
        return !could.isEmpty && could.values.allSatisfy { partner in
            partner.status == "paused" || partner.absences.values.contains { stamp < $0.until }
        }
    }

    // MARK: Limits

    private func checkLimits(
        _ event: LeadAssigned, _ lead: Lead, _ partner: Partner, _ stamp: Timestamp, _ evaluation: EvaluationSummary
    ) {
        checkPartner(event.partnerID, event.leadID, lead, partner, at: stamp)
        if let policy {
            #expect(hasBasis(lead, policy) && !policy.shadow, "\(event)")
            if let least = policy.review.dealValueAtLeastMinorUnits, event.cause != .human { #expect(evaluation.dealValueMinorUnits < least, "\(event)") }
        }
        // The attempt that a changed fact or an undone link took was no partner's; a human may want one more.
        if ![.human, .ruleBroken, .unlinked].contains(event.cause) {
            #expect(event.attempt <= max(policy?.attemptsMax ?? 0, 1), "\(event)")
        }
        checkRules(event, lead, partner)
        checkBasis(event, evaluation)
    }

    /// The partner is here, has a place, counting what it is offered, and had not the lead before.
    private func checkPartner(_ id: String, _ leadID: String, _ lead: Lead, _ partner: Partner, at stamp: Timestamp) {
        let event = "\(leadID) at \(id)"
        let held = openLeads.filter { $0.holder == id }.count + offers.values.filter { $0.partnerID == id }.count
        if let most = partner.profile.capacity.openLeadsMax { #expect(held < most, "\(event)") }
        if let most = partner.profile.capacity.leadsPerPeriodMax {
            let period = period(stamp)
            let got = partner.assigned.filter { self.period($0.at) == period }.count
            #expect(got + offers.values.filter { $0.partnerID == id }.count < most, "\(event)")
        }
        for (cap, since) in partner.capped where values(cap.leadField, lead).contains(cap.value) {
            let period = period(stamp)
            let alike = partner.assigned[since...].filter { self.period($0.at) == period && $0.kinds[cap.leadField]?.contains(cap.value) == true }
            #expect(alike.count < cap.leadsPerPeriodMax, "\(event)")
        }
        #expect(partner.coolingUntil <= stamp, "\(event)")
        #expect(partner.suspendedUntil ?? .epoch <= stamp, "\(event)")
        #expect(partner.status == "active", "\(event)")
        #expect(!partner.absences.values.contains { $0.from <= stamp && stamp < $0.until }, "\(event)")
        #expect(!lead.tried.contains(id), "\(event)")
    }

    private func checkBasis(_ event: LeadAssigned, _ evaluation: EvaluationSummary) {
        let named = evaluation.best.map(\.partnerID)
        #expect(evaluation.runnerUpPartnerID != event.partnerID)
        let net = evaluation.best.map { (($0.score - $0.placePrice) + $0.favour) - $0.waitingPrice }
        if evaluation.method == .bidPrice { #expect(net == net.sorted(by: >)) }
        if evaluation.method == .highestFit { #expect(evaluation.best.map(\.fit) == evaluation.best.map(\.fit).sorted(by: >)) }
        switch evaluation.basis {
        case .score: #expect(named.first == event.partnerID)
        case .tieDebt: #expect(evaluation.tiedPartnerIDs.contains(event.partnerID) && evaluation.tiedPartnerIDs.count > 1)
        case .ownership:
            if evaluation.claimID.isEmpty { #expect(policy?.ownerFirst == true) } else {
                #expect(claims["\(event.partnerID)/\(evaluation.claimID)"]?.status == .approved && policy?.claims.protectedDays ?? 0 > 0)
            }
        case .exploration: #expect(policy?.exploration.shareBasisPoints ?? 0 > 0 && evaluation.propensity > 0)
        case .rotation: #expect(evaluation.method == .roundRobin || evaluation.method == .weightedRotation)
        case .fit: #expect(evaluation.method == .highestFit && named.first == event.partnerID)
        case .agreement: #expect(!event.offerID.isEmpty)
        case .none: Issue.record("assigned for no reason: \(event)")
        }
    }

    private func period(_ stamp: Timestamp) -> Double {
        let days = Double(stamp.micros - (policy?.periodAnchor.micros ?? 0)) / Double(Timestamp.microsPerDay)
        return (days / Double(policy?.periodDays ?? 1)).rounded(.down)
    }

    private func checkRules(_ event: LeadAssigned, _ lead: Lead, _ partner: Partner) { checkRules(lead, partner, "\(event)") }

    private func checkRules(_ lead: Lead, _ partner: Partner, _ event: String) {
        for rule in policy?.hardRules ?? [] { #expect(holds(rule.require, lead, partner.profile), "\(rule.name): \(event)") }
    }

    private func holds(_ rule: Predicate, _ lead: Lead, _ partner: PartnerProfile) -> Bool {
        switch rule {
        case .all(let parts): !parts.contains { !holds($0, lead, partner) }
        case .any(let parts): parts.contains { holds($0, lead, partner) }
        case .not(let part): !holds(part, lead, partner)
        case .partnerCovers(let field, let list): Set(values(field, lead)).isSubset(of: words(list, partner))
        case .partnerLists(let list, let value): words(list, partner).contains(value)
        case .leadIs(let field, let allowed): !Set(values(field, lead)).isDisjoint(with: allowed)
        case .leadNumberWithin(let number, let least, let most):
            value(number, lead).map { (least ?? .min) <= $0 && $0 <= (most ?? .max) } ?? true
        case .partnerTierAtLeast(let tier): partner.tier >= tier
        }
    }

    private func values(_ field: LeadField, _ lead: Lead) -> [String] {
        let account = lead.account.flatMap { accounts[$0] } ?? Account()
        let own = lead.attributes
        func one(_ word: String, or other: String = "") -> [String] { word.isEmpty ? (other.isEmpty ? [] : [other]) : [word] }
        return switch field {
        case .country: one(own.country, or: account.country)
        case .region: one(own.region)
        case .language: one(own.language)
        case .vertical: one(own.vertical, or: account.vertical)
        case .product: one(own.product)
        case .source: one(own.source)
        case .residency: one(own.residency)
        case .lawfulBasis:
            switch own.lawfulBasis {
            case .unspecified: []
            case .consent: ["consent"]
            case .contract: ["contract"]
            case .legitimateInterest: ["legitimate-interest"]
            }
        case .technologies: own.technologies.isEmpty ? account.technologies : own.technologies
        case .requiredCertifications: own.requiredCertifications
        }
    }

    private func kinds(_ lead: Lead) -> [LeadField: [String]] {
        var kinds: [LeadField: [String]] = [:]
        for field in LeadField.allCases { kinds[field] = values(field, lead) }
        return kinds
    }

    private func words(_ list: PartnerList, _ partner: PartnerProfile) -> [String] {
        switch list {
        case .countries: partner.countries
        case .regions: partner.regions
        case .languages: partner.languages
        case .verticals: partner.verticals
        case .products: partner.products
        case .technologies: partner.technologies
        case .certifications: partner.certifications
        case .residencies: partner.residencies
        }
    }

    private func value(_ number: LeadNumber, _ lead: Lead) -> Int64? {
        switch number {
        case .employees:
            let own = lead.attributes.employees
            let known = own > 0 ? own : lead.account.flatMap { accounts[$0]?.employees } ?? 0
            return known > 0 ? Int64(known) : nil
        case .sourceQualityBasisPoints:
            guard let book = sourcesBefore[lead.attributes.source], book.leads < 999 else { return nil }
            return Int64(10_000 * (book.leads - book.returned + 10) / (book.leads + 10))
        case .dealValueMinorUnits:
            guard let money = lead.attributes.dealValue else { return policy?.defaultDealValueMinorUnits }
            if money.currency == "EUR" { return money.minorUnits }
            let stated = policy?.exchangeRates.first { $0.currency == money.currency }?.rateMicros
            return (published[money.currency]?.rate ?? stated).map { money.minorUnits * $0 / 1_000_000 }
        }
    }

    // MARK: Time

    private enum Due {
        case deliver(UInt64)
        case lead(Timestamp)
        case give(UInt64)
        case remind
        case claim
        case credit
        case reinstate
        case look
        case watch
        case ruleBreak
        case handOver
    }

    /// What a `TimeAdvanced` must do: the earliest of all, deliveries before leads before giving up before reminders before
    /// claims before suspensions before credits.
    private func dueItem(_ entry: Stream.Entry) -> Due? {
        guard case .timeAdvanced(let through) = entry.input.fact else { return nil }
        var items: [(at: Timestamp, rank: Int, position: UInt64, due: Due)] = []
        for (position, one) in waiting {
            if let deliver = one.deliver { items.append((deliver, 0, position, .deliver(position))) }
            items.append((one.until, 2, position, .give(position)))
        }
        for lead in openLeads {
            if let due = lead.due { items.append((due, 1, 0, .lead(due))) }
            if let remind = lead.remind { items.append((remind, 3, 0, .remind)) }
        }
        for claim in claims.values { if let until = claim.until { items.append((until, 4, 0, .claim)) } }
        for partner in partners.values {
            if let until = partner.suspendedUntil { items.append((until, 5, 0, .reinstate)) }
        }
        for credit in returns { items.append((credit.until, 6, 0, .credit)) }
        if let nextLook { items.append((nextLook, 7, 0, .look)) }
        if let nextWatch { items.append((nextWatch, 20, 0, .watch)) }
        if let nextBreak { items.append((nextBreak, 21, 0, .ruleBreak)) }
        if let nextHandOver { items.append((nextHandOver, 70, 0, .handOver)) }
        let first = items.filter { $0.at <= through }.min { ($0.at, $0.rank, $0.position) < ($1.at, $1.rank, $1.position) }
        #expect(first != nil, "time advanced to \(through.micros) for nothing")
        return first?.due
    }

    private mutating func settle(_ due: Due, _ entry: Stream.Entry) {
        switch due {
        case .deliver(let position):
            waiting[position] = nil
        case .give(let position):
            guard case .outcomeUnmatched(let event)? = entry.events.first, event.waitingPosition == position else {
                Issue.record("\(position) should be given up, not \(entry.events)")
                return
            }
            waiting[position] = nil
        case .claim:
            guard case .claimChanged(let event)? = entry.events.first, entry.events.count == 1, event.status.isOver else {
                Issue.record("a claim should end, not \(entry.events)")
                return
            }
        case .reinstate:
            guard case .partnerReinstated(let event)? = entry.events.first, entry.events.count == 1, !event.byVendor else {
                Issue.record("a suspension should end, not \(entry.events)")
                return
            }
        case .credit:
            guard case .returnChanged(let event)? = entry.events.first, entry.events.count == 1, event.status == .lapsed else {
                Issue.record("a credit should lapse, not \(entry.events)")
                return
            }
        case .remind: remind(entry)
        case .look:
            switch entry.events.first {
            case nil: break
            case .leadAssigned(let event): #expect(event.cause == .offeredAgain)
            case .offerMade(let event): #expect(event.cause == .offeredAgain)
            case .leadEscalated(let event): #expect(event.reason != .unanswered)
            default: Issue.record("a lead should be offered again, not \(entry.events)")
            }
        case .watch:
            for event in entry.events {
                guard case .starvationAnnounced(let event) = event else {
                    Issue.record("only who gets too little or too much is spoken of, not \(event)")
                    continue
                }
                #expect(policy?.starvation != nil && (event.kind == .share || partners[event.partnerID]?.status == "active"), "\(event)")
                #expect(event.since <= entry.stamp && event.leadsSo <= event.leadsLookedAt, "\(event)")
            }
        case .ruleBreak:
            switch entry.events.first {
            case nil, .holderIneligible: break
            default: Issue.record("a holder should be said to break a rule, not \(entry.events)")
            }
        case .handOver:
            switch entry.events.first {
            case nil: break
            case .assignmentEnded(let event): #expect(event.cause == .partnerAbsent)
            default: Issue.record("a lead should go over to another, not \(entry.events)")
            }
        case .lead:
            switch entry.events.first {
            case .assignmentExpired, .assignmentEnded, .offerClosed: break
            case .leadEscalated(let event): #expect(event.reason == .unanswered)
            default: Issue.record("a lead should be taken back, not \(entry.events)")
            }
        }
    }

    /// Nothing else may come of a reminder than the reminder, and nothing at all only for one who is away or too late. Of
    /// several that are due at one moment it does not matter which is first.
    private mutating func remind(_ entry: Stream.Entry) {
        if case .reminderDue(let event)? = entry.events.first, entry.events.count == 1 {
            leads[event.leadID]?.reminders.removeAll { $0 <= entry.stamp }
            return
        }
        #expect(entry.events.isEmpty, "a reminder should be sent, not \(entry.events)")
        let silent = open.filter { id in
            guard let lead = leads[id], lead.remind ?? .distantFuture <= entry.stamp else { return false }
            let absences = lead.holder.flatMap { partners[$0]?.absences.values }.map(Array.init) ?? []
            return lead.due ?? .distantFuture <= entry.stamp || absences.contains { $0.from <= entry.stamp && entry.stamp < $0.until }
        }
        guard let first = silent.min(by: { (leads[$0]?.remind ?? .epoch, $0) < (leads[$1]?.remind ?? .epoch, $1) }) else {
            Issue.record("nobody was reminded at \(entry.stamp.micros), and nobody was away")
            return
        }
        leads[first]?.reminders.removeAll { $0 <= entry.stamp }
    }

    /// Time may pass a timer only by firing it.
    private mutating func checkNoTimerWasMissed(_ entry: Stream.Entry) {
        if case .timeAdvanced(let through) = entry.input.fact {
            #expect(through >= lastFired)
            lastFired = through
        } else if let next = nextDeadline {
            #expect(next >= entry.stamp, "a timer of \(next.micros) was passed at \(entry.stamp.micros)")
        }
    }

    /// Nothing is lost: who came in is somewhere.
    private func checkEveryLeadIsSettled(_ entry: Stream.Entry) {
        guard case .leadSubmitted(let fact) = entry.input.fact else { return }
        #expect(leads[fact.leadID]?.isSettled == true, "\(fact.leadID) went nowhere: \(entry.events)")
    }
}
