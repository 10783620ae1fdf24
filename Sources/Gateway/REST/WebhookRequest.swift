import Engine
import Foundation
import LeadlineSchemas
import Reports

/// What a request about an endpoint asks for; fields that it leaves out stay as they are.
struct WebhookRequest: Sendable {
    var url: WebhookTarget?
    var kinds: [String]?
    var partner: String?
    var format: WebhookEndpoint.Format?
    var label: String?
    var template: WebhookTemplate?
    var isEnabled: Bool?
    var sendsLinks = false

    /// - Parameter fields: those the operation knows.
    init(_ call: Call, fields: [String]) throws {
        let values = try Self.values(call.body, fields)
        let allowsLoopback = call.services.webhookSettings.allowsLoopback
        url = try values["url"].map { try Self.target($0, allowsLoopback: allowsLoopback) }
        kinds = try values["kinds"].map(Self.kinds)
        partner = try values["partner"].map { value in
            guard case .text(let id) = value, FieldLimits.isID(id) else {
                throw Refusal.invalid("It is the id of a partner.", field: "partner")
            }
            return id
        }
        format = try values["format"].map { value in
            guard case .text(let word) = value, let format = WebhookEndpoint.Format(rawValue: word) else {
                throw Refusal.invalid("It is standard, slack, teams, template or a2a.", field: "format")
            }
            return format
        }
        label = try values["label"].map { value in
            guard case .text(let text) = value, text.utf8.count <= 128 else {
                throw Refusal.invalid("It is a text of at most 128 bytes.", field: "label")
            }
            return text
        }
        template = try values["template"].map(Self.template)
        isEnabled = try Self.flag(values, "enabled")
        sendsLinks = try Self.flag(values, "actionLinks") ?? false
    }

    /// Refuses a template without its format, and the format without a template.
    /// - Parameter endpoint: the one that is changed; nil for a new one.
    func checkTemplate(of endpoint: WebhookEndpoint? = nil) throws {
        let format = format ?? endpoint?.format ?? .standard
        if format == .template && template == nil && endpoint?.template == nil {
            throw Refusal.invalid("The format template needs one.", field: "template")
        }
        if format != .template && template != nil {
            throw Refusal.invalid("It goes with the format template alone.", field: "template")
        }
    }

    /// An agent answers for one partner: whoever has offers sent to it must be allowed to answer them.
    /// - Parameter endpoint: the one that is changed; nil for a new one.
    func checkAgent(_ grant: Grant, of endpoint: WebhookEndpoint? = nil) throws {
        guard format ?? endpoint?.format == .a2a else { return }
        guard grant.partner ?? partner ?? endpoint?.partner != nil else {
            throw Refusal.invalid("Offers go to the agent of one partner; name it.", field: "partner")
        }
        guard grant.allows(.leadsAnswer) else { throw Refusal.missing(.leadsAnswer) }
    }

    // MARK: Values

    private static func template(_ value: JSONValue) throws -> WebhookTemplate {
        guard case .text(let text) = value else { throw Refusal.invalid("It is a text.", field: "template") }
        do { return try WebhookTemplate(text) } catch {
            let names = WebhookTemplate.Field.allCases.map(\.rawValue).joined(separator: ", ")
            let detail =
                switch error {
                case .tooLong: "It has at most \(WebhookTemplate.bytesMax) bytes."
                case .tooManyFields: "It names at most \(WebhookTemplate.fieldsMax) fields."
                case .unclosed: "A field begins with {{ and does not end with }}."
                case .unknown(let name):
                    "There is no field \(JSONText.quoted(Self.shown(name))); there are \(names)."
                case .noJSON: "It is no JSON object whose fields stand within strings."
                }
            throw Refusal.invalid(detail, field: "template")
        }
    }

    /// The beginning of what somebody sent.
    private static func shown(_ text: String) -> String { String(decoding: text.utf8.prefix(64), as: UTF8.self) }

    private static func flag(_ values: [String: JSONValue], _ field: String) throws -> Bool? {
        guard let value = values[field] else { return nil }
        guard case .flag(let flag) = value else { throw Refusal.invalid("It is true or false.", field: field) }
        return flag
    }

    /// The fields of a JSON object; none of another name, and none that holds what no field does.
    static func values(_ body: [UInt8], _ fields: [String]) throws -> [String: JSONValue] {
        if body.isEmpty { return [:] }
        try JSONElements.refuseNull(body)
        let values: [String: JSONValue]
        do { values = try JSONDecoder().decode([String: JSONValue].self, from: Data(body)) } catch {
            throw Refusal.malformed
        }
        if let name = values.keys.sorted().first(where: { !fields.contains($0) }) { throw Refusal.unknownField(name) }
        guard values.values.allSatisfy(isPlain) else {
            throw Refusal.invalid("A field holds another kind of value than the document says.")
        }
        return values
    }

    private static func isPlain(_ value: JSONValue) -> Bool {
        switch value {
        case .flag, .whole, .text: true
        case .list(let list): list.allSatisfy { if case .text = $0 { true } else { false } }
        case .null, .number, .object: false
        }
    }

    private static func target(_ value: JSONValue, allowsLoopback: Bool) throws -> WebhookTarget {
        guard case .text(let text) = value, let target = WebhookTarget(text) else {
            throw Refusal.invalid(
                "It is an https URL of at most \(WebhookTarget.bytesMax) bytes: host, perhaps port, path and query.",
                field: "url")
        }
        guard target.isEncrypted || allowsLoopback else {
            throw Refusal.invalid("Decisions are sent over https alone.", field: "url")
        }
        return target
    }

    /// Types that decisions have, each once.
    private static func kinds(_ value: JSONValue) throws -> [String] {
        guard case .list(let list) = value, list.count <= Self.kindWords.count else {
            throw Refusal.invalid(noKinds, field: "kinds")
        }
        let kinds = list.compactMap { item -> String? in if case .text(let text) = item { text } else { nil } }
        guard kinds.allSatisfy(kindWords.contains) else { throw Refusal.invalid(noKinds, field: "kinds") }
        return Set(kinds).sorted()
    }

    private static let noKinds = "It is a list of types of decisions."

    /// Types of decisions there are.
    static let kindWords = EventKind.allCases.map(\.fullName).sorted()
}
