import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import Reports
import Simulation
import UseCases

/// Plays the example of `deploy/examples/emea`, which the program has with it, on the real engine, live.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show a small partner program at work, from the first lead to the explained decision.",
        discussion: """
            Makes a data folder, imports twelve months of a made-up program's deals, and lets leads come in. In a \
            browser it shows the dashboard with a tour, and the network at work until you stop it; the address is \
            printed. Its dates are moved on so that the past ends today, and partners have a minute to respond.

            With --terminal, and where there is neither a terminal nor a desktop, it tells the story of one lead \
            instead. The engine that decides, waits and routes again is the one of 'leadline run'; only its clock is \
            another: it starts when the story does and runs --speed times as fast as yours. Without a terminal the \
            running clock becomes a line a minute.

            Either way the journal is verified at the end. The data folder stays, so that explain, leads, consume and \
            verify can be tried on it. Its master key lies beside it, in DIR-keys.

            \(Outcome.note)
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("Data folder to make.", valueName: "dir"))
    var path = "demo-data"

    @Flag(name: .customLong("terminal"), help: "Tell the story of one lead here, without a browser.")
    var isInTerminal = false

    @Flag(name: .customLong("dashboard"), help: "Show the dashboard, though no browser is to be seen here.")
    var isInBrowser = false

    @Option(help: ArgumentHelp("Dashboard: port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 0

    @Option(help: ArgumentHelp("Dashboard: about so many leads come in.", valueName: "count"))
    var leadsPerMinute = 20

    @Option(help: ArgumentHelp("Dashboard: stop by itself after so long.", valueName: "seconds"))
    var stopAfter: Int?

    @Option(
        help: ArgumentHelp("Terminal: how many seconds of the story pass in one of yours; 1 is real time.", valueName: "factor"))
    var speed = 60

    @Flag(help: "Tell the story in the terminal, and skip the waiting altogether.")
    var noWait = false

    @Flag(help: "Replace a data folder that an earlier demo left.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Terminal: folder of another example, in the form of deploy/examples/emea.", valueName: "dir"))
    var example: String?

    func validate() throws {
        if !(1...3_600).contains(speed) { throw ValidationError("--speed must be from 1 to 3600") }
        if !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
        if !(1...600).contains(leadsPerMinute) {
            throw ValidationError("--leads-per-minute must be from 1 to 600")
        }
        if let stopAfter, !(1...86_400).contains(stopAfter) {
            throw ValidationError("--stop-after must be from 1 to 86400")
        }
        if isInBrowser && (isInTerminal || noWait || example != nil) {
            throw ValidationError("--dashboard goes with none of --terminal, --no-wait and --example")
        }
    }

    /// The story is told where nobody would look at a page, and where it is asked for.
    private var tellsStory: Bool {
        !isInBrowser && (isInTerminal || noWait || example != nil || !Browser.isThere)
    }

    func run() async throws {
        if tellsStory { try await tellStory() } else { try await showDashboard() }
    }

    private func showDashboard() async throws {
        let scenario = try Scenario.emea(endingAt: SystemClock().now()) { try YAMLTree.json(text: $0) }
        let folder = try makeFolder(scenario)
        try await DemoShow.importPast(scenario, folder)
        let show = DemoDashboard(
            scenario: scenario, folder: folder, port: port, leadsPerMinute: leadsPerMinute,
            stopAfter: stopAfter.map { .seconds($0) })
        try await show.run { address in
            Terminal.line(
                "The network is at work: \(Terminal.styled(address, .bold)) shows it, with a tour. Ctrl-C ends it.")
            Browser.open(address)
        }
        let isGood = try await verify(folder)
        tellWhereToLook(scenario)
        if !isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func tellStory() async throws {
        let scenario = try readScenario()
        let folder = try makeFolder(scenario)
        var show = try await DemoShow(scenario, folder, speed: speed, skips: noWait)
        try await show.play()
        let isGood = try await verify(folder)
        tellWhereToLook(scenario)
        if !isGood { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private func readScenario() throws -> Scenario {
        do {
            guard let example else { return try Scenario.emea { try YAMLTree.json(text: $0) } }
            return try Scenario(folder: example) { try YAMLTree.json(text: $0) }
        } catch let error as ScenarioError {
            throw Problem(.invalid, "\(error)", at: example ?? "")
        }
    }

    private func makeFolder(_ scenario: Scenario) throws -> DataFolder {
        if FileManager.default.fileExists(atPath: path) {
            guard force else {
                throw Problem(
                    .invalid, "there is something already", at: path,
                    remedy: "Give --force to replace it, or --data for another place")
            }
            try removeEarlierDemo(scenario)
        }
        let key = URL(fileURLWithPath: path + "-keys/master.key").standardizedFileURL.path
        return try DataFolder.create(path: path, settings: .init(program: scenario.program, masterKeyFile: key))
    }

    /// Removes a data folder of this program only, so that --force destroys nothing else.
    private func removeEarlierDemo(_ scenario: Scenario) throws {
        guard FileManager.default.fileExists(atPath: path + "/leadline.json"),
            try DataFolder(path: path).settings.program == scenario.program
        else {
            throw Problem(
                .invalid, "this is not a folder that a demo made", at: path,
                remedy: "Remove it yourself, or give --data for another place")
        }
        let lock = try DataFolder(path: path).lock()
        try FileManager.default.removeItem(atPath: path)
        _ = consume lock
    }

    // MARK: Afterwards

    private func verify(_ folder: DataFolder) async throws -> Bool {
        Terminal.line(Terminal.styled("\nThe journal is verified: every input is decided again and compared.", .bold))
        let demo = Deployment(folder, namedProgram: nil, asker: .atTerminal(), progress: TerminalProgress().show)
        let report = try await demo.verify(VerificationRequest())
        Terminal.lines(VerificationText.lines(report).map { "  " + $0 })
        return report.isGood
    }

    private func tellWhereToLook(_ scenario: Scenario) {
        let data = path == "leadline-data" ? "" : " --data \(path)"
        Terminal.line(Terminal.styled("\nWhere to look next", .bold))
        let commands = [
            ("leadline explain \(scenario.leadID) --attempt 1\(data)", "the first decision, in words and numbers"),
            ("leadline explain \(scenario.leadID) --partner brenta-systems\(data)", "why not me?"),
            ("leadline leads list\(data)", "all leads"),
            ("leadline leads show \(scenario.leadID)\(data)", "this one's way"),
            ("leadline consume decisions\(data)", "the decisions as consumers get them"),
            ("leadline verify\(data)", "the check above, again"),
        ]
        let width = commands.map(\.0.count).max() ?? 0
        for (command, what) in commands {
            Terminal.line(
                "  \(command)\(String(repeating: " ", count: width - command.count + 2))\(Terminal.styled(what, .dim))")
        }
    }
}
