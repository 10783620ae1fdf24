import Engine
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// What somebody wants of a return.
public enum ReturnRequest: Sendable {
    /// The partner gives a lead back, for a return reason of the policy; an empty one is none.
    case make(reason: String)
    /// A person of the vendor's gives the credit that waits.
    case approve
    /// A person of the vendor's refuses it.
    case refuse
}

extension Deployment {
    /// Every return whose credit waits for a person, in the order in which they came.
    public func returns() throws(Problem) -> [ReturnStanding] { try stateWithReturns().returnStandings }

    /// The return reasons of the policy in force.
    public func returnReasons() throws(Problem) -> [ReturnReason] {
        try stateWithReturns().policy?.returns.reasons ?? []
    }

    /// How good the latest leads of each source were.
    public func sourceQualities() throws(Problem) -> [SourceQuality] { try stateWithReturns().sourceQualities }

    private func stateWithReturns() throws(Problem) -> State {
        let state = try registeredState()
        if state.knowsReturns { return state }
        throw Self.knowsNone("returns", state)
    }

    /// Submits what is wanted of a return, waits until it is journaled, and says what came of it.
    /// - Parameter actor: who says so; sealed in the journal, as the asker's reason is.
    public func ask(_ request: ReturnRequest, ofLead lead: String, partner: String, by actor: String) async
        throws(Problem) -> (position: UInt64, events: [Event])
    {
        if case .make(let reason) = request, !reason.isEmpty {
            let known = try returnReasons().map(\.id)
            if !known.contains(reason) {
                throw Problem(
                    .invalid, Rejection(returnReasonUnknown: known).detail, at: reason,
                    remedy: "See them with 'leadline returns reasons'")
            }
        }
        return try await Problem.told {
            let note = asker.reason
            switch request {
            case .make(let reason):
                return try await submit(event(.leadReturned, try WireLeadReturned.with {
                    ($0.leadID, $0.partnerID, $0.reasonID, $0.actor, $0.note) = (lead, partner, reason, actor, note)
                }.jsonString()))
            case .approve, .refuse:
                let isApproved = if case .approve = request { true } else { false }
                return try await submit(event(.returnDecided, try WireReturnDecided.with {
                    ($0.leadID, $0.partnerID, $0.decider, $0.reason) = (lead, partner, actor, note)
                    $0.approved = isApproved
                }.jsonString()))
            }
        }
    }
}
