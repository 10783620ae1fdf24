import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing

/// Goal: the limits in the .proto files are what intake asks and what the JSON Schemas say.
/// Method: every field of an input that has limits, however deep, is set to the last value that is allowed and to the first
/// that is not, in the example of its message; schema and intake's check must both take the one and refuse the other.
@Suite struct LimitTests {
    /// One value of one field: where it stands, in the schema's names, and the example that holds it.
    struct Trial: CustomTestStringConvertible {
        var message: String
        var path: String
        var example: JSONValue
        var isAllowed: Bool
        var what: String

        var testDescription: String { "\(message).\(path): \(what)" }
    }

    static let trials: [Trial] = {
        guard let set = try? SchemaFiles.committed() else { return [] }
        let index = SchemaIndex(set)
        return index.inputs.flatMap { message -> [Trial] in
            guard let data = try? SchemaFiles.data("examples/\(message.name).json"),
                let example = try? JSONValue(parsing: data)
            else { return [] }
            return variants(of: example, message, index).map {
                Trial(message: message.name, path: $0.path, example: $0.value, isAllowed: $0.isAllowed, what: $0.what)
            }
        }
    }()

    struct Variant {
        var path: String
        var value: JSONValue
        var isAllowed: Bool
        var what: String
    }

    /// The value with one field changed, for every clear field with limits in it.
    static func variants(of value: JSONValue, _ message: MessageDescriptor, _ index: SchemaIndex) -> [Variant] {
        message.field.flatMap { field -> [Variant] in
            guard index.isClear(field, of: message), !field.hasOneofIndex || field.proto3Optional else { return [] }
            func with(_ new: JSONValue?) -> JSONValue {
                var members = value.members
                members[field.jsonName] = new
                return .object(members)
            }
            var found = own(value[field.jsonName], field).map {
                Variant(path: field.name, value: with($0.value), isAllowed: $0.isAllowed, what: $0.what)
            }
            let isPredicate = ["Predicate", "Timestamp"].contains { field.typeName.hasSuffix(".\($0)") }
            if let inner = index.message(of: field), !isPredicate, let held = value[field.jsonName] {
                let first = field.label == .repeated ? held.elements.first : held
                for variant in first.map({ variants(of: $0, inner, index) }) ?? [] {
                    let changed = field.label == .repeated
                        ? JSONValue.array([variant.value] + held.elements.dropFirst()) : variant.value
                    found.append(
                        Variant(
                            path: "\(field.name).\(variant.path)", value: with(changed), isAllowed: variant.isAllowed,
                            what: variant.what))
                }
            }
            return found
        }
    }

    /// Values of one field with limits; nil is "left out".
    private static func own(
        _ value: JSONValue?, _ field: FieldDescriptor
    ) -> [(value: JSONValue?, isAllowed: Bool, what: String)] {
        guard field.options.hasLeadline_V1_limits else { return [] }
        let limits = field.options.Leadline_V1_limits
        var found: [(JSONValue?, Bool, String)] = []
        let isList = field.label == .repeated
        if limits.required { found.append((nil, false, "left out")) }
        if limits.countMost > 0, let first = value?.elements.first {
            let most = Int(limits.countMost)
            // The arms of a pilot share their leads, which more of them would change.
            if field.name != "arms" { found.append((.array(Array(repeating: first, count: most)), true, "\(most)")) }
            found.append((.array(Array(repeating: first, count: most + 1)), false, "\(most + 1)"))
        }
        for (text, isAllowed) in texts(limits, isList: isList) {
            found.append((isList ? .array([.string(text)]) : .string(text), isAllowed, "'\(text.prefix(20))' of \(text.utf8.count)"))
        }
        for (number, isAllowed) in numbers(limits) {
            let isLarge = [.int64, .uint64].contains(field.type)
            found.append((isLarge ? .string(String(number)) : .number(Double(number)), isAllowed, "\(number)"))
            if isLarge { found.append((.number(Double(number)), isAllowed, "\(number) as a number")) }
        }
        if limits.bytes > 0 {
            for count in [Int(limits.bytes) - 1, Int(limits.bytes), Int(limits.bytes) + 1] {
                let text = Data(repeating: 7, count: count).base64EncodedString()
                found.append((.string(text), count == limits.bytes, "\(count) bytes"))
            }
        }
        return found
    }

    private static func numbers(_ limits: Leadline_V1_Limits) -> [(Int64, Bool)] {
        (limits.hasLeast ? [(limits.least, true), (limits.least - 1, false)] : [])
            + (limits.hasMost ? [(limits.most, true), (limits.most + 1, false)] : [])
    }

