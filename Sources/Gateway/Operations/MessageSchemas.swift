import Foundation
import LeadlineSchemas
import Reports

/// The schemas' own JSON Schemas and examples, as the gateway's document shows them: what the request's path and the
/// grant say already is left out.
enum MessageSchemas {
    typealias Object = [String: Any]

    /// A message, the name it goes by here, and the fields that a request does not state.
    private static let requests: [(message: String, name: String, without: [String])] = [
        ("LeadSubmitted", "LeadFields", ["leadId", "pastAssignment", "declaredAttributes"]),
        ("LeadUpdated", "LeadUpdate", ["leadId", "declaredAttributes"]),
        ("LeadAccepted", "LeadAcceptedRequest", ["leadId", "actor"]),
        ("LeadDeclined", "LeadDeclinedRequest", ["leadId", "actor"]),
        ("LeadReturned", "LeadReturnedRequest", ["leadId", "actor"]),
        ("FirstResponseRecorded", "FirstResponseRecordedRequest", ["leadId", "actor"]),
        ("DealStageChanged", "DealStageChangedRequest", ["leadId", "actor"]),
        ("DealWon", "DealWonRequest", ["leadId", "actor"]),
        ("DealLost", "DealLostRequest", ["leadId", "actor"]),
        ("HumanDecisionRecorded", "HumanDecisionRecordedRequest", ["leadId", "reviewer"]),
        ("LeadsUnlinked", "LeadsUnlinkedRequest", ["leadId", "decidedBy"]),
        ("LeadsLinked", "LeadsLinkedRequest", ["leadId", "decidedBy"]),
        ("ReviewRequested", "ReviewRequestedRequest", ["leadId", "requester"]),
        ("DealClaimed", "DealClaimedRequest", ["partnerId", "claimId", "actor"]),
        ("ClaimWithdrawn", "ClaimWithdrawnRequest", ["leadId", "partnerId", "claimId", "actor"]),
        ("ClaimDecided", "ClaimDecidedRequest", ["leadId", "partnerId", "claimId", "decider"]),
        ("OfferAnswered", "OfferAnsweredRequest", ["leadId", "offerId", "actor"]),
        ("ReturnDecided", "ReturnDecidedRequest", ["leadId", "partnerId", "decider"]),
        ("ProgramProfileSet", "ProgramProfile", []),
        ("PartnerUpserted", "PartnerUpsertedRequest", ["partnerId"]),
        ("PartnerCapacitySet", "PartnerCapacitySetRequest", ["partnerId"]),
        ("PartnerCommissionTermsSet", "PartnerCommissionTermsSetRequest", ["partnerId"]),
        ("PartnerAbsenceSet", "PartnerAbsenceSetRequest", ["partnerId", "absenceId"]),
        ("CommissionShared", "CommissionSharedRequest", ["leadId"]),
        ("PartnersMerged", "PartnersMergedRequest", ["fromPartnerId", "decidedBy"]),
        ("RatesPublished", "RatesPublishedRequest", []),
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
        "LeadsUnlinked": (PackageResources.LeadsUnlinked_schema_json, PackageResources.LeadsUnlinked_json),
        "LeadsLinked": (PackageResources.LeadsLinked_schema_json, PackageResources.LeadsLinked_json),
        "ReviewRequested": (PackageResources.ReviewRequested_schema_json, PackageResources.ReviewRequested_json),
        "DealClaimed": (PackageResources.DealClaimed_schema_json, PackageResources.DealClaimed_json),
        "ClaimWithdrawn": (PackageResources.ClaimWithdrawn_schema_json, PackageResources.ClaimWithdrawn_json),
        "ClaimDecided": (PackageResources.ClaimDecided_schema_json, PackageResources.ClaimDecided_json),
        "OfferAnswered": (PackageResources.OfferAnswered_schema_json, PackageResources.OfferAnswered_json),
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
        "PartnersMerged": (PackageResources.PartnersMerged_schema_json, PackageResources.PartnersMerged_json),
        "CommissionShared": (PackageResources.CommissionShared_schema_json, PackageResources.CommissionShared_json),
        "RatesPublished": (PackageResources.RatesPublished_schema_json, PackageResources.RatesPublished_json),
        "PolicyPublished": (PackageResources.PolicyPublished_schema_json, PackageResources.PolicyPublished_json),
    ]

    /// Schemas of messages that come as events alone.
    private static let eventFiles: [String: [UInt8]] = [
        "ProgramRegistered": PackageResources.ProgramRegistered_schema_json,
        "ProcessingRestricted": PackageResources.ProcessingRestricted_schema_json,
        "ProcessingObjected": PackageResources.ProcessingObjected_schema_json,
        "ErasureRequested": PackageResources.ErasureRequested_schema_json,
        "SegmentArchived": PackageResources.SegmentArchived_schema_json,
        "PartnerPaused": PackageResources.PartnerPaused_schema_json,
        "PartnerResumed": PackageResources.PartnerResumed_schema_json,
        "PartnerRemoved": PackageResources.PartnerRemoved_schema_json,
        "PartnerAbsenceCancelled": PackageResources.PartnerAbsenceCancelled_schema_json,
        "IntentObserved": PackageResources.IntentObserved_schema_json,
        "FirmographicsObserved": PackageResources.FirmographicsObserved_schema_json,
        "TechnographicsObserved": PackageResources.TechnographicsObserved_schema_json,
        "LeadWithdrawn": PackageResources.LeadWithdrawn_schema_json,
        "LogicVersionAdopted": PackageResources.LogicVersionAdopted_schema_json,
        "ProcessingResumed": PackageResources.ProcessingResumed_schema_json,
        "PersonsLinked": PackageResources.PersonsLinked_schema_json,
        "PersonsUnlinked": PackageResources.PersonsUnlinked_schema_json,
        "SuppressionSet": PackageResources.SuppressionSet_schema_json,
        "SuppressionLifted": PackageResources.SuppressionLifted_schema_json,
        "RejectedRecordsErased": PackageResources.RejectedRecordsErased_schema_json,
    ]

