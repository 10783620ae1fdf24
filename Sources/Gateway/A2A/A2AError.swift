import Reports

/// Why an agent's request is not done, in the words of A2A 1.0 (specification, section on errors).
enum A2AError: Error, Sendable {
    case taskNotFound, taskNotCancelable, unsupportedOperation, versionNotSupported
    case contentTypeNotSupported
    case parse, unknownMethod
    case invalid(String)

    /// JSON-RPC's code.
    var code: Int {
        switch self {
        case .taskNotFound: -32_001
        case .taskNotCancelable: -32_002
        case .unsupportedOperation: -32_004
        case .contentTypeNotSupported: -32_005
        case .versionNotSupported: -32_009
        case .parse: -32_700
        case .unknownMethod: -32_601
        case .invalid: -32_602
        }
    }

    var status: Int { if case .taskNotFound = self { 404 } else { 400 } }

    private var reason: String {
        switch self {
        case .taskNotFound: "TASK_NOT_FOUND"
        case .taskNotCancelable: "TASK_NOT_CANCELABLE"
        case .unsupportedOperation, .unknownMethod: "UNSUPPORTED_OPERATION"
        case .contentTypeNotSupported: "CONTENT_TYPE_NOT_SUPPORTED"
        case .versionNotSupported: "VERSION_NOT_SUPPORTED"
        case .parse, .invalid: "INVALID_REQUEST"
        }
    }

    var words: String {
        switch self {
        case .taskNotFound: "There is no such task, or none that this key may see."
        case .taskNotCancelable: "The task has ended."
        case .unsupportedOperation: "That is not possible with this task, or not here."
        case .contentTypeNotSupported: "Send parts with text or data."
        case .versionNotSupported: "A2A 1.0 is spoken here; say so in the header A2A-Version."
        case .parse: "The body is not JSON."
        case .unknownMethod: "There is no such method."
        case .invalid(let words): words
        }
    }

    private var details: String {
        "["
            + JSONText.object([
                ("@type", #""type.googleapis.com/google.rpc.ErrorInfo""#), ("reason", JSONText.quoted(reason)),
                ("domain", #""a2a-protocol.org""#),
            ]) + "]"
    }

    /// As the JSON-RPC binding has it.
    func rpc(id: String?) -> String {
        JSONText.object([
            ("jsonrpc", #""2.0""#), ("id", id ?? "null"),
            (
                "error",
                JSONText.object([("code", "\(code)"), ("message", JSONText.quoted(words)), ("data", details)])
            ),
        ])
    }

    /// As the HTTP binding has it (AIP-193).
    var answer: Answer {
        let name = status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT"
        let error = JSONText.object([
            ("code", "\(status)"), ("status", JSONText.quoted(name)), ("message", JSONText.quoted(words)),
            ("details", details),
        ])
        return .json(JSONText.object([("error", error)]), status: status)
    }
}
