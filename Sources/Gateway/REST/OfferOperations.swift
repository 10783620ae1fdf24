import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports

/// Leads that are offered to partners before one of them gets them: what is open, and what a partner answers.
enum OfferOperations {
    static let all = [list, answer]

    private static let list = Operation(
        id: "listOffers", method: .get, path: "/v1/partners/{partner}/offers", tag: "Offers",
        summary: "The offers that wait for a partner's answer, with what it is told of each lead",
        scope: .partnersRead, rate: .read,
        successes: [.init(status: 200, about: "The open offers.", schema: .reference("OfferList"))],
        work: .whole { call in
            let partner = try await PartnerOperations.visible(call).partner
            let offers = try await call.look { $0.offerStandings }.filter { $0.partnerID == partner }
            return .json("{\"offers\":[\(offers.map(OfferJSON.standing).joined(separator: ","))]}")
        })

    private static let answer = Operation(
        id: "answerOffer", method: .post, path: "/v1/leads/{lead}/offers/{offer}/answer", tag: "Offers",
        summary: "Confirm that there is room, accept, decline, or ask for other terms", scope: .leadsAnswer,
        rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("OfferAnsweredRequest"),
            example: MessageSchemas.example("OfferAnswered", without: ["leadId", "partnerId", "offerId", "actor"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let (lead, offer) = (try call.id("lead"), try call.id("offer"))
            let submission = try Submission(call, "answerOffer")
            var body = try submission.message(WireOfferAnswered.self, .offerAnswered)
            try checkReason(body, submission.grant)
            let partner = try await speaker(submission.grant, named: body.partnerID, offer, call)
            // One that was never made to the partner and one that is another's are the same to it; one that is over is
            // answered late, which is recorded.
            guard try await call.look({ $0.wasOffered(offer, lead: lead, to: partner) }) else {
                throw Refusal.nothingHere
            }
            (body.leadID, body.partnerID, body.offerID) = (lead, partner, offer)
            body.actor = submission.grant.principal
            return try await submission.send(body, .offerAnswered, lead: lead)
        })

    /// That an agent was stopped its vendor says, and no partner of itself.
    static func checkReason(_ answer: WireOfferAnswered, _ grant: Grant) throws(Refusal) {
        if answer.reason == .agentStopped && grant.partner != nil {
            throw .invalid("It is one of a partner's own reasons; an agent is stopped by the vendor.", field: "reason")
        }
    }

    /// A partner speaks for itself; the vendor for whom it names, or for whoever the open offer is to.
    private static func speaker(_ grant: Grant, named partner: String, _ offer: String, _ call: Call) async throws
        -> String
    {
        if let speaker = try grant.speaker(named: partner) { return speaker }
        let open = try await call.look { $0.offerStandings }.first { $0.offerID == offer }
        guard let open else { throw Refusal.nothingHere }
        return open.partnerID
    }
}
