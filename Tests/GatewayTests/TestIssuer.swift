import Crypto
import CryptoExtras
import Engine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import LeadlineCore
import Logging
import Synchronization
import TextFormats
import Yams

@testable import Gateway

/// In the place of a value: there is none.
enum Absent: Sendable { case claim }

/// An issuer of a test, with a key of each kind: signs tokens of whatever claims, publishes its keys, and answers for codes.
final class TestIssuer: Sendable {
    static let name = "https://login.vendor.example"
    static let resource = "https://leads.vendor.example"
    static let clientID = "leadline-pages"

    let ec = P256.Signing.PrivateKey()
    let ed = Curve25519.Signing.PrivateKey()
    let rsa: _RSA.Signing.PrivateKey
    private let reached = Mutex(0)
    private let fetches = Mutex(0)
    private let codes = Mutex<[String: @Sendable ([String: String]) -> String]>([:])
    private let named = Mutex<String?>(nil)
    /// Whom its metadata names, if not itself.
    func name(_ issuer: String) { named.withLock { $0 = issuer } }
    var port: Int { reached.withLock { $0 } }
    /// How often the keys were asked for.
    var keyFetches: Int { fetches.withLock { $0 } }

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    // MARK: Tokens

    static func encoded(_ object: [String: any Sendable]) -> String {
        do { return Base64URL.text(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)) } catch { return "" }
    }

    /// Claims of a token that holds at a moment, with changes.
    static func claims(at now: Timestamp, _ changes: [String: any Sendable] = [:]) -> [String: any Sendable] {
        let seconds = now.micros / 1_000_000
        var claims: [String: any Sendable] = [
            "iss": name, "aud": resource, "sub": "u-1", "iat": seconds, "exp": seconds + 300, "roles": ["vendor-manager"],
        ]
        for (name, value) in changes { claims[name] = value is Absent ? nil : value }
        return claims
    }

    func sign(_ claims: [String: any Sendable], _ algorithm: String = "ES256", header: [String: any Sendable] = [:]) throws -> JWT {
        var head: [String: any Sendable] = ["alg": algorithm, "kid": "k-" + algorithm, "typ": "at+jwt"]
        for (name, value) in header { head[name] = value is Absent ? nil : value }
        let signed = Self.encoded(head) + "." + Self.encoded(claims)
        return JWT(text: signed + "." + Base64URL.text(try signature(Data(signed.utf8), algorithm)))
    }

    private func signature(_ data: Data, _ algorithm: String) throws -> [UInt8] {
        switch algorithm {
        case "RS256": Array(try rsa.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation)
        case "EdDSA": Array(try ed.signature(for: data))
        default: Array(try ec.signature(for: data).rawRepresentation)
        }
    }

    /// The set of public keys, with some that nobody may sign by.
    func keySet() throws -> String {
        let point = ec.publicKey.x963Representation.dropFirst()
        let primitives = try rsa.publicKey.getKeyPrimitives()
        let keys: [[String: String]] = [
            ["kty": "EC", "crv": "P-256", "kid": "k-ES256", "use": "sig", "x": Base64URL.text(point.prefix(32)), "y": Base64URL.text(point.suffix(32))],
            ["kty": "OKP", "crv": "Ed25519", "kid": "k-EdDSA", "alg": "EdDSA", "x": Base64URL.text(ed.publicKey.rawRepresentation)],
            ["kty": "RSA", "kid": "k-RS256", "alg": "RS256", "n": Base64URL.text(primitives.modulus), "e": Base64URL.text(primitives.publicExponent)],
            ["kty": "oct", "kid": "k-HS256", "alg": "HS256", "k": Base64URL.text("secret of thirty-two bytes, or so".utf8)],
            ["kty": "RSA", "kid": "k-enc", "use": "enc", "n": Base64URL.text(primitives.modulus), "e": Base64URL.text(primitives.publicExponent)],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: ["keys": keys]), as: UTF8.self)
    }

    // MARK: Settings

    /// The settings file for it, keys by URL where it is being served and otherwise from a file.
    func settings(_ change: (String) -> String = { $0 }) throws -> OAuthSettings {
        let folder = NSTemporaryDirectory()
        let file = "leadline-keys-\(UUID().uuidString).json"
        if port == 0 { try keySet().write(toFile: folder + "/" + file, atomically: true, encoding: .utf8) }
        let here = "http://127.0.0.1:\(port)"
        let text = """
            issuer: \(Self.name)
            resource: \(Self.resource)
            \(port == 0 ? "jwksFile: \(file)" : "jwksURL: \(here)/keys")
            leewaySeconds: 30
            claims:
              program: acme
              role:
                claim: roles
                map: {vendor-manager: manager, reseller: partner-lead, web: producer, root: admin}
              partner: {claim: [org, partner]}
              sources: {claim: sources}
            \(port == 0 ? "" : "signIn: {authorizationEndpoint: \(here)/authorize, tokenEndpoint: \(here)/token, clientID: \(Self.clientID)}")
            """
        guard let root = try Yams.compose(yaml: change(text)) else { throw CancellationError() }
        return try OAuthSettings(root, name: folder + "/oauth.yaml")
    }

    /// Sign-in settings with it.
    func signIn() throws -> SignInSettings {
        var signIn = SignInSettings()
        signIn.oauth = try settings()
        signIn.publicURL = PublicURL(Self.resource)
        return signIn
    }

    // MARK: Serving

    /// Has a code be worth an ID token, once: made of the form that is sent for it.
    func expect(_ code: String, _ token: @escaping @Sendable ([String: String]) -> String) { codes.withLock { $0[code] = token } }

    /// Serves keys and tokens on a free port of 127.0.0.1 while `body` runs.
    func serving(_ body: @Sendable () async throws -> Void) async throws {
        let router = Router()
        router.get("/keys") { [self] _, _ in
            fetches.withLock { $0 += 1 }
            return try keySet()
        }
        router.get("/.well-known/openid-configuration") { [self] _, _ in
            let here = "http://127.0.0.1:\(port)"
            let name = named.withLock { $0 ?? here }
            return #"{"issuer":"\#(name)","authorization_endpoint":"\#(here)/authorize","token_endpoint":"\#(here)/token","jwks_uri":"\#(here)/keys","x":null}"#
        }
        router.post("/token") { [self] request, _ in
            let text = String(buffer: try await request.body.collect(upTo: 65_536))
            var form: [String: String] = [:]
            for part in text.components(separatedBy: "&") {
                let pair = part.components(separatedBy: "=")
                form[pair[0]] = pair[1].removingPercentEncoding
            }
            guard let make = codes.withLock({ $0.removeValue(forKey: form["code"] ?? "") }) else { throw HTTPError(.badRequest) }
            return #"{"token_type":"Bearer","access_token":"opaque","id_token":"\#(make(form))"}"#
        }
        let (ports, ready) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ready.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "issuer") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { do { try await application.run() } catch is CancellationError {} }
            for await port in ports {
                reached.withLock { $0 = port }
                break
            }
            defer { tasks.cancelAll() }
            try await body()
        }
    }
}
