import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: replaying under a candidate compares each recorded decision with the candidate's in the state that history left.
/// Method: small programs, decided by the core, with lots and choices set by hand.
@Suite struct CandidateReplayTests {
    private func replay(_ program: RecordedProgram, _ candidate: Policy, from: Timestamp = Timestamp(micros: .min), to: Timestamp = .distantFuture) -> CandidateReport {
        var replay = CandidateReplay(candidate, version: "candidate", from: from, to: to)
        for entry in program.entries { replay.take(entry.input, entry.events, at: entry.at) }
        return replay.report(program: "demo")
    }

    /// Only a serves manufacturing; the candidate forbids a.
    private func withoutA(_ policy: inout Policy) {
        policy.hardRules.append(HardRule(name: "not-a", require: .not(.partnerLists(.products, value: "old"))))
    }

    private var partners: [PartnerProfile] {
        var a = RecordedProgram.partner("a", verticals: ["manufacturing"])
        a.products = ["old"]
        return [a, RecordedProgram.partner("b"), RecordedProgram.partner("c", countries: ["DE"])]
    }

    @Test func complaint16_theSamePolicyChangesNothing() {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        for k in 0..<6 {
            program.take(RecordedProgram.lead("l\(k)", country: k == 5 ? "FR" : "IT", vertical: "manufacturing"), at: 10 * k)
            if k < 3 { program.close("l\(k)", "a", won: k == 0 ? 9_000 : nil, at: 10 * k + 5) }
        }
        let report = replay(program, RecordedProgram.policy())
        #expect(report.decisions == 6 && report.changed == 0 && report.differences.isEmpty)
        #expect(report.partners == [.init(partner: "a", before: 5, after: 5)])
        #expect(report.closed == 3 && report.open == 3 && report.overlap.isEnough && report.verdict == .same)
        #expect(abs((report.revenue?.doublyRobust.value ?? 0) - 300_000) < 1e-6)
    }

    @Test func complaint16_aChangeIsShownLeadByLeadBeforeItGoesLive() throws {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        for k in 0..<3 { program.take(RecordedProgram.lead("l\(k)", vertical: "manufacturing"), at: 10 * k) }
        program.take(RecordedProgram.lead("german", country: "DE"), at: 50)
        let report = replay(program, RecordedProgram.policy(withoutA))
        #expect(report.decisions == 4 && report.changed == 3)
        let first = try #require(report.differences.first)
        #expect(first.lead == "l0" && first.before == "a" && first.after == "b" && first.valueMinorUnits == 1_000_000)
        #expect(first.position == 5 && first.expectedBeforeMinorUnits > 0 && first.expectedAfterMinorUnits > 0)
        #expect(report.partners.map(\.partner) == ["b", "c", "a"])
        #expect(report.partners.first == .init(partner: "b", before: 0, after: 3))
        #expect(report.verdict == .refused && report.overlap.reasons == [.nothingClosed])
        let later = replay(program, RecordedProgram.policy(withoutA), from: RecordedProgram.at(10), to: RecordedProgram.at(20))
        #expect(later.decisions == 2 && later.changed == 2)
    }

