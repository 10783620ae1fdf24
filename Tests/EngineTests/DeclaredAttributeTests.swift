import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing

/// Goal: of the vendor's own attributes exactly those stand in clear that the policy in force declares, with the values
/// that it declares; whatever else is stated is sealed, or refused where the policy says so, and nothing is lost.
@Suite struct DeclaredAttributeTests {
    private static let rules = """
        "attributes":[{"name":"score","type":"ATTRIBUTE_TYPE_CHOICE","values":["A1","A2"]},
          {"name":"visits","type":"ATTRIBUTE_TYPE_NUMBER","atLeast":"-5","atMost":"1000"},{"name":"vip","type":"ATTRIBUTE_TYPE_FLAG"}]
        """

    private static func record(_ type: String, _ json: String, _ id: String, on topic: Topic = .leads, minute: Int64) -> NewRecord {
        binaryEvent(
            topic, "leadline.v1.\(type)", Array(json.utf8), id: id, at: TestFolder.start.adding(micros: minute * Timestamp.microsPerMinute))
    }

    private static func policy(_ more: String, minute: Int64 = 1) -> NewRecord {
        record("PolicyPublished", #"{"policy":{"name":"own",\#(rules)\#(more)}}"#, "policy-\(minute)", on: .controls, minute: minute)
    }

    private static func lead(_ id: String, _ attributes: [(String, String)], minute: Int64, as type: String = "LeadSubmitted", field: String = "attributes") -> NewRecord {
        let list = attributes.map { #"{"name":"\#($0)","value":"\#($1)"}"# }.joined(separator: ",")
        return record(type, #"{"leadId":"\#(id)","country":"IT","\#(field)":[\#(list)]}"#, "\(id)-\(minute)", minute: minute)
    }

    private static func processed(_ records: [NewRecord], logic: UInt32? = nil) async throws -> TestFolder {
        let folder = try TestFolder()
        let registered = #"{"name":"Acme","currency":"EUR"\#(logic.map { #","logicVersion":\#($0)"# } ?? "")}"#
        try folder.append([record("ProgramRegistered", registered, "r", on: .controls, minute: 0)] + records)
        try await folder.process()
        return folder
    }

    /// What each lead's entries say in clear, in their order.
    private static func clear(_ folder: TestFolder, _ lead: String = "l") throws -> [String] {
        try folder.entries().filter { $0.input.fact.leadID == lead }.flatMap(\.input.fact.declaredAttributes).map { "\($0.name)=\($0.value)" }
    }

    private static let stated = [
        ("score", "A2"), ("score2", "A2"), ("visits", "17"), ("vip", "true"), ("note", "call Kim on Monday"),
    ]

    @Test func whatIsDeclaredStandsInClearAndTheRestIsSealed() async throws {
        let folder = try await Self.processed([Self.policy(""), Self.lead("l", Self.stated, minute: 2)])
        #expect(try folder.deadLetters().isEmpty)
        #expect(try Self.clear(folder) == ["score=A2", "visits=17", "vip=true"])
        let entry = try #require(try folder.entries().first { $0.input.fact.leadID == "l" })
        #expect(!entry.sealed.isEmpty)
        // Decided and journaled alike: the entry's fact is what its bytes say.
        #expect(FactCodec.encode(entry.input.fact).bytes.count > 0)
        for file in try folder.files() { #expect(file.bytes.range(of: Data("call Kim".utf8)) == nil, "\(file.name)") }
    }

    @Test(arguments: [
        ("score", "A3"), ("score", "a1"), ("score", ""), ("visits", "1001"), ("visits", "-6"), ("visits", "017"), ("visits", "1.0"), ("visits", "+3"),
        ("visits", "٣"), ("vip", "TRUE"), ("vip", "1"), ("Score", "A1"),
    ])
    func aValueThatIsNotDeclaredIsSealed(name: String, value: String) async throws {
        let folder = try await Self.processed([Self.policy(""), Self.lead("l", [(name, value)], minute: 2)])
        #expect(try Self.clear(folder) == [])
        #expect(try folder.entries().contains { $0.input.fact.leadID == "l" && !$0.sealed.isEmpty })
    }

    /// Where the policy refuses, the letter says which field and what there is, and quotes nothing that it did not declare.
    @Test(arguments: [
        ("score", "Kim", "attributes.value", "of score must be one of A1, A2"), ("visits", "many", "attributes.value", "of visits must be a whole number from -5 to 1000"),
        ("vip", "yes", "attributes.value", "of vip must be true or false"), ("secret", "Kim", "attributes.name", "it declares score, visits, vip"),
    ])
    func otherAttributesAreRefusedWhereThePolicySaysSo(name: String, value: String, field: String, says: String) async throws {
        let refusing = Self.policy(#","undeclaredAttributes":"UNDECLARED_ATTRIBUTES_REFUSED""#)
        let folder = try await Self.processed([
            refusing, Self.lead("l", [("vip", "false"), (name, value)], minute: 2), Self.lead("m", [("vip", "false")], minute: 3),
        ])
        let letter = try #require(try folder.deadLetters().first?.letter)
        #expect(letter.field == field && letter.detail.contains(says), "\(letter)")
        #expect(!letter.detail.contains(value) && !letter.detail.contains("secret"))
        #expect(try Self.clear(folder) == [] && Self.clear(folder, "m") == ["vip=false"])
    }

    /// The policy that counts is the one in force when the message has its place; what was sealed before stays sealed.
    @Test func thePolicyInForceCounts() async throws {
        let score = [("score", "A1")]
        let folder = try await Self.processed([
            Self.lead("l", score, minute: 1), Self.policy("", minute: 2), Self.lead("l", score, minute: 3, as: "LeadUpdated"),
            Self.record("PolicyPublished", #"{"policy":{"name":"plain"}}"#, "p3", on: .controls, minute: 4), Self.lead("l", [("score", "A2")], minute: 5, as: "LeadUpdated"),
        ])
        #expect(try folder.deadLetters().isEmpty)
        #expect(try Self.clear(folder) == ["score=A1"])
        #expect(try folder.entries().filter { $0.input.fact.leadID == "l" && !$0.sealed.isEmpty }.count == 2)
    }

    /// What a producer says of itself to be declared is looked at like all else.
    @Test func aProducerDoesNotDeclare() async throws {
        let folder = try await Self.processed([
            Self.lead("l", [("score", "A1"), ("other", "x")], minute: 1, field: "declaredAttributes"), Self.policy("", minute: 2),
            Self.lead("m", [("score", "A1"), ("other", "x")], minute: 3, field: "declaredAttributes"),
            Self.lead("n", [("score", "kim@acme.example")], minute: 4, field: "declaredAttributes"),
        ])
        #expect(try Self.clear(folder) == [] && Self.clear(folder, "m") == ["score=A1"])
        #expect(try folder.deadLetters().map(\.letter.field) == ["declared_attributes.value"])
    }

    /// A program of an earlier logic does not know what the policy declares.
    @Test func anEarlierLogicSealsAll() async throws {
        let folder = try await Self.processed([Self.policy(""), Self.lead("l", Self.stated, minute: 2)], logic: 7)
        #expect(try Self.clear(folder) == [])
        #expect(try folder.state().policy?.attributes == [])
    }

    /// The same message is a repeat whatever the policy says by then.
    @Test func aRepeatIsOneUnderAnotherPolicy() async throws {
        let sent = Self.lead("l", Self.stated, minute: 1)
        let folder = try await Self.processed([sent, Self.policy("", minute: 2), sent])
        #expect(try folder.deadLetters().isEmpty)
        #expect(try folder.entries().map(\.input.fact).contains(.duplicateReceived))
    }

    @Test(arguments: [
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_CHOICE"}]"#, "policy.attributes.values", "is required of a choice"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_CHOICE","values":["x","x"]}]"#, "policy.attributes.values", "each value once"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_CHOICE","values":["kim@acme.example"]}]"#, "policy.attributes.values", "e-mail"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_CHOICE","values":["x"],"atMost":"3"}]"#, "policy.attributes.at_most", "number only"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_NUMBER","atLeast":"3"}]"#, "policy.attributes.at_most", "is required of a number"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_NUMBER","atMost":"3"}]"#, "policy.attributes.at_least", "is required of a number"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_NUMBER","atLeast":"4","atMost":"3"}]"#, "policy.attributes.at_least", "not be more than"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_FLAG","values":["x"]}]"#, "policy.attributes.values", "choice only"),
        (#"[{"name":"a","type":"ATTRIBUTE_TYPE_FLAG"},{"name":"a","type":"ATTRIBUTE_TYPE_FLAG"}]"#, "policy.attributes.name", "must differ"),
        (#"[{"name":"a b","type":"ATTRIBUTE_TYPE_FLAG"}]"#, "policy.attributes.name", "must match"),
        (#"[{"name":"a"}]"#, "policy.attributes.type", "must be stated"),
    ])
    func aPolicyDeclaresNoHalfThing(attributes: String, field: String, says: String) throws {
        let json = Array(#"{"policy":{"name":"p","attributes":\#(attributes)}}"#.utf8)
        let refusal = #expect(throws: Rejection.self) { try Validation.fact(json, as: .policyPublished, at: TestFolder.start) }
        #expect(refusal?.field == field && refusal?.detail.contains(says) == true, "\(String(describing: refusal))")
    }
}
