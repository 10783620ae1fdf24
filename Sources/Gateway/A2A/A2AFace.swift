import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import TextFormats
import UseCases

/// What another agent may do with tasks, whichever binding it speaks.
struct A2AFace: Sendable {
    let call: Call
    let admission: Admission

    typealias Members = [String: JSONValue]

    init(call: Call, admission: Admission) {
        var call = call
        call.face = "a2a"
        self.call = call
        self.admission = admission
    }

    // MARK: Sending

    /// What a message comes to before anything is done: the task that it begins or goes on with.
    struct Begun: Sendable {
        var task: AgentTask
        /// Nil where there is nothing left to do: the message came before, or does not say what is wanted.
        var skill: A2ASkills.Skill?
        var arguments: Members
    }

    /// Reads a message, and keeps the task that it begins or goes on with. The same message of the same agent is the
    /// same task, whose work goes on where it was cut off.
    func begin(_ params: Members) async throws -> Begun {
        try checkTenant(params)
        // An address that is none refuses the message before anything is kept.
        let wish = params["configuration"]?.members?["taskPushNotificationConfig"]?.members
        if let wish { _ = try push(wish, of: "") }
        guard let message = params["message"]?.members, let id = message["messageId"]?.text,
            (1...256).contains(id.utf8.count), case .list(let parts)? = message["parts"], !parts.isEmpty
        else { throw A2AError.invalid("A message has a messageId of 1 to 256 bytes and at least one part.") }
        guard message["role"]?.text == "ROLE_USER" else { throw A2AError.invalid("The role is ROLE_USER.") }
        guard parts.allSatisfy({ $0.members?["text"] != nil || $0.members?["data"] != nil }) else {
            throw A2AError.contentTypeNotSupported
        }
        let (skill, arguments) = Self.wish(parts)
        try checkScope(skill, arguments)
        let (grant, services) = (try call.grant, call.services)
        let said = AgentTaskFile.Message(
            id: services.identities.agentTaskID(grant, "message", message: id),
            content: services.identities.agentDigest(grant, "content", try Self.bytes(parts)))
        if let known = try await services.readers.run({ try services.agentTasks.task(ofMessage: said.id, grant) }) {
            guard known.content == said.content else {
                throw A2AError.invalid("The messageId was another message's; give each its own.")
            }
            let isUnfinished = known.task.state == .working
            return Begun(task: known.task, skill: isUnfinished ? skill : nil, arguments: arguments)
        }
        var (task, isNew) = try await task(of: message, id)
        task.state = skill == nil ? .inputRequired : .working
        task.skill = skill?.id ?? ""
        task.changed = services.folder.now()
        let context = services.identities.agentDigest(grant, "context", Array(task.context.utf8))
        let named = skill.flatMap(Self.tool).map { LeadMentions(of: $0, asked: arguments).ids } ?? []
        let leads = named.sorted().map { services.identities.agentLead(grant.program, $0) }
        let erased = try await lastErasure()
        let isBegun = try await services.readers.run { [task, isNew] in
            try services.agentTasks.begin(
                task, context: context, by: said, isNew: isNew, leads: leads, erasedThrough: erased, grant)
        }
        guard isBegun else { throw A2AError.unsupportedOperation }
        if let wish { _ = try await keep(try push(wish, of: task.id), of: task) }
        return Begun(task: task, skill: skill, arguments: arguments)
    }

    /// The last entry that erased anybody, where the program's tasks are looked through from there on; nil where they
    /// are already.
    private func lastErasure() async throws -> UInt64? {
        let (services, program) = (call.services, try call.grant.program)
        if try await services.readers.run({ try services.agentTasks.knows(program) }) { return nil }
        return try await call.read { try $0.lastErasure() }
    }

    /// What a message asks for by its first data part. A member that is null was not given.
    private static func wish(_ parts: [JSONValue]) -> (A2ASkills.Skill?, Members) {
        guard var arguments = parts.compactMap({ $0.members?["data"]?.members }).first,
            let skill = arguments.removeValue(forKey: "skill")?.text.flatMap(A2ASkills.skill)
        else { return (nil, [:]) }
        return (skill, arguments.filter { $0.value != .null })
    }

