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
    /// True if the caller named the keys that are trusted.
    let isNamed: Bool

    /// - Parameter keys: keys that the caller trusts; where there are none, the folder's own log key and then the
    ///   key that the folder names as its first.
    init(_ folder: DataFolder, keys: [VerifierKey], foreign: [ForeignCheckpoint]) throws {
        self.foreign = foreign
        isNamed = !keys.isEmpty
        stored = try folder.openCheckpointsIfMade()
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

    /// The source of checkpoints that this folder keeps.
    static let signedHere = "signed here"

    /// Every key of a folder's log that statements lead to from its first; nil where no key is known.
    static func succession(of folder: DataFolder) throws -> KeySuccession? {
        let (key, rotations) = try own(folder, folder.openCheckpointsIfMade())
        return try key.map { try KeySuccession(first: $0.key, rotations: rotations.map { try KeyRotation($0) }) }
    }

    /// A program's checkpoints.
    struct Read {
        /// Those whose signatures hold.
        var held: [HeldCheckpoint] = []
        /// How many keys from before the trusted one signed, which nobody here vouches for.
        var older: UInt64 = 0
        /// What is wrong with the others.
        var faults: [AuditFault] = []
    }

    /// Reads a program's checkpoints, and checks who signed them.
    func read(_ program: String) throws -> Read {
        var read = Read()
        if let other = keyOfAnother(program) {
            read.faults.append(other)
            return read
        }
        func take(_ note: SignedNote, _ source: String) throws {
            do {
                let checkpoint = try Checkpoint(text: note.text)
                guard LogOrigin.parts(checkpoint.origin)?.program == program else {
                    throw NoteError.badCheckpoint(reason: "its origin is \(checkpoint.origin), not one of \(program)")
                }
                if let trusted, try !trusted.vouches(for: note, checkpoint) {
                    read.older += 1
                    return
                }
                read.held.append(HeldCheckpoint(checkpoint: checkpoint, source: source))
            } catch let error as NoteError {
                read.faults.append(Self.fault(program, source, error))
            }
        }
        let rows = try stored?.read { db in
            try CheckpointStore().all(program: program, in: db) {
                read.faults.append(Self.fault(program, "number \($0) in store", $1))
            }
        }
        for row in rows ?? [] { try take(row.note, Self.signedHere) }
        for checkpoint in foreign where checkpoint.program == program { try take(checkpoint.note, checkpoint.source) }
        return read
    }

    /// Keys that the caller named may all be of other programs: then nothing of this one can be checked under them.
    private func keyOfAnother(_ program: String) -> AuditFault? {
        let logs = isNamed ? trusted?.keys.filter { $0.type == .ed25519 } ?? [] : []
        let others = logs.compactMap { LogOrigin.parts($0.name)?.program }
        guard !others.isEmpty, others.count == logs.count, !others.contains(program) else { return nil }
        return AuditFault(
            .checkpoint, program: program, position: nil,
            "no key you named is this program's; they are of \(others.joined(separator: ", ")). Name its key too ('leadline audit checkpoint --key --program \(program)'), or verify with --program \(others[0])"
        )
    }

    /// What is stored beside the checkpoints and does not hold: checkpoints of programs that the journal does not have,
    /// and statements of rotation that are none.
    func storedFaults(_ programs: [String]) throws -> [AuditFault] {
        guard let stored else { return [] }
        return try stored.read { db in
            var faults = try CheckpointStore().programs(in: db).filter { !programs.contains($0) }.map { program in
                AuditFault(
                    .checkpoint, program: program, position: nil,
                    "checkpoints of this program are stored, but the journal does not have it: its stream is gone, or they were changed"
                )
            }
            do { for note in try CheckpointStore().rotations(in: db) { _ = try KeyRotation(note) } } catch let error
                as NoteError
            {
                faults.append(
                    AuditFault(.checkpoint, program: nil, position: nil, "a stored statement of key rotation does not hold: \(error)"))
            }
            return faults
        }
    }

    /// Checkpoints from outside that are of no program of this journal.
    func strangers(_ programs: [String]) -> [ForeignCheckpoint] {
        foreign.filter { checkpoint in !(checkpoint.program.map { programs.contains($0) } ?? false) }
    }

    private static func fault(_ program: String, _ source: String, _ error: NoteError) -> AuditFault {
        AuditFault(.checkpoint, program: program, position: nil, "a checkpoint (\(source)) does not hold: \(error)")
    }
}
