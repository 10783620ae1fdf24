import Gateway
import LeadlineCore
import Reports
import UseCases

/// Agents on the terminal.
enum AgentLines {
    /// A table of agents.
    static func table(_ agents: [AgentStanding], now: Timestamp, _ style: TextStyle) -> String {
        var table = TextTable([
            ("AGENT", .left), ("ROLE", .left), ("PARTNER", .left), ("STATE", .left), ("KEYS", .right),
            ("LEADS", .right), ("VALUE", .right), ("OFFERS", .right),
        ])
        for agent in agents {
            let budgets = agent.budgets, used = agent.used
            table.add([
                agent.agent, agent.keys.first?.role.rawValue ?? "-", agent.partner ?? "-", state(agent, at: now),
                "\(agent.keys.count)", share(used.leads, budgets.leadsPerDay),
                share(used.valueMinorUnits, budgets.valueMinorUnitsPerDay), share(used.offers, budgets.offersPerDay),
            ])
        }
        return table.text(style)
    }

    private static func state(_ agent: AgentStanding, at now: Timestamp) -> String {
        if agent.stop != nil { return "stopped" }
        return agent.keys.contains { $0.isInForce(at: now) } ? "in force" : "ended"
    }

    /// What was used today of a budget, where there is one.
    private static func share(_ used: Int, _ budget: Int?) -> String { budget.map { "\(used)/\($0)" } ?? "-" }

    /// One agent, and what its partner agreed to.
    static func show(_ agent: AgentStanding, _ deployment: Deployment, at now: Timestamp, isJSON: Bool) throws {
        let (open, agreed) = try deployment.state().commitments(of: agent.partner)
        if isJSON {
            return Terminal.line(try JSONText.line(AgentDocument(agent, at: now, openOffers: open, agreed: agreed)))
        }
        Terminal.write(table([agent], now: now, Terminal.style))
        if let stop = agent.stop {
            Terminal.line(
                "Stopped \(TimeText.local(stop.at)) by \(Terminal.harmless(stop.by)): "
                    + Terminal.harmless(stop.reason))
        }
        Terminal.line("Open offers: \(open). What was agreed and stands: \(agreed.count).")
        for one in agreed {
            let share = NumberText.percent(basisPoints: one.commissionBasisPoints)
            Terminal.line(
                "  \(one.leadID): \(one.stage.rawValue), \(share) commission"
                    + (one.isWaiting ? ", waits for approval" : ""))
        }
    }
}
