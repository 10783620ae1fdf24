import Crypto
import Foundation

/// What a note's signature covers, by the type byte that C2SP signed-note assigns.
public enum NoteSignatureType: UInt8, Sendable {
    /// Ed25519 over the note's text: what a log signs with.
    case ed25519 = 0x01
    /// Ed25519 over the time and the note's text: what a witness signs with (C2SP tlog-cosignature).
    case cosignature = 0x04
}

/// Whose signature on notes counts: a name, a public key, and what it signs.
///
/// Written as `name+key id+base64(type || public key)`, the form that Go's `sumdb/note` and the C2SP
/// tools read.
public struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
    /// The name in signature lines. A log's is its checkpoints' origin.
    public let name: String
    /// What signatures cover.
    public let type: NoteSignatureType
    /// The 32 bytes of the public key (RFC 8032).
    public let publicKey: [UInt8]

    /// A key from its parts.
    ///
    /// - Throws: ``NoteError/badKey(reason:)``.
    public init(name: String, type: NoteSignatureType, publicKey: [UInt8]) throws(NoteError) {
        guard Self.isName(name) else {
            throw .badKey(reason: "its name is empty or holds a space, a '+' or a control character")
        }
        guard publicKey.count == 32 else {
            throw .badKey(reason: "an Ed25519 public key has 32 bytes, this one \(publicKey.count)")
        }
        self.name = name
        self.type = type
        self.publicKey = publicKey
    }

    /// Reads a key as it is written.
    ///
    /// - Throws: ``NoteError/badKey(reason:)``.
    public init(_ text: String) throws(NoteError) {
        guard text.utf8.count <= 1_024 else { throw .badKey(reason: "it is longer than 1024 bytes") }
        let parts = text.unicodeScalars.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map {
            String($0)
        }
        guard parts.count == 3 else { throw .badKey(reason: "it must be name+id+key") }
        guard let bytes = Base64.decode(parts[2]), let first = bytes.first,
            let type = NoteSignatureType(rawValue: first)
        else {
            throw .badKey(reason: "its last part is not the base64 of a type byte, 01 or 04, and an Ed25519 public key")
        }
        try self.init(name: parts[0], type: type, publicKey: Array(bytes.dropFirst()))
        guard idText == parts[1] else {
            throw .badKey(reason: "its id is \(idText), not \(parts[1]): it was mistyped or changed")
        }
    }

    /// The first four bytes of `SHA-256(name || 0x0A || type || public key)`.
    public var id: UInt32 {
        let digest = HashChain.hash(Array(name.utf8) + [0x0A, type.rawValue] + publicKey)
        return UInt32(truncatingIfNeeded: digest.prefix >> 32)
    }

    /// The id in eight hexadecimal digits.
    public var idText: String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// As it is read.
    public var description: String { "\(name)+\(idText)+\(Base64.encode([type.rawValue] + publicKey))" }

    /// The same public key under another name.
    public func named(_ name: String) throws(NoteError) -> VerifierKey {
        try VerifierKey(name: name, type: type, publicKey: publicKey)
    }

    /// True if the 64 bytes are this key's signature over the message (RFC 8032, Ed25519).
    public func isSignature(_ signature: some Sequence<UInt8>, of message: [UInt8]) -> Bool {
        // 32 bytes that are no point of the curve have signed nothing.
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(Data(signature), for: message)
    }

    /// What the signed-note format allows as a name, with control characters refused as well.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 512
            && text.unicodeScalars.allSatisfy {
                !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 && $0.value != 0x7F
            }
    }
}

/// The secret half of a ``VerifierKey``. It is never printed; ``secretText`` is for its file alone.
///
/// Written as `PRIVATE+KEY+name+key id+base64(type || seed)`, as Go's `sumdb/note` writes it.
public struct SignerKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: Curve25519.Signing.PrivateKey
    /// The public half.
    public let verifier: VerifierKey

    /// A new key, drawn at random.
    ///
    /// - Throws: ``NoteError/badKey(reason:)`` for a name that no key can have.
    public init(name: String, type: NoteSignatureType = .ed25519) throws(NoteError) {
        try self.init(name: name, type: type, key: Curve25519.Signing.PrivateKey())
    }

    /// Reads a key as ``secretText`` writes it.
    ///
    /// - Throws: ``NoteError/badKey(reason:)``, which does not quote it.
    public init(secretText: String) throws(NoteError) {
        let parts = secretText.unicodeScalars.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false).map
        { String($0) }
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY", let bytes = Base64.decode(parts[4]),
            let first = bytes.first, let type = NoteSignatureType(rawValue: first),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst())
        else {
            throw .badKey(
                reason: "it must be PRIVATE+KEY+name+id+key with the base64 of a type byte and a 32-byte seed")
        }
        try self.init(name: parts[2], type: type, key: key)
        guard verifier.idText == parts[3] else { throw .badKey(reason: "its id does not belong to its name and key") }
    }

    private init(name: String, type: NoteSignatureType, key: Curve25519.Signing.PrivateKey) throws(NoteError) {
        self.key = key
        verifier = try VerifierKey(name: name, type: type, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// The same secret under another name.
    public func named(_ name: String) throws(NoteError) -> SignerKey {
        try SignerKey(name: name, type: verifier.type, key: key)
    }

    /// For the key's file; to be shown to nobody.
    public var secretText: String {
        "PRIVATE+KEY+\(verifier.name)+\(verifier.idText)+\(Base64.encode([verifier.type.rawValue] + Array(key.rawRepresentation)))"
    }

    /// Says nothing of the secret.
    public var description: String { "SignerKey(\(verifier.name)+\(verifier.idText))" }

    /// Says nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }

    /// 64 bytes (RFC 8032, Ed25519).
    public func signature(of message: [UInt8]) throws(NoteError) -> [UInt8] {
        do { return Array(try key.signature(for: message)) } catch { throw .notSigned(reason: "\(error)") }
    }
}
