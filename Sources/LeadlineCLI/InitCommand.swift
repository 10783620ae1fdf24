import ArgumentParser
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault
import UseCases

/// Makes a data folder with its keys, its program and files to begin with.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a data folder and its program.",
        discussion: """
            The master key lies outside the data folder, so that a copy of the folder opens nothing. Back it up apart \
            from the folder: without it, names, addresses and free text stay sealed for ever.

            policy.yaml and partners.yaml are written into the folder as a start; files that are there stay as they are.

            It can be repeated: what is there already stays, and what an earlier try left undone is done, the \
            program's registration included.

            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("The folder. Default: $LEADLINE_DATA, else ./leadline-data.", valueName: "dir"))
    var directory: String?

    @OptionGroup var kafka: KafkaOptions

    @Option(name: .customLong("data"), help: .hidden)
    var dataPath: String?

    @Option(help: ArgumentHelp("Program that the folder is for.", valueName: "id"))
    var program = "demo"

    @Option(help: ArgumentHelp("Currency in which the program counts, ISO 4217. It never changes.", valueName: "code"))
    var currency = "EUR"

    @Option(help: ArgumentHelp("Name of the program.", valueName: "text"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Where the master key is, or is to be made.",
            discussion: "Default: ~/.config/leadline/keys/<folder>-<random>.key.", valueName: "file"))
    var masterKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Name of the log, the first part of its checkpoints' origin: a name of yours, best a URL without https://.",
            discussion: "Default: drawn at random. It never changes.", valueName: "name"))
    var logName: String?

    @Option(
        help: ArgumentHelp(
            "Derive subjects' ids and keys from a seed. For reproducible tests and imports only.",
            discussion: "Whoever knows the seed opens everything, and no erasure is final.", valueName: "text"))
    var keySeed: String?

    func run() async throws {
        let path = directory ?? dataPath ?? DataFolderOptions.defaultPath
        var request = FoundingRequest(path: path, program: program, currency: currency)
        request.name = name
        request.masterKeyFile = masterKeyFile
        request.logName = logName
        request.keySeed = keySeed
        request.files = [
            ("policy.yaml", SampleFiles.policy(currency: currency)),
            ("partners.yaml", SampleFiles.partners(currency: currency)),
        ]
        tell(path, try await Founding.found(request, cluster: kafka.settings(), asker: .atTerminal()))
    }

    private func tell(_ path: String, _ founded: Founded) {
        let headline =
            switch founded.making {
            case .made: "Made \(path) for the program \(program), counting in \(currency)."
            case .finished: "Finished \(path) for the program \(program), which an earlier try had begun."
            case .complete: "\(path) is there, and the program \(program) is registered: nothing was left to do."
            }
        Terminal.line(
            """
            \(headline)
            The master key is in \(founded.masterKeyPath). Back it up apart from the folder.
            The key that signs checkpoints is in \(founded.logKeyPath). Back it up there too.
            """)
        if keySeed != nil { Terminal.say("warning: subjects' keys come from a seed. Keep no real person's data here") }
        let option = "--data \(path)"
        Terminal.line(
            """

            Next:
              leadline policy apply \(option) -f \(path)/policy.yaml
              leadline partners apply \(option) -f \(path)/partners.yaml
              leadline produce \(option) leads --type leadline.v1.LeadSubmitted leads.jsonl
              leadline run \(option)
            """)
    }
}
