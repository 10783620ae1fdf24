import AsyncHTTPClient
import Engine
import Foundation
import Gateway
import LeadlineCore
import LeadlineSchemas
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import UseCases

/// A data folder with two programs and a real server on it, on a free port of 127.0.0.1; gone with the test.
struct ServedFolder: Sendable {
    /// An answer, read whole.
    struct Reply: Sendable, Equatable {
        var status: Int
        var headers: [String: String]
        var text: String

        /// Without what differs from one answer to the next by its nature.
        var comparable: Reply {
            var reply = self
            for name in ["x-request-id", "date", "ratelimit", "ratelimit-policy"] { reply.headers[name] = nil }
            return reply
        }
        /// The body as a JSON object; empty for anything else.
        var json: [String: Any] {
            do { return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:] } catch { return [:] }
        }
    }

    static let program = "acme"
    static let foreign = "other"

    let folder: DataFolder
    let access: AccessFile
    let port: Int
    /// An admin's key of the program.
    let admin: KeyToken
    let services: GatewayServices
    private let deciding: DecidingSwitch

    /// What programs are read from: the folder of the processor, or what stands for a copy that is followed.
    enum Source {
        case processor
        /// - Parameter standing: how far the copy is behind.
        case copy(standing: @Sendable () -> CopyStanding?)
    }

    /// Serves while `body` runs, with a policy and three partners.
    static func serving(
        _ change: (inout GatewayServer.Settings) -> Void = { _ in }, webhooks: WebhookSettings = WebhookSettings(),
        signIn: SignInSettings = SignInSettings(), clock: (any WallClock)? = nil, sends: Bool = true, tracesTo traces: SpanExport.Destination? = nil,
        from source: Source = .processor, explanationPatience: Duration? = nil, _ body: @Sendable (ServedFolder) async throws -> Void
    ) async throws {
        await Places.shared.take()
        defer { Places.shared.giveBack() }
        let root = NSTemporaryDirectory() + "leadline-test-\(UUID().uuidString)"
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        var request = FoundingRequest(path: root + "/data", program: program, currency: "EUR")
        request.masterKeyFile = root + "/master.key"
        request.keySeed = "test"
        _ = try await Founding.found(request, cluster: nil, asker: Asker(actor: "tester"))
        var folder = try DataFolder(path: root + "/data")
        if let clock { folder.machine.clock = clock }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let export = try traces.map { try SpanExport($0, webhooks, folder.machine, logger: logger) }
        let runtime = try Runtime(folder, Processor(folder, traced: export?.deciding), logger: logger)
        let access = try AccessFile(folder)
        var services: GatewayServices
        var copies: FollowedCopies?
        switch source {
        case .processor:
            services = try GatewayServices.embedded(folder, runtime, access: access, webhooks: webhooks, signIn: signIn, logger: logger)
        case .copy(let standing):
            let processor = runtime.processor
            let made = try FollowedCopies([ReadingPlace(folder)], commits: processor.commits, fates: processor.fates) { _ in 0 }
            services = try GatewayServices.following(
                folder, made, sink: EmbeddedRecordSink(folder), access: access, webhooks: webhooks, logger: logger,
                standing: standing)
            copies = made
        }
        services.traces = export
        // However slow the machine is, a test's page says why.
        services.explanationPatience = explanationPatience
        var settings = GatewayServer.Settings()
        settings.port = 0
        settings.quotaFactor = 10_000
        change(&settings)
        let (ports, ready) = AsyncStream<Int>.makeStream()
        let server = try GatewayServer(services, settings) { ready.yield($0) }
        let deciding = DecidingSwitch()
        let group = ServiceGroup(
            services: [Deciding(runtime: runtime, isOn: deciding)] + (copies.map { [Keeping(copies: $0)] } ?? []) + (sends ? [WebhookSender(services), TaskPushSender(services)] : []) + [server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port: Int?
            for await one in ports {
                port = one
                break
            }
            let admin = try access.create(GrantRequest(program: program, role: .admin, sources: ["*"])).token
            let served = ServedFolder(folder: folder, access: access, port: port ?? 0, admin: admin, services: services, deciding: deciding)
            do {
                try await served.prepare()
                try await body(served)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// From here on nothing is decided, and whoever waits for a decision waits on.
    func stopDeciding() { deciding.off() }

    private struct Deciding: Service {
        let runtime: Runtime<EmbeddedLog>
        let isOn: DecidingSwitch

        func run() async throws {
            do {
                try await cancelWhenGracefulShutdown {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await runtime.run { _ in } }
                        group.addTask { await isOn.untilOff() }
                        defer { group.cancelAll() }
                        try await group.next()
                    }
                    try await gracefulShutdown()
                }
            } catch is CancellationError {}
        }
    }

    /// Whether the folder's processor decides.
    private final class DecidingSwitch: Sendable {
        private let (stream, continuation) = AsyncStream<Void>.makeStream()
        func off() { continuation.finish() }
        func untilOff() async { for await _ in stream {} }
    }

    private struct Keeping: Service {
        let copies: FollowedCopies
        func run() async throws {
            do { try await cancelWhenGracefulShutdown { try await copies.run() } } catch is CancellationError {}
        }
    }

    /// A policy, partners, and the second program with a lead of its own.
    private func prepare() async throws {
        let policy = #"{"attemptsMax":3,"priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7}"#
        for key in [admin, try foreignAdmin()] {
            if key != admin {
                let registered = #"{"specversion":"1.0","id":"r1","source":"/test","type":"leadline.v1.ProgramRegistered","data":{"name":"other","currency":"EUR"}}"#
                try await expect(202, ask(.POST, "/v1/events", key, registered, ["content-type": "application/cloudevents+json"]))
            }
            try await expect(200, settled(.PUT, "/v1/policy", key, policy))
            for partner in ["p-one", "p-two", "p-three"] {
                let profile = #"{"countries":["IT"],"capacity":{"openLeadsMax":50},"name":"Name of \#(partner)"}"#
                try await expect(200, settled(.PUT, "/v1/partners/\(partner)", key, profile))
            }
        }
        try await expect(200, settled(.POST, "/v1/leads", try foreignAdmin(), #"{"leadId":"foreign-1","country":"IT"}"#))
    }

    private func expect(_ status: Int, _ reply: Reply) throws {
        guard reply.status == status else { throw Unexpected(reply: reply) }
    }

    struct Unexpected: Error { let reply: Reply }

    // MARK: Asking

    /// A key of a role in the program.
    func key(
        _ role: Role, partner: String? = nil, sources: [String] = [], scopes: Set<Scope>? = nil, principal: String? = nil
    ) throws -> KeyToken {
        try access.create(
            GrantRequest(
                program: Self.program, role: role, scopes: scopes, partner: partner ?? (role.isPartner ? "p-one" : nil),
                sources: sources, principal: principal)
        ).token
    }

    /// A key of an admin of the second program.
    func foreignAdmin() throws -> KeyToken {
        try access.create(GrantRequest(program: Self.foreign, role: .admin, sources: ["*"])).token
    }

    func request(
        _ method: HTTPMethodName, _ path: String, _ key: (any Bearer)?, _ body: String? = nil, _ headers: [String: String] = [:]
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(rawValue: method.rawValue)
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key.text)") }
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            if headers["content-type"] == nil { request.headers.add(name: "content-type", value: "application/json") }
        }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return request
    }

    func ask(
        _ method: HTTPMethodName, _ path: String, _ key: (any Bearer)?, _ body: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> Reply {
        let response = try await HTTPClient.shared.execute(
            request(method, path, key, body, headers), timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 16_777_216)
        return Reply(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" },
            text: String(buffer: bytes))
    }

    /// Submits a lead and waits for its decision.
    @discardableResult
    func submit(_ lead: String, _ key: (any Bearer)? = nil) async throws -> Reply {
        try await settled(
            .POST, "/v1/leads", key ?? admin,
            #"{"leadId":"\#(lead)","country":"IT","contact":{"givenName":"Marta","email":"\#(lead)@officine.example"}}"#)
    }

    /// Asks for a change and waits until it is decided, however busy the machine is: asking again changes nothing.
    private func settled(_ method: HTTPMethodName, _ path: String, _ key: any Bearer, _ body: String) async throws -> Reply {
        let headers = ["prefer": "wait=20", "idempotency-key": UUID().uuidString]
        var reply = try await ask(method, path, key, body, headers)
        while reply.status == 202 { reply = try await ask(method, path, key, body, headers) }
        return reply
    }

    /// Publishes a policy under which claims are taken.
    func allowClaims() async throws {
        let policy = #"{"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"claims":{"protectedDays":30}}"#
        try await expect(200, settled(.PUT, "/v1/policy", admin, policy))
    }

    /// Who holds a lead now.
    func holder(_ lead: String) async throws -> String {
        let reply = try await ask(.GET, "/v1/leads/\(lead)", admin)
        return (reply.json["lead"] as? [String: Any])?["partner"] as? String ?? ""
    }
}

/// Methods by name, so that no other module's are needed.
enum HTTPMethodName: String, Sendable { case GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE, QUERY }

/// What a caller is known by.
protocol Bearer: Sendable { var text: String { get } }
extension KeyToken: Bearer { var text: String { description } }
/// An access token.
struct JWT: Bearer { var text: String }

/// The time of day, set by hand.
final class MovedClock: WallClock {
    private let ahead = Mutex<Int64>(0)
    func now() -> Timestamp { SystemClock().now().adding(micros: ahead.withLock { $0 }) }
    func move(seconds: Int64) { ahead.withLock { $0 += seconds * 1_000_000 } }
}

/// Passing time, moved by hand; nothing in it waits.
final class MovedTime: PassingTime {
    private let passed = Mutex(Duration.zero)
    func elapsed() -> Duration { passed.withLock { $0 } }
    func move(_ duration: Duration) { passed.withLock { $0 += duration } }
    func sleep(for duration: Duration) async throws { try await SystemTime().sleep(for: duration) }
}
