/// What a request of the Model Context Protocol comes to.
struct MCPResult {
    typealias Fields = [(name: String, json: String?)]

    /// What kind of result it is, as the stateless revision tells them apart.
    enum Kind: String {
        case complete
        /// The client asks a person, and sends the request again with what was said.
        case inputRequired = "input_required"
        /// The client follows a task.
        case task
    }

    var fields: Fields
    var kind = Kind.complete
}

/// How a message is answered.
enum MCPReply: Sendable {
    case whole(Answer)
    /// With news of how far long work is, the answer last.
    case watched(WatchedJob)
}
