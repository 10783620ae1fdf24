import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Commission statements. A partner is shown its own alone.
enum CommissionOperations {
    static let all = [statement, signed, share, keys]

    private static let path = "/v1/partners/{partner}/commissions/{month}"

    private static let query: [Operation.Parameter] = [
        .init(
            name: "timeZone", schema: Schema(json: #"{"type":"string","pattern":"^[A-Za-z0-9_+/-]{1,64}$"}"#),
            about: "Where the month begins and ends, a name in the tz database; UTC unless told.")
    ]

    private static let statement = Operation(
        id: "getCommissionStatement", method: .get, path: path, tag: "Commissions",
        summary: "What a partner earned by commission in a month, as 2026-03, and what was taken back, from the journal",
        scope: .commissionsRead, rate: .heavy, query: query,
        successes: [.init(status: 200, about: "The statement.", schema: .reference("CommissionStatement"))],
        work: .whole { call in
            let (partner, month, zone) = try await asked(call)
            let document = try await call.read {
                try $0.commissionStatement(ofPartner: partner, month: month, timeZone: zone)
            }
            return .json(try JSONText.line(document))
        })

    private static let signed = Operation(
        id: "getSignedCommissionStatement", method: .get, path: path + "/signed", tag: "Commissions",
        summary: "The same signed, in the compact form of RFC 7515 (ES256)", scope: .commissionsRead, rate: .heavy,
        query: query,
        successes: [
            .init(
                status: 200, about: "Checked by 'leadline commissions verify', or by any library for JWS.",
                schema: .string, type: "application/jose")
        ],
        work: .whole { call in
            let (partner, month, zone) = try await asked(call)
            let text = try await call.read {
                try $0.signedCommissionStatement(ofPartner: partner, month: month, timeZone: zone)
            }
            return Answer(status: 200, type: "application/jose", body: Array(text.utf8))
        })

    private static let share = Operation(
        id: "shareCommission", method: .put, path: "/v1/leads/{lead}/commission", tag: "Commissions",
        summary: "Which partners share the commission of a lead's deal; what they leave over is the winner's",
        scope: .partnersWrite, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("CommissionSharedRequest"),
            example: MessageSchemas.example("CommissionShared", without: ["leadId"])),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let lead = try await LeadOperations.visible(call).history.row.leadID
            let submission = try Submission(call, "shareCommission")
            var fact = try submission.message(WireCommissionShared.self, .commissionShared)
            fact.leadID = lead
            return try await submission.send(fact, .commissionShared, lead: lead)
        })

    private static let keys = Operation(
        id: "getStatementKeys", method: .get, path: "/v1/statement-keys", tag: "Commissions",
        summary: "The public keys that signed statements are checked with (RFC 7517)", scope: nil, rate: .read,
        successes: [
            .init(
                status: 200, about: "A JSON Web Key Set.", schema: .object([("keys", .array(.anyObject))]),
                type: "application/jwk-set+json")
        ],
        work: .whole { call in
            let path = call.services.folder.statementKeyPath
            let text = try await call.services.readers.run { try StatementKeyFile.keySet(at: path) }
            return Answer(
                status: 200, headers: [(.cacheControl, "max-age=300")], type: "application/jwk-set+json",
                body: Array(text.utf8))
        })

    /// The partner, if the caller may see it, the month and the time zone.
    private static func asked(_ call: Call) async throws -> (partner: String, month: String, zone: String) {
        let partner = try await PartnerOperations.visible(call).partner
        return (partner, try call.id("month"), call.query["timeZone"] ?? "UTC")
    }
}
