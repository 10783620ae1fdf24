import Audit
import Engine
import Evaluation
import Foundation
import LeadlineCore
import Testing

@testable import Simulation

/// Goal: what the arena says of estimates, journals and pilots is true. Method: a small arena from a fixed seed, routed by
/// the real decider.
@Suite struct ArenaTests {
    private func withArena(seed: UInt64 = 7, leads: Int, _ body: (Arena) async throws -> Void) async throws {
        let files = try SmallArena(seed: seed, leads: leads)
        try await body(try Arena(folder: files.folder, withHistory: false))
        try files.remove()
    }

    private func candidate(_ method: RoutingMethod) -> Policy {
        var policy = Policy()
        policy.method = method
        return policy
    }

    @Test func estimatesHoldTheTruthWhereLotsAreDrawn() async throws {
        try await withArena(leads: 2_000) { arena in
            var check = EstimateCheck()
            let runs = 10
            for seed in 1...runs {
                try check.run(arena, start: .cold, seed: UInt64(seed), candidate: candidate(.highestFit)) { $0.exploration.shareBasisPoints = 2_000 }
            }
            #expect(check.runs == runs && check.refused == 0)
            for row in check.revenue + check.winRate {
                #expect(row.covered.trials == runs && row.covered.successes >= Double(runs - 2), "\(row)")
                #expect(row.meanWidth > 0)
            }
            // The candidate does not know of products; the truth is that it earns less, and no run says otherwise.
            #expect(check.wrong == 0 && check.revenue[3].meanTruth < 0, "\(check)")
            // Seeds draw other lots and outcomes, and the same seed the same.
            var again = EstimateCheck(), other = EstimateCheck()
            try again.run(arena, start: .cold, seed: 3, candidate: candidate(.highestFit)) { $0.exploration.shareBasisPoints = 2_000 }
            try other.run(arena, start: .cold, seed: 3, candidate: candidate(.highestFit)) { $0.exploration.shareBasisPoints = 2_000 }
            #expect(again.revenue[0].meanEstimate == other.revenue[0].meanEstimate && again.revenue[0].meanEstimate != check.revenue[0].meanEstimate)
        }
    }

    @Test func withoutLotsTheCheckRefuses() async throws {
        try await withArena(leads: 400) { arena in
            var check = EstimateCheck()
            try check.run(arena, start: .cold, seed: 1, candidate: candidate(.highestFit)) { _ in }
            #expect(check.refused == 1 && check.revenue.allSatisfy { $0.covered.trials == 0 } && check.holds)
            #expect(check.refusal.contains { $0.contains("never drew a lot") })
        }
    }

    /// What the candidate's own lots come to is known in the arena too: the estimate's truth is a mixture.
    @Test func aCandidateThatDrawsLotsIsEstimatedWithThem() async throws {
        try await withArena(leads: 2_000) { arena in
            var check = EstimateCheck(), drawing = candidate(.bidPrice)
            drawing.exploration.shareBasisPoints = 5_000
            for seed in 1...6 {
                try check.run(arena, start: .cold, seed: UInt64(seed), candidate: drawing) { $0.exploration.shareBasisPoints = 2_000 }
            }
            #expect(check.refused == 0)
            for row in check.revenue + check.winRate { #expect(row.covered.successes >= 5, "\(row)") }
            #expect(check.revenue[3].meanTruth < 0)
        }
    }

    @Test func aJournalOfTheArenaVerifiesAndShowsThePilot() async throws {
        try await withArena(leads: 1_500) { arena in
            let path = NSTemporaryDirectory() + "leadline-arena-journal-\(UUID().uuidString)"
            let journal = try ArenaJournal(folder: path)
            var history = NetworkHistory(readsCandidates: true)
            var run = ArenaRun(arena, start: .cold) { policy in
                policy.pilot.name = "arena"
                policy.pilot.arms = [
                    PilotArm(name: "predictive", method: .bidPrice, shareBasisPoints: 5_000), PilotArm(name: "turns", method: .roundRobin, shareBasisPoints: 5_000),
                ]
            }
            run.waitsForOutcomes = true
            run.observe = { entry in
                try journal.take(entry)
                history.take(entry.input, entry.events, at: entry.stamp)
            }
            try run.route()
            try journal.flush()
            let verified = try await Verifier(try DataFolder(path: path)).run()
            #expect(verified.isGood && verified.programs.first?.entries ?? 0 > 3_000, "\(verified.faults)")
            #expect(throws: ArenaError.self) { try ArenaJournal(folder: path) }
            // The channel's report shows the pilot as the pilot's own report does.
            let channel = ChannelReport(history, program: "arena")
            let pilot = try PilotReport(history, program: "arena")
            let shown = try #require(channel.pilot)
            #expect(shown.incumbent == "turns" && shown.arms.map(\.uplift) == pilot.arms.map(\.uplift))
            let ratio = try #require(shown.arms[0].uplift?.winRateRatio)
            #expect(ratio.value > 1.2 && ratio.interval.low > 1 && shown.arms[0].verdict == .better, "\(ratio)")
            // Half of the time has fewer leads in its arms.
            let later = ChannelReport(history, program: "arena", from: arena.leads[750].at)
            #expect(later.pilot?.arms.reduce(0) { $0 + $1.figures.leads } == 750)
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.removeItem(atPath: path + "-keys")
        }
    }
}
