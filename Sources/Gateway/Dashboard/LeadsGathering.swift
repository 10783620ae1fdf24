import Dashboard
import Engine
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// What the list of leads is made of.
struct LeadsGathering {
    private static let limit = 50
    /// Partners that the filter suggests.
    private static let suggested = 300

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let grant = try call.grant
        if let wanted = page.query("lead") {
            if FieldLimits.isID(wanted), try await isVisible(wanted) {
                return PageCall.seeOther("/app/leads/\(wanted)")
            }
            return try await list(grant, missing: wanted)
        }
        return try await list(grant, missing: nil)
    }

    private func isVisible(_ lead: String) async throws -> Bool {
        let (grant, identities) = (try call.grant, call.services.identities)
        do {
            _ = try await call.read { try Edition.visible(lead, grant, $0, identities) }
            return true
        } catch  where Refusal(error).status == 404 { return false }
    }

    private func list(_ grant: Grant, missing: String?) async throws -> Answer {
        let status = try page.query("status").map { status in
            guard LeadsText.statuses.contains(status) else {
                throw Refusal.badQuery("status", "It is one of \(LeadsText.statuses.joined(separator: ", ")).")
            }
            return status
        }
        for name in ["partner", "after"] {
            if let id = page.query(name), !FieldLimits.isID(id) { throw Refusal.badQuery(name, "It is an id.") }
        }
        let (after, chosen) = (page.query("after"), grant.partner == nil ? page.query("partner") : nil)
        let identities = call.services.identities
        let found = try await call.read { deployment in
            // A cursor that is not the reader's to see leads nowhere.
            if let after { _ = try Edition.visible(after, grant, deployment, identities) }
            return try Self.found(deployment, grant, identities, status, chosen, after)
        }
        let isWhole = grant.partner == nil && grant.role != .producer
        let reader = try await page.reader(cursor: call.services.decisions.end(of: grant.program))
        var shown = LeadListPage(
            lines: found.rows.map { Edition.line($0, for: grant) }, counts: isWhole ? found.counts : [],
            status: status, partner: chosen, isLater: after != nil, next: found.next, missing: missing)
        if isWhole, grant.allows(.partnersRead) {
            shown.suggestions =
                try await call.services.live.look(grant.program) {
                    Array($0.activePartnerIDs.sorted().prefix(Self.suggested))
                } ?? []
        }
        shown.canChangeAll = grant.allows(.decisionsOverride)
        shown.said = page.said
        return PageCall.answer(shown.page(reader))
    }

    private static func found(
        _ deployment: Deployment, _ grant: Grant, _ identities: Identities, _ status: String?, _ partner: String?,
        _ after: String?
    ) throws -> (rows: [LeadRow], counts: [(status: String, count: Int)], next: String?) {
        if grant.role == .producer {
            let (rows, last) = try deployment.leads(
                from: Edition.tokens(grant, identities), status: status, after: after, limit: limit,
                looking: LeadOperations.producersLook)
            return (rows, [], last == nil ? nil : rows.last?.leadID)
        }
        let page = try deployment.leads(
            status: status, partnerID: grant.partner ?? partner, after: after, limit: limit)
        let counts = grant.partner == nil ? try deployment.leadCounts() : []
        return (page.rows, counts, page.rows.count == limit ? page.rows.last?.leadID : nil)
    }
}

extension Edition {
    /// A lead as pages list it: what is not the bearer's to see is left out, as in ``row(_:for:)``.
    static func line(_ row: LeadRow, for grant: Grant) -> LeadListPage.Line {
        let isVendor = grant.partner == nil && grant.role != .producer
        let isOwn = isVendor || (grant.partner != nil && row.partnerID == grant.partner)
        return .init(
            lead: row.leadID, status: grant.partner == nil || isOwn ? row.status : "elsewhere",
            partner: isOwn && !row.partnerID.isEmpty ? row.partnerID : nil, attempt: isVendor ? row.attempt : 0,
            valueMinorUnits: isOwn ? row.valueMinorUnits : nil,
            currency: isOwn && !row.currency.isEmpty ? row.currency : nil, country: isOwn ? row.country : "",
            vertical: isOwn ? row.vertical : "", submitted: row.submittedAt, respondBy: isOwn ? row.respondBy : nil)
    }
}
