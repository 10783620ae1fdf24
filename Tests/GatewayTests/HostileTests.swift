import AsyncHTTPClient
import Engine
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
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

    // MARK: Bursts

    /// Reads beyond those that may be under way wait for their turn, in order; too many, and those that wait too long, are told.
    @Test func aBurstWaitsForItsTurn() async throws {
        let limits = ReaderThreads.Limits(running: 2, waiting: 3, patience: .seconds(3_600))
        let threads = ReaderThreads(count: 2, limits)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask {
                    try await threads.runLong {
                        begin.yield(number)
                        for await _ in gate {}
                    }
                }
            }
            var started = begun.makeAsyncIterator()
            for _ in 0..<2 { _ = await started.next() }
            for number in 2..<5 {
                group.addTask { try await threads.runLong { _ = begin.yield(number) } }
                while threads.waiting < number - 1 { await Task.yield() }
            }
            let refusal = await #expect(throws: Refusal.self) { try await threads.run {} }
            #expect(refusal?.status == 503)
            // One that gives up makes room, and holds up nobody behind it.
            open.finish()
            var order: [Int] = []
            for _ in 2..<5 { if let number = await started.next() { order.append(number) } }
            #expect(Set(order) == [2, 3, 4])
            try await group.waitForAll()
        }
        #expect(threads.waiting == 0)
        try await threads.run {}
    }

    @Test func whoWaitsTooLongIsTold() async throws {
        let threads = ReaderThreads(count: 1, .init(running: 1, waiting: 10, patience: .milliseconds(50)))
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let held: Void = threads.runLong {
            begin.yield()
            for await _ in gate {}
        }
        for await _ in begun { break }
        let refusal = await #expect(throws: Refusal.self) { try await threads.run {} }
        #expect(refusal?.status == 503 && refusal?.headers.contains { $0.1 == "1" } == true)
        let waiting = Task { try await threads.run {} }
        waiting.cancel()
        await #expect(throws: (any Error).self) { try await waiting.value }
        open.finish()
        try await held
        try await threads.run {}
    }

    // MARK: HTTP/2

    /// Serves the same gateway under TLS as well, and gives a client for it.
    private static func encrypted(
        offersHTTP2: Bool = true, _ body: @Sendable (_ url: String, _ served: ServedFolder, HTTPClient) async throws -> Void
    ) async throws {
        try await ServedFolder.serving { served in
            var settings = GatewayServer.Settings()
            settings.port = 0
            settings.quotaFactor = 10_000
            settings.offersHTTP2 = offersHTTP2
            settings.certificateFile = served.folder.path + "/tls.pem"
            settings.keyFile = served.folder.path + "/tls.key"
            try WebhookScreeningTests.certificate.write(toFile: served.folder.path + "/tls.pem", atomically: true, encoding: .utf8)
            try WebhookScreeningTests.key.write(toFile: served.folder.path + "/tls.key", atomically: true, encoding: .utf8)
            let (ports, ready) = AsyncStream<Int>.makeStream()
            let server = try GatewayServer(served.services, settings) { ready.yield($0) }
            let group = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let serving = Task { try await group.run() }
            var port = 0
            for await one in ports {
                port = one
                break
            }
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates([try NIOSSLCertificate(bytes: Array(WebhookScreeningTests.certificate.utf8), format: .pem)])
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.dnsOverride = ["hooks.partner.example": "127.0.0.1"]
            let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
            let result: Result<Void, any Error>
            do {
                try await body("https://hooks.partner.example:\(port)", served, client)
                result = .success(())
            } catch { result = .failure(error) }
            try await client.shutdown()
            await group.triggerGracefulShutdown()
            try await serving.value
            try result.get()
        }
    }

    @Test(arguments: [true, false]) func whoSpeaksTLSMaySpeakHTTP2(_ offersHTTP2: Bool) async throws {
        try await Self.encrypted(offersHTTP2: offersHTTP2) { url, served, client in
            func ask(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> (HTTPClientResponse, String) {
                var request = HTTPClientRequest(url: url + path)
                request.method = method
                request.headers.add(name: "authorization", value: "Bearer \(served.admin)")
                if let body {
                    request.body = .bytes(ByteBuffer(string: body))
                    request.headers.add(name: "content-type", value: "application/json")
                    request.headers.add(name: "prefer", value: "wait=30")
                }
                let response = try await client.execute(request, timeout: .seconds(60))
                return (response, String(buffer: try await response.body.collect(upTo: 1 << 20)))
            }
            let (made, text) = try await ask(.POST, "/v1/leads", #"{"leadId":"two-1","country":"IT"}"#)
            #expect(made.status == .ok && made.version == (offersHTTP2 ? .http2 : .http1_1), "\(text)")
            // Many at once over one connection, and a refusal before the body was read.
            try await withThrowingTaskGroup(of: UInt.self) { group in
                for _ in 0..<150 { group.addTask { try await ask(.GET, "/v1/leads/two-1").0.status.code } }
                for try await status in group { #expect(status == 200) }
            }
            let (refused, problem) = try await ask(.POST, "/v1/leads", "[")
            #expect(refused.status.code == 422 && refused.headers.first(name: "connection") == nil || !offersHTTP2, "\(problem)")
            var unknown = HTTPClientRequest(url: url + "/v1/leads")
            unknown.method = .POST
            unknown.headers.add(name: "content-type", value: "application/json")
            unknown.body = .bytes(ByteBuffer(string: String(repeating: " ", count: 500_000)))
            #expect(try await client.execute(unknown, timeout: .seconds(60)).status.code == 401)
            // A stream is told of what is decided, and ends with the right.
            let key = try served.key(.manager)
            var feed = HTTPClientRequest(url: url + "/v1/feed")
            feed.headers.add(name: "authorization", value: "Bearer \(key)")
            let stream = try await client.execute(feed, timeout: .seconds(60))
            #expect(stream.status == .ok)
            var isOpen = false
            for try await _ in stream.body where !isOpen {
                isOpen = true
                _ = try served.access.revoke(key.id, program: ServedFolder.program)
            }
            let (after, _) = try await ask(.GET, "/healthz")
            #expect(after.status == .ok && isOpen)
        }
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
