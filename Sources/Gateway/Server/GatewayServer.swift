import Engine
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle
import UseCases

/// The gateway's HTTP server, over the operation table.
public struct GatewayServer: Service {
    /// Where and how it listens.
    public struct Settings: Sendable {
        public var host = "127.0.0.1"
        /// 0 takes a free one.
        public var port = 8_080
        /// PEM files; with both it speaks TLS.
        public var certificateFile: String?
        public var keyFile: String?
        /// Lets plain HTTP be spoken to other machines, as behind a proxy that speaks TLS.
        public var allowsPlain = false
        /// Offers HTTP/2 to those that speak TLS.
        public var offersHTTP2 = true
        public var connection = ConnectionLimits()
        /// By what the callers' quotas are multiplied.
        public var quotaFactor = 1.0
        /// The usual ones.
        public init() {}

        /// True if nobody beyond this machine reaches it.
        var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
    }

    private let services: GatewayServices
    private let settings: Settings
    private let tls: TLSConfiguration?
    private let onReady: @Sendable (_ port: Int) async -> Void

    /// A server on a gateway's ports.
    /// - Parameter onReady: told of the port once it listens.
    /// - Throws: `Problem` for settings that would speak in clear to other machines, and for TLS files that are none.
    public init(
        _ services: GatewayServices, _ settings: Settings,
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws(Problem) {
        self.services = services
        self.settings = settings
        self.onReady = onReady
        tls = try Self.tls(settings)
        if services.signIn.demo != nil && !settings.isLocal {
            throw Problem(
                .invalid, "a demonstration lets people in without a key", at: settings.host,
                remedy: "Serve it on 127.0.0.1 alone")
        }
        if tls == nil && !settings.isLocal && !settings.allowsPlain {
            throw Problem(
                .invalid, "keys would cross the network in clear", at: settings.host,
                remedy: "Give --tls-certificate and --tls-key, or --allow-plain-http behind a proxy that speaks TLS")
        }
    }

    private static func tls(_ settings: Settings) throws(Problem) -> TLSConfiguration? {
        guard let certificate = settings.certificateFile, let key = settings.keyFile else {
            if settings.certificateFile == nil && settings.keyFile == nil { return nil }
            throw Problem(.invalid, "TLS needs a certificate and its key", remedy: "Give both")
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw Problem(
                .invalid, "certificate and key cannot be used", at: certificate,
                remedy: "Both are PEM files of one pair")
        }
    }

    /// Listens until it is told to stop; requests under way are answered first.
    public func run() async throws {
        // What can't be read is told of before anything is served.
        try await services.oauth?.verifier.keys.prepare()
        // Whoever was erased while nobody served is gone before anybody asks.
        try await services.eraseAgentTasks()
        let limits = settings.connection
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.headerBytes
        decoder.maxHeaderListSize = limits.headerBytes
        decoder.maxHeaderFieldCount = 100
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits)], idleTimeout: limits.idle,
            httpDecoderConfiguration: decoder)
        let onReady = onReady
        let application = Application(
            router: Self.router(
                services, RateLimits(factor: settings.quotaFactor, services.folder.machine.passingTime),
                isLocal: settings.isLocal),
            server: Self.protocols(configuration, tls, settings),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: nil),
            onServerRunning: { await onReady($0.localAddress?.port ?? 0) }, logger: Self.quiet)
        // Ends with the server, whichever way that ends.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { [services] in await Self.sweep(services) }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
        try services.refusals.flush()
    }

    /// What is spoken: HTTP/1.1 in clear, and under TLS HTTP/2 as well, if the client offers it (ALPN). A connection of
    /// HTTP/2 has at most 100 streams and 16 KiB of fields a head, and ends after 200 resets in 30 s.
    private static func protocols(
        _ configuration: HTTP1Channel.Configuration, _ tls: TLSConfiguration?, _ settings: Settings
    ) -> HTTPServerBuilder {
        let (limits, counts, offersHTTP2) = (settings.connection, ConnectionCounts(), settings.offersHTTP2)
        return HTTPServerBuilder { responder in
            let plain = HTTP1Channel(responder: responder, configuration: configuration)
            guard let tls else { return GatedChannel(base: plain, limits: limits, counts: counts) }
            guard offersHTTP2 else {
                let encrypted = try TLSChannel(plain, tlsConfiguration: tls)
                return GatedChannel(base: encrypted, limits: limits, counts: counts)
            }
            let seconds = Duration.nanoseconds(limits.idle.nanoseconds)
            let both = try HTTP2UpgradeChannel(
                tlsConfiguration: tls,
                configuration: .init(
                    idleTimeout: seconds, gracefulCloseTimeout: .seconds(30), streamConfiguration: configuration),
                responder: responder)
            return GatedChannel(base: both, limits: limits, counts: counts)
        }
    }

    /// How often what is kept is looked through.
    private static let sweepInterval = Duration.seconds(1)

    /// Has expired results, and those of people who were erased, forgotten for as long as the server runs.
    private static func sweep(_ services: GatewayServices) async {
        while !Task.isCancelled {
            do {
                try await services.folder.machine.passingTime.sleep(for: sweepInterval)
                try services.refusals.flush()
                try await services.jobs.sweep(services)
                try await services.eraseAgentTasks()
                let (tasks, now) = (services.agentTasks, services.folder.now())
                try await services.readers.run { try tasks.forget(before: now) }
                let access = services.access
                try await services.readers.runLong {
                    try await access.forgetSessions()
                    try await access.forgetCharges()
                    try await access.forgetSpeakers()
                    try await access.forgetReviews()
                }
            } catch is CancellationError { return } catch {
                services.logger.error("results are not looked through", metadata: ["error": "\(type(of: error))"])
            }
        }
    }

    /// The server logs addresses and requests, which are nobody's business.
    private static let quiet = Logger(label: "leadline.http") { _ in SwiftLogNoOpLogHandler() }

    /// The table's routes.
    /// - Parameter isLocal: true if it listens on this machine alone.
    static func router(_ services: GatewayServices, _ limits: RateLimits, isLocal: Bool = false)
        -> Router<GatewayContext>
    {
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EdgeMiddleware(services: services))
        let front = Front(services: services, limits: limits, isLocal: isLocal)
        for operation in OperationTable.all + OperationTable.faces {
            let parameters = operation.pathParameters
            router.on(RouterPath(operation.path), method: operation.method) { request, context in
                try await front.answer(operation, parameters, request, context)
            }
        }
        return router
    }
}
