import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: what `evaluate` measures is the model that routes: a file whose columns are fields of leads has the same scores,
/// to the digit, as the journal of a program that imported the same rows, and as the backtest of that journal.
/// Method: invented rows, prompt and late; once through the evaluator, once as entries that are decided and folded one by
/// one, with the state taken from its bytes now and then, as a restart does.
@Suite struct OneModelTests {
    private static let columns: ColumnChoice = {
        var columns = ColumnChoice()
        columns.fields = [.vertical: "c_trade", .dealValue: "n_size", .campaign: "c_fair"]
        columns.groups = ["partner"]
        return columns
    }()

    /// The invented rows with one column more.
    private static func text(rows: Int, seed: UInt64, delay: Int) -> String {
        let lines = Samples.invented(rows: rows, seed: seed, delay: delay).split(separator: "\n")
        return lines.enumerated().map { number, line in
            number == 0 ? "\(line),c_fair" : "\(line),\(number % 3 == 0 ? "" : "fair \(number % 5)")"
        }.joined(separator: "\n") + "\n"
    }

    /// The same rows as an import makes entries of them; outcomes of a day after its leads, or with them where all are prompt.
    private static func journal(_ observations: Observations, logic: UInt32, isPrompt: Bool) throws -> JournalEvaluation {
        enum Moment { case lead(Int), outcome(Int) }
        var moments: [(at: Timestamp, order: Int, what: Moment)] = []
        for row in 0..<observations.count {
            let day = Int64(observations.arrivals[row]) * Timestamp.microsPerDay
            moments.append((Timestamp(micros: day + Int64(row)), 2 * row, .lead(row)))
            guard let closing = observations.closings[row] else { continue }
            let end = Int64(closing + 1) * Timestamp.microsPerDay - 10_000_000
            moments.append((Timestamp(micros: (isPrompt ? day : end) + Int64(row)), 2 * row + 1, .outcome(row)))
        }
        moments.sort { ($0.at, $0.order) < ($1.at, $1.order) }
        var state = State(), evaluation = JournalEvaluation(), entries = 0
        func take(_ input: Input, _ at: Timestamp) throws {
            var input = input
            input.imported = true
            let events = Decider.decide(input, at: at, in: state)
            state.fold(input, events, at: at)
            evaluation.take(events, folded: state, at: at)
            entries += 1
            if entries % 997 == 0 { state = try State(canonicalBytes: state.canonicalBytes()) }
        }
        let start = moments[0].at
        try take(Input(.programRegistered(.init(currency: "EUR", logicVersion: logic))), start)
        for partner in observations.partnerNames.indices { try take(Input(.partnerUpserted(PartnerProfile(partnerID: "p\(partner)"))), start) }
        for moment in moments {
            while let due = state.nextDeadline, due < moment.at { try take(Input(.timeAdvanced(through: due)), max(due, state.lastStamp)) }
            switch moment.what {
            case .lead(let row):
                let fact = LeadSubmitted(leadID: "L\(row)", attributes: observations.leads[row], pastPartnerID: "p\(observations.partners[row])")
                try take(Input(.leadSubmitted(fact)), moment.at)
            case .outcome(let row):
                let (lead, partner) = ("L\(row)", "p\(observations.partners[row])")
                let isWon = observations.outcomes[row] == true
                try take(
                    Input(isWon ? .dealWon(.init(leadID: lead, partnerID: partner, amount: nil)) : .dealLost(.init(leadID: lead, partnerID: partner))),
                    moment.at)
            }
        }
        return evaluation
    }

    @Test(arguments: [0, 40, 300], [7, 8] as [UInt32]) func aFileAndAJournalAgreeToTheDigit(delay: Int, logic: UInt32) throws {
        let observations = try Samples.read(Self.text(rows: 1_500, seed: 5, delay: delay), Self.columns, logic: logic, chunk: 4_096)
        let report = try Evaluator(passes: 2, groupLeast: 100, logic: logic).report(on: observations, file: "invented")
        let evaluation = try Self.journal(observations, logic: logic, isPrompt: report.outcomesArePrompt)
        let journal = try #require(evaluation.report(name: "program", fromShare: 0.5, byPartner: true, groupLeast: 100))
        #expect(report.outcomesArePrompt == (delay == 0) && journal.scored == report.scored && journal.scoredFrom == report.scoredFrom)
        #expect(journal.scores.map(\.scores) == report.scores.map(\.scores))
        #expect(journal.reliability == report.reliability && journal.learningCurve == report.learningCurve)
        let groups = report.by[0].groups.map { "\($0.scored) \($0.logLoss)" }
        #expect(journal.by[0].groups.map { "\($0.scored) \($0.logLoss)" } == groups && !groups.isEmpty)
    }

    @Test func theModelLearnsFromTheFields() throws {
        let observations = try Samples.read(Self.text(rows: 4_000, seed: 6, delay: 30), Self.columns, chunk: 4_096)
        #expect(observations.slotNames == ["vertical (c_trade)", "campaign (c_fair)", "deal-value (n_size)"] && observations.rows.isEmpty)
        let report = try Evaluator().report(on: observations, file: "invented")
        #expect(report.scores[0].scores.logLoss < report.scores[2].scores.logLoss, "\(report.scores)")
        #expect(report.scores[2].scores.logLoss < report.scores[1].scores.logLoss, "\(report.scores)")
    }

    @Test func fieldsAndOtherColumnsAreNotMixed() {
        var columns = Self.columns
        columns.categories = ["c_trade"]
        #expect(throws: EvaluationError.self) { try Samples.read(Self.text(rows: 3, seed: 1, delay: 0), columns) }
        columns = Self.columns
        columns.fields = [.product: "c_none"]
        #expect(throws: EvaluationError.self) { try Samples.read(Self.text(rows: 3, seed: 1, delay: 0), columns) }
        columns.fields = [.product: "partner"]
        #expect(throws: EvaluationError.self) { try Samples.read(Self.text(rows: 3, seed: 1, delay: 0), columns) }
    }

    @Test(arguments: [("12", 12, 1_200), ("12.34", 12, 1_234), ("", 0, nil), ("-3", 0, nil), ("1e30", 4_294_967_295, 1_000_000_000_000_000)]
        as [(String, UInt32, Int64?)])
    func numbersOfLeads(_ text: String, employees: UInt32, minorUnits: Int64?) throws {
        var columns = ColumnChoice()
        columns.fields = [.employees: "n_size", .dealValue: "n_size2"]
        let observations = try Samples.read("t,tclose,partner,y,n_size,n_size2\n1,1,a,1,\(text),\(text)\n", columns)
        #expect(observations.leads[0].employees == employees && observations.leads[0].dealValue?.minorUnits == minorUnits)
    }
}
