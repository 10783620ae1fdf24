public import Engine
import GRDB
import Journal

/// Connections of a folder's readers, opened once and used by many callers at once.
public struct SharedReaders: Sendable {
    let journal: any DatabaseReader
    let leads: LeadsProjection

    /// Opens a folder's journal and lists to read, beside a running processor.
    public init(_ folder: DataFolder) throws(Problem) {
        do {
            journal = try folder.openJournalPool()
            leads = LeadsProjection(
                journal: journal, derived: try folder.openDerived(), reader: try folder.openProjections())
        } catch { throw Problem(error) }
    }
}

extension Deployment {
    /// The journal to read, by a connection that is open already where there is one.
    func journalReader() throws -> any DatabaseReader { try readers?.journal ?? folder.openJournalReadOnly() }
}
