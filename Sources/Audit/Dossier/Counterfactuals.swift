import LeadlineCore

/// Decides a recorded decision again with one fact about the lead changed, in the state before the entry.
struct Counterfactuals {
    let leadID: String
    let decisionID: String
    let currency: String

    /// What is asked: a fact that is changed, in words and in effect.
    struct Question {
        var change: String
        var apply: (inout LeadAttributes) -> Void
    }

    /// Asks what an auditor would ask of this lead: half the value, under or over EUR 50,000, another country.
    func answer(_ entry: EntryView, in state: State) -> [Dossier.Counterfactual] {
        let recorded = Self.outcome(entry.events, of: leadID)
        return questions(entry.attributes, state).compactMap { question in
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
        let value = lead.dealValue ?? Money(minorUnits: state.policy?.defaultDealValueMinorUnits ?? 0, currency: currency)
        if value.minorUnits > 1 {
            let half = Money(minorUnits: value.minorUnits / 2, currency: value.currency)
            questions.append(Self.valued("half the deal value", half))
        }
        let large = value.minorUnits >= 5_000_000
        let other = Money(minorUnits: large ? 4_999_900 : 12_000_000, currency: value.currency)
        questions.append(Self.valued(large ? "a deal value below 50,000" : "a deal value of 120,000", other))
        if let country = Self.otherCountry(lead, state) {
            questions.append(Question(change: "the country \(country) instead of \(lead.country.isEmpty ? "none" : lead.country)") { $0.country = country })
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

    private static func valued(_ words: String, _ money: Money) -> Question {
        Question(change: "\(words) (\(DecimalText.money(money.minorUnits, money.currency)))") { $0.dealValue = money }
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
        let first: String? = switch event {
        case .leadAssigned(let event): event.partnerID
        case .shadowDecided(let event): event.partnerID.isEmpty ? nil : event.partnerID
        default: summary?.best.first?.partnerID
        }
        return Outcome(event: event, first: first, second: summary.flatMap { $0.runnerUpPartnerID.isEmpty ? nil : $0.runnerUpPartnerID })
    }

    private func result(_ question: Question, _ then: Outcome, _ recorded: Outcome) -> Dossier.Counterfactual {
        let differs = then.first != recorded.first || Self.place(then.event) != Self.place(recorded.event)
        let words = switch then.event {
        case .leadAssigned(let event): "the lead would have gone to \(event.partnerID)"
        case .shadowDecided: then.first.map { "Leadline would have chosen \($0)" } ?? "Leadline would have asked a human"
        case .leadEscalated(let event): "a human would have got it: \(ReasonWords.escalation(event.reason))"
        default: "nothing would have been decided about the lead"
        }
        let second = then.second.map { ", \($0) would have come second" } ?? ""
        return Dossier.Counterfactual(
            decision: decisionID, change: question.change, outcome: words + second + (differs ? "" : ": as it was decided"),
            first: then.first, second: then.second, differs: differs)
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
