import Foundation
import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: off-policy estimates are right, and their intervals hold what they promise. Method: small cases by hand; a bandit
/// whose truth is known, replayed several hundred times from fixed seeds.
@Suite struct OffPolicyTests {
    private func lead(_ propensity: Double, _ candidate: Double, reward: Double, q: Double = 0, v: Double = 0) -> LoggedLead {
        LoggedLead(
            choices: [LoggedChoice(propensity: propensity, candidateProbability: candidate, loggedModel: q, candidateModel: v)], reward: reward)
    }

    @Test func theSamePolicyIsWorthWhatItEarned() throws {
        let estimates = try #require(OffPolicyEstimates((0..<10).map { lead(1, 1, reward: $0 < 3 ? 1 : 0, q: 0.4, v: 0.4) }))
        #expect(estimates.effectiveSampleSize == 10 && abs(estimates.largestWeightShare - 0.1) < 1e-12)
        for value in [estimates.logged, estimates.ips, estimates.snips, estimates.doublyRobust] { #expect(abs(value.value - 0.3) < 1e-12) }
        #expect(estimates.difference.value == 0 && estimates.difference.interval == Interval(0, 0))
        #expect(OffPolicyEstimates([lead(1, 1, reward: 1)]) == nil)
    }

    @Test func weightsAreProbabilitiesByPropensities() throws {
        let estimates = try #require(OffPolicyEstimates([
            lead(0.5, 1, reward: 10, q: 8, v: 9), lead(0.5, 0, reward: 4, q: 5, v: 6), lead(0.25, 0.5, reward: 0, q: 2, v: 3),
        ]))
        #expect(abs(estimates.ips.value - 20.0 / 3) < 1e-12)
        #expect(abs(estimates.snips.value - 5) < 1e-12)
        // 9 + 2 (10 - 8), 6, 3 + 2 (0 - 2).
        #expect(abs(estimates.doublyRobust.value - (13.0 + 6 - 1) / 3) < 1e-12)
        #expect(abs(estimates.effectiveSampleSize - 2) < 1e-12 && abs(estimates.largestWeightShare - 0.5) < 1e-12)
    }

    @Test func aLeadThatIsRoutedAgainCountsByItsWholeWay() {
        let first = LoggedChoice(propensity: 0.5, candidateProbability: 1, loggedModel: 3, candidateModel: 4)
        let second = LoggedChoice(propensity: 0.8, candidateProbability: 0.4, loggedModel: 1, candidateModel: 2)
        let lead = LoggedLead(choices: [first, second], reward: 7)
        #expect(abs(lead.weight - 1) < 1e-12)
        // The second first: 2 + 0.5 (7 - 1) = 5; then 4 + 2 (5 - 3) = 8.
        #expect(abs(lead.doublyRobust - 8) < 1e-12)
    }

    // MARK: Coverage

    /// Leads with six partners each; chances depend on lead and partner, deals on the lead. The logged policy takes the
    /// partner that looks best, with a share of lots; the candidate one that looks best to another eye.
    private struct Bandit {
        static let partners = 6
        static let explored = 0.1
        var leads: [LoggedLead] = []
        var wins: [LoggedLead] = []
        var truth = 0.0
        var trueWins = 0.0

        init(seed: UInt64, leads count: Int) {
            var chance = SeededChance(seed: seed)
            for _ in 0..<count {
                let value = exp(0.8 * chance.normal()) * 30_000
                let chances = (0..<Self.partners).map { _ in 0.05 + 0.3 * chance.uniform() }
                let said = chances.map { min(0.95, max(0.01, $0 + 0.05 * chance.normal())) }
                let eye = chances.map { $0 + 0.08 * chance.normal() }
                let greedy = Self.best(said), candidate = Self.best(eye)
                let logged = chance.uniform() < Self.explored ? chance.below(Self.partners) : greedy
                let won = chance.uniform() < chances[logged]
                let lot = Self.explored / Double(Self.partners)
                let choice = LoggedChoice(
                    propensity: lot + (logged == greedy ? 1 - Self.explored : 0), candidateProbability: logged == candidate ? 1 : 0,
                    loggedModel: said[logged], candidateModel: said[candidate])
                wins.append(LoggedLead(choices: [choice], reward: won ? 1 : 0))
                var money = choice
                money.loggedModel *= value
                money.candidateModel *= value
                leads.append(LoggedLead(choices: [money], reward: won ? value : 0))
                truth += chances[candidate] * value / Double(count)
                trueWins += chances[candidate] / Double(count)
            }
        }

        static func best(_ values: [Double]) -> Int { values.indices.max { values[$0] < values[$1] } ?? 0 }
    }

    @Test func complaint16_intervalsOfACandidateCoverTheTruth() throws {
        let runs = 200
        var covered = [Int](repeating: 0, count: 6)
        for run in 0..<runs {
            let bandit = Bandit(seed: UInt64(run) + 1, leads: 2_500)
            let revenue = try #require(OffPolicyEstimates(bandit.leads)), wins = try #require(OffPolicyEstimates(bandit.wins))
            for (k, estimate) in [revenue.ips, revenue.snips, revenue.doublyRobust].enumerated() where estimate.interval.contains(bandit.truth) {
                covered[k] += 1
            }
            for (k, estimate) in [wins.ips, wins.snips, wins.doublyRobust].enumerated() where estimate.interval.contains(bandit.trueWins) {
                covered[3 + k] += 1
            }
        }
        // Revenue by IPS, SNIPS, DR; wins by the same.
        print("off-policy coverage of \(runs) runs: \(covered.map { Double($0) / Double(runs) })")
        for count in covered { #expect(Double(count) >= 0.9 * Double(runs)) }
    }

    // MARK: Refusals

    private func overlap(_ change: (inout Overlap.Evidence) -> Void, _ leads: [LoggedLead]) -> Overlap {
        var evidence = Overlap.Evidence()
        evidence.closed = leads.count
        evidence.meanCandidates = 6
        change(&evidence)
        return Overlap(evidence, OffPolicyEstimates(leads))
    }

    @Test func withoutExplorationThereIsNoConclusion() {
        let leads = (0..<400).map { lead(1, $0 < 200 ? 1 : 0, reward: 1) }
        let overlap = overlap({ $0.changedShare = 0.5; $0.unsupportedShare = 0.5 }, leads)
        #expect(overlap.reasons.contains(.noExploration) && !overlap.isEnough)
        // 0.5 x 6 / (400 / 100 - 0.5) is more than lots can bear: a fifth, for longer.
        #expect(overlap.remedy.contains("exploration at 20 %") && overlap.remedy.contains("5 times as many"), "\(overlap.remedy)")
        let same = self.overlap({ _ in }, (0..<400).map { lead(1, 1, reward: Double($0 % 2)) })
        #expect(same.isEnough && same.remedy.isEmpty)
        #expect(self.overlap({ _ in }, []).reasons == [.nothingClosed])
    }

    @Test func thinOverlapIsNamed() {
        // One lead in fifty carries everything.
        let heavy = (0..<500).map { lead($0 % 50 == 0 ? 0.02 : 1, $0 % 50 == 0 ? 1 : 0, reward: 1) }
        let few = overlap({ $0.lots = 500; $0.changedShare = 1 }, heavy)
        #expect(few.reasons == [.fewLeads])
        let one = [lead(0.001, 1, reward: 1)] + (0..<499).map { _ in lead(1, 1, reward: 1) }
        #expect(overlap({ $0.lots = 1; $0.changedShare = 0.1 }, one).reasons.contains(.oneLeadDominates))
        let off = (0..<500).map { lead(0.5, $0 % 4 == 0 ? 1 : 0.9, reward: 1) }
        #expect(overlap({ $0.lots = 500; $0.changedShare = 0.1 }, off).reasons == [.weightsOff])
        let untried = (0..<500).map { lead(0.9, $0 % 10 == 0 ? 0 : 1, reward: 1) }
        #expect(overlap({ $0.lots = 500; $0.unsupportedShare = 0.2 }, untried).reasons == [.unsupported])
    }
}
