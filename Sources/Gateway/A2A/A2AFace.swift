import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import TextFormats

/// What another agent may do with tasks, whichever binding it speaks.
struct A2AFace: Sendable {
    let call: Call
    let admission: Admission

    typealias Members = [String: JSONValue]

    // MARK: Sending

    /// What a message comes to before anything is done: the task that it begins or goes on with.
    struct Begun: Sendable {
        var task: AgentTask
        /// Nil where there is nothing left to do: the message came before, or does not say what is wanted.
        var skill: A2ASkills.Skill?
        var arguments: Members
    }

    /// Reads a message. The same message of the same agent begins the same task.
    func begin(_ params: Members) async throws -> Begun {
        try checkTenant(params)
        if params["configuration"]?.members?["taskPushNotificationConfig"] != nil { throw A2AError.pushNotSupported }
        guard let message = params["message"]?.members, let id = message["messageId"]?.text,
            (1...256).contains(id.utf8.count), case .list(let parts)? = message["parts"], !parts.isEmpty
        else { throw A2AError.invalid("A message has a messageId of 1 to 256 bytes and at least one part.") }
        guard message["role"]?.text == "ROLE_USER" else { throw A2AError.invalid("The role is ROLE_USER.") }
        guard parts.allSatisfy({ $0.members?["text"] != nil || $0.members?["data"] != nil }) else {
            throw A2AError.contentTypeNotSupported
        }
        var (task, isNew) = try await task(of: message, id)
        guard isNew else { return Begun(task: task, skill: nil, arguments: [:]) }
        let asked = parts.compactMap { $0.members?["data"]?.members }.first
        guard var arguments = asked, let name = arguments.removeValue(forKey: "skill")?.text,
            let skill = A2ASkills.skill(name)
        else {
            try await keep(task)
            return Begun(task: task, skill: nil, arguments: [:])
        }
        task.skill = skill.id
        return Begun(task: task, skill: skill, arguments: arguments)
    }

    /// The task that a message goes on with, or begins; false if the message was dealt with before.
    private func task(of message: Members, _ id: String) async throws -> (AgentTask, isNew: Bool) {
        let (grant, services) = (try call.grant, call.services)
        let context = message["contextId"]?.text
        if let named = message["taskId"]?.text, !named.isEmpty {
            let task = try await find(named)
            guard context == nil || context == task.context else {
                throw A2AError.invalid("The task belongs to another context.")
            }
            guard !task.state.isTerminal else { throw A2AError.unsupportedOperation }
            return (task, true)
        }
        let own = services.identities.agentTaskID(grant, "task", message: id)
        if let known = try await services.readers.run({ try services.agentTasks.task(own, grant) }) {
            return (known, false)
        }
        if let context, !(1...128).contains(context.utf8.count) {
            throw A2AError.invalid("A contextId has from 1 to 128 bytes.")
        }
        let fresh = AgentTask(
            id: own, program: grant.program, principal: grant.principal,
            context: context ?? services.identities.agentTaskID(grant, "context", message: id),
            state: .inputRequired, skill: "", changed: services.folder.now())
        return (fresh, true)
    }

