// What the outside may look at: copies, never the tables themselves.

/// Where a lead is in its life.
public enum LeadStage: String, Sendable {
    case assigned, accepted, responded, escalated, won, lost, closed, merged, offered
}

/// A lead as it stands.
public struct LeadStanding: Sendable, Equatable {
    public var leadID: String
    public var stage: LeadStage
    /// Nil while nobody holds it.
    public var partnerID: String?
    public var attempt: UInt32
    public var submittedAt: Timestamp
    /// When its holder got it; nil while nobody holds it.
    public var assignedAt: Timestamp?
    /// Nil where no timer runs.
    public var respondBy: Timestamp?
    /// When it moves on to the next human queue; nil where it does not.
    public var movesOn: Timestamp?
    /// The data subject's random id, if the lead concerns one.
    public var subject: Digest128?
    /// In which capacity period it counts at its holder; nil where that is worked out when it is asked for.
    public var countedPeriod: Int64?
}

/// A partner as it stands.
public struct PartnerStanding: Sendable, Equatable {
    public var profile: PartnerProfile
    /// "active", "paused" or "removed".
    public var status: String
    public var openLeads: UInt32
    public var assignments: UInt64
    public var won: UInt32
    public var lost: UInt32
    /// What ties owe it (positive) or it owes (negative), in millionths of a lead.
    public var tieDebtMicros: Int64
    public var commissionBasisPoints: UInt32
    /// Leads it got in the period that runs.
    public var leadsInPeriod: UInt32 = 0
    /// Nil unless it gets no leads for having missed a deadline.
    public var coolingUntil: Timestamp?
    /// Nil unless it is suspended for having missed deadlines.
    public var suspendedUntil: Timestamp?
    /// Returns for bad data that the policy credited it in the period that runs.
    public var creditedReturns: UInt32 = 0
    /// How full each of the profile's caps on some of its leads is, in their order.
    public var segments: [SegmentStanding] = []
    /// When it is away, in order; what is long over is forgotten.
    public var absences: [AbsenceStanding] = []
    /// The partner into which it was merged, for which its id stands; empty if it was not.
    public var mergedIntoPartnerID = ""
}

/// A time in which a partner is away.
public struct AbsenceStanding: Sendable, Equatable {
    public var absenceID: String
    public var from: Timestamp
    public var until: Timestamp
    public init(absenceID: String, from: Timestamp, until: Timestamp) {
        self.absenceID = absenceID
        self.from = from
        self.until = until
    }
}

/// A cap on some of a partner's leads, and how many of them it got in the period that runs.
public struct SegmentStanding: Sendable, Equatable {
    public var cap: SegmentCap
    public var leads: UInt32
    public init(cap: SegmentCap, leads: UInt32) {
        self.cap = cap
        self.leads = leads
    }
}

/// A claim that waits or is in force.
public struct ClaimStanding: Sendable, Equatable {
    public var partnerID: String
    /// The partner's own id of it.
    public var claimID: String
    /// The lead that it was made by; empty where there is none.
    public var leadID: String
    /// True if it is about a company, and not about the lead alone.
    public var isOnAccount: Bool
    public var status: ClaimStatus
    /// Until when it waits, or is in force.
    public var until: Timestamp
}

/// The credit for a return that waits for a person.
public struct ReturnStanding: Sendable, Equatable {
    public var leadID: String
    public var partnerID: String
    /// The policy's reason that the partner named; empty for none.
    public var reasonID: String
    /// When the partner had got the lead.
    public var assignedAt: Timestamp
    /// In which capacity period it counted; nil where that is worked out when it is asked for.
    public var countedPeriod: Int64?
    public var until: Timestamp
}

/// An offer that waits for its partner's answer.
public struct OfferStanding: Sendable, Equatable {
    public var offerID: String
    public var leadID: String
    public var partnerID: String
    public var round: UInt32
    public var answerBy: Timestamp
    public var terms: OfferTerms
    /// The partner said that it has room.
    public var isConfirmed: Bool
    /// What the partner is told of the lead, as it is known by now.
    public var lead: OfferedLead
}

