import HTTPTypes

/// One thing that an assistant can do: an operation of the table, or one of a few that belong together, under a name
/// and a description by which it is picked.
struct Tool: Sendable {
    /// One of the operations, and the value of `action` that chooses it.
    struct Choice: Sendable {
        /// Empty where there is nothing to choose.
        var action: String
        var operation: Operation
    }

    /// What a call goes on as once it is answered, for those who can follow a task.
    enum Followed: String, Sendable, Codable {
        /// Long work that it began.
        case job
        /// A review, until a person has decided it.
        case review
        /// A lead, until it is somebody's: partners may be asked first, or a person.
        case lead
    }

    /// What a person is asked before anything is done.
    enum Question: Sendable {
        /// How a review ends.
        case review
        /// Whether what was listed is to go.
        case erasure

        /// Arguments that the person gives, and the assistant cannot.
        var said: Set<String> {
            switch self {
            case .review: ["assignToPartnerId", "uphold", "close", "reroute", "note"]
            case .erasure: ["confirm"]
            }
        }
    }

    /// In lower case, with underscores.
    var name: String
    var title: String
    /// What it does, when to use it, and what it leaves alone.
    var about: String
    var choices: [Choice]
    /// True if what it does is not undone by another call.
    var isDestructive = false
    /// Nil for one that is done once it is answered.
    var follows: Followed?
    /// Nil for one that is done without a person.
    var asks: Question?

    /// True if nothing changes by it.
    var isReadOnly: Bool {
        choices.allSatisfy { choice in
            choice.operation.method == .get || !(choice.operation.isWrite || choice.operation.takesIdempotencyKey)
        } && asks == nil
    }

    /// True if whoever asks may have any of it.
    func isGranted(to grant: Grant) -> Bool {
        choices.contains { choice in choice.operation.scope.map(grant.allows) ?? true }
    }

    /// Every scope that a use of it from beginning to end needs, in the order of their names.
    var scopes: [Scope] {
        let own = choices.compactMap(\.operation.scope) + (follows == .job ? [.jobsRead] : [])
        return Set(own).sorted { $0.rawValue < $1.rawValue }
    }

    /// One that is a single operation.
    init(
        _ name: String, _ title: String, _ operation: String, isDestructive: Bool = false, follows: Followed? = nil,
        asks: Question? = nil, _ about: String
    ) {
        self.name = name
        self.title = title
        self.about = about
        self.isDestructive = isDestructive
        self.follows = follows
        self.asks = asks
        choices = [Choice(action: "", operation: OperationTable.row(operation))]
    }

    /// One that chooses among operations.
    init(_ name: String, _ title: String, _ choices: [(action: String, operation: String)], _ about: String) {
        self.name = name
        self.title = title
        self.about = about
        self.choices = choices.map { Choice(action: $0.action, operation: OperationTable.row($0.operation)) }
    }
}

/// Arguments that tools have beside those of their operations.
enum ToolArgument {
    /// Chooses among a tool's operations.
    static let action = "action"
    /// Names a change, so that it can be sent again; the header `Idempotency-Key`.
    static let idempotencyKey = "idempotencyKey"
    /// How long to wait for the decision; the header `Prefer: wait=N`.
    static let waitSeconds = "waitSeconds"
    /// Why personal data is read; the header `Leadline-Reason`.
    static let reason = "reason"
}
