import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// The program's partners. A partner is shown itself alone.
enum PartnerOperations {
    static let all = [list, show, upsert, capacity, pause, resume, absence, cancelAbsence]

    private static let list = Operation(
        id: "listPartners", method: .get, path: "/v1/partners", tag: "Partners", summary: "Partners as they stand",
        scope: .partnersRead, rate: .heavy,
        successes: [
            .init(status: 200, about: "All of them.", schema: .object([("partners", .array(.reference("Partner")))]))
        ],
        work: .whole { call in
            let grant = try call.grant
            let partners = try await call.read { try $0.partners() }.filter {
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
    private static func visible(_ call: Call) async throws -> PartnerDocument {
        let id = try call.id("partner")
        let own = try call.grant.partner
        let found = try await call.read { try $0.partners() }.first { $0.partner == id }
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

    private static let capacity = Operation(
        id: "setCapacity", method: .put, path: "/v1/partners/{partner}/capacity", tag: "Partners",
        summary: "How many leads a partner takes", scope: .availabilityWrite, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerCapacitySetRequest"),
            example: MessageSchemas.example("PartnerCapacitySet", without: ["partnerId"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await visible(call).partner
            let submission = try Submission(call, "setCapacity")
            var fact = try submission.message(WirePartnerCapacitySet.self, .partnerCapacitySet)
            fact.partnerID = partner
            return try await submission.send(fact, .partnerCapacitySet)
        })

    private static let pause = Operation(
        id: "pausePartner", method: .post, path: "/v1/partners/{partner}/pause", tag: "Partners",
        summary: "No more leads for now", scope: .availabilityWrite, rate: .write,
        payload: .init(types: ["application/json"], schema: .reference("Remark"), example: #"{"note":"stocktaking"}"#),
        payloadIsOptional: true, isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await visible(call).partner
            let submission = try Submission(call, "pausePartner")
            var fact = try submission.message(WirePartnerPaused.self, .partnerPaused)
            fact.partnerID = partner
            return try await submission.send(fact, .partnerPaused)
        })

    private static let resume = Operation(
        id: "resumePartner", method: .post, path: "/v1/partners/{partner}/resume", tag: "Partners",
        summary: "Takes leads again", scope: .availabilityWrite, rate: .write,
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            var fact = WirePartnerResumed()
            fact.partnerID = try await visible(call).partner
            return try await Submission(call, "resumePartner").send(fact, .partnerResumed)
        })

    private static let absence = Operation(
        id: "setAbsence", method: .put, path: "/v1/partners/{partner}/absences/{absence}", tag: "Partners",
        summary: "A time in which a partner is away", scope: .availabilityWrite, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("PartnerAbsenceSetRequest"),
            example: MessageSchemas.example("PartnerAbsenceSet", without: ["partnerId", "absenceId"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let partner = try await visible(call).partner
            let submission = try Submission(call, "setAbsence")
            var fact = try submission.message(WirePartnerAbsenceSet.self, .partnerAbsenceSet)
            fact.partnerID = partner
            fact.absenceID = try call.id("absence")
            return try await submission.send(fact, .partnerAbsenceSet)
        })

    private static let cancelAbsence = Operation(
        id: "cancelAbsence", method: .delete, path: "/v1/partners/{partner}/absences/{absence}", tag: "Partners",
        summary: "Call an absence off", scope: .availabilityWrite, rate: .write,
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            var fact = WirePartnerAbsenceCancelled()
            fact.partnerID = try await visible(call).partner
            fact.absenceID = try call.id("absence")
            return try await Submission(call, "cancelAbsence").send(fact, .partnerAbsenceCancelled)
        })
}
