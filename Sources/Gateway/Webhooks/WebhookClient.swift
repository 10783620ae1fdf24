import AsyncHTTPClient
import Engine
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Sends one message at a time to one endpoint. Before every try its name is looked up anew and every address of it
/// screened; the connection goes to a screened address itself, under the name for certificate and Host. Redirects are
/// not followed, and of an answer no more than its beginning is read.
struct WebhookClient {
    /// Bytes of an answer that are read, so that the connection serves again.
    private static let answerBytesMax = 16_384
    /// Time for them, once the status is there.
    private static let answerMax = Duration.seconds(1)

    private struct Pinned {
        var host: String
        var address: NetworkAddress
        var client: HTTPClient
    }

    private let settings: WebhookSettings
    private let time: any PassingTime
    private var pinned: Pinned?
    private var tries = 0

    init(_ settings: WebhookSettings, _ time: any PassingTime) {
        self.settings = settings
        self.time = time
    }

    /// Sends a message and says what came of it.
    /// - Throws: `CancellationError` if it was called off, in which case nothing is known.
    mutating func post(
        _ body: [UInt8], _ headers: [(String, String)], to target: WebhookTarget
    ) async throws -> WebhookOutcome {
        let started = time.elapsed()
        let addresses: [NetworkAddress]
        do {
            let lookUp = settings.lookUp
            let host = target.host
            addresses = try await within(settings.tryMax) { try await lookUp(host) }
        } catch is TooLong { return WebhookOutcome(.timedOut) } catch is CancellationError {
            throw CancellationError()
        } catch { return WebhookOutcome(.unresolved) }
        guard !addresses.isEmpty else { return WebhookOutcome(.unresolved) }
        let allowsLoopback = settings.allowsLoopback
        guard addresses.allSatisfy({ target.mayConnect(to: $0, allowsLoopback: allowsLoopback) }) else {
            return WebhookOutcome(.forbiddenAddress)
        }
        // Where one address does not answer, the next try takes the next.
        let address = addresses[tries % addresses.count]
        let client = try await client(for: target.host, at: address)
        let outcome = try await send(
            Self.request(body, headers, target), by: client, within: settings.tryMax - (time.elapsed() - started))
        if !outcome.isDelivered { tries += 1 }
        return outcome
    }

    private static func request(
        _ body: [UInt8], _ headers: [(String, String)], _ target: WebhookTarget
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    private func send(
        _ request: HTTPClientRequest, by client: HTTPClient, within limit: Duration
    ) async throws -> WebhookOutcome {
        do {
            let response = try await within(limit) { try await client.execute(request, timeout: .seconds(60)) }
            // What else it says is nobody's business. Read, it leaves the connection free; otherwise that is closed.
            do { try await within(Self.answerMax) { _ = try await response.body.collect(upTo: Self.answerBytesMax) } }
            catch { try Task.checkCancellation() }
            return Self.outcome(of: response)
        } catch is TooLong { return WebhookOutcome(.timedOut) } catch let error as HTTPClientError {
            try Task.checkCancellation()
            let isLate = error == .connectTimeout || error == .readTimeout || error == .deadlineExceeded
            return WebhookOutcome(isLate ? .timedOut : .unreachable)
        } catch {
            try Task.checkCancellation()
            return WebhookOutcome(error is NIOSSLError || error is NIOSSLExtraError ? .untrusted : .unreachable)
        }
    }

    private static func outcome(of response: HTTPClientResponse) -> WebhookOutcome {
        let status = Int(response.status.code)
        if (200..<300).contains(status) { return WebhookOutcome(.delivered, status: status) }
        let asked = response.headers.first(name: "retry-after").flatMap { Int64($0) }
        return WebhookOutcome(.refused, status: status, retryAfterSeconds: asked.map { max($0, 0) })
    }

    // MARK: Connections

    /// A client that goes to this address alone under this name.
    private mutating func client(for host: String, at address: NetworkAddress) async throws -> HTTPClient {
        if let pinned, pinned.host == host, pinned.address == address { return pinned.client }
        await close()
        var configuration = HTTPClient.Configuration()
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = settings.trustRoots
        configuration.tlsConfiguration = tls
        configuration.dnsOverride = [host: address.text]
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        let client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        pinned = Pinned(host: host, address: address, client: client)
        return client
    }

    /// Closes what is open; afterwards it can be used again.
    mutating func close() async {
        guard let open = pinned else { return }
        pinned = nil
        // A client that could not be shut down has nothing open any more.
        do { try await open.client.shutdown() } catch {}
    }

    // MARK: Time

    private struct TooLong: Error {}

    private func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let time = time
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await time.sleep(for: limit)
                throw TooLong()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw TooLong() }
            return first
        }
    }
}
