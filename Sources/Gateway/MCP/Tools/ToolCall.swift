import Foundation
import HTTPTypes
import Reports

/// A tool's call: an operation asked with the tool's arguments, as if it had been asked over HTTP.
struct ToolCall {
    let tool: Tool
    let call: Call
    let admission: Admission
    /// The trace that the call belongs to, by the protocol's own word; nil for that of the request.
    var traceParent: String?

    /// What the tool answers: the operation's answer, or why not, for the assistant to read.
    /// - Throws: `Refusal` where it is the caller that is refused, and not the call.
    func result(_ arguments: [String: JSONValue]) async throws -> MCPResult.Fields {
        do { return Self.done(Self.structured(try await answer(arguments))) } catch let error as CancellationError {
            throw error
        } catch { return try failed(error) }
    }

    /// A result: an object, and the same as JSON in a text.
    static func done(_ structured: String) -> MCPResult.Fields {
        [("content", content(structured)), ("structuredContent", structured), ("isError", "false")]
    }

    /// Why the tool did not do it, for the assistant to read.
    /// - Throws: `Refusal` where it is the caller that is refused; it names every scope that the tool needs.
    func failed(_ error: any Error) throws -> MCPResult.Fields {
        let refusal = Refusal(error)
        if refusal.status == 403 { throw refusal.challenging(with: tool.scopes) }
        if refusal.status == 401 { throw refusal }
        return Self.failure(refusal)
    }

    /// Why something was not done.
    static func failure(_ refusal: Refusal) -> MCPResult.Fields {
        [("content", content(String(decoding: refusal.answer.body, as: UTF8.self))), ("isError", "true")]
    }

    /// The answer as a JSON object; a page stands in one.
    static func structured(_ answer: Answer) -> String {
        let text = String(decoding: answer.body, as: UTF8.self)
        if answer.type == "application/json" { return text }
        return JSONText.object([("mediaType", JSONText.quoted(answer.type)), ("text", JSONText.quoted(text))])
    }

    private static func content(_ text: String) -> String {
        "[" + JSONText.object([("type", #""text""#), ("text", JSONText.quoted(JSONText.visible(text)))]) + "]"
    }

    /// The operation's answer.
    /// - Throws: `Refusal` and whatever else the operation throws.
    func answer(_ given: [String: JSONValue]) async throws -> Answer {
        // A member that is null was not given.
        var arguments = given.filter { $0.value != .null }
        let operation = try chosen(&arguments)
        let names = ToolSchemas.names(of: operation)
        if let unknown = arguments.keys.sorted().first(where: { !names.contains($0) }) {
            throw Refusal.invalid(
                "It is none of this tool's arguments: \(names.sorted().joined(separator: ", ")).",
                field: unknown.utf8.count <= 128 ? unknown : "")
        }
        let headers = try headers(operation, &arguments)
        let path = try path(operation, &arguments)
        let query = try query(operation, &arguments)
        var body: [UInt8] = []
        if operation.payload != nil, !(arguments.isEmpty && operation.payloadIsOptional) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            body = Array(try encoder.encode(arguments))
        }
        return try await admission.perform(
            operation, call.asking(headers: headers, path: path, query: query, body: body))
    }

    private func chosen(_ arguments: inout [String: JSONValue]) throws -> Operation {
        guard tool.choices.count > 1 else { return tool.choices[0].operation }
        let action = arguments.removeValue(forKey: ToolArgument.action)?.text
        guard let choice = tool.choices.first(where: { $0.action == action }) else {
            throw Refusal.invalid(
                "It is one of \(tool.choices.map(\.action).joined(separator: ", ")).", field: ToolArgument.action)
        }
        return choice.operation
    }

    /// How long a call waits for the decision unless told.
    private static let waitSecondsUsual = 10

    private func headers(_ operation: Operation, _ arguments: inout [String: JSONValue]) throws -> HTTPFields {
        var headers = HTTPFields()
        headers[.traceParent] = traceParent ?? call.headers[.traceParent]
        if operation.isWrite {
            if let key = try text(ToolArgument.idempotencyKey, &arguments) { headers[.idempotencyKey] = key }
            let seconds = try whole(ToolArgument.waitSeconds, 0...Call.waitSecondsMax, &arguments)
            headers[.prefer] = "wait=\(seconds ?? Self.waitSecondsUsual)"
        }
        if ToolSchemas.asksWhy(operation) {
            if let reason = try text(ToolArgument.reason, &arguments) {
                headers[.leadlineReason] = reason
            } else if ToolSchemas.mustSayWhy(operation) {
                throw Refusal.invalid("It is missing: say why the data is read.", field: ToolArgument.reason)
            }
        }
        return headers
    }

    private func path(_ operation: Operation, _ arguments: inout [String: JSONValue]) throws -> [String: String] {
        var path: [String: String] = [:]
        for name in operation.pathParameters {
            let own = name == "partner" ? call.bearer?.partner : nil
            guard let value = try text(name, &arguments) ?? own else {
                throw Refusal.invalid("It is missing.", field: name)
            }
            path[name] = value
        }
        return path
    }

    private func query(_ operation: Operation, _ arguments: inout [String: JSONValue]) throws -> [String: String] {
        var query: [String: String] = [:]
        for parameter in operation.query {
            switch arguments.removeValue(forKey: parameter.name) {
            case .text(let text)?:
                guard text.utf8.count <= operation.queryBytesMax else {
                    throw Refusal.badQuery(parameter.name, "It is too long.")
                }
                query[parameter.name] = try parameter.checked(text)
            case .whole(let number)?: query[parameter.name] = "\(number)"
            case .flag(let flag)?: query[parameter.name] = "\(flag)"
            case nil:
                if parameter.isRequired { throw Refusal.badQuery(parameter.name, "It is missing.") }
            default: throw Refusal.badQuery(parameter.name, "It is text or a whole number.")
            }
        }
        return query
    }

    private func text(_ name: String, _ arguments: inout [String: JSONValue]) throws -> String? {
        guard let value = arguments.removeValue(forKey: name) else { return nil }
        guard let text = value.text, !text.isEmpty, text.utf8.count <= 1_024 else {
            throw Refusal.invalid("It is text of 1 to 1024 bytes.", field: name)
        }
        return text
    }

    private func whole(_ name: String, _ range: ClosedRange<Int>, _ arguments: inout [String: JSONValue]) throws
        -> Int?
    {
        guard let value = arguments.removeValue(forKey: name) else { return nil }
        guard case .whole(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw Refusal.invalid(
                "It is a whole number from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return whole
    }
}
