import GRDB
import Journal
public import LeadlineCore

/// Programs' states as a journal has them for which somebody else decides. A program is recovered when it is first asked
/// for, and from then on folded further with each look.
public actor FollowedStates {
    private let executor = ThreadExecutor("leadline.states")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let journal: any DatabaseReader
    private let derived: DatabaseQueue
    private var streams: [ProgramStream] = []
    private var places: [String: Int] = [:]

    /// The states of a folder's programs, whose journal is there.
    public init(_ folder: DataFolder) throws {
        journal = try folder.openJournalReadOnly()
        derived = try folder.openDerived()
    }

    /// Runs `work` on the state of a program after its newest entry. Nothing is copied.
    /// - Returns: what `work` returned; nil if there is no such program.
    public func withState<Result: Sendable>(
        of program: String, _ work: @Sendable (borrowing State) throws -> Result
    ) throws -> Result? {
        guard let place = try current(program) else { return nil }
        // Read through a span, in place: read as an array's element it would be copied.
        let streams = streams.span
        return try work(streams[place].state)
    }

    /// Brings the programs that were asked for up to the journal, so that the next look need not.
    public func catchUp() throws {
        for program in Array(places.keys) { _ = try current(program) }
    }

    /// Where the program stands among the streams, up to date; nil if the journal does not have it.
    private func current(_ program: String) throws -> Int? {
        try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db), head.size > 0 else { return nil }
            guard let place = places[program] else {
                let stream = try derived.read {
                    try ProgramStream.recover(program, through: head.size, journal: db, snapshots: $0)
                }
                streams.append(stream)
                places[program] = streams.count - 1
                return streams.count - 1
            }
            try fold(place, to: head.size, db)
            return place
        }
    }

    private func fold(_ place: Int, to size: UInt64, _ db: Database) throws {
        let from = streams[place].state.nextPosition
        guard from < size else { return }
        try DecodedEntries.forEach(of: streams[place].program, from: from, through: size - 1, in: db) {
            entry, position in
            if streams[place].state.isSnapshotDue(at: position) { try keep(place) }
            try streams[place].fold(entry, at: position)
        }
    }

    /// A snapshot where a processor would make one, so that what asks about the past need not begin at the beginning.
    private func keep(_ place: Int) throws {
        let snapshot = DueSnapshot(
            program: streams[place].program, position: streams[place].state.nextPosition,
            state: streams[place].state.canonicalBytes())
        try derived.write { try snapshot.keep(in: $0) }
    }
}
