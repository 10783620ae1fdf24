import Foundation
import UseCases
public import Yams

/// An issuer whose access tokens are taken beside API keys, and by whom people sign in, as a file of settings names it.
public struct OAuthSettings: Sendable, Equatable {
    /// Where the issuer's public keys are.
    enum Keys: Sendable, Equatable {
        case file(String)
        case url(WebhookTarget)
        /// Where the issuer's metadata says.
        case discovered
    }

    /// The issuer's own sign-in of people (OpenID Connect, authorization code with PKCE).
    struct SignIn: Sendable, Equatable {
        /// Nil for what the issuer's metadata says; both or neither.
        var authorizationEndpoint: WebhookTarget?
        var tokenEndpoint: WebhookTarget?
        var clientID: String
        /// Nil for a public client.
        var clientSecret: String?
        var scopes: [String]
    }

    /// As `iss` names it, byte for byte.
    var issuer: String
    /// What this service is to the issuer (RFC 8707): an https URL without path.
    var resource: String
    /// What `aud` must name.
    var audience: String
    var keys: Keys
    var algorithms: Set<TokenAlgorithm>
    /// How far the issuer's clock may be from this one.
    var leewaySeconds: Int64
    var claims: ClaimRules
    /// How much whoever it names may have done a day.
    var budgets: IssuerBudgets
    var signIn: SignIn?

    static let leewaySecondsMax = 60
}

extension OAuthSettings {
    /// The settings of a file in YAML or JSON. A key that is none of theirs is refused.
    /// - Parameters:
    ///   - name: The file, as the person named it; paths in it are relative to its folder.
    /// - Throws: `Problem` that names file and key.
    public init(_ root: Node, name: String) throws(Problem) {
        do {
            guard case .object(let values) = JSONValue(yaml: root) else { throw Refusal.invalid("It is no mapping.") }
            var fields = BodyFields(values)
            try self.init(&fields, folder: (name as NSString).deletingLastPathComponent)
            if let rest = fields.rest.first { throw Refusal.invalid("There is no such key.", field: rest) }
        } catch let refusal as Refusal {
            let what =
                refusal.detail.utf8.last == UInt8(ascii: ".") ? String(refusal.detail.dropLast()) : refusal.detail
            throw Problem(
                .invalid, what, at: refusal.field.isEmpty ? name : "\(name): \(refusal.field)",
                remedy: "deploy/docs/gateway.md shows a whole file")
        } catch { throw Problem(error) }
    }

    private init(_ fields: inout BodyFields, folder: String) throws {
        issuer = try fields.required("issuer", 1...512)
        let resource = try fields.required("resource", 1...512)
        guard let url = PublicURL(resource) else {
            throw Refusal.invalid("It is an https URL of a host and perhaps a port.", field: "resource")
        }
        self.resource = url.origin
        audience = try fields.text("audience", 1...512) ?? url.origin
        keys = try Self.keys(&fields, folder)
        let words = try fields.texts("algorithms", count: 0...3, 1...16)
        algorithms = Set(words.compactMap(TokenAlgorithm.init(rawValue:)))
        guard algorithms.count == words.count else {
            throw Refusal.invalid("They are of RS256, ES256 and EdDSA, each once.", field: "algorithms")
        }
        if words.isEmpty { algorithms = Set(TokenAlgorithm.allCases) }
        leewaySeconds = Int64(try fields.number("leewaySeconds", 0...Self.leewaySecondsMax) ?? 30)
        guard var claims = try fields.fields("claims") else {
            throw Refusal.invalid("It is missing; without it no token grants anything.", field: "claims")
        }
        self.claims = try ClaimRules(&claims)
        budgets = try IssuerBudgets(&fields)
        signIn = try Self.signIn(&fields, folder)
        let isDiscovered = keys == .discovered || (signIn != nil && signIn?.tokenEndpoint == nil)
        guard !isDiscovered || IssuerMetadata.target(issuer) != nil else {
            throw Refusal.invalid("It is no https URL, so its keys and endpoints must be named.", field: "issuer")
        }
        guard signIn?.clientID != audience else {
            throw Refusal.invalid(
                "It is the audience too: ID tokens would pass as access tokens.", field: "signIn.clientID")
        }
    }

    private static func keys(_ fields: inout BodyFields, _ folder: String) throws -> Keys {
        let (file, url) = (try fields.text("jwksFile", 1...4_096), try fields.text("jwksURL", 1...2_048))
        switch (file, url) {
        case (let file?, nil): return .file(path(file, folder))
        case (nil, let text?): return .url(try target(text, "jwksURL"))
        case (nil, nil): return .discovered
        default: throw Refusal.invalid("Give either jwksFile or jwksURL.", field: "jwksFile")
        }
    }

