import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import UseCases

/// Links of leads to each other and to companies, undone and made by a person of the vendor's. No partner is told of
/// them: a link says that another lead is known.
enum LinkOperations {
    static let all = [unlink, link]

    private static let unlink = Operation(
        id: "unlinkLead", method: .post, path: "/v1/leads/{lead}/unlink", tag: "Leads",
        summary: "Undo what a lead was linked to: the lead it was merged into, or its company; it goes its own way",
        scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("LeadsUnlinkedRequest"),
            example: MessageSchemas.example("LeadsUnlinked", without: ["leadId", "decidedBy"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            let submission = try Submission(call, "unlinkLead")
            var fact = try submission.message(WireLeadsUnlinked.self, .leadsUnlinked)
            (fact.leadID, fact.decidedBy) = (lead, submission.grant.principal)
            return try await submission.send(fact, .leadsUnlinked, lead: lead)
        })

    private static let link = Operation(
        id: "linkLead", method: .post, path: "/v1/leads/{lead}/link", tag: "Leads",
        summary: "Merge a lead into another open one of its person and company, or put it back to its company",
        scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("LeadsLinkedRequest"),
            example: MessageSchemas.example("LeadsLinked", without: ["leadId", "decidedBy"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            let submission = try Submission(call, "linkLead")
            var fact = try submission.message(WireLeadsLinked.self, .leadsLinked)
            (fact.leadID, fact.decidedBy) = (lead, submission.grant.principal)
            return try await submission.send(fact, .leadsLinked, lead: lead)
        })
}
