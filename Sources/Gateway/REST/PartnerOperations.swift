import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// The program's partners. A partner is shown itself alone.
enum PartnerOperations {
    static let all = [list, show, upsert, capacity, pause, resume, absence, cancelAbsence, commission, merge]

    private static let list = Operation(
        id: "listPartners", method: .get, path: "/v1/partners", tag: "Partners", summary: "Partners as they stand",
        scope: .partnersRead, rate: .heavy,
        successes: [
            .init(status: 200, about: "All of them.", schema: .object([("partners", .array(.reference("Partner")))]))
        ],
        work: .whole { call in
            let grant = try call.grant
            let partners = try await call.look { $0.partnerStandings.map(PartnerDocument.init) }.filter {
                grant.partner == nil || $0.partner == grant.partner
            }
            return .json("{\"partners\":\(try JSONText.line(partners))}")
        })

    private static let show = Operation(
        id: "getPartner", method: .get, path: "/v1/partners/{partner}", tag: "Partners",
        summary: "A partner as it stands",
        scope: .partnersRead, rate: .heavy,
        successes: [.init(status: 200, about: "The partner.", schema: .reference("Partner"))],
        work: .whole { call in .json(try JSONText.line(try await visible(call))) })

    /// The path's partner, if the caller may see it.
    static func visible(_ call: Call) async throws -> PartnerDocument {
        let id = try call.id("partner")
        let own = try call.grant.partner
        let found = try await call.look { $0.partnerStandings.map(PartnerDocument.init) }.first { $0.partner == id }
        guard let found, own == nil || own == id else { throw Refusal.nothingHere }
        return found
    }

    private static let upsert = Operation(
        id: "putPartner", method: .put, path: "/v1/partners/{partner}", tag: "Partners",
        summary: "Register a partner, or replace its profile", scope: .partnersWrite, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerUpsertedRequest"),
            example: MessageSchemas.example("PartnerUpserted", without: ["partnerId"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let submission = try Submission(call, "putPartner")
            var profile = try submission.message(WirePartnerUpserted.self, .partnerUpserted)
            profile.partnerID = try call.id("partner")
            return try await submission.send(profile, .partnerUpserted)
        })

    private static let capacity = change(
        "setCapacity", .put, "/capacity", "How many leads a partner takes", .partnerCapacitySet,
        WirePartnerCapacitySet.self,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerCapacitySetRequest"),
            example: MessageSchemas.example("PartnerCapacitySet", without: ["partnerId"])))

    private static let pause = change(
        "pausePartner", .post, "/pause", "No more leads for now", .partnerPaused, WirePartnerPaused.self,
        payload: .init(types: ["application/json"], schema: .reference("Remark"), example: #"{"note":"stocktaking"}"#),
        isOptional: true)

    private static let resume = change(
        "resumePartner", .post, "/resume", "Takes leads again", .partnerResumed, WirePartnerResumed.self)

    private static let absence = change(
        "setAbsence", .put, "/absences/{absence}", "A time in which a partner is away", .partnerAbsenceSet,
        WirePartnerAbsenceSet.self,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerAbsenceSetRequest"),
            example: MessageSchemas.example("PartnerAbsenceSet", without: ["partnerId", "absenceId"]))
    ) { $0.absenceID = try $1.id("absence") }

    private static let cancelAbsence = change(
        "cancelAbsence", .delete, "/absences/{absence}", "Call an absence off", .partnerAbsenceCancelled,
        WirePartnerAbsenceCancelled.self
    ) { $0.absenceID = try $1.id("absence") }

    private static let commission = change(
        "setCommissionTerms", .put, "/commission", "What share of its wins a partner gets from here on",
        .partnerCommissionTermsSet, WirePartnerCommissionTermsSet.self, scope: .partnersWrite,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerCommissionTermsSetRequest"),
            example: MessageSchemas.example("PartnerCommissionTermsSet", without: ["partnerId"])))

    private static let merge = Operation(
        id: "mergePartner", method: .post, path: "/v1/partners/{partner}/merge", tag: "Partners",
        summary: "Another partner has everything of this one from here on", scope: .partnersWrite, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnersMergedRequest"),
            example: MessageSchemas.example("PartnersMerged", without: ["fromPartnerId", "decidedBy"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await visible(call).partner
            let submission = try Submission(call, "mergePartner")
            var fact = try submission.message(WirePartnersMerged.self, .partnersMerged)
            (fact.fromPartnerID, fact.decidedBy) = (partner, submission.grant.principal)
            return try await submission.send(fact, .partnersMerged)
        })

    /// A change of a partner's availability or terms, if the caller may see the partner.
    /// - Parameter complete: sets what the path says beside the partner.
    private static func change<Body: PartnersMessage>(
        _ id: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ kind: MessageKind,
        _: Body.Type, scope: Scope = .availabilityWrite, payload: Operation.Payload? = nil, isOptional: Bool = false,
        complete: @escaping @Sendable (inout Body, Call) throws -> Void = { _, _ in }
    ) -> Operation {
        Operation(
            id: id, method: method, path: "/v1/partners/{partner}" + path, tag: "Partners", summary: summary,
            scope: scope, rate: .write, payload: payload, payloadIsOptional: isOptional, isWrite: true,
            successes: LeadOperations.submission,
            work: .whole { call in
                let partner = try await visible(call).partner
                let submission = try Submission(call, id)
                var message = try submission.message(Body.self, kind)
                message.partnerID = partner
                try complete(&message, call)
                return try await submission.send(message, kind)
            })
    }
}

/// A message about a partner.
protocol PartnersMessage: SwiftProtobuf.Message {
    var partnerID: String { get set }
}

extension WirePartnerCapacitySet: PartnersMessage {}
extension WirePartnerCommissionTermsSet: PartnersMessage {}
extension WirePartnerPaused: PartnersMessage {}
extension WirePartnerResumed: PartnersMessage {}
extension WirePartnerAbsenceSet: PartnersMessage {}
extension WirePartnerAbsenceCancelled: PartnersMessage {}
