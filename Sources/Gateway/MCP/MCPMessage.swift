import Reports

/// One JSON-RPC 2.0 message of a client: a request, or a notification, which nobody answers.
struct MCPMessage {
    /// As JSON; nil for a notification.
    var id: String?
    var method: String
    var params: [String: JSONValue]

    /// What a request is refused with before its method is looked at.
    struct Unreadable: Error {
        var code: MCPError.Code
        var words: String
    }

    /// Reads a message.
    /// - Parameter json: shallow, as every body that is let in.
    /// - Throws: `Unreadable`.
    init(_ json: [UInt8]) throws(Unreadable) {
        guard let message = JSONValue(json: json) else {
            throw Unreadable(code: .parse, words: "The body is not JSON.")
        }
        guard let members = message.members, members["jsonrpc"]?.text == "2.0", let method = members["method"]?.text
        else { throw Unreadable(code: .invalidRequest, words: "The body is not one JSON-RPC 2.0 request.") }
        switch members["id"] {
        case nil: id = nil
        case .text(let text)? where text.utf8.count <= Self.idBytesMax: id = JSONText.quoted(text)
        case .whole(let number)?: id = "\(number)"
        default:
            throw Unreadable(
                code: .invalidRequest, words: "An id is a whole number, or text of at most \(Self.idBytesMax) bytes.")
        }
        let params = members["params"] ?? .object([:])
        guard let params = params.members else {
            throw Unreadable(code: .invalidRequest, words: "The params are not an object.")
        }
        self.method = method
        self.params = params
    }

    private static let idBytesMax = 256

    /// What the request is about, by name or URI; nil for one that is about nothing in particular.
    var named: String? {
        switch method {
        case "tools/call", "prompts/get": params["name"]?.text
        case "resources/read": params["uri"]?.text
        default: nil
        }
    }

    /// What stands beside the parameters.
    var meta: [String: JSONValue] { params["_meta"]?.members ?? [:] }
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
        case unsupportedVersion = -32_022
    }

    var code: Code
    var words: String
    /// More about it, as JSON.
    var data: String?

    static func invalid(_ words: String) -> MCPError { MCPError(code: .invalidParams, words: words) }

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
