import HTTPTypes

/// Where the Model Context Protocol is spoken over HTTP.
enum MCPRoute {
    static let path = "/mcp"
    static let all = [messages, resource]

    /// The resource's metadata where clients of the protocol look first (RFC 9728, section 3.1).
    private static let resource = Operation(
        id: "getProtectedResourceOfMCP", method: .get, path: OAuth.metadataPath + path, tag: "MCP",
        summary: "Which issuer's access tokens are taken", scope: nil, rate: .read,
        successes: [.init(status: 200, about: "The issuer.", schema: .anyObject)],
        work: .face { call, _ in .whole(try ServiceOperations.resource(call)) })

    private static let messages = Operation(
        id: "sendMessage", method: .post, path: path, tag: "MCP",
        summary: "One message of the Model Context Protocol", scope: nil, isForKnown: true,
        refusesForeignOrigins: true, rate: .read,
        payload: .init(
            types: ["application/json"], schema: .anyObject,
            example: #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#),
        successes: [.init(status: 200, about: "The answer.", schema: .anyObject)],
        work: .face { call, admission in
            guard takes(["application/json", "application/*", "*/*"], call.headers) ?? true else {
                throw Refusal(
                    406, "not-acceptable", "Not possible as it is asked",
                    "Answers are application/json; a client accepts that and text/event-stream.")
            }
            if let version = call.headers[.mcpProtocolVersion], !isKnown(version, call) {
                throw Refusal(
                    400, "bad-header", "A header is not valid",
                    "MCP-Protocol-Version is one of \(MCPRevision.names.joined(separator: ", ")).",
                    field: "MCP-Protocol-Version")
            }
            let face = MCPFace(
                call: call, admission: admission, takesNews: takes(["text/event-stream"], call.headers) ?? false)
            switch try await face.reply(call.body, call.headers) {
            case .whole(var answer):
                answer.headers.append((.cacheControl, "no-store"))
                return .whole(answer)
            case .watched(let job): return .stream(job)
            }
        })

    /// An unknown revision is told of by the protocol's own error where the body names it too.
    private static func isKnown(_ version: String, _ call: Call) -> Bool {
        if MCPRevision.names.contains(version) { return true }
        do throws(JSONRPCMessage.Unreadable) {
            return try JSONRPCMessage(call.body).meta[MCPRevision.Meta.version] != nil
        } catch { return false }
    }

    /// True if the client takes one of these; nil if it does not say what it takes.
    private static func takes(_ types: [String], _ headers: HTTPFields) -> Bool? {
        let accepted = headers[values: .accept].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.map {
            MediaType.bare(String(decoding: Array($0), as: UTF8.self))
        }
        return accepted.isEmpty ? nil : accepted.contains(where: types.contains)
    }
}

extension HTTPField.Name {
    static let mcpProtocolVersion = named("MCP-Protocol-Version")
    static let mcpMethod = named("Mcp-Method")
    static let mcpName = named("Mcp-Name")
}
