import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Answers from an e-mail, without an account: links that a vendor makes, the page that one shows, and its one use.
enum ActionLinkOperations {
    static let all = [make, show, answer]

    private static let page = Operation.Success(status: 200, about: "A page.", schema: .string, type: WebPage.type)
    private static let gone = Operation.Success(
        status: 410, about: "A page: the link is dead, or was used.", schema: .string, type: WebPage.type)
    private static let daysMax = 30

    /// What somebody may press.
    static let schemas: [(String, Schema)] = [
        ("LinkAcceptance", .request([("answer", .choice(["accept"]))])),
        (
            "LinkRefusal",
            .request([("answer", .choice(["decline"])), ("reason?", .id)])
        ),
    ]

    private static let make = Operation(
        id: "createActionLink", method: .post, path: "/v1/leads/{lead}/action-links", tag: "Action links",
        summary: "A link by which whoever holds the lead can answer once, without a key", scope: .actionLinksMake,
        rate: .write,
        payload: .init(
            types: ["application/json"], schema: .request([("days?", .integer(1...daysMax))]), example: #"{"days":3}"#,
            bytesMax: 4_096), payloadIsOptional: true,
        successes: [
            .init(
                status: 201, about: "The link, shown this once.",
                schema: .object([("url", .string), ("lead", .id), ("partner", .id), ("expires", .time)]))
        ],
        work: .whole { call in
            let grant = try call.grant
            let row = try await LeadOperations.visible(call).history.row
            var fields = try BodyFields(call)
            let days = try fields.number("days", 1...daysMax)
            try fields.end()
            let now = call.services.folder.now()
            guard grant.credential.isOfKey else { throw impossible("A link is judged by its maker's key; use one.") }
            guard let url = call.services.signIn.publicURL else {
                throw impossible("The service does not know where it is reached; its operator says so.")
            }
            guard row.isAssigned else { throw impossible("The lead waits for nobody's answer.") }
            let usual = now.adding(micros: Int64(days ?? ActionLink.daysUsual) * Timestamp.microsPerDay)
            let until = days == nil ? row.respondBy ?? usual : usual
            let link = ActionLink(
                program: grant.program, lead: row.leadID, partner: row.partnerID, attempt: UInt32(row.attempt),
                until: until.micros / 1_000_000, sender: .principal(grant.principal))
            let text = call.services.identities.links.text(link)
            return .json(
                JSONText.object([
                    ("url", JSONText.quoted(url.origin + ActionLink.path + text)),
                    ("lead", JSONText.quoted(link.lead)), ("partner", JSONText.quoted(link.partner)),
                    ("expires", JSONText.quoted(TimeText.utc(Timestamp(micros: link.until * 1_000_000)))),
                ]), status: 201, [(.cacheControl, "no-store")])
        })

    private static func impossible(_ detail: String) -> Refusal {
        Refusal(409, "conflict", "Not possible as things stand", detail)
    }

    /// Changes nothing: whoever looks through mail follows links.
    private static let show = Operation(
        id: "showActionLink", method: .get, path: ActionLink.path + "{link}", tag: "Action links",
        summary: "A page with the choices of a link, for a person", scope: nil, rate: .read, successes: [page],
        otherAnswers: [gone],
        work: .whole { call in
            let link = try link(call)
            switch try await ActionLinkStanding.of(link, call) {
            case .open(let lead):
                let text = call.services.identities.links.text(link)
                return ActionLinkPage.choices(link, lead, path: ActionLink.path + text, try await reasons(link, call))
            case .answered: return ActionLinkPage.answered(link)
            case .dead: return ActionLinkPage.dead(link)
            }
        })

