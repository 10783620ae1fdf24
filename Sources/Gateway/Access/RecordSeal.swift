import Crypto
import Foundation
import Vault

/// Seals what is kept outside of the journal, for one purpose, under a key that hangs on the master key and that no
/// rotation of it changes. What opens was sealed by somebody who has the master key, under the same name.
struct RecordSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter purpose: is part of the key.
    init(_ masterKey: MasterKey, purpose: String) {
        key = SymmetricKey(data: KeyedDigest(masterKey, purpose: purpose).digest(["sealing"]))
    }

    /// Nonce, ciphertext and tag (AES-256-GCM).
    /// - Parameter name: what it is kept under; it opens under no other.
    func seal(_ plain: Data, as name: String) throws -> Data {
        let box = try AES.GCM.seal(plain, using: key, authenticating: Data(name.utf8))
        guard let bytes = box.combined else { preconditionFailure("a box of the usual nonce combines") }
        return bytes
    }

    func open(_ sealed: Data, as name: String) throws -> Data {
        try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Data(name.utf8))
    }
}
