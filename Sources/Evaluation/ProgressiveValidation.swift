import Foundation

/// What can be tested by progressive validation: it predicts rows as they arrive and learns as they close.
public protocol ProgressiveLearner {
    /// The chance that a row is won, said on the day of its arrival. Called once a row, in order.
    mutating func predict(row: Int, day: Int) -> Double
    /// Deviation of the log-odds of what was predicted last, as far as it is said; 0 where nothing is.
    var lastDeviation: Double { get }
    /// The outcome of a row predicted before became known on a day.
    mutating func learn(row: Int, day: Int, won: Bool)
}

extension ProgressiveLearner {
    public var lastDeviation: Double { 0 }
}

/// What one pass over the rows gave.
public struct ProgressivePass: Sendable {
    /// The prediction of each row.
    public var predictions: [Double]
    /// How unsure each was: the deviation of its log-odds, 0 where the learner does not say.
    public var deviations: [Double]
    /// How many outcomes were known when each was made.
    public var learned: [Int]
    /// Time of this thread on a processor while it predicted and learned, in seconds.
    public var threadSeconds: Double
    /// The same by the clock on the wall, which other processes lengthen.
    public var wallSeconds: Double
}

/// Test, then train: each row is predicted at its arrival and teaches once its outcome is known, never before.
public enum ProgressiveValidation {
    /// Rows between two looks at the clock; the time of `progress` is not counted.
    private static let chunk = 4_096

    /// Runs a learner over the rows. The clocks run while rows are predicted and learned, and at no other time.
    /// - Parameters:
    ///   - learner: Predicts and learns.
    ///   - observations: The rows.
    ///   - progress: Called now and then with the rows done.
    public static func run<Learner: ProgressiveLearner>(
        _ learner: inout Learner, over observations: Observations, progress: (Int) -> Void = { _ in }
    ) -> ProgressivePass {
        let queue = OutcomeQueue(observations)
        let arrivals = observations.arrivals
        var pass = ProgressivePass(
            predictions: [Double](repeating: 0, count: arrivals.count),
            deviations: [Double](repeating: 0, count: arrivals.count),
            learned: [Int](repeating: 0, count: arrivals.count), threadSeconds: 0, wallSeconds: 0)
        var head = 0
        var start = 0
        while start < arrivals.count {
            let end = min(start + chunk, arrivals.count)
            let wall = ContinuousClock.now, thread = ThreadClock.seconds()
            for row in start..<end {
                let day = arrivals[row]
                while !queue.isPrompt && head < queue.rows.count && queue.days[head] < day {
                    learner.learn(row: queue.rows[head], day: queue.days[head], won: queue.won[head])
                    head += 1
                }
                pass.predictions[row] = learner.predict(row: row, day: day)
                pass.deviations[row] = learner.lastDeviation
                pass.learned[row] = head
                if queue.isPrompt && head < queue.rows.count && queue.rows[head] == row {
                    learner.learn(row: row, day: day, won: queue.won[head])
                    head += 1
                }
            }
            pass.threadSeconds += ThreadClock.seconds() - thread
            let passed = (ContinuousClock.now - wall).components
            pass.wallSeconds += Double(passed.seconds) + Double(passed.attoseconds) / 1e18
            start = end
            progress(start)
        }
        return pass
    }
}

/// The outcomes in the order in which they become known: by day of closing, then by row.
struct OutcomeQueue {
    private(set) var rows: [Int]
    private(set) var days: [Int]
    private(set) var won: [Bool]
    /// True if every outcome is known on the day of arrival: it then teaches before the next row, even one of the same
    /// day.
    private(set) var isPrompt: Bool

    init(_ observations: Observations) {
        let known = observations.arrivals.indices.compactMap { row -> (day: Int, row: Int, won: Bool)? in
            guard let day = observations.closings[row], let won = observations.outcomes[row] else { return nil }
            return (day, row, won)
        }
        let isPrompt = known.allSatisfy { $0.day == observations.arrivals[$0.row] }
        let order = isPrompt ? known : known.sorted { ($0.day, $0.row) < ($1.day, $1.row) }
        self.isPrompt = isPrompt
        rows = order.map(\.row)
        days = order.map(\.day)
        won = order.map(\.won)
    }
}

/// Time that this thread spent on a processor.
enum ThreadClock {
    static func seconds() -> Double {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
