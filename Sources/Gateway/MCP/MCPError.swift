import Reports

extension JSONRPCMessage {
    /// What the request is about, by name or URI; nil for one that is about nothing in particular.
    var named: String? {
        switch method {
        case "tools/call", "prompts/get": params["name"]?.text
        case "resources/read": params["uri"]?.text
        case "tasks/get", "tasks/update", "tasks/cancel": params["taskId"]?.text
        default: nil
        }
    }

    /// What stands beside the parameters.
    var meta: [String: JSONValue] { params["_meta"]?.members ?? [:] }

    /// By what the client tells news of this request from others; nil where it wants none.
    var progressToken: String? { meta["progressToken"].flatMap(Self.id) }

    /// What the client can do beyond what every client can, by its own word in this very request.
    private var capabilities: [String: JSONValue] { meta[MCPRevision.Meta.capabilities]?.members ?? [:] }

    /// True if the client can follow a task.
    var followsTasks: Bool { capabilities["extensions"]?.members?[MCPTasks.extensionName]?.members != nil }

    /// True if the client can show a person a form. One that says nothing of how it asks can do that.
    var asksPeople: Bool {
        guard let ways = capabilities["elicitation"]?.members else { return false }
        return ways.isEmpty || ways["form"] != nil
    }
}

/// Why a request is not answered with a result.
struct MCPError: Error {
    /// JSON-RPC's codes, and those of the Model Context Protocol.
    enum Code: Int {
        case parse = -32_700
        case invalidRequest = -32_600
        case unknownMethod = -32_601
        case invalidParams = -32_602
        case inner = -32_603
        /// Revisions before 2026-07-28 alone.
        case unknownResource = -32_002
        /// A header says something else than the body.
        case headerMismatch = -32_020
        case missingCapability = -32_021
        case unsupportedVersion = -32_022
    }

    var code: Code
    var words: String
    /// More about it, as JSON.
    var data: String?

    static func invalid(_ words: String) -> MCPError { MCPError(code: .invalidParams, words: words) }

    /// The client cannot do what the request needs.
    /// - Parameter capabilities: what it would have to, as JSON.
    static func missing(_ capabilities: String) -> MCPError {
        MCPError(
            code: .missingCapability, words: "The client lacks a capability that this needs.",
            data: JSONText.object([("requiredCapabilities", capabilities)]))
    }

    /// The error for what is no request.
    init(_ unreadable: JSONRPCMessage.Unreadable) {
        self.init(code: unreadable.isNoJSON ? .parse : .invalidRequest, words: unreadable.words)
    }

    init(code: Code, words: String, data: String? = nil) {
        self.code = code
        self.words = words
        self.data = data
    }

    /// As JSON-RPC has it.
    func json(id: String?) -> String {
        JSONText.object([
            ("jsonrpc", #""2.0""#), ("id", id ?? "null"),
            (
                "error",
                JSONText.object([("code", "\(code.rawValue)"), ("message", JSONText.quoted(words)), ("data", data)])
            ),
        ])
    }
}
