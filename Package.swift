// swift-tools-version:6.2
import PackageDescription

/// Every target of ours is held to the same settings; a warning stops the build.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let collections = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

// Targets stand in dependency order, the pure core first.
let package = Package(
    name: "leadline",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "leadline", targets: ["LeadlineCLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .target(name: "LeadlineCore", dependencies: [collections, deque], swiftSettings: strict),
        .target(name: "TextFormats", dependencies: ["LeadlineCore"], swiftSettings: strict),
        .target(name: "LeadlineSchemas", dependencies: ["LeadlineCore", protobuf], swiftSettings: strict),
        .target(name: "Journal", dependencies: [grdb, sqlite, crypto], swiftSettings: strict),
        .target(name: "Vault", dependencies: [grdb, crypto], swiftSettings: strict),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "Engine",
            dependencies: [
                "CZlib", "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", grdb, crypto, protobuf, logging, metrics,
            ],
            swiftSettings: strict),
        .target(name: "Metering", dependencies: [coreMetrics, nio, nioPosix, nioHTTP1], swiftSettings: strict),
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .target(
            name: "KafkaTransport",
            dependencies: [
                "CRdKafka", "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", deque, grdb, crypto, protobuf, logging,
                metrics,
            ],
            swiftSettings: strict),
        .target(
            name: "Audit",
            dependencies: ["CZlib", "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", grdb, crypto, protobuf],
            resources: [.embedInCode("Archive/Schemas")], swiftSettings: strict),
        .target(name: "Evaluation", dependencies: ["LeadlineCore", "TextFormats"], swiftSettings: strict),
        .target(
            name: "Reports", dependencies: ["LeadlineCore", "TextFormats", "LeadlineSchemas", "Engine", "Audit", "Evaluation"],
            resources: [.embedInCode("Dossier/Languages"), .embedInCode("Import/Ready")], swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                collections, "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", "KafkaTransport", "Evaluation", logging, protobuf, grdb,
            ],
            resources: [.embedInCode("EMEA")], swiftSettings: strict),
        .target(
            name: "UseCases",
            dependencies: [
                "LeadlineCore", "LeadlineSchemas", "Journal", "Vault", "Engine", "KafkaTransport", "Audit", "Evaluation", "Reports",
                grdb, protobuf, yams,
            ],
            swiftSettings: strict),
        .target(
            name: "Dashboard", dependencies: ["LeadlineCore", "Reports", crypto],
            resources: [.embedInCode("Texts"), .embedInCode("Assets")], swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", "Audit", "Evaluation", "Reports", "UseCases", "Dashboard", crypto,
                grdb, protobuf, logging, metrics, lifecycle, nio, nioPosix, hummingbird, hummingbirdCore, hummingbirdTLS, hummingbirdHTTP2, httpTypes,
                nioHTTPTypes, nioHTTP1, nioSSL, nioTLS, asyncHTTPClient, jwt, yams, deque, tracing,
            ],
            resources: [.embedInCode("Operations/Messages")], swiftSettings: strict),
        .executableTarget(
            name: "LeadlineCLI",
            dependencies: [
                "LeadlineCore", "TextFormats", "LeadlineSchemas", "Engine", "KafkaTransport", "Audit", "Evaluation", "Reports", "UseCases",
                "Gateway", "Metering", "Simulation", arguments, yams, logging, lifecycle, protobuf,
            ],
            swiftSettings: strict),
        // What the gateway's speed is held against.
        .executableTarget(
            name: "bare-route", dependencies: [hummingbird, logging, nio], path: "deploy/checks/bare-route",
            swiftSettings: strict),
        // What tests start beside themselves.
        .target(name: "ChildPrograms", path: "Tests/ChildPrograms", swiftSettings: strict),
        .testTarget(name: "LeadlineCoreTests", dependencies: ["LeadlineCore"], swiftSettings: strict),
        .testTarget(name: "TextFormatsTests", dependencies: ["LeadlineCore", "TextFormats"], swiftSettings: strict),
        .testTarget(name: "LeadlineSchemasTests", dependencies: ["ChildPrograms", "LeadlineCore", "LeadlineSchemas", protobuf], swiftSettings: strict),
        .testTarget(
            name: "JournalTests", dependencies: ["ChildPrograms", "Journal", grdb, crypto], exclude: ["Independent/proofs.py", "Independent/verify.py"], swiftSettings: strict),
        .testTarget(name: "VaultTests", dependencies: ["Vault", grdb, crypto], swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "CZlib", "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", "Metering", "Simulation", grdb, crypto,
                protobuf, logging,
            ],
            swiftSettings: strict),
        .testTarget(name: "MeteringTests", dependencies: ["Metering", coreMetrics], swiftSettings: strict),
        .testTarget(
            name: "KafkaTransportTests",
            dependencies: [
                "CRdKafka", "ChildPrograms", "LeadlineCore", "LeadlineSchemas", "Journal", "Vault", "Engine", "KafkaTransport", "Simulation", grdb, crypto,
                protobuf, logging, metrics,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AuditTests",
            dependencies: ["LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", "Audit", "Reports", grdb, protobuf],
            swiftSettings: strict),
        .testTarget(name: "EvaluationTests", dependencies: ["LeadlineCore", "TextFormats", "Evaluation"], swiftSettings: strict),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "LeadlineCore", "TextFormats", "LeadlineSchemas", "Engine", "Journal", "Vault", "Audit", "Evaluation", "Reports", protobuf,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["LeadlineCore", "LeadlineSchemas", "Journal", "Vault", "Engine", "Audit", "Evaluation", "Simulation", grdb, yams],
            swiftSettings: strict),
        .testTarget(
            name: "UseCasesTests",
            dependencies: ["LeadlineCore", "LeadlineSchemas", "Journal", "Vault", "Engine", "Audit", "Evaluation", "Reports", "UseCases", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "DashboardTests", dependencies: ["LeadlineCore", "LeadlineSchemas", "Reports", "Dashboard"], swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "LeadlineCore", "TextFormats", "LeadlineSchemas", "Journal", "Vault", "Engine", "Audit", "UseCases", "Metering", "Gateway", crypto, logging, nio, nioPosix, nioHTTP1,
                lifecycle, httpTypes, hummingbird, hummingbirdCore, hummingbirdTLS, nioSSL, asyncHTTPClient, cryptoExtras, yams, grdb,
                tracing,
            ],
            swiftSettings: strict),
        .testTarget(name: "LeadlineCLITests", dependencies: ["ChildPrograms", "LeadlineCLI", "Reports", arguments], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