    private static let answer = Operation(
        id: "answerActionLink", method: .post, path: ActionLink.path + "{link}", tag: "Action links",
        summary: "Answer by a link, as its page does; every link to one assignment is good for one answer in all",
        scope: nil, rate: .write,
        payload: .init(
            types: ["application/x-www-form-urlencoded"],
            schema: .oneOf(schemas.map(\.0)), example: "answer=accept", bytesMax: 1_024),
        successes: [page], otherAnswers: [gone],
        work: .whole { call in
            let link = try link(call)
            let choice = try Choice(call.body, try await reasons(link, call))
            switch try await ActionLinkStanding.of(link, call) {
            case .open: return try await use(link, choice, call)
            case .answered: return ActionLinkPage.answered(link)
            case .dead: return ActionLinkPage.dead(link)
            }
        })

    private static func link(_ call: Call) throws -> ActionLink {
        guard let text = call.path["link"], let link = call.services.identities.links.link(text) else {
            throw Refusal.nothingHere
        }
        return link
    }

    /// Uses a link: the answer's event has an id that all uses share, so the journal takes the first alone.
    private static func use(_ link: ActionLink, _ choice: Choice, _ call: Call) async throws -> Answer {
        let acting = call.acting(as: link.grant)
        let submission = Submission(acting, by: link.grant, eventID: call.services.identities.links.answer(link))
        do {
            let reply = try await choice.send(link, submission)
            guard reply.status == 200 else { return ActionLinkPage.takenDown(link) }
        } catch let refusal as Refusal where refusal.status == 422 { return ActionLinkPage.answered(link) }
        // What was sent is one thing, what the lead became of it another.
        switch (choice, try await ActionLinkStanding.of(link, call)) {
        case (.accept, .answered): return ActionLinkPage.done(link, isAccepted: true)
        case (.decline, .dead): return ActionLinkPage.done(link, isAccepted: false)
        case (_, .answered): return ActionLinkPage.answered(link)
        case (_, .dead): return ActionLinkPage.dead(link)
        case (_, .open): return ActionLinkPage.takenDown(link)
        }
    }

    /// Why the link's partner may decline.
    private static func reasons(_ link: ActionLink, _ call: Call) async throws -> [ActionLinkPage.Reason] {
        ActionLinkPage.reasons(try await ReturnOperations.reasons(call.acting(as: link.grant)))
    }

    /// What somebody pressed.
    private enum Choice {
        case accept
        case decline(ActionLinkPage.Reason?)

        init(_ form: [UInt8], _ reasons: [ActionLinkPage.Reason]) throws {
            var fields: [String: String] = [:]
            // Of the characters of an id a form writes the colon alone otherwise.
            let plain = form.replacing(Array("%3A".utf8), with: [UInt8(ascii: ":")])
            for part in plain.split(separator: UInt8(ascii: "&")) {
                let pair = part.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
                    .map { String(decoding: Array($0), as: UTF8.self) }
                guard pair.count == 2, ["answer", "reason"].contains(pair[0]), fields[pair[0]] == nil else {
                    throw Refusal.malformed
                }
                fields[pair[0]] = pair[1]
            }
            let reason = reasons.first { $0.word == fields["reason"] }
            guard fields["reason"] == nil || reason != nil else {
                throw Refusal.invalid("It is none of the page's reasons.", field: "reason")
            }
            switch fields["answer"] {
            case "accept"? where reason == nil: self = .accept
            case "decline"?: self = .decline(reason)
            default: throw Refusal.invalid("It is accept or decline, which takes a reason.", field: "answer")
            }
        }

        func send(_ link: ActionLink, _ submission: Submission) async throws -> Answer {
            switch self {
            case .accept:
                var message = WireLeadAccepted()
                (message.leadID, message.partnerID, message.actor) = (link.lead, link.partner, link.actor)
                return try await submission.send(message, .leadAccepted, lead: link.lead)
            case .decline(let reason):
                var message = WireLeadDeclined()
                (message.leadID, message.partnerID, message.actor) = (link.lead, link.partner, link.actor)
                (message.reason, message.reasonID) = (reason?.fixed ?? .unspecified, reason?.id ?? "")
                return try await submission.send(message, .leadDeclined, lead: link.lead)
            }
        }
    }
}
