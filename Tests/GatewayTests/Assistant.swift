import Foundation
import Testing

@testable import Gateway

/// An assistant's program: sends messages of an era of the Model Context Protocol.
struct Assistant: Sendable {
    let served: ServedFolder
    var isStateless = true
    /// What it says that it can, as JSON.
    var capabilities = "{}"

    /// One that follows tasks, and can ask a person.
    static func able(_ served: ServedFolder) -> Assistant {
        Assistant(served: served, capabilities: #"{"elicitation":{"form":{}},"extensions":{"io.modelcontextprotocol/tasks":{}}}"#)
    }

    func callAsFunction(
        _ method: String, _ key: (any Bearer)?, _ params: [String: Any] = [:], headers: [String: String?] = [:], meta: [String: Any] = [:],
        id: String? = "a-1"
    ) async throws -> ServedFolder.Reply {
        var params = params
        var meta = meta
        var fields = ["mcp-protocol-version": isStateless ? "2026-07-28" : "2025-11-25"]
        if isStateless {
            meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28"
            meta["io.modelcontextprotocol/clientCapabilities"] = try JSONSerialization.jsonObject(with: Data(capabilities.utf8))
            fields["mcp-method"] = method
            if let name = (params["name"] ?? params["uri"] ?? params["taskId"]) as? String { fields["mcp-name"] = name }
        }
        if !meta.isEmpty { params["_meta"] = meta }
        for (name, value) in headers { fields[name] = value }
        var message: [String: Any] = ["jsonrpc": "2.0", "method": method, "params": params]
        message["id"] = id
        let body = String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self)
        return try await served.ask(.POST, "/mcp", key, body, fields)
    }

    /// A tool's result.
    func call(_ tool: String, _ arguments: [String: Any], _ key: (any Bearer)?, _ more: [String: Any] = [:]) async throws -> [String: Any] {
        let params = more.merging(["name": tool, "arguments": arguments]) { $1 }
        return try await result("tools/call", key, params)
    }

    /// A request's result.
    func result(_ method: String, _ key: (any Bearer)?, _ params: [String: Any] = [:]) async throws -> [String: Any] {
        let reply = try await self(method, key, params)
        #expect(reply.status == 200, "\(method): \(reply.text)")
        return try #require(reply.json["result"] as? [String: Any], "\(reply.text)")
    }

    /// The error's code; nil for a result.
    func code(_ method: String, _ key: (any Bearer)?, _ params: [String: Any] = [:]) async throws -> Int? {
        try await (self(method, key, params).json["error"] as? [String: Any])?["code"] as? Int
    }

    /// A task once it is over, asked for until then.
    func finished(_ task: String, _ key: any Bearer) async throws -> [String: Any] {
        while true {
            let standing = try await result("tasks/get", key, ["taskId": task])
            if !["working", "input_required"].contains(standing["status"] as? String ?? "") { return standing }
        }
    }
}
