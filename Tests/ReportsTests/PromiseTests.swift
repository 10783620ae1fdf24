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
