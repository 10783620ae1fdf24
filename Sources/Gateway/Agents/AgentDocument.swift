public import LeadlineCore
import Reports

/// An agent as JSON, the same on every face. Fields are added, never changed.
public struct AgentDocument: Encodable, Sendable {
    /// A lead that it agreed to take, or its partner did; it stands whatever becomes of the agent.
    public struct Agreed: Encodable, Sendable {
        private let lead: String
        private let stage: String
        private let commissionBasisPoints: UInt32
        private let waits: Bool

        init(_ agreed: AgreedLead) {
            (lead, stage, waits) = (agreed.leadID, agreed.stage.rawValue, agreed.isWaiting)
            commissionBasisPoints = agreed.commissionBasisPoints
        }
    }

    private struct Key: Encodable, Sendable {
        let id: String, role: String, state: String
    }

    private struct Stopped: Encodable, Sendable {
        let at: String, reason: String, by: String
    }

    private let agent: String
    private let partner: String?
    private let keys: [Key]
    private let budgets: Budgets?
    private let usedToday: BudgetUse
    private let renews: String
    private let stopped: Stopped?
    private let openOffers: Int?
    private let agreed: [Agreed]?

    /// The document of an agent.
    /// - Parameters:
    ///   - openOffers: its partner's, nil where they are not asked for.
    ///   - agreed: what its partner agreed to, likewise.
    public init(
        _ standing: AgentStanding, at now: Timestamp, openOffers: Int? = nil, agreed: [AgreedLead]? = nil
    ) {
        agent = standing.agent
        partner = standing.partner
        keys = standing.keys.map { grant in
            Key(id: grant.id, role: grant.role.rawValue, state: grant.state(at: now))
        }
        budgets = standing.budgets.isEmpty ? nil : standing.budgets
        usedToday = standing.used
        renews = TimeText.utc(BudgetCharge.end(of: BudgetCharge.day(now)))
        stopped = standing.stop.map { Stopped(at: TimeText.utc($0.at), reason: $0.reason, by: $0.by) }
        self.openOffers = openOffers
        self.agreed = agreed?.map(Agreed.init)
    }
}
