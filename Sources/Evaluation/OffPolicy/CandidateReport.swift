public import LeadlineCore

/// What replaying a program's history under a candidate policy showed. As JSON its field names are a contract.
public struct CandidateReport: Encodable, Sendable {
    /// A partner's leads by the decisions that were compared.
    public struct PartnerLeads: Encodable, Equatable, Sendable {
        /// The partner.
        public var partner: String
        /// Decisions for it as recorded.
        public var before: Int
        /// Decisions for it under the candidate.
        public var after: Int
    }

    /// The program.
    public var program: String
    /// The candidate's name; empty where the policies stay that were published.
    public var policy: String
    /// The logic version that it was decided by; nil where that is the recorded one.
    public var logic: UInt32?
    /// Its content hash.
    public var version: String
    /// Currency of all amounts.
    public var currency: String
    /// Decisions that were compared.
    public var decisions: Int
    /// Those in which the candidate chooses otherwise.
    public var changed: Int
    /// Each of them.
    public var differences: [DecisionDifference]
    /// Partners with at least one decision, the largest gain first.
    public var partners: [PartnerLeads]
    /// Deal value x conversion, summed over all decisions that were compared, as the model of each moment saw it.
    public var expectedBeforeMinorUnits: Int64
    public var expectedAfterMinorUnits: Int64
    /// What the candidate's own lots would come to; nil where it draws none.
    public var exploration: CandidateExploration?
    /// Decisions beside history's own. They are compared, but history's propensities are unknown: no estimate uses
    /// them.
    public var imported: Int
    /// Leads for the estimates: ended; still open; ended by objection or erasure; decided where no lot could be drawn.
    public var closed: Int
    public var open: Int
    public var leftOut: Int
    public var withoutLot: Int
    /// Leads decided by then have ended, 95 of 100; nil if that holds for all of them, or for none.
    public var settledThrough: Timestamp?
    /// Wins a closed lead; nil with fewer than two closed leads.
    public var winRate: OffPolicyEstimates?
    /// Won amount a closed lead, in minor units.
    public var revenue: OffPolicyEstimates?
    /// Leads that history offered to partners, beside where the candidate assigns them at once; empty for a candidate
    /// that offers leads itself.
    public var negotiated: [NegotiatedLead] = []
    /// More of them, of whose offers nothing has come yet.
    public var stillOffered = 0
    /// Whether a conclusion may be drawn.
    public var overlap: Overlap

    /// What follows from the difference in revenue.
    public enum Verdict: String, Encodable, Sendable {
        /// The logs do not allow a conclusion.
        case refused
        /// The candidate chooses as the logged policy did.
        case same
        /// The interval of the difference lies above 0; below 0; across 0.
        case better, worse, undecided
    }

    /// What follows.
    public var verdict: Verdict {
        guard overlap.isEnough, let difference = revenue?.difference else { return .refused }
        if changed == 0 { return .same }
        return difference.interval.low > 0 ? .better : difference.interval.high < 0 ? .worse : .undecided
    }

    private enum CodingKeys: String, CodingKey {
        case program, policy, logic, version, currency, decisions, changed, differences, partners,
            expectedBeforeMinorUnits
        case expectedAfterMinorUnits, exploration, imported, closed, open, leftOut, withoutLot, settledThroughMicros,
            winRate, revenue, negotiated, stillOffered, overlap, verdict
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(program, forKey: .program)
        try fields.encode(policy, forKey: .policy)
        try fields.encodeIfPresent(logic, forKey: .logic)
        try fields.encode(version, forKey: .version)
        try fields.encode(currency, forKey: .currency)
        try fields.encode(decisions, forKey: .decisions)
        try fields.encode(changed, forKey: .changed)
        try fields.encode(differences, forKey: .differences)
        try fields.encode(partners, forKey: .partners)
        try fields.encode(expectedBeforeMinorUnits, forKey: .expectedBeforeMinorUnits)
        try fields.encode(expectedAfterMinorUnits, forKey: .expectedAfterMinorUnits)
        try fields.encode(exploration, forKey: .exploration)
        try fields.encode(imported, forKey: .imported)
        try fields.encode(closed, forKey: .closed)
        try fields.encode(open, forKey: .open)
        try fields.encode(leftOut, forKey: .leftOut)
        try fields.encode(withoutLot, forKey: .withoutLot)
        try fields.encode(settledThrough?.micros, forKey: .settledThroughMicros)
        try fields.encode(winRate, forKey: .winRate)
        try fields.encode(revenue, forKey: .revenue)
        try fields.encode(negotiated, forKey: .negotiated)
        try fields.encode(stillOffered, forKey: .stillOffered)
        try fields.encode(overlap, forKey: .overlap)
        try fields.encode(verdict, forKey: .verdict)
    }
}
