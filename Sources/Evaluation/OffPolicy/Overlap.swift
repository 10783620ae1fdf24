/// Whether logs can say anything of a candidate, and if not, why not and what would mend it.
public struct Overlap: Encodable, Equatable, Sendable {
    /// What is asked of the logs before a conclusion.
    public struct Demands: Sendable, Equatable {
        /// Least effective sample size.
        public var effectiveSampleSize = 50.0
        /// Largest share of all weight that one lead may have.
        public var weightShare = 0.1
        /// Largest share of the candidate's choices that the logged policy could not have made.
        public var unsupported = 0.05
        /// The usual demands.
        public init() {}
    }

    /// Why there is no conclusion.
    public enum Reason: String, Encodable, Sendable {
        /// No lead that counts has ended yet.
        case nothingClosed
        /// No lot was ever drawn, and the candidate differs.
        case noExploration
        /// The candidate makes too many choices that were never tried.
        case unsupported
        /// Too few leads carry the estimate.
        case fewLeads
        /// One lead carries too much of it.
        case oneLeadDominates
        /// The weights do not average 1: the recorded propensities do not fit what was chosen.
        case weightsOff
    }

    /// Why there is no conclusion; none if there may be one.
    public var reasons: [Reason]
    /// The same in words, a sentence each.
    public var words: [String]
    /// What would mend it; empty if nothing needs mending.
    public var remedy: String

    /// True if a conclusion may be drawn.
    public var isEnough: Bool { reasons.isEmpty }

    /// What was seen of the logs.
    public struct Evidence: Sendable, Equatable {
        /// Leads that count, closed.
        public var closed = 0
        /// Decisions of theirs for which a lot was drawn.
        public var lots = 0
        /// Share of their decisions in which the candidate chooses another partner.
        public var changedShare = 0.0
        /// Share of the candidate's choices that the logged policy could not have made.
        public var unsupportedShare = 0.0
        /// Mean number of partners that could be chosen from.
        public var meanCandidates = 0.0
        /// Nothing seen.
        public init() {}
    }

    /// Judges what was seen. Both kinds of reward have the same weights, so either's estimates will do.
    public init(_ evidence: Evidence, _ estimates: OffPolicyEstimates?, _ demands: Demands = Demands()) {
        reasons = []
        words = []
        remedy = ""
        guard let estimates, evidence.closed > 0 else {
            add(
                .nothingClosed,
                "Fewer than two leads that count have been won or lost, so there is nothing to compare with.")
            remedy = "Wait for outcomes (DealWon and DealLost on leadline.outcomes), or widen --from and --to."
            return
        }
        if evidence.changedShare == 0 && evidence.unsupportedShare == 0 { return }
        if evidence.lots == 0 {
            add(
                .noExploration,
                "The logged policy never drew a lot: nobody knows what other partners would have made of these leads.")
        } else if evidence.unsupportedShare > demands.unsupported {
            add(
                .unsupported,
                "\(Self.percent(evidence.unsupportedShare)) of the candidate's choices could not have been made by the logged policy."
            )
        }
        judge(estimates, demands)
        if !reasons.isEmpty { remedy = Self.remedy(evidence, demands) }
    }

    private mutating func judge(_ estimates: OffPolicyEstimates, _ demands: Demands) {
        let size = estimates.effectiveSampleSize
        if size < demands.effectiveSampleSize {
            add(
                .fewLeads,
                "The estimate rests on as much as \(Self.tenth(size)) leads (effective sample size), fewer than \(Self.tenth(demands.effectiveSampleSize))."
            )
        }
        if estimates.largestWeightShare > demands.weightShare {
            add(.oneLeadDominates, "One lead has \(Self.percent(estimates.largestWeightShare)) of all weight.")
        }
        // Three standard errors: once in some hundred honest reports.
        let interval = estimates.meanWeight.interval, half = (interval.high - interval.low) / 2
        if reasons.isEmpty && abs(estimates.meanWeight.value - 1) > 1.5 * half + 1e-9 {
            add(
                .weightsOff,
                "The weights average \(Self.hundredth(estimates.meanWeight.value)) where they should average 1: recorded propensities and choices do not fit."
            )
        }
    }

    private mutating func add(_ reason: Reason, _ sentence: String) {
        reasons.append(reason)
        words.append(sentence)
    }

    /// The share of exploration at which as many leads would carry twice the demanded effective sample size: with a
    /// share e, n partners and a share d of changed choices, a lead's weight squared averages about (1 - d) + d n / e.
    static func explorationNeeded(_ evidence: Evidence, _ demands: Demands) -> Double {
        let d = max(evidence.changedShare, evidence.unsupportedShare, 0.01), n = max(evidence.meanCandidates, 2)
        let room = Double(evidence.closed) / (2 * demands.effectiveSampleSize) - (1 - d)
        return room > 0 ? min(d * n / room, 1) : 1
    }

    private static func remedy(_ evidence: Evidence, _ demands: Demands) -> String {
        let needed = explorationNeeded(evidence, demands)
        let share = min(max(needed, 0.01), 0.2), times = needed / share
        // Rounded up to half a per cent.
        let basisPoints = Int((share * 200).rounded(.up)) * 50
        let longer =
            times > 1.05
            ? ", and wait for about \(Int(times.rounded(.up))) times as many closed leads"
            : ", and wait for about as many closed leads"
        return
            "Turn on exploration at \(tenth(Double(basisPoints) / 100)) % (exploration: {share_basis_points: \(basisPoints)} in the policy in force)\(longer); "
            + "or try the candidate on some leads as an arm of a pilot."
    }

    private static func tenth(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
    private static func hundredth(_ value: Double) -> String { String((value * 100).rounded() / 100) }
    private static func percent(_ share: Double) -> String { "\(tenth(share * 100)) %" }
}