    private static func signIn(_ fields: inout BodyFields, _ folder: String) throws -> SignIn? {
        guard var inner = try fields.fields("signIn") else { return nil }
        var secret: String?
        if let file = try inner.text("clientSecretFile", 1...4_096) {
            secret = try Self.secret(path(file, folder))
        }
        let scopes = try inner.texts("scopes", count: 0...20, 1...128)
        let authorization = try inner.text("authorizationEndpoint", 1...2_048)
        let token = try inner.text("tokenEndpoint", 1...2_048)
        guard (authorization == nil) == (token == nil) else {
            throw Refusal.invalid("Name both endpoints, or neither.", field: "signIn")
        }
        let signIn = SignIn(
            authorizationEndpoint: try authorization.map { try target($0, "signIn.authorizationEndpoint") },
            tokenEndpoint: try token.map { try target($0, "signIn.tokenEndpoint") },
            clientID: try inner.required("clientID", 1...256), clientSecret: secret,
            scopes: scopes.contains("openid") ? scopes : ["openid"] + scopes)
        if let rest = inner.rest.first { throw Refusal.invalid("There is no such key.", field: "signIn.\(rest)") }
        return signIn
    }

    private static func secret(_ path: String) throws -> String {
        let text = String(decoding: try InputFile.contents(path), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...1_024).contains(text.utf8.count) else {
            throw Problem(.invalid, "a client's secret has 1 to 1024 bytes", at: path)
        }
        return text
    }

    private static func path(_ file: String, _ folder: String) -> String {
        file.utf8.first == UInt8(ascii: "/") || folder.isEmpty ? file : folder + "/" + file
    }

    private static func target(_ text: String, _ field: String) throws -> WebhookTarget {
        guard let target = WebhookTarget(callable: text) else {
            throw Refusal.invalid("It is an https URL.", field: field)
        }
        return target
    }
}

extension ClaimRules {
    fileprivate init(_ fields: inout BodyFields) throws {
        guard let role = try Self.rule(&fields, "role") else {
            throw Refusal.invalid("It is missing; without it no token grants anything.", field: "claims.role")
        }
        guard let program = try Self.rule(&fields, "program") else {
            throw Refusal.invalid("It is missing; without it no token grants anything.", field: "claims.program")
        }
        let (partner, sources) = (try Self.rule(&fields, "partner"), try Self.rule(&fields, "sources"))
        let scopes = try Self.rule(&fields, "scopes")
        if let rest = fields.rest.first { throw Refusal.invalid("There is no such key.", field: "claims.\(rest)") }
        self.init(role: role, program: program, partner: partner, sources: sources, scopes: scopes)
    }

    private static func rule(_ fields: inout BodyFields, _ name: String) throws -> Rule? {
        let place = "claims." + name
        guard let value = fields.any(name) else { return nil }
        // A text or a list of them is the same for all; an object names the claim.
        guard case .object(let parts) = value else {
            return .fixed(try texts(value, "A text, a list of texts, or a claim is named here.", place))
        }
        var inner = BodyFields(parts)
        guard let claim = inner.any("claim") else { throw Refusal.invalid("It names no claim.", field: place) }
        let path = try texts(claim, "A claim is named by a text, or by a list of texts that leads to it.", place)
        var mapping: [String: String]?
        if let map = inner.any("map") {
            guard case .object(let entries) = map, entries.count <= 1_000 else {
                throw Refusal.invalid("It maps texts to texts.", field: place + ".map")
            }
            mapping = try entries.mapValues { value in
                guard case .text(let text) = value else {
                    throw Refusal.invalid("It maps texts to texts.", field: place + ".map")
                }
                return text
            }
        }
        if let rest = inner.rest.first { throw Refusal.invalid("There is no such key.", field: place + "." + rest) }
        return .claim(path: path, mapping: mapping)
    }

    private static func texts(_ value: JSONValue, _ otherwise: String, _ field: String) throws -> [String] {
        switch value {
        case .text(let text) where !text.isEmpty: return [text]
        case .list(let list):
            let texts = list.compactMap { if case .text(let text) = $0, !text.isEmpty { text } else { nil } }
            guard texts.count == list.count, (1...100).contains(texts.count) else { fallthrough }
            return texts
        default: throw Refusal.invalid(otherwise, field: field)
        }
    }
}

extension JSONValue {
    /// A YAML node as its JSON value: a plain scalar is a flag or a whole number if it reads as one, otherwise text.
    init(yaml node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(
                mapping.reduce(into: [:]) { fields, pair in fields[pair.key.string ?? ""] = JSONValue(yaml: pair.value)
                })
        case .sequence(let sequence): self = .list(sequence.map { JSONValue(yaml: $0) })
        case .scalar(let scalar):
            let text = scalar.string
            guard scalar.style == .plain || scalar.style == .any else {
                self = .text(text)
                return
            }
            self =
                text == "true" || text == "false"
                ? .flag(text == "true") : Int64(text).map { .whole($0) } ?? .text(text)
        case .alias: self = .text("")
        }
    }
}
