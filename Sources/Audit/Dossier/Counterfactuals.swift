public import LeadlineCore

/// A recorded decision, decided again with one thing changed.
public struct Counterfactual: Sendable, Equatable {
    /// What was changed.
    public enum Change: Sendable, Equatable {
        /// The deal was worth this.
        case dealValue(Money)
        /// Another country; the lead's own is empty where none is stated.
        case country(String, insteadOf: String)
        /// The lead stated this lawful basis.
        case lawfulBasis(LawfulBasis)
        /// The partner was away; it had no caps; it was not paused.
        case partnerAway(String), partnerUncapped(String), partnerResumed(String)
        /// The policy had no such hard rule.
        case withoutRule(String)
        /// The policy had no minimum conversion; no precedence for owners; no lots; kept no lead for a human; was not
        /// in shadow mode; kept no place for later leads; allowed one more attempt.
        case withoutMinimum, withoutOwnership, withoutLots, withoutReview, withoutShadow, withoutReserve, oneMoreAttempt

        /// What the change is about.
        public var subject: Subject {
            switch self {
            case .dealValue, .country, .lawfulBasis: .lead
            case .partnerAway, .partnerUncapped, .partnerResumed: .partner
            case .withoutRule, .withoutMinimum, .withoutOwnership, .withoutLots, .withoutReview, .withoutShadow,
                .withoutReserve, .oneMoreAttempt:
                .policy
            }
        }
    }

    /// What a change is about.
    public enum Subject: String, Sendable, Codable { case lead, partner, policy }

    /// The kind of a change, whatever its values are.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case dealValue, country, lawfulBasis, partnerAway, partnerUncapped, partnerResumed, withoutRule, withoutMinimum
        case withoutOwnership, withoutLots, withoutReview, withoutShadow, withoutReserve, oneMoreAttempt
    }

    /// What would have come of the lead, beside what did.
    public enum Result: String, Sendable, Codable, CaseIterable {
        /// The same; another partner than the one that got it; a partner, where a human got it; a human, where a partner
        /// got it; a human all the same, for another reason; nothing would have been decided.
        case same, otherPartner, partner, human, humanOtherwise, nothing
    }

    /// The decision that was repeated.
    public var decisionID: String
    /// What was changed.
    public var change: Change
    /// What would have been decided about the lead; nil if nothing.
    public var event: Event?
    /// Who would have come first, and second; nil if nobody.
    public var first: String?
    public var second: String?
    /// What would have come of the lead.
    public var result: Result
    /// True if the lead would have gone elsewhere.
    public var differs: Bool { result != .same }
}

extension Counterfactual.Change {
    /// Its kind.
    public var kind: Counterfactual.Kind {
        switch self {
        case .dealValue: .dealValue
        case .country: .country
        case .lawfulBasis: .lawfulBasis
        case .partnerAway: .partnerAway
        case .partnerUncapped: .partnerUncapped
        case .partnerResumed: .partnerResumed
        case .withoutRule: .withoutRule
        case .withoutMinimum: .withoutMinimum
        case .withoutOwnership: .withoutOwnership
        case .withoutLots: .withoutLots
        case .withoutReview: .withoutReview
        case .withoutShadow: .withoutShadow
        case .withoutReserve: .withoutReserve
        case .oneMoreAttempt: .oneMoreAttempt
        }
    }

    /// What was put in the place of what was: a country, a lawful basis' name; or the rule or partner that it is about.
    public var value: String? {
        switch self {
        case .country(let country, _): country
        case .lawfulBasis(let basis): basis.name
        case .withoutRule(let rule): rule
        case .partnerAway(let partner), .partnerUncapped(let partner), .partnerResumed(let partner): partner
        default: nil
        }
    }

    /// The deal's value that was put in the place of what was.
    public var amount: Money? {
        if case .dealValue(let value) = self { return value }
        return nil
    }
}

/// Decides a recorded decision again with one thing changed, in the state before the entry. What is asked is chosen for
/// the case: what bears on how this decision was made, and not on others.
struct Counterfactuals {
    let leadID: String
    let decisionID: String
    let currency: String