    /// Does what a message asks for, if anything is left to do.
    func finish(_ begun: Begun) async throws -> AgentTask {
        guard let skill = begun.skill, let tool = ToolTable.all.first(where: { $0.name == skill.tool }) else {
            return begun.task
        }
        var (task, arguments) = (begun.task, begun.arguments)
        let takesKey = tool.choices.contains { $0.operation.isWrite }
        if takesKey, arguments[ToolArgument.idempotencyKey] == nil {
            // A repeat of the message changes nothing, whichever gateway it comes to.
            arguments[ToolArgument.idempotencyKey] = .text(task.id)
        }
        do {
            let answer = try await ToolCall(tool: tool, call: call, admission: admission).answer(arguments)
            (task.state, task.result) = (.completed, ToolCall.structured(answer))
        } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            // What may go well next time ends no task.
            if [401, 403, 429].contains(refusal.status) || refusal.status >= 500 { throw refusal }
            (task.state, task.result) = (.rejected, String(decoding: refusal.answer.body, as: UTF8.self))
        }
        task.changed = call.services.folder.now()
        try await keep(task)
        return task
    }

    private func keep(_ task: AgentTask) async throws {
        let services = call.services
        try await services.readers.run { try services.agentTasks.put(task) }
    }

    // MARK: Asking

    func find(_ id: String?) async throws -> AgentTask {
        let (grant, services) = (try call.grant, call.services)
        guard let id, (1...128).contains(id.utf8.count),
            let task = try await services.readers.run({ try services.agentTasks.task(id, grant) })
        else { throw A2AError.taskNotFound }
        return shown(task)
    }

    /// What a skill answered is shown to whoever may still ask for it.
    private func shown(_ task: AgentTask) -> AgentTask {
        guard let skill = A2ASkills.skill(task.skill), let grant = call.bearer,
            let tool = ToolTable.all.first(where: { $0.name == skill.tool }), !tool.isGranted(to: grant)
        else { return task }
        var task = task
        task.result = nil
        return task
    }

    func cancel(_ id: String?) async throws -> AgentTask {
        var task = try await find(id)
        guard !task.state.isTerminal else { throw A2AError.taskNotCancelable }
        task.state = .canceled
        task.changed = call.services.folder.now()
        try await keep(task)
        return task
    }

    private static let pageUsual = 50
    private static let pageMax = 100

    /// A page of the agent's tasks.
    func list(_ params: Members) async throws -> String {
        try checkTenant(params)
        var wish = AgentTaskFile.Wish(limit: try Self.whole(params["pageSize"], 1...Self.pageMax) ?? Self.pageUsual)
        wish.context = params["contextId"]?.text
        if let state = params["status"]?.text, state != "TASK_STATE_UNSPECIFIED" {
            guard let state = AgentTask.State(rawValue: state) else { return Self.page([], 0, wish.limit, next: "") }
            wish.state = state
        }
        if let since = params["statusTimestampAfter"]?.text {
            guard let moment = RFC3339.parse(since) else {
                throw A2AError.invalid("statusTimestampAfter is no time.")
            }
            wish.since = moment
        }
        if let token = params["pageToken"]?.text, !token.isEmpty { wish.after = try Self.place(token) }
        _ = try Self.whole(params["historyLength"], 0...1_000)
        let withArtifacts = params["includeArtifacts"] == .flag(true) || params["includeArtifacts"]?.text == "true"
        let (grant, services) = (try call.grant, call.services)
        let (tasks, total) = try await services.readers.run { [wish] in try services.agentTasks.list(wish, grant) }
        let next = tasks.count == wish.limit ? tasks.last.map { "\($0.changed.micros)/\($0.id)" } ?? "" : ""
        return Self.page(tasks.map { shown($0).json(withArtifacts: withArtifacts) }, total, wish.limit, next: next)
    }

    private static func page(_ tasks: [String], _ total: Int, _ size: Int, next: String) -> String {
        JSONText.object([
            ("tasks", "[" + tasks.joined(separator: ",") + "]"), ("nextPageToken", JSONText.quoted(next)),
            ("pageSize", "\(size)"), ("totalSize", "\(total)"),
        ])
    }

    private static func place(_ token: String) throws(A2AError) -> (Int64, String) {
        let parts = token.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 2, let changed = Int64(parts[0]) else { throw .invalid("The pageToken is none of these.") }
        return (changed, parts[1])
    }

    private static func whole(_ value: JSONValue?, _ range: ClosedRange<Int>) throws(A2AError) -> Int? {
        let number: Int? =
            switch value {
            case nil: nil
            case .whole(let number)?: Int(exactly: number)
            case .text(let text)?: Int(text)
            default: -1
            }
        guard value != nil else { return nil }
        guard let number, range.contains(number) else {
            throw .invalid("A size is a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A key belongs to one program, which is what a tenant is here.
    private func checkTenant(_ params: Members) throws {
        if let tenant = params["tenant"]?.text, !tenant.isEmpty, tenant != (try call.grant.program) {
            throw A2AError.taskNotFound
        }
    }
}
