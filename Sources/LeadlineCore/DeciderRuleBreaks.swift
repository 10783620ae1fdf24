// A lead's holder breaks a hard rule because a fact changed: it is said, and the lead moves if the policy says so.
// Since logic version 7.

extension Decision {
    mutating func ruleBroken(_ state: State, _ slot: Int) -> [Event] {
        // What changed may have changed back, or the lead gone, since.
        guard let pending = state.ruleBreaks[slot], let rule = state.brokenRule(slot) else { return [] }
        let lead = state.leads.leads[slot]
        let isInTouch = !lead.flags.isDisjoint(with: [.accepted, .responded, .imported])
        let response = isInTouch ? .say : state.policy?.ruleBreak ?? .say
        let said = Event.holderIneligible(HolderIneligible(
            leadID: lead.id, partnerID: holderID(state, lead), rule: rule.name, cause: pending.cause,
            response: response))
        if response == .say { return [said] }
        let ended = Event.assignmentEnded(AssignmentEnded(
            leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), cause: .ruleBroken))
        if response == .escalate { return [said, ended] + escalate(state, lead.id, .holderIneligible) }
        return [said, ended] + reroute(state, slot, .ruleBroken)
    }
}
