import LeadlineCore
import UseCases

extension GatewayServices {
    /// Forgets agents' tasks that speak of anybody who was erased since this was last done, by whichever process.
    func eraseAgentTasks() async throws {
        let (tasks, identities, place) = (agentTasks, identities, place)
        try await readers.run {
            try tasks.tidy()
            for program in try tasks.programs() {
                let deployment = Deployment(
                    place(program.id), program: program.id, asker: Asker(actor: "agents' tasks"))
                let erased = try deployment.leadsErased(after: program.erasedThrough)
                guard let through = erased.through, through != program.erasedThrough else { continue }
                let digests = erased.leads.map { identities.agentLead(program.id, $0) }
                try tasks.erase(digests, of: program.id, through: through)
            }
        }
    }
}
