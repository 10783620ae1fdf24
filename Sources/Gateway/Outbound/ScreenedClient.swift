import AsyncHTTPClient
import Engine
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// An HTTP client for addresses that somebody else names: one request at a time to one host. Before every try its name
/// is looked up anew and every address of it screened; the connection goes to a screened address itself, under the name
/// for certificate and Host. Redirects are not followed, and of an answer no more is read than is asked for.
struct ScreenedClient {
    enum Method { case get, post }

    /// What is sent; where to is said apart.
    struct Request {
        var method: Method
        var headers: [(String, String)]
        var body: [UInt8] = []
        /// Longest time, look-up and answer included, where that is less than the settings'.
        var tryMax: Duration?
    }

    /// What came back.
    struct Reply {
        var status: Int
        fileprivate var headers: HTTPHeaders
        /// Nil where it was longer than is read, or did not come in time.
        var body: [UInt8]?

        /// A header's first value.
        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    /// Why nothing came back.
    enum Failure: Error {
        /// The name stands for no address.
        case unresolved
        /// An address that nothing is sent to.
        case forbiddenAddress
        /// Not done in time.
        case timedOut
        /// No connection, or none that holds.
        case unreachable
        /// The certificate is not the name's.
        case untrusted
    }

    /// How an answer's body is read.
    struct Reading {
        var bytesMax: Int
        /// Time for it, once the status is there.
        var limit: Duration
    }

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

    /// Sends a request once.
    /// - Throws: `Failure`, or `CancellationError` if it was called off, in which case nothing is known.
    mutating func send(_ request: Request, to target: WebhookTarget, _ reading: Reading) async throws -> Reply {
        let started = time.elapsed()
        let tryMax = min(request.tryMax ?? settings.tryMax, settings.tryMax)
        let addresses: [NetworkAddress]
        do {
            let lookUp = settings.lookUp
            let host = target.host
            addresses = try await within(tryMax) { try await lookUp(host) }
        } catch is TooLong { throw Failure.timedOut } catch is CancellationError { throw CancellationError() } catch {
            throw Failure.unresolved
        }
        guard !addresses.isEmpty else { throw Failure.unresolved }
        let allowsLoopback = settings.allowsLoopback
        guard addresses.allSatisfy({ target.mayConnect(to: $0, allowsLoopback: allowsLoopback) }) else {
            throw Failure.forbiddenAddress
        }
        // Where one address does not answer, the next try takes the next.
        let address = addresses[tries % addresses.count]
        let client = try await client(for: target.host, at: address)
        tries += 1
        let reply = try await execute(
            Self.assembled(request, target), by: client, within: tryMax - (time.elapsed() - started), reading)
        if (200..<300).contains(reply.status) { tries -= 1 }
        return reply
    }

    private static func assembled(_ request: Request, _ target: WebhookTarget) -> HTTPClientRequest {
        var assembled = HTTPClientRequest(url: target.url)
        assembled.method = request.method == .get ? .GET : .POST
        for (name, value) in request.headers { assembled.headers.add(name: name, value: value) }
        if request.method == .post { assembled.body = .bytes(ByteBuffer(bytes: request.body)) }
        return assembled
    }

    private func execute(
        _ request: HTTPClientRequest, by client: HTTPClient, within limit: Duration, _ reading: Reading
    ) async throws -> Reply {
        do {
            let response = try await within(limit) { try await client.execute(request, timeout: .seconds(60)) }
            var reply = Reply(status: Int(response.status.code), headers: response.headers)
            // Read, it leaves the connection free; otherwise that is closed.
            do {
                reply.body = try await within(reading.limit) {
                    Array(buffer: try await response.body.collect(upTo: reading.bytesMax))
                }
            } catch { try Task.checkCancellation() }
            return reply
        } catch is TooLong { throw Failure.timedOut } catch let error as HTTPClientError {
            try Task.checkCancellation()
            let isLate = error == .connectTimeout || error == .readTimeout || error == .deadlineExceeded
            throw isLate ? Failure.timedOut : Failure.unreachable
        } catch {
            try Task.checkCancellation()
            throw error is NIOSSLError || error is NIOSSLExtraError ? Failure.untrusted : Failure.unreachable
        }
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

    /// Sends one request and closes what was opened for it.
    static func once(
        _ request: Request, to target: WebhookTarget, _ reading: Reading, _ settings: WebhookSettings,
        _ time: any PassingTime
    ) async throws -> Reply {
        var client = ScreenedClient(settings, time)
        let result: Result<Reply, any Error>
        do { result = .success(try await client.send(request, to: target, reading)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
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