/// An agreement that waits for whom the policy names.
public struct AgreementStanding: Sendable, Equatable {
    public var offerID: String
    public var leadID: String
    public var partnerID: String
    public var terms: OfferTerms
}

/// A lead that a partner agreed to take, at terms that stand.
public struct AgreedLead: Sendable, Equatable {
    public var leadID: String
    /// The share of the deal that was agreed.
    public var commissionBasisPoints: UInt32
    public var stage: LeadStage
    /// True if a human has not approved it yet.
    public var isWaiting: Bool
    public init(leadID: String, commissionBasisPoints: UInt32, stage: LeadStage, isWaiting: Bool) {
        self.leadID = leadID
        self.commissionBasisPoints = commissionBasisPoints
        self.stage = stage
        self.isWaiting = isWaiting
    }
}

/// How a partner answers offers.
public struct OfferRecord: Sendable, Equatable {
    public var partnerID: String
    public var made: UInt32
    public var agreed: UInt32
    public var declined: UInt32
    /// Counters, whatever came of them.
    public var countered: UInt32
    /// The share of a deal that a counter asked for in addition, on average.
    public var askedBasisPoints: UInt32
    public var lapsed: UInt32
}

/// How good a source's latest leads were.
public struct SourceQuality: Sendable, Equatable {
    public var source: String
    /// The latest leads of it that a partner got; 500 to 1,000 once there are as many.
    public var leads: UInt32
    /// Those of them that a partner gave back for bad data.
    public var returned: UInt32
    /// The share that was not, as if ten more had been good: what policies look at.
    public var qualityBasisPoints: UInt32
    public init(source: String, leads: UInt32, returned: UInt32, qualityBasisPoints: UInt32) {
        self.source = source
        self.leads = leads
        self.returned = returned
        self.qualityBasisPoints = qualityBasisPoints
    }
}

/// What stands for a person.
public struct PersonInspection: Sendable, Equatable {
    /// A link to another of the person's ids.
    public struct Link: Sendable, Equatable {
        public var subject: Digest128
        public var other: Digest128
        /// True if it follows from a lead's address, false if somebody said so.
        public var isInferred: Bool
    }
    /// Every id of the person: those that were asked for, then those linked to them.
    public var subjects: [Digest128]
    public var isRestricted: Bool
    public var hasObjected: Bool
    /// Each once.
    public var links: [Link]
}

/// An address whose leads go to a human.
public struct SuppressionStanding: Sendable, Equatable {
    /// Keyed digest of the address.
    public var address: Digest128
    public var since: Timestamp
    /// Leads that came with the address since.
    public var leads: UInt64
}

extension State {
    /// What stands for a person who is known by any of these ids.
    public func person(_ subjects: [Digest128]) -> PersonInspection {
        let group = persons.group(of: subjects)
        let standing = persons.standing(of: group)
        var links: [PersonInspection.Link] = []
        for subject in group {
            for link in persons.links(of: subject)
            where !links.contains(where: { $0.subject == link.to && $0.other == subject }) {
                links.append(.init(subject: subject, other: link.to, isInferred: link.isInferred))
            }
        }
        return PersonInspection(
            subjects: group, isRestricted: standing.contains(.restricted), hasObjected: standing.contains(.objected),
            links: links)
    }

    /// True if the program's logic version knows persons: rights that bind them, links, suppressions.
    public var knowsPersons: Bool { isLogic(4) }

    /// True if leads that come with the address of this digest go to a human.
    public func isSuppressed(_ address: Digest128) -> Bool {
        suppressions.entries.isEmpty ? false : suppressions.contains(address)
    }

    /// Every suppressed address.
    public var suppressedAddresses: [SuppressionStanding] {
        suppressions.entries.map { .init(address: $0.address, since: $0.since, leads: $0.leads) }
    }

    /// True if the program's logic version knows claims.
    public var knowsClaims: Bool { isLogic(5) }

