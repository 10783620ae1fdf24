import Engine
import Foundation
import JWTKit
import Synchronization
import UseCases

/// An issuer's public keys by their ids (RFC 7517), from a file or from where the issuer publishes them. Those from a
/// URL are fetched anew when they have grown old, and for an id that is not known, but at a bounded rate; while the
/// issuer does not answer, those that are known serve for a day.
actor TokenKeys {
    /// Most keys of a set, and bytes of one.
    static let keysMax = 100
    static let bytesMax = 262_144
    /// After so long they are fetched again before they are used.
    private static let fresh = Duration.seconds(600)
    /// After so long nothing is believed that they sign.
    private static let usable = Duration.seconds(86_400)
    /// At least so long lies between two tries.
    static let pause = Duration.seconds(30)

    private struct Known: Sendable {
        var keys: [String: [TokenAlgorithm: any JWTAlgorithm]] = [:]
        var at: Duration?
    }

    private let place: OAuthSettings.Keys
    private let outbound: WebhookSettings
    private let time: any PassingTime
    private var known = Known()
    private var lastTry: Duration?
    private var fetching: Task<Void, Never>?

    init(_ place: OAuthSettings.Keys, _ outbound: WebhookSettings, _ time: any PassingTime) {
        self.place = place
        self.outbound = outbound
        self.time = time
    }

    /// Reads a file of keys, so that one that is none is told of at the start. A URL is asked when it is needed.
    func prepare() async throws(Problem) {
        guard case .file(let path) = place else { return }
        try InputFile.refuseFolder(path)
        guard let data = FileManager.default.contents(atPath: path) else { throw Problem.notReadable(path) }
        guard data.count <= Self.bytesMax, let keys = await Self.keys(Array(data)), !keys.isEmpty else {
            throw Problem(
                .invalid, "no key is in it that tokens may be signed by", at: path,
                remedy: "It is a JSON Web Key Set of RSA, P-256 or Ed25519 keys, each with a kid")
        }
        known = Known(keys: keys, at: time.elapsed())
    }

    /// The key of an id for an algorithm; nil where the issuer has none.
    func key(_ id: String, _ algorithm: TokenAlgorithm) async -> (any JWTAlgorithm)? {
        if case .url(let target) = place {
            if known.keys[id] == nil || !isYounger(than: Self.usable) {
                await refresh(target)?.value
            } else if !isYounger(than: Self.fresh) {
                // It serves meanwhile: an issuer that is slow holds nobody up.
                refresh(target)
            }
            guard isYounger(than: Self.usable) else { return nil }
        }
        return known.keys[id]?[algorithm]
    }

    private func isYounger(than age: Duration) -> Bool { known.at.map { time.elapsed() - $0 < age } ?? false }

    /// True if the issuer still has the key, as far as is known.
    func has(_ id: String) -> Bool { known.keys[id] != nil }

    /// Waits for keys that are being fetched.
    func settle() async { await fetching?.value }

    /// Whoever comes while keys are fetched waits for the same answer; nil if it is too early to ask again.
    @discardableResult
    private func refresh(_ target: WebhookTarget) -> Task<Void, Never>? {
        if let fetching { return fetching }
        if let lastTry, time.elapsed() - lastTry < Self.pause { return nil }
        lastTry = time.elapsed()
        let task = Task {
            if let keys = await self.fetched(target) { self.known = Known(keys: keys, at: self.time.elapsed()) }
            self.fetching = nil
        }
        fetching = task
        return task
    }

    private func fetched(_ target: WebhookTarget) async -> [String: [TokenAlgorithm: any JWTAlgorithm]]? {
        let request = ScreenedClient.Request(
            method: .get,
            headers: [("accept", "application/jwk-set+json, application/json"), ("user-agent", "Leadline")])
        do {
            let reply = try await ScreenedClient.once(
                request, to: target, .init(bytesMax: Self.bytesMax, limit: .seconds(10)), outbound, time)
            guard reply.status == 200, let body = reply.body else { return nil }
            let keys = await Self.keys(body)
            return keys?.isEmpty == false ? keys : nil
        } catch { return nil }
    }

    // MARK: Reading

    /// The keys of a set that tokens may be signed by. What is of another kind is passed over, as RFC 7517 has it.
    private static func keys(_ json: [UInt8]) async -> [String: [TokenAlgorithm: any JWTAlgorithm]]? {
        struct KeySet: Decodable { var keys: [JSONValue] }
        guard JSONElements.isShallow(json) else { return nil }
        let set: KeySet
        do { set = try JSONDecoder().decode(KeySet.self, from: Data(json)) } catch { return nil }
        guard set.keys.count <= keysMax else { return nil }
        var keys: [String: [TokenAlgorithm: any JWTAlgorithm]] = [:]
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
