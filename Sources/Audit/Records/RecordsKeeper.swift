public import Engine
import GRDB
import Journal
import LeadlineSchemas
import Vault

/// Counts programs' records beside a running processor, on a thread and connections of its own, so that whoever asks for
/// them waits for what came last alone.
public actor RecordsKeeper {
    private let executor = ThreadExecutor("leadline.records")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let folder: DataFolder
    private let journal: DatabaseQueue
    private let store: RecordsStore
    private let words: any AuditWording
    private let worthwhile: UInt64
    private let failed: @Sendable (_ program: String, any Error) -> Void
    private var counted: [String: RecordsStore.Kept] = [:]
    /// Programs that cannot be counted; who asks for their records is told why.
    private var left: Set<String> = []

    /// A keeper of a folder whose databases exist.
    /// - Parameters:
    ///   - words: how hard rules are said.
    ///   - worthwhile: counts are kept after so many entries.
    ///   - failed: told once of each program whose records cannot be counted; deciding goes on.
    public init(
        _ folder: DataFolder, words: any AuditWording, worthwhile: UInt64 = RecordsStore.worthwhileEntries,
        failed: @escaping @Sendable (String, any Error) -> Void
    ) throws {
        self.folder = folder
        self.words = words
        self.worthwhile = worthwhile
        self.failed = failed
        journal = try folder.openJournalReadOnly()
        store = try RecordsStore(folder.openDerived(), MasterKey.load(from: folder.settings.masterKeyFile))
    }

    /// Follows the journal until cancelled.
    public func run(every pause: Duration = .seconds(60)) async throws {
        while !Task.isCancelled {
            try catchUp()
            do { try await folder.machine.passingTime.sleep(for: pause) } catch is CancellationError { return }
        }
    }

    /// Counts what came since, where it is worthwhile, and keeps it.
    public func catchUp() throws {
        for head in try journal.read({ try JournalReader().streams(in: $0) }) where !left.contains(head.program) {
            do { try catchUp(head) } catch is CancellationError { return } catch {
                left.insert(head.program)
                failed(head.program, error)
            }
        }
    }

    private func catchUp(_ head: StreamHead) throws {
        let program = head.program
        if counted[program] == nil { counted[program] = try store.newest(of: program, left: [], words: words) }
        let known = counted[program]?.head
        guard head.size >= (known?.size ?? 0) + worthwhile else { return }
        var builder = counted[program]?.builder ?? RecordsBuilder(program: program, words: words)
        // One holder alone: a second would have every count copied.
        counted[program] = nil
        let walked: StreamHead? = try journal.read { db in
            // What was archived before it was counted is counted by whoever has the archives at hand.
            guard try JournalReader().firstReadable(of: program, in: db) <= known?.size ?? 0,
                let newest = try JournalReader().head(of: program, in: db)
            else { return nil }
            try VerifiedEntries.forEach(of: program, after: known, in: db) { entry, position in
                if Task.isCancelled { throw CancellationError() }
                builder.take(entry, at: position)
            }
            return newest
        }
        guard let walked else { return }
        try store.keep(builder, through: walked)
        counted[program] = .init(builder: builder, head: walked)
    }
}