    /// Every claim that waits or is in force, in the order in which they came.
    public var claimStandings: [ClaimStanding] {
        claims.all.map {
            ClaimStanding(
                partnerID: partners.profiles[Int($0.partner)].partnerID, claimID: $0.id, leadID: $0.leadID,
                isOnAccount: $0.account != nil, status: $0.status, until: $0.until)
        }
    }

    /// True if the program's logic version knows returns.
    public var knowsReturns: Bool { isLogic(5) }

    /// Every credit that waits for a person, in the order in which they came.
    public var returnStandings: [ReturnStanding] {
        returns.waiting.map {
            ReturnStanding(
                leadID: $0.leadID, partnerID: partners.profiles[Int($0.partner)].partnerID, reasonID: $0.reasonID,
                assignedAt: $0.cost.assignedAt,
                countedPeriod: $0.cost.place.windows?.period, until: $0.until)
        }
    }

    /// Every source of which partners got leads, in the order in which they first did.
    public var sourceQualities: [SourceQuality] {
        sources.tallies.map {
            SourceQuality(
                source: vocabulary.word($0.source), leads: $0.leads, returned: $0.returned,
                qualityBasisPoints: $0.qualityBasisPoints)
        }
    }

    /// True if the program's logic version knows offers.
    public var knowsOffers: Bool { isLogic(6) }

    /// Every offer that is open, by lead and then in the order in which they were made.
    public var offerStandings: [OfferStanding] {
        offers.slots.flatMap { slot in
            guard let negotiation = offers[Int(slot)] else { return [OfferStanding]() }
            return negotiation.open.map { open in
                OfferStanding(
                    offerID: open.id, leadID: leads.leads[Int(slot)].id,
                    partnerID: partners.profiles[Int(open.partner)].partnerID, round: negotiation.round,
                    answerBy: negotiation.answerBy, terms: open.terms, isConfirmed: open.isConfirmed,
                    lead: offeredLead(view(ofLeadAt: Int(slot)), stating: nil))
            }
        }
    }

    /// True if this offer of the lead is or was one to the partner.
    public func wasOffered(_ offerID: String, lead: String, to partner: String) -> Bool {
        leads.ownSlot(of: lead).map { wasMade(offerID, Int($0), to: partner) } ?? false
    }

    /// Every agreement that waits for a human to approve or review it, by lead.
    public var agreementStandings: [AgreementStanding] {
        offers.agreements.map { slot, agreement in
            AgreementStanding(
                offerID: agreement.offerID, leadID: leads.leads[Int(slot)].id,
                partnerID: partners.profiles[Int(agreement.partner)].partnerID, terms: agreement.terms)
        }
    }

    /// What a partner agreed to and stands, by lead: what it holds, or held when it ended, or may get once a human
    /// approves.
    public func agreed(by partnerID: String) -> [AgreedLead] {
        guard let partner = partners.index(of: partnerID) else { return [] }
        return leads.leads.indices.compactMap { slot in
            let lead = leads.leads[slot]
            if lead.id.isEmpty { return nil }
            if let waiting = offers.agreement(slot), waiting.partner == UInt32(partner) {
                return AgreedLead(
                    leadID: lead.id, commissionBasisPoints: waiting.terms.commissionBasisPoints ?? 0,
                    stage: standing(lead).stage, isWaiting: true)
            }
            guard lead.holder == UInt32(partner), lead.agreedBasisPoints != LeadTable.Lead.nothingAgreed else {
                return nil
            }
            return AgreedLead(
                leadID: lead.id, commissionBasisPoints: lead.agreedBasisPoints, stage: standing(lead).stage,
                isWaiting: false)
        }
    }

    /// How partners that were ever asked answer, in order of registration.
    public var offerRecords: [OfferRecord] {
        offers.tallies.indices.filter { offers.tallies[$0].made > 0 }.map { index in
            let tally = offers.tallies[index]
            let asked = tally.countered == 0 ? 0 : tally.askedBasisPoints / UInt64(tally.countered)
            return OfferRecord(
                partnerID: partners.profiles[index].partnerID, made: tally.made, agreed: tally.agreed,
                declined: tally.declined, countered: tally.countered, askedBasisPoints: UInt32(clamping: asked),
                lapsed: tally.lapsed)
        }
    }

