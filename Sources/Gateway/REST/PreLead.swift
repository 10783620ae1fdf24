import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

/// What is known of a prospect that has left no name: features alone. Whoever previewed it keeps it, sealed, and brings
/// it back with the person's consent; the service keeps nothing.
struct PreLead: Sendable {
    /// How long it can be made a lead of.
    private static let lifeMicros: Int64 = 30 * Timestamp.microsPerDay

    private struct Kept: Codable {
        var expires: Int64
        var features: String
    }

    private let features: WireLeadSubmitted

    /// - Parameter lead: whatever names somebody is left out of it.
    init(_ lead: WireLeadSubmitted) {
        var features = lead
        features.leadID = ""
        features.accountDomain = ""
        features.accountName = ""
        features.clearContact()
        features.message = ""
        features.clearPastAssignment()
        features.lawfulBasis = .unspecified
        self.features = features
    }

    /// As the client keeps it.
    func text(_ call: Call) throws -> String {
        let kept = Kept(
            expires: call.services.folder.now().adding(micros: Self.lifeMicros).micros,
            features: try features.jsonString())
        return try SealedState(call, for: "pre-lead").text(kept)
    }

    private static let unknown = Refusal(
        404, "not-found", "Not found", "It is no preview of yours, or older than 30 days.", field: "preLead")

    /// What a request brings back, and the request without it.
    static func joined(_ call: Call) throws -> (PreLead, Call) {
        try JSONElements.refuseNull(call.body)
        guard var members = JSONValue(json: call.body)?.members else { throw Refusal.malformed }
        guard let text = members.removeValue(forKey: "preLead")?.text else {
            throw Refusal.invalid("It is missing.", field: "preLead")
        }
        guard let kept = try SealedState(call, for: "pre-lead").value(Kept.self, text),
            call.services.folder.now().micros < kept.expires
        else { throw unknown }
        let features = try WireLeadSubmitted(jsonString: kept.features)
        let rest = try JSONText.line(JSONValue.object(members))
        return (PreLead(features), call.asking(headers: call.headers, body: Array(rest.utf8)))
    }

    /// What was known counts where the request says nothing else.
    func fill(_ lead: inout WireLeadSubmitted) throws {
        var whole = features
        // Lists and amounts are taken whole, or left.
        if !lead.technologies.isEmpty { whole.technologies = [] }
        if !lead.requiredCertifications.isEmpty { whole.requiredCertifications = [] }
        if lead.hasDealValue { whole.clearDealValue() }
        lead.clearPastAssignment()
        try whole.merge(serializedBytes: lead.serializedBytes() as [UInt8])
        lead = whole
    }
}
