import Engine
import HTTPTypes
import LeadlineCore
import Reports

/// Endpoints that decisions are sent to: the program's for its vendor, a partner's own for its lead.
enum WebhookOperations {
    static let all = [create, list, show, change, remove, deliveries, replay, test, rotate]

    private static let fields = ["url", "kinds", "format", "label", "template"]
    private static let noStore: [(HTTPField.Name, String)] = [(.cacheControl, "no-store")]

    private static let created = Schema.reference("WebhookWithSecret")
    private static let shown = Schema.reference("Webhook")

    private static let create = Operation(
        id: "createWebhook", method: .post, path: "/v1/webhooks", tag: "Webhooks",
        summary: "Have decisions sent to an address, from now on; the secret is shown this once",
        scope: .webhooksManage, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("WebhookRequest"),
            example: #"{"url":"https://hooks.partner.example/leadline","kinds":["leadline.v1.LeadAssigned"]}"#,
            bytesMax: 16_384),
        successes: [.init(status: 201, about: "The endpoint and its secret.", schema: created, headers: [.location])],
        makes: "webhook",
        work: .whole { call in
            let grant = try answering(call)
            let request = try WebhookRequest(call, fields: fields + ["partner", "actionLinks"])
            guard let target = request.url else { throw Refusal.invalid("It is required.", field: "url") }
            guard grant.partner == nil || request.partner == nil || request.partner == grant.partner else {
                throw Refusal.invalid("A partner's key makes endpoints of its own partner.", field: "partner")
            }
            try checkLinks(request, call)
            try request.checkTemplate()
            try request.checkAgent(grant)
            let machine = call.services.folder.machine
            let endpoint = WebhookEndpoint(
                id: "wh-" + Hexadecimal.text(machine.random.bytes(8)), program: grant.program,
                partner: grant.partner ?? request.partner, owner: grant.principal, target: target,
                format: request.format ?? .standard, kinds: request.kinds ?? [], label: request.label ?? "",
                secrets: [WebhookSecret(machine.random)], created: machine.clock.now(),
                cursor: try await call.services.decisions.end(of: grant.program), failures: 0,
                nextTry: Timestamp(micros: 0), sendsLinks: request.sendsLinks, template: request.template)
            try await call.services.webhooks.add(endpoint)
            return .json(
                try json(endpoint, showsSecret: true), status: 201,
                noStore + [(.location, "/v1/webhooks/\(endpoint.id)")])
        })

    /// Who answers for an endpoint: somebody with a key, by which rights are judged when nobody asks any more.
    private static func answering(_ call: Call) throws -> Grant {
        let grant = try call.grant
        guard grant.credential.isOfKey else {
            throw Refusal(
                409, "needs-key", "Not possible as things stand",
                "An endpoint lives longer than a token or a session at the issuer; make it with an API key.")
        }
        return grant
    }

    /// A link lets whoever reads a message answer: it goes to one partner's own receiver, and to no channel.
    private static func checkLinks(_ request: WebhookRequest, _ call: Call) throws {
        if !request.sendsLinks { return }
        guard try call.grant.partner ?? request.partner != nil else {
            throw Refusal.invalid("Links go to an endpoint of one partner; name it.", field: "actionLinks")
        }
        guard request.format ?? .standard == .standard else {
            throw Refusal.invalid("Links go in messages of the format standard alone.", field: "actionLinks")
        }
        guard call.services.signIn.publicURL != nil else {
            throw Refusal(
                409, "conflict", "Not possible as things stand",
                "The service does not know where it is reached; its operator says so.", field: "actionLinks")
        }
    }

    private static let list = Operation(
        id: "listWebhooks", method: .get, path: "/v1/webhooks", tag: "Webhooks",
        summary: "Endpoints that you may manage, without their secrets", scope: .webhooksManage, rate: .read,
        successes: [.init(status: 200, about: "All of them.", schema: .object([("webhooks", .array(shown))]))],
        work: .whole { call in
            let (file, grant) = (call.services.webhooks, try call.grant)
            let endpoints = try await call.services.readers.run { try file.list(program: grant.program) }
            let own = endpoints.filter { $0.isVisible(to: grant) }
            return .json("{\"webhooks\":[\(try own.map { try json($0) }.joined(separator: ","))]}", noStore)
        })

    private static let show = Operation(
        id: "getWebhook", method: .get, path: "/v1/webhooks/{webhook}", tag: "Webhooks",
        summary: "An endpoint as it stands: how far it has come, and whether it fails", scope: .webhooksManage,
        rate: .read, successes: [.init(status: 200, about: "The endpoint.", schema: shown)],
        work: .whole { call in .json(try json(try await visible(call)), noStore) })

    private static let change = Operation(
        id: "changeWebhook", method: .patch, path: "/v1/webhooks/{webhook}", tag: "Webhooks",
        summary: "Change an endpoint, or switch it on or off; one switched on goes on where it stopped",
        scope: .webhooksManage, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("WebhookChange"), example: #"{"enabled":true}"#,
            bytesMax: 16_384),
        successes: [.init(status: 200, about: "The endpoint as it is now.", schema: shown)],
        work: .whole { call in
            let request = try WebhookRequest(call, fields: fields + ["enabled"])
            if request.url != nil || request.isEnabled == true { _ = try answering(call) }
            let now = call.services.folder.now()
            return .json(
                try json(
                    try await changed(call) { endpoint, grant in
                        if endpoint.sendsLinks, let format = request.format, format != .standard {
                            throw Refusal.invalid(
                                "This endpoint sends links, which go in no other format.", field: "format")
                        }
                        try request.checkTemplate(of: endpoint)
                        try request.checkAgent(grant, of: endpoint)
                        endpoint.apply(request, by: grant, at: now)
                    }), noStore)
        })

    private static let remove = Operation(
        id: "deleteWebhook", method: .delete, path: "/v1/webhooks/{webhook}", tag: "Webhooks",
        summary: "Send nothing more, and forget the endpoint with its delivery log", scope: .webhooksManage,
        rate: .write,
        successes: [.init(status: 200, about: "It is gone.", schema: .object([("webhook", .id)]))],
        work: .whole { call in
            let id = try call.id("webhook")
            try await call.services.webhooks.remove(id, by: try call.grant)
            return .json(JSONText.object([("webhook", JSONText.quoted(id))]), noStore)
        })

    private static let deliveries = Operation(
        id: "listDeliveries", method: .get, path: "/v1/webhooks/{webhook}/deliveries", tag: "Webhooks",
        summary: "What was tried, the latest first: the last 1000 tries of 30 days", scope: .webhooksManage,
        rate: .read,
        query: [
            .init(name: "before", schema: .integer(1...Int.max), about: "Only tries with a lower number."),
            .init(name: "limit", schema: .integer(1...500), about: "At most so many; 100 unless told."),
        ],
        successes: [
            .init(
                status: 200, about: "One page.",
                schema: .object([("deliveries", .array(.reference("WebhookDelivery")))]), headers: [.link])
        ],
        work: .whole { call in
            let limit = try call.number("limit", in: 1...500, otherwise: 100)
            let before = try call.number("before", in: 1...Int.max, otherwise: Int.max)
            let (file, endpoint) = (call.services.webhooks, try await visible(call))
            let tries = try await call.services.readers.run {
                try file.tries(of: endpoint.id, before: Int64(before), limit: limit)
            }
            let more = tries.count == limit ? tries.last : nil
            return .json(
                "{\"deliveries\":[\(tries.map(json).joined(separator: ","))]}",
                noStore
                    + (more.map {
                        let path = "/v1/webhooks/\(endpoint.id)/deliveries"
                        return [(.link, "<\(path)?limit=\(limit)&before=\($0.number)>; rel=\"next\"")]
                    } ?? []))
        })

    private static let replay = Operation(
        id: "replayWebhook", method: .post, path: "/v1/webhooks/{webhook}/replay", tag: "Webhooks",
        summary: "Send a range of decisions again, under their ids, before those that are new",
        scope: .webhooksManage, rate: .heavy,
        payload: .init(
            types: ["application/json"], schema: .reference("WebhookRange"),
            example: #"{"after":"acme/17","through":"acme/23/0"}"#, bytesMax: 16_384),
        successes: [.init(status: 202, about: "It begins.", schema: shown)],
        work: .whole { call in
            let values = try WebhookRequest.values(call.body, ["after", "through"])
            let after = try cursor(values["after"], "after", call)
            let through = try cursor(values["through"], "through", call)
            guard let after else { throw Refusal.invalid("It is required.", field: "after") }
            let endpoint = try await changed(call) { endpoint, _ in
                guard endpoint.replay == nil else {
                    throw Refusal(
                        409, "conflict", "Not possible as things stand", "A replay is under way; wait for its end.")
                }
                // What was never sent comes by itself.
                let last = through.map { endpoint.cursor.covers($0) ? $0 : endpoint.cursor } ?? endpoint.cursor
                endpoint.replay = WebhookEndpoint.Replay(after: after, through: last)
            }
            return .json(try json(endpoint), status: 202, noStore)
        })

    /// A cursor in the program's decisions; one of another program is of nothing.
    private static func cursor(_ value: JSONValue?, _ name: String, _ call: Call) throws -> DecisionCursor? {
        guard let value else { return nil }
        guard case .text(let text) = value, let cursor = DecisionCursor(text) else {
            throw Refusal.invalid("It is the id of a decision, or the cursor of a page.", field: name)
        }
        guard cursor.program == (try call.grant.program) else { throw Refusal.nothingHere }
        return cursor
    }

    private static let test = Operation(
        id: "testWebhook", method: .post, path: "/v1/webhooks/{webhook}/test", tag: "Webhooks",
        summary: "Send a test message now, once; where it is taken, what failed before is tried at once",
        scope: .webhooksManage, rate: .heavy,
        successes: [.init(status: 200, about: "What came of it.", schema: .reference("WebhookDelivery"))],
        work: .whole { call in
            let endpoint = try await visible(call)
            let services = call.services
            let machine = services.folder.machine
            let id = "test/" + Hexadecimal.text(machine.random.bytes(8))
            let message = WebhookMessage(
                id: id, cause: .test, body: WebhookBody.test(endpoint, id: id, at: machine.clock.now()))
            var client = WebhookClient(services.webhookSettings, machine.passingTime)
            let result: Result<WebhookTry, any Error>
            do { result = .success(try await message.post(to: endpoint, by: &client, machine, services.spans)) } catch {
                result = .failure(error)
            }
            await client.close()
            let attempt = try result.get()
            try await services.webhooks.tested(endpoint, attempt)
            return .json(json(attempt), noStore)
        })

    private static let rotate = Operation(
        id: "rotateWebhook", method: .post, path: "/v1/webhooks/{webhook}/rotate", tag: "Webhooks",
        summary: "A new secret, shown this once; the old one signs beside it for a while", scope: .webhooksManage,
        rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("WebhookRotation"), example: #"{"overlapHours":24}"#,
            bytesMax: 16_384), payloadIsOptional: true,
        successes: [.init(status: 200, about: "The endpoint and its new secret.", schema: created)],
        work: .whole { call in
            let values = try WebhookRequest.values(call.body, ["overlapHours"])
            var hours: Int64 = 24
            if let value = values["overlapHours"] {
                guard case .whole(let number) = value, (0...168).contains(number) else {
                    throw Refusal.invalid("It is a whole number from 0 to 168.", field: "overlapHours")
                }
                hours = number
            }
            let (machine, overlap) = (call.services.folder.machine, hours * 3_600_000_000)
            let endpoint = try await changed(call) { endpoint, _ in
                endpoint.rotate(to: WebhookSecret(machine.random), overlapMicros: overlap, at: machine.clock.now())
            }
            return .json(try json(endpoint, showsSecret: true), noStore)
        })

    // MARK: Endpoints

    /// The path's endpoint, if the caller may see it.
    private static func visible(_ call: Call) async throws -> WebhookEndpoint {
        let (file, grant, id) = (call.services.webhooks, try call.grant, try call.id("webhook"))
        let endpoint = try await call.services.readers.run { try file.endpoint(id) }
        guard let endpoint, endpoint.isVisible(to: grant) else { throw Refusal.nothingHere }
        return endpoint
    }

    private static func changed(
        _ call: Call, _ change: @escaping @Sendable (inout WebhookEndpoint, Grant) throws -> Void
    ) async throws -> WebhookEndpoint {
        let grant = try call.grant
        return try await call.services.webhooks.change(try call.id("webhook"), by: grant) { try change(&$0, grant) }
    }

    // MARK: Answers

    private static func json(_ endpoint: WebhookEndpoint, showsSecret: Bool = false) throws -> String {
        let old = endpoint.secrets.compactMap(\.until).max()
        let newest = endpoint.secrets.first
        return JSONText.object([
            ("webhook", JSONText.quoted(endpoint.id)), ("url", JSONText.quoted(endpoint.target.url)),
            ("partner", endpoint.partner.map(JSONText.quoted)), ("format", JSONText.quoted(endpoint.format.rawValue)),
            ("kinds", try JSONText.line(endpoint.kinds)), ("label", JSONText.quoted(endpoint.label)),
            ("template", endpoint.template.map { JSONText.quoted($0.text) }),
            ("state", JSONText.quoted(endpoint.state.rawValue)),
            ("reason", endpoint.disabled.map { JSONText.quoted($0.rawValue) }),
            ("disabled", endpoint.disabledAt.map(time)), ("failures", "\(endpoint.failures)"),
            ("actionLinks", endpoint.sendsLinks ? "true" : nil),
            ("failingSince", endpoint.failingSince.map(time)),
            ("nextTry", endpoint.failures > 0 && endpoint.disabled == nil ? time(endpoint.nextTry) : nil),
            ("cursor", JSONText.quoted(endpoint.cursor.description)),
            (
                "replay",
                endpoint.replay.map {
                    JSONText.object([
                        ("after", JSONText.quoted($0.after.description)),
                        ("through", JSONText.quoted($0.through.description)),
                    ])
                }
            ),
            ("created", time(endpoint.created)), ("publicKey", try newest.map { JSONText.quoted(try $0.publicText()) }),
            ("oldSecretUntil", old.map { time(Timestamp(micros: $0)) }),
            ("secret", showsSecret ? newest.map { JSONText.quoted($0.sharedText) } : nil),
        ])
    }

    private static func time(_ moment: Timestamp) -> String { JSONText.quoted(TimeText.utc(moment)) }

    private static func json(_ attempt: WebhookTry) -> String {
        JSONText.object([
            ("number", attempt.number > 0 ? "\(attempt.number)" : nil), ("message", JSONText.quoted(attempt.message)),
            ("cause", JSONText.quoted(attempt.cause.rawValue)), ("at", time(attempt.at)),
            ("outcome", JSONText.quoted(attempt.outcome.word.rawValue)),
            ("status", attempt.outcome.status.map { "\($0)" }), ("millis", "\(attempt.millis)"),
        ])
    }
}

