import Engine
import Reports
import Synchronization

/// The agent card as it was signed last: no request costs a signature while key and origin are the same.
final class SignedCard: Sendable {
    private let last = Mutex<(keyID: String, origin: String, json: String)?>(nil)

    func json(origin: String, by keys: StatementKeys) throws -> String {
        let keyID = keys.signingKeyID
        return try last.withLock { last in
            if let last, last.keyID == keyID, last.origin == origin { return last.json }
            let json = try A2ACard.json(origin: origin, signedBy: keys)
            last = (keyID, origin, json)
            return json
        }
    }
}

/// The agent card: what this agent can do, and where and how it is asked.
enum A2ACard {
    /// - Parameters:
    ///   - origin: scheme, host and port by which it is reached.
    ///   - keys: What signs it; nil leaves it unsigned.
    ///   - grant: whose card it is: it names its tenant, and what its key lets it ask for; nil for everybody's.
    static func json(origin: String, signedBy keys: StatementKeys?, for grant: Grant? = nil) throws -> String {
        let fields = fields(origin: origin, for: grant)
        guard let keys, let card = JSONValue(json: Array(JSONText.object(fields).utf8)) else {
            return JSONText.object(fields)
        }
        let signatures = try payloads(card).map { payload in
            let (protected, signature) = try keys.signDetached(payload, keySetURL: origin + "/v1/statement-keys")
            return JSONText.object([
                ("protected", JSONText.quoted(protected)), ("signature", JSONText.quoted(signature)),
            ])
        }
        return JSONText.object(fields + [("signatures", "[" + signatures.joined(separator: ",") + "]")])
    }

    /// What is signed (A2A 1.0, section 8.4): the card by RFC 8785. Readers differ in whether a list or an object that is
    /// empty still stands in it, so that both forms are signed; one good signature is enough. All of the card is ASCII
    /// without control characters or fractions, so that keys in the order of their bytes are what RFC 8785 asks.
    static func payloads(_ card: JSONValue) throws -> [String] {
        let whole = try JSONText.line(card)
        let stripped = try JSONText.line(withoutEmpty(card) ?? .object([:]))
        return stripped == whole ? [whole] : [stripped, whole]
    }

    private static func withoutEmpty(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .text(let text): return text.isEmpty ? nil : value
        case .list(let list):
            let kept = list.compactMap(withoutEmpty)
            return kept.isEmpty ? nil : .list(kept)
        case .object(let members):
            let kept = members.compactMapValues(withoutEmpty)
            return kept.isEmpty ? nil : .object(kept)
        case .null, .flag, .whole, .number: return value
        }
    }

    private static func fields(origin: String, for grant: Grant?) -> [(name: String, json: String?)] {
        let url = JSONText.quoted(origin + A2ARoutes.path)
        let interfaces = ["JSONRPC", "HTTP+JSON"].map { binding in
            JSONText.object([
                ("url", url), ("protocolBinding", JSONText.quoted(binding)), ("protocolVersion", #""1.0""#),
                ("tenant", grant.map { JSONText.quoted($0.program) }),
            ])
        }
        let skills = A2ASkills.all.filter { skill in
            guard let grant else { return true }
            return ToolTable.tool(skill.tool)?.isGranted(to: grant) ?? false
        }
        return [
            ("name", #""Leadline""#),
            ("description", JSONText.quoted("Routes B2B sales leads to the channel partner most likely to win them.")),
            ("version", #""1""#), ("supportedInterfaces", "[" + interfaces.joined(separator: ",") + "]"),
            (
                "capabilities",
                #"{"streaming":true,"pushNotifications":true,"extendedAgentCard":true}"#
            ),
            (
                "securitySchemes",
                #"{"key":{"httpAuthSecurityScheme":{"scheme":"Bearer","description":"An API key, ll_..., or an access "#
                    + #"token"}}}"#
            ),
            ("securityRequirements", #"[{"schemes":{"key":{"list":[]}}}]"#),
            ("defaultInputModes", #"["application/json"]"#), ("defaultOutputModes", #"["application/json"]"#),
            ("skills", "[" + skills.map(skill).joined(separator: ",") + "]"),
        ]
    }

    private static func skill(_ skill: A2ASkills.Skill) -> String {
        JSONText.object([
            ("id", JSONText.quoted(skill.id)), ("name", JSONText.quoted(skill.title)),
            ("description", JSONText.quoted(skill.about)),
            ("tags", "[" + skill.tags.map(JSONText.quoted).joined(separator: ",") + "]"),
            ("examples", "[\(JSONText.quoted(skill.example))]"),
        ])
    }
}
