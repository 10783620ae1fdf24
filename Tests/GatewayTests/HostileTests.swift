import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Gateway

/// Goal: a client that does not keep to HTTP, or takes its time, is refused and let go, and the next is served. Method: bytes
/// over a socket, against a server with short times.
@Suite struct HostileTests {
    /// Sends bytes and reads until the server closes.
    private static func exchange(_ served: ServedFolder, _ parts: [String], keepsDripping drip: String? = nil) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: served.port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for part in parts { try await outbound.write(ByteBuffer(string: part)) }
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    var text = ""
                    do { for try await part in inbound { text += String(buffer: part) } } catch is IOError {}
                    return text
                }
                if let drip {
                    group.addTask {
                        // Ends when the other side has closed.
                        do {
                            while true {
                                try await outbound.write(ByteBuffer(string: drip))
                                try await Task.sleep(for: .milliseconds(100))
                            }
                        } catch { return nil }
                    }
                }
                defer { group.cancelAll() }
                while let text = try await group.next() { if let text { return text } }
                return ""
            }
        }
    }

    private static func short(_ settings: inout GatewayServer.Settings) {
        settings.connection.requestTime = .milliseconds(1_500)
        settings.connection.bodyGrace = .seconds(1)
        settings.connection.idle = .seconds(2)
    }

    private static let close = "Connection: close\r\n\r\n"

    @Test func requestsThatAreNotHTTPAreRefused() async throws {
        try await ServedFolder.serving(Self.short) { served in
            let table: [(what: String, request: String, status: String)] = [
                ("no Host", "GET /healthz HTTP/1.1\r\n" + Self.close, "400"),
                ("two Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + Self.close, "400"),
                ("length and chunks", "POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
                ("two lengths", "POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"),
                ("an encoded body", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n" + Self.close, "415"),
                ("a huge head", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: \(String(repeating: "x", count: 60_000))\r\n" + Self.close, "4"),
                ("closing, in capitals", "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", "200"),
            ]
            for row in table {
                let text = try await Self.exchange(served, [row.request])
                #expect(text.hasPrefix("HTTP/1.1 \(row.status)"), "\(row.what): \(text.prefix(200))")
            }
            #expect(try await served.ask(.GET, "/healthz", nil).status == 200)
        }
    }

    @Test func whoDripsIsLetGo() async throws {
        try await ServedFolder.serving(Self.short) { served in
            let head = "POST /v1/leads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(served.admin)\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
            // Each ends only because the server closes.
            _ = try await Self.exchange(served, [head], keepsDripping: " ")
            _ = try await Self.exchange(served, ["GET /healthz HTTP/1.1\r\nHost: a\r\n"], keepsDripping: "x")
            _ = try await Self.exchange(served, [])
            #expect(try await served.ask(.GET, "/healthz", nil).status == 200)
        }
    }

    @Test func nothingIsReadAfterARefusal() async throws {
        try await ServedFolder.serving(Self.short) { served in
            let head = "POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
            let text = try await Self.exchange(served, [head], keepsDripping: String(repeating: "x", count: 1_000))
            #expect(text.hasPrefix("HTTP/1.1 401"), "\(text.prefix(200))")
            #expect(text.lowercased().contains("connection: close"))
        }
    }

    @Test func aBodyThatWaitsIsAskedFor() async throws {
        try await ServedFolder.serving(Self.short) { served in
            let body = #"{"country":"IT"}"#
            let head = "POST /v1/leads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(served.admin)\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            let text = try await Self.exchange(served, [head, body])
            #expect(text.hasPrefix("HTTP/1.1 100") && text.contains("HTTP/1.1 202"), "\(text.prefix(300))")
        }
    }

    @Test func oneAddressGetsSoManyConnections() {
        let counts = ConnectionCounts()
        var limits = ConnectionLimits()
        limits.connectionsPerAddress = 2
        limits.connections = 3
        #expect([counts.enter("a", limits), counts.enter("a", limits), counts.enter("a", limits)] == [true, true, false])
        #expect([counts.enter("b", limits), counts.enter("c", limits)] == [true, false])
        counts.leave("a")
        #expect(counts.enter("a", limits))
    }

    struct Batch: Sendable { var text: String, parts: [String]? }

    @Test(arguments: [
        Batch(text: "[]", parts: nil), Batch(text: "[1]", parts: ["1"]), Batch(text: #" [{"a":"],["},"\"," ,[1,2]] "#, parts: [#"{"a":"],["}"#, #""\"," "#, "[1,2]"]),
        Batch(text: "[1,]", parts: nil), Batch(text: "{}", parts: nil), Batch(text: "[1]]", parts: nil), Batch(text: #"["]"#, parts: nil),
        Batch(text: "[1,2,3,4]", parts: nil),
    ]) func arraysAreSplitByTheByte(_ batch: Batch) {
        let parts = JSONElements.split(Array(batch.text.utf8), max: 3)
        #expect(parts.map { $0.map { String(decoding: $0, as: UTF8.self) } } == batch.parts)
    }
}
