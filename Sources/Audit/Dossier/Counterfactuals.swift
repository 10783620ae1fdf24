public import LeadlineCore

/// A recorded decision, decided again with one fact about the lead changed.
public struct Counterfactual: Sendable, Equatable {
    /// What was changed.
    public enum Change: Sendable, Equatable {
        /// Half the deal value, which is then this.
        case halfTheValue(Money)
        /// A value below the large deals; a large one.
        case smallValue(Money), largeValue(Money)
        /// Another country; the lead's own is empty where none is stated.
        case country(String, insteadOf: String)
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
    /// True if the lead would have gone elsewhere.
    public var differs: Bool
}

/// Decides a recorded decision again with one fact about the lead changed, in the state before the entry.
struct Counterfactuals {
    let leadID: String
    let decisionID: String
    let currency: String

    /// What is asked: a fact that is changed, and how.
    struct Question {
        var change: Counterfactual.Change
        var apply: (inout LeadAttributes) -> Void
    }

    /// Asks what an auditor would ask of this lead: half the value, under or over EUR 50,000, another country.
    func answer(_ entry: EntryView, in state: State) -> [Counterfactual] {
        let recorded = Self.outcome(entry.events, of: leadID)
        return questions(entry.attributes, state).map { question in
            let events = decide(question, entry, state)
            return result(question, Self.outcome(events, of: leadID), recorded)
        }
    }

    /// A decision's entry with the lead's facts as they stood then.
    struct EntryView {
        var input: Input
        var stamp: Timestamp
        var events: [Event]
        var attributes: LeadAttributes
    }

    private func questions(_ lead: LeadAttributes, _ state: State) -> [Question] {
        var questions: [Question] = []
        let value =
            lead.dealValue ?? Money(minorUnits: state.policy?.defaultDealValueMinorUnits ?? 0, currency: currency)
        if value.minorUnits > 1 {
            let half = Money(minorUnits: value.minorUnits / 2, currency: value.currency)
            questions.append(Self.valued(half, Counterfactual.Change.halfTheValue))
        }
        let large = value.minorUnits >= 5_000_000
        let other = Money(minorUnits: large ? 4_999_900 : 12_000_000, currency: value.currency)
        questions.append(
            Self.valued(other, large ? Counterfactual.Change.smallValue : Counterfactual.Change.largeValue))
        if let country = Self.otherCountry(lead, state) {
            questions.append(Question(change: .country(country, insteadOf: lead.country)) { $0.country = country })
        }
        return questions
    }

    /// The country that most active partners serve, other than the lead's; the first by name among equals.
    private static func otherCountry(_ lead: LeadAttributes, _ state: State) -> String? {
        var served: [String: Int] = [:]
        for partner in state.partnerStandings where partner.status == "active" {
            for country in partner.profile.countries where country != lead.country { served[country, default: 0] += 1 }
        }
        return served.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.first?.key
    }

    private static func valued(_ money: Money, _ change: (Money) -> Counterfactual.Change) -> Question {
        Question(change: change(money)) { $0.dealValue = money }
    }

    private func decide(_ question: Question, _ entry: EntryView, _ state: State) -> [Event] {
        if case .leadSubmitted(var fact) = entry.input.fact, fact.leadID == leadID {
            question.apply(&fact.attributes)
            var input = entry.input
            input.fact = .leadSubmitted(fact)
            return Decider.decide(input, at: entry.stamp, in: state)
        }
        // The lead is in the state already: its facts are changed there, as a rectification just before would have.
        var attributes = LeadAttributes()
        question.apply(&attributes)
        var changed = state
        changed.fold(Input(.leadUpdated(LeadUpdated(leadID: leadID, attributes: attributes))), [], at: state.lastStamp)
        return Decider.decide(entry.input, at: entry.stamp, in: changed)
    }

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
            case .shadowDecided(let event): event.partnerID.isEmpty ? nil : event.partnerID
            default: summary?.best.first?.partnerID
            }
        return Outcome(
            event: event, first: first,
            second: summary.flatMap { $0.runnerUpPartnerID.isEmpty ? nil : $0.runnerUpPartnerID })
    }

    private func result(_ question: Question, _ then: Outcome, _ recorded: Outcome) -> Counterfactual {
        Counterfactual(
            decisionID: decisionID, change: question.change, event: then.event, first: then.first, second: then.second,
            differs: then.first != recorded.first || Self.place(then.event) != Self.place(recorded.event))
    }

    private static func place(_ event: Event?) -> String {
        switch event {
        case .leadAssigned: "partner"
        case .shadowDecided: "shadow"
        case .leadEscalated(let event): "human \(event.reason)"
        default: "nowhere"
        }
    }
}
