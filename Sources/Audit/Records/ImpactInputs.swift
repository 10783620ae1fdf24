extension ProgramRecords {
    /// Facts that a data protection impact assessment (GDPR Art. 35) begins with.
    public struct ImpactInputs: Sendable, Codable, Equatable {
        /// Something that an assessment must look at.
        public enum OpenPoint: String, Sendable, Codable, CaseIterable {
            case noPolicy, noApprover, noBasisAsked, leadsWithoutBasis, dealsKeptForEver, otherLeadsKeptForEver
            case deadLettersKeptForEver, noReviewRule, transfersOutside, leadsByLot, reviewsOpen
        }
        /// First entry, RFC 3339; empty without any.
        public var from = ""
        /// The last entry.
        public var through = ""
        /// Enquiries submitted.
        public var leads = 0
        /// Decisions by who made them: "leadline", "leadlineForHuman", "human", "history", "request".
        public var decisions: [String: Int] = [:]
        /// Share of the decisions that are not history's which Leadline made alone; nil without any.
        public var automatedShare: Double?
        /// Times that leads went to humans, by reason.
        public var escalations: [String: Int] = [:]
        /// Leads that humans took away from partners or closed.
        public var overridden = 0
        /// Reviews that were asked for.
        public var reviewsRequested = 0
        /// Reviews that humans decided.
        public var reviewsDecided = 0
        /// Of these, the decision changed.
        public var reviewsOverridden = 0
        /// What an assessment must look at.
        public var openPoints: [OpenPoint] = []
    }
}