    /// A decision's entry with the lead's facts as they stood then.
    struct EntryView {
        var input: Input
        var stamp: Timestamp
        /// The decision.
        var event: Event
        var events: [Event]
        var attributes: LeadAttributes
        /// Partners that were out before scoring.
        var excluded: [ExcludedPartner]
    }

    /// Alternatives of one kind, tried in order until one changes the outcome; if none does, the first is told.
    private typealias Alternatives = [Counterfactual.Change]

    /// Partners of which it is asked whether they would have had the lead with a place free, or back from a pause.
    private static let partnersMax = 3

    /// Asks what bears on the decision, and decides again.
    func answer(_ entry: EntryView, in state: State) -> [Counterfactual] {
        let recorded = Self.outcome(entry.events, of: leadID)
        return questions(entry, state).compactMap { alternatives in
            var told: Counterfactual?
            for change in alternatives {
                let then = Self.outcome(decide(change, entry, state), of: leadID)
                let result = result(change, then, recorded)
                if result.differs { return result }
                told = told ?? result
            }
            return told
        }
    }

    // MARK: What is asked

    private func questions(_ entry: EntryView, _ state: State) -> [Alternatives] {
        switch entry.event {
        case .leadAssigned(let event):
            guard let summary = event.evaluation else { return [] }
            return choice(summary, entry, state) + [[.partnerAway(event.partnerID)]] + uncapped(entry)
        case .leadEscalated(let event): return escalated(event, entry, state)
        default: return []
        }
    }

    /// What else could have been chosen.
    private func choice(_ summary: EvaluationSummary, _ entry: EntryView, _ state: State) -> [Alternatives] {
        var questions: [Alternatives] = []
        switch summary.basis {
        case .ownership: questions.append(policy([.withoutOwnership], state))
        case .exploration: questions.append([.withoutLots])
        case .score, .tieDebt: questions.append(values(entry, state, by: [(1, 2), (2, 1), (1, 4), (4, 1)]))
        case .rotation, .fit, .agreement, .none: break
        }
        questions.append(countries(entry, state))
        if summary.exclusions.contains(where: { $0.reason == .conversionBelowMinimum }) {
            questions.append(policy([.withoutMinimum], state))
        }
        return questions.filter { !$0.isEmpty }
    }

    /// What would have spared a human the lead.
    private func escalated(_ event: LeadEscalated, _ entry: EntryView, _ state: State) -> [Alternatives] {
        let questions: [Alternatives] =
            switch event.reason {
            case .noPolicy, .noPartners, .processingRestricted, .unanswered, .personObjected, .addressSuppressed: []
            case .noEligiblePartner, .everyoneAway:
                [countries(entry, state)] + uncapped(entry) + resumed(entry) + [rules(event, state)]
                    + [policy(has(.conversionBelowMinimum, event) ? [.withoutMinimum] : [], state)]
            case .attemptsExhausted: [policy([.oneMoreAttempt], state)]
            case .ownerAtCap: [policy([.withoutOwnership], state)]
            case .currencyUnknown: [[.dealValue(Money(minorUnits: value(entry, state).minorUnits, currency: currency))]]
            case .reviewRequired: [smaller(entry, state), policy([.withoutReview], state)]
            case .sourceQuality: [policy([.withoutReview], state)]
            case .negotiationFailed, .agreementToApprove, .pastPartnerUnknown, .holderIneligible, .heldForWork: []
            case .lawfulBasisMissing: [bases(state)]
            case .shadow:
                [policy([.withoutShadow], state)] + (event.evaluation.map { choice($0, entry, state) } ?? [])
            case .placesReserved:
                [values(entry, state, by: [(2, 1), (4, 1), (10, 1)]), policy([.withoutReserve], state)]
            }
        return questions.filter { !$0.isEmpty }
    }

    private func has(_ reason: ExclusionReason, _ event: LeadEscalated) -> Bool {
        event.evaluation?.exclusions.contains { $0.reason == reason } == true
    }

    /// A policy that comes into force seeds its lots anew: where lots are drawn, another policy would be another chance.
    private func policy(_ changes: Alternatives, _ state: State) -> Alternatives {
        state.policy?.exploration.shareBasisPoints == 0 ? changes : []
    }

