import Reports

/// What tools take and give as JSON Schemas, made from the operations' own. Every schema is whole: what it refers to
/// stands in it.
enum ToolSchemas {
    private typealias Object = MessageSchemas.Object

    /// A tool as a list shows it.
    /// - Parameter saysTasks: true for revisions by which each tool says whether it is done as a task.
    private static func listed(_ tool: Tool, saysTasks: Bool) -> String {
        JSONText.object([
            ("name", JSONText.quoted(tool.name)), ("title", JSONText.quoted(tool.title)),
            ("description", JSONText.quoted(tool.about)), ("inputSchema", input(of: tool)),
            ("outputSchema", output(of: tool)),
            (
                "annotations",
                JSONText.object([
                    ("title", JSONText.quoted(tool.title)), ("readOnlyHint", "\(tool.isReadOnly)"),
                    ("destructiveHint", "\(tool.isDestructive)"), ("idempotentHint", "\(tool.isReadOnly)"),
                    ("openWorldHint", "false"),
                ])
            ),
            ("execution", saysTasks && tool.follows != nil ? #"{"taskSupport":"optional"}"# : nil),
        ])
    }

    /// Every tool's text, made once.
    static let listed: [String: String] = Dictionary(
        uniqueKeysWithValues: ToolTable.all.map { ($0.name, listed($0, saysTasks: false)) })

    /// The same for the revisions that begin with `initialize`.
    static let listedBefore: [String: String] = Dictionary(
        uniqueKeysWithValues: ToolTable.all.map { ($0.name, listed($0, saysTasks: true)) })

    // MARK: What it takes

    private static func input(of tool: Tool) -> String {
        var properties: Object = [:]
        var required: Set<String>?
        for choice in tool.choices {
            var own = arguments(of: choice.operation)
            for name in tool.asks?.said ?? [] {
                own.properties[name] = nil
                own.required.remove(name)
            }
            properties.merge(own.properties) { first, _ in first }
            required = required.map { $0.intersection(own.required) } ?? own.required
        }
        if tool.choices.count > 1 {
            properties[ToolArgument.action] = [
                "type": "string", "enum": tool.choices.map(\.action), "description": "What to do.",
            ]
            required?.insert(ToolArgument.action)
        }
        var schema: Object = ["type": "object", "properties": properties, "additionalProperties": false]
        if let required, !required.isEmpty { schema["required"] = required.sorted() }
        return MessageSchemas.text(whole(schema))
    }

    /// Names of the arguments of an operation that is part of a tool.
    static func names(of operation: Operation) -> Set<String> { names[operation.id] ?? [] }

    /// By operation, made once: a call looks them up.
    private static let names: [String: Set<String>] = {
        let operations = ToolTable.all.flatMap { $0.choices.map(\.operation) }
        return Dictionary(operations.map { ($0.id, Set(arguments(of: $0).properties.keys)) }) { first, _ in first }
    }()

    private static func arguments(of operation: Operation) -> (properties: Object, required: Set<String>) {
        var properties: Object = [:]
        var required: Set<String> = []
        if let payload = operation.payload {
            let body = resolved(parsed(payload.schema.json))
            properties = body["properties"] as? Object ?? [:]
            if !operation.payloadIsOptional { required = Set(body["required"] as? [String] ?? []) }
        }
        for name in operation.pathParameters {
            switch name {
            case "partner": properties[name] = described(.id, "Id of the partner; yours if you speak for one.")
            case "month": properties[name] = described(.month, "A month as 2026-03.")
            default: properties[name] = described(.id, "Id of the \(name).")
            }
            if name != "partner" { required.insert(name) }
        }
        for parameter in operation.query {
            properties[parameter.name] = described(parameter.schema, parameter.about)
            if parameter.isRequired { required.insert(parameter.name) }
        }
        if operation.isWrite {
            properties[ToolArgument.idempotencyKey] = described(
                Schema(json: #"{"type":"string","pattern":"^[!-~]{1,\#(Submission.keyBytesMax)}$"}"#),
                "Names the change: sending it again under the same key makes no second one. Remembered for 30 days.")
            properties[ToolArgument.waitSeconds] = described(
                .integer(0...Call.waitSecondsMax), "How long to wait for the decision; 10 unless told.")
        }
        if asksWhy(operation) {
            properties[ToolArgument.reason] = described(
                Schema(json: #"{"type":"string","pattern":"^[ -~]{1,\#(Call.reasonBytesMax)}$"}"#),
                "Why personal data is read; kept in the access log with who read it.")
            if mustSayWhy(operation) { required.insert(ToolArgument.reason) }
        }
        return (properties, required)
    }

    /// True if an operation may read personal data, so that a caller says why.
    static func asksWhy(_ operation: Operation) -> Bool { operation.reason != nil }

    /// True if an agent always says why: people stand in what a lead's contact is, and may stand in a job's result.
    static func mustSayWhy(_ operation: Operation) -> Bool {
        operation.scope == .leadsReadContact || operation.id == "getJobResult"
    }

    // MARK: What it gives

    private static func output(of tool: Tool) -> String {
        guard let success = tool.choices[0].operation.successes.first else {
            preconditionFailure("\(tool.name) never succeeds")
        }
        // An answer of one of several kinds is an object all the same, and says so where readers look.
        var schema = resolved(parsed(success.schema.json)).merging(["type": "object"]) { own, _ in own }
        if tool.follows == .job {
            var properties = schema["properties"] as? Object ?? [:]
            properties["output"] = described(.anyObject, "What came of it, where the call was followed until then.")
            schema["properties"] = properties
        }
        return MessageSchemas.text(whole(schema))
    }

    // MARK: References

    private static let prefix = "#/components/schemas/"

    /// The document's components by name, as JSON.
    private static let components: [String: String] = {
        let all = AnswerSchemas.all.map { ($0.0, $0.1.json) } + MessageSchemas.components.map { ($0.name, $0.json) }
        return Dictionary(all) { first, _ in first }
    }()

    private static func component(_ name: String) -> Object? { components[name].map { parsed($0) } }

    /// The component that a schema refers to, or the schema.
    private static func resolved(_ schema: Object) -> Object {
        guard let name = referred(schema["$ref"]), let component = component(name) else { return schema }
        return component
    }

    private static func referred(_ reference: Any?) -> String? {
        guard let text = reference as? String, text.utf8.starts(with: prefix.utf8) else { return nil }
        return String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    /// The schema with all it refers to, however far, under `$defs`.
    private static func whole(_ schema: Object) -> Object {
        var definitions: Object = [:]
        var missing = references(in: schema)
        while let name = missing.popFirst() {
            guard definitions[name] == nil, let component = component(name) else { continue }
            definitions[name] = pointed(component)
            missing.formUnion(references(in: component))
        }
        var schema = pointed(schema) as? Object ?? schema
        if !definitions.isEmpty { schema["$defs"] = definitions }
        return schema
    }

    private static func references(in value: Any) -> Set<String> {
        if let object = value as? Object {
            var found = Set(object.values.flatMap { references(in: $0) })
            if let name = referred(object["$ref"]) { found.insert(name) }
            return found
        }
        return Set((value as? [Any] ?? []).flatMap { references(in: $0) })
    }

    /// The same, its references pointing to `$defs`.
    private static func pointed(_ value: Any) -> Any {
        if let object = value as? Object {
            var object = object.mapValues { pointed($0) }
            if let name = referred(object["$ref"]) { object["$ref"] = "#/$defs/" + name }
            return object
        }
        return (value as? [Any])?.map { pointed($0) } ?? value
    }

    // MARK: Text

    private static func described(_ schema: Schema, _ about: String) -> Object {
        parsed(schema.json).merging(["description": about]) { _, new in new }
    }

    private static func parsed(_ json: String) -> Object {
        guard let object = MessageSchemas.parsed(Array(json.utf8)) else { preconditionFailure("a schema is an object") }
        return object
    }
}