    private static func bytes(_ parts: [JSONValue]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(parts))
    }

    /// Whoever may not have it is told before anything is kept or answered.
    private func checkScope(_ skill: A2ASkills.Skill?, _ arguments: Members) throws {
        guard let skill, let tool = Self.tool(of: skill) else { return }
        let action = arguments[ToolArgument.action]?.text
        let choice = tool.choices.first { $0.action == action } ?? tool.choices[0]
        if let scope = choice.operation.scope, !(try call.grant.allows(scope)) { throw Refusal.missing(scope) }
    }

    private static func tool(of skill: A2ASkills.Skill) -> Tool? { ToolTable.tool(skill.tool) }

    /// The task that a message goes on with, or the one that it begins.
    private func task(of message: Members, _ id: String) async throws -> (AgentTask, isNew: Bool) {
        let (grant, services) = (try call.grant, call.services)
        let context = message["contextId"]?.text
        if let named = message["taskId"]?.text, !named.isEmpty {
            let task = try await find(named)
            guard context == nil || context == task.context else {
                throw A2AError.invalid("The task belongs to another context.")
            }
            guard task.state == .inputRequired else { throw A2AError.unsupportedOperation }
            return (task, false)
        }
        if let context, !(1...128).contains(context.utf8.count) {
            throw A2AError.invalid("A contextId has from 1 to 128 bytes.")
        }
        let fresh = AgentTask(
            id: services.identities.agentTaskID(grant, "task", message: id),
            context: context ?? services.identities.agentTaskID(grant, "context", message: id),
            state: .inputRequired, skill: "", changed: services.folder.now())
        return (fresh, true)
    }

    /// Does what a message asks for, if anything is left to do. A client that goes meanwhile leaves no task unfinished.
    func finish(_ begun: Begun) async throws -> AgentTask {
        guard let skill = begun.skill, let tool = Self.tool(of: skill) else { return shown(begun.task) }
        let work = Task { try await finish(begun.task, tool, begun.arguments) }
        return try await work.value
    }

    private func finish(_ begun: AgentTask, _ tool: Tool, _ given: Members) async throws -> AgentTask {
        var (task, arguments) = (begun, given)
        let services = call.services
        if !tool.isReadOnly, arguments[ToolArgument.idempotencyKey] == nil {
            // A repeat of the message changes nothing, whichever gateway it comes to.
            arguments[ToolArgument.idempotencyKey] = .text(task.id)
        }
        do {
            let answer = try await ToolCall(tool: tool, call: call, admission: admission).answer(arguments)
            (task.state, task.result) = (.completed, ToolCall.structured(answer))
        } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            if refusal.isPassing {
                // It ends no task.
                try await services.readers.run { [task] in try services.agentTasks.drop(task) }
                throw refusal
            }
            (task.state, task.result) = (.rejected, String(decoding: refusal.answer.body, as: UTF8.self))
        }
        task.changed = services.folder.now()
        var kept = task
        if Self.isAskedAgain(tool), task.state == .completed { (kept.result, kept.asked) = (nil, given) }
        let mentions =
            task.state == .rejected
            ? LeadMentions(of: tool, asked: given, answered: kept.result) : LeadMentions(given, answered: kept.result)
        let isMoved = try await keep(kept, mentions)
        if isMoved { return task }
        // A person was erased meanwhile: the agent is answered, and nothing of it is kept.
        let grant = try call.grant
        let isKept = try await services.readers.run { [id = task.id] in try services.agentTasks.task(id, grant) != nil }
        // Another repeat of the message was faster; its answer stands.
        return isKept ? try await find(task.id) : task
    }

    /// Keeps what came of a task's work under the leads that it speaks of; false if the task has moved on already.
    /// Where a lead's person is erased by now, or there are more leads than a task is kept for, the agent is answered
    /// and nothing of it is kept.
    private func keep(_ task: AgentTask, _ mentions: LeadMentions) async throws -> Bool {
        let (services, program) = (call.services, try call.grant.program)
        let leads = mentions.areTooMany ? [] : mentions.ids
        let digests = leads.sorted().map { services.identities.agentLead(program, $0) }
        let isMoved = try await services.readers.run {
            try services.agentTasks.move(task, from: .working, leads: digests)
        }
        // Asked once it is kept: an erasure before that is seen here, and a later one finds the task by its leads.
        guard isMoved else { return false }
        if !mentions.areTooMany {
            if leads.isEmpty { return true }
            guard try await call.read({ try $0.isAnyErased(leads) }) else { return true }
        }
        try await services.readers.run { try services.agentTasks.erase(task) }
        return true
    }

    /// Skills that only read are asked again when somebody looks; a preview is of its moment.
    private static func isAskedAgain(_ tool: Tool) -> Bool {
        tool.isReadOnly && tool.choices.allSatisfy { $0.operation.method == .get }
    }

    // MARK: Asking

    /// A task as its agent may see it now.
    func find(_ id: String?, _ params: Members = [:]) async throws -> AgentTask {
        // Who may not ask here is told so before anything is looked up.
        try checkTenant(params)
        let (grant, services) = (try call.grant, call.services)
        guard let id, (1...128).contains(id.utf8.count),
            let task = try await services.readers.run({ try services.agentTasks.task(id, grant) })
        else { throw A2AError.taskNotFound }
        return try await current(task)
    }

    /// With the present answer of a skill that only reads; without one where there is none any more.
    private func current(_ task: AgentTask) async throws -> AgentTask {
        var task = shown(task)
        guard let asked = task.asked, task.state == .completed,
            let tool = A2ASkills.skill(task.skill).flatMap(Self.tool)
        else { return task }
        do {
            let answer = try await ToolCall(tool: tool, call: call, admission: admission).answer(asked)
            task.result = ToolCall.structured(answer)
        } catch let error as CancellationError { throw error } catch {
            if [429, 503].contains(Refusal(error).status) { throw error }
            task.result = nil
        }
        return task
    }

    /// What a skill answered is shown to whoever may still ask for it.
    private func shown(_ task: AgentTask) -> AgentTask {
        guard let tool = A2ASkills.skill(task.skill).flatMap(Self.tool), let grant = call.bearer,
            !tool.isGranted(to: grant)
        else { return task }
        var task = task
        (task.result, task.asked) = (nil, nil)
        return task
    }

    func cancel(_ id: String?, _ params: Members = [:]) async throws -> AgentTask {
        var task = try await find(id, params)
        let services = call.services
        task.state = .canceled
        task.changed = services.folder.now()
        let isMoved = try await services.readers.run { [task] in
            try services.agentTasks.move(task, from: .inputRequired)
        }
        // Work that is under way is not called back.
        guard isMoved else { throw A2AError.taskNotCancelable }
        return task
    }

    // MARK: Being told

    /// Keeps where a task's changes are told.
    func makePush(_ id: String?, _ params: Members) async throws -> TaskPush {
        let task = try await find(id, params)
        return try await keep(try push(params, of: task.id), of: task)
    }

    private func push(_ members: Members, of task: String) throws -> TaskPush {
        // Whoever is told has to be known when nobody asks any more.
        guard try call.grant.credential.isOfKey else { throw A2AError.invalid("Being told takes an API key.") }
        let machine = call.services.folder.machine
        return try TaskPush(
            members, of: task, newID: machine.newID(), allowsLoopback: call.services.webhookSettings.allowsLoopback)
    }

    private func keep(_ push: TaskPush, of task: AgentTask) async throws -> TaskPush {
        let services = call.services
        let isKept = try await services.readers.run { try services.agentTasks.keep(push, toldOf: task.changed) }
        guard isKept else { throw A2AError.invalid("A task has at most \(TaskPush.most) configurations.") }
        return push
    }

    func pushes(_ id: String?, _ params: Members) async throws -> [TaskPush] {
        let (task, services) = (try await find(id, params), call.services)
        return try await services.readers.run { try services.agentTasks.pushes(of: task.id) }
    }

    func push(_ id: String?, _ config: String?, _ params: Members) async throws -> TaskPush {
        guard let found = try await pushes(id, params).first(where: { $0.id == config }) else {
            throw A2AError.taskNotFound
        }
        return found
    }

    /// One that is not there is gone all the same.
    func removePush(_ id: String?, _ config: String?, _ params: Members) async throws {
        let (task, services) = (try await find(id, params), call.services)
        guard let config else { throw A2AError.invalid("Name the configuration.") }
        try await services.readers.run { try services.agentTasks.removePush(config, of: task.id) }
    }

    private static let pageUsual = 50
    private static let pageMax = 100

    /// A page of the agent's tasks.
    func list(_ params: Members) async throws -> String {
        try checkTenant(params)
        var wish = AgentTaskFile.Wish(limit: try Self.whole(params["pageSize"], 1...Self.pageMax) ?? Self.pageUsual)
        wish.context = try params["contextId"]?.text.map {
            call.services.identities.agentDigest(try call.grant, "context", Array($0.utf8))
        }
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
        var texts: [String] = []
        for task in tasks {
            // Without artifacts nothing is asked again.
            let task = withArtifacts ? try await current(task) : shown(task)
            texts.append(task.json(withArtifacts: withArtifacts))
        }
        return Self.page(texts, total, wish.limit, next: next)
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

    /// A key belongs to one program, which is what a tenant is here, whether the path or the request names it.
    func checkTenant(_ params: Members) throws {
        let program = try call.grant.program
        for tenant in [call.path["tenant"], params["tenant"]?.text].compactMap({ $0 }) where !tenant.isEmpty {
            guard tenant.utf8.elementsEqual(program.utf8) else { throw A2AError.taskNotFound }
        }
    }
}
