import ArgumentParser
import Engine
import Gateway
import KafkaTransport
import Logging
import ServiceLifecycle
import UseCases

/// Gateway and processor in one process.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Process what comes, and take it in and tell of it over HTTP.",
        discussion: """
            Does what 'leadline run' does on the data folder's own log, and serves HTTP beside it: leads in, decisions \
            and their reasons out, a live feed and webhooks. The first start makes an admin's key and prints it, once; \
            'leadline access create' makes others. GET /openapi.json says what there is.

            With --kafka it is an instance as 'leadline run' makes one, with HTTP beside it; with --no-processor as well \
            it serves HTTP alone. It then serves every program of the cluster, whichever instance decides for it, from a \
            copy of the journal topic in the data folder, which it follows. One gateway at a time sends the webhooks; \
            where it ends, another goes on.

            It speaks plain HTTP on this machine alone. For others give it a certificate, or put a proxy in front and \
            say --allow-plain-http, and --public-url for where others reach it. SIGTERM and SIGINT stop it: requests \
            under way are answered, then the processor ends between two batches.

            Beside keys it takes access tokens of an issuer, whose name, keys and claims the file of --oauth says; \
            with --public-url people sign in there, too. A session in a browser ends when nothing is asked under it \
            for a while, and after some hours in any case.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var instance: InstanceOptions

    @Flag(help: "Kafka: serve HTTP alone, and leave deciding to other instances.")
    var noProcessor = false

    @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Port to listen on; 0 takes a free one and prints it.", valueName: "port"))
    var port = 8_080

    @Option(help: ArgumentHelp("TLS: the certificate and its chain, PEM.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("TLS: the certificate's key, PEM.", valueName: "file"))
    var tlsKey: String?

    @Flag(name: .customLong("no-http2"), help: "TLS: do not offer HTTP/2.")
    var refusesHTTP2 = false

    @Flag(help: "Speak plain HTTP to other machines too: for a proxy in front that speaks TLS.")
    var allowPlainHttp = false

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp("Where others reach it, e.g. https://leads.acme.example.", valueName: "url"))
    var publicURL: String?

    @Option(help: ArgumentHelp("Take access tokens of the issuer that this file names; YAML.", valueName: "file"))
    var oauth: String?

    @Option(help: ArgumentHelp("End a session after so long without a request.", valueName: "minutes"))
    var sessionIdleMinutes = 30

    @Option(help: ArgumentHelp("End a session after so long in any case.", valueName: "hours"))
    var sessionHours = 12

    @Option(
        help: ArgumentHelp("Multiplies how often a caller may ask; 1 is 1200 reads a minute.", valueName: "factor"))
    var quotaFactor = 1.0

    @Flag(
        name: .customLong("webhooks-to-loopback"),
        help: "Let webhooks, and calls of the issuer, go to this machine too, over plain HTTP: for trying out.")
    var webhooksToLoopback = false

    @OptionGroup var traces: TracesOptions

    @Option(help: ArgumentHelp("Serve GET /metrics for Prometheus on this port of 127.0.0.1.", valueName: "port"))
    var metricsPort: Int?

    @Option(help: ArgumentHelp("Most records in one batch, that is, in one commit.", valueName: "count"))
    var batchMax = 1_000

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
        if !(0.01...10_000).contains(quotaFactor) {
            throw ValidationError("--quota-factor must be from 0.01 to 10000")
        }
        if noProcessor && kafka.bootstrap == nil {
            throw ValidationError("--no-processor needs --kafka: without a broker nobody else decides")
        }
        if batchMax < 1 || batchMax > 1_000_000 { throw ValidationError("--batch-max must be from 1 to 1000000") }
        if let publicURL, PublicURL(publicURL) == nil {
            throw ValidationError(
                "--public-url must be https://, a host and perhaps a port; http:// for this machine alone")
        }
        if !(1...1_440).contains(sessionIdleMinutes) {
            throw ValidationError("--session-idle-minutes must be from 1 to 1440")
        }
        if !(1...720).contains(sessionHours) { throw ValidationError("--session-hours must be from 1 to 720") }
        if let metricsPort, !(1...65_535).contains(metricsPort) {
            throw ValidationError("--metrics-port must be from 1 to 65535")
        }
    }

    func run() async throws {
        let deployment = try data.whole()
        var logger = Logger(label: "leadline", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = quiet ? .error : .info
        // Before anything measures: what was made earlier would measure for nobody.
        let endpoint = try await MetricsOptions.serve(on: metricsPort, logger)
        if let settings = try instance.settings(kafka, logger) {
            try await serve(deployment, on: settings, logger)
        } else {
            try await serve(deployment, logger)
        }
        logger.info("stopped")
        try await MetricsOptions.stop(endpoint)
    }

    /// On the data folder's own log.
    private func serve(_ deployment: Deployment, _ logger: Logger) async throws {
        let folder = deployment.folder
        let spans = try traces.export(folder, as: webhookSettings, logger)
        let runtime = try EmbeddedRuntime.make(folder, batchMax: batchMax, traces: spans, logger)
        let access = try AccessFile(folder)
        var services = try GatewayServices.embedded(
            folder, runtime, access: access, webhooks: webhookSettings, signIn: try signIn(),
            logger: logger)
        services.traces = spans
        let first = try access.isEmpty() ? access.create(Self.bootstrap(deployment.program)).token : nil
        let processor = GracefulStop.Work {
            try await runtime.run { report in
                if report.entries + report.rejections > 0 {
                    logger.debug("batch", metadata: ["entries": "\(report.entries)"])
                }
            }
        }
        let gateway = try server(services, deployment.program, first, logger)
        let exporting: [any Service] = spans.map { [$0] } ?? []
        try await GracefulStop.run(within: Self.stopPatience, exporting + [processor, WebhookSender(services), TaskPushSender(services), gateway])
    }

    /// On a cluster. HTTP is served once the copy of the journal is there.
    private func serve(_ deployment: Deployment, on cluster: KafkaSettings, _ logger: Logger) async throws {
        let root = deployment.root
        guard var gateway = try await ClusterGateway.open(
            root, cluster, webhooks: webhookSettings, signIn: try signIn(), logger)
        else { return }
        let spans = try traces.export(root, as: webhookSettings, logger)
        gateway.services.traces = spans
        let first = try await gateway.firstKey(Self.bootstrap(deployment.program))
        var services = gateway.work
        if let spans { services.insert(spans, at: 0) }
        if !noProcessor { services.insert(processor(root, cluster, spans, logger), at: 0) }
        services.append(
            gateway.onceFollowed(try server(gateway.services, deployment.program, first, logger)))
        try await GracefulStop.run(within: Self.stopPatience, services)
    }

    private func processor(
        _ root: DataFolder, _ cluster: KafkaSettings, _ spans: SpanExport?, _ logger: Logger
    ) -> GracefulStop.Work {
        GracefulStop.Work { [instance, batchMax] in
            let member = try await instance.make(
                root, cluster, batchMax: batchMax, logger, traced: spans?.deciding
            ) { partition, report in
                if report.entries + report.rejections > 0 {
                    logger.debug("batch", metadata: ["partition": "\(partition)", "entries": "\(report.entries)"])
                }
            }
            try await member.run()
        }
    }

    private func server(
        _ services: GatewayServices, _ program: String, _ first: KeyToken?, _ logger: Logger
    ) throws -> GatewayServer {
        let scheme = tlsCertificate == nil ? "http" : "https"
        return try GatewayServer(services, settings) { [host, logger] port in
            let address = "\(scheme)://\(host):\(port)"
            logger.info("serving", metadata: ["address": "\(address)", "program": "\(program)"])
            Self.greet(address, program, first)
        }
    }

    /// However long clients and brokers take, stopping takes no longer.
    private static let stopPatience = Duration.seconds(20)

    private var webhookSettings: WebhookSettings {
        var settings = WebhookSettings()
        settings.allowsLoopback = webhooksToLoopback
        return settings
    }

    private func signIn() throws -> SignInSettings {
        var signIn = SignInSettings()
        signIn.publicURL = publicURL.flatMap { PublicURL($0) }
        signIn.isEncrypted = tlsCertificate != nil
        signIn.sessions.idleMicros = Int64(sessionIdleMinutes) * 60_000_000
        signIn.sessions.wholeMicros = Int64(sessionHours) * 3_600_000_000
        if let oauth { signIn.oauth = try OAuthSettings(YAMLFile(oauth).root, name: oauth) }
        return signIn
    }

    private var settings: GatewayServer.Settings {
        var settings = GatewayServer.Settings()
        settings.host = host
        settings.port = port
        settings.certificateFile = tlsCertificate
        settings.keyFile = tlsKey
        settings.allowsPlain = allowPlainHttp
        settings.offersHTTP2 = !refusesHTTP2
        settings.quotaFactor = quotaFactor
        return settings
    }

    private static func bootstrap(_ program: String) -> GrantRequest {
        GrantRequest(program: program, role: .admin, sources: ["*"], label: "first start")
    }

    /// Where to go next; on the first start with the key, which is shown this once.
    private static func greet(_ address: String, _ program: String, _ token: KeyToken?) {
        Terminal.line("Serving \(program) at \(address)")
        guard let token else { return }
        Terminal.line("")
        Terminal.line("The admin's key, shown this once and kept nowhere:")
        Terminal.line("  \(token)")
        Terminal.line("")
        Terminal.line("Try it:")
        Terminal.line("  curl -H 'Authorization: Bearer \(token)' \(address)/v1/me")
        Terminal.line("Make keys for others with 'leadline access create'; \(address)/openapi.json says what there is.")
    }
}
