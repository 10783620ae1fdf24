import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: forecasts use what was known, and their intervals hold what they promise; enablement is run, not guessed. Method:
/// small curves by hand; a seeded program of two years; programs of a few leads.
@Suite struct ForecastTests {
    private static let day = 24 * 60

    @Test func anOpenDealIsWonByItsAge() {
        let table = ClosingTable([.init(days: 10, wins: 0.8, losses: 0.2), .init(days: 20, wins: 1, losses: 1)])
        #expect(abs(table.wins(by: 5) - 0.4) < 1e-12 && abs(table.losses(by: 15) - 0.6) < 1e-12 && table.wins(by: 99) == 1 && table.wins(by: -1) == 0)
        #expect(abs(table.winsWithin(10, chance: 0.5, age: 0) - 0.4) < 1e-12)
        // Of those open at ten days a fifth of the wins and four fifths of the losses are left.
        #expect(abs(table.winsWithin(10, chance: 0.5, age: 10) - 0.2) < 1e-12)
        #expect(table.winsWithin(10, chance: 0.5, age: 30) == 0)
        #expect(abs(ClosingTable().meanWins(over: 10) - 1) < 1e-12)
    }

    /// Deals that are won after 20 days on average and lost after 60, looked at while most are still open: whoever takes the
    /// open ones to be won as often as those that ended expects too many late wins.
    @Test func whatIsStillOpenIsJudgedByWhatEndedLate() {
        var chance = SeededChance(seed: 5), lives: [DealLife] = []
        func waiting(_ mean: Double) -> Double { -mean * ElementaryFunctions.log(1 - chance.uniform()) }
        for _ in 0..<6_000 {
            let isWon = chance.uniform() < 0.3, ends = waiting(isWon ? 20 : 60), age = 90 * chance.uniform()
            lives.append(ends <= age ? DealLife(days: ends, end: isWon ? .won : .lost) : DealLife(days: age, end: .open))
        }
        let table = ClosingTable(lives)
        for days in [10.0, 20, 40, 80, 160] {
            let wins = 1 - ElementaryFunctions.exp(-days / 20), losses = 1 - ElementaryFunctions.exp(-days / 60)
            #expect(abs(table.wins(by: days) - wins) < 0.03, "\(days): \(table.wins(by: days)), not \(wins)")
            #expect(abs(table.losses(by: days) - losses) < 0.06, "\(days): \(table.losses(by: days)), not \(losses)")
        }
        #expect(table.wins(by: 10_000) == 1 && table.losses(by: 10_000) == 1)
        // Nothing ended, too few deals, and one of every age: nothing is known, and nothing breaks.
        for lives in [[], [DealLife(days: 3, end: .open)], (0..<9).map { DealLife(days: Double($0), end: .won) }] {
            #expect(ClosingTable(lives).wins(by: 1) == 1)
        }
        #expect(ClosingTable((0..<50).map { DealLife(days: Double($0), end: .lost) }).wins(by: 5) >= 0)
    }

    @Test func leadsThatComeEarlyHaveMoreTime() {
        let table = ClosingTable([.init(days: 14, wins: 1, losses: 1)])
        // Two weeks: of the first week's leads three quarters are won by the end, of the second's a quarter.
        #expect(abs(table.meanWins(over: 14) - 0.5) < 1e-12)
        #expect(abs(table.meanWins(over: 14, arriving: [3, 1]) - 0.625) < 1e-12)
    }

    /// Eight quarters of 80 leads at each of ten partners, who win a quarter of them. One partner's chance goes up and down by
    /// half, which nobody foresees; a tiny one has as wild a record, of two leads a quarter.
    @Test func whoWanderedIsExpectedToWander() {
        var chance = SeededChance(seed: 11), kept: [KeptLead] = []
        for quarter in 0..<8 {
            for partner in 0..<11 {
                let odds = partner == 0 ? (quarter % 2 == 0 ? 0.375 : 0.125) : 0.25
                for _ in 0..<(partner == 10 ? 2 : 80) {
                    let age = Double(90 * quarter) + 90 * chance.uniform()
                    let wins = partner == 10 ? quarter % 2 == 0 : chance.uniform() < odds
                    kept.append(KeptLead(partner: partner, age: age, chance: 0.25, isWon: wins))
                }
            }
        }
        let wander = PastQuarters(kept, partners: 11, days: 90, historyDays: 720, ClosingTable())
        let usual = wander.partners[1..<10].reduce(0, +) / 9
        #expect(wander.partners[0] > 0.28 && wander.partners[1..<10].allSatisfy { $0 < 0.22 } && usual < 0.2, "\(wander.partners)")
        #expect(abs(wander.partners[10] - usual) < 0.1 && wander.program < 0.1, "\(wander)")
        // Without a quarter to look back on, the first guess.
        let none = PastQuarters(kept, partners: 11, days: 90, historyDays: 100, ClosingTable())
        #expect(none.partners == [Double](repeating: 0.25, count: 11) && none.program == 0.03 && none.growth == 0)
    }

