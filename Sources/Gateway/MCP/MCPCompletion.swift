import HTTPTypes
import Reports

/// Completes ids of leads and partners that the caller may see. Nothing else is ever completed.
struct MCPCompletion {
    let call: Call
    let admission: Admission

    private static let valuesMax = 100

    func values(_ message: JSONRPCMessage) async throws -> [(name: String, json: String?)] {
        guard let argument = message.params["argument"]?.members, let name = argument["name"]?.text,
            let begun = argument["value"]?.text, message.params["ref"]?.members != nil
        else { throw MCPError.invalid("It names no argument to complete.") }
        let ids: [String] =
            switch name {
            case "lead": try await ids("listLeads", "leads", "lead", query: ["limit": "200"])
            case "partner": try await ids("listPartners", "partners", "partner", query: [:])
            default: []
            }
        let found = ids.filter { $0.utf8.starts(with: begun.utf8) }
        let values = found.prefix(Self.valuesMax).map(JSONText.quoted).joined(separator: ",")
        return [
            (
                "completion",
                JSONText.object([
                    ("values", "[\(values)]"), ("total", "\(found.count)"),
                    ("hasMore", "\(found.count > Self.valuesMax)"),
                ])
            )
        ]
    }

    /// Ids out of a list that an operation answers; none for whoever may not ask it.
    private func ids(_ operation: String, _ list: String, _ field: String, query: [String: String]) async throws
        -> [String]
    {
        let operation = OperationTable.row(operation)
        guard try operation.scope.map(call.grant.allows) ?? true else { return [] }
        let asked = Call(
            services: call.services, bearer: call.bearer, headers: [:], path: [:], query: query, body: [])
        let answer = try await admission.perform(operation, asked)
        guard case .list(let rows)? = JSONValue(json: answer.body)?.members?[list] else { return [] }
        return rows.compactMap { $0.members?[field]?.text }
    }
}
