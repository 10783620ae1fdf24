import Audit
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// Submitting leads, and reading where they stand.
enum LeadOperations {
    static let all = [
        submit, bulk, list, show, upsert, update, withdraw, explain, contact, preview, queryPreview, convert,
    ]

    /// What a change answers.
    static let submission = [
        Operation.Success(status: 202, about: "Durable; the decision follows.", schema: .reference("Submitted")),
        Operation.Success(status: 200, about: "Decided while you waited.", schema: .reference("Submitted")),
    ]

    private static let submit = Operation(
        id: "submitLead", method: .post, path: "/v1/leads", tag: "Leads", summary: "Submit a lead",
        scope: .leadsSubmit, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("LeadSubmission"),
            example: MessageSchemas.example("LeadSubmitted", without: ["declaredAttributes"])),
        isWrite: true, successes: submission, makes: "lead",
        work: .whole { call in
            let submission = try Submission(call, "submitLead")
            let (lead, change) = try submission.submitted(submission.message(WireLeadSubmitted.self, .leadSubmitted))
            return try await submission.send(change, lead: lead)
        })

    private static let upsert = Operation(
        id: "putLead", method: .put, path: "/v1/leads/{lead}", tag: "Leads",
        summary: "Submit a lead under your own id, or update it where it is there already",
        scope: .leadsSubmit, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("LeadFields"),
            example: #"{"country":"IT","vertical":"manufacturing"}"#),
        isWrite: true, successes: submission,
        work: .whole { call in
            let id = try call.id("lead")
            do { _ = try await visible(call) } catch let refusal as Refusal where refusal.status == 404 {
                let submission = try Submission(call, "putLead")
                var lead = try submission.message(WireLeadSubmitted.self, .leadSubmitted)
                lead.leadID = id
                return try await submission.send(lead, .leadSubmitted, lead: id)
            }
            return try await sendUpdate(of: id, call, "putLead")
        })

    private static let update = Operation(
        id: "updateLead", method: .patch, path: "/v1/leads/{lead}", tag: "Leads",
        summary: "Correct a lead or add to it; fields that are given replace",
        scope: .leadsSubmit, rate: .write,
        payload: .init(types: ["application/json"], schema: .reference("LeadUpdate"), example: #"{"employees":250}"#),
        isWrite: true, successes: submission,
        work: .whole { call in
            let lead = try await visible(call)
            return try await sendUpdate(of: lead.history.row.leadID, call, "updateLead")
        })

    private static func sendUpdate(of id: String, _ call: Call, _ operation: String) async throws -> Answer {
        let submission = try Submission(call, operation)
        var update = try submission.message(WireLeadUpdated.self, .leadUpdated)
        update.leadID = id
        return try await submission.send(update, .leadUpdated, lead: id)
    }

    private static let withdraw = Operation(
        id: "withdrawLead", method: .post, path: "/v1/leads/{lead}/withdraw", tag: "Leads", summary: "Withdraw a lead",
        scope: .leadsSubmit, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("Remark"), example: #"{"note":"duplicate of our CRM"}"#),
        payloadIsOptional: true, isWrite: true, successes: submission,
        work: .whole { call in
            let lead = try await visible(call)
            let submission = try Submission(call, "withdrawLead")
            var fact = try submission.message(WireLeadWithdrawn.self, .leadWithdrawn)
            fact.leadID = lead.history.row.leadID
            return try await submission.send(fact, .leadWithdrawn, lead: fact.leadID)
        })

    private static let list = Operation(
        id: "listLeads", method: .get, path: "/v1/leads", tag: "Leads",
        summary: "Leads, the latest submitted first; a partner is shown those it holds",
        scope: .leadsRead, rate: .read,
        query: [
            .init(name: "status", schema: .choice(LeadsText.statuses), about: "Those of this status alone."),
            .init(name: "partner", schema: .id, about: "Those that this partner holds; for vendor roles."),
            .init(name: "after", schema: .id, about: "Go on after this lead, the last of the page before."),
            .init(name: "limit", schema: .integer(1...200), about: "At most so many; 50 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("LeadPage"), headers: [.link])],
        work: .whole { call in
            let grant = try call.grant
            let limit = try call.number("limit", in: 1...200, otherwise: 50)
            let status = try call.query["status"].map { status in
                guard LeadsText.statuses.contains(status) else {
                    throw Refusal.badQuery("status", "It is one of \(LeadsText.statuses.joined(separator: ", ")).")
                }
                return status
            }
            let partner = grant.partner ?? call.query["partner"]
            if let after = call.query["after"], !FieldLimits.isID(after) {
                throw Refusal.badQuery("after", "It is the id of a lead.")
            }
            if let partner = call.query["partner"], !FieldLimits.isID(partner) {
                throw Refusal.badQuery("partner", "It is the id of a partner.")
            }
            let after = call.query["after"]
            if grant.role == .producer { return try await producersLeads(call, grant, status, after, limit) }
            let rows = try await call.read { deployment in
                if let after { _ = try Edition.visible(after, grant, deployment, call.services.identities) }
                return try deployment.leads(status: status, partnerID: partner, after: after, limit: limit).rows
            }
            let texts = try rows.map { try Edition.row($0, for: grant) }
            var headers: [(HTTPField.Name, String)] = []
            if rows.count == limit, let last = rows.last {
                var next = "/v1/leads?limit=\(limit)&after=\(last.leadID)"
                if let status { next += "&status=\(status)" }
                if grant.partner == nil, let partner, FieldLimits.isID(partner) { next += "&partner=\(partner)" }
                headers.append((.link, "<\(next)>; rel=\"next\""))
            }
            return .json("{\"leads\":[\(texts.joined(separator: ","))]}", headers)
        })

    /// Leads that a producer looks through at a time, and those that it sees of them.
    static let producersLook = 5_000

    private static func producersLeads(
        _ call: Call, _ grant: Grant, _ status: String?, _ after: String?, _ limit: Int
    ) async throws -> Answer {
        let identities = call.services.identities
        let (rows, last) = try await call.read { deployment in
            if let after { _ = try Edition.visible(after, grant, deployment, identities) }
            return try deployment.leads(
                from: Edition.tokens(grant, identities), status: status, after: after, limit: limit,
                looking: producersLook)
        }
        let texts = try rows.map { try Edition.row($0, for: grant) }
        var headers: [(HTTPField.Name, String)] = []
        // A page may hold fewer than there are: it goes on from the last that was the producer's own.
        if last != nil, let last = rows.last {
            let next = "/v1/leads?limit=\(limit)&after=\(last.leadID)" + (status.map { "&status=\($0)" } ?? "")
            headers.append((.link, "<\(next)>; rel=\"next\""))
        }
        return .json("{\"leads\":[\(texts.joined(separator: ","))]}", headers)
    }

    private static let show = Operation(
        id: "getLead", method: .get, path: "/v1/leads/{lead}", tag: "Leads", summary: "A lead with its story",
        scope: .leadsRead, rate: .read,
        successes: [.init(status: 200, about: "The lead, as you may see it.", schema: .reference("LeadStory"))],
        work: .whole { call in
            let (grant, id) = (try call.grant, try call.id("lead"))
            let make = { @Sendable in Answer.json(try Edition.story(try await visible(call), for: grant)) }
            // What a producer may see hangs on its sources too.
            if grant.role == .producer { return try await make() }
            return try await call.services.stories.answer(
                about: id, of: grant.program, for: grant.partner,
                changed: { from, end in try await call.read { try $0.leadsChanged(from: from, before: end) } },
                make: make)
        })

    private static let explain = Operation(
        id: "explainLead", method: .get, path: "/v1/leads/{lead}/explanation", tag: "Leads",
        summary: "Why it went where it went: decided again, and compared with what was recorded",
        scope: .decisionsRead, rate: .heavy,
        query: [
            .init(name: "attempt", schema: .integer(1...10_000), about: "Of this assignment; the latest unless told.")
        ],
        successes: [
            .init(
                status: 200, about: "The explanation, as you may see it; or what the lead was merged into.",
                schema: .reference("LeadExplanation"))
        ],
        work: .whole { call in
            let lead = try await visible(call)
            let attempt = call.query["attempt"] == nil ? nil : try call.number("attempt", in: 1...10_000, otherwise: 1)
            let grant = try call.grant
            switch try await explanation(call, lead, attempt) {
            case .explained(let explanation): return .json(try Edition.explanation(explanation, for: grant))
            case .merged(let merged, _, let links):
                guard grant.partner == nil else { throw Refusal.nothingHere }
                return .json(JSONText.object([
                    ("mergedInto", JSONText.quoted(merged.intoLeadID)),
                    ("links", try JSONText.line(links.map(LinkDocument.init))),
                ]))
            }
        })

    /// A decision made again: one that is asked for by its number, or the latest, which others may ask for as well.
    private static func explanation(_ call: Call, _ lead: VisibleLead, _ attempt: Int?) async throws
        -> ExplanationAnswer
    {
        if let attempt {
            let id = lead.history.row.leadID
            return try await call.read { try $0.explain(id, .attempt(UInt32(attempt))) }
        }
        guard case .known(let answer) = try await call.explained(lead, within: nil) else { throw Refusal.busy }
        return answer
    }

    private static let contact = Operation(
        id: "getLeadContact", method: .get, path: "/v1/leads/{lead}/contact", tag: "Leads",
        summary: "Names, addresses and free text of a lead; a partner that holds it sees them once it has accepted",
        scope: .leadsReadContact, rate: .read, reason: .optional,
        successes: [.init(status: 200, about: "What is known; the read is noted.", schema: .reference("LeadContact"))],
        work: .whole { call in
            guard let fields = try await readContact(call) else { throw Refusal.nothingHere }
            let lead = try call.id("lead")
            let text = JSONText.object([
                ("lead", JSONText.quoted(lead)), ("fields", try JSONText.line(fields)),
            ])
            return .json(text, [(.cacheControl, "no-store")])
        })

    /// What is known of the path's lead's person, by field; nil once the person is erased. The read is noted.
    /// - Parameter reason: why it is read; nil for what the request's header says.
    static func readContact(_ call: Call, reason: String? = nil) async throws -> [String: String]? {
        let lead = try await visible(call)
        if try call.grant.partner != nil {
            guard lead.isHeld else { throw Refusal.nothingHere }
            guard lead.isAccepted else {
                throw Refusal(409, "not-accepted", "Not possible as things stand", "Accept the lead first.")
            }
        }
        let (id, deployment) = (lead.history.row.leadID, try call.asked(reason: reason))
        return personFields(try await call.services.readers.run { try deployment.lead(id, unseals: true) })
    }

    /// The latest value of each field of the person, and of the vendor's own attributes, whether they are sealed or stand in
    /// clear; remarks of partners belong to their own entries.
    private static func personFields(_ history: LeadHistory) -> [String: String]? {
        var fields: [String: String] = [:]
        for step in history.steps {
            switch step.entry.input.fact {
            case .leadSubmitted: break
            case .leadUpdated(let fact):
                for name in fact.cleared { fields[name] = nil }
            default: continue
            }
            if case .erased = step.opened { return nil }
            if case .fields(let leaves) = step.opened { for leaf in leaves { fields[leaf.path] = leaf.value } }
            for own in step.entry.input.fact.declaredAttributes { fields["attributes.\(own.name)"] = own.value }
        }
        return fields
    }

    private static let preview = preview("previewLead", .post)
    /// The same by the method that says that nothing changes (RFC 10008).
    private static let queryPreview = preview("queryPreview", .query)

    private static func preview(_ id: String, _ method: HTTPRequest.Method) -> Operation {
        Operation(
            id: id, method: method, path: "/v1/preview", tag: "Leads",
            summary: "Where a lead would go now; nothing is kept",
            scope: .leadsPreview, rate: .heavy,
            query: [
                .init(
                    name: "preLead", schema: .boolean,
                    about: "true answers also with a text from which a lead can be made later; nothing is kept here.")
            ],
            payload: .init(
                types: ["application/json"], schema: .reference("LeadFields"),
                example: #"{"country":"IT","vertical":"manufacturing"}"#),
            successes: [.init(status: 200, about: "What would be decided.", schema: .reference("Preview"))],
            work: .whole { call in
                let submission = try Submission(call, "previewLead")
                var lead = try submission.message(WireLeadSubmitted.self, .leadSubmitted)
                lead.leadID = "preview"
                let now = call.services.folder.now()
                let keeps = try call.flag("preLead")
                // A fact holds what stands in clear: whose lead it is stays out, and a preview tells nothing of it.
                let fact = try Validation.fact(Array(try lead.jsonUTF8Data()), as: .leadSubmitted, at: now)
                guard let events = try await call.services.preview(submission.grant.program, fact) else {
                    throw Refusal.nothingHere
                }
                let currency = try await call.read { try $0.currency() }
                let words = EventWords(currency: currency) { TimeText.utc($0) }
                let chosen = events.compactMap { event -> String? in
                    switch event {
                    case .leadAssigned(let event): event.partnerID
                    case .offerMade(let event): event.partnerID
                    default: nil
                    }
                }.first
                return .json(
                    JSONText.object([
                        ("partner", chosen.map(JSONText.quoted)),
                        ("events", try JSONText.line(events.map(words.sentence))),
                        ("preLead", keeps ? JSONText.quoted(try PreLead(lead).text(call)) : nil),
                    ]), [(.cacheControl, "no-store")])
            })
    }

    private static let convert = Operation(
        id: "convertPreLead", method: .post, path: "/v1/pre-leads", tag: "Leads",
        summary: "Make a lead of what was previewed, once the person has left a name and consented",
        scope: .leadsSubmit, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("PreLeadSubmission"),
            example: #"{"preLead":"AAAA","lawfulBasis":"LAWFUL_BASIS_CONSENT","country":"IT"}"#),
        isWrite: true, successes: submission, makes: "lead",
        work: .whole { call in
            let (known, whole) = try PreLead.joined(call)
            let submission = try Submission(whole, "convertPreLead")
            var message = try submission.message(WireLeadSubmitted.self, .leadSubmitted)
            guard message.lawfulBasis == .consent else {
                throw Refusal.invalid("It becomes a lead with the person's consent.", field: "lawfulBasis")
            }
            try known.fill(&message)
            let (lead, record) = try submission.submitted(message)
            return try await submission.send(record, lead: lead)
        })

    private static let bulk = Operation(
        id: "submitLeads", method: .post, path: "/v1/bulk/leads", tag: "Leads",
        summary: "Submit leads by the line; each line has a result of its own",
        scope: .leadsSubmit, rate: .heavy,
        payload: .init(
            types: ["application/x-ndjson"], schema: .string,
            example: #"{"leadId":"web-1","country":"IT"}"# + "\n", bytesMax: RequestLimits.bulkBytesMax),
        takesIdempotencyKey: true,
        successes: [
            .init(
                status: 200, about: "A result a line, in the order of the lines.", schema: .string,
                type: "application/x-ndjson")
        ],
        work: .whole { call in try await BulkSubmission(call).answer() })

    /// The path's lead, if the caller may see it.
    static func visible(_ call: Call) async throws -> VisibleLead {
        let id = try call.id("lead")
        let grant = try call.grant
        let identities = call.services.identities
        do { return try await call.read { try Edition.visible(id, grant, $0, identities) } } catch let problem as Problem
            where problem.kind == .notFound
        {
            throw Refusal.nothingHere
        }
    }
}
