import Dashboard
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// A form of a page as a row of a table: where it is sent, which operation it asks for, and what of its fields goes
/// along.
struct DashboardForm: Sendable {
    let path: String
    let operation: String
    /// What was done; nil where the page itself shows what became of it.
    let said: Said?
    /// Where to go on; the path's parameters are put in. Empty leads to the start.
    let back: String
    let body: @Sendable (SentForm, PageCall) async throws -> [String: JSONValue]

    static let all: [DashboardForm] = [
        lead("accept", "acceptLead", .accept) { _, _ in [:] },
        lead("respond", "recordFirstResponse", .respond) { _, _ in [:] },
        lead("decline", "declineLead", .decline, back: "") { try await refusal($0, $1) },
        lead("giveBack", "returnLead", .giveBack) { try await refusal($0, $1) },
        lead("review", "requestReview", .review) { form, _ in note(form) },
        lead("override", "overrideDecision", .override) { form, _ in try decision(form) },
        lead("decide", "decideReview", .decide) { form, _ in try decision(form) },
        .init(path: "/reviews/{lead}/claim", operation: "claimReview", said: .claim, back: "/leads/{lead}") { form, _ in
            form["takeOver"] == "yes" ? ["takeOver": .flag(true)] : [:]
        },
        .init(path: "/reviews/{lead}/release", operation: "releaseReview", said: .release, back: "/reviews") { _, _ in
            [:]
        },
        partner("pause", "pausePartner", .pause) { _, _ in [:] },
        partner("resume", "resumePartner", .resume) { _, _ in [:] },
        lead("share", "shareCommission", .share) { form, _ in try shares(form) },
        partner("merge", "mergePartner", .merge) { form, _ in
            ["intoPartnerId": .text(form["into"]), "reason": .text(form["reason"])]
        },
        .init(path: "/rules/rates", operation: "publishRates", said: .rates, back: "/rules") { try rates($0, $1) },
        partner("absences", "setAbsence", .absence) { try absence($0, $1) },
        partner("absences/{absence}/cancel", "cancelAbsence", .absenceCancelled) { _, _ in [:] },
        .init(
            path: "/dead-letters/{letter}/resubmit", operation: "resubmitDeadLetter", said: .resubmit, back: "/system"
        ) { _, _ in [:] },
        .init(path: "/webhooks/{webhook}/replay", operation: "replayWebhook", said: .replay, back: "/system/webhooks") {
            form, _ in
            form["through"].isEmpty
                ? ["after": .text(form["after"])]
                : ["after": .text(form["after"]), "through": .text(form["through"])]
        },
        .init(path: "/webhooks/{webhook}/test", operation: "testWebhook", said: .test, back: "/system/webhooks") {
            _, _ in [:]
        },
        .init(path: "/proof/verifications", operation: "verify", said: nil, back: "/proof") { form, _ in
            ["quick": .flag(form["quick"] == "yes")]
        },
        .init(path: "/proof/dossiers", operation: "makeDossier", said: nil, back: "/proof") { form, _ in
            var fields: [String: JSONValue] = [
                "subject": .text(form["subject"]), "reason": .text(form["reason"]), "format": .text("html"),
                "edition": .text(form["edition"]),
            ]
            if form["edition"] == "subject", !form["language"].isEmpty { fields["language"] = .text(form["language"]) }
            return fields
        },
    ]

    private typealias Body = @Sendable (SentForm, PageCall) async throws -> [String: JSONValue]

    /// A form of a lead's page, to which it leads back unless told otherwise.
    private static func lead(
        _ act: String, _ operation: String, _ said: Said, back: String = "/leads/{lead}", _ body: @escaping Body
    ) -> DashboardForm {
        .init(path: "/leads/{lead}/" + act, operation: operation, said: said, back: back, body: body)
    }

    /// A form of a partner's page, to which it leads back.
    private static func partner(_ act: String, _ operation: String, _ said: Said, _ body: @escaping Body)
        -> DashboardForm
    {
        .init(
            path: "/partners/{partner}/" + act, operation: operation, said: said, back: "/partners/{partner}",
            body: body)
    }

    /// A route for every row.
    static var routes: [Operation] {
        all.map { row in
            let operation = OperationTable.row(row.operation)
            return DashboardRoutes.form(
                "send" + row.operation.prefix(1).uppercased() + row.operation.dropFirst(), row.path, operation.summary,
                scope: operation.scope
            ) { page, form in try await row.sent(page, form, operation) }
        }
    }

    /// Has the operation done, waits for what is decided, and goes back to a page.
    private func sent(_ page: PageCall, _ form: SentForm, _ operation: Operation) async throws -> Answer {
        let call = page.call
        var headers = HTTPFields()
        headers[.traceParent] = call.headers[.traceParent]
        if operation.isWrite {
            headers[.prefer] = "wait=10"
            headers[.idempotencyKey] = Self.once(form)
        }
        let fields = try await body(form, page)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes =
            operation.payload == nil || (fields.isEmpty && operation.payloadIsOptional)
            ? [] : Array(try encoder.encode(fields))
        let asked = Call(
            services: call.services, bearer: call.bearer, headers: headers, path: parameters(page, form), query: [:],
            body: bytes)
        let answer = try await page.admission.perform(operation, asked)
        return PageCall.seeOther(next(call, answer, isWrite: operation.isWrite))
    }

