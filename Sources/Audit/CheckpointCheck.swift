import Engine
import Foundation
import GRDB
import Journal

/// A checkpoint from outside of the data folder.
public struct ForeignCheckpoint: Sendable {
    /// The file's name, for the report.
    public var source: String
    public var note: SignedNote

    /// A checkpoint that somebody kept elsewhere.
    public init(source: String, note: SignedNote) {
        self.source = source
        self.note = note
    }

    /// The program that its origin names; nil if it names none.
    public var program: String? { LogOrigin.parts(String(note.text.unicodeScalars.prefix { $0 != "\n" }))?.program }
}

/// Reads the checkpoints that a program's stream is to be held against, and checks their signatures.
struct CheckpointCheck {
    private let stored: DatabaseQueue?
    private let trusted: TrustedKeys?
    private let foreign: [ForeignCheckpoint]
    /// Where the trusted keys come from, in words; nil if there are none.
    let trust: String?

    /// - Parameter keys: keys that the caller trusts; where there are none, the folder's own log key and then the
    ///   key that the folder names as its first.
    init(_ folder: DataFolder, keys: [VerifierKey], foreign: [ForeignCheckpoint]) throws {
        self.foreign = foreign
        let exists = FileManager.default.fileExists(atPath: folder.checkpointsPath)
        stored = exists ? try CheckpointStore.openReadOnly(path: folder.checkpointsPath) : nil
        let (key, rotations) = try Self.own(folder, stored)
        var statements: [KeyRotation] = []
        for note in rotations {
            // A statement that does not hold leads nowhere; the checkpoints it should have led to then show as
            // unsigned.
            if let statement = try? KeyRotation(note) { statements.append(statement) }
        }
        if !keys.isEmpty {
            trusted = TrustedKeys(keys: keys, rotations: statements)
            trust = "the keys you named"
        } else {
            trusted = key.map { TrustedKeys(keys: [$0.key], rotations: statements) }
            trust = key?.source
        }
    }

    private static func own(
        _ folder: DataFolder, _ stored: DatabaseQueue?
    ) throws -> (key: (key: VerifierKey, source: String)?, rotations: [SignedNote]) {
        let rotations = try stored?.read { db in (try? CheckpointStore().rotations(in: db)) ?? [] } ?? []
        if FileManager.default.fileExists(atPath: folder.logKeyPath),
            let key = try? LogKeyFile.load(from: folder.logKeyPath),
            let first = try? key.first()
        {
            return ((first, "the log key beside the master key"), key.rotations + rotations)
        }
        let first = try stored?.read { db in try? CheckpointStore().firstKey(in: db) }
        return (first.map { ($0, "the key that the folder itself names, not one you hold: give --key") }, rotations)
    }

    /// The checkpoints of a program whose signatures hold, and what is wrong with the others.
    func read(_ program: String) throws -> (held: [HeldCheckpoint], faults: [AuditFault]) {
        var (held, faults): ([HeldCheckpoint], [AuditFault]) = ([], [])
        func take(_ note: SignedNote, _ source: String) throws {
            do {
                let checkpoint = try Checkpoint(text: note.text)
                guard LogOrigin.parts(checkpoint.origin)?.program == program else {
                    throw NoteError.badCheckpoint(reason: "its origin is \(checkpoint.origin), not one of \(program)")
                }
                try trusted?.verify(note, checkpoint)
                held.append(HeldCheckpoint(checkpoint: checkpoint, source: source))
            } catch let error as NoteError {
                faults.append(Self.fault(program, source, error))
            }
        }
        let rows = try stored?.read { db in
            try CheckpointStore().all(program: program, in: db) {
                faults.append(Self.fault(program, "number \($0) in store", $1))
            }
        }
        for row in rows ?? [] { try take(row.note, "signed here") }
        for checkpoint in foreign where checkpoint.program == program { try take(checkpoint.note, checkpoint.source) }
        return (held, faults)
    }

    /// Checkpoints from outside that are of no program of this journal.
    func strangers(_ programs: [String]) -> [ForeignCheckpoint] {
        foreign.filter { checkpoint in !(checkpoint.program.map { programs.contains($0) } ?? false) }
    }

    private static func fault(_ program: String, _ source: String, _ error: NoteError) -> AuditFault {
        AuditFault(.checkpoint, program: program, position: nil, "a checkpoint (\(source)) does not hold: \(error)")
    }
}
