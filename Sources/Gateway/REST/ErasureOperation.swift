import Audit
import Engine
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// Erasing people, in two steps: the first says what would go and gives a token, the second brings the token back. The
/// token is for what was listed, for whoever asked and for ten minutes; nothing is kept of it.
enum ErasureOperation {
    private static let peopleMax = 20
    private static let lifeMicros: Int64 = 600_000_000

    static let erase = Operation(
        id: "erasePeople", method: .post, path: "/v1/rights/erase", tag: "Rights",
        summary: "Erase people: without 'confirm' it says what would go and gives the token that confirms it",
        scope: .rightsExercise, rate: .heavy,
        payload: .init(
            types: ["application/json"],
            schema: .request([
                (
                    "subjects",
                    Schema(
                        json: #"{"type":"array","minItems":1,"maxItems":\#(peopleMax),"items":"#
                            + RightsOperations.subjectSchema.json + "}")
                ),
                ("requestedBy", RightsOperations.textSchema), ("reason", RightsOperations.reasonSchema),
                ("suppress?", .boolean),
                (
                    "backups?",
                    Schema(
                        json: #"{"type":"array","minItems":0,"maxItems":16,"items":"# + RightsOperations.textSchema.json
                            + "}")
                ),
                ("confirm?", Schema(json: #"{"type":"string","pattern":"^[0-9]{1,18}-[0-9a-f]{64}$"}"#)),
            ]), example: #"{"subjects":["lead-1"],"requestedBy":"the person, by letter","reason":"case 4711"}"#),
        successes: [
            .init(
                status: 200, about: "What would go, with the token; or what went, with the certificates.",
                schema: .reference("Erasure"))
        ],
        work: .whole { call in
            var body = try BodyFields(call)
            let request = try Request(&body)
            try body.end()
            let deployment = try call.asked(
                reason: request.reason, submitting: try Submission(call, "erasePeople").submitting)
            let preview = try await call.services.readers.run { try deployment.previewErasure(of: request.subjects) }
            guard let confirm = request.confirm else {
                let expires = call.services.folder.now().adding(micros: lifeMicros)
                return try answer(preview, request, token(preview, request, call, expires), expires)
            }
            try check(confirm, preview, request, call)
            let (outcome, certificates) = try await call.run(deployment) { deployment in
                var certificates: [String] = []
                let outcome = try await deployment.erase(
                    request.subjects, order: request.order, certified: { certificates.append($0.text) })
                return (outcome, certificates)
            }
            // What was found of them for somebody is gone before anybody is told that they are.
            try await call.services.jobs.sweep(call.services)
            try await call.services.eraseAgentTasks()
            return try answer(outcome, certificates)
        })

    private struct Request: Sendable {
        let subjects: [String]
        let requestedBy: String
        let reason: String
        let suppresses: Bool
        let backups: [String]
        let confirm: String?

        init(_ body: inout BodyFields) throws(Refusal) {
            subjects = try body.texts("subjects", count: 1...peopleMax, RightsOperations.subject)
            if subjects.isEmpty { throw .invalid("It is missing.", field: "subjects") }
            requestedBy = try body.required("requestedBy", RightsOperations.why)
            reason = try RightsOperations.reason(&body)
            suppresses = try body.flag("suppress") ?? false
            backups = try body.texts("backups", count: 0...16, RightsOperations.why)
            confirm = try body.text("confirm", 1...128)
        }

        var order: ErasureOrder { ErasureOrder(requester: requestedBy, backups: backups, suppresses: suppresses) }
    }

    // MARK: Token

    private static func token(_ preview: ErasurePreview, _ request: Request, _ call: Call, _ expires: Timestamp) throws
        -> String
    {
        let grant = try call.grant
        var parts = ["\(expires.micros)", grant.program, grant.principal, request.requestedBy]
        parts += ["\(request.suppresses)", "\(request.subjects.count)"] + request.subjects + request.backups
        for person in preview.people {
            parts += ["\(person.subjects.count)"] + person.subjects.sorted()
            parts += ["\(person.leads.count)"] + person.leads.sorted() + ["\(person.records)"]
        }
        return "\(expires.micros)-" + call.services.identities.confirmation(parts)
    }

    private static func check(_ confirm: String, _ preview: ErasurePreview, _ request: Request, _ call: Call) throws {
        let refusal = Refusal(
            409, "not-confirmed", "Not possible as things stand",
            "The token is not of this request, is older than ten minutes, or more would go by now than it listed. Ask "
                + "without 'confirm' for a new one.", field: "confirm")
        let parts = confirm.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let micros = Int64(String(decoding: Array(parts[0]), as: UTF8.self)) else {
            throw refusal
        }
        let expires = Timestamp(micros: micros)
        let now = call.services.folder.now()
        guard now < expires, expires <= now.adding(micros: lifeMicros) else { throw refusal }
        let expected = try token(preview, request, call, expires)
        guard ConstantTime.isEqual(Array(expected.utf8), Array(confirm.utf8)) else { throw refusal }
    }

    // MARK: Answers

    private static func answer(
        _ preview: ErasurePreview, _ request: Request, _ token: String, _ expires: Timestamp
    ) throws -> Answer {
        let people = try preview.people.map { person in
            JSONText.object([
                ("subject", "\(person.name)"), ("ids", try JSONText.line(person.subjects)),
                ("leads", try JSONText.line(person.leads)), ("records", "\(person.records)"),
                ("namedElsewhere", person.namedElsewhere.map { "\($0)" }),
            ])
        }
        return .json(
            JSONText.object([
                ("erased", "false"), ("people", "[\(people.joined(separator: ","))]"),
                ("unknown", try JSONText.line(preview.unknown)), ("unsearchable", "\(preview.unsearchable)"),
                ("confirm", JSONText.quoted(token)), ("expires", JSONText.quoted(TimeText.utc(expires))),
            ]), [(.cacheControl, "no-store")])
    }

    private static func answer(_ outcome: ErasureOutcome, _ certificates: [String]) throws -> Answer {
        .json(
            JSONText.object([
                ("erased", "true"), ("count", "\(outcome.people)"), ("unknown", try JSONText.line(outcome.unknown)),
                ("unsearchable", "\(outcome.unsearchable)"), ("recordsEmptied", "\(outcome.records)"),
                ("recordKeysDestroyed", "\(outcome.recordKeys)"), ("unfinished", "\(outcome.unfinished)"),
                ("certificates", try JSONText.line(certificates)),
            ]), [(.cacheControl, "no-store")])
    }
}

/// Comparisons of secrets.
enum ConstantTime {
    /// In a time that does not depend on where they differ.
    static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
