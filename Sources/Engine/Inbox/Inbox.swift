/// Where faces put inputs. What a record must be by itself is checked before it is appended, by intake's own rules, so
/// that whoever sent it hears of it at once; what was appended is durable.
public protocol Inbox: Sendable {
    /// Appends records, all of them or none.
    /// - Parameter isWatched: false for whoever will not ask what becomes of them, which spares keeping it.
    /// - Returns: where each stands, in the order given.
    /// - Throws: ``InboxRefusal`` if intake would refuse any; ``InboxFull``; what the log throws.
    func append(_ records: [NewRecord], isWatched: Bool) async throws -> [AppendedRecord]
}

extension Inbox {
    /// Appends records of which whoever appends them may ask what becomes.
    public func append(_ records: [NewRecord]) async throws -> [AppendedRecord] {
        try await append(records, isWatched: true)
    }

    /// Appends one record.
    public func append(_ record: NewRecord) async throws -> AppendedRecord { try await append([record])[0] }
}

/// Records that intake would refuse; none of the call's was appended.
public struct InboxRefusal: Error, Sendable, Equatable {
    /// One of them.
    public struct Refused: Sendable, Equatable {
        /// Its index in the call, from 0.
        public var index: Int
        /// What is wrong with it.
        public var rejection: Rejection
    }

    /// All of them, in the order of the call.
    public var refused: [Refused]
}

/// More records wait to be appended than are kept in memory.
public struct InboxFull: Error, Sendable, Equatable, CustomStringConvertible {
    /// How many may wait.
    public var recordsMax: Int
    /// What, and how to mend it.
    public var description: String { "more than \(recordsMax) records wait to be appended; send them again later" }
}

/// What became of a record.
public enum RecordFate: Sendable, Equatable {
    /// It is durable at this place. More is not known here: it is decided on another machine, or by another process.
    case accepted(RecordPlace)
    /// It is the entry at this position, with what was decided. A repeat of an event that came before changes nothing.
    case decided(program: String, position: UInt64, isRepeat: Bool, [PublishedDecision])
    /// It is a dead letter, for what only the stream could tell.
    case rejected(Rejection)
}

/// A record that is durable, and the way to hear what becomes of it.
public struct AppendedRecord: Sendable {
    /// Where it stands.
    public let place: RecordPlace
    private let watch: RecordFates.Watch?
    private let decisions: JournalDecisions?

    init(place: RecordPlace, watch: RecordFates.Watch?, decisions: JournalDecisions?) {
        self.place = place
        self.watch = watch
        self.decisions = decisions
    }

    /// What became of it, as soon as that is durable too. Waits as long as it takes; a caller who does not, cancels.
    /// - Throws: `CancellationError`; what reading the journal throws.
    public func fate() async throws -> RecordFate {
        guard let watch, let decisions else { return .accepted(place) }
        switch try await watch.outcome() {
        case nil: return .accepted(place)
        case .rejected(let rejection): return .rejected(rejection)
        case .entry(let program, let position, let isRepeat):
            return .decided(
                program: program, position: position, isRepeat: isRepeat,
                try await decisions.decisions(of: program, at: position))
        }
    }
}
