public import LeadlineCore

/// Where a decision sent a lead: to a partner, to the human queue, or into an older lead.
public struct RoutingChoice: Equatable, Sendable {
    /// The lead.
    public var leadID: String
    /// The partner; nil where the lead went elsewhere. Under a shadow policy, whom Leadline would have chosen.
    public var partnerID: String?
    /// Why the lead went to no partner, in one word; empty where it went to one.
    public var reason: String
    /// What the choice was made from; nil where no candidate was looked at.
    public var summary: EvaluationSummary?
    /// True where history chose and this is what Leadline would have done.
    public var isImported = false
    /// True where the partner was offered the lead, and not assigned it at once.
    public var isOffered = false

    /// The routing decision among an entry's events; nil if there is none. What a human chose is none. Of a lead that
    /// is offered the decision is whom it is offered first: what its offers come to, partners decide.
    public init?(_ events: [Event]) {
        var found: RoutingChoice?
        var negotiated: [String] = []
        for event in events {
            switch event {
            case .offerClosed(let event):
                if event.status != .withdrawn { negotiated.append(event.leadID) }
            case .offerMade(let event):
                if event.round == 1 && event.evaluation != nil {
                    found = RoutingChoice(event.leadID, event.partnerID, "", event.evaluation)
                    found?.isOffered = true
                }
            case .leadAssigned(let event):
                if event.evaluation != nil && event.offerID.isEmpty && !negotiated.contains(event.leadID) {
                    found = RoutingChoice(event.leadID, event.partnerID, "", event.evaluation)
                }
            case .shadowDecided(let event):
                found = RoutingChoice(event.leadID, event.partnerID, "noEligiblePartner", event.evaluation)
                found?.isImported = true
            case .leadEscalated(let event):
                if negotiated.contains(event.leadID) { continue }
                switch event.reason {
                case .processingRestricted, .personObjected, .addressSuppressed, .unanswered: continue
                default: break
                }
                let partner = event.reason == .shadow ? event.suggestedPartnerID : ""
                found = RoutingChoice(event.leadID, partner, "\(event.reason)", event.evaluation)
            case .leadMerged(let event):
                if !event.sameID { found = RoutingChoice(event.leadID, "", "merged", nil) }
            default: break
            }
        }
        guard let found else { return nil }
        self = found
    }

    private init(_ leadID: String, _ partnerID: String, _ reason: String, _ summary: EvaluationSummary?) {
        self.leadID = leadID
        self.partnerID = partnerID.isEmpty ? nil : partnerID
        self.reason = partnerID.isEmpty ? reason : ""
        self.summary = summary
    }

    /// True if both send the lead to the same place.
    func isSame(as other: RoutingChoice) -> Bool { partnerID == other.partnerID && reason == other.reason }

    /// Probability with which it was chosen: 1 where no lot was drawn.
    var propensity: Double {
        guard let propensity = summary?.propensity, propensity > 0 else { return 1 }
        return min(propensity, 1)
    }

    /// True if a lot could have sent it elsewhere.
    var isDrawn: Bool { propensity < 1 }

    /// Candidates that could be chosen.
    var candidatesIn: Int {
        guard let summary else { return 0 }
        let below = summary.exclusions.reduce(0) { $0 + ($1.reason == .conversionBelowMinimum ? Int($1.partners) : 0) }
        return max(0, Int(summary.scored) - below)
    }
}
