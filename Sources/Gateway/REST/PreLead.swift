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
    init(_ lead: WireLeadSubmitted, _ call: Call) {
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

    /// What a request brings back, and the request without it.
    static func joined(_ call: Call) throws -> (PreLead, Call) {
        try JSONElements.refuseNull(call.body)
        guard var members = JSONValue(json: call.body)?.members else { throw Refusal.malformed }
        guard let text = members.removeValue(forKey: "preLead")?.text else {
            throw Refusal.invalid("It is missing.", field: "preLead")
        }
        guard let kept = try SealedState(call, for: "pre-lead").value(Kept.self, text),
            call.services.folder.now().micros < kept.expires
        else { throw Refusal.invalid("It is no preview of yours, or older than 30 days.", field: "preLead") }
        let features = try WireLeadSubmitted(jsonString: kept.features)
        let rest = try JSONText.line(JSONValue.object(members))
        return (PreLead(features, call), call.asking(headers: call.headers, body: Array(rest.utf8)))
    }

    /// What was known counts where the request says nothing else.
    func fill(_ lead: inout WireLeadSubmitted) {
        var whole = features
        if !lead.country.isEmpty { whole.country = lead.country }
        if !lead.region.isEmpty { whole.region = lead.region }
        if !lead.language.isEmpty { whole.language = lead.language }
        if !lead.vertical.isEmpty { whole.vertical = lead.vertical }
        if lead.employees != 0 { whole.employees = lead.employees }
        if lead.hasDealValue { whole.dealValue = lead.dealValue }
        if !lead.product.isEmpty { whole.product = lead.product }
        if !lead.source.isEmpty { whole.source = lead.source }
        if !lead.technologies.isEmpty { whole.technologies = lead.technologies }
        if !lead.requiredCertifications.isEmpty { whole.requiredCertifications = lead.requiredCertifications }
        if !lead.residency.isEmpty { whole.residency = lead.residency }
        if !lead.campaign.isEmpty { whole.campaign = lead.campaign }
        whole.leadID = lead.leadID
        whole.accountDomain = lead.accountDomain
        whole.accountName = lead.accountName
        if lead.hasContact { whole.contact = lead.contact }
        whole.message = lead.message
        whole.lawfulBasis = lead.lawfulBasis
        lead = whole
    }
}
