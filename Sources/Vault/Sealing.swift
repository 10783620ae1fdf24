import Crypto
import Foundation

/// Seals and opens bytes under one 256-bit key.
///
/// AES-256-GCM; the result is nonce (12 bytes), ciphertext, tag (16 bytes). The nonce is synthetic:
/// the first 12 bytes of HMAC-SHA256 over context and plaintext, under a key of its own. Sealing is
/// therefore deterministic, and yet a nonce never serves two messages: different messages get
/// different nonces, save for a collision in 96 bits (one in 2^32 after 2^32 messages under one
/// key), and the same message gets the same result, which tells an onlooker only that it is the
/// same. Contexts differ from place to place, so even that shows only within one place.
struct Sealing {
    private let encryption: SymmetricKey
    private let nonces: KeyedHash

    /// Overhead of sealing in bytes.
    static let overhead = 12 + 16

    init(key: SymmetricKey) {
        let keyed = KeyedHash(key: key)
        encryption = SymmetricKey(data: keyed.code(Array("leadline seal v1".utf8)))
        nonces = KeyedHash(key: SymmetricKey(data: keyed.code(Array("leadline nonce v1".utf8))))
    }

    func seal(_ plaintext: [UInt8], context: [UInt8]) throws -> [UInt8] {
        let code = nonces.code(domain: 0x01) {
            $0.add(context)
            $0.add(plaintext)
        }
        let nonce = unsafe try code.withUnsafeBytes {
            unsafe try AES.GCM.Nonce(data: UnsafeRawBufferPointer(rebasing: $0[..<12]))
        }
        let box = try AES.GCM.seal(plaintext, using: encryption, nonce: nonce, authenticating: context)
        guard let sealed = box.combined else {
            preconditionFailure("a nonce of 12 bytes has a combined form")
        }
        return [UInt8](sealed)
    }

    /// Seals a subject's key. The subject's id is the context, so that no key passes for another's.
    func wrap(_ key: SymmetricKey, of subject: SubjectID) throws -> [UInt8] {
        try seal(unsafe key.withUnsafeBytes { unsafe Array($0) }, context: subject.bytes)
    }

    /// `nil` if the bytes are not what this key sealed in this context.
    func open(_ sealed: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return [UInt8](try AES.GCM.open(box, using: encryption, authenticating: context))
        } catch {
            // There is one way to fail: the tag does not fit.
            return nil
        }
    }
}