    /// Two years at a steady pace: partners of different strength, wins by chance, cycles of one to two months.
    private func program(days: Int, perDay: Double, seed: UInt64) -> RecordedProgram {
        let names = ["a", "b", "c", "d"], rates = [0.5, 0.3, 0.2, 0.1]
        var program = RecordedProgram(RecordedProgram.policy(), partners: names.map { RecordedProgram.partner($0) })
        var chance = SeededChance(seed: seed)
        var closings: [(minute: Int, lead: String, partner: Int, won: Int64?)] = []
        var number = 0
        for day in 0..<days {
            closings.sort { $0.minute < $1.minute }
            while let next = closings.first, next.minute < day * Self.day {
                program.close(next.lead, names[next.partner], won: next.won, at: next.minute)
                closings.removeFirst()
            }
            for _ in 0..<chance.poisson(perDay) {
                number += 1
                let partner = chance.below(4), value = Int64(10_000 + chance.below(40_000))
                let minute = day * Self.day + min(number % 1_000, 1_400)
                program.assign(RecordedProgram.lead("l\(number)", euros: value), to: names[partner], at: max(minute, day * Self.day))
                let won = chance.uniform() < rates[partner]
                closings.append((day * Self.day + Self.day * (20 + chance.below(40)) + number % 1_000, "l\(number)", partner, won ? value : nil))
            }
        }
        return program
    }

    @Test func backtestedIntervalsHoldWhatTheyPromise() throws {
        var eighty = Rate(0, of: 0), ninetyFive = Rate(0, of: 0), quarters = 0, small = Rate(0, of: 0), smallWidth = 0.0
        for seed in 1...3 {
            let history = PilotReportTests.history(program(days: 540, perDay: 2, seed: UInt64(seed)))
            let backtest = ForecastBacktest(history, program: "demo", days: 60, draws: 500)
            quarters += backtest.quarters.count
            eighty = Rate(eighty.successes + backtest.partnerWins80.successes, of: eighty.trials + backtest.partnerWins80.trials)
            for size in backtest.sizes where size.expectedBelow ?? .infinity <= 10 {
                small = Rate(small.successes + size.wins80.successes, of: small.trials + size.wins80.trials)
                smallWidth += size.meanWidth80 * Double(size.wins80.trials)
                #expect(size.wins80Promised.share >= 0.8 && size.wins95Promised.share >= 0.95 && size.wins80.trials > 0)
            }
            ninetyFive = Rate(ninetyFive.successes + backtest.partnerWins95.successes, of: ninetyFive.trials + backtest.partnerWins95.trials)
        }
        print("forecast coverage over \(quarters) quarters: 80 % \(eighty.share), 95 % \(ninetyFive.share) of \(ninetyFive.trials)")
        print("of partners with fewer than ten wins: 80 % \(small.share) of \(small.trials), mean width \(smallWidth / Double(max(small.trials, 1)))")
        #expect(small.trials > 20 && small.share > 0.72)
        #expect(quarters >= 15 && eighty.share > 0.72 && ninetyFive.share > 0.9)
    }