    private func value(_ entry: EntryView, _ state: State) -> Money {
        entry.attributes.dealValue
            ?? Money(minorUnits: state.policy?.defaultDealValueMinorUnits ?? 0, currency: currency)
    }

    private func values(_ entry: EntryView, _ state: State, by factors: [(Int64, Int64)]) -> Alternatives {
        let value = value(entry, state)
        return factors.compactMap { times, over in
            let (product, isTooLarge) = value.minorUnits.multipliedReportingOverflow(by: times)
            let changed = product / over
            return isTooLarge || changed < 1 || changed == value.minorUnits
                ? nil : .dealValue(Money(minorUnits: changed, currency: value.currency))
        }
    }

    /// The largest value that the policy does not keep for a human.
    private func smaller(_ entry: EntryView, _ state: State) -> Alternatives {
        guard let least = state.policy?.review.dealValueAtLeastMinorUnits, least > 1 else { return [] }
        return [.dealValue(Money(minorUnits: least - 1, currency: currency))]
    }

    private func bases(_ state: State) -> Alternatives {
        let accepted = state.policy?.lawfulBases ?? []
        return [LawfulBasis.consent, .contract, .legitimateInterest].filter { accepted.contains($0.name) }
            .map { .lawfulBasis($0) }
    }

    /// The countries that most active partners serve, other than the lead's; by name among equals.
    private func countries(_ entry: EntryView, _ state: State) -> Alternatives {
        let own = entry.attributes.country
        var served: [String: Int] = [:]
        for partner in state.partnerStandings where partner.status == "active" {
            for country in partner.profile.countries where country != own { served[country, default: 0] += 1 }
        }
        return served.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.partnersMax)
            .map { .country($0.key, insteadOf: own) }
    }

    /// Those at a cap, the best first.
    private func uncapped(_ entry: EntryView) -> [Alternatives] {
        let full = entry.excluded.filter { [.openLeadsCap, .periodCap, .segmentCap].contains($0.reason) }
            .sorted { ($1.scored?.score ?? 0, $0.partnerID) < ($0.scored?.score ?? 0, $1.partnerID) }
        let changes: Alternatives = full.prefix(Self.partnersMax).map { .partnerUncapped($0.partnerID) }
        return changes.isEmpty ? [] : [changes]
    }

    private func resumed(_ entry: EntryView) -> [Alternatives] {
        let paused = entry.excluded.filter { $0.reason == .paused }
        let changes: Alternatives = paused.prefix(Self.partnersMax).map { .partnerResumed($0.partnerID) }
        return changes.isEmpty ? [] : [changes]
    }

    private func rules(_ event: LeadEscalated, _ state: State) -> Alternatives {
        let broken = event.evaluation?.exclusions.filter { $0.reason == .hardRule }.map(\.rule) ?? []
        return policy(broken.prefix(Self.partnersMax).map { .withoutRule($0) }, state)
    }

    // MARK: Deciding again

    private func decide(_ change: Counterfactual.Change, _ entry: EntryView, _ state: State) -> [Event] {
        guard let restate = statement(change) else {
            guard let input = input(change, state) else { return entry.events }
            var changed = state
            changed.fold(input, [], at: state.lastStamp)
            return Decider.decide(entry.input, at: entry.stamp, in: changed)
        }
        if case .leadSubmitted(var fact) = entry.input.fact, fact.leadID == leadID {
            restate(&fact.attributes)
            var input = entry.input
            input.fact = .leadSubmitted(fact)
            return Decider.decide(input, at: entry.stamp, in: state)
        }
        // The lead is in the state already: its facts are changed there, as a rectification just before would have.
        var attributes = LeadAttributes()
        restate(&attributes)
        var changed = state
        changed.fold(Input(.leadUpdated(LeadUpdated(leadID: leadID, attributes: attributes))), [], at: state.lastStamp)
        return Decider.decide(entry.input, at: entry.stamp, in: changed)
    }

    /// How a change of the lead's facts is made; nil for other changes.
    private func statement(_ change: Counterfactual.Change) -> ((inout LeadAttributes) -> Void)? {
        switch change {
        case .dealValue(let value): return { $0.dealValue = value }
        case .country(let country, _): return { $0.country = country }
        case .lawfulBasis(let basis): return { $0.lawfulBasis = basis }
        default: return nil
        }
    }

    /// The input that would have made a change of a partner or of the policy; nil where there is nothing to change.
    private func input(_ change: Counterfactual.Change, _ state: State) -> Input? {
        switch change {
        case .dealValue, .country, .lawfulBasis: return nil
        case .partnerAway(let partner):
            // A pause would make due what the partner holds, and so bring up other leads.
            return Input(
                .partnerAbsenceSet(
                    PartnerAbsenceSet(
                        partnerID: partner, absenceID: "supposed", from: .epoch, until: .distantFuture)))
        case .partnerResumed(let partner): return Input(.partnerResumed(PartnerReference(partnerID: partner)))
        case .partnerUncapped(let partner):
            guard let profile = state.partnerStandings.first(where: { $0.profile.partnerID == partner })?.profile else {
                return nil
            }
            var capacity = profile.capacity
            (capacity.openLeadsMax, capacity.leadsPerPeriodMax, capacity.segments) = (nil, nil, [])
            return Input(.partnerCapacitySet(PartnerCapacitySet(partnerID: partner, capacity: capacity)))
        case .withoutRule(let rule): return published(state) { $0.hardRules.removeAll { $0.name == rule } }
        case .withoutMinimum: return published(state) { $0.minimumConversionBasisPoints = 0 }
        case .withoutOwnership: return published(state) {
                $0.ownerFirst = false
                $0.claims.protectedDays = 0
            }
        case .withoutLots: return published(state) { $0.exploration = Exploration() }
        case .withoutReview: return published(state) { $0.review = ReviewRule() }
        case .withoutShadow: return published(state) { $0.shadow = false }
        case .withoutReserve: return published(state) { $0.alwaysAssign = true }
        case .oneMoreAttempt: return published(state) { $0.attemptsMax = max($0.attemptsMax, 1) + 1 }
        }
    }

    private func published(_ state: State, _ change: (inout Policy) -> Void) -> Input? {
        guard var policy = state.policy else { return nil }
        change(&policy)
        return Input(.policyPublished(PolicyPublished(policy: policy, version: "supposed")))
    }

    // MARK: What came of it

    private struct Outcome {
        var event: Event?
        var first: String?
        var second: String?
    }

    private static func outcome(_ events: [Event], of leadID: String) -> Outcome {
        guard let event = events.first(where: { $0.isRouting && $0.routedLeadID == leadID }) else { return Outcome() }
        let summary = event.evaluated?.summary
        let first: String? =
            switch event {
            case .leadAssigned(let event): event.partnerID
            case .leadEscalated(let event): event.suggestedPartnerID.isEmpty ? nil : event.suggestedPartnerID
            case .offerMade(let event): event.partnerID
            default: nil
            }
        return Outcome(
            event: event, first: first,
            second: summary.flatMap { $0.runnerUpPartnerID.isEmpty ? nil : $0.runnerUpPartnerID })
    }

    private func result(_ change: Counterfactual.Change, _ then: Outcome, _ recorded: Outcome) -> Counterfactual {
        Counterfactual(
            decisionID: decisionID, change: change, event: then.event, first: then.first, second: then.second,
            result: Self.result(then, recorded))
    }

    private static func result(_ then: Outcome, _ recorded: Outcome) -> Counterfactual.Result {
        if then.first == recorded.first && place(then.event) == place(recorded.event) { return .same }
        var wasHuman = false
        if case .leadEscalated = recorded.event { wasHuman = true }
        switch then.event {
        case .leadAssigned, .offerMade: return wasHuman ? .partner : .otherPartner
        case .leadEscalated: return wasHuman ? .humanOtherwise : .human
        default: return .nothing
        }
    }

    private static func place(_ event: Event?) -> String {
        switch event {
        case .leadAssigned: "partner"
        case .offerMade: "offer"
        case .leadEscalated(let event): "human \(event.reason)"
        default: "nowhere"
        }
    }
}
