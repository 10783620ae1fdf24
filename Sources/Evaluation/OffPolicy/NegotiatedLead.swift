import LeadlineCore

/// A lead that partners were offered, and where it would have gone without an offer.
public struct NegotiatedLead: Encodable, Equatable, Sendable {
    /// The lead.
    public var lead: String
    /// Position of the entry with which it was offered.
    public var position: UInt64
    /// Partner that would have been assigned at once; nil where it would have gone elsewhere.
    public var plainly: String?
    /// Why that is no partner, in one word; empty where it is one.
    public var plainlyReason: String
    /// Partner that had it after its offers; nil where none had.
    public var negotiated: String?
    /// Why none had it, in one word; "ended" where the lead ended while it was offered.
    public var negotiatedReason: String

    /// True if the offers brought it elsewhere.
    public var isElsewhere: Bool { plainly != negotiated || plainlyReason != negotiatedReason }
}

/// Follows offered leads until their offers have come to something.
struct NegotiatedLeads: Sendable {
    /// Those of which it is known, in the order in which they were offered.
    var settled: [NegotiatedLead] {
        let waiting = Set(pending.values)
        return leads.indices.filter { !waiting.contains($0) }.map { leads[$0] }
    }
    /// Offered, and nothing came of it yet.
    var open: Int { pending.count }

    private var leads: [NegotiatedLead] = []
    /// Their places, by lead.
    private var pending: [String: Int] = [:]

    /// A decision was recorded as an offer; `plainly` is what it is without.
    mutating func offer(_ plainly: RoutingChoice, position: UInt64) {
        pending[plainly.leadID] = leads.count
        leads.append(
            NegotiatedLead(
                lead: plainly.leadID, position: position, plainly: plainly.partnerID, plainlyReason: plainly.reason,
                negotiated: nil, negotiatedReason: ""))
    }

    /// Takes in what came of leads.
    mutating func take(_ events: [Event]) {
        if pending.isEmpty { return }
        for event in events {
            switch event {
            case .leadAssigned(let event): settle(event.leadID, at: event.partnerID, "")
            case .leadEscalated(let event): settle(event.leadID, at: nil, "\(event.reason)")
            case .leadClosed(let event): settle(event.leadID, at: nil, "ended")
            default: break
            }
        }
    }

    private mutating func settle(_ lead: String, at partner: String?, _ reason: String) {
        guard let index = pending.removeValue(forKey: lead) else { return }
        (leads[index].negotiated, leads[index].negotiatedReason) = (partner, reason)
    }
}
