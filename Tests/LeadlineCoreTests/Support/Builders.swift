import LeadlineCore

// Inputs in few words. Amounts are whole euros.

func euros(_ amount: Int64) -> Money { Money(minorUnits: amount * 100, currency: "EUR") }

/// A digest that stands for the number.
func digest(_ number: UInt64) -> Digest128 { Digest128(low: number, high: 0x7e57) }

extension Input {
    static func program(_ currency: String = "EUR", logic version: UInt32 = Logic.newest) -> Input {
        Input(.programRegistered(.init(currency: currency, logicVersion: version)))
    }

    static func policy(_ version: String = "p1", _ change: (inout Policy) -> Void = { _ in }) -> Input {
        var policy = Policy()
        // What waits stays where it is, but in the tests of waiting.
        policy.waiting.offersPerMinuteMax = 0
        policy.absenceAhead = .stop
        change(&policy)
        return Input(.policyPublished(.init(policy: policy, version: version)))
    }

    static func partner(
        _ id: String, zone: TimeZoneRules? = nil, _ change: (inout PartnerProfile) -> Void = { _ in }
    ) -> Input {
        var profile = PartnerProfile(partnerID: id)
        change(&profile)
        return Input(.partnerUpserted(profile), timeZone: zone)
    }

    static func capacity(_ id: String, open: UInt32? = nil, period: UInt32? = nil, segments: [SegmentCap] = []) -> Input {
        Input(.partnerCapacitySet(.init(
            partnerID: id, capacity: Capacity(openLeadsMax: open, leadsPerPeriodMax: period, segments: segments))))
    }
    static func paused(_ id: String) -> Input { Input(.partnerPaused(.init(partnerID: id))) }
    static func resumed(_ id: String) -> Input { Input(.partnerResumed(.init(partnerID: id))) }
    static func removed(_ id: String) -> Input { Input(.partnerRemoved(.init(partnerID: id))) }
    static func absence(_ id: String, _ absenceID: String = "holiday", from: Int, until: Int) -> Input {
        Input(.partnerAbsenceSet(.init(
            partnerID: id, absenceID: absenceID, from: Moment.at(from), until: Moment.at(until))))
    }
    static func absenceCancelled(_ id: String, _ absenceID: String = "holiday") -> Input {
        Input(.partnerAbsenceCancelled(.init(partnerID: id, absenceID: absenceID)))
    }
    static func commission(_ id: String, basisPoints: UInt32) -> Input {
        Input(.partnerCommissionTermsSet(.init(partnerID: id, rateBasisPoints: basisPoints)))
    }

    static func lead(
        _ id: String, account: UInt64? = nil, person: UInt64? = nil, past: String? = nil,
        _ change: (inout LeadAttributes) -> Void = { _ in }
    ) -> Input {
        var attributes = LeadAttributes()
        change(&attributes)
        return Input(
            .leadSubmitted(.init(leadID: id, attributes: attributes, pastPartnerID: past)),
            subject: person.map(digest), account: account.map(digest))
    }
    static func updated(_ id: String, _ change: (inout LeadAttributes) -> Void) -> Input {
        var attributes = LeadAttributes()
        change(&attributes)
        return Input(.leadUpdated(.init(leadID: id, attributes: attributes)))
    }
    static func cleared(_ id: String, _ fields: [String], _ change: (inout LeadAttributes) -> Void = { _ in }) -> Input {
        var attributes = LeadAttributes()
        change(&attributes)
        return Input(.leadUpdated(.init(leadID: id, attributes: attributes, cleared: fields)))
    }
    static func withdrawn(_ id: String) -> Input { Input(.leadWithdrawn(.init(leadID: id))) }
    static func firmographics(account: UInt64, _ change: (inout FirmographicsObserved) -> Void) -> Input {
        var fact = FirmographicsObserved()
        change(&fact)
        return Input(.firmographicsObserved(fact), account: digest(account))
    }
    /// What a vendor says of an account's interest; days count from the start of tests.
    static func intent(
        account: UInt64, _ topic: String, by observer: String = "vendor", strength: UInt32, fromDay: Int = 0, day: Int
    ) -> Input {
        let fact = IntentObserved(
            topic: topic, strengthPercent: strength, observer: observer, firstSeen: Moment.at(Moment.at(day: fromDay, 0)),
            lastSeen: Moment.at(Moment.at(day: day, 0)))
        return Input(.intentObserved(fact), account: digest(account))
    }
    static func technographics(account: UInt64, _ technologies: [String]) -> Input {
        Input(.technographicsObserved(.init(technologies: technologies, observer: "test")), account: digest(account))
    }

