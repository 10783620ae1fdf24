import ArgumentParser
import Engine
import Foundation
import UseCases

/// Which data folder and which program a command means.
struct DataFolderOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "Data folder.", discussion: "Default: $LEADLINE_DATA, else ./leadline-data.", valueName: "dir"))
    var givenPath: String?

    @Option(
        name: .customLong("program"),
        help: ArgumentHelp("Program. Default: the one the data folder was made for.", valueName: "id"))
    var givenProgram: String?

    @Option(
        help: ArgumentHelp(
            "The archive that 'leadline archive' moved the folder's oldest entries to; may be repeated.",
            valueName: "path"))
    var withArchive: [String] = []

    /// The folder's path.
    var path: String { givenPath ?? Self.defaultPath }

    /// The folder that is meant where none is named.
    static var defaultPath: String {
        if let path = ProcessInfo.processInfo.environment["LEADLINE_DATA"], !path.isEmpty { return path }
        return "leadline-data"
    }

    /// What a command asks.
    /// - Parameters:
    ///   - kafka: the cluster, for commands that may have one.
    ///   - reason: why personal data is read, for the access log.
    func deployment(_ kafka: KafkaOptions? = nil, reason: String = "") throws -> Deployment {
        try Deployment.open(
            path, program: givenProgram, archives: withArchive, cluster: kafka?.settings(),
            asker: .atTerminal(reason: reason),
            progress: TerminalProgress().show)
    }

    /// What a command asks that reads the journal and needs no keys: also of a program that another machine decides for.
    func journal(_ kafka: KafkaOptions) throws -> Deployment { try deployment(kafka).following() }
}

extension DataFolderOptions {
    /// The whole folder, whichever shard holds the program, with the archived entries that are at hand.
    func whole() throws -> Deployment {
        let folder = try DataFolder(path: path)
        try folder.requireWhole()
        return try Deployment(
            folder, namedProgram: givenProgram, asker: .atTerminal(), progress: TerminalProgress().show
        ).reading(withArchive)
    }
}

extension Asker {
    /// The operating system's user.
    static func atTerminal(reason: String = "") -> Asker { Asker(actor: NSUserName(), reason: reason) }
}
