import LeadlineCore

/// SplitMix64 (Steele, Lea, Flood 2014), so that a printed seed brings a failure back.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func bool() -> Bool { Bool.random(using: &self) }
}

/// Facts and events with every field drawn at random, empty and absent ones included.
struct Draw {
    var dice: Dice

    init(seed: UInt64) { dice = Dice(state: seed) }

    // MARK: Values

    /// Empty, short, longer than a small string, longer than one length byte tells, and not only ASCII.
    mutating func text() -> String {
        let letters = ["a", "Z", "0", "-", "é", "ß", "漢", "🦊", "e\u{301}", "\u{0}"]
        let length = [0, 1, 2, 7, 15, 16, 40, 150][dice.below(8)]
        return (0..<length).map { _ in letters[dice.below(dice.bool() ? 4 : letters.count)] }.joined()
    }

    mutating func texts() -> [String] { (0..<dice.below(4)).map { _ in text() } }

    mutating func uint32() -> UInt32 { [0, 1, 127, 128, 70_000, .max, UInt32(dice.below(10_000))][dice.below(7)] }

    mutating func uint64() -> UInt64 { [0, 1, 127, 128, .max, UInt64(dice.below(1 << 40))][dice.below(6)] }

    mutating func octets() -> [UInt8] { (0..<[0, 1, 32][dice.below(3)]).map { _ in UInt8(dice.below(256)) } }

    mutating func int64() -> Int64 { [0, 1, -1, .min, .max, Int64(dice.below(1 << 50))][dice.below(6)] }

    mutating func double() -> Double { [0, -0.0, 1, 0.1, 1e300, .infinity, .leastNonzeroMagnitude][dice.below(7)] }

    /// Zero counts of a policy read as the default, so those are drawn from 1 on.
    mutating func positive() -> UInt32 { max(1, uint32()) }

    /// Within protobuf's range of timestamps, before the epoch too.
    mutating func stamp() -> Timestamp {
        [
            .epoch, Timestamp(micros: -1), Timestamp(micros: -62_135_596_800_000_000),
            Timestamp(micros: 253_402_300_799_999_999),
            Timestamp(micros: Int64(dice.below(4_000_000_000_000_000)) - 1_000_000_000_000_000),
        ][dice.below(5)]
    }

    mutating func digest() -> Digest128 { dice.below(5) == 0 ? .zero : Digest128(low: dice.next(), high: dice.next()) }

    mutating func money() -> Money { Money(minorUnits: int64(), currency: text()) }

    mutating func maybe<Value>(_ make: (inout Draw) -> Value) -> Value? { dice.bool() ? make(&self) : nil }

    mutating func several<Value>(_ make: (inout Draw) -> Value) -> [Value] {
        (0..<dice.below(4)).map { _ in make(&self) }
    }

    mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[dice.below(choices.count)] }

    // MARK: Parts

    mutating func capacity() -> Capacity {
        Capacity(
            openLeadsMax: maybe { $0.uint32() }, leadsPerPeriodMax: maybe { $0.uint32() },
            leadsPerPeriodMin: uint32(), floorValueMinorUnitsPerPeriod: int64(),
            segments: several { SegmentCap(leadField: $0.one(of: LeadField.allCases), value: $0.text(), leadsPerPeriodMax: $0.uint32()) })
    }

    mutating func zone() -> TimeZoneRules {
        TimeZoneRules(
            tzVersion: text(),
            offsets: several {
                TimeZoneRules.Offset(from: Timestamp(micros: $0.int64()), seconds: $0.one(of: [0, 3600, -3600, .min]))
            })
    }

    mutating func attributes() -> LeadAttributes {
        var value = LeadAttributes()
        for word in LeadWord.allCases { value[word] = text() }
        value.lawfulBasis = one(of: [.unspecified, .consent, .contract, .legitimateInterest])
        value.employees = uint32()
        value.dealValue = maybe { $0.money() }
        value.technologies = texts()
        value.requiredCertifications = texts()
        return value
    }

    mutating func profile() -> PartnerProfile {
        var value = PartnerProfile(partnerID: text())
        value.countries = texts()
        value.regions = texts()
        value.languages = texts()
        value.verticals = texts()
        value.products = texts()
        value.technologies = texts()
        value.certifications = texts()
        value.residencies = texts()
        value.tier = uint32()
        value.typicalDealMin = maybe { $0.money() }
        value.typicalDealMax = maybe { $0.money() }
        value.capacity = capacity()
        value.timeZone = text()
        value.holidayCalendar = text()
        value.rotationWeight = maybe { $0.uint32() }
        value.deputies = texts()
        value.workingHours = hours()
        return value
    }

    mutating func hours() -> [WorkingHours] {
        several {
            WorkingHours(
                weekday: UInt8($0.dice.below(8)), fromMinute: UInt16($0.dice.below(1440)),
                untilMinute: UInt16($0.dice.below(1441)))
        }
    }

    mutating func predicate(depth: Int) -> Predicate {
        switch dice.below(depth > 1 ? 8 : 5) {
        case 0: .partnerCovers(one(of: LeadField.allCases), one(of: PartnerList.allCases))
        case 1: .partnerLists(one(of: PartnerList.allCases), value: text())
        case 2: .leadIs(one(of: LeadField.allCases), values: texts())
        case 3:
            .leadNumberWithin(
                one(of: LeadNumber.allCases), atLeast: maybe { $0.int64() }, atMost: maybe { $0.int64() })
        case 4: .partnerTierAtLeast(uint32())
        case 5: .all(several { $0.predicate(depth: depth - 1) })
        case 6: .any(several { $0.predicate(depth: depth - 1) })
        default: .not(predicate(depth: depth - 1))
        }
    }

    mutating func declared() -> [DeclaredAttribute] {
        several { DeclaredAttribute(name: $0.text(), value: $0.text()) }
    }

    mutating func policy() -> Policy {
        var value = Policy()
        value.name = text()
        // Three levels of at most three children stay below the most nodes that are read.
        value.hardRules = several { HardRule(name: $0.text(), require: $0.predicate(depth: 4)) }
        value.fitWeights.vertical = uint32()
        value.fitWeights.country = uint32()
        value.fitWeights.language = uint32()
        value.fitWeights.dealSize = uint32()
        value.fitWeights.technologies = uint32()
        value.fitWeights.winRate = uint32()
        value.fitWeights.intent = maybe { $0.uint32() }
        value.fitWeights.acceptance = maybe { $0.uint32() }
        value.fitWeights.responseTime = maybe { $0.uint32() }
        value.fitWeights.cycleLength = maybe { $0.uint32() }
        value.fitWeights.mode = one(of: FitWeightsMode.allCases)
        value.sla.firstResponseMinutes = uint32()
        value.sla.inWorkingHours = dice.bool()
        value.attemptsMax = positive()
        value.minimumConversionBasisPoints = uint32()
        value.priorWinRateBasisPoints = positive()
        value.priorStrengthDeals = positive()
        value.fitFadeOutcomes = uint32()
        value.periodDays = positive()
        value.periodAnchor = stamp()
        value.defaultDealValueMinorUnits = max(1, int64())
        value.exchangeRates = several { ExchangeRate(currency: $0.text(), rateMicros: $0.int64()) }
        value.samePersonDays = uint32()
        value.ownerFirst = dice.bool()
        value.ownershipDays = uint32()
        value.dealHorizonDays = uint32()
        value.humanQueue = "queue" + text()
        value.sla.reminderMinutesBefore = uint32()
        value.sla.reminders = several { ReminderRule(afterBasisPoints: $0.uint32()) }
        value.serviceLevels = several {
            var level = ServiceLevel(name: $0.text(), when: $0.predicate(depth: 3), sla: SLA())
            level.sla.firstResponseMinutes = $0.uint32()
            level.sla.reminderMinutesBefore = $0.uint32()
            level.sla.reminders = $0.several { ReminderRule(afterBasisPoints: $0.uint32()) }
            return level
        }
        value.escalationLadder = several {
            EscalationStep(
                queue: $0.text(), afterMinutes: $0.uint32(), workingHours: $0.hours(), timeZone: $0.text(), holidayCalendar: $0.text())
        }
        value.method = one(of: RoutingMethod.allCases)
        value.floorPeriodDays = positive()
        value.exploration.shareBasisPoints = uint32()
        value.exploration.leadsPerPeriodMax = uint32()
        value.pilot.name = text()
        value.pilot.arms = several {
            PilotArm(
                name: $0.text(), method: $0.one(of: RoutingMethod.allCases), shareBasisPoints: $0.uint32(),
                when: $0.maybe { $0.predicate(depth: 3) })
        }
        value.shadow = dice.bool()
        value.coolDownMinutes = uint32()
        value.ownershipKeepsTurn = dice.bool()
        value.declineKeepsTurn = dice.bool()
        value.review.dealValueAtLeastMinorUnits = maybe { $0.int64() }
        value.review.conversionBelowBasisPoints = uint32()
        value.review.sourceQualityBelowBasisPoints = uint32()
        value.lawfulBases = texts()
        value.alwaysAssign = dice.bool()
        value.retention.closedDealDays = uint32()
        value.retention.otherLeadDays = uint32()
        value.retention.deadLetterDays = uint32()
        value.claims.protectedDays = uint32()
        value.claims.approval = one(of: ClaimApproval.allCases)
        value.claims.answerDays = uint32()
        value.suspension.missedDeadlines = uint32()
        value.suspension.withinDays = uint32()
        value.suspension.suspendedDays = uint32()
        value.suspension.movesLeads = dice.bool()
        value.claims.claimsPerPartnerMax = uint32()
        value.negotiation = negotiation()
        value.waiting.offersPerMinuteMax = maybe { $0.uint32() }
        value.absenceAhead = one(of: AbsenceAhead.allCases)
        value.lateAnswerMinutes = maybe { $0.uint32() }
        value.clawbackDays = maybe { $0.uint32() }
        value.starvation = maybe {
            var rule = StarvationRule()
            rule.floorAfterBasisPoints = $0.maybe { $0.uint32() }
            rule.idleDays = $0.maybe { $0.uint32() }
            rule.shareBasisPoints = $0.maybe { $0.uint32() }
            rule.shareLeadsMin = $0.uint32()
            return rule
        }
        value.ruleBreak = one(of: RuleBreakResponse.allCases)
        (value.placesBack.declined, value.placesBack.expired) = (dice.bool(), dice.bool())
        value.placesBack.withdrawn = dice.bool()
        value.presence = one(of: PresenceMode.allCases)
        value.holidayCalendars = several { HolidayCalendar(name: $0.text(), countries: $0.texts(), dates: $0.texts()) }
        value.attributes = several {
            AttributeRule(
                name: $0.text(), type: $0.one(of: AttributeType.allCases), values: $0.texts(), atLeast: $0.maybe { $0.int64() },
                atMost: $0.maybe { $0.int64() })
        }
        value.undeclaredAttributes = one(of: UndeclaredAttributes.allCases)
        value.returns.creditsPerPeriodMax = uint32()
        value.returns.answerDays = uint32()
        value.returns.reasons = several {
            ReturnReason(
                id: $0.text(), meaning: $0.meaning(),
                wordings: $0.several { ReasonWording(language: $0.text(), text: $0.text()) })
        }
        value.approvedBy = text()
        return value
    }

    mutating func candidates() -> [Candidate] {
        (0..<dice.below(9)).map { _ in
            Candidate(
                partnerID: text(), score: double(), fit: double(), conversion: double(), placePrice: double(), favour: double())
        }
    }

    mutating func evaluation() -> EvaluationSummary {
        var value = EvaluationSummary()
        value.policyVersion = text()
        value.modelVersion = digest()
        value.dealValueMinorUnits = int64()
        value.fitExponent = double()
        value.best = candidates()
        value.atCap = candidates()
        value.runnerUpPartnerID = text()
        value.scored = uint32()
        value.exclusions = several {
            Exclusion(
                reason: $0.one(of: [
                    .hardRule, .paused, .absent, .tried, .openLeadsCap, .periodCap, .conversionBelowMinimum, .coolingDown,
                    .segmentCap, .suspended, .leaving, .noTurns,
                ]), rule: $0.text(), partners: $0.uint32())
        }
        value.digest = digest()
        value.basis = one(of: [.none, .score, .tieDebt, .ownership, .exploration, .rotation, .fit, .agreement])
        value.tiedPartnerIDs = texts()
        value.method = one(of: RoutingMethod.allCases)
        value.arm = text()
        value.propensity = double()
        value.claimID = text()
        value.rate = maybe { $0.rateUsed() }
        return value
    }

    mutating func terms() -> OfferTerms {
        OfferTerms(promiseMinutes: uint32(), commissionBasisPoints: maybe { $0.uint32() }, enrichment: texts())
    }

    mutating func offered() -> OfferedLead {
        OfferedLead(
            country: text(), region: text(), language: text(), vertical: text(), employees: uint32(),
            dealValueMinorUnits: int64(), product: text(), technologies: texts(), requiredCertifications: texts(),
            residency: text())
    }

    mutating func negotiation() -> NegotiationRule {
        var rule = NegotiationRule()
        (rule.rounds, rule.askedAtOnce, rule.answerMillis) = (uint32(), uint32(), uint32())
        rule.fallback = one(of: NegotiationFallback.allCases)
        (rule.commissionMaxBasisPoints, rule.promiseMaxMinutes) = (uint32(), uint32())
        (rule.enrichment, rule.hourCostBasisPoints) = (texts(), uint32())
        rule.when = maybe { $0.predicate(depth: 3) }
        rule.approver = text()
        rule.unattendedBelowMinorUnits = maybe { $0.int64() }
        rule.unattendedConversionBasisPoints = uint32()
        return rule
    }

    mutating func rateUsed() -> RateUsed {
        RateUsed(
            currency: text(), rateMicros: int64(), validFrom: maybe { Timestamp(micros: $0.int64()) },
            position: maybe { UInt64(bitPattern: $0.int64()) })
    }

    mutating func cause() -> RoutingCause {
        one(of: [.submitted, .expired, .declined, .partnerPaused, .partnerRemoved, .human, .imported, .resumed,
            .partnerSuspended, .returned, .unlinked, .linked,
            .offeredAgain, .answeredInTime, .ruleBroken, .partnerAbsent, .partnersMerged,
        ])
    }

    mutating func linkStatement() -> LeadLinkStatement {
        LeadLinkStatement(leadID: text(), otherLeadID: text(), link: one(of: LeadLink.allCases), decidedBy: text())
    }

    mutating func refusal() -> PartnerRefusal {
        PartnerRefusal(leadID: text(), partnerID: text(), reason: meaning(), reasonID: text())
    }

    mutating func meaning() -> RefusalReason {
        one(of: [.unspecified, .noCapacity, .notAFit, .conflict, .badData, .price, .competitor, .noDecision, .other, .agentStopped])
    }

    // MARK: Facts and events

    /// Every case once.
    mutating func facts() -> [Fact] {
        var firmographics = FirmographicsObserved()
        firmographics.vertical = text()
        firmographics.employees = uint32()
        firmographics.annualRevenue = maybe { $0.money() }
        firmographics.country = text()
        firmographics.observer = text()
        return [
            .programRegistered(ProgramRegistered(currency: text(), logicVersion: 1 + uint32() % 3)),
            .policyPublished(PolicyPublished(policy: policy(), version: text())),
            .reviewRequested(ReviewRequested(leadID: text())),
            .humanDecisionRecorded(
                HumanDecisionRecorded(
                    leadID: text(), decision: one(of: [.assign(partnerID: text()), .uphold, .close, .reroute]))),
            .processingRestricted(LeadReference(leadID: text())),
            .processingObjected(LeadReference(leadID: text())),
            .erasureRequested(LeadReference(leadID: text())),
            .processingResumed(ProcessingResumed(leadID: text(), objectionWithdrawn: dice.bool())),
            .personsLinked(LeadPair(leadID: text(), otherLeadID: text())),
            .personsUnlinked(LeadPair(leadID: text(), otherLeadID: text())),
            .leadsUnlinked(linkStatement()), .leadsLinked(linkStatement()),
            .suppressionSet(SuppressedAddress(addressDigest: octets(), requestedBy: text())),
            .suppressionLifted(SuppressedAddress(addressDigest: octets(), requestedBy: text())),
            .rejectedRecordsErased(RejectedRecordsErased(leadID: text(), recordIDs: texts())),
            .segmentArchived(
                SegmentArchived(
                    firstPosition: uint64(), nextPosition: uint64(), root: octets(), chainLink: octets(), stateHash: octets(),
                    archiveDigest: octets(), archivedBy: text())),
            .programProfileSet(
                ProgramProfileSet(
                    lawfulBasis: one(of: [.unspecified, .consent, .contract, .legitimateInterest]),
                    automatedDecisionGround: one(of: AutomatedDecisionGround.allCases),
                    namesPartners: one(of: [true, false]), noTransfers: one(of: [true, false]), approvedBy: text())),
            .partnerUpserted(profile()),
            .partnerCapacitySet(PartnerCapacitySet(partnerID: text(), capacity: capacity())),
            .partnerPaused(PartnerReference(partnerID: text())),
            .partnerResumed(PartnerReference(partnerID: text())),
            .partnerRemoved(PartnerReference(partnerID: text())),
            .partnerAbsenceSet(
                PartnerAbsenceSet(partnerID: text(), absenceID: text(), from: stamp(), until: stamp())),
            .partnerAbsenceCancelled(PartnerAbsenceCancelled(partnerID: text(), absenceID: text())),
            .partnerCommissionTermsSet(PartnerCommissionTermsSet(partnerID: text(), rateBasisPoints: uint32())),
            .intentObserved(
                IntentObserved(
                    topic: text(), strengthPercent: uint32(), observer: text(), firstSeen: stamp(),
                    lastSeen: stamp())),
            .firmographicsObserved(firmographics),
            .technographicsObserved(TechnographicsObserved(technologies: texts(), observer: text())),
            .leadAccepted(PartnerStatement(leadID: text(), partnerID: text())),
            .leadDeclined(refusal()),
            .leadReturned(refusal()),
            .offerAnswered(OfferAnswered(
                leadID: text(), partnerID: text(), offerID: text(), round: uint32(),
                answer: one(of: OfferAnswer.allCases), terms: maybe { $0.terms() }, reason: meaning())),
            .returnDecided(ReturnDecided(leadID: text(), partnerID: text(), approved: dice.bool())),
            .ratesPublished(RatesPublished(
                validFrom: stamp(), rates: [ExchangeRate(currency: text(), rateMicros: int64())], publishedBy: text())),
            .commissionShared(CommissionShared(
                leadID: text(), shares: [CommissionShare(partnerID: text(), basisPoints: uint32()), CommissionShare(partnerID: text(), basisPoints: 1)])),
            .partnersMerged(PartnersMerged(
                fromPartnerID: text(), intoPartnerID: text(), decidedBy: text(),
                reason: one(of: PartnerMergeReason.allCases))),
            .firstResponseRecorded(FirstResponseRecorded(leadID: text(), partnerID: text(), channel: text())),
            .dealStageChanged(DealStageChanged(leadID: text(), partnerID: text(), stage: text())),
            .dealWon(DealWon(leadID: text(), partnerID: text(), amount: maybe { $0.money() })),
            .dealLost(DealLost(leadID: text(), partnerID: text(), reason: meaning())),
            .dealClaimed(DealClaimed(leadID: text(), partnerID: text(), claimID: text())),
            .claimWithdrawn(ClaimWithdrawn(leadID: text(), partnerID: text(), claimID: text())),
            .claimDecided(ClaimDecided(leadID: text(), partnerID: text(), claimID: text(), approved: dice.bool())),
            .leadSubmitted(
                LeadSubmitted(
                    leadID: text(), attributes: attributes(), pastPartnerID: maybe { $0.text() }, declaredAttributes: declared())),
            .leadUpdated(LeadUpdated(leadID: text(), attributes: attributes(), cleared: texts(), declaredAttributes: declared())),
            .leadWithdrawn(LeadReference(leadID: text())),
            .timeAdvanced(through: Timestamp(micros: int64())),
            .duplicateReceived,
            .logicVersionAdopted(uint32()),
        ]
    }

    /// Every case once.
    mutating func events() -> [Event] {
        [
            .leadAssigned(
                LeadAssigned(
                    leadID: text(), partnerID: text(), attempt: uint32(), cause: cause(),
                    respondBy: maybe { Timestamp(micros: $0.int64()) }, evaluation: maybe { $0.evaluation() },
                    remindAt: maybe { Timestamp(micros: $0.int64()) }, serviceLevel: text(),
                    laterReminders: several { PlannedReminder(at: Timestamp(micros: $0.int64())) }, offerID: text(),
                    terms: maybe { $0.terms() })),
            .offerMade(OfferMade(
                offerID: text(), leadID: text(), partnerID: text(), round: uint32(), answerBy: Timestamp(micros: int64()),
                cause: cause(), terms: terms(), lead: offered(), evaluation: maybe { $0.evaluation() })),
            .offerClosed(OfferClosed(
                offerID: text(), leadID: text(), partnerID: text(), round: uint32(),
                status: one(of: OfferStatus.allCases), reason: meaning(), terms: maybe { $0.terms() })),
            .shadowDecided(
                ShadowDecided(leadID: text(), partnerID: text(), evaluation: maybe { $0.evaluation() })),
            .assignmentExpired(
                AssignmentExpired(
                    leadID: text(), partnerID: text(), attempt: uint32(), respondBy: Timestamp(micros: int64()))),
            .assignmentEnded(
                AssignmentEnded(leadID: text(), partnerID: text(), attempt: uint32(), cause: cause())),
            .firstResponseMet(FirstResponseMet(leadID: text(), partnerID: text(), elapsedMicros: int64())),
            .leadEscalated(
                LeadEscalated(
                    leadID: text(),
                    reason: one(of: [
                        .noPolicy, .noPartners, .noEligiblePartner, .attemptsExhausted, .ownerAtCap,
                        .currencyUnknown, .processingRestricted, .reviewRequired, .lawfulBasisMissing, .unanswered, .shadow,
                        .everyoneAway, .placesReserved, .personObjected, .addressSuppressed, .sourceQuality,
                        .negotiationFailed, .agreementToApprove, .pastPartnerUnknown, .holderIneligible, .heldForWork,
                    ]), queue: text(), evaluation: maybe { $0.evaluation() }, movesOn: maybe { Timestamp(micros: $0.int64()) },
                    suggestedPartnerID: text())),
            .leadClosed(
                LeadClosed(
                    leadID: text(), partnerID: text(),
                    reason: one(of: [.won, .lost, .withdrawn, .human, .objected, .erased]),
                    amountMinorUnits: int64(), learned: dice.bool(), rate: maybe { $0.rateUsed() })),
            .leadMerged(LeadMerged(leadID: text(), intoLeadID: text(), sameID: dice.bool())),
            .outcomeWaiting(OutcomeWaiting(leadID: text(), until: Timestamp(micros: int64()))),
            .outcomeUnmatched(OutcomeUnmatched(leadID: text(), waitingPosition: uint64())),
            .inputDisregarded(
                InputDisregarded(
                    subject: text(),
                    reason: one(of: [
                        .notTheHolder, .leadClosed, .noChange, .leadUnknown, .partnerUnknown, .notEligible,
                        .tooManyWaiting, .alreadyRegistered, .tooManyPersons, .logicTooOld,
                        .claimUnknown, .tooManyClaims, .notLinked, .returnUnknown, .offerUnknown, .offerOver,
                        .currencyUnknown, .partnerRemoved, .tooManyRates, .partnerMerged,
                    ]))),
            .reviewOpened(ReviewOpened(leadID: text(), partnerID: text())),
            .reviewResolved(ReviewResolved(leadID: text(), overridden: dice.bool())),
            .commissionAccrued(
                CommissionAccrued(
                    leadID: text(), partnerID: text(), amountMinorUnits: int64(), rateBasisPoints: uint32(),
                    shareBasisPoints: uint32(), reversibleUntil: maybe { Timestamp(micros: $0.int64()) })),
            .commissionReversed(
                CommissionReversed(
                    leadID: text(), partnerID: text(), amountMinorUnits: int64(), rateBasisPoints: uint32())),
            .answerCredited(AnswerCredited(
                leadID: text(), partnerID: text(), elapsedMicros: int64(), respondBy: Timestamp(micros: int64()))),
            .retentionApplied(RetentionApplied(
                leadID: text(), category: one(of: RetentionCategory.allCases), closedAt: Timestamp(micros: int64()), keptDays: uint32(),
                subject: maybe { $0.digest() })),
            .rightRecorded(RightRecorded(
                leadID: text(), right: one(of: PersonRight.allCases), subjects: [digest(), digest()])),
            .recipientInformed(RecipientInformed(
                leadID: text(), partnerID: text(), right: one(of: PersonRight.allCases))),
            .personLinkChanged(PersonLinkChanged(
                leadID: text(), subject: digest(), linkedSubject: digest(), isInferred: dice.bool(), isLinked: dice.bool())),
            .claimChanged(ClaimChanged(
                leadID: text(), partnerID: text(), claimID: text(), status: one(of: ClaimStatus.allCases),
                reason: one(of: ClaimReason.allCases), until: maybe { Timestamp(micros: $0.int64()) },
                conflictingPartnerID: text(), account: maybe { $0.digest() })),
            .partnerSuspended(PartnerSuspended(
                partnerID: text(), until: Timestamp(micros: int64()), missedDeadlines: uint32(), withinDays: uint32())),
            .partnerReinstated(PartnerReinstated(partnerID: text(), byVendor: dice.bool(), answeredInTime: dice.bool())),
            .starvationAnnounced(StarvationAnnounced(
                partnerID: text(), kind: one(of: StarvationKind.allCases), cause: one(of: StarvationCause.allCases), rule: text(),
                since: Timestamp(micros: int64()), until: maybe { Timestamp(micros: $0.int64()) }, leads: uint32(), of: uint32(),
                valueMinorUnits: int64(), ofValueMinorUnits: int64(), leadsLookedAt: uint32(), leadsSo: uint32())),
            .holderIneligible(HolderIneligible(
                leadID: text(), partnerID: text(), rule: text(), cause: one(of: RuleBreakCause.allCases),
                response: one(of: RuleBreakResponse.allCases))),
            .leadLinkChanged(LeadLinkChanged(
                leadID: text(), otherLeadID: text(), link: one(of: LeadLink.allCases), linked: dice.bool())),
            .reminderDue(ReminderDue(
                leadID: text(), partnerID: text(), respondBy: Timestamp(micros: int64()), reminder: uint32(),
                reminders: uint32())),
            .returnChanged(ReturnChanged(
                leadID: text(), partnerID: text(), reasonID: text(), meaning: meaning(),
                status: one(of: ReturnStatus.allCases), until: maybe { Timestamp(micros: $0.int64()) },
                creditsUsed: uint32(), creditsMax: uint32())),
        ]
    }

    mutating func input(_ fact: Fact) -> Input {
        Input(
            fact, eventDigest: maybe { $0.digest() }, contentDigest: maybe { $0.digest() },
            subject: maybe { $0.digest() }, linkedSubject: maybe { $0.digest() },
            suppressedAddress: maybe { $0.digest() }, account: maybe { $0.digest() }, imported: dice.bool(),
            timeZone: maybe { $0.zone() }, stepTimeZones: several { NamedTimeZone(name: $0.text(), rules: $0.zone()) })
    }
}
