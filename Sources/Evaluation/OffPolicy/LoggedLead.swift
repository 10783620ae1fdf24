/// One decision about a lead as it was logged, beside what a candidate policy does in its place.
public struct LoggedChoice: Sendable, Equatable {
    /// Probability with which the logged policy made its choice; above 0, and 1 where no lot was drawn.
    public var propensity: Double
    /// Probability with which the candidate makes the same choice.
    public var candidateProbability: Double
    /// What the model expects of the logged choice.
    public var loggedModel: Double
    /// What the model expects of the candidate's choices, by their probabilities.
    public var candidateModel: Double

    /// A decision; the propensity is above 0 and at most 1.
    public init(propensity: Double, candidateProbability: Double, loggedModel: Double, candidateModel: Double) {
        precondition(propensity > 0 && propensity <= 1 && candidateProbability >= 0, "probabilities")
        self.propensity = propensity
        self.candidateProbability = candidateProbability
        self.loggedModel = loggedModel
        self.candidateModel = candidateModel
    }

    /// How much more often the candidate makes this choice than it was made.
    var weight: Double { candidateProbability / propensity }
}

/// A lead that has ended: every decision about it in order, and what came of it.
public struct LoggedLead: Sendable, Equatable {
    /// At least one.
    public var choices: [LoggedChoice]
    /// What came of it: 1 or 0 for won or not, or an amount.
    public var reward: Double

    /// A lead that has ended.
    public init(choices: [LoggedChoice], reward: Double) {
        precondition(!choices.isEmpty, "a logged lead was decided")
        self.choices = choices
        self.reward = reward
    }

    /// How much more often the candidate takes this lead's whole way: the product over its decisions.
    var weight: Double { choices.reduce(1) { $0 * $1.weight } }

    /// The doubly robust term: the model's expectation of the candidate, corrected by what really came. A lead that was
    /// routed again is unrolled from its end (Jiang and Li, ICML 2016).
    var doublyRobust: Double {
        choices.reversed().reduce(reward) { later, choice in
            choice.candidateModel + choice.weight * (later - choice.loggedModel)
        }
    }
}
