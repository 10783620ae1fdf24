public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// What somebody wants of a claim.
public enum ClaimRequest: Sendable {
    /// The partner claims an account, by a lead of it, its domain, or both.
    case make(lead: String, domain: String)
    /// A person of the vendor's approves it.
    case approve
    /// A person of the vendor's refuses it, or ends it.
    case refuse
    /// The partner takes it back.
    case withdraw
}

extension Deployment {
    /// Every claim that waits or is in force, in the order in which they came.
    public func claims() throws(Problem) -> [ClaimStanding] {
        let state = try registeredState()
        if state.knowsClaims { return state.claimStandings }
        throw Self.knowsNone("claims", state)
    }

    static func knowsNone(_ what: String, _ state: State) -> Problem {
        Problem(
            .invalid, "the program's logic version \(state.logicVersion) knows no \(what)",
            remedy: "Adopt a later one: leadline logic adopt")
    }

    /// Submits what is wanted of a claim, waits until it is journaled, and says what came of it.
    /// - Parameters:
    ///   - id: the partner's own id of the claim.
    ///   - actor: who says so; sealed in the journal, as the asker's reason is.
    public func ask(_ request: ClaimRequest, ofClaim id: String, partner: String, by actor: String) async
        throws(Problem) -> (position: UInt64, events: [Event])
    {
        let standing = try claims().first { $0.partnerID == partner && $0.claimID == id }
        return try await Problem.told {
            let lead = standing?.leadID ?? "", reason = asker.reason
            switch request {
            case .make(let lead, let domain):
                return try await submit(event(.dealClaimed, try WireDealClaimed.with {
                    ($0.leadID, $0.accountDomain, $0.actor, $0.note) = (lead, domain, actor, reason)
                    ($0.partnerID, $0.claimID) = (partner, id)
                }.jsonString()))
            case .withdraw:
                return try await submit(event(.claimWithdrawn, try WireClaimWithdrawn.with {
                    ($0.leadID, $0.partnerID, $0.claimID, $0.actor, $0.note) = (lead, partner, id, actor, reason)
                }.jsonString()))
            case .approve, .refuse:
                let isApproved = if case .approve = request { true } else { false }
                return try await submit(event(.claimDecided, try WireClaimDecided.with {
                    ($0.leadID, $0.partnerID, $0.claimID, $0.decider, $0.reason) = (lead, partner, id, actor, reason)
                    $0.approved = isApproved
                }.jsonString()))
            }
        }
    }
}