    /// The lead with this id, or the one it was merged into.
    public func lead(_ id: String) -> LeadStanding? {
        leads.slot(of: id).map { standing(leads.leads[$0]) }
    }

    /// True if something is remembered of the account.
    public func knows(account: Digest128) -> Bool { accounts.index(of: account) != nil }

    /// True if a lead that is remembered concerns this person, open or closed.
    public func hasLead(of subject: Digest128) -> Bool {
        leads.leads.contains { $0.subject == subject && !$0.id.isEmpty }
    }

    private func standing(_ lead: LeadTable.Lead) -> LeadStanding {
        let stage: LeadStage = switch lead.status {
        case .received, .assigned:
            lead.flags.contains(.responded) ? .responded : lead.flags.contains(.accepted) ? .accepted : .assigned
        case .escalated: .escalated
        case .offered: .offered
        case .closed: !lead.flags.contains(.learned) ? .closed : lead.flags.contains(.won) ? .won : .lost
        case .merged: .merged
        }
        return LeadStanding(
            leadID: lead.id, stage: stage,
            partnerID: lead.holder == LeadTable.nowhere ? nil : partners.profiles[Int(lead.holder)].partnerID,
            attempt: UInt32(lead.attempt), submittedAt: lead.submittedAt,
            assignedAt: lead.holder == LeadTable.nowhere ? nil : lead.assignedAt,
            respondBy: lead.status == .assigned && lead.hasTimer && !lead.flags.contains(.onHorizon) ? lead.dueAt : nil,
            movesOn: lead.status == .escalated && lead.hasTimer ? lead.dueAt : nil,
            subject: lead.subject == .zero ? nil : lead.subject, countedPeriod: lead.place.windows?.period)
    }

    /// Every lead of which somebody asked that a human looks at the decision, and none has yet.
    public var leadsUnderReview: [LeadStanding] { slotsUnderReview.map { standing(leads.leads[$0]) } }

    /// Leads under review that no escalation has a human look at anyway: how many, and the first of them to be
    /// submitted.
    public func leadsUnderReviewAlone(first limit: Int) -> (count: Int, first: [LeadStanding]) {
        let slots = slotsUnderReview.filter { leads.leads[$0].status != .escalated }
        let first = slots.sorted { a, b in
            let (x, y) = (leads.leads[a], leads.leads[b])
            return x.submittedAt == y.submittedAt ? x.id < y.id : x.submittedAt < y.submittedAt
        }
        return (slots.count, first.prefix(limit).map { standing(leads.leads[$0]) })
    }

    private var slotsUnderReview: [Int] {
        leads.leads.indices.filter { leads.leads[$0].flags.contains(.underReview) && !leads.leads[$0].id.isEmpty }
    }

    /// True if somebody asked that a human looks at the decision about this very lead, and none has yet.
    public func isUnderReview(_ lead: String) -> Bool {
        leads.ownSlot(of: lead).map { leads.leads[Int($0)].flags.contains(.underReview) } ?? false
    }

    /// Every lead that a partner holds or that waits for a human.
    public var openLeads: [LeadStanding] {
        leads.leads.indices.filter { leads.leads[$0].isOpen }.map { standing(leads.leads[$0]) }
    }

    /// True if any partner was ever registered.
    public var hasPartners: Bool { partners.count > 0 }

    /// Ids of the partners that are neither paused nor removed, in order of registration.
    public var activePartnerIDs: [String] {
        (0..<partners.count).filter { partners.status[$0] == .active }.map { partners.profiles[$0].partnerID }
    }

    /// When leads that wait for a partner are looked at next; nil: not before something happens.
    public var nextLook: Timestamp? { again.lookAt < .distantFuture ? again.lookAt : nil }

    /// When it is looked next who gets too little or too much; nil where nobody is watched.
    public var nextStarvationLook: Timestamp? { starvation.lookAt < .distantFuture ? starvation.lookAt : nil }

