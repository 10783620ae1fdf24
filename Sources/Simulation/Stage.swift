public import Engine
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas

/// A scenario on the real engine and a real data folder: records go in, published decisions come out.
public struct Stage: Sendable {
    /// Where it plays.
    public let folder: DataFolder
    private let processor: Processor<EmbeddedLog>
    private let journal: DatabaseQueue
    private var nextOffset: UInt64
    /// Records so far that could not be taken in.
    public private(set) var rejections = 0

    /// Opens a folder that `importPast` has filled, with the clock that live time is read from.
    public init(_ folder: DataFolder, clock: any WallClock) throws {
        self.folder = folder
        processor = try Processor(folder, clock: clock)
        journal = try folder.openJournalReadOnly()
        nextOffset = try journal.read { try JournalReader().nextDecisionOffset(in: $0) }
    }

    /// Puts a scenario's past through the engine, on the time its records name.
    public static func importPast(_ scenario: Scenario, into folder: DataFolder) async throws -> StepReport {
        let processor = try Processor(
            folder, clock: FixedClock(scenario.leadArrives.adding(micros: -1_000_000)), timeSource: .eventTime)
        try await processor.append(scenario.history)
        let report = try await processor.runUntilIdle(batchMax: 1_000)
        try await processor.settle()
        return report
    }

    /// Puts live records on their topics.
    public func send(_ records: [NewRecord]) async throws { try await processor.append(records) }

    /// Lets the engine work until nothing is left for it to do now.
    /// - Returns: What was published meanwhile.
    public mutating func work() async throws -> [PublishedDecision] {
        rejections += try await processor.runUntilIdle(batchMax: 1_000).rejections
        var published: [PublishedDecision] = []
        while true {
            let from = nextOffset
            let page = try await journal.read { try DecisionFeed.read(from: from, entryLimit: 100, in: $0) }
            if page.next == from { return published }
            published += page.decisions.map(\.decision)
            nextOffset = page.next
        }
    }

    /// When the next timer fires.
    public var nextDeadline: Timestamp? { get async { await processor.nextDeadline } }

    /// The event behind a published decision, as the journal keeps it.
    /// - Throws: `EngineError.journalBroken` if the journal does not hold it.
    public func event(of decision: PublishedDecision) throws -> Event {
        guard let place = decision.cursor.place, let ordinal = place.ordinal else {
            throw EngineError.journalBroken(program: decision.program, position: 0, "\(decision.id) names no place")
        }
        return try journal.read { db in
            let bytes = try JournalReader().entry(program: decision.program, position: place.position, in: db)
            let events = try bytes.map { try EntryCodec.decode($0) }?.events ?? []
            guard Int(ordinal) < events.count else {
                throw EngineError.journalBroken(
                    program: decision.program, position: place.position, "it does not hold decision \(decision.id)")
            }
            return events[Int(ordinal)]
        }
    }

    /// Who holds a lead as of the last work, and when the first response is due; nil where nobody holds it.
    public func holding(
        _ lead: String, in program: String
    ) async throws -> (partnerID: String, respondBy: Timestamp?)? {
        try await processor.withState(of: program) { state, _ in
            state.lead(lead).flatMap { lead in lead.partnerID.map { ($0, lead.respondBy) } }
        } ?? nil
    }

    /// Brings projections and files up to date; call it last.
    public func settle() async throws { try await processor.settle() }
}
