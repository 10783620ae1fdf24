import Engine
import HTTPTypes
import Logging
import NIOCore
import Reports

/// Where other agents ask, by A2A 1.0: the card, JSON-RPC, and the same over plain HTTP.
enum A2ARoutes {
    static let path = "/a2a"
    static let all = [card, rpc] + bound + bound.map(ofTenant)

    /// What the HTTP binding has, without a tenant and below one.
    private static let bound = [
        send, stream, list, show, change, pushes, makePush, push, removePush, extendedCard,
    ]

    /// The same below a tenant, which is a program here.
    private static func ofTenant(_ operation: Operation) -> Operation {
        var operation = operation
        operation.id += "OfTenant"
        operation.path = path + "/{tenant}" + String(operation.path.unicodeScalars.dropFirst(path.unicodeScalars.count))
        return operation
    }

    private static let types = ["application/json", "application/a2a+json"]
    private static let answered = [
        Operation.Success(status: 200, about: "As the protocol has it.", schema: .anyObject)
    ]

    private static let card = Operation(
        id: "getAgentCard", method: .get, path: "/.well-known/agent-card.json", tag: "A2A", summary: "The agent card",
        scope: nil, rate: .read, successes: answered,
        work: .face { call, _ in
            let services = call.services
            guard let origin = services.signIn.publicURL?.origin else {
                // Whoever asks may name any host: nothing is signed that says so, and nothing kept.
                let card = try A2ACard.json(origin: origin(call), signedBy: nil)
                return .whole(.json(card, [(.cacheControl, "no-store")]))
            }
            let (path, logger, signed) = (services.folder.statementKeyPath, services.logger, services.signedCard)
            let card = try await services.readers.run {
                // Unsigned it still says how to ask.
                do { return try signed.json(origin: origin, by: StatementKeyFile.loadOrCreate(at: path)) } catch {
                    logger.warning("the agent card is not signed", metadata: ["reason": "\(error)"])
                    return try A2ACard.json(origin: origin, signedBy: nil)
                }
            }
            return .whole(.json(card, [(.cacheControl, "public, max-age=300")]))
        })

    private static func route(
        _ id: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        query: [Operation.Parameter] = [], takesBody: Bool = true,
        work: @escaping @Sendable (Call, Admission) async throws -> Operation.FaceAnswer
    ) -> Operation {
        Operation(
            id: id, method: method, path: Self.path + path, tag: "A2A", summary: summary, scope: nil, isForKnown: true,
            refusesForeignOrigins: true, rate: .read, query: query + [version],
            payload: takesBody ? .init(types: types, schema: .anyObject, example: "{}") : nil, payloadIsOptional: true,
            successes: answered, work: .face(work))
    }

    private static let version = Operation.Parameter(
        name: "A2A-Version", schema: .string, about: "The protocol's version, where no header says it.")

    // MARK: JSON-RPC

