import AsyncHTTPClient
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import NIOCore
import NIOHTTP1
import Testing

@testable import Gateway

/// Goal: a tenant is a program, wherever a request names it; the card that a key is shown is that key's; and a task is followed
/// to its end, and goes on where it was cut off. Method: both bindings by hand against a served folder.
@Suite struct A2ATenantTests {
    private static let version = ["a2a-version": "1.0"]

    private static func message(_ id: String, _ part: String, _ more: String = "") -> String {
        #"{"message":{"messageId":"\#(id)","role":"ROLE_USER","parts":[\#(part)]\#(more)}}"#
    }

    private static let preview = #"{"data":{"skill":"preview_route","country":"IT"}}"#

    private static func task(_ reply: ServedFolder.Reply) throws -> [String: Any] {
        let holder = reply.json["result"] as? [String: Any] ?? reply.json
        return try #require(holder["task"] as? [String: Any], "\(reply.text)")
    }

    @Test func aTenantIsTheKeysProgram() async throws {
        try await ServedFolder.serving { served in
            let sent = try await served.ask(.POST, "/a2a/acme/message:send", served.admin, Self.message("m-1", Self.preview), Self.version)
            let id = try #require(try Self.task(sent)["id"] as? String)
            let paths: [(HTTPMethodName, String, String?)] = [
                (.GET, "/tasks/\(id)", nil), (.GET, "/tasks", nil), (.POST, "/tasks/\(id):cancel", "{}"), (.GET, "/extendedAgentCard", nil),
                (.POST, "/message:send", Self.message("m-1", Self.preview)),
            ]
            for (method, path, body) in paths {
                let own = try await served.ask(method, "/a2a/acme" + path, served.admin, body, Self.version)
                let plain = try await served.ask(method, "/a2a" + path, served.admin, body, Self.version)
                #expect(own.status == plain.status && own.text == plain.text, "\(path): \(own.text)")
                // Another's program and none get one answer, before anything is looked up.
                var answers: Set<String> = []
                for tenant in ["other", "nowhere"] {
                    let reply = try await served.ask(method, "/a2a/\(tenant)" + path, served.admin, body, Self.version)
                    #expect(reply.status == 404 && reply.text.contains("TASK_NOT_FOUND"), "\(tenant)\(path): \(reply.text)")
                    answers.insert(reply.text)
                }
                #expect(answers.count == 1)
            }
            func rpc(_ params: String) async throws -> ServedFolder.Reply {
                try await served.ask(.POST, "/a2a", served.admin, #"{"jsonrpc":"2.0","id":7,"method":"GetTask","params":\#(params)}"#, Self.version)
            }
            #expect(try await rpc(#"{"id":"\#(id)","tenant":"acme"}"#).json["result"] != nil)
            for tenant in ["other", "nowhere"] {
                #expect(try await rpc(#"{"id":"\#(id)","tenant":"\#(tenant)"}"#).text.contains("-32001"))
            }
            // What the path says and what the request says must both hold.
            let both = Self.message("m-2", Self.preview).replacing(#"{"message""#, with: #"{"tenant":"other","message""#)
            #expect(try await served.ask(.POST, "/a2a/acme/message:send", served.admin, both, Self.version).status == 404)
        }
    }

    @Test func theExtendedCardIsItsKeys() async throws {
        try await ServedFolder.serving { served in
            let open = try await served.ask(.GET, "/.well-known/agent-card.json", nil)
            #expect((open.json["capabilities"] as? [String: Any])?["extendedAgentCard"] as? Bool == true && !open.text.contains("tenant"))
            #expect(try await served.ask(.GET, "/a2a/extendedAgentCard", nil, nil, Self.version).status == 401)
            for role in Role.allCases {
                let key = try served.key(role, sources: ["/web-form"])
                let card = try await served.ask(.GET, "/a2a/extendedAgentCard", key, nil, Self.version)
                let skills = (card.json["skills"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
                let may = A2ASkills.all.filter { skill in
                    ToolTable.tool(skill.tool)?.choices.contains { $0.operation.scope.map(role.scopes.contains) ?? true } ?? false
                }
                #expect(skills == may.map(\.id), "\(role)")
                let tenants = (card.json["supportedInterfaces"] as? [[String: Any]] ?? []).compactMap { $0["tenant"] as? String }
                #expect(tenants == ["acme", "acme"])
                let rpc = try await served.ask(.POST, "/a2a", key, #"{"jsonrpc":"2.0","id":7,"method":"GetExtendedAgentCard","params":{}}"#, Self.version)
                let other = rpc.json["result"] as? [String: Any] ?? [:]
                #expect(NSDictionary(dictionary: other) == NSDictionary(dictionary: card.json))
            }
        }
    }

    /// Given a task that waits for more, when two follow it and it goes on, then both are told the task, what came of it and its
    /// end, in one order; and whoever subscribes to what has ended is refused.
    @Test func aTaskIsFollowedToItsEnd() async throws {
        try await ServedFolder.serving { served in
            let waiting = try await served.ask(.POST, "/a2a/message:send", served.admin, Self.message("w-1", #"{"text":"hello"}"#), Self.version)
            let id = try #require(try Self.task(waiting)["id"] as? String)
            let (began, beginning) = AsyncStream<Void>.makeStream()
            let texts = try await withThrowingTaskGroup(of: String?.self) { group in
                for (method, path, body) in [
                    (HTTPMethodName.GET, "/a2a/tasks/\(id):subscribe", nil as String?),
                    (.POST, "/a2a", #"{"jsonrpc":"2.0","id":7,"method":"SubscribeToTask","params":{"id":"\#(id)"}}"#),
                ] {
                    group.addTask {
                        let response = try await HTTPClient.shared.execute(
                            served.request(method, path, served.admin, body, Self.version), timeout: .seconds(60))
                        #expect(response.status.code == 200)
                        var text = ""
                        for try await part in response.body {
                            if text.isEmpty { beginning.yield() }
                            text += String(buffer: part)
                        }
                        return text
                    }
                }
                group.addTask {
                    var count = 0
                    for await _ in began {
                        count += 1
                        if count == 2 { break }
                    }
                    let more = Self.message("w-2", Self.preview, #","taskId":"\#(id)""#)
                    let done = try await served.ask(.POST, "/a2a/message:send", served.admin, more, Self.version)
                    #expect(try (Self.task(done)["status"] as? [String: Any])?["state"] as? String == "TASK_STATE_COMPLETED")
                    return nil
                }
                return try await group.reduce(into: [String]()) { if let text = $1 { $0.append(text) } }
            }
            for text in texts {
                let events = text.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") }
                #expect(events.first?.contains(#""task":"#) == true && events.first?.contains("INPUT_REQUIRED") == true, "\(text)")
                #expect(events.last?.contains("statusUpdate") == true && events.last?.contains("TASK_STATE_COMPLETED") == true, "\(text)")
                #expect(events.dropLast().last?.contains("artifactUpdate") == true, "\(text)")
            }
            let late = try await served.ask(.GET, "/a2a/tasks/\(id):subscribe", served.admin, nil, Self.version)
            #expect(late.status == 400 && late.text.contains("UNSUPPORTED_OPERATION"))
        }
    }

    @Test func aStreamEndsWithTheKey() async throws {
        try await ServedFolder.serving { served in
            let key = try served.key(.agent)
            let waiting = try await served.ask(.POST, "/a2a/message:send", key, Self.message("w-1", #"{"text":"hello"}"#), Self.version)
            let id = try #require(try Self.task(waiting)["id"] as? String)
            let response = try await HTTPClient.shared.execute(
                served.request(.GET, "/a2a/tasks/\(id):subscribe", key, nil, Self.version), timeout: .seconds(60))
            var text = ""
            // It ends by itself: nothing else ends it.
            for try await part in response.body {
                if text.isEmpty { _ = try served.access.revoke(key.id, program: ServedFolder.program) }
                text += String(buffer: part)
            }
            #expect(text.contains("INPUT_REQUIRED") && !text.contains("statusUpdate"))
        }
    }

    /// Given a task whose work was cut off with its server, when the message is sent again, then the work is done once.
    @Test func whatWasCutOffGoesOn() async throws {
        try await ServedFolder.serving { served in
            let grant = try #require(try served.access.grant(for: served.admin))
            let (services, part) = (served.services, #"{"data":{"skill":"route_lead","country":"IT","waitSeconds":30}}"#)
            let whole = try #require(JSONValue(json: Array(part.utf8)))
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let content = services.identities.agentDigest(grant, "content", Array(try encoder.encode([whole])))
            let said = AgentTaskFile.Message(id: services.identities.agentTaskID(grant, "message", message: "cut-1"), content: content)
            let cut = AgentTask(
                id: services.identities.agentTaskID(grant, "task", message: "cut-1"), context: "c", state: .working, skill: "route_lead",
                changed: served.folder.now())
            #expect(try services.agentTasks.begin(cut, context: "c", by: said, isNew: true, grant))
            let shown = try await served.ask(.GET, "/a2a/tasks/\(cut.id)", served.admin, nil, Self.version)
            #expect(shown.text.contains("TASK_STATE_WORKING"), "\(shown.text)")
            for _ in 0..<2 {
                let reply = try await served.ask(.POST, "/a2a/message:send", served.admin, Self.message("cut-1", part), Self.version)
                let task = try Self.task(reply)
                #expect(task["id"] as? String == cut.id && (task["status"] as? [String: Any])?["state"] as? String == "TASK_STATE_COMPLETED", "\(reply.text)")
            }
            let leads = try await served.ask(.GET, "/v1/leads", served.admin)
            #expect((leads.json["leads"] as? [Any])?.count == 1)
        }
    }
}
