import HTTPTypes
import Reports
import UseCases

/// The program's keys, for who may manage them. A key is shown in the answer that made it, and never again.
enum KeyOperations {
    static let all = [list, revoke, setBudgets]

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
                "{\"keys\":\(try JSONText.line(grants.map { GrantDocument($0) }))}", [(.cacheControl, "no-store")])
        })

    private static let revoke = Operation(
        id: "revokeKey", method: .delete, path: "/v1/keys/{key}", tag: "Keys",
        summary: "End a key, at once and for good", scope: .keysManage, rate: .write,
        successes: [.init(status: 200, about: "The key, ended.", schema: .reference("Grant"))],
        work: .whole { call in
            let (access, program) = (call.services.access, try call.grant.program)
            let key = try call.id("key")
            let grant = try await call.services.readers.runLong { try await access.revoke(key, program: program) }
            return .json(try JSONText.line(GrantDocument(grant)), [(.cacheControl, "no-store")])
        })
    private static let setBudgets = Operation(
        id: "setKeyBudgets", method: .put, path: "/v1/keys/{key}/budgets", tag: "Keys",
        summary: "Set how many leads, how much value and how many answers to offers a key lets through a day",
        scope: .keysManage, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("Budgets"),
            example: #"{"leadsPerDay":200,"valueMinorUnitsPerDay":50000000,"offersPerDay":100}"#),
        payloadIsOptional: true,
        successes: [.init(status: 200, about: "The key, with its budgets.", schema: .reference("Grant"))],
        work: .whole { call in
            let (access, program) = (call.services.access, try call.grant.program)
            let key = try call.id("key")
            var fields = try BodyFields(call)
            let budgets = try Budgets(&fields)
            try fields.end()
            let grant = try await call.services.readers.runLong {
                try await access.setBudgets(budgets, of: key, program: program)
            }
            return .json(try JSONText.line(GrantDocument(grant)), [(.cacheControl, "no-store")])
        })
}
