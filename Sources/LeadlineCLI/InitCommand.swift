import ArgumentParser
import Engine
import Foundation
import Journal
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

/// Makes a data folder with its keys, its program and files to begin with.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a data folder and its program.",
        discussion: """
            The master key lies outside the data folder, so that a copy of the folder opens nothing. Back it up apart from \
            the folder: without it, names, addresses and free text stay sealed for ever.

            policy.yaml and partners.yaml are written into the folder as a start; files that are there stay as they are.

            It can be repeated: what is there already stays, and what an earlier try left undone is done, the program's \
            registration included.

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
        let found = DataFolder.exists(at: path) ? try DataFolder(path: path).settings : nil
        let keyFile = Self.absolute(masterKeyFile ?? found?.masterKeyFile ?? Self.newKeyPath(folder: path))
        try check(path, keyFile)
        let cluster = try kafka.settings()
        // Whether there is a cluster that takes the registration shows before the first file is made.
        if let cluster { _ = try Topics.partitionCount(try ClusterAdmin(cluster)) }
        let settings = DataFolderSettings(program: program, masterKeyFile: keyFile, keySeed: keySeed ?? found?.keySeed)
        let folder = try DataFolder.create(path: path, settings: settings)
        if !FileManager.default.fileExists(atPath: folder.logKeyPath) {
            _ = try LogKeyFile.create(at: folder.logKeyPath, name: logName)
        }
        try Self.writeSample("policy.yaml", SampleFiles.policy(currency: currency), into: path)
        try Self.writeSample("partners.yaml", SampleFiles.partners(currency: currency), into: path)
        let isRegistered = try cluster == nil && Self.isRegistered(program, folder)
        if !isRegistered { _ = try await Publication.publish([registrationRecord], to: folder, kafka: cluster) }
        tell(path, keyFile, folder.logKeyPath, found == nil ? .made : isRegistered ? .complete : .finished)
    }

    /// How the folder came to be as it is.
    private enum Making { case made, finished, complete }

    private static func isRegistered(_ program: String, _ folder: DataFolder) throws -> Bool {
        var options = DataFolderOptions()
        (options.givenPath, options.givenProgram) = (folder.path, program)
        return try options.state(in: folder).isRegistered
    }

    /// Under one id for ever, so that a registration that is sent again counts once.
    private var registrationRecord: NewRecord {
        EventRecord.binary(
            topic: .controls, program: program, type: MessageKind.programRegistered.fullName, id: "init",
            source: EventRecord.ownSource, body: Array(registration.utf8))
    }

    private var registration: String {
        JSONText.object([("name", JSONText.quoted(name ?? program)), ("currency", JSONText.quoted(currency))])
    }

    /// All that can be found out before the first file is made, so that a failure leaves nothing behind.
    private func check(_ path: String, _ keyFile: String) throws {
        guard program.wholeMatch(of: /[A-Za-z0-9._:\-]{1,128}/) != nil else {
            throw CommandFailure(.input, "a program's id must match [A-Za-z0-9._:-]{1,128}", at: "--program")
        }
        do {
            _ = try Validation.fact(Array(registration.utf8), as: .programRegistered, at: SystemClock().now())
        } catch {
            throw CommandFailure(.input, error.detail, at: "--\(error.field)")
        }
        if let logName {
            do { _ = try SignerKey(name: logName) } catch { throw CommandFailure(.input, "\(error)", at: "--log-name") }
        }
        if Self.absolute(keyFile).hasPrefix(Self.absolute(path) + "/") {
            throw CommandFailure(
                .input, "the master key would lie inside the data folder, where every copy of the data would hold it",
                at: "--master-key-file", remedy: "Name a file elsewhere")
        }
        if FileManager.default.fileExists(atPath: keyFile) { _ = try MasterKey.load(from: keyFile) }
    }

    private static func newKeyPath(folder: String) -> String {
        let name = URL(fileURLWithPath: folder).lastPathComponent
        let random = UUID().uuidString.lowercased().prefix(8)
        return NSHomeDirectory() + "/.config/leadline/keys/\(name)-\(random).key"
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func writeSample(_ name: String, _ text: String, into path: String) throws {
        let file = path + "/" + name
        if FileManager.default.fileExists(atPath: file) { return }
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }

    private func tell(_ path: String, _ keyFile: String, _ logKeyFile: String, _ making: Making) {
        let headline = switch making {
        case .made: "Made \(path) for the program \(program), counting in \(currency)."
        case .finished: "Finished \(path) for the program \(program), which an earlier try had begun."
        case .complete: "\(path) is there, and the program \(program) is registered: nothing was left to do."
        }
        Terminal.line("""
            \(headline)
            The master key is in \(keyFile). Back it up apart from the folder.
            The key that signs checkpoints is in \(logKeyFile). Back it up there too.
            """)
        if keySeed != nil { Terminal.say("warning: subjects' keys come from a seed. Keep no real person's data here") }
        let option = "--data \(path)"
        Terminal.line("""

            Next:
              leadline policy apply \(option) -f \(path)/policy.yaml
              leadline partners apply \(option) -f \(path)/partners.yaml
              leadline produce \(option) leads --type leadline.v1.LeadSubmitted leads.jsonl
              leadline run \(option)
            """)
    }
}
