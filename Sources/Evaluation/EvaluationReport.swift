/// How well the model would have predicted a file's rows. As JSON its field names are a contract.
public struct EvaluationReport: Encodable, Sendable {
    /// Scores of one way to predict.
    public struct ModelScores: Encodable, Sendable {
        /// What predicted: `leadline`, `base rate` or `partner rate`.
        public var model: String
        /// Its scores.
        public var scores: Scores
    }

    /// How fast the model predicted and learned, without reading and scoring.
    public struct Speed: Encodable, Sendable {
        /// Rows a second of this thread's time on a processor, in the best pass.
        public var rowsPerSecond: Double
        /// This thread's time on a processor in the best pass, in seconds.
        public var threadSeconds: Double
        /// The same pass by the clock on the wall.
        public var wallSeconds: Double
        /// Passes made.
        public var passes: Int
    }

    /// Scores of the model within one value of a column.
    public struct Group: Encodable, Sendable {
        /// The value.
        public var value: String
        /// Rows with it that were scored.
        public var scored: Int
        /// Share of them that was won.
        public var observed: Double
        /// Mean prediction for them.
        public var predicted: Double
        /// Log-loss among them.
        public var logLoss: Double
        /// Calibration error among them.
        public var ece: Double
        /// The same error beside what chance makes of it.
        public var calibration: CalibrationError

        /// The scores of one value's predictions, of which there is at least one.
        init(value: String, predicted said: [Double], won: [Bool]) {
            let scores = Scores(said, won: won)
            self.value = value
            scored = said.count
            observed = won.reduce(0) { $0 + ($1 ? 1 : 0) } / Double(won.count)
            predicted = said.reduce(0, +) / Double(said.count)
            logLoss = scores.logLoss
            ece = scores.ece
            calibration = scores.calibration
        }
    }

    /// Scores within the values of one column.
    public struct GroupedScores: Encodable, Sendable {
        /// The column.
        public var column: String
        /// Values it has.
        public var values: Int
        /// Those with enough scored rows, most rows first.
        public var groups: [Group]
    }

    /// The file.
    public var file: String
    /// Rows.
    public var rows: Int
    /// Different partners.
    public var partners: Int
    /// Columns learned from.
    public var slots: [String]
    /// Different values of them, numbers in bands.
    public var values: Int
    /// Rows that were still open at the end.
    public var open: Int
    /// Share won of the rows that closed; nil if none did.
    public var shareWon: Double?
    /// First day of arrival.
    public var first: String
    /// Last day of arrival.
    public var last: String
    /// True if outcomes were known on arrival and taught at once.
    public var outcomesArePrompt: Bool
    /// True if the file was not in order of arrival.
    public var wasSorted: Bool
    /// The first row that was scored, from 1.
    public var scoredFrom: Int
    /// Rows that were scored.
    public var scored: Int
    /// Share won of those that were scored.
    public var scoredShareWon: Double
    /// The scores: model, base rate, partner's rate.
    public var scores: [ModelScores]
    /// How fast it was.
    public var speed: Speed
    /// Hash of all the model has learned at the end.
    public var modelHash: String
    /// The model's predictions against what came of them.
    public var reliability: [ReliabilityBin]
    /// The same for the partner's rate.
    public var partnerRateReliability: [ReliabilityBin]
    /// How often what came lies within what the model said, the surest cells first; empty where there are too few, and
    /// where the columns are fields of leads.
    public var coverage: [IntervalCoverage]
    /// The first hundreds of outcomes; empty for a journal.
    public var coldStart: [ColdStart]
    /// Log-losses from the first row on.
    public var learningCurve: LearningCurve
    /// Scores within the values of the columns that were asked for.
    public var by: [GroupedScores]
}
