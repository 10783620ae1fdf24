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
        abstract: "Play a small partner program from the first lead to the explained decision.",
        discussion: """
            Makes a data folder, imports twelve months of a made-up program's deals, and lets a lead come in. The \
            engine that decides, waits and routes again is the one of 'leadline run'; only its clock is another: it \
            starts when the story does and runs --speed times as fast as yours. Without a terminal the running clock \
            becomes a line a minute.

            The data folder stays, so that explain, leads, consume and verify can be tried on it. Its master key lies \
            beside it, in DIR-keys.

            \(Outcome.note)
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("Data folder to make.", valueName: "dir"))
    var path = "demo-data"

    @Option(
        help: ArgumentHelp("How many seconds of the story pass in one of yours; 1 is real time.", valueName: "factor"))
    var speed = 60

    @Flag(help: "Skip the waiting altogether.")
    var noWait = false

    @Flag(help: "Replace a data folder that an earlier demo left.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Folder of another example, in the form of deploy/examples/emea.", valueName: "dir"))
    var example: String?

    func validate() throws {
        if !(1...3_600).contains(speed) { throw ValidationError("--speed must be from 1 to 3600") }
    }

    func run() async throws {
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
