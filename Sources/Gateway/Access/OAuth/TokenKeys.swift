import Engine
import Foundation
import JWTKit
import UseCases

/// An issuer's public keys by their ids (RFC 7517), from a file or from where the issuer publishes them.
actor TokenKeys {
    /// Most keys of a set, and bytes of one.
    static let keysMax = 100
    static let bytesMax = 262_144

    private typealias Keys = [String: [TokenAlgorithm: any JWTAlgorithm]]

    private let place: OAuthSettings.Keys
    private let metadata: IssuerMetadata?
    private let published: FetchedDocument<Keys>
    /// Those of a file.
    private var own: Keys = [:]

    /// - Parameter metadata: Where the issuer says where they are; nil where the place says it.
    init(
        _ place: OAuthSettings.Keys, _ metadata: IssuerMetadata?, _ outbound: WebhookSettings,
        _ time: any PassingTime
    ) {
        self.place = place
        self.metadata = metadata
        published = FetchedDocument(bytesMax: Self.bytesMax, outbound, time) { json in
            guard let keys = await Self.keys(json), !keys.isEmpty else { return nil }
            return keys
        }
    }

    /// Reads a file of keys, so that one that is none is told of at the start. A URL is asked when it is needed.
    func prepare() async throws(Problem) {
        guard case .file(let path) = place else { return }
        let data = try InputFile.contents(path)
        guard data.count <= Self.bytesMax, let keys = await Self.keys(Array(data)), !keys.isEmpty else {
            throw Problem(
                .invalid, "no key is in it that tokens may be signed by", at: path,
                remedy: "It is a JSON Web Key Set of RSA, P-256 or Ed25519 keys, each with a kid")
        }
        own = keys
    }

    /// The key of an id for an algorithm; nil where the issuer has none.
    func key(_ id: String, _ algorithm: TokenAlgorithm) async -> (any JWTAlgorithm)? {
        let target: WebhookTarget?
        switch place {
        case .file: return own[id]?[algorithm]
        case .url(let named): target = named
        case .discovered: target = await metadata?.endpoints()?.keys
        }
        guard let target else { return nil }
        return await published.value(at: target) { $0[id] != nil }?[id]?[algorithm]
    }

    /// True if the issuer still has the key, as far as is known.
    func has(_ id: String) async -> Bool {
        if own[id] != nil { return true }
        return await published.latest?[id] != nil
    }

    /// Waits for keys that are being fetched.
    func settle() async { await published.settle() }

    // MARK: Reading

    /// The keys of a set that tokens may be signed by. What is of another kind is passed over, as RFC 7517 has it.
    private static func keys(_ json: [UInt8]) async -> Keys? {
        struct KeySet: Decodable { var keys: [JSONValue] }
        guard JSONElements.isShallow(json) else { return nil }
        let set: KeySet
        do { set = try JSONDecoder().decode(KeySet.self, from: Data(json)) } catch { return nil }
        guard set.keys.count <= keysMax else { return nil }
        var keys: Keys = [:]
        for value in set.keys {
            guard case .object(let fields) = value, let found = await key(fields) else { continue }
            // Two keys of one id: which is meant cannot be told, so neither is.
            keys[found.id] = keys[found.id] == nil ? [found.algorithm: found.key] : [:]
        }
        return keys
    }

    private static func key(_ fields: [String: JSONValue]) async -> (
        id: String, algorithm: TokenAlgorithm, key: any JWTAlgorithm
    )? {
        func text(_ name: String) -> String? {
            if case .text(let text)? = fields[name] { text } else { nil }
        }
        let algorithm: TokenAlgorithm
        switch (text("kty"), text("crv")) {
        case ("RSA", nil): algorithm = .rs256
        case ("EC", "P-256"): algorithm = .es256
        case ("OKP", "Ed25519"): algorithm = .edDSA
        default: return nil
        }
        guard let id = text("kid"), (1...SignedToken.keyIDBytesMax).contains(id.utf8.count),
            fields["use"] == nil || text("use") == "sig", fields["alg"] == nil || text("alg") == algorithm.rawValue
        else { return nil }
        // The public half alone, whatever a careless issuer publishes.
        var own = fields.filter { ["kty", "crv", "kid", "n", "e", "x", "y"].contains($0.key) }
        own["alg"] = .text(algorithm.rawValue)
        do {
            let jwk = try JSONDecoder().decode(JWK.self, from: try JSONEncoder().encode(own))
            let collection = try await JWTKeyCollection().add(jwk: jwk)
            return (id, algorithm, try await collection.getKey(for: jwk.keyIdentifier))
        } catch { return nil }
    }
}
