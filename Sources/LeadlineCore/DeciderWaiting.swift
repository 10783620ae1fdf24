// Leads that wait in the human queue for want of a partner are offered again, one an entry, the one that is worth most
// first, as soon as somebody can take them and as many a minute as the policy says. Since logic version 7.
//
// | what happens | why a lead may find its partner now |
// | --- | --- |
// | a partner registers, or its profile changes | it is new, or newly eligible |
// | a pause, suspension, absence or time of cooling down ends | it is back |
// | a cap is raised, a lead ends at a partner that was full, a period begins | it has a place |
// | a policy is published, facts about a lead or its company change | rules, rates and values are others |
//
// A lead that nobody gets after all waits on, and says nothing; one that a human has to look at for another reason by
// now is told to them.

extension Decision {
    mutating func waitingDue(_ state: State) -> [Event] {
        guard let slot = state.look(at: stamp).picked else { return [] }
        let lead = state.leads.leads[slot]
        if barrier(state, [lead.subject]) != nil { return [] }
        let view = state.view(ofLeadAt: slot), attempts = UInt32(lead.attempt)
        switch judge(state, lead.id, view, attemptsSoFar: attempts, .offeredAgain) {
        case .assign(let partner, let summary):
            return offerOrAssign(
                state, lead.id, view, to: partner, attemptsSoFar: attempts, cause: .offeredAgain, evaluation: summary)
        case .escalate(let reason, let summary, let suggested):
            return reason.awaitsPartner ? [] : escalate(state, lead.id, reason, summary, suggested: suggested)
        }
    }
}
