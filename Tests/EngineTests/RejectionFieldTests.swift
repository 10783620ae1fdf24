import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Testing

@testable import Engine

/// Goal: a rejection names the field and the true reason, whatever kind of value stands where another is needed, and never
/// repeats it. Method: tables over inputs, and over every member of every input's example.
@Suite struct RejectionFieldTests {
    private static func refusal(_ json: String, _ kind: MessageKind) -> Rejection? {
        do throws(Rejection) {
            _ = try Validation.fact(Array(json.utf8), as: kind, at: TestFolder.start)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        (MessageKind.leadSubmitted, #"{"leadId":7}"#, "lead_id", "must be text, not a number"),
        (.leadSubmitted, #"{"leadId":{"a":1}}"#, "lead_id", "must be text, not an object"),
        (.leadSubmitted, #"{"leadId":["l"]}"#, "lead_id", "must be text, not a list"),
        (.leadSubmitted, #"{"leadId":true}"#, "lead_id", "must be text, not true or false"),
        (.leadSubmitted, #"{"leadId":"l","technologies":[""]}"#, "technologies", "holds an empty value"),
        (.leadSubmitted, #"{"leadId":"l","technologies":["a",5]}"#, "technologies", "must be text, not a number"),
        (.leadSubmitted, #"{"leadId":"l","technologies":"SAP"}"#, "technologies", "must be a list, not text"),
        (.leadSubmitted, #"{"leadId":"l","technologies":[null]}"#, "technologies", "null"),
        (.leadSubmitted, #"{"leadId":"l","employees":-1}"#, "employees", "must not be negative"),
        (.leadSubmitted, #"{"leadId":"l","employees":"-1"}"#, "employees", "employees"),
        (.leadSubmitted, #"{"leadId":"l","employees":1.5}"#, "employees", "must be a whole number"),
        (.leadSubmitted, #"{"leadId":"l","employees":99999999999}"#, "employees", "out of its field's range"),
        (.leadSubmitted, #"{"leadId":"l","employees":"many"}"#, "employees", "must be a number, not text"),
        (.leadSubmitted, #"{"leadId":"l","employees":true}"#, "employees", "must be a number, not true or false"),
        (.leadSubmitted, #"{"leadId":"l","dealValue":{"minorUnits":-5,"currency":"EUR"}}"#, "deal_value.minor_units", "must not be negative"),
        (.leadSubmitted, #"{"leadId":"l","dealValue":{"minorUnits":"99999999999999999999","currency":"EUR"}}"#, "deal_value.minor_units", "range"),
        (.leadSubmitted, #"{"leadId":"l","dealValue":12}"#, "deal_value", "another type"),
        (.leadSubmitted, #"{"leadId":"l","contact":{"unknown":1,"email":7}}"#, "contact.email", "must be text, not a number"),
        (.leadSubmitted, #"{"leadId":"l","lawfulBasis":"BECAUSE"}"#, "lawful_basis", "enum value that the schema does not know"),
        (.leadSubmitted, #"{"leadId":"l","new":1,"lawfulBasis":"BECAUSE"}"#, "lawful_basis", "enum value that the schema does not know"),
        (.partnerUpserted, #"{"partnerId":"p","workingHours":[{"weekday":1,"fromMinute":"x"}]}"#, "working_hours.from_minute", "number"),
        (.partnerUpserted, #"{"partnerId":"p","tier":-1}"#, "tier", "must not be negative"),
        (.partnerUpserted, #"{"partnerId":"p","countries":[""]}"#, "countries", "holds an empty value"),
        (.partnerPaused, #"{"partnerId":12}"#, "partner_id", "must be text, not a number"),
        (.dealWon, #"{"leadId":"l","partnerId":5}"#, "partner_id", "must be text, not a number"),
        (.intentObserved, #"{"accountDomain":"a.example","firstSeen":"yesterday"}"#, "first_seen", "RFC 3339"),
        (.intentObserved, #"{"accountDomain":"a.example","firstSeen":17}"#, "first_seen", "first_seen"),
        (.policyPublished, #"{"policy":{"name":"p","hardRules":[{"name":"r"}]}}"#, "policy.hard_rules.require", "is required"),
        (.policyPublished, #"{"policy":{"name":"p","ownerFirst":"yes"}}"#, "policy.owner_first", "true or false"),
        (.policyPublished, #"{"policy":{"name":"p","attemptsMax":-1}}"#, "policy.attempts_max", "must not be negative"),
        (.leadSubmitted, #"{}"#, "lead_id", "is required"),
        (.leadSubmitted, #"{"leadId":"l","attributes":[{"value":"v"}]}"#, "attributes.name", "in entry 1"),
        (.leadSubmitted, #"{"leadId":"l","attributes":[{"name":"a"},{"name":"kim@acme.example"}]}"#, "attributes.name", "in entry 2"),
        (.leadUpdated, #"{"leadId":"l","attributes":[{"name":"a","value":"\#(String(repeating: "\u{E9}", count: 2_001))"}]}"#, "attributes.value", "more than 2000"),
        (.leadSubmitted, #"{"leadId":"l","attributes":[\#((0...64).map { #"{"name":"a\#($0)"}"# }.joined(separator: ","))]}"#, "attributes", "more than 64"),
        (.leadSubmitted, #"{"leadId":"l","attributes":{"a":"b"}}"#, "attributes", "list"),
    ])
    func fieldAndReasonAreNamed(kind: MessageKind, json: String, field: String, says: String) throws {
        let refusal = try #require(Self.refusal(json, kind), "taken")
        #expect(refusal.field == field, "\(refusal)")
        #expect(refusal.detail.contains(says) && refusal.detail.hasPrefix(field), "\(refusal.detail)")
    }

    private static let hours = #""workingHours":[{"weekday":1,"fromMinute":540,"untilMinute":1020}]"#

    private static func ladder(_ part: String) -> String {
        #"{"policy":{"name":"p","holidayCalendars":[{"name":"north"}],"escalationLadder":[{"queue":"q","afterMinutes":5,\#(part)}]}}"#
    }

    /// Holidays and hours: days that there are, names that there are, and no half of what belongs together.
    @Test(arguments: [
        (MessageKind.policyPublished, #"{"policy":{"name":"p","holidayCalendars":[{"name":"n","dates":["2026-02-29"]}]}}"#, "policy.holiday_calendars.dates", "YYYY-MM-DD"),
        (.policyPublished, #"{"policy":{"name":"p","holidayCalendars":[{"name":"n","dates":["25.12.2026"]}]}}"#, "policy.holiday_calendars.dates", "YYYY-MM-DD"),
        (.policyPublished, #"{"policy":{"name":"p","holidayCalendars":[{"dates":["2026-12-25"]}]}}"#, "policy.holiday_calendars.name", "is required"),
        (.policyPublished, #"{"policy":{"name":"p","holidayCalendars":[{"name":"n"},{"name":"n"}]}}"#, "policy.holiday_calendars.name", "must differ"),
        (.policyPublished, ladder(#"\#(hours),"timeZone":"Europe/Rome","holidayCalendar":"south""#), "policy.escalation_ladder.holiday_calendar", "policy.holiday_calendars"),
        (.policyPublished, ladder(hours), "policy.escalation_ladder.time_zone", "is required with working_hours"),
        (.policyPublished, ladder(#""timeZone":"Europe/Rome""#), "policy.escalation_ladder.working_hours", "is required with time_zone"),
        (.policyPublished, ladder(#""holidayCalendar":"north""#), "policy.escalation_ladder.working_hours", "is required with holiday_calendar"),
        (.policyPublished, ladder(#"\#(hours),"timeZone":"Europe/Nowhere""#), "policy.escalation_ladder.time_zone", "tz database"),
        (.policyPublished, ladder(#""workingHours":[{"weekday":1,"fromMinute":5,"untilMinute":5}],"timeZone":"Europe/Rome""#), "policy.escalation_ladder.working_hours", "from_minute"),
        (.partnerUpserted, #"{"partnerId":"p","holidayCalendar":"north"}"#, "working_hours", "is required with holiday_calendar"),
    ])
    func holidaysAndHoursAreChecked(kind: MessageKind, json: String, field: String, says: String) throws {
        let refusal = try #require(Self.refusal(json, kind), "taken")
        #expect(refusal.field == field && refusal.detail.contains(says) && refusal.detail.hasPrefix(field), "\(refusal)")
    }

    /// What a policy's steps name is resolved once each, as partners' zones are.
    @Test func theZonesOfStepsAreResolved() throws {
        let step = #"{"queue":"q","afterMinutes":5,\#(Self.hours),"timeZone":"Europe/Rome","holidayCalendar":"north"}"#
        let json = #"{"policy":{"name":"p","holidayCalendars":[{"name":"north"}],"escalationLadder":[\#(step),\#(step)]}}"#
        let fact = try Validation.fact(Array(json.utf8), as: .policyPublished, at: TestFolder.start)
        var zones = TimeZoneResolution()
        let found = try zones.ofSteps(fact, at: TestFolder.start)
        #expect(found.map(\.name) == ["Europe/Rome"])
        let rules = try zones.rules("Europe/Rome", at: TestFolder.start)
        #expect(found.first?.rules == rules)
    }

    /// Every member of every example in turn holds a value of each wrong kind: what is refused names the member.
    @Test func everyMemberOfEveryInputIsNamed() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var tried = 0
        for kind in MessageKind.allCases {
            let name = String(kind.fullName.split(separator: ".").last ?? "")
            let data = try Data(contentsOf: root.appendingPathComponent("Schemas/examples/\(name).json"))
            let example = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            for member in example.keys.sorted() {
                for wrong in [[:] as [String: Int], [[1]], 1.5, -1, "\u{1}", true] as [Any] {
                    var changed = example
                    changed[member] = wrong
                    let json = String(decoding: try JSONSerialization.data(withJSONObject: changed), as: UTF8.self)
                    guard let refusal = Self.refusal(json, kind) else { continue }
                    tried += 1
                    #expect(!refusal.field.isEmpty, "\(name).\(member) = \(wrong): \(refusal)")
                }
            }
        }
        #expect(tried > 500)
    }

    /// What a producer sent stands in no rejection.
    @Test(arguments: [
        #"{"leadId":"ada@acme.example"}"#, #"{"leadId":"l","country":"Ada Lovelace"}"#, #"{"leadId":"l","employees":"Ada Lovelace"}"#,
        #"{"leadId":"l","lawfulBasis":"Ada Lovelace"}"#, #"{"Ada Lovelace":1,"leadId":7}"#, #"{"leadId":"l","contact":{"email":"Ada Lovelace"}}"#,
    ])
    func nothingThatWasSentIsRepeated(json: String) throws {
        let refusal = try #require(Self.refusal(json, .leadSubmitted))
        for word in ["Ada", "ada@", "Lovelace"] { #expect(!"\(refusal)".contains(word), "\(refusal)") }
    }
}

/// Goal: what was seen was seen before it arrived. Method: every moment of every input, ahead of its arrival.
@Suite struct FutureMomentTests {
    private static func intent(_ first: String, _ last: String) -> String {
        #"{"accountDomain":"a.example","intentTopic":"cnc","strengthPercent":50,"observer":"crm","firstSeen":"\#(first)","lastSeen":"\#(last)"}"#
    }

    /// A record that arrives on 2026-03-01, its time, and what it is refused for.
    @Test(arguments: [
        (Topic.leads, "leadline.v1.LeadSubmitted", #"{"leadId":"l1"}"#, "2026-03-03T00:00:00Z", "time"),
        (.outcomes, "leadline.v1.FirstResponseRecorded", #"{"leadId":"l1","partnerId":"p"}"#, "2026-03-03T00:00:00Z", "time"),
        (.outcomes, "leadline.v1.DealWon", #"{"leadId":"l1","partnerId":"p"}"#, "2201-01-01T00:00:00Z", "time"),
        (.intents, "leadline.v1.IntentObserved", intent("2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z"), "", "first_seen"),
        (.intents, "leadline.v1.IntentObserved", intent("2026-02-01T00:00:00Z", "2026-03-03T00:00:00Z"), "", "last_seen"),
        (.intents, "leadline.v1.IntentObserved", intent("2026-02-01T00:00:00Z", "2199-01-01T00:00:00Z"), "", "last_seen"),
        (.intents, "leadline.v1.IntentObserved", intent("2026-02-01T00:00:00Z", "2026-03-01T12:00:00Z"), "", nil),
        (.partners, "leadline.v1.PartnerAbsenceSet", #"{"partnerId":"p","absenceId":"a","from":"2027-01-01T00:00:00Z","until":"2027-02-01T00:00:00Z"}"#, "", nil),
        // Rates are published ahead of the day from which they hold.
        (.controls, "leadline.v1.RatesPublished", #"{"validFrom":"2027-01-01T00:00:00Z","rates":[{"currency":"USD","rateMicros":"920000"}]}"#, "", nil),
    ] as [(Topic, String, String, String, String?)])
    func aMomentAheadIsRefused(topic: Topic, type: String, json: String, time: String, field: String?) throws {
        var rules = IntakeRules()
        let now = Timestamp(micros: 1_772_323_200_000_000)  // 2026-03-01T00:00:00Z
        var record = binaryEvent(topic, type, Array(json.utf8), id: "e", time: time.isEmpty ? nil : time)
        record.eventTime = nil
        let refusal = rules.rejection(of: record, now: now)
        #expect(refusal?.field == field && (field == nil || refusal?.reason == .future), "\(String(describing: refusal))")
    }

    /// Moments of inputs are those above: a new one needs its row.
    @Test func everyMomentIsTried() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var found: [String] = []
        for name in ["leads", "intents", "outcomes", "partners", "controls", "policy"] {
            let text = try String(contentsOf: root.appendingPathComponent("Schemas/leadline/v1/\(name).proto"), encoding: .utf8)
            for line in text.components(separatedBy: "\n") where line.contains("google.protobuf.Timestamp ") {
                found.append(line.components(separatedBy: " ").filter { !$0.isEmpty }.drop { $0 != "google.protobuf.Timestamp" }.dropFirst().first ?? "")
            }
        }
        #expect(found.sorted() == ["first_seen", "from", "last_seen", "period_anchor", "until", "valid_from"])
    }
}

/// Goal: a CloudEvent is read in every form that the specification gives it, and what is not read says so. Method: one lead
/// in each form.
@Suite struct CloudEventFormTests {
    private static func refusal(_ contentType: String, _ value: String, _ more: [(String, String)] = []) -> Rejection? {
        var rules = IntakeRules()
        let headers = [RecordHeader("content-type", contentType)] + more.map { RecordHeader($0.0, $0.1) }
        return rules.rejection(of: NewRecord(topic: .leads, key: Array("acme".utf8), headers: headers, value: Array(value.utf8)), now: TestFolder.start)
    }

    private static let attributes = [
        ("ce_specversion", "1.0"), ("ce_id", "e"), ("ce_source", "/s"), ("ce_type", "leadline.v1.LeadSubmitted"),
    ]
    private static func structured(_ more: String) -> String {
        #"{"specversion":"1.0","type":"leadline.v1.LeadSubmitted","source":"/s","id":"e",\#(more)"data":{"leadId":"l1"}}"#
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.acme.lead+json", "application/ld+json;profile=x"])
    func anyJSONTypeIsRead(contentType: String) {
        #expect(Self.refusal(contentType, #"{"leadId":"l1"}"#, Self.attributes) == nil)
        #expect(Self.refusal("application/cloudevents+json", Self.structured(#""datacontenttype":"\#(contentType)","#)) == nil)
    }

    @Test(arguments: [
        #""subject":"web","#, #""dataschema":"https://acme.example/s","#, #""comacmetenant":"t-1","sampledrate":30,"isretry":true,"#,
        #""sequence":"000017","sequencetype":"Integer","#, #""nested":{"not":["an","attribute"]},"#, #""traceparent":"rubbish","tracestate":"a=b","#,
    ])
    func extensionAttributesArePassedOver(more: String) {
        #expect(Self.refusal("application/cloudevents+json; charset=UTF-8", Self.structured(more)) == nil)
        #expect(Self.refusal("application/json", #"{"leadId":"l1"}"#, Self.attributes + [("ce_comacmetenant", "t-1"), ("ce_subject", "web"), ("x-other", "1")]) == nil)
    }

    /// Kafka's binding has no batched mode: a record is one event, and the rejection says what to do.
    @Test func aBatchIsNoRecord() throws {
        let refusal = try #require(Self.refusal("application/cloudevents-batch+json", "[\(Self.structured(""))]"))
        #expect(refusal.reason == .unsupportedContentType && refusal.field == "content-type" && refusal.detail.contains("a record of its own"))
    }

    @Test func aBatchIsTakenApartAsItStands() throws {
        let events = try EventBatch.events(Array(" [\(Self.structured("")), {\"a\":[1,2]}\n]".utf8))
        #expect(events.map { String(decoding: $0, as: UTF8.self) } == [Self.structured(""), #"{"a":[1,2]}"#])
        #expect(EventBatch.isBatch(Array("\n [".utf8)) && !EventBatch.isBatch(Array("{}".utf8)) && !EventBatch.isBatch([]))
        for broken in ["[", "[1,]", "{}", "[1]x", "[\"\\u0000\"]"] {
            #expect(throws: Rejection.self) { try EventBatch.events(Array(broken.utf8)) }
        }
        #expect(try EventBatch.events(Array("[]".utf8)).isEmpty)
    }
}
