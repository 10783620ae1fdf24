import Engine
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// Tasks of the Model Context Protocol: as the revision of 2025-11-25 has them, and as the extension does that goes
/// with the one of 2026-07-28. Whoever follows a task sees what its key may see when it looks.
struct MCPTasks {
    /// The extension, as capabilities name it.
    static let extensionName = "io.modelcontextprotocol/tasks"
    /// How long `tasks/result` waits.
    private static let patience = Duration.seconds(Call.waitSecondsMax)
    private static let interval = Duration.milliseconds(100)

    let call: Call
    let admission: Admission
    let revision: MCPRevision

    private static let unknown = MCPError.invalid("There is no such task, or none that this key may see.")

    func answer(_ message: JSONRPCMessage) async throws -> MCPResult {
        if revision == .stateless, !message.followsTasks {
            throw MCPError.missing(JSONText.object([("extensions", JSONText.object([(Self.extensionName, "{}")]))]))
        }
        switch (revision, message.method) {
        case (_, "tasks/get"):
            let (text, handle) = try handle(message)
            return MCPResult(fields: try await shown(text, handle, message))
        case (.initialized, "tasks/result"):
            let (text, handle) = try handle(message)
            return MCPResult(fields: try await result(text, handle, message))
        case (.stateless, "tasks/update"):
            try await update(try handle(message).1, message)
            return MCPResult(fields: [])
        case (_, "tasks/cancel"):
            let (text, handle) = try handle(message)
            return MCPResult(fields: try await cancelled(text, handle, message))
        default: throw MCPError(code: .unknownMethod, words: "There is no such method.")
        }
    }

    // MARK: Handles

    /// A task's id.
    func text(_ handle: TaskHandle) throws -> String { try SealedState(call, for: "task").text(handle) }

    private func handle(_ message: JSONRPCMessage) throws -> (String, TaskHandle) {
        guard let text = message.params["taskId"]?.text,
            let handle = try SealedState(call, for: "task").value(TaskHandle.self, text),
            call.services.folder.now() < handle.began.adding(micros: TaskHandle.lifeMicros)
        else { throw Self.unknown }
        return (text, handle)
    }

    // MARK: Looking

