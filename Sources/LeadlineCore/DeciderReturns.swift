// Leads that partners hand back, and the credit for it. Since logic version 5.
//
// | what the partner says | what comes of it |
// | --- | --- |
// | it declines, or gives back, for another reason than bad data | the lead is taken back |
// | for bad data, and the policy credits none | taken back; it counts against the source |
// | for bad data, within the policy's credits of the period | likewise, and the partner has its turn and place back |
// | for bad data, past them | likewise, and the credit waits for a person |
//
// | a credit that waits | the partner | the source |
// | --- | --- | --- |
// | is approved | has its turn back, and its place while the period lasts | keeps the return |
// | is refused: the data was good | has declined, unless it had taken the lead | is cleared of it |
// | is not decided on in time | likewise | keeps the return |
//
// A return that is credited, or may be yet, says nothing of what a partner accepts, so nothing is learned from it.
// Where the policy credits none, a decline for bad data is a decline.

extension Decision {
    /// The holder hands a lead back: what comes of that, and where the lead goes next.
    mutating func handedBack(
        _ state: State, _ lead: LeadTable.Lead, _ slot: Int, _ fact: PartnerRefusal, _ cause: RoutingCause
    ) -> [Event] {
        let ended = AssignmentEnded(
            leadID: lead.id, partnerID: holderID(state, lead), attempt: UInt32(lead.attempt), cause: cause)
        return judged(state, lead, fact, cause) + [.assignmentEnded(ended)] + reroute(state, slot, cause)
    }

    /// A plain decline needs no judgement.
    private func judged(
        _ state: State, _ lead: LeadTable.Lead, _ fact: PartnerRefusal, _ cause: RoutingCause
    ) -> [Event] {
        guard state.isLogic(5) else { return [] }
        let rule = state.policy?.returns ?? ReturnRule()
        // An answer that waited for its lead may name a reason that the policy has given up since.
        let reason = rule.reason(fact.reasonID)
        let meaning = reason?.meaning ?? fact.reason
        if cause == .declined && reason == nil && meaning != .badData { return [] }
        var change = ReturnChanged(
            leadID: lead.id, partnerID: holderID(state, lead), reasonID: reason?.id ?? "", meaning: meaning,
            status: .taken)
        if meaning == .badData && rule.creditsPerPeriodMax > 0 { credit(state, lead, rule, &change) }
        return [.returnChanged(change)]
    }

    private func credit(
        _ state: State, _ lead: LeadTable.Lead, _ rule: ReturnRule, _ change: inout ReturnChanged
    ) {
        change.creditsMax = rule.creditsPerPeriodMax
        change.creditsUsed = state.creditsUsed(Int(lead.holder), at: stamp)
        if change.creditsUsed < rule.creditsPerPeriodMax {
            change.status = .credited
            change.creditsUsed += 1
        } else if !state.returns.isFull {
            change.status = .waiting
            change.until = stamp.adding(micros: Int64(rule.waitingDays) * Timestamp.microsPerDay)
        }
    }

    // MARK: A credit that waits

    func returnDecided(_ state: State, _ fact: ReturnDecided) -> [Event] {
        guard state.isLogic(5) else { return disregard(fact.leadID, .logicTooOld) }
        // A partner that has left still has its word, and the source its name, to be cleared.
        guard let partner = state.partners.index(of: fact.partnerID) else {
            return disregard(fact.partnerID, .partnerUnknown)
        }
        guard let waiting = state.returnWaiting(for: fact.leadID, of: partner) else {
            return disregard(fact.leadID, .returnUnknown)
        }
        return [over(state, waiting, fact.approved ? .approved : .refused)]
    }

    /// Nobody decided on a credit in time.
    func returnDue(_ state: State, _ ticket: UInt32) -> [Event] {
        state.returns[ticket].map { [over(state, $0, .lapsed)] } ?? []
    }

    private func over(_ state: State, _ waiting: ReturnTable.Waiting, _ status: ReturnStatus) -> Event {
        let partner = Int(waiting.partner)
        return .returnChanged(ReturnChanged(
            leadID: waiting.leadID, partnerID: state.partners.profiles[partner].partnerID, reasonID: waiting.reasonID,
            meaning: .badData, status: status, creditsUsed: state.creditsUsed(partner, at: stamp),
            creditsMax: state.policy?.returns.creditsPerPeriodMax ?? 0))
    }
}