    /// Somebody else routed for 300 days: the quarter in which Leadline begins is shown and counts nowhere.
    @Test func whereLeadlineTakesOverNothingIsJudged() throws {
        let program = program(days: 480, perDay: 2, seed: 4), takeOver = RecordedProgram.at(300 * Self.day)
        var history = NetworkHistory(readsCandidates: false)
        for entry in program.entries {
            var input = entry.input
            if case .leadSubmitted(var fact) = input.fact, entry.at < takeOver {
                fact.pastPartnerID = "a"
                (input.fact, input.imported) = (.leadSubmitted(fact), true)
            }
            history.take(input, entry.events, at: entry.at)
        }
        let begun = try #require(history.takeOver)
        #expect(begun >= takeOver && begun < takeOver.adding(micros: 3 * Timestamp.microsPerDay))
        let backtest = ForecastBacktest(history, program: "demo", days: 60, draws: 300)
        let taken = backtest.quarters.filter(\.takesOver)
        #expect(taken.count == 1 && backtest.totalWins80.trials == backtest.quarters.count - 1 && backtest.quarters.count >= 4)
        let counted = backtest.quarters.filter { !$0.takesOver }
        let bias = counted.reduce(0) { $0 + $1.expectedWins } / Double(counted.reduce(0) { $0 + $1.wins }) - 1
        #expect(abs(try #require(backtest.bias) - bias) < 1e-12 && abs(bias) < 0.25, "\(bias)")
        // Where Leadline always routed, or does not yet, nothing is taken over.
        let alone = PilotReportTests.history(program).takeOver
        #expect(alone == nil)
    }

    @Test func aForecastIsTheSameForTheSameJournal() throws {
        let history = PilotReportTests.history(program(days: 120, perDay: 2, seed: 9))
        let last = try #require(history.last)
        let one = try Forecast(history, program: "demo", at: last, days: 91, draws: 300), two = try Forecast(history, program: "demo", at: last, days: 91, draws: 300)
        #expect(one.total.wins == two.total.wins && one.total.revenue == two.total.revenue && one.partners.count == 4)
        #expect(one.total.wins.interval95.low <= one.total.wins.interval80.low && one.total.wins.expected > 5)
        #expect(one.partners.reduce(0) { $0 + $1.open } == one.total.open && !one.hasSeason && one.season == 1)
        #expect(throws: EvaluationError.self) { try Forecast(history, program: "demo", at: RecordedProgram.at(20 * Self.day), days: 91) }
    }

    // MARK: Enablement

    /// Manufacturing leads that need a certificate only a has; c has none, and a takes ten open leads at most.
    private func certified() -> RecordedProgram {
        var a = RecordedProgram.partner("a", capacity: Capacity(openLeadsMax: 10))
        a.certifications = ["iso"]
        var program = RecordedProgram(RecordedProgram.policy(), partners: [a, RecordedProgram.partner("c")])
        for k in 0..<30 {
            program.take(RecordedProgram.lead("l\(k)", certification: "iso"), at: Self.day * (k + 1))
        }
        program.take(Input(.partnerResumed(.init(partnerID: "a"))), at: Self.day * 31)
        return program
    }

    private func run(_ program: RecordedProgram, _ changes: [Enablement]) throws -> EnablementReport {
        var run = EnablementRun(changes, from: RecordedProgram.at(Self.day))
        for entry in program.entries { run.take(entry.input, entry.events, at: entry.at) }
        return try run.report(days: 30)
    }

    @Test func aCertificateIsWorthWhatTheRouterMakesOfIt() throws {
        let report = try run(certified(), [Enablement(partnerID: "c", list: .certifications, value: "iso")])
        // a holds ten, which end evenly meanwhile; the rest goes to nobody, or with the certificate to c.
        #expect(report.leads == 30 && report.moved >= 15 && report.changes == ["c: certifications + iso"])
        #expect(report.difference.value > 0 && report.difference.interval.low > 0 && report.expectedAfter > 1.5 * report.expectedBefore)
        let c = try #require(report.partners.first)
        #expect(c.partner == "c" && c.before == 0 && c.after >= 15)
        #expect(abs(report.expectedAfter - report.expectedBefore - report.difference.value) < 1e-6 * report.expectedAfter)
    }

    @Test func whatChangesNothingIsWorthNothing() throws {
        let report = try run(certified(), [Enablement(partnerID: "a", list: .certifications, value: "iso")])
        #expect(report.moved == 0 && report.difference.value == 0 && report.partners.isEmpty)
        #expect(throws: EvaluationError.self) { try run(certified(), [Enablement(partnerID: "nobody", list: .verticals, value: "food")]) }
    }
}
