import Crypto
import Foundation
import Journal
import TextFormats

/// The key that signs commission statements (ECDSA on P-256), and those that did before it.
public struct StatementKeys: Sendable {
    fileprivate let signing: P256.Signing.PrivateKey
    /// Public keys that signed before, the latest first.
    fileprivate let retired: [P256.Signing.PublicKey]

    /// Every public key as a JSON Web Key Set (RFC 7517), the one that signs first.
    public var keySet: String {
        let keys = ([signing.publicKey] + retired).map { key in
            let (x, y) = Self.coordinates(key)
            return #"{"alg":"ES256","crv":"P-256","kid":"\#(Self.keyID(key))","kty":"EC","use":"sig","x":"\#(x)","y":"\#(y)"}"#
        }
        return #"{"keys":["# + keys.joined(separator: ",") + "]}"
    }

    /// The name of the key that signs, as the set of keys has it.
    public var signingKeyID: String { Self.keyID(signing.publicKey) }

    /// A text under a signature in the compact form of RFC 7515.
    public func sign(_ payload: String) throws -> String {
        let header = #"{"alg":"ES256","cty":"json","kid":"\#(signingKeyID)","typ":"JOSE"}"#
        let (signed, signature) = try signature(of: payload, header: header)
        return signed + "." + signature
    }

    /// The parts of a detached signature (RFC 7515, appendix F): the header that it covers, and the signature, both in
    /// base64url.
    /// - Parameter keySetURL: Where whoever checks it finds the public keys.
    public func signDetached(_ payload: String, keySetURL: String) throws -> (protected: String, signature: String) {
        let url = JSONEscapes.quoted(keySetURL)
        let header = #"{"alg":"ES256","jku":\#(url),"kid":"\#(signingKeyID)","typ":"JOSE"}"#
        return (Base64URL.text(header.utf8), try signature(of: payload, header: header).signature)
    }

    /// What is signed, header and payload in base64url with a point between them, and its signature (RFC 7515, section
    /// 5.1).
    private func signature(of payload: String, header: String) throws -> (signed: String, signature: String) {
        let signed = Base64URL.text(header.utf8) + "." + Base64URL.text(payload.utf8)
        return (signed, Base64URL.text(try signing.signature(for: Array(signed.utf8)).rawRepresentation))
    }

    private static func coordinates(_ key: P256.Signing.PublicKey) -> (x: String, y: String) {
        let bytes = Array(key.rawRepresentation)
        return (Base64URL.text(bytes[..<32]), Base64URL.text(bytes[32...]))
    }

    /// The key's thumbprint (RFC 7638).
    fileprivate static func keyID(_ key: P256.Signing.PublicKey) -> String {
        let (x, y) = coordinates(key)
        return Base64URL.text(SHA256.hash(data: Array(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)))
    }
}

/// The file that holds the key: outside the data folder, beside the master key, readable by its owner alone.
///
/// The first line is `p256 ` and the secret in base64, each further one `retired ` and a public key that signed before.
/// Several machines of one deployment share it as they share the master key.
public enum StatementKeyFile {
    /// Where the key lies, given the master key's file.
    public static func path(besideMasterKey path: String) -> String {
        (path.hasSuffix(".key") ? String(path.dropLast(4)) : path) + ".statements.key"
    }

    /// Reads the keys; makes the first where there is none. Whoever comes second takes what is there.
    /// - Throws: ``StatementKeyError``.
    public static func loadOrCreate(at path: String) throws -> StatementKeys {
        try told(path) {
            do { return try load(path) } catch OwnerOnlyFile.Fault.absent {
                let made = StatementKeys(signing: P256.Signing.PrivateKey(), retired: [])
                do { try write(made, to: path, replacing: false) } catch OwnerOnlyFile.Fault.exists {
                    return try load(path)
                }
                return made
            }
        }
    }

    /// Every public key as a JSON Web Key Set, which is empty where none was made yet.
    /// - Throws: ``StatementKeyError``.
    public static func keySet(at path: String) throws -> String {
        do { return try told(path) { try load(path).keySet } } catch StatementKeyError.absent { return #"{"keys":[]}"# }
    }

    /// Puts a new key in the place of the one that signs; statements of the old one can still be checked.
    /// - Throws: ``StatementKeyError``.
    public static func rotate(at path: String) throws -> StatementKeys {
        try told(path) {
            let old = try load(path)
            let made = StatementKeys(
                signing: P256.Signing.PrivateKey(), retired: [old.signing.publicKey] + old.retired)
            try write(made, to: path, replacing: true)
            return made
        }
    }

    private static func load(_ path: String) throws -> StatementKeys {
        let lines = try OwnerOnlyFile.read(path).lines.filter { !$0.isEmpty }
        guard let first = lines.first, let secret = bytes(first, "p256 ") else { throw Unreadable() }
        let retired = try lines.dropFirst().map { line in
            guard let key = bytes(line, "retired ") else { throw Unreadable() }
            return try P256.Signing.PublicKey(rawRepresentation: key)
        }
        return StatementKeys(signing: try P256.Signing.PrivateKey(rawRepresentation: secret), retired: retired)
    }

    private static func bytes(_ line: Substring, _ word: String) -> Data? {
        line.hasPrefix(word) ? Data(base64Encoded: String(line.dropFirst(word.count))) : nil
    }

    private static func write(_ keys: StatementKeys, to path: String, replacing: Bool) throws {
        let lines = ["p256 " + keys.signing.rawRepresentation.base64EncodedString()]
            + keys.retired.map { "retired " + $0.rawRepresentation.base64EncodedString() }
        try OwnerOnlyFile.write(lines.joined(separator: "\n") + "\n", to: path, replacing: replacing)
    }

    private struct Unreadable: Error {}

    private static func told<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let fault as OwnerOnlyFile.Fault {
            switch fault {
            case .absent: throw StatementKeyError.absent(path: path)
            case .exists: throw StatementKeyError.unusable(path: path, reason: "a file is in the way")
            case .exposed(let mode): throw StatementKeyError.exposed(path: path, mode: mode)
            case .unusable(let reason): throw StatementKeyError.unusable(path: path, reason: reason)
            }
        } catch is Unreadable { throw StatementKeyError.malformed(path: path) } catch is CryptoKitError {
            throw StatementKeyError.malformed(path: path)
        }
    }
}

