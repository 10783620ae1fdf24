public import Engine
import Foundation
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// A made-up partner network and its leads, the same for the same seed: for benchmarks and tests.
///
/// People and companies are invented; every domain ends in `.example`.
public struct Workload: Sendable {
    static let countries = ["DE", "IT", "FR", "ES", "NL", "PL", "AT", "CH", "SE", "DK", "BE", "CZ"]
    static let languages = ["de", "it", "fr", "es", "nl", "pl", "en"]
    static let verticals = [
        "manufacturing", "retail", "health", "finance", "logistics", "software", "energy", "public",
    ]
    static let sources = ["form", "event", "referral", "chat"]
    static let technologies = ["erp", "mes", "crm", "plc", "cloud", "edi"]

    public let program: String
    private var random: SplitMix64
    private var made: UInt64 = 0
    /// Put into every sealed field, so that a search can show that none leaks; nil for ordinary text.
    public var marker: String?

    /// A workload for a program.
    public init(program: String, seed: UInt64) {
        self.program = program
        random = SplitMix64(seed: seed)
    }

    /// Registration and policy.
    /// - Parameter firstResponseMinutes: the promise; 0 for none.
    public func setUp(at time: Timestamp?, firstResponseMinutes: UInt32 = 5) throws -> [NewRecord] {
        var registered = WireProgramRegistered()
        registered.currency = "EUR"
        registered.name = marker.map { "\($0)-program" } ?? "Workload"
        var policy = Self.policyPublished()
        policy.policy.sla.firstResponseMinutes = firstResponseMinutes
        return [
            try record(.controls, registered, id: "program", at: time),
            try record(.controls, policy, id: "policy", at: time),
        ]
    }

    /// A policy under which every partner is a candidate.
    public func policyWithoutRules(at time: Timestamp?) throws -> NewRecord {
        var published = Self.policyPublished()
        published.policy.name = "Everybody"
        published.policy.hardRules = []
        return try record(.controls, published, id: "policy-without-rules", at: time)
    }

    /// The policy of the workload: country and language are hard, five minutes to respond.
    public static func policyPublished() -> WirePolicyPublished {
        var published = WirePolicyPublished()
        published.policy.name = "workload"
        published.policy.hardRules = [
            rule("serves-country", .country, .countries), rule("speaks-language", .language, .languages),
        ]
        published.policy.sla.firstResponseMinutes = 5
        published.policy.attemptsMax = 3
        published.policy.fitFadeOutcomes = 500
        published.policy.ownerFirst = true
        published.policy.ownershipDays = 365
        return published
    }

    private static func rule(_ name: String, _ field: WireLeadField, _ list: WirePartnerList) -> WireHardRule {
        var rule = WireHardRule()
        rule.name = name
        rule.require.partnerCovers.leadField = field
        rule.require.partnerCovers.partnerList = list
        return rule
    }

    /// Profiles of `count` partners.
    public mutating func partners(_ count: Int, at time: Timestamp?) throws -> [NewRecord] {
        try (0..<count).map { index in
            var partner = WirePartnerUpserted()
            partner.partnerID = Self.partnerID(index)
            partner.name = marker.map { "\($0)-partner" } ?? "Partner \(index)"
            partner.contactEmail = "\(marker ?? "leads")@partner\(index).example"
            let home = index % Self.countries.count
            partner.countries = [
                Self.countries[home], Self.countries[(home + 1) % Self.countries.count], random.pick(Self.countries),
            ]
            partner.languages = ["en", Self.languages[index % Self.languages.count], random.pick(Self.languages)]
            partner.verticals = [random.pick(Self.verticals), random.pick(Self.verticals), random.pick(Self.verticals)]
            partner.technologies = [random.pick(Self.technologies), random.pick(Self.technologies)]
            partner.typicalDealMax.minorUnits = Int64(2_000_000 + random.below(30_000_000))
            partner.typicalDealMax.currency = "EUR"
            return try record(.partners, partner, id: "partner-\(index)", at: time)
        }
    }

