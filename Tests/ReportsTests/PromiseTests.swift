import Testing

@testable import Audit
@testable import LeadlineCore
@testable import Reports

/// Goal: an explanation names the promise that ruled. Method: one assignment under every kind of promise.
@Suite struct PromiseTests {
    private static func sla(_ minutes: UInt32, hours: Bool = false) -> SLA {
        var sla = SLA()
        (sla.firstResponseMinutes, sla.inWorkingHours) = (minutes, hours)
        return sla
    }

    private static func page(
        _ serviceLevel: String, _ levels: [ServiceLevel], due: Bool = true, policy hasPolicy: Bool = true
    ) -> String {
        var policy = Policy()
        policy.sla = sla(240)
        policy.serviceLevels = levels
        let event = Event.leadAssigned(
            LeadAssigned(
                leadID: "L", partnerID: "p", attempt: 1, cause: .submitted, respondBy: due ? Samples.start : nil,
                evaluation: nil, serviceLevel: serviceLevel))
        let decision = LeadDecision(
            program: "demo", position: 1, ordinal: 0, stamp: Samples.start, logicVersion: 2, event: event)
        let explanation = Explanation(
            leadID: "L", decision: decision, history: [], evaluation: nil, partners: [],
            policy: hasPolicy ? policy : nil, policyVersion: "v",
            currency: "EUR", recomputation: Recomputation(recorded: nil, recomputed: nil, eventsAreEqual: true))
        return ExplanationPage(explanation).lines.first { $0.hasPrefix("First response") } ?? ""
    }

    /// What stood announced when it was decided, in one sentence; of one partner alone where it is asked about.
    @Test func whatStoodAnnouncedIsSaid() {
        let event = Event.leadEscalated(
            LeadEscalated(leadID: "L", reason: .noEligiblePartner, queue: "q", evaluation: nil, movesOn: nil, suggestedPartnerID: ""))
        let decision = LeadDecision(
            program: "demo", position: 1, ordinal: 0, stamp: Samples.start, logicVersion: 7, event: event)
        var explanation = Explanation(
            leadID: "L", decision: decision, history: [], evaluation: nil, partners: [], policy: Policy(), policyVersion: "v",
            currency: "EUR", recomputation: Recomputation(recorded: nil, recomputed: nil, eventsAreEqual: true))
        func said(_ partner: String? = nil) -> [String] {
            ExplanationPage(explanation, partnerID: partner).lines.filter { $0.hasPrefix("Announced by then") }
        }
        #expect(said().isEmpty)
        explanation.notices = [
            StarvationNotice(
                at: Samples.start,
                announced: .init(partnerID: "p", kind: .floor, cause: .rules, since: Samples.start, until: Samples.start, leads: 2, of: 6)),
            StarvationNotice(at: Samples.start, announced: .init(partnerID: "r", kind: .idle, cause: .fit, since: Samples.start, leads: 0)),
        ]
        let moment = "2026-01-05T00:00:00Z"
        let floor = "p is about to miss its floor, 2 leads of 6 until \(moment), said \(moment)"
        let idle = "r has got no lead since \(moment), said \(moment)"
        #expect(said() == ["Announced by then: \(floor); \(idle)."] && said("r") == ["Announced by then: \(idle)."] && said("s").isEmpty)
        let document = ExplanationDocument(explanation, text: [])
        #expect(document.announced.map(\.kind) == ["floor", "idle"] && document.announced.map(\.of) == [6, nil])
    }

    @Test func thePromiseThatRuledIsNamed() {
        let anyone = Predicate.all([])
        let gold = ServiceLevel(name: "gold", when: anyone, sla: Self.sla(30)),
            night = ServiceLevel(name: "night", when: anyone, sla: Self.sla(60, hours: true))
        let moment = "First response due by 2026-01-05T00:00:00Z"
        #expect(Self.page("", [gold, night]) == moment + " (4 h).")
        #expect(Self.page("gold", [gold, night]) == moment + " (30 min, service level gold).")
        #expect(
            Self.page("night", [gold, night]) == moment + " (1 h of the partner's working time, service level night).")
        // What the policy does not tell is not guessed.
        #expect(Self.page("silver", [gold]) == moment + " (service level silver).")
        #expect(
            Self.page("gold", [gold, ServiceLevel(name: "gold", when: anyone, sla: Self.sla(5))]) == moment
                + " (service level gold).")
        #expect(Self.page("gold", [gold], policy: false) == moment + " (service level gold).")
        #expect(Self.page("", [], policy: false) == moment + ".")
        #expect(Self.page("", [gold], due: false) == "First response: no deadline.")
    }
}
