import LeadlineCore

/// What was won against what round robin by country, among those who could be chosen, would have been expected to win.
///
/// The model says what the partner whose turn it would have been wins, from what was known when the lead came. The same
/// model's expectation of what was really chosen stands beside what really came: how far the model can be trusted here.
/// Loads are those that history left, so that taking turns is spared its own queues.
public struct RotationComparison: Encodable, Sendable {
    /// Leads that were won or lost at the partner whom Leadline chose first.
    public var leads: Int
    /// What was won.
    public var winRate: Estimate?
    /// What the model had expected of the same choices.
    public var expectedWinRate: Double
    /// What it would have expected of taking turns.
    public var rotationWinRate: Double
    /// What was won over taking turns, with intervals as if as many leads had been routed in turns.
    public var uplift: Uplift
    /// The same with the model's own expectation on both sides: their ratio.
    public var expectedRatio: Double?

    /// Nil where no decision tells, or no lead has been decided.
    init?(_ history: NetworkHistory, _ span: TimeSpan) {
        let leads = history.leads.filter {
            span.contains($0.submittedAt) && $0.isDecided && !$0.isMerged && $0.rotationConversion != nil
                && $0.awards.first?.conversion != nil
                && !$0.isImported && $0.awards.count == 1
        }
        if leads.isEmpty { return nil }
        let won = leads.count { $0.isWon }
        let turns = leads.reduce(0) { $0 + ($1.rotationConversion ?? 0) },
            own = leads.reduce(0) { $0 + ($1.awards[0].conversion ?? 0) }
        self.leads = leads.count
        winRate = Rate(won, of: leads.count).estimate
        expectedWinRate = own / Double(leads.count)
        rotationWinRate = turns / Double(leads.count)
        uplift = Uplift(winRate: Rate(won, of: leads.count), over: Rate(turns, of: leads.count))
        expectedRatio = turns > 0 ? own / turns : nil
    }
}
