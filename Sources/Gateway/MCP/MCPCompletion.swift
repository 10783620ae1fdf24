import Engine
import HTTPTypes
import Reports

/// Completes what prompts and templates of resources ask for: ids of leads and partners that the caller may see, words
/// of the glossary, months. Nothing that anybody wrote is ever completed.
struct MCPCompletion {
    let call: Call
    let admission: Admission

    private static let valuesMax = 100

    func values(_ message: JSONRPCMessage) async throws -> MCPResult.Fields {
        guard let argument = message.params["argument"]?.members, let name = argument["name"]?.text,
            let begun = argument["value"]?.text
        else { throw MCPError.invalid("It names no argument to complete.") }
        let known = try arguments(of: message.params["ref"]?.members ?? [:])
        let all = known.contains(name) ? try await values(of: name) : []
        let found = all.filter { $0.utf8.starts(with: begun.utf8) }
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

    /// Names of what a prompt or a template asks for.
    private func arguments(of reference: [String: JSONValue]) throws -> Set<String> {
        let grant = try call.grant
        let names: Set<String>? =
            switch reference["type"]?.text {
            case "ref/prompt": reference["name"]?.text.flatMap { MCPPrompts.arguments(of: $0, for: grant) }
            case "ref/resource": reference["uri"]?.text.flatMap { MCPResources.variables(of: $0, for: grant) }
            default: nil
            }
        guard let names else { throw MCPError.invalid("There is no such prompt or template, or none for this key.") }
        return names
    }

    private func values(of name: String) async throws -> [String] {
        switch name {
        case "lead": try await ids("listLeads", "leads", "lead", query: ["limit": "200"])
        case "partner": try await ids("listPartners", "partners", "partner", query: [:])
        case "word": Glossary.words.map { Glossary.name($0.word) }
        case "month": MCPPrompts.months(until: call.services.folder.now())
        default: []
        }
    }

    /// Ids out of a list that an operation answers; none for whoever may not ask it.
    private func ids(_ operation: String, _ list: String, _ field: String, query: [String: String]) async throws
        -> [String]
    {
        let operation = OperationTable.row(operation)
        guard try operation.scope.map(call.grant.allows) ?? true else { return [] }
        let answer = try await admission.perform(operation, call.asking(query: query))
        guard case .list(let rows)? = JSONValue(json: answer.body)?.members?[list] else { return [] }
        return rows.compactMap { $0.members?[field]?.text }
    }
}
