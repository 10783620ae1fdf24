import Reports

/// One JSON-RPC 2.0 message of a client: a request, or a notification, which nobody answers.
struct JSONRPCMessage {
    /// As JSON; nil for a notification.
    var id: String?
    var method: String
    var params: [String: JSONValue]

    /// What a request is refused with before its method is looked at.
    struct Unreadable: Error {
        /// True if it is no JSON at all.
        var isNoJSON = false
        var words: String
    }

    /// Reads a message.
    /// - Parameter json: shallow, as every body that is let in.
    /// - Throws: `Unreadable`.
    init(_ json: [UInt8]) throws(Unreadable) {
        guard let message = JSONValue(json: json) else {
            throw Unreadable(isNoJSON: true, words: "The body is not JSON.")
        }
        guard let members = message.members, members["jsonrpc"]?.text == "2.0", let method = members["method"]?.text
        else { throw Unreadable(words: "The body is not one JSON-RPC 2.0 request.") }
        id = members["id"].flatMap(Self.id)
        if id == nil, members["id"] != nil {
            throw Unreadable(
                words: "An id is a whole number, or text of at most \(Self.idBytesMax) bytes.")
        }
        let params = members["params"] ?? .object([:])
        guard let params = params.members else {
            throw Unreadable(words: "The params are not an object.")
        }
        self.method = method
        self.params = params
    }

    private static let idBytesMax = 256

    /// An id as JSON; nil for a value that is none.
    static func id(_ value: JSONValue) -> String? {
        switch value {
        case .text(let text) where text.utf8.count <= idBytesMax: JSONText.quoted(text)
        case .whole(let number): "\(number)"
        default: nil
        }
    }
}
