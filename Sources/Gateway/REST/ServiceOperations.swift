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

    private static let ready = Operation(
        id: "getReadiness", method: .get, path: "/readyz", tag: "Service",
        summary: "Whether it can take in leads and read them", scope: nil, rate: .read,
        successes: [.init(status: 200, about: "It can.", schema: status)],
        work: .whole { call in
            let services = call.services
            _ = try await services.decisions.read(
                after: .init(program: services.folder.settings.program), limit: 1)
            _ = try await services.readers.run { try services.access.grant(id: "none") }
            return .json(#"{"status":"ok"}"#, [(.cacheControl, "no-store")])
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
                    ("bearer_methods_supported", .array(.string)), ("resource_name", .string),
                ]))
        ],
        work: .whole { call in
            guard let oauth = call.services.oauth else { throw Refusal.nothingHere }
            return .json(oauth.metadata, [(.cacheControl, "max-age=300")])
        })

    private static let who = Operation(
        id: "getGrant", method: .get, path: "/v1/me", tag: "Service", summary: "What the key that you send lets do",
        scope: .leadsRead, rate: .read,
        successes: [.init(status: 200, about: "The grant.", schema: .reference("Grant"))],
        work: .whole { call in
            .json(try JSONText.line(GrantDocument(call.grant)), [(.cacheControl, "no-store")])
        })
}