    /// Version 1 sends energy to whom the profile names, version 2 to whom has won there.
    @Test func anotherLogicVersionIsToldLeadByLead() throws {
        let policy = RecordedProgram.policy {
            $0.fitWeights = FitWeights()
            $0.fitWeights.vertical = 1_000
            $0.fitFadeOutcomes = 1_000_000
        }
        let partners = [RecordedProgram.partner("named", verticals: ["energy"]), RecordedProgram.partner("proven", verticals: ["retail"])]
        var program = RecordedProgram(policy, logic: 1, partners: partners)
        for k in 0..<30 {
            let partner = k % 2 == 0 ? "named" : "proven"
            program.assign(RecordedProgram.lead("l\(k)", vertical: "energy"), to: partner, at: 10 * k)
            program.close("l\(k)", partner, won: partner == "proven" ? 10_000 : nil, at: 10 * k + 5)
        }
        program.take(RecordedProgram.lead("last", vertical: "energy"), at: 1_000)
        #expect(program.state.lead("last")?.partnerID == "named")
        func report(_ make: CandidateReplay) -> CandidateReport {
            var replay = make
            for entry in program.entries { replay.take(entry.input, entry.events, at: entry.at) }
            return replay.report(program: "demo")
        }
        let from = RecordedProgram.at(1_000)
        let same = report(CandidateReplay(logic: 1, from: from))
        #expect(same.decisions == 1 && same.changed == 0 && same.logic == 1)
        let later = report(CandidateReplay(logic: 2, from: from))
        #expect(later.changed == 1 && later.differences[0].before == "named" && later.differences[0].after == "proven")
        #expect(later.policy.isEmpty && later.version.isEmpty && later.logic == 2)
        let both = report(CandidateReplay(policy, version: "c", logic: 2, from: from))
        #expect(both.changed == 1 && both.logic == 2 && both.version == "c")
        #expect(report(CandidateReplay(policy, version: "c", from: from)).changed == 0)
    }