/// What can be wrong with the file of the key that signs statements. No text quotes the secret.
public enum StatementKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No file at the path.
    case absent(path: String)
    /// Others than its owner may use it. `mode` holds its permission bits.
    case exposed(path: String, mode: Int)
    /// It holds something else.
    case malformed(path: String)
    /// The operating system refused to read or write it.
    case unusable(path: String, reason: String)

    /// What, where, and how to mend it.
    public var description: String {
        switch self {
        case .absent(let path):
            "there is no key of statements at \(path). The first statement that is signed makes one"
        case .exposed(let path, let mode):
            "the key of statements \(path) has mode \(String(mode, radix: 8)); others can use it. Run: chmod 600 \(path)"
        case .malformed(let path): "the key of statements \(path) cannot be read. Restore it from a backup"
        case .unusable(let path, let reason):
            "the key of statements \(path) cannot be used: \(reason). Check the folder and its permissions"
        }
    }
}

/// A statement under its signature, as somebody got it: nothing of it is believed before `payload(by:)`.
public struct SignedStatement: Sendable {
    /// Longest that is read.
    public static let bytesMax = 64 << 20

    /// Why a statement is not believed.
    public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case notCompact, badHeader, badKeySet
        case unknownKey(String)
        case badSignature

        public var description: String {
            switch self {
            case .notCompact: "it is no signed statement: three parts in base64url, divided by points"
            case .badHeader: "its header is not that of a statement: alg ES256, kid, nothing critical"
            case .badKeySet: "the keys are no JSON Web Key Set of P-256 keys"
            case .unknownKey(let id): "none of the keys has its kid, \(id)"
            case .badSignature: "the signature is not of this text"
            }
        }
    }

    /// Which key signed it, as its header says.
    public let keyID: String
    private let payload: [UInt8]
    private let signed: [UInt8]
    private let signature: [UInt8]

    private struct Header: Decodable {
        var alg: String
        var kid: String
        var crit: [String]?
    }
    private struct KeySet: Decodable {
        struct Key: Decodable { var kty: String?, crv: String?, x: String?, y: String? }
        var keys: [Key]
    }

    /// - Throws: ``Fault/notCompact``, ``Fault/badHeader``.
    public init(_ text: some Collection<UInt8>) throws(Fault) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.count <= Self.bytesMax, parts.count == 3, let header = Base64URL.bytes(parts[0]),
            let payload = Base64URL.bytes(parts[1]), let signature = Base64URL.bytes(parts[2])
        else { throw .notCompact }
        let stated: Header
        do { stated = try JSONDecoder().decode(Header.self, from: Data(header)) } catch { throw .badHeader }
        guard stated.alg == "ES256", stated.crit == nil, (1...256).contains(stated.kid.utf8.count) else {
            throw .badHeader
        }
        keyID = stated.kid
        self.payload = payload
        self.signature = signature
        signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
    }

    /// The statement's text, once one of the keys is found to have signed it. A key goes by its own thumbprint, not by
    /// the name that the set gives it.
    /// - Throws: ``Fault``.
    public func payload(by keySet: [UInt8]) throws(Fault) -> [UInt8] {
        let keys: [KeySet.Key]
        do { keys = try JSONDecoder().decode(KeySet.self, from: Data(keySet)).keys } catch { throw .badKeySet }
        for key in keys where key.kty == "EC" && key.crv == "P-256" {
            guard let x = Base64URL.bytes((key.x ?? "").utf8), let y = Base64URL.bytes((key.y ?? "").utf8),
                let point = Self.point(x + y)
            else { throw .badKeySet }
            if StatementKeys.keyID(point) != keyID { continue }
            guard let signature = Self.signature(signature), point.isValidSignature(signature, for: signed) else {
                throw .badSignature
            }
            return payload
        }
        throw .unknownKey(keyID)
    }

    private static func point(_ bytes: [UInt8]) -> P256.Signing.PublicKey? {
        do { return try P256.Signing.PublicKey(rawRepresentation: bytes) } catch { return nil }
    }

    private static func signature(_ bytes: [UInt8]) -> P256.Signing.ECDSASignature? {
        do { return try P256.Signing.ECDSASignature(rawRepresentation: bytes) } catch { return nil }
    }
}
