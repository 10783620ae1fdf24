import ArgumentParser
import Engine
import Foundation
import Journal
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
        let keyFile = Self.absolute(masterKeyFile ?? Self.newKeyPath(folder: path))
        try check(path, keyFile)
        let settings = DataFolderSettings(program: program, masterKeyFile: keyFile, keySeed: keySeed)
        let folder = try DataFolder.create(path: path, settings: settings)
        if !FileManager.default.fileExists(atPath: folder.logKeyPath) {
            _ = try LogKeyFile.create(at: folder.logKeyPath, name: logName)
        }
        try Self.writeSample("policy.yaml", SampleFiles.policy(currency: currency), into: path)
        try Self.writeSample("partners.yaml", SampleFiles.partners(currency: currency), into: path)
        _ = try await Publication.publish(
            [EventRecord.binary(.programRegistered, program: program, json: registration)], to: folder, kafka: try kafka.settings())
        tell(path, keyFile, folder.logKeyPath)
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

    private func tell(_ path: String, _ keyFile: String, _ logKeyFile: String) {
        Terminal.line("""
            Made \(path) for the program \(program), counting in \(currency).
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