    /// What a form is known by that is sent again; nil for one that no page of ours made.
    static func once(_ form: SentForm) -> String? {
        let once = form[FormField.once]
        let isOurs = (1...64).contains(once.utf8.count) && once.utf8.allSatisfy(Hexadecimal.isDigit)
        return isOurs ? "form-" + once : nil
    }

    /// The path's parameters; an absence that is set by a form is named by what makes the form count once.
    private func parameters(_ page: PageCall, _ form: SentForm) -> [String: String] {
        var path = page.call.path
        if operation == "setAbsence" {
            let random = page.call.services.folder.machine.random
            path["absence"] = Self.once(form) ?? "form-" + Hexadecimal.text(random.bytes(12))
        }
        return path
    }

    private func next(_ call: Call, _ answer: Answer, isWrite: Bool) -> String {
        var path = "/app"
        for part in back.unicodeScalars.split(separator: "/").map(String.init) {
            let value = part.utf8.first == UInt8(ascii: "{") ? call.path[String(part.dropFirst().dropLast())] : part
            path += "/" + (value.flatMap { FieldLimits.isID($0) ? $0 : nil } ?? "")
        }
        guard var said else { return path }
        let outcome = JSONValue(json: answer.body)?.members ?? [:]
        if answer.status == 202, isWrite {
            said = .later
        } else if outcome["disregarded"] != nil {
            // It is in the journal, and changed nothing there: things had moved on.
            said = .disregarded
        }
        path += "?said=" + said.rawValue
        if let webhook = call.path["webhook"], FieldLimits.isID(webhook) { path += "&endpoint=" + webhook }
        if case .whole(let position)? = outcome["position"], !back.isEmpty { path += "&at=\(position)" }
        return path
    }

    // MARK: Fields

    private static func note(_ form: SentForm) -> [String: JSONValue] {
        let text = form["note"]
        return text.isEmpty ? [:] : ["note": .text(text)]
    }

    private static func refusal(_ form: SentForm, _ page: PageCall) async throws -> [String: JSONValue] {
        let known = ActionLinkPage.reasons(try await ReturnOperations.reasons(page.call))
        guard let reason = known.first(where: { $0.word == form["reason"] }) else {
            throw Refusal.invalid("It is one of the reasons that the page names.", field: "reason")
        }
        var fields = note(form)
        if reason.id.isEmpty {
            // By the word that the schemas have.
            let word = reason.word.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
            fields["reason"] = .text("REFUSAL_REASON_" + String(decoding: word, as: UTF8.self).uppercased())
        } else {
            fields["reasonId"] = .text(reason.id)
        }
        return fields
    }

    /// Moments as the reader's clock shows them.
    private static func absence(_ form: SentForm, _ page: PageCall) throws -> [String: JSONValue] {
        let zone = Preferences(page.call.headers).zone
        var fields: [String: JSONValue] = [:]
        for name in ["from", "until"] {
            guard let moment = LocalMoment.timestamp(form[name], in: zone) else {
                throw Refusal.invalid("It is a day and a time.", field: name)
            }
            fields[name] = .text(TimeText.utc(moment))
        }
        return fields
    }

    private static func rates(_ form: SentForm, _ page: PageCall) throws -> [String: JSONValue] {
        guard let micros = RateWords.micros(form["rate"]) else {
            throw Refusal.invalid("It is a number above 0 with at most six places, as 0.9243.", field: "rate")
        }
        guard let from = LocalMoment.timestamp(form["from"], in: Preferences(page.call.headers).zone) else {
            throw Refusal.invalid("It is a day and a time.", field: "from")
        }
        let rate: [String: JSONValue] = [
            "currency": .text(form["currency"].uppercased()), "rateMicros": .text("\(micros)"),
        ]
        let principal = try page.call.grant.principal
        var fields: [String: JSONValue] = ["validFrom": .text(TimeText.utc(from)), "rates": .list([.object(rate)])]
        if FieldLimits.isID(principal) { fields["publishedBy"] = .text(principal) }
        return fields
    }

    /// One other partner's share; none where no partner is named.
    private static func shares(_ form: SentForm) throws -> [String: JSONValue] {
        if form["partner"].isEmpty { return ["shares": .list([])] }
        guard let percent = RateWords.micros(form["percent"]), percent <= 100_000_000, percent % 10_000 == 0 else {
            throw Refusal.invalid("It is a number above 0 and at most 100, with at most two places.", field: "percent")
        }
        let share: [String: JSONValue] = [
            "partnerId": .text(form["partner"]), "basisPoints": .whole(percent / 10_000),
        ]
        return ["shares": .list([.object(share)])]
    }

    private static func decision(_ form: SentForm) throws -> [String: JSONValue] {
        var fields = note(form)
        guard !fields.isEmpty else { throw Refusal.invalid("It is missing: say why.", field: "note") }
        switch form["decision"] {
        case "assign": fields["assignToPartnerId"] = .text(form["partner"])
        case "uphold": fields["uphold"] = .flag(true)
        case "close": fields["close"] = .flag(true)
        case "reroute": fields["reroute"] = .flag(true)
        default: throw Refusal.invalid("It is one of the choices that the page names.", field: "decision")
        }
        return fields
    }
}
