import Foundation
import Reports

/// The schemas' own JSON Schemas and examples, as the gateway's document shows them: what the request's path and the
/// grant say already is left out.
enum MessageSchemas {
    private typealias Object = [String: Any]

    /// A message, the name it goes by here, and the fields that a request does not state.
    private static let requests: [(message: String, name: String, without: [String])] = [
        ("LeadSubmitted", "LeadFields", ["leadId", "pastAssignment"]),
        ("LeadUpdated", "LeadUpdate", ["leadId"]),
        ("LeadAccepted", "LeadAcceptedRequest", ["leadId", "actor"]),
        ("LeadDeclined", "LeadDeclinedRequest", ["leadId", "actor"]),
        ("LeadReturned", "LeadReturnedRequest", ["leadId", "actor"]),
        ("FirstResponseRecorded", "FirstResponseRecordedRequest", ["leadId", "actor"]),
        ("DealStageChanged", "DealStageChangedRequest", ["leadId", "actor"]),
        ("DealWon", "DealWonRequest", ["leadId", "actor"]),
        ("DealLost", "DealLostRequest", ["leadId", "actor"]),
        ("HumanDecisionRecorded", "HumanDecisionRecordedRequest", ["leadId", "reviewer"]),
        ("ReviewRequested", "ReviewRequestedRequest", ["leadId", "requester"]),
        ("DealClaimed", "DealClaimedRequest", ["partnerId", "claimId", "actor"]),
        ("ClaimWithdrawn", "ClaimWithdrawnRequest", ["leadId", "partnerId", "claimId", "actor"]),
        ("ClaimDecided", "ClaimDecidedRequest", ["leadId", "partnerId", "claimId", "decider"]),
        ("ReturnDecided", "ReturnDecidedRequest", ["leadId", "partnerId", "decider"]),
        ("ProgramProfileSet", "ProgramProfile", []),
        ("PartnerUpserted", "PartnerUpsertedRequest", ["partnerId"]),
        ("PartnerCapacitySet", "PartnerCapacitySetRequest", ["partnerId"]),
        ("PartnerCommissionTermsSet", "PartnerCommissionTermsSetRequest", ["partnerId"]),
        ("PartnerAbsenceSet", "PartnerAbsenceSetRequest", ["partnerId", "absenceId"]),
        ("PolicyPublished", "PolicyPublishedRequest", ["version"]),
    ]

    private static let files: [String: (schema: [UInt8], example: [UInt8])] = [
        "LeadSubmitted": (PackageResources.LeadSubmitted_schema_json, PackageResources.LeadSubmitted_json),
        "LeadUpdated": (PackageResources.LeadUpdated_schema_json, PackageResources.LeadUpdated_json),
        "LeadAccepted": (PackageResources.LeadAccepted_schema_json, PackageResources.LeadAccepted_json),
        "LeadDeclined": (PackageResources.LeadDeclined_schema_json, PackageResources.LeadDeclined_json),
        "LeadReturned": (PackageResources.LeadReturned_schema_json, PackageResources.LeadReturned_json),
        "FirstResponseRecorded": (
            PackageResources.FirstResponseRecorded_schema_json, PackageResources.FirstResponseRecorded_json
        ),
        "DealStageChanged": (PackageResources.DealStageChanged_schema_json, PackageResources.DealStageChanged_json),
        "DealWon": (PackageResources.DealWon_schema_json, PackageResources.DealWon_json),
        "DealLost": (PackageResources.DealLost_schema_json, PackageResources.DealLost_json),
        "HumanDecisionRecorded": (
            PackageResources.HumanDecisionRecorded_schema_json, PackageResources.HumanDecisionRecorded_json
        ),
        "ReviewRequested": (PackageResources.ReviewRequested_schema_json, PackageResources.ReviewRequested_json),
        "DealClaimed": (PackageResources.DealClaimed_schema_json, PackageResources.DealClaimed_json),
        "ClaimWithdrawn": (PackageResources.ClaimWithdrawn_schema_json, PackageResources.ClaimWithdrawn_json),
        "ClaimDecided": (PackageResources.ClaimDecided_schema_json, PackageResources.ClaimDecided_json),
        "ReturnDecided": (PackageResources.ReturnDecided_schema_json, PackageResources.ReturnDecided_json),
        "ProgramProfileSet": (PackageResources.ProgramProfileSet_schema_json, PackageResources.ProgramProfileSet_json),
        "PartnerUpserted": (PackageResources.PartnerUpserted_schema_json, PackageResources.PartnerUpserted_json),
        "PartnerCapacitySet": (
            PackageResources.PartnerCapacitySet_schema_json, PackageResources.PartnerCapacitySet_json
        ),
        "PartnerCommissionTermsSet": (
            PackageResources.PartnerCommissionTermsSet_schema_json, PackageResources.PartnerCommissionTermsSet_json
        ),
        "PartnerAbsenceSet": (PackageResources.PartnerAbsenceSet_schema_json, PackageResources.PartnerAbsenceSet_json),
        "PolicyPublished": (PackageResources.PolicyPublished_schema_json, PackageResources.PolicyPublished_json),
    ]