extension WebhookEndpoint {
    /// Secrets kept at most.
    private static let secretsMax = 4

    /// Changes what a request states. Whoever says where it goes, or switches it on, answers for it from then on.
    mutating func apply(_ request: WebhookRequest, by grant: Grant, at now: Timestamp) {
        if request.url != nil || request.isEnabled == true { owner = grant.principal }
        target = request.url ?? target
        kinds = request.kinds ?? kinds
        format = request.format ?? format
        template = format == .template ? request.template ?? template : nil
        label = request.label ?? label
        if request.url != nil { (failures, failingSince) = (0, nil) }
        guard let isEnabled = request.isEnabled else { return }
        disabledAt = isEnabled ? nil : disabledAt ?? now
        disabled = isEnabled ? nil : disabled ?? .switchedOff
        if isEnabled { (failures, failingSince) = (0, nil) }
    }

    /// Signs with a new secret, and for a while with the one before it too.
    mutating func rotate(to secret: WebhookSecret, overlapMicros: Int64, at now: Timestamp) {
        let last = now.micros + overlapMicros
        let old = secrets.map { secret in
            var secret = secret
            secret.until = min(secret.until ?? last, last)
            return secret
        }
        secrets = [secret] + old.filter { $0.until ?? 0 > now.micros }.prefix(Self.secretsMax - 1)
    }
}

