import LeadlineCore

/// Under whose right an endpoint is told of decisions: judged at every message, so that what ended a moment ago counts.
enum WebhookRights {
    /// What the endpoint is shown now; nil if whoever answers for it may no more.
    static func standing(
        _ endpoint: WebhookEndpoint, _ access: any AccessDirectory, at now: Timestamp
    ) throws -> Grant? {
        let grants = try access.grants(of: endpoint.owner, program: endpoint.program)
        let standing = grants.first { grant in
            grant.isInForce(at: now) && grant.allows(.webhooksManage) && grant.allows(.decisionsRead)
                && endpoint.isVisible(to: grant)
        }
        guard var grant = standing else { return nil }
        if let partner = endpoint.partner {
            // The vendor's own key would show more than a partner's endpoint is told.
            grant.partner = partner
            grant.role = .partnerLead
        }
        return grant
    }
}
