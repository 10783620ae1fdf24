import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: the lots that the core draws, with the propensities it records, are what the estimates take them for. Method: the
/// real decider with exploration in worlds whose truth is known; a candidate is judged from the journal alone.
@Suite struct CoreLotsTests {
    private static let partners = ["a", "b", "c", "d"]

    /// Chance of each partner to win; a is old in the trade and not good at it.
    private static let chances: [String: Double] = ["a": 0.15, "b": 0.35, "c": 0.25, "d": 0.1]

    private func program(seed: UInt64, leads: Int) -> RecordedProgram {
        let profiles = Self.partners.map { name in
            var profile = RecordedProgram.partner(name, verticals: name == "a" || name == "d" ? ["food"] : [])
            profile.products = [name]
            return profile
        }
        var program = RecordedProgram(RecordedProgram.policy { $0.exploration.shareBasisPoints = 3_000 }, partners: profiles)
        var chance = SeededChance(seed: seed)
        // Chance moves the core's own lots too: as many leads come before.
        for k in 0..<Int(seed) { program.take(RecordedProgram.lead("before-\(k)", vertical: "food"), at: k) }
        for k in 0..<leads {
            let minute = 1_000 + 10 * k, id = "l\(k)"
            program.take(RecordedProgram.lead(id, vertical: "food"), at: minute)
            guard let partner = program.state.lead(id)?.partnerID else { continue }
            program.close(id, partner, won: chance.uniform() < Self.chances[partner] ?? 0 ? 10_000 : nil, at: minute + 5)
        }
        return program
    }

    @Test func complaint16_aCandidateIsJudgedFromTheCoresOwnLots() throws {
        let runs = 12
        var covered = [0, 0, 0]
        for seed in 1...runs {
            let program = program(seed: UInt64(seed), leads: 900)
            var replay = CandidateReplay(
                RecordedProgram.policy { $0.hardRules.append(HardRule(name: "not-b", require: .not(.partnerLists(.products, value: "b")))) },
                version: "c", from: RecordedProgram.at(1_000))
            var truth: [Double] = []
            for entry in program.entries {
                let difference = replay.take(entry.input, entry.events, at: entry.at)?.difference
                guard let choice = RoutingChoice(entry.events), entry.at >= RecordedProgram.at(1_000) else { continue }
                let partner = difference.map(\.after) ?? choice.partnerID
                truth.append(partner.flatMap { Self.chances[$0] } ?? 0)
            }
            let report = replay.report(program: "demo")
            #expect(report.closed == 900 && report.withoutLot == 0 && report.overlap.isEnough, "seed \(seed): \(report.overlap.words)")
            let wins = try #require(report.winRate), expected = truth.reduce(0, +) / Double(truth.count)
            #expect(wins.meanWeight.interval.contains(1) || abs(wins.meanWeight.value - 1) < 0.25, "seed \(seed): \(wins.meanWeight)")
            for (k, estimate) in [wins.ips, wins.snips, wins.doublyRobust].enumerated() where estimate.interval.contains(expected) { covered[k] += 1 }
        }
        print("the core's own lots: covered \(covered) of \(runs)")
        for count in covered { #expect(count >= runs - 2) }
    }
}
