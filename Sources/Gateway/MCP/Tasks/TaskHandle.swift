import LeadlineCore
import Reports

/// What a task's id says: what is followed. It is the client's to keep, sealed, so that any gateway can say how the
/// task stands, whatever was started anew meanwhile, and nothing is kept of it.
struct TaskHandle: Codable, Sendable {
    /// How long a review or a lead is followed.
    static let lifeMicros: Int64 = 30 * Timestamp.microsPerDay

    var kind: Tool.Followed
    /// The tool that was called.
    var tool: String
    /// Of the job, or of the event that the call made.
    var id: String
    var lead: String?
    private var beganMicros: Int64

    init(kind: Tool.Followed, tool: String, id: String, lead: String?, began: Timestamp) {
        self.kind = kind
        self.tool = tool
        self.id = id
        self.lead = lead
        beganMicros = began.micros
    }

    var began: Timestamp { Timestamp(micros: beganMicros) }
}

/// How a task stands.
struct TaskStanding: Sendable {
    enum Status: String, Sendable {
        case working
        case inputRequired = "input_required"
        case completed, failed, cancelled
    }

    /// How often it is worth asking.
    private static let pollMillis = 1_000

    var status = Status.working
    /// In our own words.
    var words = ""
    var began: Timestamp
    var changed: Timestamp
    /// From its beginning.
    var lifeMicros: Int64
    /// The tool's result.
    var result: MCPResult.Fields?
    /// What a person is asked, by a name of its own.
    var question: (key: String, json: String)?

    var isOver: Bool { status != .working && status != .inputRequired }

    /// True if the tool's result says that it was not done.
    private var isFailure: Bool { result?.contains { $0.name == "isError" && $0.json == "true" } ?? false }

    /// As a revision shows a task.
    func fields(_ id: String, _ revision: MCPRevision) -> MCPResult.Fields {
        let isOld = revision == .initialized
        let shown = isOld && status == .completed && isFailure ? Status.failed : status
        return [
            ("taskId", JSONText.quoted(id)), ("status", JSONText.quoted(shown.rawValue)),
            ("statusMessage", words.isEmpty ? nil : JSONText.quoted(words)),
            ("createdAt", JSONText.quoted(TimeText.utc(began))),
            ("lastUpdatedAt", JSONText.quoted(TimeText.utc(changed))),
            (isOld ? "ttl" : "ttlMs", "\(lifeMicros / 1_000)"),
            (isOld ? "pollInterval" : "pollIntervalMs", "\(Self.pollMillis)"),
        ]
    }
}
