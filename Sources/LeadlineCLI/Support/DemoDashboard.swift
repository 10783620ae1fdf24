import Engine
import Foundation
import Gateway
import Logging
import ServiceLifecycle
import Simulation
import UseCases

/// The demo in a browser: the example's network at work, and the dashboard beside it, until it is stopped.
struct DemoDashboard {
    let scenario: Scenario
    let folder: DataFolder
    let port: Int
    let leadsPerMinute: Int
    /// Nil: until a signal.
    let stopAfter: Duration?

    /// As whom it can be looked at. The first sees all of the tour.
    private static let people = [Role.admin, .manager, .partnerLead, .auditor]

    /// Serves, and has leads come in meanwhile.
    /// - Parameter opens: told of the address once somebody can look at it.
    func run(opens: @escaping @Sendable (_ address: String) -> Void) async throws {
        let logger = Logger(label: "leadline.demo") { _ in SwiftLogNoOpLogHandler() }
        let runtime = try EmbeddedRuntime.make(folder, batchMax: 1_000, logger)
        let access = try AccessFile(folder)
        var signIn = SignInSettings()
        signIn.demo = DemoSignIn(
            people: try Self.people.map { try entrance($0, access) }, lead: scenario.leadID)
        let services = try GatewayServices.embedded(folder, runtime, access: access, signIn: signIn, logger: logger)
        var settings = GatewayServer.Settings()
        settings.port = port
        let server = try GatewayServer(services, settings) { opens("http://127.0.0.1:\($0)/app") }
        let processor = GracefulStop.Work { try await runtime.run { _ in } }
        let play = NetworkPlay(folder, runtime.processor, program: scenario.program)
        let network = GracefulStop.Work { [scenario, leadsPerMinute, stopAfter] in
            try await play.run(scenario, leadsPerMinute: leadsPerMinute, for: stopAfter)
        }
        try await GracefulStop.run(within: .seconds(20), [processor, network, WebhookSender(services), server])
    }

    private func entrance(_ role: Role, _ access: AccessFile) throws -> DemoSignIn.Entrance {
        let partner = role == .partnerLead ? Self.partner : nil
        let key = try access.create(
            GrantRequest(
                program: scenario.program, role: role, partner: partner, sources: role == .admin ? ["*"] : [],
                label: "demo", days: 1))
        return DemoSignIn.Entrance(role, partner: partner, key: key.token)
    }

    /// The partner whose view is offered: the story's lead comes to it first.
    private static let partner = "alfa-industria"
}

/// A browser for whoever sits at this machine.
enum Browser {
    /// True if an address that is printed can be expected to be looked at: somebody sits at a terminal, or a desktop is
    /// there that can open it.
    static var isThere: Bool { isatty(STDOUT_FILENO) == 1 || opener != nil }

    /// The program that opens an address here; nil where there is no desktop.
    private static var opener: String? {
        let environment = ProcessInfo.processInfo.environment
        #if os(macOS)
            return "/usr/bin/open"
        #else
            guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil else { return nil }
            return (environment["PATH"] ?? "").utf8.split(separator: UInt8(ascii: ":")).lazy
                .map { String(decoding: Array($0), as: UTF8.self) + "/xdg-open" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        #endif
    }

    /// Opens an address where that is possible. Where it is not, the printed one is there.
    static func open(_ address: String) {
        guard let opener else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: opener)
        process.arguments = [address]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { Terminal.say("the browser did not start: open \(address) yourself") }
    }
}