/// Schemas of endpoints and what is asked of them.
enum WebhookSchemas {
    private static let url = #"{"type":"string","format":"uri","maxLength":2048,"pattern":"^https?://"}"#
    private static let template = Schema.text(0...4_096).json
    private static let label = Schema.text(0...128).json
    private static let formats = Schema.choice(WebhookEndpoint.Format.allCases.map(\.rawValue)).json
    private static let kinds = Schema.array(.choice(WebhookRequest.kindWords)).json

    private static func closed(_ fields: [(String, String)], required: [String] = []) -> Schema {
        Schema(
            json: JSONText.object([
                ("type", #""object""#), ("properties", JSONText.object(fields.map { ($0.0, $0.1) })),
                ("required", required.isEmpty ? nil : "[" + required.map(JSONText.quoted).joined(separator: ",") + "]"),
                ("additionalProperties", "false"),
            ]))
    }

    private static let stated = [
        ("url", url), ("kinds", kinds), ("format", formats), ("label", label), ("template", template),
    ]

    private static let endpoint: [(String, Schema)] = [
        ("webhook", .id), ("url", .string), ("partner?", .id), ("format", Schema(json: formats)),
        ("kinds", .array(.string)), ("label", .string), ("template?", .string),
        ("state", .choice(WebhookEndpoint.State.allCases.map(\.rawValue))),
        ("reason?", .choice(WebhookEndpoint.Reason.allCases.map(\.rawValue))), ("disabled?", .time),
        ("failures", .integer), ("failingSince?", .time), ("nextTry?", .time), ("cursor", .cursor),
        ("replay?", .object([("after", .cursor), ("through", .cursor)])), ("created", .time), ("publicKey", .string),
        ("oldSecretUntil?", .time), ("actionLinks?", .boolean),
    ]

    static let all: [(String, Schema)] = [
        (
            "WebhookRequest",
            closed(stated + [("partner", Schema.id.json), ("actionLinks", Schema.boolean.json)], required: ["url"])
                .without("actionLinks", "true", with: ("format", #"["slack","teams","a2a"]"#))
        ),
        ("WebhookChange", closed(stated + [("enabled", Schema.boolean.json)])),
        (
            "WebhookRange",
            closed([("after", Schema.cursor.json), ("through", Schema.cursor.json)], required: ["after"])
        ),
        ("WebhookRotation", closed([("overlapHours", Schema.integer(0...168).json)])),
        ("Webhook", .object(endpoint)),
        ("WebhookWithSecret", .object(endpoint + [("secret", .string)])),
        (
            "WebhookDelivery",
            .object([
                ("number?", .integer), ("message", .string),
                ("cause", .choice(WebhookTry.Cause.allCases.map(\.rawValue))), ("at", .time),
                ("outcome", .choice(WebhookOutcome.Word.allCases.map(\.rawValue))), ("status?", .integer),
                ("millis", .integer),
            ])
        ),
    ]
}
