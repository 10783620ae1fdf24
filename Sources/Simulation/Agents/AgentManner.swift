/// How an example partner's agent behaves. Raw values are words of the report.
public enum AgentManner: String, Sendable, CaseIterable, Codable {
    /// Accepts most offers, declines some, and sometimes asks for a little more.
    case answers
    /// Takes the offer and never says anything.
    case hangs
    /// Dies now and then in the middle of an answer, and is down for a while.
    case crashes
    /// Answers what nobody can read, offers that there are not, and with words that there are not.
    case rubbish
    /// Accepts after its time.
    case late
    /// Sends its answer again, and then the opposite.
    case twice
    /// Asks for more than the policy grants anybody.
    case countersOutside = "counters-outside"
    /// Asks, as all of its ring do, for the most that the policy grants.
    case colludes
    /// Accepts whatever comes, and closes nothing.
    case overcommits
    /// Declines whatever comes.
    case declines

    /// What it does, for a reader of the report.
    public var about: String {
        switch self {
        case .answers: "answer well"
        case .hangs: "hang"
        case .crashes: "crash in an answer"
        case .rubbish: "answer rubbish"
        case .late: "answer late"
        case .twice: "answer twice"
        case .countersOutside: "ask for too much"
        case .colludes: "collude on the price"
        case .overcommits: "accept beyond capacity"
        case .declines: "decline all"
        }
    }

    /// True if it says in time something that is an answer, most of the time.
    public var isAnswering: Bool {
        switch self {
        case .hangs, .late, .rubbish: false
        case .answers, .crashes, .twice, .countersOutside, .colludes, .overcommits, .declines: true
        }
    }

    /// True if it works the leads that it gets: gets in touch with the prospect, and closes the deal.
    var works: Bool {
        switch self {
        case .hangs, .rubbish, .crashes, .overcommits: false
        case .answers, .late, .twice, .countersOutside, .colludes, .declines: true
        }
    }

    /// Manners go round, so that there are as many agents of each as can be.
    static func of(agent index: Int) -> AgentManner { allCases[index % allCases.count] }
}