    private func shown(_ text: String, _ handle: TaskHandle, _ message: JSONRPCMessage) async throws
        -> MCPResult.Fields
    {
        let standing = try await standing(of: handle, message)
        guard revision == .stateless else { return standing.fields(text, revision) }
        return standing.fields(text, revision) + [
            ("result", standing.result.map { JSONText.object($0 + [("resultType", #""complete""#)]) }),
            ("inputRequests", standing.question.map { JSONText.object([($0.key, $0.json)]) }),
        ]
    }

    /// The tool's result, as soon as there is one.
    private func result(_ text: String, _ handle: TaskHandle, _ message: JSONRPCMessage) async throws
        -> MCPResult.Fields
    {
        let time = call.services.folder.machine.passingTime
        let end = time.elapsed() + Self.patience
        while true {
            let standing = try await standing(of: handle, message)
            if let result = standing.result {
                let related = JSONText.object([("taskId", JSONText.quoted(text))])
                return result + [("_meta", JSONText.object([("io.modelcontextprotocol/related-task", related)]))]
            }
            guard !standing.isOver, time.elapsed() < end else {
                throw MCPError.invalid(
                    standing.isOver
                        ? "The task was ended; nothing came of it."
                        : "The task is not done; ask for it with tasks/get.")
            }
            try await time.sleep(for: Self.interval)
        }
    }

    /// How what a handle names stands now.
    func standing(of handle: TaskHandle, _ message: JSONRPCMessage) async throws -> TaskStanding {
        guard let tool = ToolTable.tool(handle.tool), tool.follows == handle.kind else { throw Self.unknown }
        for choice in tool.choices {
            if let scope = choice.operation.scope, !(try call.grant.allows(scope)) {
                throw Refusal.missing(scope).challenging(with: tool.scopes)
            }
        }
        switch handle.kind {
        case .job: return try await standing(ofJob: handle)
        case .review, .lead: return try await standing(ofLead: handle, message)
        }
    }

    // MARK: Jobs

    private func standing(ofJob handle: TaskHandle) async throws -> TaskStanding {
        let grant = try call.grant
        _ = try admission.admit(OperationTable.row("getJob"), grant, address: "")
        let job: Job
        do throws(Refusal) {
            job = try call.services.jobs.job(handle.id, grant, now: call.services.folder.now())
        } catch { throw Self.unknown }
        var standing = TaskStanding(
            words: JobOutcome.words(job), began: job.began, changed: job.changed,
            lifeMicros: job.expires.micros - job.began.micros)
        switch job.status {
        case .queued, .running: break
        case .cancelled: standing.status = .cancelled
        case .done, .failed:
            standing.status = .completed
            standing.result = try await JobOutcome.result(of: job, call, admission)
        }
        return standing
    }

    // MARK: Leads and reviews

    /// What has become of a lead since a call.
    private struct Course {
        /// Decisions of the entries that the call led to.
        var decisions: [PublishedDecision] = []
        var changed: Timestamp?
        var isSettled = false
        /// Where a person was asked last; nil where none is.
        var asked: (position: UInt64, suggested: String)?
        /// True while partners are asked.
        var isOffered = false
    }

    private func standing(ofLead handle: TaskHandle, _ message: JSONRPCMessage) async throws -> TaskStanding {
        guard let lead = handle.lead else { throw Self.unknown }
        let grant = try call.grant
        var standing = TaskStanding(
            words: "It is not decided yet.", began: handle.began, changed: handle.began,
            lifeMicros: TaskHandle.lifeMicros)
        do { _ = try await LeadOperations.visible(call.asking(path: ["lead": lead])) } catch let refusal as Refusal
            where refusal.status == 404
        {
            return standing
        }
        let entries = try await call.read { deployment in
            try deployment.firstDecisions(ofEvent: handle.id, aboutLead: lead).map { first in
                try deployment.decisions(aboutLead: lead, from: first.position)
            }
        }
        guard let entries else { return standing }
        let course = try handle.kind == .review ? Self.review(entries) : Self.routing(entries)
        standing.changed = course.changed ?? handle.began
        if course.isSettled {
            let shown = try course.decisions.compactMap { try Edition.decision($0, for: grant) }
            let list = shown.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
            standing.status = .completed
            standing.words = ""
            standing.result = ToolCall.done(
                JSONText.object([
                    ("event", JSONText.quoted(handle.id)), ("lead", JSONText.quoted(lead)),
                    ("status", #""decided""#), ("decisions", "[\(list)]"),
                ]))
        } else if let asked = course.asked {
            standing.words = "A person decides."
            // Whoever may decide is asked; others wait.
            if revision == .stateless, message.asksPeople, grant.allows(.decisionsOverride) {
                standing.status = .inputRequired
                standing.question = (
                    "decision-\(asked.position)",
                    PersonQuestion.decision(about: lead, isReview: handle.kind == .review, suggested: asked.suggested)
                )
            }
        } else if course.isOffered { standing.words = "Partners are asked." }
        return standing
    }

    private typealias Entries = [(position: UInt64, decisions: [PublishedDecision])]

    /// A review is over once a person has decided it. What opened none is over at once.
    private static func review(_ entries: Entries) throws -> Course {
        var course = Course()
        for (index, entry) in entries.enumerated() {
            var isOpened = false
            for decision in entry.decisions {
                switch try decision.event() {
                case .reviewOpened:
                    isOpened = true
                    course.asked = (entry.position, "")
                case .reviewResolved: course.isSettled = true
                default: break
                }
                course.changed = decision.time
            }
            if index == 0, !isOpened { course.isSettled = true }
            if course.isSettled {
                course.decisions = entry.decisions
                return course
            }
        }
        return course
    }

    /// A lead is settled once it is somebody's, or nobody's for good.
    private static func routing(_ entries: Entries) throws -> Course {
        var course = Course()
        for entry in entries {
            course.decisions += entry.decisions
            for decision in entry.decisions {
                switch try decision.event() {
                case .leadAssigned, .leadClosed, .leadMerged: course.isSettled = true
                case .leadEscalated(let event): course.asked = (entry.position, event.suggestedPartnerID)
                case .offerMade: (course.isOffered, course.asked) = (true, nil)
                default: break
                }
                course.changed = decision.time
            }
            if course.isSettled { return course }
        }
        return course
    }

    // MARK: Changing

    /// A person's decision, by way of whoever may decide.
    private func update(_ handle: TaskHandle, _ message: JSONRPCMessage) async throws {
        guard let responses = message.params["inputResponses"]?.members else {
            throw MCPError.invalid("inputResponses is an object.")
        }
        let standing = try await standing(of: handle, message)
        // What was answered before, or never asked, is passed over.
        guard let lead = handle.lead, let question = standing.question, let response = responses[question.key],
            let content = PersonQuestion.accepted(response)
        else { return }
        let body = try PersonQuestion.decisionBody(content)
        var headers: HTTPFields = [.idempotencyKey: "task-\(handle.id)-\(question.key)"]
        headers[.prefer] = "wait=10"
        let operation = OperationTable.row(handle.kind == .review ? "decideReview" : "overrideDecision")
        do {
            _ = try await admission.perform(
                operation, call.asking(headers: headers, path: ["lead": lead], body: Array(body.utf8)))
        } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            if refusal.isPassing { throw refusal }
            throw MCPError.invalid(refusal.detail)
        }
    }

    /// Ends long work. What stands in the journal is not called back, and goes on.
    private func cancelled(_ text: String, _ handle: TaskHandle, _ message: JSONRPCMessage) async throws
        -> MCPResult.Fields
    {
        var standing = try await standing(of: handle, message)
        if revision == .initialized {
            guard !standing.isOver else { throw MCPError.invalid("The task is over.") }
            guard handle.kind == .job else {
                throw MCPError.invalid("What was asked for stands in the journal, and is not called back.")
            }
        }
        if handle.kind == .job, !standing.isOver {
            _ = try call.services.jobs.cancel(handle.id, try call.grant)
            standing.status = .cancelled
        }
        return revision == .initialized ? standing.fields(text, revision) : []
    }
}
