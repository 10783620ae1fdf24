import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import UseCases

/// Answers by asking a gateway that runs elsewhere.
public struct MCPRemote: MCPPeer {
    private let url: String
    private let key: String
    private let client: HTTPClient

    /// Longest answer that is passed on.
    private static let answerBytesMax = 32 << 20
    private static let patience = TimeAmount.seconds(90)
    private static let longPatience = TimeAmount.minutes(31)

    /// - Parameters:
    ///   - url: the gateway's, without a path; https, or http on this machine.
    ///   - key: sent with every request.
    /// - Throws: `Problem` for another URL.
    public init(url: String, key: String) throws(Problem) {
        guard let own = PublicURL(url) else {
            throw Problem(
                .invalid, "the gateway's URL is https://, a host and perhaps a port; http:// for this machine alone",
                at: "--url")
        }
        self.url = own.origin + "/mcp"
        self.key = key
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: Self.patience)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Ends its connections.
    public func close() async throws { try await client.shutdown() }

    public func answer(_ line: [UInt8], tell: @escaping @Sendable ([UInt8]) -> Void) async -> [UInt8]? {
        do {
            let reply = try await client.execute(request(line), timeout: Self.patience(line))
            if (reply.headers.first(name: "content-type") ?? "").utf8.starts(with: "text/event-stream".utf8) {
                try await Self.pass(reply.body, tell)
                return nil
            }
            let body = Array(buffer: try await reply.body.collect(upTo: Self.answerBytesMax))
            if reply.status.code == 202 { return nil }
            if (reply.headers.first(name: "content-type") ?? "").utf8.starts(with: "application/json".utf8) {
                // A line holds no line's end; JSON has none but between its parts.
                return body.filter { $0 != 0x0A && $0 != 0x0D }
            }
            return MCPLines.failure(Self.words(Int(reply.status.code), body), to: line)
        } catch is CancellationError { return nil } catch {
            return MCPLines.failure("The gateway does not answer.", to: line)
        }
    }

    /// Passes on what the gateway tells bit by bit: an event's data is one message.
    private static func pass(_ body: HTTPClientResponse.Body, _ tell: @Sendable ([UInt8]) -> Void) async throws {
        let prefix = Array("data: ".utf8)
        var line: [UInt8] = []
        for try await part in body {
            for byte in part.readableBytesView {
                if byte != 0x0A {
                    line.append(byte)
                    guard line.count <= answerBytesMax else { throw HTTPClientError.bodyLengthMismatch }
                } else {
                    if line.starts(with: prefix) { tell(Array(line.dropFirst(prefix.count))) }
                    line.removeAll(keepingCapacity: true)
                }
            }
        }
    }

    /// Long work of which the client wants news takes as long as it may.
    private static func patience(_ line: [UInt8]) -> TimeAmount {
        do throws(JSONRPCMessage.Unreadable) {
            return try JSONRPCMessage(line).progressToken == nil ? patience : longPatience
        } catch { return patience }
    }

    private func request(_ line: [UInt8]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "authorization": "Bearer " + key, "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        ]
        // The stateless revision has the headers repeat the body.
        if let fields = MCPRevision.headers(of: line) {
            for (name, value) in fields { request.headers.add(name: name, value: value) }
        }
        request.body = .bytes(ByteBuffer(bytes: line))
        return request
    }

    /// What a problem document says.
    private static func words(_ status: Int, _ body: [UInt8]) -> String {
        let problem = JSONValue(json: body)?.members
        let said = [problem?["title"]?.text, problem?["detail"]?.text].compactMap { $0 }
        return said.isEmpty ? "The gateway answered with status \(status)." : said.joined(separator: ": ")
    }
}
