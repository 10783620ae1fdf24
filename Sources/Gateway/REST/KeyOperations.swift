import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// The program's keys, for who may manage them. A key is shown in the answer that made it, and never again.
enum KeyOperations {
    static let all = [list, revoke]

    private static let list = Operation(
        id: "listKeys", method: .get, path: "/v1/keys", tag: "Keys",
        summary: "The program's keys, without their secrets",
        scope: .keysManage, rate: .read,
        successes: [
            .init(status: 200, about: "All of them.", schema: .object([("keys", .array(.reference("Grant")))]))
        ],
        work: .whole { call in
            let (access, program) = (call.services.access, try call.grant.program)
            let grants = try await call.services.readers.run { try access.list(program: program) }
            return .json(
                "{\"keys\":[\(try grants.map(json).joined(separator: ","))]}", [(.cacheControl, "no-store")])
        })

    private static let revoke = Operation(
        id: "revokeKey", method: .delete, path: "/v1/keys/{key}", tag: "Keys",
        summary: "End a key, at once and for good", scope: .keysManage, rate: .write,
        successes: [.init(status: 200, about: "The key, ended.", schema: .reference("Grant"))],
        work: .whole { call in
            let (access, program) = (call.services.access, try call.grant.program)
            let key = try call.id("key")
            let grant = try await call.services.readers.run { try access.revoke(key, program: program) }
            return .json(try json(grant), status: 200, [(.cacheControl, "no-store")])
        })

    /// A grant as its bearer and its program's admins see it.
    static func json(_ grant: Grant) throws -> String {
        JSONText.object([
            ("key", JSONText.quoted(grant.id)), ("principal", JSONText.quoted(grant.principal)),
            ("program", JSONText.quoted(grant.program)), ("role", JSONText.quoted(grant.role.rawValue)),
            ("partner", grant.partner.map(JSONText.quoted)),
            ("scopes", try JSONText.line(grant.scopes.map(\.rawValue).sorted())),
            ("sources", try JSONText.line(grant.sources)), ("label", JSONText.quoted(grant.label)),
            ("expires", JSONText.quoted(TimeText.utc(grant.expires))),
            ("revoked", grant.revoked.map { JSONText.quoted(TimeText.utc($0)) }),
        ])
    }
}
