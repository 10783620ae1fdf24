import Engine
import LeadlineCore
import LeadlineSchemas
import Reports

/// Where somebody wants to be told that a task of its has changed, and how it is known there.
struct TaskPush: Sendable, Equatable {
    /// Configurations of a task at most.
    static let most = 5
    private static let secretBytesMax = 1_024

    var id: String
    var task: String
    var target: WebhookTarget
    /// Sent along as it was given; empty for none.
    var token: String
    /// Scheme and credentials of an `Authorization` header; nil for none.
    var authorization: [String]?

    /// Reads a `TaskPushNotificationConfig`.
    /// - Parameter newID: its name where it gives none.
    init(_ members: [String: JSONValue], of task: String, newID: String, allowsLoopback: Bool) throws(A2AError) {
        let named = members["id"]?.text ?? ""
        guard named.isEmpty || FieldLimits.isID(named) else { throw .invalid("The configuration's id is none.") }
        id = named.isEmpty ? newID : named
        self.task = task
        guard let target = members["url"]?.text.flatMap({ WebhookTarget($0) }), target.isEncrypted || allowsLoopback
        else { throw .invalid("The url is an https URL: host, perhaps port, path and query.") }
        self.target = target
        token = try Self.secret(members["token"])
        guard let authentication = members["authentication"]?.members else { return }
        let parts = [try Self.secret(authentication["scheme"]), try Self.secret(authentication["credentials"])]
        guard !parts.contains(""), !parts[0].utf8.contains(UInt8(ascii: " ")) else {
            throw .invalid("An authentication has a scheme and credentials.")
        }
        authorization = parts
    }

    init(id: String, task: String, target: WebhookTarget, token: String, authorization: [String]?) {
        (self.id, self.task, self.target) = (id, task, target)
        (self.token, self.authorization) = (token, authorization)
    }

    /// What stands in a header as it is.
    private static func secret(_ value: JSONValue?) throws(A2AError) -> String {
        let text = value?.text ?? ""
        guard text.utf8.count <= secretBytesMax, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .invalid("Token, scheme and credentials are visible ASCII, at most \(secretBytesMax) bytes.")
        }
        return text
    }

    /// As an answer shows it: what is secret is not told again.
    var json: String {
        JSONText.object([
            ("id", JSONText.quoted(id)), ("taskId", JSONText.quoted(task)), ("url", JSONText.quoted(target.url)),
            (
                "authentication",
                authorization.map { JSONText.object([("scheme", JSONText.quoted($0[0]))]) }
            ),
        ])
    }

    /// A change of the task: that it changed and to what, and nothing of what it is about.
    func request(_ task: AgentTask) -> ScreenedClient.Request {
        let status = JSONText.object([
            ("state", JSONText.quoted(task.state.rawValue)), ("timestamp", JSONText.quoted(TimeText.utc(task.changed))),
        ])
        let update = JSONText.object([
            ("taskId", JSONText.quoted(task.id)), ("contextId", JSONText.quoted(task.context)), ("status", status),
        ])
        var headers = [
            ("content-type", "application/a2a+json"), ("user-agent", "Leadline"), ("a2a-version", "1.0"),
        ]
        if !token.isEmpty { headers.append(("x-a2a-notification-token", token)) }
        if let authorization { headers.append(("authorization", authorization.joined(separator: " "))) }
        return ScreenedClient.Request(
            method: .post, headers: headers, body: Array(JSONText.object([("statusUpdate", update)]).utf8))
    }
}
