import Foundation
public import GRDB
public import Journal
public import LeadlineCore
import Vault

/// Settings that a data folder keeps.
public struct DataFolderSettings: Codable, Sendable, Equatable {
    /// The program that commands mean when none is named.
    public var program: String
    /// Where the master key is kept: outside the folder, so that a copy of the folder opens nothing.
    public var masterKeyFile: String
    /// Hexadecimal seed from which subjects' ids and keys are derived, for reproducible imports and tests. Whoever
    /// knows it opens everything: absent in production, where keys are random.
    public var keySeed: String?
    /// The log's first verifier key, so that a lost key file is missed and another log's is noticed; nil in folders
    /// from before it was noted.
    public var logKey: String?
    public init(program: String, masterKeyFile: String, keySeed: String? = nil, logKey: String? = nil) {
        self.program = program
        self.masterKeyFile = masterKeyFile
        self.keySeed = keySeed
        self.logKey = logKey
    }
}

/// A folder with everything an embedded Leadline keeps, and where each part stands.
///
/// `journal.db` is the truth (entries and topics), `vault.db` the keys, `derived.db` what can be rebuilt.
public struct DataFolder: Sendable {
    public let path: String
    public let settings: DataFolderSettings
    /// Archived entries that whoever opens the journal finds in their places.
    public private(set) var archived: ArchivedEntries?
    /// What runs on the folder takes the time and chance from here.
    public var machine: Machine
    /// The time of day on its machine.
    public func now() -> Timestamp { machine.clock.now() }

    public var journalPath: String { path + "/journal.db" }
    public var vaultPath: String { path + "/vault.db" }
    public var derivedPath: String { path + "/derived.db" }
    /// Nodes of Merkle trees; can be deleted and made again.
    public var treePath: String { path + "/tree.db" }
    /// Every checkpoint ever signed.
    public var checkpointsPath: String { path + "/checkpoints.db" }
    /// The key that signs checkpoints, outside the folder.
    public var logKeyPath: String { LogKeyFile.path(besideMasterKey: settings.masterKeyFile) }
    /// The key that signs commission statements, outside the folder.
    public var statementKeyPath: String { StatementKeyFile.path(besideMasterKey: settings.masterKeyFile) }
    private static func settingsPath(_ path: String) -> String { path + "/leadline.json" }

    private init(path: String, settings: DataFolderSettings, machine: Machine = .real) {
        self.path = path
        self.settings = settings
        self.machine = machine
    }

    /// The folder of one shard of a Kafka deployment, made if it is absent: a data folder like any other, under the
    /// same master key.
    public func shard(_ partition: Int32) throws -> DataFolder {
        let digits = String(partition)
        let shard = path + "/shards/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        try FileManager.default.createDirectory(
            atPath: shard, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return DataFolder(path: shard, settings: settings, machine: machine)
    }

    /// Where a program's journal is: this folder, or the shard that holds the program.
    public func holding(_ program: String) throws -> DataFolder {
        for shard in shards
        where try shard.openJournalReadOnly().read({ try JournalReader().head(of: program, in: $0) }) != nil {
            return shard
        }
        return self
    }

    /// True for the folder of one shard of a Kafka deployment, whose inputs come from the cluster alone.
    public var isShard: Bool { URL(fileURLWithPath: path).deletingLastPathComponent().lastPathComponent == "shards" }

    /// The partition whose shard this folder holds, as metrics name it; "0" for the embedded log.
    var partitionName: String {
        isShard ? Int(URL(fileURLWithPath: path).lastPathComponent).map(String.init) ?? "0" : "0"
    }

