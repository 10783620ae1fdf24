import Foundation
import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: the report holds what was asked for, and the model is as good on real data as it was when it was chosen.
@Suite struct EvaluationReportTests {
    @Test func aReportOfInventedRows() throws {
        var columns = ColumnChoice()
        columns.groups = ["partner", "c_trade"]
        let observations = try Samples.read(
            Samples.invented(rows: 4_000, seed: 1, delay: 0), columns, logic: 7, chunk: 4_096)
        let report = try Evaluator(passes: 2, groupLeast: 400, logic: 7).report(on: observations, file: "invented")
        #expect(report.rows == 4_000 && report.partners == 4 && report.slots == ["c_trade", "n_size"] && report.open == 0)
        #expect(report.scoredFrom == 2_001 && report.scored == 2_000 && report.outcomesArePrompt && report.speed.passes == 2)
        #expect(report.scores.map(\.model) == ["leadline", "base rate", "partner rate"])
        // The chance depends on partner and trade together: the model must find more than each partner's rate.
        #expect(report.scores[0].scores.logLoss < report.scores[2].scores.logLoss && report.scores[2].scores.logLoss < report.scores[1].scores.logLoss)
        #expect(report.by.map(\.column) == ["partner", "c_trade"] && report.by[0].groups.allSatisfy { $0.scored > 400 })
        #expect(report.by[1].groups.reduce(0) { $0 + $1.scored } == 2_000)
        #expect(report.learningCurve.tenths.count == 10 && report.learningCurve.cumulative.count == 100)
        #expect(report.reliability.reduce(0) { $0 + $1.count } == 2_000)
    }

    /// Numbers are three slots each, passes agree to the bit, and outcomes that are 500 days late are learned.
    @Test(arguments: [0, 60, 500]) func aReportByVersion8(delay: Int) throws {
        let text = Samples.invented(rows: 6_000, seed: 2, delay: delay)
        let observations = try Samples.read(text, logic: 8, chunk: 4_096)
        let report = try Evaluator(passes: 2, logic: 8).report(on: observations, file: "invented")
        #expect(report.slots == ["c_trade", "n_size (half)", "n_size (eighth)", "n_size (zeros)"])
        #expect(report.scores[0].scores.logLoss < report.scores[1].scores.logLoss - 0.01, "\(report.scores)")
        #expect(report.scores[0].scores.logLoss < report.scores[2].scores.logLoss + 0.003, "\(report.scores)")
    }

    @Test func openRowsAreNotScored() throws {
        let text = "t,tclose,partner,y,c_a\n1,1,a,1,x\n2,2,a,0,x\n3,3,a,1,x\n4,,a,,x\n"
        let report = try Evaluator().report(on: try Samples.read(text), file: "-")
        #expect(report.open == 1 && report.scored == 1 && report.scoredShareWon == 1 && report.scores[0].scores.auc == nil)
    }

    @Test func nothingToScoreIsTold() throws {
        let observations = try Samples.read("t,tclose,partner,y,c_a\n1,1,a,1,x\n2,,a,,x\n")
        #expect(throws: EvaluationError.self) { try Evaluator().report(on: observations, file: "-") }
    }

    private static let datasets = ProcessInfo.processInfo.environment["LEADLINE_DATASETS"]

    /// Sets of tens of thousands of rows take minutes in a debug build: `LEADLINE_LARGE_SETS=1` has them too.
    private static let hasLarge = ProcessInfo.processInfo.environment["LEADLINE_LARGE_SETS"] != nil
    private static let large: Set<String> = ["ibm_sales_win_loss", "hotel_bookings"]

    /// Real opportunities; the folder is not in this repository.
    @Test(
        .enabled(if: datasets != nil, "set LEADLINE_DATASETS to a folder that holds ibm_sales_win_loss, maven_crm, olist_funnel and hotel_bookings"),
        arguments: [
            ("ibm_sales_win_loss", 7, 0.4205, 0.805, 0.010), ("maven_crm", 7, 0.678, 0, 1), ("olist_funnel", 7, 0.375, 0, 1),
            ("ibm_sales_win_loss", 8, 0.380, 0.850, 0.011), ("maven_crm", 8, 0.678, 0, 1), ("olist_funnel", 8, 0.372, 0, 1),
            ("hotel_bookings", 8, 0.535, 0.774, 1),
        ].filter { hasLarge || !large.contains($0.0) } as [(String, UInt32, Double, Double, Double)])
    func realData(_ name: String, _ logic: UInt32, _ logLossMax: Double, _ aucMin: Double, _ eceMax: Double) throws {
        let path = try #require(Self.datasets) + "/\(name)/stream.csv"
        var columns = ColumnChoice()
        columns.groups = name == "ibm_sales_win_loss" ? ["partner", "c_deal"] : []
        let observations = try ObservationReader.read(path: path, columns: columns, logic: logic)
        let report = try Evaluator(logic: logic).report(on: observations, file: path)
        // Calibrated also within partners and deal sizes: within 0.03 without what chance adds, or no more than chance explains.
        for group in report.by.flatMap(\.groups) {
            #expect(group.calibration.debiased ?? 1 <= 0.03 || !group.calibration.exceedsChance, "\(group)")
        }
        #expect(report.by.map(\.groups.count) == (columns.groups.isEmpty ? [] : [14, 7]))
        let scores = report.scores[0].scores
        #expect(scores.logLoss <= logLossMax && (scores.auc ?? 0) >= aucMin && scores.ece <= eceMax, "\(scores)")
    }
}
