import Engine
import HTTPTypes
import Reports

/// What the service says of itself.
enum ServiceOperations {
    static let all = [alive, ready, document, who, resource, WebPage.sheet]

    private static let status = Schema.object([("status", .string)])

    private static let alive = Operation(
        id: "getHealth", method: .get, path: "/healthz", tag: "Service", summary: "Whether the process answers",
        scope: nil, rate: .read, successes: [.init(status: 200, about: "It does.", schema: status)],
        work: .whole { _ in .json(#"{"status":"ok"}"#, [(.cacheControl, "no-store")]) })

    private static let standing = Schema.object([
        ("status", .string), ("recordsBehind?", .integer), ("secondsAgo?", .integer),
    ])

    /// A copy of which nothing is known for longer is not answered from.
    static let standingAgeMax = Duration.seconds(10)

    private static let ready = Operation(
        id: "getReadiness", method: .get, path: "/readyz", tag: "Service",
        summary: "Whether it can take in leads and read them; on a cluster also how far it is behind", scope: nil,
        rate: .read, successes: [.init(status: 200, about: "It can.", schema: standing)],
        work: .whole { call in
            let services = call.services
            _ = try await services.decisions.read(
                after: .init(program: services.folder.settings.program), limit: 1)
            _ = try await services.readers.run { try services.access.grant(id: "none") }
            var fields: [(name: String, json: String?)] = [("status", #""ok""#)]
            if let standing = services.standing {
                guard let now = standing(), now.age < standingAgeMax else {
                    throw Refusal(
                        503, "not-followed", "Not possible now", "The brokers have not been heard of for some seconds.")
                }
                fields += [("recordsBehind", "\(now.recordsBehind)"), ("secondsAgo", "\(now.age.components.seconds)")]
            }
            return .json(JSONText.object(fields), [(.cacheControl, "no-store")])
        })

    private static let document = Operation(
        id: "getDocument", method: .get, path: "/openapi.json", tag: "Service", summary: "This document", scope: nil,
        rate: .read, successes: [.init(status: 200, about: "OpenAPI 3.1.", schema: .anyObject)],
        work: .whole { _ in Answer.json(OpenAPI.text, [(.cacheControl, "max-age=300")]) })

    private static let resource = Operation(
        id: "getProtectedResource", method: .get, path: OAuth.metadataPath, tag: "Service",
        summary: "Which issuer's access tokens are taken (RFC 9728)", scope: nil, rate: .read,
        successes: [
            .init(
                status: 200, about: "The issuer.",
                schema: .object([
                    ("resource", .string), ("authorization_servers", .array(.string)),
                    ("scopes_supported", .array(.string)), ("bearer_methods_supported", .array(.string)),
                    ("resource_name", .string),
                ]))
        ],
        work: .whole { call in try resource(call) })

    /// The same for whoever looks under a path of the resource's.
    static func resource(_ call: Call) throws -> Answer {
        guard let oauth = call.services.oauth else { throw Refusal.nothingHere }
        return .json(oauth.metadata, [(.cacheControl, "max-age=300")])
    }

    private static let who = Operation(
        id: "getGrant", method: .get, path: "/v1/me", tag: "Service", summary: "What the key that you send lets do",
        scope: .leadsRead, rate: .read,
        successes: [.init(status: 200, about: "The grant.", schema: .reference("Grant"))],
        work: .whole { call in
            .json(try JSONText.line(GrantDocument(call.grant)), [(.cacheControl, "no-store")])
        })
}
