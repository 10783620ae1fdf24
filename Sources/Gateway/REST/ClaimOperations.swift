import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Claims of partners on deals. A partner sees, makes and withdraws its own alone.
enum ClaimOperations {
    static let all = [list, show, make, withdraw, decide]

    private static let path = "/v1/partners/{partner}/claims/{claim}"

    private static let list = Operation(
        id: "listClaims", method: .get, path: "/v1/claims", tag: "Claims",
        summary: "Claims that wait or are in force, by partner and id", scope: .claimsRead, rate: .read,
        query: [
            .init(name: "partner", schema: .id, about: "Those of this partner; for vendor roles."),
            .init(
                name: "after",
                schema: Schema(json: #"{"type":"string","pattern":"^[A-Za-z0-9._:-]{1,128}/[A-Za-z0-9._:-]{1,128}$"}"#),
                about: "Go on after this claim, partner/claim, the last of the page before."),
            .init(name: "limit", schema: .integer(1...200), about: "At most so many; 50 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("ClaimPage"), headers: [.link])],
        work: .whole { call in
            let (page, headers) = try await PartnersPage("/v1/claims", "claim", call).of(standings(call)) {
                ($0.partnerID, $0.claimID)
            }
            return .json("{\"claims\":\(try JSONText.line(page.map(ClaimDocument.init)))}", headers)
        })

    private static let show = Operation(
        id: "getClaim", method: .get, path: path, tag: "Claims", summary: "A claim that waits or is in force",
        scope: .claimsRead, rate: .read,
        successes: [.init(status: 200, about: "The claim.", schema: .reference("Claim"))],
        work: .whole { call in .json(try JSONText.line(ClaimDocument(try await visible(call)))) })

    private static let make = Operation(
        id: "makeClaim", method: .put, path: path, tag: "Claims",
        summary: "Claim an account by a lead of it, by its domain, or by both; a partner claims for itself",
        scope: .leadsAnswer, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("DealClaimedRequest"),
            example: #"{"accountDomain":"ferraris-meccanica.example","note":"we showed the plant manager the line"}"#),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await PartnerOperations.visible(call).partner
            _ = try await standings(call)
            let submission = try Submission(call, "makeClaim")
            var claim = try submission.message(WireDealClaimed.self, .dealClaimed)
            // A lead that the partner never saw is none, so that no claim tells what leads there are.
            if !claim.leadID.isEmpty { try await requireVisible(claim.leadID, call) }
            claim.partnerID = partner
            claim.claimID = try call.id("claim")
            claim.actor = submission.grant.principal
            return try await submission.send(claim, .dealClaimed)
        })

    private static let withdraw = Operation(
        id: "withdrawClaim", method: .post, path: path + "/withdraw", tag: "Claims",
        summary: "The partner takes its claim back", scope: .leadsAnswer, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("ClaimWithdrawnRequest"),
            example: #"{"note":"the customer bought elsewhere"}"#),
        payloadIsOptional: true, isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let standing = try await visible(call)
            let submission = try Submission(call, "withdrawClaim")
            var claim = try submission.message(WireClaimWithdrawn.self, .claimWithdrawn)
            (claim.leadID, claim.partnerID, claim.claimID) = (standing.leadID, standing.partnerID, standing.claimID)
            claim.actor = submission.grant.principal
            return try await submission.send(claim, .claimWithdrawn)
        })

    private static let decide = Operation(
        id: "decideClaim", method: .post, path: path + "/decision", tag: "Claims",
        summary: "A person approves a claim, refuses it, or ends one that is in force", scope: .decisionsOverride,
        rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("ClaimDecidedRequest"),
            example: #"{"approved":true,"reason":"no other partner has the account"}"#),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let standing = try await visible(call)
            let submission = try Submission(call, "decideClaim")
            var claim = try submission.message(WireClaimDecided.self, .claimDecided)
            (claim.leadID, claim.partnerID, claim.claimID) = (standing.leadID, standing.partnerID, standing.claimID)
            claim.decider = submission.grant.principal
            return try await submission.send(claim, .claimDecided)
        })

    // MARK: What there is

    private static func standings(_ call: Call) async throws -> [ClaimStanding] {
        guard let claims = try await call.look({ $0.knowsClaims ? $0.claimStandings : nil }) else {
            throw Refusal(
                409, "logic-version", "Not possible as things stand",
                "The program decides by a logic version that knows no claims.")
        }
        return claims
    }

    /// The path's claim, if the caller may see it.
    private static func visible(_ call: Call) async throws -> ClaimStanding {
        let partner = try await PartnerOperations.visible(call).partner
        let id = try call.id("claim")
        guard let claim = try await standings(call).first(where: { $0.partnerID == partner && $0.claimID == id }) else {
            throw Refusal.nothingHere
        }
        return claim
    }

    private static func requireVisible(_ lead: String, _ call: Call) async throws {
        guard FieldLimits.isID(lead) else { throw Refusal.invalid("It is no id.", field: "leadId") }
        let (grant, identities) = (try call.grant, call.services.identities)
        _ = try await call.read { try Edition.visible(lead, grant, $0, identities) }
    }
}
