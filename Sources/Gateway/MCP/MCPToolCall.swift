import Engine
import HTTPTypes
import Reports

/// One `tools/call`: done at once, followed as a task, or done once a person has said so.
struct MCPToolCall {
    let call: Call
    let admission: Admission
    let message: JSONRPCMessage
    let revision: MCPRevision
    let tool: Tool
    let arguments: [String: JSONValue]

    /// - Throws: `MCPError` for a tool that is none.
    init(call: Call, admission: Admission, message: JSONRPCMessage, revision: MCPRevision) throws(MCPError) {
        guard let name = message.params["name"]?.text, let tool = ToolTable.tool(name) else {
            throw .invalid("There is no such tool.")
        }
        guard let arguments = (message.params["arguments"] ?? .object([:])).members else {
            throw .invalid("The arguments are not an object.")
        }
        self.call = call
        self.admission = admission
        self.message = message
        self.revision = revision
        self.tool = tool
        self.arguments = arguments
    }

    /// The tool as it is called.
    var asked: ToolCall {
        ToolCall(tool: tool, call: call, admission: admission, traceParent: message.meta["traceparent"]?.text)
    }

    /// By what the client tells news of the call from others; nil where it wants none, or there are none.
    var watchedBy: String? { tool.follows == .job && !isTask ? message.progressToken : nil }

    /// True if the client follows what comes of the call as a task: it says so of the call, or can with every call.
    private var isTask: Bool {
        switch revision {
        case .stateless: tool.follows != nil && message.followsTasks
        case .initialized: message.params["task"]?.members != nil
        }
    }

    func result() async throws -> MCPResult {
        if let question = tool.asks {
            return try await MCPQuestion(self, question).result()
        }
        if isTask { return try await task() }
        return MCPResult(fields: try await asked.result(arguments))
    }

    // MARK: Tasks

    /// True if the lead is somebody's, or nobody's for good, by what the call answered.
    private static func isSettled(_ answer: [String: JSONValue]) -> Bool {
        guard case .list(let decisions)? = answer["decisions"] else { return false }
        let settling = ["LeadAssigned", "LeadClosed", "LeadMerged"].map { "leadline.v1." + $0 }
        return decisions.contains { $0.members?["type"]?.text.map(settling.contains) ?? false }
    }

    private func task() async throws -> MCPResult {
        guard let kind = tool.follows else {
            throw MCPError(code: .unknownMethod, words: "This tool is not done as a task.")
        }
        let answer: Answer
        do { answer = try await asked.answer(arguments) } catch let error as CancellationError { throw error } catch {
            let failed = try asked.failed(error)
            if revision == .stateless { return MCPResult(fields: failed) }
            throw MCPError.invalid(Refusal(error).detail)
        }
        let structured = ToolCall.structured(answer)
        let begun = JSONValue(json: Array(structured.utf8))?.members ?? [:]
        guard let id = begun[kind == .job ? "job" : "event"]?.text,
            revision == .initialized || kind != .lead || !Self.isSettled(begun)
        else { return MCPResult(fields: ToolCall.done(structured)) }
        let handle = TaskHandle(
            kind: kind, tool: tool.name, id: id, lead: begun["lead"]?.text, began: call.services.folder.now())
        let tasks = MCPTasks(call: call, admission: admission, revision: revision)
        var standing = try await tasks.standing(of: handle, message)
        // What is done already is answered as it would be without a task.
        if revision == .stateless, kind != .job, standing.isOver {
            return MCPResult(fields: ToolCall.done(structured))
        }
        // Nobody has the id yet: the first that is told of the task is that it goes on.
        if kind == .job || standing.status == .inputRequired { standing.status = .working }
        let text = try tasks.text(handle)
        switch revision {
        case .stateless: return MCPResult(fields: standing.fields(text, revision), kind: .task)
        case .initialized:
            return MCPResult(fields: [("task", JSONText.object(standing.fields(text, revision)))])
        }
    }
}
