import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas

/// How offers fare at a partner's agent. An offer is worth nothing after its time: it is tried again soon while that
/// runs, and passed over then, so that an agent that hangs misses its own offers and no more.
extension WebhookSettings {
    private static let agentWaitMost = Duration.seconds(5)

    /// How long to wait after so many failures in a row, in microseconds.
    func agentWaitMicros(after failures: Int) -> Int64 {
        let wait = min(agentWait * (1 << min(max(failures, 1) - 1, 10)), Self.agentWaitMost).components
        return wait.seconds * 1_000_000 + wait.attoseconds / 1_000_000_000_000
    }

    /// True if an agent has failed for as long as any other receiver may.
    func isGivenUp(failingSince: Timestamp?, at now: Timestamp) -> Bool {
        guard let failingSince else { return false }
        let longest = waits.reduce(Duration.zero, +).components.seconds
        return now.micros - failingSince.micros > longest * 1_000_000
    }

    /// Longest time for a try of an offer: no longer than the agent may think.
    func tryMax(_ offer: OfferMade, at now: Timestamp) -> Duration {
        min(tryMax, .microseconds(max(1, offer.answerBy.micros - now.micros)))
    }
}

/// Takes what an agent answered as its partner's answer, under the right of whoever made the endpoint.
struct AgentAnswering {
    let services: GatewayServices
    let endpoint: WebhookEndpoint
    /// As what the endpoint is told of decisions.
    let grant: Grant

    /// Puts the answer into the journal; a repeat after a crash is the same event.
    /// - Returns: false where it is none.
    /// - Throws: what keeps it from being durable now.
    func take(_ reply: [UInt8]?, to offer: OfferMade) async throws -> Bool {
        guard var message = reply.flatMap(AgentReply.init)?.message(to: offer) else { return false }
        message.actor = "agent of partner \(offer.partnerID) by endpoint \(endpoint.id) for \(grant.principal)"
        // Its right was looked up a moment ago; as the partner's edition it is no key's own.
        var grant = grant
        grant.credential = .link
        let call = Call(services: services, bearer: grant, headers: [:], path: [:], query: [:], body: [])
        let event = services.identities.eventID(grant, operation: "answer by an agent", key: offer.offerID)
        do {
            _ = try await Submission(call, by: grant, eventID: event)
                .send(message, .offerAnswered, lead: offer.leadID)
            return true
        } catch let error as CancellationError { throw error } catch {
            // Whatever intake refuses is no answer; another than was given before changes nothing.
            if Refusal(error).status == 422 { return false }
            throw error
        }
    }
}
