public import Engine
import Foundation
import GRDB
import LeadlineCore

/// Makes a data folder with a program of very many leads, by the real engine on event time: what it costs to answer for
/// one of them is measured there.
public struct LargeProgram {
    private let leads: Int
    private let partners: Int
    private let chunk = 5_000
    private static let start = Timestamp(micros: 1_735_689_600_000_000)
    /// A million leads come in a year.
    private static let spacingMicros: Int64 = 30_000_000

    /// A program of so many leads and partners.
    public init(leads: Int, partners: Int = 40) {
        self.leads = leads
        self.partners = partners
    }

    /// Fills an empty folder: every lead is decided, half are closed soon after, and some companies are observed.
    /// - Parameter progress: leads made, and leads in all.
    public func make(in folder: DataFolder, progress: (Int, Int) -> Void = { _, _ in }) async throws {
        var workload = Workload(program: folder.settings.program, seed: 6)
        let end = Self.start.adding(micros: Int64(leads + 2 * chunk) * Self.spacingMicros)
        let processor = try Processor(folder, clock: FixedClock(end), timeSource: .eventTime)
        let journal = try folder.openJournalReadOnly()
        try await processor.append(
            workload.setUp(at: Self.start, firstResponseMinutes: 0) + workload.partners(partners, at: Self.start))
        _ = try await processor.runUntilIdle(batchMax: 5_000)
        var read: UInt64 = 0
        for first in stride(from: 0, to: leads, by: chunk) {
            var records: [NewRecord] = []
            for index in first..<min(first + chunk, leads) {
                let time = Self.time(of: index)
                records.append(try workload.lead(at: time))
                if index % 50 == 0 { records.append(try workload.intent(at: time)) }
            }
            // What was assigned in the chunk before is decided while this one comes in.
            let assigned = try Self.assigned(journal, folder.settings.program, &read)
            for (index, lead) in assigned.enumerated() where index % 2 == 0 {
                let time = Self.time(of: min(first + index, leads - 1)).adding(micros: 1)
                records.append(
                    try workload.outcome(lead: lead.lead, partner: lead.partner, won: index % 6 == 0, at: time))
            }
            try await processor.append(records)
            _ = try await processor.runUntilIdle(batchMax: 5_000)
            progress(min(first + chunk, leads), leads)
        }
        try await processor.settle()
    }

    private static func time(of index: Int) -> Timestamp { start.adding(micros: Int64(index + 1) * spacingMicros) }

    private static func assigned(_ journal: DatabaseQueue, _ program: String, _ position: inout UInt64) throws -> [(
        lead: String, partner: String
    )] {
        let from = position
        let read = try journal.read { try JournaledEvents.read(program, from: from, in: $0) }
        position = read.next
        return read.events.compactMap { event in
            if case .leadAssigned(let given) = event { (given.leadID, given.partnerID) } else { nil }
        }
    }
}