    /// The schemas' example of a message, without some fields.
    static func example(_ message: String, without fields: [String] = []) -> String {
        guard let bytes = files[message]?.example, var object = parsed(bytes) else {
            preconditionFailure("\(message) has no example")
        }
        for field in fields + ["pastAssignment"] { object[field] = nil }
        return text(object)
    }

    /// The example of a policy.
    static let policyExample: String = {
        guard let bytes = files["PolicyPublished"]?.example, let policy = parsed(bytes)?["policy"] as? Object else {
            preconditionFailure("PolicyPublished has no example")
        }
        return text(policy)
    }()

    /// Schemas of requests, and of what they hold, by name: the document's components.
    static let components: [(name: String, json: String)] = {
        var components: [String: String] = [:]
        for request in requests {
            guard var schema = schema(of: request.message) else {
                preconditionFailure("\(request.message) has no schema")
            }
            for (name, part) in schema["$defs"] as? Object ?? [:] {
                components[name] = (part as? Object).map { text(ProfileSchemas.refined(name, closed($0))) }
            }
            components[request.name] = text(ProfileSchemas.refined(request.name, without(request.without, &schema)))
            if request.message == "LeadSubmitted", var whole = Self.schema(of: request.message) {
                var optional = without(["pastAssignment"], &whole)
                optional["required"] = nil
                components["LeadSubmission"] = text(optional)
            }
        }
        return components.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }()

    private static func schema(of message: String) -> Object? {
        guard let bytes = files[message]?.schema else { return nil }
        return parsed(bytes.replacing(Array("#/$defs/".utf8), with: Array("#/components/schemas/".utf8)))
    }

    private static func without(_ fields: [String], _ schema: inout Object) -> Object {
        var properties = schema["properties"] as? Object ?? [:]
        for field in fields { properties[field] = nil }
        schema["properties"] = properties
        let required = (schema["required"] as? [String] ?? []).filter { !fields.contains($0) && $0 != "partnerId" }
        schema["required"] = required.isEmpty ? nil : required
        // The message's own name: two requests are made of one message, and generated clients name their types by it.
        for key in ["$defs", "$schema", "$id", "title"] { schema[key] = nil }
        return closed(schema)
    }

    /// Fields that are none of a message's are refused.
    private static func closed(_ schema: Object) -> Object {
        guard schema["type"] as? String == "object" else { return schema }
        return schema.merging(["additionalProperties": false]) { old, _ in old }
    }

    private static func parsed(_ bytes: [UInt8]) -> Object? {
        do { return try JSONSerialization.jsonObject(with: Data(bytes)) as? Object } catch {
            preconditionFailure("a file of the schemas is no JSON")
        }
    }

    private static func text(_ object: Object) -> String {
        do {
            let data = try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            return String(decoding: data, as: UTF8.self)
        } catch { preconditionFailure("what was JSON is JSON") }
    }
}
