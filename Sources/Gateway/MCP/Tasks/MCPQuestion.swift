import Engine
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// A tool that does nothing until a person has said so. The first call asks: its answer holds the form, and a state
/// that says what it was asked about, sealed. The second brings both back, and what the person said.
struct MCPQuestion {
    /// How long an answer may take.
    private static let lifeMicros: Int64 = 600_000_000
    /// What the form is known by.
    private static let key = "person"

    private struct State: Codable {
        var tool: String
        var arguments: String
        var expires: Int64
        /// What confirms what was listed; empty where nothing was.
        var confirm: String
        /// Names the question, so that one answer makes one change however often it comes.
        var id: String
    }

    private let toolCall: MCPToolCall
    private let question: Tool.Question
    private var call: Call { toolCall.call }
    private var arguments: [String: JSONValue] { toolCall.arguments }

    init(_ toolCall: MCPToolCall, _ question: Tool.Question) {
        self.toolCall = toolCall
        self.question = question
    }

    func result() async throws -> MCPResult {
        let asked = toolCall.asked
        for choice in toolCall.tool.choices {
            if let scope = choice.operation.scope, !(try call.grant.allows(scope)) {
                _ = try asked.failed(Refusal.missing(scope))
            }
        }
        if let name = arguments.keys.sorted().first(where: question.said.contains) {
            return MCPResult(fields: try asked.failed(Refusal.invalid("A person says that.", field: name)))
        }
        guard toolCall.revision == .stateless else {
            return MCPResult(
                fields: try asked.failed(
                    Refusal(
                        409, "needs-a-person", "Not possible as things stand",
                        "A person decides this: by a client of revision \(MCPRevision.statelessName) that can ask, or "
                            + "on the dashboard.")))
        }
        guard toolCall.message.asksPeople else { throw MCPError.missing(#"{"elicitation":{"form":{}}}"#) }
        let params = toolCall.message.params
        if params["requestState"] == nil { return try await ask() }
        let state = try state(params["requestState"]?.text ?? "")
        guard let response = params["inputResponses"]?.members?[Self.key],
            let content = PersonQuestion.accepted(response)
        else { return MCPResult(fields: try asked.failed(Self.notConfirmed)) }
        return try await done(content, state)
    }

    private static let notConfirmed = Refusal(
        409, "not-confirmed", "Not possible as things stand", "The person did not say so; nothing was done.")

    // MARK: Asking

    private func ask() async throws -> MCPResult {
        let asked = toolCall.asked
        do {
            let confirm: String
            let form: String
            switch question {
            case .review:
                (confirm, form) = ("", try await review())
            case .erasure:
                let listed = try await asked.answer(arguments)
                guard let counted = Self.counted(listed) else {
                    return MCPResult(fields: ToolCall.done(ToolCall.structured(listed)))
                }
                (confirm, form) = (counted.confirm, PersonQuestion.confirmation(counted.words))
            }
            let services = call.services
            let state = State(
                tool: toolCall.tool.name, arguments: try digest(),
                expires: services.folder.now().adding(micros: Self.lifeMicros).micros, confirm: confirm,
                id: services.folder.machine.newID())
            return MCPResult(
                fields: [
                    ("inputRequests", JSONText.object([(Self.key, form)])),
                    ("requestState", JSONText.quoted(try SealedState(call, for: "question").text(state))),
                ], kind: .inputRequired)
        } catch let error as CancellationError { throw error } catch {
            return MCPResult(fields: try asked.failed(error))
        }
    }

    /// Asks about a review that is open.
    private func review() async throws -> String {
        guard let lead = arguments["lead"]?.text else { throw Refusal.invalid("It is missing.", field: "lead") }
        let known = ["lead", ToolArgument.idempotencyKey, ToolArgument.waitSeconds]
        if let other = arguments.keys.sorted().first(where: { !known.contains($0) }) {
            throw Refusal.invalid("It is none of this tool's arguments.", field: other.utf8.count <= 128 ? other : "")
        }
        let id = try await LeadOperations.visible(call.asking(path: ["lead": lead])).history.row.leadID
        let isOpen = try await call.look { $0.isUnderReview(id) }
        guard isOpen else {
            throw Refusal(409, "no-review", "Not possible as things stand", "No review of the lead is open.")
        }
        return PersonQuestion.decision(about: id, isReview: true, suggested: "")
    }

    /// How much would go, in numbers alone; nil where nothing would.
    private static func counted(_ listed: Answer) -> (confirm: String, words: String)? {
        guard let members = JSONValue(json: listed.body)?.members, let confirm = members["confirm"]?.text,
            case .list(let people)? = members["people"], !people.isEmpty
        else { return nil }
        let leads = people.reduce(0) { sum, person in
            if case .list(let leads)? = person.members?["leads"] { sum + leads.count } else { sum }
        }
        let (who, what) = (CountText.of(UInt64(people.count), "key"), CountText.of(UInt64(leads), "lead"))
        return (confirm, "Destroy \(who) to what is held of people, with \(what)? Nothing brings it back.")
    }

    private func digest() throws -> String {
        let text = try JSONText.line(JSONValue.object(arguments))
        return call.services.identities.argumentsDigest(try call.grant, Array(text.utf8))
    }

    // MARK: Answering

    /// The state that came back, if it is of this very call and not too old.
    private func state(_ text: String) throws -> State {
        guard let state = try SealedState(call, for: "question").value(State.self, text),
            state.tool == toolCall.tool.name, state.arguments == (try digest()),
            call.services.folder.now().micros < state.expires
        else { throw MCPError.invalid("The requestState is not of this call, or older than ten minutes; ask anew.") }
        return state
    }

    private func done(_ content: [String: JSONValue], _ state: State) async throws -> MCPResult {
        var whole = arguments
        switch question {
        case .review:
            let body = try PersonQuestion.decisionBody(content)
            whole.merge(JSONValue(json: Array(body.utf8))?.members ?? [:]) { $1 }
            whole[ToolArgument.idempotencyKey] = .text("person-" + state.id)
        case .erasure:
            guard content["confirmed"] == .flag(true) else {
                return MCPResult(fields: try toolCall.asked.failed(Self.notConfirmed))
            }
            whole["confirm"] = .text(state.confirm)
        }
        return MCPResult(fields: try await toolCall.asked.result(whole))
    }
}
