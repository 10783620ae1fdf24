/// What can go wrong with the journal's files and with what is written to them.
///
/// Failures of SQLite itself (disk full, file damaged) pass through as GRDB's `DatabaseError`.
public enum JournalError: Error, Equatable, Sendable {
    /// No file at the path, or one whose making was cut short before it held anything.
    case absent(path: String)
    /// The file is no SQLite database.
    case notADatabase(path: String)
    /// The file is a SQLite database, but of some other application.
    case foreign(path: String)
    /// A newer Leadline wrote the file.
    case newerFormat(path: String, found: Int, supported: Int)
    /// An entry's position is not the stream's next one. Nothing of the batch may be committed.
    case positionGap(program: String, expected: UInt64, got: UInt64)
    /// An entry's stamp lies before the stream's last one. Nothing of the batch may be committed.
    case stampDecreased(program: String, position: UInt64, last: Int64, got: Int64)
    /// No stream of this program.
    case unknownProgram(String)
    /// Two states were computed for one position: the code is not deterministic, or the journal
    /// was changed.
    case stateHashDiffers(program: String, position: UInt64, stored: Digest, computed: Digest)
    /// A snapshot's bytes no longer have the hash recorded for them. Discard it; an older one or
    /// the journal itself replaces it.
    case snapshotDamaged(program: String, position: UInt64)
    /// The entry's bytes do not lead to the link recorded beside it, so it enters no tree.
    case entryAltered(program: String, position: UInt64)
    /// The entry asked for stands in an archive, and its leaf alone here.
    case archived(ArchivedSegment)
    /// An archive's entry is not the one that left the journal for it.
    case archiveDiffers(ArchivedSegment, position: UInt64)
    /// A node of the stored tree is missing or is no digest. The file can be deleted; it is made
    /// again from the journal.
    case treeDamaged(program: String, level: Int, tile: UInt64)
}

extension JournalError: CustomStringConvertible {
    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .absent(let path):
            "There is nothing at \(path) yet. Check the data folder, or start the processor once to create it."
        case .notADatabase(let path):
            "\(path) is not a SQLite database, or its header is damaged. Restore it from a backup."
        case .foreign(let path):
            "\(path) is a SQLite database, but not one of this kind. Check the path."
        case .newerFormat(let path, let found, let supported):
            "\(path) has format \(found); this version reads up to \(supported). Use a newer Leadline."
        case .positionGap(let program, let expected, let got):
            "The next position of \(program) is \(expected), but the entry says \(got)."
        case .stampDecreased(let program, let position, let last, let got):
            "The entry at \(program)/\(position) is stamped \(got) us, before the stream's last stamp \(last) us."
        case .unknownProgram(let program):
            "The journal has no stream of the program \(program)."
        case .stateHashDiffers(let program, let position, let stored, let computed):
            "The state of \(program) at \(position) had the hash \(stored) and now has \(computed). "
                + "Run `leadline audit verify`."
        case .snapshotDamaged(let program, let position):
            "The snapshot of \(program) at \(position) is damaged. Discard it; the journal holds everything."
        case .entryAltered(let program, let position):
            "The entry at \(program)/\(position) is not what was committed. Run `leadline audit verify`."
        case .archived(let segment): "The \(segment). Name it with --with-archive."
        case .archiveDiffers(let segment, let position):
            "The archive's entry at \(segment.program)/\(position) is not the one that left the journal. The \(segment)."
        case .treeDamaged(let program, let level, let tile):
            "Tile \(tile) on level \(level) of the tree of \(program) is damaged. Delete tree.db; it is made again."
        }
    }
}
