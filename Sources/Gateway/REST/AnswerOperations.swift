import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import UseCases

/// What partners say to a lead, and what people decide about it.
enum AnswerOperations {
    static let all = [accept, decline, giveBack, respond, stage, won, lost, override]

    private static let accept = answer(
        "acceptLead", "accept", "Accept a lead", "LeadAccepted", .leadAccepted, WireLeadAccepted.self, isOptional: true)
    private static let decline = answer(
        "declineLead", "decline", "Decline a lead, with one of the fixed reasons or of the policy's", "LeadDeclined",
        .leadDeclined, WireLeadDeclined.self)
    private static let giveBack = answer(
        "returnLead", "return", "Give a lead back that was taken, with one of the fixed reasons or of the policy's",
        "LeadReturned", .leadReturned, WireLeadReturned.self)
    private static let respond = answer(
        "recordFirstResponse", "first-response", "Say that the lead was answered", "FirstResponseRecorded",
        .firstResponseRecorded, WireFirstResponseRecorded.self, isOptional: true)
    private static let stage = answer(
        "changeStage", "stage", "Say how far the deal is", "DealStageChanged", .dealStageChanged,
        WireDealStageChanged.self)
    private static let won = answer(
        "winDeal", "won", "Say that the deal was won", "DealWon", .dealWon, WireDealWon.self, isOptional: true)
    private static let lost = answer(
        "loseDeal", "lost", "Say that the deal was lost, with a reason", "DealLost", .dealLost, WireDealLost.self,
        isOptional: true)

    private static func answer<Body: PartnersAnswer>(
        _ id: String, _ verb: String, _ summary: String, _ schema: String, _ kind: MessageKind, _: Body.Type,
        isOptional: Bool = false
    ) -> Operation {
        Operation(
            id: id, method: .post, path: "/v1/leads/{lead}/" + verb, tag: "Answers", summary: summary,
            scope: .leadsAnswer, rate: .write,
            payload: .init(
                types: ["application/json"], schema: .reference(schema + "Request"),
                // Which return reasons there are is the policy's to say.
                example: MessageSchemas.example(schema, without: ["leadId", "partnerId", "actor", "reasonId"])),
            payloadIsOptional: isOptional, isWrite: true, successes: LeadOperations.submission,
            work: .whole { call in
                let lead = try await LeadOperations.visible(call)
                let submission = try Submission(call, id)
                var body = try submission.message(Body.self, kind)
                body.leadID = lead.history.row.leadID
                body.partnerID = try speaker(submission.grant, named: body.partnerID, lead)
                body.actor = submission.grant.principal
                try await requireReturnReason(body, call)
                return try await submission.send(body, kind, lead: body.leadID)
            })
    }

    /// The policy is asked before the answer is durable; the processor asks again, for it may change in between.
    private static func requireReturnReason(_ body: some PartnersAnswer, _ call: Call) async throws {
        let id = (body as? any ReasonedAnswer)?.reasonID ?? ""
        if id.isEmpty { return }
        let known = try await ReturnOperations.reasons(call).map(\.id)
        if !known.contains(id) { throw Refusal.rejected(Rejection(returnReasonUnknown: known)) }
    }

    /// For whom somebody speaks: a partner for itself, of a lead that it holds; the vendor for whoever holds it, or
    /// whom it names.
    private static func speaker(_ grant: Grant, named partner: String, _ lead: VisibleLead) throws -> String {
        if grant.partner != nil && !lead.isHeld { throw Refusal.nothingHere }
        if let speaker = try grant.speaker(named: partner) { return speaker }
        guard !lead.history.row.partnerID.isEmpty else {
            throw Refusal(
                409, "nobody-holds-it", "Not possible as things stand",
                "Nobody holds the lead; name the partner that you speak for.", field: "partnerId")
        }
        return lead.history.row.partnerID
    }

    private static let override = Operation(
        id: "overrideDecision", method: .post, path: "/v1/leads/{lead}/override", tag: "Answers",
        summary: "A person decides: assign, uphold, close or route again", scope: .decisionsOverride, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("HumanDecisionRecordedRequest"),
            example: MessageSchemas.example("HumanDecisionRecorded", without: ["leadId", "reviewer"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call)
            let submission = try Submission(call, "overrideDecision")
            var decision = try submission.message(WireHumanDecisionRecorded.self, .humanDecisionRecorded)
            decision.leadID = lead.history.row.leadID
            decision.reviewer = submission.grant.principal
            return try await submission.send(decision, .humanDecisionRecorded, lead: decision.leadID)
        })
}

extension Grant {
    /// The partner that it speaks for, whatever partner it names, or else the one that it names; nil for neither.
    /// - Throws: `Refusal` for a name that is no id.
    func speaker(named partner: String) throws(Refusal) -> String? {
        if !partner.isEmpty && !FieldLimits.isID(partner) { throw .invalid("It is no id.", field: "partnerId") }
        return self.partner ?? (partner.isEmpty ? nil : partner)
    }
}

/// A message by which a partner speaks of a lead.
protocol PartnersAnswer: SwiftProtobuf.Message {
    var leadID: String { get set }
    var partnerID: String { get set }
    var actor: String { get set }
}

/// An answer that may name a return reason of the policy's.
protocol ReasonedAnswer: PartnersAnswer {
    var reasonID: String { get set }
}

extension WireLeadAccepted: PartnersAnswer {}
extension WireLeadDeclined: ReasonedAnswer {}
extension WireLeadReturned: ReasonedAnswer {}
extension WireFirstResponseRecorded: PartnersAnswer {}
extension WireDealStageChanged: PartnersAnswer {}
extension WireDealWon: PartnersAnswer {}
extension WireDealLost: PartnersAnswer {}
