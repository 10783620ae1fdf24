import LeadlineCore
import Reports

/// What an agent asked for, and what came of it.
struct AgentTask: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        case working = "TASK_STATE_WORKING"
        case completed = "TASK_STATE_COMPLETED"
        case rejected = "TASK_STATE_REJECTED"
        case canceled = "TASK_STATE_CANCELED"
        case inputRequired = "TASK_STATE_INPUT_REQUIRED"

        /// True if nothing changes any more.
        var isTerminal: Bool { self != .inputRequired && self != .working }
    }

    var id: String
    var context: String
    var state: State
    /// Of the card; empty until the agent has said which.
    var skill: String
    var changed: Timestamp
    /// What the skill answered, or why it was not done, as JSON; nil where neither is there.
    var result: String?
    /// What a skill that only reads was asked: it is asked again whenever somebody looks, so that nobody sees what it
    /// may see no more. Nil for others.
    var asked: [String: JSONValue]?

    /// As an answer shows it.
    /// - Parameter withArtifacts: false for lists that leave them out.
    func json(withArtifacts: Bool = true) -> String {
        JSONText.object([
            ("id", JSONText.quoted(id)), ("contextId", JSONText.quoted(context)), ("status", status),
            ("artifacts", withArtifacts ? artifact.map { "[\($0)]" } : nil),
            ("metadata", skill.isEmpty ? nil : JSONText.object([("skill", JSONText.quoted(skill))])),
        ])
    }

    /// Where it stands.
    var status: String {
        JSONText.object([
            ("state", JSONText.quoted(state.rawValue)), ("timestamp", JSONText.quoted(TimeText.utc(changed))),
            ("message", words.map(message)),
        ])
    }

    /// What a skill answered, as an artifact.
    var artifact: String? {
        guard state == .completed, let result else { return nil }
        return JSONText.object([
            ("artifactId", JSONText.quoted(id + "-result")), ("name", JSONText.quoted(skill)),
            ("parts", "[" + JSONText.object([("data", result), ("mediaType", #""application/json""#)]) + "]"),
        ])
    }

    private var words: String? {
        switch state {
        case .working, .completed, .canceled: nil
        case .rejected:
            JSONText.object([("data", result ?? "{}"), ("mediaType", #""application/problem+json""#)])
        case .inputRequired: JSONText.object([("text", JSONText.quoted(A2ASkills.howToAsk))])
        }
    }

    private func message(_ part: String) -> String {
        JSONText.object([
            ("messageId", JSONText.quoted(id + "-status")), ("contextId", JSONText.quoted(context)),
            ("taskId", JSONText.quoted(id)), ("role", #""ROLE_AGENT""#), ("parts", "[\(part)]"),
        ])
    }
}
