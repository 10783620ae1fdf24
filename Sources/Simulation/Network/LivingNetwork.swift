public import Engine
import Foundation
public import LeadlineCore

/// A scenario's network at work, made up and seeded: leads such as its past ones come in at a pace that can be watched,
/// and partners answer, decline, let their time pass, win and lose, within minutes instead of months.
///
/// It makes records and looks at no clock: its owner asks what is due, and tells it what was decided.
public struct LivingNetwork: Sendable {
    private enum Act: Sendable {
        case leadComes
        case partnerSays(type: String, lead: String, partner: String, fields: String)
        case reviewIsAsked(lead: String)
    }

    private let program: String
    private let story: NewRecord
    private let storyLead: String
    /// What past leads stated beside who and where they were: JSON members without their braces.
    private let kinds: [String]
    private let countries: [String]
    private let gapMicros: Int64
    private var plan = PlannedSteps<Act>()
    private var random: SplitMix64
    /// Leads that came in so far.
    public private(set) var leadCount = 0

    /// Where nobody of the example sells, so that a person must decide.
    private static let elsewhere = "IS"
    private static let second: Int64 = 1_000_000

    /// - Parameters:
    ///   - scenario: whose partners and kinds of leads these are; its own lead comes first.
    ///   - leadsPerMinute: about so many come in; at least 1.
    ///   - start: when the first does.
    public init(_ scenario: Scenario, leadsPerMinute: Int, start: Timestamp, seed: UInt64) throws {
        precondition(leadsPerMinute >= 1, "a network without leads is none")
        program = scenario.program
        story = scenario.lead
        storyLead = scenario.leadID
        let past = try scenario.history.filter { $0.topic == .leads }.map(Self.members)
        kinds = past.map(\.rest)
        countries = past.map(\.country)
        gapMicros = 60 * Self.second / Int64(leadsPerMinute)
        random = SplitMix64(seed: seed)
        plan.plan(.leadComes, at: start)
    }

    /// What a past lead stated beside what named it and where it was, and where that is.
    private static func members(_ record: NewRecord) throws -> (rest: String, country: String) {
        let event = try JSONSerialization.jsonObject(with: Data(record.value ?? [])) as? [String: Any]
        guard var lead = event?["data"] as? [String: Any] else { throw ScenarioError("a past lead has no data") }
        let country = lead["country"] as? String ?? ""
        for name in ["leadId", "accountDomain", "accountName", "contact", "message", "pastAssignment", "country"] {
            lead[name] = nil
        }
        let json = try JSONSerialization.data(withJSONObject: lead, options: [.sortedKeys, .withoutEscapingSlashes])
        return (String(decoding: json.dropFirst().dropLast(), as: UTF8.self), country)
    }

    /// A number from 0 to below `bound`.
    private mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }

    // MARK: What happens

    /// What happens until `now`, in the order in which it does.
    public mutating func due(at now: Timestamp) throws -> [NewRecord] {
        var records: [NewRecord] = []
        while let first = plan.popNext(until: now) {
            switch first.what {
            case .leadComes:
                records.append(try nextLead())
                plan.plan(.leadComes, at: first.at.adding(micros: gapMicros / 2 + Int64(below(Int(gapMicros)))))
            case .partnerSays(let type, let lead, let partner, let fields):
                records.append(
                    try event(
                        type, source: "/partners/\(partner)", id: "\(lead).\(partner).\(type)",
                        #"{"leadId":"\#(lead)","partnerId":"\#(partner)"\#(fields)}"#))
            case .reviewIsAsked(let lead):
                records.append(
                    try event("ReviewRequested", source: "/desk", id: "\(lead).review", #"{"leadId":"\#(lead)"}"#))
            }
        }
        return records
    }

    /// The story's lead first; then one like the past ones, now and then one that nobody can serve, and one that its form
    /// filled in wrongly.
    private mutating func nextLead() throws -> NewRecord {
        leadCount += 1
        if leadCount == 1 { return story }
        let lead = "live-\(leadCount)", kind = below(kinds.count)
        let country = leadCount % 9 == 4 ? Self.elsewhere : countries[kind]
        var rest = kinds[kind]
        if leadCount % 17 == 6 { rest += #","requiredCertifications":7"# }
        let data =
            #"{"leadId":"\#(lead)","accountDomain":"\#(lead).example","country":"\#(country)","#
            + #""contact":{"givenName":"Robin","familyName":"Example","email":"robin@\#(lead).example"},"# + rest + "}"
        return try event("LeadSubmitted", source: "/website/form", id: lead, data)
    }

    private func event(_ type: String, source: String, id: String, _ data: String) throws -> NewRecord {
        try CloudEventLine.record(
            CloudEventLine.text(type: type, source: source, id: id, data: data), program: program, asPast: false)
    }

    // MARK: What partners do

    /// What was decided: who was given a lead does something with it, or nothing.
    public mutating func hear(_ events: [Event], at now: Timestamp) {
        for case .leadAssigned(let given) in events {
            if given.leadID == storyLead {
                hearStory(given.partnerID, attempt: given.attempt, at: now)
            } else {
                answer(given.leadID, given.partnerID, at: now)
            }
        }
    }

    /// Who gets the story's lead first lets the promise pass; the next one keeps it, and wins.
    private mutating func hearStory(_ partner: String, attempt: UInt32, at now: Timestamp) {
        if attempt == 1 { return }
        say("FirstResponseRecorded", storyLead, partner, #","channel":"phone""#, at: now, after: 15...20)
        say(
            "DealWon", storyLead, partner, #","amount":{"minorUnits":"11800000","currency":"EUR"}"#, at: now,
            after: 90...100)
    }

    private mutating func answer(_ lead: String, _ partner: String, at now: Timestamp) {
        let chance = below(100)
        // Some let the time pass.
        if chance < 14 { return }
        if chance < 24 {
            say("LeadDeclined", lead, partner, #","reason":"REFUSAL_REASON_NO_CAPACITY""#, at: now, after: 5...25)
            return
        }
        say("LeadAccepted", lead, partner, "", at: now, after: 2...12)
        say("FirstResponseRecorded", lead, partner, #","channel":"phone""#, at: now, after: 13...45)
        if chance > 94 { plan.plan(.reviewIsAsked(lead: lead), at: now.adding(micros: 20 * Self.second)) }
        say("DealStageChanged", lead, partner, #","stage":"qualified""#, at: now, after: 50...70)
        if chance < 50 {
            say("DealWon", lead, partner, "", at: now, after: 80...240)
        } else if chance < 84 {
            say("DealLost", lead, partner, #","reason":"REFUSAL_REASON_PRICE""#, at: now, after: 80...240)
        }
    }

    private mutating func say(
        _ type: String, _ lead: String, _ partner: String, _ fields: String, at now: Timestamp,
        after seconds: ClosedRange<Int>
    ) {
        let wait = Int64(seconds.lowerBound * 1_000 + below(1_000 * (seconds.count - 1) + 1)) * 1_000
        plan.plan(.partnerSays(type: type, lead: lead, partner: partner, fields: fields), at: now.adding(micros: wait))
    }
}
