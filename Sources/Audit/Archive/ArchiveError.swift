/// What can be wrong with an archive.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused to read or write a file.
    case file(path: String, String)
    /// Something is there already; an archive is never written over anything.
    case exists(path: String)
    /// It is no archive of ours.
    case notAnArchive(path: String, String)
    /// A newer Leadline wrote it.
    case newerFormat(found: Int, supported: Int)
    /// It holds a later segment of a stream than the one that is needed next.
    case begins(program: String, at: UInt64, expected: UInt64)
    /// Its content is not what it was.
    case damaged(String)

    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason). Check the path, its permissions and the disk"
        case .exists(let path): "there is something at \(path) already. Name a new path"
        case .notAnArchive(let path, let reason):
            "\(path) is no archive that 'leadline export' wrote: \(reason). Check the path"
        case .newerFormat(let found, let supported):
            "the archive has format \(found); this version reads up to \(supported). Use a newer Leadline"
        case .begins(let program, let first, let expected):
            "the archive holds \(program) from position \(first) on, where \(expected) is next. Give the archives between as well"
        case .damaged(let reason): "the archive is damaged: \(reason). Take it from its source again"
        }
    }
}
