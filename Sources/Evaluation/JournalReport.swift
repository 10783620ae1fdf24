/// How well the model predicted a program's own awards. As JSON its field names are a contract.
public struct JournalReport: Encodable, Sendable {
    /// The program.
    public var program: String
    /// Entries of the journal that were read.
    public var entries: UInt64
    /// Time of the first entry and of the last, RFC 3339 in UTC.
    public var first: String
    public var last: String
    /// Awards that the model said something of.
    public var awards: Int
    /// Of these: won, lost, still open, and ended undecided because the lead left the partner.
    public var won: Int
    public var lost: Int
    public var open: Int
    public var undecided: Int
    /// Outcomes without such an award.
    public var unpredicted: Int
    /// Outcomes that were corrected to their opposite; they count as corrected.
    public var corrected: Int
    /// Different partners.
    public var partners: Int
    /// The first award that was scored, from 1, among those won or lost.
    public var scoredFrom: Int
    /// Awards that were scored.
    public var scored: Int
    /// Share won of those that were scored.
    public var scoredShareWon: Double
    /// The scores: model, base rate, partner's rate.
    public var scores: [EvaluationReport.ModelScores]
    /// The model's predictions against what came of them.
    public var reliability: [ReliabilityBin]
    /// The same for the partner's rate.
    public var partnerRateReliability: [ReliabilityBin]
    /// Log-losses from the first award on, over those won or lost.
    public var learningCurve: LearningCurve
    /// Scores within partners, if they were asked for.
    public var by: [EvaluationReport.GroupedScores]

    /// The report in the form of a file's, a row for each award won or lost, so that it is printed and drawn in the
    /// same way. A journal tells neither speed nor slots.
    public var asEvaluation: EvaluationReport {
        EvaluationReport(
            file: program, rows: won + lost, partners: partners, slots: [], values: 0, open: open,
            shareWon: Double(won) / Double(won + lost), first: first, last: last, outcomesArePrompt: false,
            wasSorted: false,
            scoredFrom: scoredFrom, scored: scored, scoredShareWon: scoredShareWon, scores: scores,
            speed: EvaluationReport.Speed(rowsPerSecond: 0, threadSeconds: 0, wallSeconds: 0, passes: 0), modelHash: "",
            reliability: reliability, partnerRateReliability: partnerRateReliability, coverage: [], coldStart: [],
            learningCurve: learningCurve, by: by)
    }
}