    /// Offers are how a choice is carried out: with or without them, in history or by the candidate, as many decisions are
    /// compared, and the choice is whom a lead is offered first.
    @Test(arguments: [0, 2] as [UInt32], [0, 2] as [UInt32])
    func offersAreNoDecisionsOfTheirOwn(recorded: UInt32, candidate: UInt32) throws {
        func policy(_ rounds: UInt32) -> Policy {
            RecordedProgram.policy {
                $0.negotiation.rounds = rounds
                $0.negotiation.answerMillis = 60_000
            }
        }
        var program = RecordedProgram(policy(recorded), partners: partners)
        for k in 0..<6 {
            program.take(RecordedProgram.lead("l\(k)", vertical: "manufacturing"), at: 10 * k)
            guard let offer = program.state.offerStandings.first else { continue }
            let answer: OfferAnswer = k % 3 == 0 ? .accepted : k % 3 == 1 ? .declined : .capacityConfirmed
            program.take(
                Input(.offerAnswered(.init(leadID: offer.leadID, partnerID: offer.partnerID, offerID: offer.offerID, answer: answer))),
                at: 10 * k)
        }
        program.take(RecordedProgram.lead("last", vertical: "manufacturing"), at: 100)
        let offers = program.entries.flatMap(\.events).filter { if case .offerMade = $0 { true } else { false } }
        #expect(offers.isEmpty == (recorded == 0))
        let report = replay(program, policy(candidate))
        #expect(report.decisions == 7 && report.changed == 0, "\(report.differences)")
        // What plain assignment would have done is said where the candidate assigns plainly and history did not.
        let isCompared = recorded > 0 && candidate == 0
        #expect(report.negotiated.count + report.stillOffered == (isCompared ? 7 : 0), "\(report.negotiated)")
        for lead in report.negotiated {
            let entry = try #require(program.entries.indices.contains(Int(lead.position)) ? program.entries[Int(lead.position)] : nil)
            #expect(RoutingChoice(entry.events)?.partnerID == lead.plainly)
            // Whoever accepts has it, whoever declines has not.
            if ["l0", "l3"].contains(lead.lead) { #expect(!lead.isElsewhere && lead.negotiated == lead.plainly) }
            if ["l1", "l4"].contains(lead.lead) { #expect(lead.isElsewhere && lead.negotiated != lead.plainly) }
        }
        if isCompared { #expect(Set(report.negotiated.map(\.lead)).isSuperset(of: ["l0", "l1", "l3", "l4"])) }
    }

    @Test func aLeadThatTheCandidateGivesToNobodyIsNamed() throws {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        program.take(RecordedProgram.lead("l"), at: 1)
        program.take(RecordedProgram.lead("nobody", country: "FR"), at: 2)
        let report = replay(program, RecordedProgram.policy { $0.hardRules = [HardRule(name: "none", require: .any([]))] })
        #expect(report.decisions == 2 && report.changed == 1)
        #expect(report.differences.first?.after == nil && report.differences.first?.afterReason == "noEligiblePartner")
        let open = replay(program, RecordedProgram.policy { $0.hardRules = [] })
        #expect(open.differences.contains { $0.lead == "nobody" && $0.before == nil && $0.beforeReason == "noEligiblePartner" && $0.after != nil })
    }

    /// Half by lot, 600 leads: a is chosen for its vertical, b by lot; b wins twice as often.
    private func explored(_ count: Int) -> RecordedProgram {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        for k in 0..<count {
            let toB = k % 4 == 0
            let partner = toB ? "b" : "a"
            program.assign(RecordedProgram.lead("l\(k)", vertical: "manufacturing"), to: partner, at: 10 * k, propensity: toB ? 0.25 : 0.75)
            let wins = toB ? (k / 4) % 2 == 0 : k % 4 == 1 && (k / 4) % 2 == 0
            program.close("l\(k)", partner, won: wins ? 10_000 : nil, at: 10 * k + 5)
        }
        return program
    }

    @Test func whereLotsWereDrawnTheCandidateIsJudged() throws {
        let report = replay(explored(600), RecordedProgram.policy(withoutA))
        #expect(report.closed == 600 && report.overlap.isEnough, "\(report.overlap.words)")
        let wins = try #require(report.winRate)
        // b wins half of its leads; what was logged won a quarter.
        #expect(abs(wins.ips.value - 0.5) < 0.01 && abs(wins.snips.value - 0.5) < 0.01 && abs(wins.doublyRobust.value - 0.5) < 0.05)
        #expect(abs(wins.logged.value - 0.25) < 0.01 && abs(wins.effectiveSampleSize - 150) < 1e-6)
        #expect(report.verdict == .better)
    }

    @Test func withoutLotsTheReportRefuses() {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        for k in 0..<100 {
            program.take(RecordedProgram.lead("l\(k)", vertical: "manufacturing"), at: 10 * k)
            program.close("l\(k)", "a", won: k % 3 == 0 ? 1_000 : nil, at: 10 * k + 5)
        }
        let report = replay(program, RecordedProgram.policy(withoutA))
        #expect(report.verdict == .refused && report.overlap.reasons.contains(.noExploration))
        #expect(report.overlap.remedy.contains("exploration"))
    }

    @Test func theCandidatesOwnLotsCountByProbability() {
        let candidate = RecordedProgram.policy { $0.exploration.shareBasisPoints = 5_000 }
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        func partner(_ k: Int) -> String { k % 4 == 0 ? "b" : "a" }
        // All are decided before an outcome teaches, so that a stays the best.
        for k in 0..<8 {
            program.assign(
                RecordedProgram.lead("l\(k)", vertical: "manufacturing"), to: partner(k), at: k, propensity: k % 4 == 0 ? 0.25 : 0.75)
        }
        for k in 0..<8 { program.close("l\(k)", partner(k), won: k % 3 == 0 ? 10_000 : nil, at: 100 + k) }
        let report = replay(program, candidate)
        // The candidate takes a, half by lot among two: 0.75 to a and 0.25 to b, as was logged.
        #expect(abs((report.winRate?.ips.value ?? 0) - (report.winRate?.logged.value ?? 1)) < 1e-9)
        #expect(abs((report.winRate?.effectiveSampleSize ?? 0) - 8) < 1e-6)
    }

    @Test func historyIsComparedButProvesNothing() {
        var program = RecordedProgram(RecordedProgram.policy(), partners: partners)
        var past = RecordedProgram.lead("past", vertical: "manufacturing")
        if case .leadSubmitted(var fact) = past.fact {
            fact.pastPartnerID = "b"
            past = Input(.leadSubmitted(fact), imported: true)
        }
        program.take(past, at: 1)
        let report = replay(program, RecordedProgram.policy(withoutA))
        #expect(report.decisions == 1 && report.imported == 1 && report.closed == 0 && report.open == 0)
        #expect(report.differences.first?.before == "a" && report.differences.first?.after == "b")
    }
}
