public import Engine
import GRDB
import Journal
public import KafkaTransport
public import LeadlineCore

/// What is asked, of what, and by whom: a program in a data folder, on its own log or with a cluster. Every use case is
/// something that one asks of it.
public struct Deployment: Sendable {
    /// The data folder.
    public let root: DataFolder
    /// The same, or the shard in it that holds the program; with the archived entries that are at hand.
    public let folder: DataFolder
    /// The program that is meant.
    public let program: String
    /// The program if it was named: audits take all there are where none was.
    public let namedProgram: String?
    /// The cluster, if the deployment is on one.
    public let cluster: KafkaSettings?
    public let asker: Asker
    /// A face's own way of putting records on the topics; nil for the command line's.
    public let submitting: Submitting?
    /// Connections that are open already; nil for such as are opened when they are needed.
    let readers: SharedReaders?
    private let handler: WorkProgress.Handler

    /// Opens the data folder at a path.
    /// - Parameters:
    ///   - program: nil for the one that the folder was made for.
    ///   - archives: those that hold the folder's oldest entries.
    public static func open(
        _ path: String, program: String? = nil, archives: [String] = [], cluster: KafkaSettings? = nil, asker: Asker,
        progress: @escaping WorkProgress.Handler = { _ in }
    ) throws(Problem) -> Deployment {
        try Problem.told {
            let root = try DataFolder(path: path)
            try root.requireWhole()
            let deployment = Deployment(
                root, try root.holding(program ?? root.settings.program), namedProgram: program, cluster: cluster,
                asker: asker,
                progress: progress)
            return try deployment.reading(archives)
        }
    }

    /// A folder that is open already.
    public init(
        _ folder: DataFolder, namedProgram: String?, cluster: KafkaSettings? = nil, asker: Asker,
        submitting: Submitting? = nil, progress: @escaping WorkProgress.Handler = { _ in }
    ) {
        self.init(
            folder, folder, namedProgram: namedProgram, cluster: cluster, asker: asker, submitting: submitting,
            progress: progress)
    }

    init(
        _ root: DataFolder, _ folder: DataFolder, namedProgram: String?, cluster: KafkaSettings?, asker: Asker,
        submitting: Submitting? = nil, readers: SharedReaders? = nil, progress: @escaping WorkProgress.Handler
    ) {
        self.root = root
        self.folder = folder
        program = namedProgram ?? folder.settings.program
        self.namedProgram = namedProgram
        self.cluster = cluster
        self.asker = asker
        self.submitting = submitting
        self.readers = readers
        handler = progress
    }

    /// The same, asked of another folder.
    func moved(to folder: DataFolder) -> Deployment {
        Deployment(
            root, folder, namedProgram: namedProgram, cluster: cluster, asker: asker, submitting: submitting,
            progress: handler)
    }

    /// The same of another program.
    public func asked(of program: String) -> Deployment {
        Deployment(
            root, folder, namedProgram: program, cluster: cluster, asker: asker, submitting: submitting,
            readers: readers, progress: handler)
    }

    func progress(_ label: String, unit: String = "entries") -> ProgressLine {
        ProgressLine(label, unit: unit, handler)
    }

    /// Runs an audit and tells how far all its programs are together.
    func audit<Report>(_ label: String, _ body: (SharedProgressLine) async throws -> Report) async throws(Problem)
        -> Report
    {
        let line = progress(label)
        defer { line.finish() }
        return try await Problem.told { try await body(SharedProgressLine(line)) }
    }

    // MARK: State

    /// The program after its last entry, from the newest snapshot and the entries after it; without entries the empty
    /// one.
    public func state() throws(Problem) -> State {
        try Problem.told { try recovered { head in head?.size }?.state ?? State() }
    }

    /// The same for a program that must exist.
    public func registeredState() throws(Problem) -> State {
        let state = try state()
        if !state.isRegistered { throw .unknownProgram(program, folder) }
        return state
    }

    /// Checks that the program exists, by what its first entry states.
    func checkRegistered() throws(Problem) {
        if try currency().isEmpty { throw .unknownProgram(program, folder) }
    }

    /// The program as it stood after an entry, by default the newest.
    public func stream(at position: UInt64? = nil) throws(Problem) -> ProgramStream {
        try Problem.told {
            let stream = try recovered { head in
                let head = try existing(head)
                if let position { try Problem.check(position: position, in: head) }
                return position.map { $0 + 1 } ?? head.size
            }
            return stream ?? ProgramStream(program: program)
        }
    }

    /// The program as far as `end` says, given its head; nil where it says nil.
    private func recovered(_ end: (StreamHead?) throws -> UInt64?) throws -> ProgramStream? {
        let journal = try folder.openJournalReadOnly()
        let derived = try folder.openDerived()
        return try journal.read { db in
            guard let end = try end(try JournalReader().head(of: program, in: db)) else { return nil }
            return try derived.read { try ProgramStream.recover(program, through: end, journal: db, snapshots: $0) }
        }
    }

    /// The head of a program that must be there.
    func existing(_ head: StreamHead?) throws(Problem) -> StreamHead {
        guard let head else { throw .unknownProgram(program, folder) }
        return head
    }

    /// The program's currency, which its first entry states; empty before it.
    public func currency() throws(Problem) -> String {
        try Problem.told {
            try readers?.currency(of: program)
                ?? journalReader().read { try ProgramStream.currency(of: program, $0) }
        }
    }
}
