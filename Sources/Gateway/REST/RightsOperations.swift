import Audit
import Engine
import HTTPTypes
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases
import Vault

/// What people are entitled to. Who is meant stands in the body, never in an address that logs and proxies keep.
enum RightsOperations {
    static let all = [restrict, object, lift, rectify, link, unlink, standing, dossier, ErasureOperation.erase]

    /// Longest texts, in characters: who is meant; who asks, and why.
    static let subject = 1...PersonName.charactersMax
    static let why = 1...128

    /// The same as schemas.
    static let subjectSchema = Schema.text(subject)
    static let textSchema = Schema.text(why)
    static let reasonSchema = Schema(
        json: #"{"type":"string","minLength":\#(why.lowerBound),"maxLength":\#(why.upperBound),"pattern":"^[^@\\u0000]*$"}"#)

    /// Why somebody asks: it is kept for good, so it holds no address.
    static func reason(_ body: inout BodyFields) throws(Refusal) -> String {
        let text = try body.required("reason", why)
        guard Asker.isNameless(text) else {
            throw .invalid("It is kept, so it holds no address; name a case instead.", field: "reason")
        }
        return text
    }

    /// Who is meant, who asks for it, and why.
    struct Person: Sendable {
        let subject: String
        let requestedBy: String
        let reason: String

        init(_ body: inout BodyFields) throws(Refusal) {
            subject = try body.required("subject", RightsOperations.subject)
            requestedBy = try body.required("requestedBy", why)
            reason = try RightsOperations.reason(&body)
        }
    }

    private static let restrict = right(
        "restrict", "Processing is restricted (GDPR Art. 18): a human takes over"
    ) { _ in .restrict }

    private static let object = right(
        "object", "The person objects (Art. 21): open leads close, later ones go to a human", [("suppress?", .boolean)]
    ) { body throws(Refusal) in .object(suppressing: try body.flag("suppress") ?? false) }

    private static let lift = right(
        "lift", "The restriction ends, or the objection is withdrawn", [("objection?", .boolean)]
    ) { body throws(Refusal) in try body.flag("objection") ?? false ? .withdrawObjection : .lift }

    private static let rectify = right(
        "rectify", "What is held of one of the person's leads changes (Art. 16)",
        [("lead?", .id), ("fields", Schema.reference("LeadUpdate").holding(atLeast: 1))], #""fields":{"contact":{"familyName":"Rossi"}}"#
    ) { body throws(Refusal) in
        guard let fields = try body.object("fields") else { throw Refusal.invalid("It is missing.", field: "fields") }
        let lead = try body.id("lead")
        var message: WireLeadUpdated
        try ValueForms.of(.leadUpdated).check(fields)
        do { message = try WireLeadUpdated(jsonUTF8Bytes: fields) } catch {
            throw Refusal.invalid("It is no correction of a lead.", field: "fields")
        }
        guard !fields.elementsEqual("{}".utf8), message.leadID.isEmpty else {
            throw Refusal.invalid("It states what changes, and which lead is meant stands beside it.", field: "fields")
        }
        message.leadID = lead ?? ""
        return .rectify(message)
    }

    private static let link = right(
        "link", "Two people are one: dossier, erasure and rights reach both", [("other", subjectSchema)],
        #""other":"lead-2""#
    ) { body throws(Refusal) in .link(other: try body.required("other", subject)) }

    private static let unlink = right(
        "unlink", "Two people are two, whatever address they share", [("other", subjectSchema)], #""other":"lead-2""#
    ) { body throws(Refusal) in .unlink(other: try body.required("other", subject)) }

    /// A person's request.
    /// - Parameter more: fields beside who is meant and who asks, and their example.
    private static func right(
        _ name: String, _ summary: String, _ more: [(String, Schema)] = [], _ example: String? = nil,
        _ request: @escaping @Sendable (inout BodyFields) throws(Refusal) -> PersonRequest
    ) -> Operation {
        Operation(
            id: name + "Person", method: .post, path: "/v1/rights/" + name, tag: "Rights", summary: summary,
            scope: .rightsExercise, rate: .heavy, payload: payload(more, example), isWrite: true,
            successes: [.init(status: 200, about: "What came of it.", schema: .reference("RightOutcome"))],
            work: .whole { call in
                var body = try BodyFields(call)
                let person = try Person(&body)
                let wanted = try request(&body)
                try body.end()
                let deployment = try call.asked(
                    reason: person.reason, submitting: try Submission(call, name + "Person").submitting)
                let text = try await call.run(deployment) { deployment in
                    let outcome = try await deployment.exercise(
                        wanted, for: person.subject, requestedBy: person.requestedBy)
                    return try JSONText.line(
                        RequestOutcomeDocument(
                            program: outcome.program, lead: outcome.lead, subjects: outcome.subjects,
                            position: outcome.position, events: outcome.events, suppressed: outcome.suppressed,
                            currency: try deployment.currency()))
                }
                return .json(text, [(.cacheControl, "no-store")])
            })
    }

    private static func payload(_ more: [(String, Schema)], _ example: String?) -> Operation.Payload {
        .init(
            types: ["application/json"],
            schema: .request(
                [("subject", subjectSchema), ("requestedBy", textSchema), ("reason", reasonSchema)] + more),
            example: #"{"subject":"lead-1","requestedBy":"the person, by letter","reason":"case 4711""#
                + (example.map { "," + $0 } ?? "") + "}")
    }

    private static let standing = Operation(
        id: "showPerson", method: .post, path: "/v1/rights/standing", tag: "Rights",
        summary: "What stands for a person: ids, links, rights and leads; the read is noted", scope: .rightsExercise,
        rate: .heavy,
        payload: .init(
            types: ["application/json"], schema: .request([("subject", subjectSchema), ("reason", reasonSchema)]),
            example: #"{"subject":"lead-1","reason":"case 4711"}"#),
        successes: [.init(status: 200, about: "What stands.", schema: .reference("PersonStanding"))],
        work: .whole { call in
            var body = try BodyFields(call)
            let name = try body.required("subject", subject)
            let reason = try reason(&body)
            try body.end()
            let deployment = try call.asked(reason: reason)
            let report = try await call.services.readers.run { try deployment.standing(of: name) }
            return .json(
                try JSONText.line(
                    PersonStandingDocument(
                        program: report.program, person: report.person, standing: report.standing,
                        isErased: report.isErased)), [(.cacheControl, "no-store")])
        })

    // MARK: Dossier

    private static let dossier = Operation(
        id: "makeDossier", method: .post, path: "/v1/rights/dossier", tag: "Rights",
        summary: "Everything about one person, as a job: the auditor's edition, or the letter that the person gets",
        scope: .rightsExercise, rate: .heavy,
        payload: .init(
            types: ["application/json"],
            schema: .request([
                ("subject", subjectSchema), ("reason", reasonSchema), ("edition?", .choice(["auditor", "subject"])),
                ("language?", .choice(EditionLanguage.allCases.map(\.rawValue))),
                ("format?", .choice(["json", "html"])), ("linked?", .boolean), ("namedByOthers?", .boolean),
            ]).needing("edition", "subject", with: "language"),
            example: #"{"subject":"lead-1","reason":"case 4711","edition":"subject","language":"it"}"#),
        successes: JobOperations.begun, makes: "job",
        work: .whole { call in
            var body = try BodyFields(call)
            let order = try DossierOrder(&body)
            try body.end()
            return try await JobOperations.begin(call, "dossier", .rightsExercise, reason: order.reason) {
                try order.result($0)
            }
        })
}

/// A dossier as it was asked for.
private struct DossierOrder: Sendable {
    let subject: String
    let reason: String
    /// Nil for the auditor's edition.
    let language: EditionLanguage?
    let isPage: Bool
    let linked: Bool?
    let searchesOthers: Bool

    init(_ body: inout BodyFields) throws(Refusal) {
        subject = try body.required("subject", RightsOperations.subject)
        reason = try RightsOperations.reason(&body)
        let edition = try body.choice("edition", ["auditor", "subject"])
        let language = try body.choice("language", EditionLanguage.allCases.map(\.rawValue))
        if edition != "subject" && language != nil {
            throw .invalid("A language belongs to the subject's edition.", field: "language")
        }
        self.language = edition == "subject" ? EditionLanguage(rawValue: language ?? "en") ?? .en : nil
        isPage = try body.choice("format", ["json", "html"]) == "html"
        linked = try body.flag("linked")
        searchesOthers = try body.flag("namedByOthers") ?? false
    }

    func result(_ deployment: Deployment) throws -> Job.Result {
        let text: String
        let subjects: [String]
        if let language {
            let (edition, dossier) = try deployment.subjectEdition(
                of: subject, in: language, linked: linked, searchesOthers: searchesOthers)
            text = isPage
                ? SubjectLetterPage.page(edition.statement).html()
                : try JSONText.line(SubjectEditionDocument(edition))
            subjects = dossier.subjects
        } else {
            let dossier = try deployment.dossier(of: subject, linked: linked, searchesOthers: searchesOthers)
            text = isPage ? DossierPage.page(dossier).html() : try JSONText.line(dossier)
            subjects = dossier.subjects
        }
        return Job.Result(
            type: isPage ? "text/html; charset=utf-8" : "application/json", body: Array(text.utf8),
            subjects: subjects.compactMap(SubjectID.init(hex:)))
    }
}
