public import Engine
import GRDB
import LeadlineCore

/// A living network on the real engine: what it does goes where every producer's records go, and it hears of decisions
/// from the journal.
public struct NetworkPlay: Sendable {
    private let folder: DataFolder
    private let processor: Processor<EmbeddedLog>
    private let program: String

    /// How often the network is asked what happens.
    private static let beat = Duration.milliseconds(200)

    /// - Parameter processor: the one that works on the folder meanwhile.
    public init(_ folder: DataFolder, _ processor: Processor<EmbeddedLog>, program: String) {
        self.folder = folder
        self.processor = processor
        self.program = program
    }

    /// Lets a scenario's network live until the task is cancelled or the time is over.
    /// - Parameters:
    ///   - leadsPerMinute: about so many come in.
    ///   - time: nil for no end.
    public func run(_ scenario: Scenario, leadsPerMinute: Int, for time: Duration?) async throws {
        let journal = try folder.openJournalReadOnly()
        let start = folder.now(), watch = ContinuousClock.now
        var network = try LivingNetwork(
            scenario, leadsPerMinute: leadsPerMinute, start: start, seed: UInt64(bitPattern: start.micros))
        try await processor.append([try scenario.hastened()])
        var position: UInt64 = 0
        while time.map({ ContinuousClock.now - watch < $0 }) ?? true {
            let from = position
            let heard = try await journal.read { try JournaledEvents.read(program, from: from, in: $0) }
            // What was decided before it began to live is the past.
            if position > 0 { network.hear(heard.events, at: folder.now()) }
            position = heard.next
            let records = try network.due(at: folder.now())
            if !records.isEmpty { try await processor.append(records) }
            try await Task.sleep(for: Self.beat)
        }
    }
}
