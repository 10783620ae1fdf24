import Evaluation
import Foundation
import LeadlineCore
import Testing

@testable import Simulation

/// Goal: whatever partners' agents do, each lead ends once somewhere, and the same seed gives the same journal. Method:
/// the example agents on the real engine, small; the journal is followed by a model that shares nothing with the core.
@Suite struct AgentsTests {
    private static func report(seed: UInt64, leads: Int = 60, agents: Int = 20) async throws -> AgentsReport {
        let folder = NSTemporaryDirectory() + "leadline-agents-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        var settings = AgentsRun.Settings()
        (settings.leads, settings.agents, settings.seed) = (leads, agents, seed)
        var run = try await AgentsRun(settings, directory: folder)
        return try await run.run()
    }

    @Test func noLeadIsLostOrDoubledWhateverAgentsDo() async throws {
        let report = try await Self.report(seed: 7)
        #expect(report.journal.faults.isEmpty && report.plain.faults.isEmpty, "\(report.journal.faults) \(report.plain.faults)")
        #expect(report.isGood && report.journal.submitted == 60 && report.plain.submitted == 60)
        #expect(report.journal.offersMade == report.journal.offersClosed && report.journal.offersMade > 60)
        // Each did what it is there for.
        let rows = Dictionary(uniqueKeysWithValues: report.manners.map { ($0.manner, $0) })
        #expect(rows.count == AgentManner.allCases.count && rows.values.allSatisfy { $0.agents == 2 && $0.offers > 0 })
        for (manner, row) in rows {
            switch manner {
            case .hangs: #expect(row.accepted + row.declined + row.countered == 0 && row.timedOut > 0 && row.won == 0)
            case .late: #expect(row.disregarded > 0 && row.won == 0 && row.accepted > 0)
            case .declines: #expect(row.declined > 0 && row.won == 0 && row.assignedPlainly == 0)
            case .countersOutside: #expect(row.countered > 0 && row.won == 0)
            case .rubbish: #expect(row.rejected + row.disregarded > 0 && row.won == 0)
            case .answers, .overcommits, .twice: #expect(row.accepted > 0 && row.won > 0, "\(row)")
            case .crashes: #expect(row.timedOut > 0, "\(row)")
            case .colludes: #expect(row.countered > 0)
            }
        }
        // Deadlines fire as soon as their time is over.
        #expect(report.journal.latestExpiryMicros <= 1)
    }

    @Test func theSameSeedGivesTheSameJournal() async throws {
        var (first, again) = (try await Self.report(seed: 3, leads: 15), try await Self.report(seed: 3, leads: 15))
        (first.wallClock, again.wallClock) = (.init(), .init())
        #expect(first == again && !first.journal.head.isEmpty)
        let other = try await Self.report(seed: 4, leads: 15)
        #expect(other.journal.head != first.journal.head)
    }

    /// The model finds what it is there to find.
    @Test(arguments: [
        ("L1 is assigned while A holds it", [Event.assigned("L1", "A"), .assigned("L1", "B")]),
        ("L1 is assigned while it is offered", [.offered("O1", "L1", "A"), .assigned("L1", "B")]),
        ("offer O1 has no end", [.offered("O1", "L1", "A")]),
        ("L1 is nowhere", []),
        ("offer O1 was made twice", [.offered("O1", "L1", "A"), .offered("O1", "L1", "A")]),
        ("L2 is assigned and was never taken in", [.assigned("L2", "A")]),
    ] as [(String, [Event])])
    func faultsAreFound(fault: String, events: [Event]) {
        var leads = JournaledLeads()
        leads.follow(.leadSubmitted(LeadSubmitted(leadID: "L1", attributes: LeadAttributes())), events, at: .epoch)
        leads.finish(expecting: 1)
        #expect(leads.faults.contains(fault), "\(leads.faults)")
    }

    @Test func askingPaysWhereAgentsKnowMore() throws {
        var settings = NegotiationWorth.Settings()
        (settings.leads, settings.partners, settings.seeds, settings.rounds) = (300, 16, 4, [1, 3])
        let report = NegotiationWorth.run(settings)
        #expect(report == NegotiationWorth.run(settings))
        #expect(report.rows.map(\.rounds) == [0, 1, 3] && report.rows[0].gainPercent == nil)
        #expect(report.rows[0].offersPerLead == 0 && report.rows[1].offersPerLead > 0.5)
        let gain = try #require(report.rows[2].gainPercent)
        #expect(gain.interval.low > 0 && gain.interval.contains(gain.value), "\(gain)")
        #expect(report.rows[2].withoutRoomPercent < report.rows[0].withoutRoomPercent)
    }
}

extension Event {
    fileprivate static func assigned(_ lead: String, _ partner: String) -> Event {
        .leadAssigned(LeadAssigned(leadID: lead, partnerID: partner, attempt: 1, cause: .submitted))
    }

    fileprivate static func offered(_ offer: String, _ lead: String, _ partner: String) -> Event {
        .offerMade(OfferMade(
            offerID: offer, leadID: lead, partnerID: partner, round: 1, answerBy: .epoch, cause: .submitted,
            terms: OfferTerms()))
    }
}
