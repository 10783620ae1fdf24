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

    /// In lower case, with underscores.
    var name: String
    var title: String
    /// What it does, when to use it, and what it leaves alone.
    var about: String
    var choices: [Choice]
    /// True if what it does is not undone by another call.
    var isDestructive = false

    /// True if nothing changes by it.
    var isReadOnly: Bool {
        choices.allSatisfy { choice in
            choice.operation.method == .get || !(choice.operation.isWrite || choice.operation.takesIdempotencyKey)
        }
    }

    /// True if whoever asks may have any of it.
    func isGranted(to grant: Grant) -> Bool {
        choices.contains { choice in choice.operation.scope.map(grant.allows) ?? true }
    }

    /// One that is a single operation.
    init(_ name: String, _ title: String, _ operation: String, isDestructive: Bool = false, _ about: String) {
        self.name = name
        self.title = title
        self.about = about
        self.isDestructive = isDestructive
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
