import LeadlineCore

/// Under whose right an endpoint is told of decisions: judged at every message, so that what ended a moment ago counts.
enum WebhookRights {
    /// What the endpoint is shown now; nil if whoever answers for it may no more.
    static func standing(
        _ endpoint: WebhookEndpoint, _ access: any AccessDirectory, at now: Timestamp
    ) throws -> Grant? { try key(for: endpoint, access, at: now).map { edition($0, endpoint) } }

    /// A key of whoever answers for the endpoint that suffices for it.
    static func key(for endpoint: WebhookEndpoint, _ access: any AccessDirectory, at now: Timestamp) throws -> Grant? {
        try access.grants(of: endpoint.owner, program: endpoint.program).first { suffices($0, endpoint, at: now) }
    }

    /// True if the endpoint may be told of decisions under a key.
    static func suffices(_ key: Grant, _ endpoint: WebhookEndpoint, at now: Timestamp) -> Bool {
        key.isInForce(at: now) && key.allows(.webhooksManage) && key.allows(.decisionsRead)
            && (endpoint.format != .a2a || key.allows(.leadsAnswer))
            && key.principal == endpoint.owner && key.program == endpoint.program && endpoint.isVisible(to: key)
    }

    /// As what the endpoint is told under a key: the vendor's own would show more than a partner's endpoint is told.
    static func edition(_ key: Grant, _ endpoint: WebhookEndpoint) -> Grant {
        guard let partner = endpoint.partner else { return key }
        var grant = key
        grant.partner = partner
        grant.role = .partnerLead
        return grant
    }
}
