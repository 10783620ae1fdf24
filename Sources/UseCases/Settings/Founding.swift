import Engine
import Foundation
import Journal
public import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

/// A data folder and its program as somebody wants them.
public struct FoundingRequest: Sendable {
    public var path: String
    public var program: String
    /// Currency in which the program counts, ISO 4217.
    public var currency: String
    /// Name of the program; nil for its id.
    public var name: String?
    /// Where the master key is, or is to be made; nil for a place of its own.
    public var masterKeyFile: String?
    /// Name of the log; nil to draw one.
    public var logName: String?
    /// Seed of subjects' keys, for tests and imports.
    public var keySeed: String?
    /// Files to begin with, by name; those that are there stay as they are.
    public var files: [(name: String, text: String)] = []

    public init(path: String, program: String, currency: String) {
        self.path = path
        self.program = program
        self.currency = currency
    }
}

/// A data folder that was made, or was there.
public struct Founded: Sendable {
    /// How the folder came to be as it is.
    public enum Making: Sendable { case made, finished, complete }

    public let making: Making
    public let masterKeyPath: String
    public let logKeyPath: String
}

/// Makes data folders with their keys and programs.
public enum Founding {
    /// Makes a data folder, its keys and its program; what is there already stays, and what an earlier try left undone
    /// is done. A failure before the first file is made leaves nothing behind.
    public static func found(
        _ request: FoundingRequest, cluster: KafkaSettings?, asker: Asker
    ) async throws(Problem) -> Founded {
        try await Problem.told {
            let earlier = DataFolder.exists(at: request.path) ? try DataFolder(path: request.path).settings : nil
            let keyFile = absolute(request.masterKeyFile ?? earlier?.masterKeyFile ?? newKeyPath(folder: request.path))
            try check(request, keyFile)
            // Whether there is a cluster that takes the registration shows before the first file is made.
            if let cluster { _ = try Topics.partitionCount(try ClusterAdmin(cluster)) }
            let settings = DataFolderSettings(
                program: request.program, masterKeyFile: keyFile, keySeed: request.keySeed ?? earlier?.keySeed)
            let folder = try DataFolder.create(path: request.path, settings: settings)
            try folder.note(logKey: try logKey(of: folder, request.logName).first())
            for file in request.files { try write(file.name, file.text, into: request.path) }
            let deployment = Deployment(
                folder, namedProgram: request.program, cluster: cluster, asker: asker, progress: { _ in })
            let isRegistered = try cluster == nil && deployment.state().isRegistered
            if !isRegistered { _ = try await deployment.publish([registrationRecord(request)]) }
            return Founded(
                making: earlier == nil ? .made : isRegistered ? .complete : .finished, masterKeyPath: keyFile,
                logKeyPath: folder.logKeyPath)
        }
    }

    /// The log's key; made for a new folder alone, or for one that never signed anything.
    private static func logKey(of folder: DataFolder, _ name: String?) throws -> LogKey {
        let isThere = FileManager.default.fileExists(atPath: folder.logKeyPath)
        if !isThere, folder.settings.logKey == nil, try !folder.hasSigned {
            return try LogKeyFile.create(at: folder.logKeyPath, name: name)
        }
        return try LogKeyFile.load(from: folder.logKeyPath)
    }

    /// Under one id for ever, so that a registration that is sent again counts once.
    private static func registrationRecord(_ request: FoundingRequest) -> NewRecord {
        EventRecord.binary(
            topic: .controls, program: request.program, type: MessageKind.programRegistered.fullName, id: "init",
            source: EventRecord.ownSource, body: Array(registration(request).utf8))
    }

    private static func registration(_ request: FoundingRequest) -> String {
        JSONText.object([
            ("name", JSONText.quoted(request.name ?? request.program)), ("currency", JSONText.quoted(request.currency)),
        ])
    }

    /// All that can be found out before the first file is made.
    private static func check(_ request: FoundingRequest, _ keyFile: String) throws {
        guard request.program.wholeMatch(of: /[A-Za-z0-9._:\-]{1,128}/) != nil else {
            throw Problem(.invalid, "a program's id must match [A-Za-z0-9._:-]{1,128}", at: "--program")
        }
        do {
            _ = try Validation.fact(Array(registration(request).utf8), as: .programRegistered, at: SystemClock().now())
        } catch {
            throw Problem(.invalid, error.detail, at: "--\(error.field)")
        }
        if let logName = request.logName {
            do { _ = try SignerKey(name: logName) } catch { throw Problem(.invalid, "\(error)", at: "--log-name") }
        }
        if absolute(keyFile).hasPrefix(absolute(request.path) + "/") {
            throw Problem(
                .invalid, "the master key would lie inside the data folder, where every copy of the data would hold it",
                at: "--master-key-file", remedy: "Name a file elsewhere")
        }
        if FileManager.default.fileExists(atPath: keyFile) { _ = try MasterKey.load(from: keyFile) }
    }

    private static func newKeyPath(folder: String) -> String {
        let name = URL(fileURLWithPath: folder).lastPathComponent
        let random = Machine.real.newID().prefix(8)
        return NSHomeDirectory() + "/.config/leadline/keys/\(name)-\(random).key"
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func write(_ name: String, _ text: String, into path: String) throws {
        let file = path + "/" + name
        if FileManager.default.fileExists(atPath: file) { return }
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
}