    static func accepted(_ lead: String, _ partner: String) -> Input {
        Input(.leadAccepted(.init(leadID: lead, partnerID: partner)))
    }
    static func declined(_ lead: String, _ partner: String) -> Input {
        Input(.leadDeclined(.init(leadID: lead, partnerID: partner)))
    }
    static func declined(_ lead: String, _ partner: String, _ reason: RefusalReason) -> Input {
        Input(.leadDeclined(.init(leadID: lead, partnerID: partner, reason: reason)))
    }
    static func declined(_ lead: String, _ partner: String, because id: String) -> Input {
        Input(.leadDeclined(.init(leadID: lead, partnerID: partner, reasonID: id)))
    }
    static func returned(_ lead: String, _ partner: String, _ reason: RefusalReason = .unspecified, because id: String = "") -> Input {
        Input(.leadReturned(.init(leadID: lead, partnerID: partner, reason: reason, reasonID: id)))
    }
    static func returnDecided(_ lead: String, _ partner: String, approved: Bool) -> Input {
        Input(.returnDecided(.init(leadID: lead, partnerID: partner, approved: approved)))
    }
    /// An answer to the offer of a lead that is open to a partner; to one that never was, where none is.
    static func answered(
        _ lead: String, _ partner: String, _ answer: OfferAnswer, in state: State, round: UInt32 = 0,
        reason: RefusalReason = .unspecified, _ terms: OfferTerms? = nil
    ) -> Input {
        let open = state.offerStandings.first { $0.leadID == lead && $0.partnerID == partner }
        return .answered(lead, partner, answer, offer: open?.offerID ?? "none", round: round, reason: reason, terms)
    }
    static func answered(
        _ lead: String, _ partner: String, _ answer: OfferAnswer, offer: String, round: UInt32 = 0,
        reason: RefusalReason = .unspecified, _ terms: OfferTerms? = nil
    ) -> Input {
        Input(.offerAnswered(.init(
            leadID: lead, partnerID: partner, offerID: offer, round: round, answer: answer, terms: terms, reason: reason)))
    }
    static func responded(_ lead: String, _ partner: String) -> Input {
        Input(.firstResponseRecorded(.init(leadID: lead, partnerID: partner)))
    }
    static func stage(_ lead: String, _ partner: String, _ stage: String = "demo") -> Input {
        Input(.dealStageChanged(.init(leadID: lead, partnerID: partner, stage: stage)))
    }
    static func won(_ lead: String, _ partner: String, _ amount: Money? = nil) -> Input {
        Input(.dealWon(.init(leadID: lead, partnerID: partner, amount: amount)))
    }
    static func lost(_ lead: String, _ partner: String) -> Input {
        Input(.dealLost(.init(leadID: lead, partnerID: partner)))
    }

    static func review(_ lead: String) -> Input { Input(.reviewRequested(.init(leadID: lead))) }
    static func human(_ lead: String, _ decision: HumanDecisionRecorded.Decision) -> Input {
        Input(.humanDecisionRecorded(.init(leadID: lead, decision: decision)))
    }
    static func restricted(_ lead: String) -> Input { Input(.processingRestricted(.init(leadID: lead))) }
    static func objected(_ lead: String) -> Input { Input(.processingObjected(.init(leadID: lead))) }
    static func lifted(_ lead: String, objection: Bool = false) -> Input {
        Input(.processingResumed(.init(leadID: lead, objectionWithdrawn: objection)))
    }
    static func link(_ lead: String, _ other: String) -> Input {
        Input(.personsLinked(.init(leadID: lead, otherLeadID: other)))
    }
    static func unlink(_ lead: String, _ other: String) -> Input {
        Input(.personsUnlinked(.init(leadID: lead, otherLeadID: other)))
    }
    static func leadsUnlinked(_ lead: String, _ other: String = "", _ link: LeadLink = .sameEnquiry) -> Input {
        Input(.leadsUnlinked(.init(leadID: lead, otherLeadID: other, link: link, decidedBy: "desk")))
    }
    static func leadsLinked(_ lead: String, _ other: String = "", _ link: LeadLink = .sameEnquiry) -> Input {
        Input(.leadsLinked(.init(leadID: lead, otherLeadID: other, link: link, decidedBy: "desk")))
    }
    static func claim(_ id: String, _ partner: String, lead: String = "", account: UInt64? = nil) -> Input {
        Input(.dealClaimed(.init(leadID: lead, partnerID: partner, claimID: id)), account: account.map(digest))
    }
    static func claimDecided(_ id: String, _ partner: String, approved: Bool) -> Input {
        Input(.claimDecided(.init(partnerID: partner, claimID: id, approved: approved)))
    }
    static func claimWithdrawn(_ id: String, _ partner: String) -> Input {
        Input(.claimWithdrawn(.init(partnerID: partner, claimID: id)))
    }
    static func suppress(_ address: UInt64) -> Input {
        Input(.suppressionSet(.init(addressDigest: digest(address).bytes)))
    }
    static func liftSuppression(_ address: UInt64) -> Input {
        Input(.suppressionLifted(.init(addressDigest: digest(address).bytes)))
    }
    static func erasure(_ lead: String) -> Input { Input(.erasureRequested(.init(leadID: lead))) }

    /// The same under a producer's event id and content.
    func event(_ id: UInt64, content: UInt64 = 1) -> Input {
        var copy = self
        copy.eventDigest = digest(id)
        copy.contentDigest = digest(content)
        return copy
    }

    /// The same about a person whom the vault knows, whose address leads to another.
    func of(person: UInt64, linked: UInt64? = nil) -> Input {
        var copy = self
        copy.subject = digest(person)
        copy.linkedSubject = linked.map(digest)
        return copy
    }

    /// The same with an address that is suppressed.
    func suppressed(_ address: UInt64) -> Input {
        var copy = self
        copy.suppressedAddress = digest(address)
        return copy
    }

    /// The same as a record that was received at one minute and states that it happened at another.
    func received(_ minute: Int, own: Int? = nil) -> Input {
        var copy = self
        copy.receivedAt = Moment.at(minute)
        copy.ownTime = own.map(Moment.at)
        return copy
    }

    /// The same as history.
    var asHistory: Input {
        var copy = self
        copy.imported = true
        return copy
    }
}