    /// The shards that have a journal here.
    public var shards: [DataFolder] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/shards")) ?? []
        return names.sorted().map { DataFolder(path: path + "/shards/" + $0, settings: settings, machine: machine) }
            .filter { FileManager.default.fileExists(atPath: $0.journalPath) }
    }

    /// Takes the keys of a shard that is another machine's now off this one. They come back from the keys topic.
    public func removeVault() throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: vaultPath + suffix) {
            try FileManager.default.removeItem(atPath: vaultPath + suffix)
        }
    }

    /// True if a log key has signed for this folder.
    public var hasSigned: Bool {
        get throws {
            try openCheckpointsIfMade()?.read { try CheckpointStore().firstKey(in: $0) } != nil
        }
    }

    /// Opens a folder that `create` made.
    public init(path: String) throws {
        self.path = path
        machine = .real
        guard let data = FileManager.default.contents(atPath: Self.settingsPath(path)) else {
            throw EngineError.dataFolder(path: path, "it holds no leadline.json; make it with 'leadline init \(path)'")
        }
        do {
            settings = try JSONDecoder().decode(DataFolderSettings.self, from: data)
        } catch {
            throw EngineError.dataFolder(
                path: path, "leadline.json is not valid: program and masterKeyFile are required")
        }
    }

    /// A folder for a copy of journals alone: it has neither keys nor topics of its own.
    public static func forCopy(
        path: String, settings: DataFolderSettings, machine: Machine = .real
    ) throws -> DataFolder {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return DataFolder(path: path, settings: settings, machine: machine)
    }

    /// True if a folder was made at this path, whether or not its making came to its end.
    public static func exists(at path: String) -> Bool { FileManager.default.fileExists(atPath: settingsPath(path)) }

    /// Makes a folder with its databases and a new master key; or finishes a folder of the same settings whose making
    /// was cut short.
    /// - Throws: `EngineError.dataFolder` where a folder of other settings is there.
    public static func create(path: String, settings: DataFolderSettings) throws -> DataFolder {
        if exists(at: path) {
            let found = try DataFolder(path: path)
            if let difference = difference(found.settings, settings) {
                throw EngineError.dataFolder(path: path, difference)
            }
            return try found.withDatabases()
        }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if !FileManager.default.fileExists(atPath: settings.masterKeyFile) {
            let parent = URL(fileURLWithPath: settings.masterKeyFile).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            _ = try MasterKey.create(at: settings.masterKeyFile)
        }
        try write(settings, path)
        return try DataFolder(path: path).withDatabases()
    }

    private static func write(_ settings: DataFolderSettings, _ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(settings).write(to: URL(fileURLWithPath: settingsPath(path)), options: .atomic)
    }

    /// Notes the log's first verifier key, if none is noted yet.
    public func note(logKey key: VerifierKey) throws {
        var noted = settings
        noted.logKey = settings.logKey ?? "\(key)"
        if noted != settings { try Self.write(noted, path) }
    }

    /// Makes what is not there yet. What was there once is not made again: an empty one in its place would pass for it.
    private func withDatabases() throws -> DataFolder {
        let isNew = !FileManager.default.fileExists(atPath: journalPath)
        if isNew && FileManager.default.fileExists(atPath: vaultPath) { try requireWhole() }
        let journal = try JournalDatabase.open(path: journalPath)
        _ = try EmbeddedLog(journal)
        let isUsed = try journal.read { db in
            try !JournalReader().streams(in: db).isEmpty
                || Int.fetchOne(db, sql: "SELECT 1 FROM dead_letters LIMIT 1") != nil
        }
        _ = try openVault(makingIt: !isUsed)
        _ = try openDerived()
        return self
    }

    /// What the folder at a place was made for, where it is not what is wanted.
    private static func difference(_ found: DataFolderSettings, _ wanted: DataFolderSettings) -> String? {
        if found.program != wanted.program {
            return "it was made for the program \(found.program), not \(wanted.program)"
        }
        if found.masterKeyFile != wanted.masterKeyFile {
            return "its master key is \(found.masterKeyFile), not \(wanted.masterKeyFile)"
        }
        return found.keySeed == wanted.keySeed ? nil : "it was made with another key seed"
    }

    /// The journal for writing topics and entries.
    public func openJournal() throws -> DatabaseQueue {
        try JournalDatabase.open(path: journalPath, archived: archived)
    }

    /// The journal for reading, beside a running processor.
    public func openJournalReadOnly() throws -> DatabaseQueue {
        try JournalDatabase.openReadOnly(path: journalPath, archived: archived)
    }

    /// The journal for readers, several at once, beside a running processor.
    public func openJournalPool() throws -> DatabasePool {
        try JournalDatabase.openPool(path: journalPath, archived: archived)
    }

    /// The same folder, with archived entries at hand.
    public func reading(_ archived: ArchivedEntries) -> DataFolder {
        var folder = self
        folder.archived = archived
        return folder
    }

    /// Snapshots and projections; made anew if they are gone.
    public func openDerived() throws -> DatabaseQueue {
        let queue = try DerivedDatabase.open(path: derivedPath)
        try queue.write { db in for model in Projections.all { try model.prepare(in: db) } }
        return queue
    }

    /// Snapshots and projections for readers, several at once, beside whoever writes them. They must have been opened
    /// to write before.
    public func openProjections() throws -> DatabasePool { try DerivedDatabase.openPool(path: derivedPath) }

    /// Merkle trees; made anew if they are gone.
    public func openTrees() throws -> DatabaseQueue { try TreeDatabase.open(path: treePath) }

    /// Checkpoints to read, where any were signed here.
    public func openCheckpointsIfMade() throws -> DatabaseQueue? {
        try CheckpointStore.openIfMade(path: checkpointsPath)
    }

    /// Checkpoints; the file is made with the first.
    public func openCheckpoints() throws -> DatabaseQueue { try CheckpointStore.open(path: checkpointsPath) }

    /// Checks that what cannot be made again is there.
    /// - Throws: `EngineError.dataFolder`, which says what to do.
    public func requireWhole() throws {
        let isThere = [journalPath, vaultPath].map { FileManager.default.fileExists(atPath: $0) }
        if isThere == [false, false] {
            throw EngineError.dataFolder(
                path: path, "journal.db and vault.db are missing. If it was just being made, run 'leadline init' "
                    + "again with the same options; else restore both from a backup")
        }
        if !isThere[0] {
            throw EngineError.dataFolder(
                path: path, "journal.db, which holds every entry, is missing. Restore the newest from a backup; "
                    + "nothing makes it again")
        }
        if !isThere[1] { throw vaultMissing }
    }

    private var vaultMissing: EngineError {
        let what = "vault.db, which holds everybody's keys, is missing or empty. "
        return .dataFolder(
            path: path,
            what
                + (isShard
                    ? "'leadline run' fetches the keys from the cluster"
                    : "Restore the newest from a backup: an older one is safe too, for the journal says who was erased "
                        + "since; without any, what was sealed stays sealed"))
    }

    /// The vault, under the folder's master key.
    /// - Parameter makingIt: makes one where there is none; only for a new folder, and for a shard, whose keys come
    ///   from the cluster.
    /// - Throws: `EngineError.dataFolder` where there is none; `VaultError`.
    public func openVault(makingIt: Bool = false) throws -> Keyring {
        let master = try MasterKey.load(from: settings.masterKeyFile)
        let source: any SubjectKeySource =
            settings.keySeed.map { SeededSubjectKeys(seed: Array($0.utf8)) } ?? RandomSubjectKeys()
        do {
            let vault = try Vault(path: vaultPath, masterKey: master, keySource: source, making: makingIt)
            return Keyring(vault: vault, masterKey: master)
        } catch VaultError.absent { throw vaultMissing }
    }

    /// Takes the folder for one processor; given back when the lock is let go of, or the process ends.
    public func lock() throws -> FolderLock { try FolderLock(path: path) }
}

/// A lock on a data folder, held as long as the value lives (flock(2)).
public struct FolderLock: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = unsafe open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EngineError.dataFolder(path: path, "its lock file cannot be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw EngineError.locked(path: path)
        }
    }

    deinit { close(descriptor) }
}
