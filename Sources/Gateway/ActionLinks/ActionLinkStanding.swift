import Engine
import LeadlineCore
import UseCases

/// How a link stands at this moment, judged by what the journal and the keys say, not by the link.
enum ActionLinkStanding: Sendable {
    /// The partner holds the lead by this very assignment, and has not answered.
    case open(VisibleLead)
    /// It has answered already, by this link or otherwise.
    case answered
    /// The assignment is over, or the link, or whoever sent it may not any more.
    case dead

    static func of(_ link: ActionLink, _ call: Call) async throws -> ActionLinkStanding {
        let services = call.services
        let now = services.folder.now()
        guard now.micros / 1_000_000 < link.until else { return .dead }
        let (access, webhooks, identities) = (services.access, services.webhooks, services.identities)
        return try await call.acting(as: link.grant).read { deployment in
            guard try mayStillSend(link, access, webhooks, at: now) else { return .dead }
            let lead: VisibleLead
            do { lead = try Edition.visible(link.lead, link.grant, deployment, identities) } catch {
                guard Refusal(error).status == 404 else { throw error }
                return .dead
            }
            guard lead.isHeld, lead.history.row.attempt == Int(link.attempt) else { return .dead }
            if lead.isAccepted { return .answered }
            return lead.history.row.isAssigned ? .open(lead) : .dead
        }
    }

    private static func mayStillSend(
        _ link: ActionLink, _ access: any AccessDirectory, _ webhooks: any WebhookKeeper, at now: Timestamp
    ) throws -> Bool {
        switch link.sender {
        case .endpoint(let id):
            guard let endpoint = try webhooks.endpoint(id), endpoint.sendsLinks, endpoint.program == link.program,
                endpoint.partner == link.partner
            else { return false }
            return try WebhookRights.standing(endpoint, access, at: now) != nil
        case .principal(let id):
            return try access.grants(of: id, program: link.program).contains { grant in
                grant.isInForce(at: now) && grant.allows(.actionLinksMake)
            }
        }
    }
}

extension LeadRow {
    /// True while somebody has the lead and has not got in touch. A closed one keeps the name of its last partner.
    var isAssigned: Bool { status == "assigned" && !partnerID.isEmpty }
}
