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
    /// Its content is not what it was.
    case damaged(String)

    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .file(let path, let reason): "\(path): \(reason). Check the path, its permissions and the disk"
        case .exists(let path): "there is something at \(path) already. Name a new path"
        case .notAnArchive(let path, let reason): "\(path) is no archive that 'leadline export' wrote: \(reason). Check the path"
        case .newerFormat(let found, let supported): "the archive has format \(found); this version reads up to \(supported). Use a newer Leadline"
        case .damaged(let reason): "the archive is damaged: \(reason). Take it from its source again"
        }
    }
}
