import Engine
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

extension Deployment {
    /// Every offer that waits for its partner's answer.
    public func offers() throws(Problem) -> [OfferStanding] { try stateWithOffers().offerStandings }

    /// Every agreement that waits for whom the policy names.
    public func agreements() throws(Problem) -> [AgreementStanding] { try stateWithOffers().agreementStandings }

    /// How partners that were ever asked answer.
    public func offerRecords() throws(Problem) -> [OfferRecord] { try stateWithOffers().offerRecords }

    private func stateWithOffers() throws(Problem) -> State {
        let state = try registeredState()
        if state.knowsOffers { return state }
        throw Self.knowsNone("offers", state)
    }

    /// Declines what is offered to a partner now, whose agent the vendor stopped.
    public func declineOpenOffers(of partner: String, by actor: String) async throws(Problem) {
        try await declineOffers(try state().offerStandings.filter { $0.partnerID == partner }, by: actor)
    }

    /// Declines offers for their partner, whose agent the vendor stopped, and waits until the answers are journaled.
    /// What is offered no more by then stays as it is.
    /// - Parameter actor: who stopped the agent; sealed in the journal, as the asker's reason is.
    public func declineOffers(_ offers: [OfferStanding], by actor: String) async throws(Problem) {
        if offers.isEmpty { return }
        return try await Problem.told {
            let note = asker.reason
            let records = try offers.map { offer in
                event(.offerAnswered, try WireOfferAnswered.with {
                    ($0.leadID, $0.partnerID, $0.offerID) = (offer.leadID, offer.partnerID, offer.offerID)
                    ($0.answer, $0.reason, $0.actor, $0.note) = (.declined, .agentStopped, actor, note)
                }.jsonString())
            }
            try await submit(all: records)
        }
    }

    /// Answers an offer for its partner, waits until the answer is journaled, and says what came of it.
    /// - Parameter actor: who says so; sealed in the journal, as the asker's reason is.
    public func answer(_ answer: OfferAnswered, by actor: String) async throws(Problem) -> (
        position: UInt64, events: [Event]
    ) {
        _ = try stateWithOffers()
        return try await Problem.told {
            let note = asker.reason
            return try await submit(event(.offerAnswered, try WireOfferAnswered.with {
                ($0.leadID, $0.partnerID, $0.offerID) = (answer.leadID, answer.partnerID, answer.offerID)
                ($0.round, $0.actor, $0.note) = (answer.round, actor, note)
                $0.answer = WireOfferAnswer(rawValue: Int(answer.answer.rawValue)) ?? .unspecified
                $0.reason = WireRefusalReason(rawValue: Int(answer.reason.rawValue)) ?? .unspecified
                guard let terms = answer.terms else { return }
                $0.terms = .with {
                    $0.promiseMinutes = terms.promiseMinutes
                    if let commission = terms.commissionBasisPoints { $0.commissionBasisPoints = commission }
                    $0.enrichment = terms.enrichment
                }
            }.jsonString()))
        }
    }
}
