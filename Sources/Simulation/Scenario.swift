public import Engine
import Foundation
import Journal
public import LeadlineCore
import TextFormats

/// A program with its partners, its past, and the lead that comes in: what a folder such as `deploy/examples/emea`
/// tells.
///
/// It holds records only. `Stage` puts them through the engine.
public struct Scenario: Sendable {
    /// What `scenario.yaml` says.
    private struct Frame: Decodable {
        var program: String
        var name: String
        var currency: String
        var begins: String
        var leadArrives: String
    }

    /// Id of the program.
    public let program: String
    /// When program, policy and partners take effect.
    public let begins: Timestamp
    /// When the lead comes in.
    public let leadArrives: Timestamp
    /// Names of the partners by id, for people.
    public let partnerNames: [String: String]
    /// Program, policy, partners and past deals, each with the moment it happened.
    public private(set) var history: [NewRecord]
    /// The lead that comes in, as a live record.
    public let lead: NewRecord
    /// Id of that lead.
    public let leadID: String

    /// Reads a scenario's folder.
    /// - Parameter json: Turns the text of a YAML file into JSON.
    /// - Throws: `ScenarioError` for what the files get wrong; what `json` throws.
    public init(folder: String, json: (_ yaml: String) throws -> String) throws {
        try self.init(json: json) { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name),
                let text = String(data: data, encoding: .utf8)
            else { throw ScenarioError("\(folder)/\(name) is not there, or is not UTF-8 text") }
            return text
        }
    }

    /// The example of `deploy/examples/emea`, which this program has with it.
    /// - Parameter end: moves its past on by whole days, so that its lead arrives within the day before this moment; nil
    ///   leaves every date as the files have it.
    public static func emea(endingAt end: Timestamp? = nil, json: (_ yaml: String) throws -> String) throws -> Scenario {
        try Scenario(json: json, endingAt: end) { name in
            guard let bytes = EMEAExample.file(name) else { throw ScenarioError("the example has no \(name)") }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private init(
        json: (_ yaml: String) throws -> String, endingAt end: Timestamp? = nil, text: (_ name: String) throws -> String
    ) throws {
        let frame = try Self.frame(json(text("scenario.yaml")))
        guard let begins = RFC3339.parse(frame.begins), let arrives = RFC3339.parse(frame.leadArrives) else {
            throw ScenarioError("scenario.yaml: begins and leadArrives must be date-times such as 2026-03-02T09:30:00Z")
        }
        let days = end.map { ($0.micros - arrives.micros).floorDivided(by: Timestamp.microsPerDay) } ?? 0
        let dates = StoryDates(laterByDays: days)
        let partners = try Self.partners(json(text("partners.yaml")))
        program = frame.program
        self.begins = dates.moved(begins)
        leadArrives = dates.moved(arrives)
        partnerNames = Dictionary(partners.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var records = try Self.setUp(frame, policy: json(text("policy.yaml")), partners: partners)
        for index in records.indices { records[index].eventTime = dates.moved(begins) }
        let past = try ["intents", "outcomes", "leads"].flatMap { topic in
            try Self.lines(
                "history/\(topic).jsonl", dates.moved(text("history/\(topic).jsonl")), program: frame.program, asPast: true)
        }
        history = records + past
        guard let lead = try Self.lines("lead.jsonl", text("lead.jsonl"), program: frame.program, asPast: false).first,
            let id = Self.leadID(lead)
        else { throw ScenarioError("lead.jsonl must hold a LeadSubmitted") }
        self.lead = lead
        leadID = id
    }

    private static func frame(_ json: String) throws -> Frame {
        do { return try JSONDecoder().decode(Frame.self, from: Data(json.utf8)) } catch {
            throw ScenarioError("scenario.yaml must state program, name, currency, begins and leadArrives")
        }
    }

    /// Each partner with its profile as JSON, in the file's order, which is the order of registration.
    private static func partners(_ json: String) throws -> [(id: String, name: String, json: String)] {
        let tree = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        guard let list = tree?["partners"] as? [[String: Any]] else {
            throw ScenarioError("partners.yaml must hold a list under partners")
        }
        return try list.map { profile in
            guard let id = profile["partnerId"] as? String else {
                throw ScenarioError("partners.yaml: a partner has no partnerId")
            }
            let data = try JSONSerialization.data(
                withJSONObject: profile, options: [.sortedKeys, .withoutEscapingSlashes])
            return (id, profile["name"] as? String ?? id, String(decoding: data, as: UTF8.self))
        }
    }

    /// Has the program start with another logic version than the newest.
    public mutating func start(withLogic version: UInt32) throws {
        history[0].value = try Self.changed(history[0]) { event in
            var registered = event["data"] as? [String: Any]
            registered?["logicVersion"] = version
            event["data"] = registered
        }
    }

    /// The scenario's policy with a minute for the first response, so that somebody who watches sees leads move on.
    func hastened() throws -> NewRecord {
        let bytes = try Self.changed(history[1]) { event in
            var data = event["data"] as? [String: Any], policy = data?["policy"] as? [String: Any]
            var promise = policy?["sla"] as? [String: Any]
            promise?["firstResponseMinutes"] = 1
            policy?["sla"] = promise
            data?["policy"] = policy
            event["data"] = data
            event["id"] = "policy-live"
        }
        return try CloudEventLine.record(String(decoding: bytes, as: UTF8.self), program: program, asPast: false)
    }

    /// The event of a record of the set-up, which is the program and then its policy, with something changed.
    private static func changed(_ record: NewRecord, _ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
        let parsed = try JSONSerialization.jsonObject(with: Data(record.value ?? [])) as? [String: Any]
        guard var event = parsed else { throw ScenarioError("the history does not begin with the program") }
        change(&event)
        return Array(
            try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes]))
    }

    private static func setUp(
        _ frame: Frame, policy: String, partners: [(id: String, name: String, json: String)]
    ) throws -> [NewRecord] {
        func record(_ type: String, _ id: String, _ data: String) throws -> NewRecord {
            let line = CloudEventLine.text(type: type, source: "/set-up", id: id, data: data)
            return try CloudEventLine.record(line, program: frame.program, asPast: false)
        }
        let name = String(decoding: try JSONEncoder().encode(frame.name), as: UTF8.self)
        return [
            try record("ProgramRegistered", "program", #"{"name":\#(name),"currency":"\#(frame.currency)"}"#),
            try record("PolicyPublished", "policy", #"{"policy":\#(policy)}"#),
        ] + (try partners.map { try record("PartnerUpserted", "partner.\($0.id)", $0.json) })
    }

    private static func lines(_ name: String, _ text: String, program: String, asPast: Bool) throws -> [NewRecord] {
        try text.lines.enumerated().compactMap { index, line in
            if line.allSatisfy(\.isWhitespace) { return nil }
            do { return try CloudEventLine.record(String(line), program: program, asPast: asPast) } catch let error
                as ScenarioError
            {
                throw ScenarioError("\(name):\(index + 1): \(error)")
            }
        }
    }

    private static func leadID(_ record: NewRecord) -> String? {
        struct Line: Decodable {
            struct Lead: Decodable { var leadId: String }
            var data: Lead
        }
        return record.value.flatMap { try? JSONDecoder().decode(Line.self, from: Data($0)) }?.data.leadId
    }
}

// MARK: - What partners answer

extension Scenario {
    /// The partner gets in touch with the prospect.
    public func firstResponse(by partner: String) throws -> NewRecord {
        try answer("FirstResponseRecorded", partner, #""channel":"phone""#)
    }

    /// The partner moves the deal in its pipeline.
    public func stage(_ stage: String, by partner: String) throws -> NewRecord {
        try answer("DealStageChanged", partner, #""stage":"\#(stage)""#, id: "stage.\(stage)")
    }

    /// The partner wins the deal.
    /// - Parameter euroCents: What it was worth in the end.
    public func won(by partner: String, euroCents: Int64) throws -> NewRecord {
        try answer("DealWon", partner, #""amount":{"minorUnits":"\#(euroCents)","currency":"EUR"}"#)
    }

    private func answer(_ type: String, _ partner: String, _ fields: String, id: String? = nil) throws -> NewRecord {
        let data = #"{"leadId":"\#(leadID)","partnerId":"\#(partner)",\#(fields)}"#
        let line = CloudEventLine.text(
            type: type, source: "/partners/\(partner)", id: "\(leadID).\(id ?? type)", data: data)
        return try CloudEventLine.record(line, program: program, asPast: false)
    }
}