    /// The message of a kind, as the document names it.
    static func name(of kind: MessageKind) -> String {
        kind.fullName.unicodeScalars.split(separator: ".").last.map(String.init) ?? ""
    }

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
            components.merge(parts(of: schema)) { $1 }
            components[request.name] = text(IntakeSchemas.refined(request.name, without(request.without, &schema)))
            if request.message == "LeadSubmitted", var whole = Self.schema(of: request.message) {
                var optional = without(["pastAssignment", "declaredAttributes"], &whole)
                optional = leavingOut(optional["required"] as? [String] ?? [], optional)
                optional["required"] = nil
                components["LeadSubmission"] = text(IntakeSchemas.refined("LeadSubmission", optional))
                components["PreLeadSubmission"] = text(preLead(IntakeSchemas.refined("LeadSubmission", optional)))
            }
        }
        for message in MessageKind.allCases.map(name) {
            guard var schema = schema(of: message) else { preconditionFailure("\(message) has no schema") }
            components.merge(parts(of: schema)) { old, _ in old }
            // On a topic, and so in an event, fields of a later schema are passed over.
            for key in ["$defs", "$schema", "$id", "title"] { schema[key] = nil }
            components[message] = text(IntakeSchemas.refined(message, schema))
        }
        return components.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }()

    /// A lead that was previewed: what the preview gave is brought back, with the person's consent.
    private static func preLead(_ lead: Object) -> Object {
        var properties = lead["properties"] as? Object ?? [:]
        properties["preLead"] = [
            "type": "string", "minLength": 1, "description": "What the preview answered with.",
        ] as Object
        properties["lawfulBasis"] = [
            "type": "string", "enum": ["LAWFUL_BASIS_CONSENT"], "description": "The person has consented.",
        ] as Object
        return lead.merging(["properties": properties, "required": ["lawfulBasis", "preLead"]]) { $1 }
    }

    /// What a schema refers to.
    private static func parts(of schema: Object) -> [String: String] {
        (schema["$defs"] as? Object ?? [:]).reduce(into: [:]) { parts, part in
            guard let object = part.value as? Object else { return }
            parts[part.key] = text(IntakeSchemas.refined(part.key, closed(object)))
        }
    }

    /// A message's own schema, its references those of the document.
    static func schema(of message: String) -> Object? {
        guard let bytes = files[message]?.schema ?? eventFiles[message] else { return nil }
        return parsed(bytes.replacing(Array("#/$defs/".utf8), with: Array("#/components/schemas/".utf8)))
    }

    private static func without(_ fields: [String], _ schema: inout Object) -> Object {
        var properties = schema["properties"] as? Object ?? [:]
        for field in fields { properties[field] = nil }
        schema["properties"] = properties
        let required = (schema["required"] as? [String] ?? []).filter { !fields.contains($0) && $0 != "partnerId" }
        schema["required"] = required.isEmpty ? nil : required
        schema = leavingOut(["partnerId"], schema)
        // The message's own name: two requests are made of one message, and generated clients name their types by it.
        for key in ["$defs", "$schema", "$id", "title"] { schema[key] = nil }
        return closed(schema)
    }

    /// Texts that a message must state and a request need not: an empty one is as good as none.
    private static func leavingOut(_ fields: [String], _ schema: Object) -> Object {
        var schema = schema
        var properties = schema["properties"] as? Object ?? [:]
        for field in fields {
            guard var text = properties[field] as? Object, let pattern = text["pattern"] as? String,
                pattern.utf8.starts(with: "^".utf8), pattern.utf8.last == UInt8(ascii: "$")
            else { continue }
            text["pattern"] = "^(\(String(pattern.unicodeScalars.dropFirst().dropLast())))?$"
            properties[field] = text
        }
        if !properties.isEmpty { schema["properties"] = properties }
        return schema
    }

    /// Fields that are none of a message's are refused.
    private static func closed(_ schema: Object) -> Object {
        guard schema["type"] as? String == "object" else { return schema }
        return schema.merging(["additionalProperties": false]) { old, _ in old }
    }

    /// A schema's text as an object; nil for one that is none.
    static func parsed(_ bytes: [UInt8]) -> Object? {
        do { return try JSONSerialization.jsonObject(with: Data(bytes)) as? Object } catch {
            preconditionFailure("a file of the schemas is no JSON")
        }
    }

    /// An object as text, always the same for the same one.
    static func text(_ object: Object) -> String {
        do {
            let data = try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            return String(decoding: data, as: UTF8.self)
        } catch { preconditionFailure("what was JSON is JSON") }
    }
}
