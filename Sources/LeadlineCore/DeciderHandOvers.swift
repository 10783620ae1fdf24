// Leads go over to another partner for a reason that lies with their holder. Since logic version 7.
//
// | why | to whom | which |
// | --- | --- | --- |
// | the holder is away | the first deputy that is there, keeps the hard rules and has a place | unanswered ones |
// | the holder was merged into another | that one | all; they are its since, and here it is said |
//
// Where no deputy can take a lead, it stays where it is, and its deadline stands.

extension Decision {
    func handedOver(_ state: State, _ slot: Int) -> [Event] {
        // What changed may have changed back, or the lead gone, since.
        guard let pending = state.handOvers[slot] else { return [] }
        switch pending.cause {
        case .partnerAbsent: return toDeputy(state, slot)
        case .partnersMerged: return toSuccessor(state, slot, from: Int(pending.from))
        default: return []
        }
    }

    /// Two partners became one: the lead has been the other's since, with its promise and whatever was answered.
    private func toSuccessor(_ state: State, _ slot: Int, from: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        guard lead.status == .assigned, from < state.partners.count,
            state.partners.index(of: state.partners.profiles[from].partnerID) == Int(lead.holder)
        else { return [] }
        let former = state.partners.profiles[from].partnerID
        let isPromised = lead.hasTimer && !lead.flags.contains(.onHorizon) && lead.dueCause == .expired
        let reminders = lead.hasReminder ? [lead.remindAt] + lead.laterReminders : []
        return [
            .assignmentEnded(AssignmentEnded(
                leadID: lead.id, partnerID: former, attempt: UInt32(lead.attempt), cause: .partnersMerged)),
            .leadAssigned(LeadAssigned(
                leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt),
                cause: .partnersMerged, respondBy: isPromised ? lead.dueAt : nil, remindAt: reminders.first,
                laterReminders: reminders.dropFirst().map { PlannedReminder(at: $0) })),
        ]
    }

    private func toDeputy(_ state: State, _ slot: Int) -> [Event] {
        let lead = state.leads.leads[slot]
        guard state.isUnanswered(lead), state.policy?.shadow == false, barrier(state, [lead.subject]) == nil else {
            return []
        }
        let holder = Int(lead.holder), view = state.view(ofLeadAt: slot)
        guard state.hasDeputies(holder), state.partners.isAbsent(holder, at: stamp), hasLawfulBasis(state, view),
            let deputy = state.deputy(of: holder, view, at: stamp)
        else { return [] }
        // What was agreed was agreed with the holder; the deputy promises what the policy says, from now on.
        let assigned = assignment(
            state, lead.id, view, to: deputy, attempt: UInt32(lead.attempt) + 1, cause: .partnerAbsent)
        return ended(state, lead, .partnerAbsent) + [.leadAssigned(assigned)]
    }
}
