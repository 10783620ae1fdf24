public import Engine
import GRDB
import Journal
public import KafkaTransport
import Synchronization

/// Connections of a folder's readers, opened once and used by many callers at once.
struct SharedReaders: Sendable {
    let journal: any DatabaseReader
    /// Projections to bring up to the journal.
    let derived: DatabaseQueue
    let leads: LeadsProjection
    /// The vault, and what signs the access log.
    let keyring: OpenKeyring
    /// Currencies of programs, which never change.
    private let currencies = Currencies()

    /// Opens a folder's journal and lists to read, beside a running processor.
    init(_ folder: DataFolder) throws(Problem) {
        keyring = OpenKeyring(folder)
        do {
            journal = try folder.openJournalPool()
            derived = try folder.openDerived()
            leads = LeadsProjection(journal: journal, derived: derived, reader: try folder.openProjections())
        } catch { throw Problem(error) }
    }
}

extension SharedReaders {
    /// A program's currency, read once; empty before the program is there.
    func currency(of program: String) throws -> String {
        if let known = currencies.known(program) { return known }
        let currency = try journal.read { try ProgramStream.currency(of: program, $0) }
        if !currency.isEmpty { currencies.learn(program, currency) }
        return currency
    }

    private final class Currencies: Sendable {
        private let known = Mutex<[String: String]>([:])
        func known(_ program: String) -> String? { known.withLock { $0[program] } }
        func learn(_ program: String, _ currency: String) { known.withLock { $0[program] = currency } }
    }
}

extension Deployment {
    /// The journal to read, by a connection that is open already where there is one.
    func journalReader() throws -> any DatabaseReader { try readers?.journal ?? folder.openJournalReadOnly() }

    /// Projections to bring up to the journal, likewise.
    func projections() throws -> any DatabaseWriter { try readers?.derived ?? folder.openDerived() }
}

/// Where a program is read by a face that serves many callers: the data folder itself, or the copy of the partition that
/// holds the program.
public struct ReadingPlace: Sendable {
    /// The data folder, or the one that holds the copies.
    let root: DataFolder
    /// The folder with the program's journal.
    public let folder: DataFolder
    let readers: SharedReaders
    let cluster: KafkaSettings?

    /// - Parameters:
    ///   - root: the folder that holds the copies; nil for a data folder on its own log.
    ///   - cluster: whose partition was copied; nil for a data folder on its own log.
    public init(_ folder: DataFolder, in root: DataFolder? = nil, of cluster: KafkaSettings? = nil) throws(Problem) {
        self.root = root ?? folder
        self.folder = folder
        self.cluster = cluster
        readers = try SharedReaders(folder)
    }
}

extension Deployment {
    /// A program at the place where it is read.
    public init(
        _ place: ReadingPlace, program: String, asker: Asker, submitting: Submitting? = nil,
        progress: @escaping WorkProgress.Handler = { _ in }
    ) {
        self.init(
            place.root, place.folder, namedProgram: program, cluster: place.cluster, asker: asker,
            submitting: submitting, readers: place.readers, progress: progress)
    }
}
