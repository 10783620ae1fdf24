import LeadlineCore
import Testing

@testable import Evaluation

/// Goal: no outcome teaches before it is known. Method: a spy writes down what it is told, in order.
@Suite struct ProgressiveValidationTests {
    private struct Spy: ProgressiveLearner {
        var told: [String] = []

        mutating func predict(row: Int, day: Int) -> Double {
            told.append("predict \(row) on \(day)")
            return 0.5
        }

        mutating func learn(row: Int, day: Int, won: Bool) { told.append("learn \(row) of \(day) \(won ? "won" : "lost")") }
    }

    private func told(_ rows: String) throws -> [String] {
        var spy = Spy()
        _ = ProgressiveValidation.run(&spy, over: try Samples.read("t,tclose,partner,y,c_a\n" + rows))
        return spy.told
    }

    @Test func anOutcomeTeachesOnceItsDayHasPassed() throws {
        // Row 0 closes on the day of row 2's arrival: not yet past. Row 1 closes first, and on one day row 0 before row 2.
        #expect(try told("1,3,a,1,x\n1,2,a,0,x\n3,3,a,0,x\n4,9,a,1,x\n") == [
            "predict 0 on 1", "predict 1 on 1", "learn 1 of 2 lost", "predict 2 on 3", "learn 0 of 3 won", "learn 2 of 3 lost", "predict 3 on 4",
        ])
    }

    @Test func promptOutcomesTeachBeforeTheNextRowOfTheSameDay() throws {
        #expect(try told("1,1,a,1,x\n1,1,a,0,x\n2,,a,,x\n2,2,a,1,x\n") == [
            "predict 0 on 1", "learn 0 of 1 won", "predict 1 on 1", "learn 1 of 1 lost", "predict 2 on 2", "predict 3 on 2", "learn 3 of 2 won",
        ])
    }

    @Test func openRowsArePredictedAndNeverTeach() throws {
        #expect(try told("1,,a,1,x\n2,,a,,x\n9,,a,0,x\n") == ["predict 0 on 1", "predict 1 on 2", "predict 2 on 9"])
    }

    @Test func noOutcomeIsLearnedTwiceOrBeforeItsTime() throws {
        let observations = try Samples.read(Samples.invented(rows: 10_000, seed: 3, delay: 40), chunk: 4_096)
        var spy = Clock(observations)
        _ = ProgressiveValidation.run(&spy, over: observations)
        #expect(spy.faults == 0)
        let last = try #require(observations.arrivals.last)
        #expect(spy.learned.count == observations.closings.filter { ($0 ?? .max) < last }.count)
    }

    /// Counts outcomes told before they had passed, out of order, twice, or of rows never predicted.
    private struct Clock: ProgressiveLearner {
        let observations: Observations
        var predicted = -1
        var learned: Set<Int> = []
        var latest = (day: Int.min, row: -1)
        var faults = 0

        init(_ observations: Observations) { self.observations = observations }

        mutating func predict(row: Int, day: Int) -> Double {
            if row != predicted + 1 { faults += 1 }
            if latest.day >= day { faults += 1 }
            predicted = row
            return 0.5
        }

        mutating func learn(row: Int, day: Int, won: Bool) {
            if row > predicted || !learned.insert(row).inserted || (day, row) < latest { faults += 1 }
            if observations.closings[row] != day || observations.outcomes[row] != won { faults += 1 }
            // The next arrival must be later than this outcome.
            if predicted + 1 >= observations.count || observations.arrivals[predicted + 1] <= day { faults += 1 }
            latest = (day, row)
        }
    }

    @Test func theSimpleRatesAreWhatTheyAreByHand() throws {
        let observations = try Samples.read("t,tclose,partner,y,c_a\n1,1,a,1,x\n2,2,b,0,x\n3,3,a,1,x\n4,4,b,1,x\n")
        var base = BaseRate(), partner = PartnerRate(observations)
        // One of four to start with; then 2 of 5, 2 of 6, 3 of 7.
        #expect(ProgressiveValidation.run(&base, over: observations).predictions == [0.25, 0.4, 2.0 / 6, 3.0 / 7])
        let expected = [(0 + 20 * 0.25) / 20, (0 + 20 * 0.4) / 20, (1 + 20 * (2.0 / 6)) / 21, (0 + 20 * (3.0 / 7)) / 21]
        #expect(ProgressiveValidation.run(&partner, over: observations).predictions == expected)
    }

    @Test func theSimpleRatesWaitForOutcomesToo() throws {
        let observations = try Samples.read("t,tclose,partner,y,c_a\n1,2,a,1,x\n2,9,a,1,x\n3,9,a,1,x\n")
        var base = BaseRate()
        let pass = ProgressiveValidation.run(&base, over: observations)
        #expect(pass.predictions == [0.25, 0.25, 0.4] && pass.learned == [0, 0, 1])
    }

    @Test(arguments: [0, 30]) func twoRunsLearnTheSameToTheBit(_ delay: Int) throws {
        func run(_ text: String) throws -> (hash: Digest128, predictions: [Double]) {
            let observations = try Samples.read(text, chunk: 1_024)
            var learner = WinModelLearner(observations)
            let pass = ProgressiveValidation.run(&learner, over: observations)
            return (learner.model.contentHash(), pass.predictions)
        }
        let text = Samples.invented(rows: 1_500, seed: 7, delay: delay)
        let first = try run(text), second = try run(text), other = try run(Samples.invented(rows: 1_500, seed: 8, delay: delay))
        #expect(first.hash == second.hash && first.predictions == second.predictions && first.hash != other.hash)
        #expect(first.predictions.allSatisfy { $0 > 0 && $0 < 1 })
    }
}