    private static func texts(_ limits: Leadline_V1_Limits, isList: Bool) -> [(String, Bool)] {
        if !limits.oneOf.isEmpty { return limits.oneOf.map { ($0, true) } + [("other", false)] }
        func letters(_ count: Int) -> String { String(repeating: "x", count: count) }
        let forms: [(String, Bool)] = switch limits.text {
        case .id: [("a.B_c:d-9", true), (letters(128), true), (letters(129), false), ("a b", false), ("ä", false)]
        case .word: [(letters(128), true), (String(repeating: "я", count: 128), true), ("Süd & West", true), (letters(129), false), ("a@b.example", false), ("a\u{7}b", false)]
        case .country: [("IT", true), ("XK", true), ("GB", true), ("it", false), ("ITA", false), ("I", false), ("ZZ", false), ("EL", false), ("EU", false)]
        case .language: [("it", true), ("ita", true), ("IT", false), ("i", false), ("ital", false)]
        case .currency:
            [("EUR", true), ("JPY", true), ("HRK", true), ("eur", false), ("EU", false), ("EURO", false), ("XAU", false), ("ZZZ", false)]
        case .date: [("2026-12-25", true), ("2028-02-29", true), ("2026-12-5", false), ("25.12.2026", false), ("2026-13-01", false), ("2026-12-25T00:00:00Z", false)]
        // A version is intake's to set; only its form is looked at here.
        case .hash: [(String(repeating: "0a", count: 16), true), (letters(32), false), ("0a", false)]
        case .unspecified, .UNRECOGNIZED: []
        }
        let isStated = isList || limits.required
        return forms + (forms.isEmpty ? [] : [("", !isStated)])
    }

    @Test(arguments: trials) func schemaAndIntakeAgree(trial: Trial) throws {
        let schema = JSONSchema(root: try JSONValue(parsing: SchemaFiles.data("json/\(trial.message).schema.json")))
        #expect(try schema.findings(trial.example).isEmpty == trial.isAllowed)
        #expect((try Self.breach(trial.example, trial.message) == nil) == trial.isAllowed)
    }

    /// The field that breaks its limit, or is missing; nil if the message is allowed.
    private static func breach(_ json: JSONValue, _ name: String) throws -> String? {
        let type = try #require(messageTypes[name])
        let kind = try #require(MessageKind(fullName: "leadline.v1.\(name)"))
        let message: any Message
        do { message = try type.init(jsonUTF8Bytes: JSONEncoder().encode(json)) } catch { return "\(error)" }
        let clear = try FieldSealing.split(try message.serializedBytes(), as: kind).clear
        do {
            try FactCodec.decode(bodyField: kind.bodyFieldNumber, clear).checkLimits()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func everyFormAndKindOfLimitIsTried() throws {
        let index = SchemaIndex(try SchemaFiles.committed())
        #expect(Self.trials.count > 300)
        for message in index.inputs {
            for field in message.field where field.options.hasLeadline_V1_limits && index.isClear(field, of: message) {
                let isChoice = field.hasOneofIndex && !field.proto3Optional
                #expect(isChoice || Self.trials.contains { $0.message == message.name && $0.path == field.name }, "\(message.name).\(field.name)")
            }
        }
        for path in ["policy.sla.first_response_minutes", "policy.exchange_rates.rate_micros", "policy.pilot.arms.share_basis_points"] {
            #expect(Self.trials.contains { $0.message == "PolicyPublished" && $0.path == path }, "\(path)")
        }
    }

    /// A breach names its field as the schema does, from the message inwards.
    @Test func breachesNameTheField() throws {
        var profile = PartnerProfile(partnerID: "p")
        profile.capacity.segments = [SegmentCap(leadField: .vertical, value: "a@b", leadsPerPeriodMax: 1)]
        #expect(throws: LimitBreach(
            kind: .invalid, field: "capacity.segments.value", detail: "is a category and may not hold an e-mail address")
        ) { try Fact.partnerUpserted(profile).checkLimits() }
        var lead = LeadAttributes()
        lead.dealValue = Money(minorUnits: -1, currency: "EUR")
        let breach = LimitBreach(kind: .invalid, field: "deal_value.minor_units", detail: "must not be negative")
        #expect(throws: breach) { try Fact.leadUpdated(LeadUpdated(leadID: "L", attributes: lead)).checkLimits() }
    }
}

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