    private static let rpc = route("sendAgentRequest", .post, "", "One JSON-RPC request of an agent") {
        call, admission in
        let message: JSONRPCMessage
        do throws(JSONRPCMessage.Unreadable) { message = try JSONRPCMessage(call.body) } catch {
            let why = error.isNoJSON ? A2AError.parse : .invalid(error.words)
            return .whole(.json(why.rpc(id: nil)))
        }
        do {
            try checkVersion(call)
            if ["SendStreamingMessage", "SubscribeToTask"].contains(message.method) {
                let face = A2AFace(call: call, admission: admission)
                return .stream(try await parts(message.method, message.params, face, id: message.id ?? "null"))
            }
            let result = try await result(message, A2AFace(call: call, admission: admission))
            return .whole(
                .json(
                    JSONText.object([("jsonrpc", #""2.0""#), ("id", message.id ?? "null"), ("result", result)]),
                    [(.cacheControl, "no-store")]))
        } catch let error as A2AError { return .whole(.json(error.rpc(id: message.id))) }
    }

    private static func result(_ message: JSONRPCMessage, _ face: A2AFace) async throws -> String {
        let params = message.params
        switch message.method {
        case "SendMessage":
            let task = try await face.finish(try await face.begin(params))
            return JSONText.object([("task", task.json())])
        case "GetTask": return try await face.find(params["id"]?.text, params).json()
        case "CancelTask": return try await face.cancel(params["id"]?.text, params).json()
        case "ListTasks": return try await face.list(params)
        case "CreateTaskPushNotificationConfig": return try await face.makePush(params["taskId"]?.text, params).json
        case "GetTaskPushNotificationConfig":
            return try await face.push(params["taskId"]?.text, params["id"]?.text, params).json
        case "ListTaskPushNotificationConfigs":
            return pushList(try await face.pushes(params["taskId"]?.text, params))
        case "DeleteTaskPushNotificationConfig":
            try await face.removePush(params["taskId"]?.text, params["id"]?.text, params)
            return "null"
        case "GetExtendedAgentCard": return try await extended(face, params)
        default: throw A2AError.unknownMethod
        }
    }

    private static func parts(_ method: String, _ params: A2AFace.Members, _ face: A2AFace, id: String?) async throws
        -> A2AStream
    {
        if method == "SubscribeToTask" {
            // Whatever is left to do is done by a message; a task that has ended brings nothing more.
            let task = try await face.find(params["id"]?.text, params)
            if task.state.isTerminal { throw A2AError.unsupportedOperation }
            return A2AStream(
                face: face, begun: .init(task: task, skill: nil, arguments: [:]), requestID: id, follows: true)
        }
        return A2AStream(face: face, begun: try await face.begin(params), requestID: id, follows: false)
    }

    // MARK: Plain HTTP

    /// Answers as the HTTP binding does, its errors included.
    private static func http(
        _ work: @escaping @Sendable (Call, A2AFace) async throws -> Operation.FaceAnswer
    ) -> @Sendable (Call, Admission) async throws -> Operation.FaceAnswer {
        { call, admission in
            do {
                try checkVersion(call)
                let face = A2AFace(call: call, admission: admission)
                try face.checkTenant([:])
                return try await work(call, face)
            } catch let error as A2AError { return .whole(error.answer) }
        }
    }

    private static func params(_ call: Call) throws(A2AError) -> A2AFace.Members {
        if call.body.isEmpty { return [:] }
        guard let value = JSONValue(json: call.body) else { throw .parse }
        guard let members = value.members else { throw .invalid("The body is not an object.") }
        return members
    }

    private static let send = route(
        "sendAgentMessage", .post, "/message:send", "A message of an agent",
        work: http { call, face in
            let task = try await face.finish(try await face.begin(try params(call)))
            return .whole(.json(JSONText.object([("task", task.json())]), [(.cacheControl, "no-store")]))
        })

    private static let stream = route(
        "streamAgentMessage", .post, "/message:stream", "A message of an agent, answered bit by bit",
        work: http { call, face in
            .stream(try await parts("SendStreamingMessage", try params(call), face, id: nil))
        })

    private static let list = route(
        "listAgentTasks", .get, "/tasks", "An agent's tasks, the latest first",
        query: [
            "contextId", "status", "pageSize", "pageToken", "historyLength", "statusTimestampAfter",
            "includeArtifacts", "tenant",
        ].map { .init(name: $0, schema: .string, about: "As A2A has it.") },
        takesBody: false,
        work: http { call, face in
            .whole(
                .json(try await face.list(call.query.mapValues { .text($0) }), [(.cacheControl, "no-store")]))
        })

    private static let show = route(
        "getAgentTask", .get, "/tasks/{task}", "An agent's task",
        query: ["historyLength", "tenant"].map { .init(name: $0, schema: .string, about: "As A2A has it.") },
        takesBody: false,
        work: http { call, face in
            let (task, verb) = verb(call)
            if verb == "subscribe" {
                return .stream(try await parts("SubscribeToTask", ["id": .text(task)], face, id: nil))
            }
            let tenant = call.query["tenant"].map { ["tenant": JSONValue.text($0)] } ?? [:]
            return .whole(.json(try await face.find(task, tenant).json(), [(.cacheControl, "no-store")]))
        })

    /// What stands behind a task's id, after a colon.
    private static func verb(_ call: Call) -> (task: String, verb: String) {
        let parts = (call.path["task"] ?? "").utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        return parts.count == 2 ? (parts[0], parts[1]) : (call.path["task"] ?? "", "")
    }

    private static let pushPath = "/tasks/{task}/pushNotificationConfigs"

    private static func pushList(_ pushes: [TaskPush]) -> String {
        JSONText.object([
            ("configs", "[" + pushes.map(\.json).joined(separator: ",") + "]"), ("nextPageToken", JSONText.quoted("")),
        ])
    }

    private static let pushes = route(
        "listAgentPushes", .get, pushPath, "Where a task's changes are told", takesBody: false,
        work: http { call, face in
            .whole(.json(pushList(try await face.pushes(call.path["task"], [:])), [(.cacheControl, "no-store")]))
        })

    private static let makePush = route(
        "createAgentPush", .post, pushPath, "Has a task's changes told to an address",
        work: http { call, face in
            let push = try await face.makePush(call.path["task"], try params(call))
            return .whole(.json(push.json, [(.cacheControl, "no-store")]))
        })

    private static let push = route(
        "getAgentPush", .get, pushPath + "/{push}", "One address that a task's changes are told to",
        takesBody: false,
        work: http { call, face in
            let push = try await face.push(call.path["task"], call.path["push"], [:])
            return .whole(.json(push.json, [(.cacheControl, "no-store")]))
        })

    private static let removePush = route(
        "deleteAgentPush", .delete, pushPath + "/{push}", "Tells a task's changes there no more", takesBody: false,
        work: http { call, face in
            try await face.removePush(call.path["task"], call.path["push"], [:])
            return .whole(.json("{}", [(.cacheControl, "no-store")]))
        })

    private static let extendedCard = route(
        "getExtendedAgentCard", .get, "/extendedAgentCard", "The agent card as the caller's key has it",
        query: [.init(name: "tenant", schema: .string, about: "As A2A has it.")], takesBody: false,
        work: http { call, face in
            let tenant = call.query["tenant"].map { ["tenant": JSONValue.text($0)] } ?? [:]
            return .whole(.json(try await extended(face, tenant), [(.cacheControl, "no-store")]))
        })

    /// The card with the caller's tenant, and the skills that its key lets it ask for.
    private static func extended(_ face: A2AFace, _ params: A2AFace.Members) async throws -> String {
        try face.checkTenant(params)
        let (call, grant) = (face.call, try face.call.grant)
        let services = call.services
        let (path, logger) = (services.folder.statementKeyPath, services.logger)
        guard let origin = services.signIn.publicURL?.origin else {
            return try A2ACard.json(origin: origin(call), signedBy: nil, for: grant)
        }
        return try await services.readers.run {
            do {
                return try A2ACard.json(origin: origin, signedBy: StatementKeyFile.loadOrCreate(at: path), for: grant)
            } catch {
                logger.warning("the agent card is not signed", metadata: ["reason": "\(error)"])
                return try A2ACard.json(origin: origin, signedBy: nil, for: grant)
            }
        }
    }

    /// Where the service was asked, by the request's own word.
    private static func origin(_ call: Call) -> String {
        (call.services.signIn.isEncrypted ? "https://" : "http://") + call.authority
    }

    /// The verb stands after the task's id, behind a colon.
    private static let change = route(
        "changeAgentTask", .post, "/tasks/{task}", "Cancels an agent's task, or follows it",
        work: http { call, face in
            let (task, verb) = verb(call)
            switch verb {
            case "cancel":
                return .whole(.json(try await face.cancel(task).json(), [(.cacheControl, "no-store")]))
            case "subscribe":
                return .stream(try await parts("SubscribeToTask", ["id": .text(task)], face, id: nil))
            default: throw A2AError.unknownMethod
            }
        })

    /// Nothing before 1.0 is spoken; a patch's number makes no difference.
    private static func checkVersion(_ call: Call) throws(A2AError) {
        let version = call.headers[.a2aVersion] ?? call.query["A2A-Version"] ?? ""
        let parts = version.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.prefix(2) == ["1", "0"] else { throw .versionNotSupported }
    }
}

/// A message's task as it comes about, or a task that somebody follows until it ends, as server-sent events.
struct A2AStream: AnswerStream {
    private enum Step { case task, work, artifact, status, follow, end }

    let face: A2AFace
    let begun: A2AFace.Begun
    /// Nil over plain HTTP.
    let requestID: String?
    /// Nil where the stream ends with the message's own work.
    private var following: FollowedTask?
    private var step = Step.task
    private var task: AgentTask

    /// - Parameter follows: true for a stream that stays open until the task has ended.
    init(face: A2AFace, begun: A2AFace.Begun, requestID: String?, follows: Bool = false) {
        self.face = face
        self.begun = begun
        self.requestID = requestID
        task = begun.task
        if follows { following = FollowedTask(begun.task, face) }
    }

    mutating func next() async throws -> ByteBuffer? {
        switch step {
        case .task:
            step = following != nil ? .follow : begun.skill == nil ? .end : .work
            return event("task", task.json())
        case .work:
            do { task = try await face.finish(begun) } catch let error as CancellationError { throw error } catch {
                // Its message can be sent again.
                step = .end
                return event("statusUpdate", failed(Refusal(error)))
            }
            step = .artifact
            return try await next()
        case .artifact:
            step = .status
            guard task.artifact != nil else { return try await next() }
            return artifactUpdate
        case .status:
            step = task.state.isTerminal || following == nil ? .end : .follow
            return statusUpdate
        case .follow:
            switch try await following?.next() {
            case .changed(let changed)?:
                task = changed
                step = .artifact
                return try await next()
            case .quiet?: return ByteBuffer(string: ": still here\n\n")
            case .over?, nil:
                step = .end
                return nil
            }
        case .end: return nil
        }
    }

    private var artifactUpdate: ByteBuffer {
        event(
            "artifactUpdate",
            JSONText.object([
                ("taskId", JSONText.quoted(task.id)), ("contextId", JSONText.quoted(task.context)),
                ("artifact", task.artifact), ("lastChunk", "true"),
            ]))
    }

    private var statusUpdate: ByteBuffer {
        event(
            "statusUpdate",
            JSONText.object([
                ("taskId", JSONText.quoted(task.id)), ("contextId", JSONText.quoted(task.context)),
                ("status", task.status),
            ]))
    }

    /// What could not be done now.
    private func failed(_ refusal: Refusal) -> String {
        var failed = task
        failed.result = String(decoding: refusal.answer.body, as: UTF8.self)
        failed.state = .rejected
        return JSONText.object([
            ("taskId", JSONText.quoted(task.id)), ("contextId", JSONText.quoted(task.context)),
            ("status", failed.status),
        ])
    }

    private func event(_ name: String, _ json: String) -> ByteBuffer {
        var data = JSONText.object([(name, json)])
        if let requestID {
            data = JSONText.object([("jsonrpc", #""2.0""#), ("id", requestID), ("result", data)])
        }
        return ByteBuffer(string: "data: \(data)\n\n")
    }
}

extension HTTPField.Name {
    static let a2aVersion = named("A2A-Version")
}