    public static func partnerID(_ index: Int) -> String { "partner-\(index)" }

    /// One lead with contact data, at `time`; live if nil.
    public mutating func lead(at time: Timestamp?) throws -> NewRecord {
        var lead = impersonalLead()
        let company = random.below(1_000_000)
        // A token of its own for each lead, so that no field is found again by its digest.
        let marker = marker.map { "\($0)-\(made)" }
        lead.accountDomain = "\(marker.map { "\($0)-" } ?? "")company\(company).example"
        lead.accountName = "\(marker ?? "Company") \(company)"
        lead.contact.givenName = marker ?? "Ada"
        lead.contact.familyName = marker ?? "Example"
        lead.contact.email = "\(marker ?? "ada").\(made)@company\(company).example"
        lead.contact.phone = marker ?? "+39 02 000000\(random.below(10_000))"
        lead.contact.jobTitle = marker ?? "Head of production"
        lead.message = marker ?? "We would like to see a demonstration for our plant."
        return try record(.leads, lead, id: lead.leadID, at: time)
    }

    /// A company of which an interest was observed.
    public mutating func intent(at time: Timestamp?) throws -> NewRecord {
        made += 1
        var intent = WireIntentObserved()
        intent.accountDomain = "company\(random.below(1_000_000)).example"
        intent.intentTopic = random.pick(Self.verticals)
        intent.strengthPercent = UInt32(1 + random.below(100))
        return try record(.intents, intent, id: "intent-\(made)", at: time)
    }

    /// One lead that names nobody, so that nothing of it has to be sealed.
    public mutating func leadOfNobody() throws -> NewRecord {
        let lead = impersonalLead()
        return try record(.leads, lead, id: lead.leadID, at: nil)
    }

    private mutating func impersonalLead() -> WireLeadSubmitted {
        made += 1
        var lead = WireLeadSubmitted()
        lead.leadID = "lead-\(made)"
        lead.country = random.pick(Self.countries)
        lead.language = "en"
        lead.vertical = random.pick(Self.verticals)
        lead.employees = UInt32(20 + random.below(2_000))
        lead.dealValue.minorUnits = Int64(500_000 + random.below(20_000_000))
        lead.dealValue.currency = "EUR"
        lead.product = "suite"
        lead.source = random.pick(Self.sources)
        lead.technologies = [random.pick(Self.technologies)]
        lead.lawfulBasis = .consent
        return lead
    }

    /// What the partner did with a lead: responded, or decided the deal.
    public mutating func outcome(lead: String, partner: String, won: Bool?, at time: Timestamp?) throws -> NewRecord {
        made += 1
        if let won, won {
            var message = WireDealWon()
            message.leadID = lead
            message.partnerID = partner
            message.actor = marker ?? "Ben Example"
            message.note = marker ?? ""
            return try record(.outcomes, message, id: "outcome-\(made)", at: time)
        }
        if won == false {
            var message = WireDealLost()
            message.leadID = lead
            message.partnerID = partner
            message.reason = .price
            message.note = marker ?? ""
            return try record(.outcomes, message, id: "outcome-\(made)", at: time)
        }
        var message = WireFirstResponseRecorded()
        message.leadID = lead
        message.partnerID = partner
        message.channel = "email"
        message.actor = marker ?? "Ben Example"
        return try record(.outcomes, message, id: "outcome-\(made)", at: time)
    }

    func record(_ topic: Topic, _ message: some SwiftProtobuf.Message, id: String, at time: Timestamp?) throws
        -> NewRecord
    {
        var headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/workload"),
            RecordHeader("ce_type", type(of: message).protoMessageName),
            RecordHeader("content-type", "application/protobuf"),
        ]
        if let time { headers.append(RecordHeader("ce_time", RFC3339.format(time))) }
        return NewRecord(
            topic: topic, key: Array(program.utf8), headers: headers, value: try message.serializedBytes(),
            eventTime: time)
    }
}