    /// When it is dealt next with a holder that breaks a rule since a fact changed; nil where there is none.
    public var nextRuleBreak: Timestamp? { ruleBreaks.slots.compactMap { ruleBreaks[Int($0)]?.at }.min() }

    /// When a partner that has deputies goes away next, or a lead goes over to one; nil where nothing of the kind is
    /// known.
    public var nextHandOver: Timestamp? { handOvers.next }

    /// What a lead states by now; nil for one that is not here.
    public func leadAttributes(_ id: String) -> LeadAttributes? {
        guard let slot = leads.slot(of: id) else { return nil }
        let lead = leads.leads[slot]
        var stated = LeadAttributes()
        for word in LeadWord.allCases where lead.words[word] != Vocabulary.none {
            stated[word] = vocabulary.word(lead.words[word])
        }
        stated.employees = lead.employees
        if lead.currency != Vocabulary.none {
            stated.dealValue = Money(minorUnits: lead.valueMinorUnits, currency: vocabulary.word(lead.currency))
        }
        stated.technologies = lead.technologies.map { vocabulary.word($0) }
        stated.requiredCertifications = lead.requiredCertifications.map { vocabulary.word($0) }
        stated.lawfulBasis = lead.lawfulBasis
        return stated
    }

    /// Ids of the partners that were removed and that no profile brings back.
    public var keptOutPartnerIDs: Set<String> {
        Set(partners.profiles.lazy.map(\.partnerID).filter { isKeptOut($0) })
    }

    /// The exchange rates in force, the policy's where none was published by itself, and those to come, by currency and
    /// date.
    public var rateStandings: [RateStanding] {
        let published = rates.rates.map { rate in
            RateStanding(rate: rate.used, isInForce: rate.from <= rates.now)
        }
        let stated = (policy?.exchangeRates ?? []).filter { rates.rate(of: $0.currency) == nil }.map {
            RateStanding(rate: $0.used, isInForce: true)
        }
        return (published + stated).sorted { a, b in
            (a.rate.currency, a.rate.validFrom ?? .epoch) < (b.rate.currency, b.rate.validFrom ?? .epoch)
        }
    }

    /// Every partner in order of registration.
    public var partnerStandings: [PartnerStanding] {
        let period = currentPeriod
        return (0..<partners.count).map { standing(ofPartnerAt: $0, in: period) }
    }

    /// One partner; nil for one that never was registered.
    public func partnerStanding(_ id: String) -> PartnerStanding? {
        partners.index(of: id).map { standing(ofPartnerAt: $0, in: currentPeriod) }
    }

    private var currentPeriod: Int64 { policy.map { CapacityLimits.period(at: lastStamp, $0) } ?? .min }

    private func standing(ofPartnerAt index: Int, in period: Int64) -> PartnerStanding {
        let id = partners.profiles[index].partnerID
        let successor = partners.isMerged(id) ? partners.index(of: id).map { partners.profiles[$0].partnerID } : nil
        return PartnerStanding(
            profile: partners.profiles[index],
            status: ["active", "paused", "removed"][Int(partners.status[index].rawValue)],
            openLeads: partners.openLeads[index], assignments: partners.assignments[index],
            won: tallies.partners[index].won, lost: tallies.partners[index].lost,
            tieDebtMicros: partners.tieDebtMicros[index],
            commissionBasisPoints: partners.commissionBasisPoints[index],
            leadsInPeriod: CapacityLimits.leads(partners, index, in: period),
            coolingUntil: partners.coolingUntil[index] > lastStamp ? partners.coolingUntil[index] : nil,
            suspendedUntil: suspensions[index].until > .epoch ? suspensions[index].until : nil,
            creditedReturns: returns.credits(of: index, in: period),
            segments: partners.segmentStandings(index, in: period),
            absences: partners.absences[index].map { .init(absenceID: $0.id, from: $0.from, until: $0.until) },
            mergedIntoPartnerID: successor ?? "")
    }
}
