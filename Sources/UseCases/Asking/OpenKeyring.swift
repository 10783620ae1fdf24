import Engine
import Foundation
import Synchronization
import Vault

/// A folder's vault and the signer of its access log, opened once for a face's readers. What has changed since is taken
/// in before each use: nobody who was erased is opened, and nothing is signed with a key that was replaced.
final class OpenKeyring: Sendable {
    /// What must be the same for a signer to be used again.
    private struct KeyFile: Equatable {
        var changed: Date?
        var number: Int?
    }

    private struct Signing {
        var file: KeyFile
        var signer: CheckpointSigner
    }

    private let folder: DataFolder
    private let keyring = Mutex<Keyring?>(nil)
    /// The list's mark of erasures up to which the vault was brought.
    private let erasures = Mutex<Int64?>(nil)
    private let signing = Mutex<Signing?>(nil)

    init(_ folder: DataFolder) { self.folder = folder }

    /// Gives the vault to one reader at a time. Whoever the journal says was erased is erased in it by then.
    func use<Value: Sendable>(
        _ leads: LeadsProjection, _ body: @Sendable (Keyring) throws -> Value
    ) throws -> Value {
        try keyring.withLock { held in
            let keyring = try held ?? folder.openVault()
            held = nil
            try keyring.vault.refresh()
            try leads.catchUp()
            let mark = try leads.erasureMark()
            if erasures.withLock({ $0 }) != mark {
                try leads.repeatErasures(keyring)
                erasures.withLock { $0 = mark }
            }
            // One that failed is opened anew.
            let value = try body(keyring)
            held = keyring
            return value
        }
    }

    /// The signer of the access log, under the key that is the log's now.
    func signer() throws -> CheckpointSigner {
        try signing.withLock { signing in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.logKeyPath)
            let file = KeyFile(
                changed: attributes[.modificationDate] as? Date, number: attributes[.systemFileNumber] as? Int)
            if let signing, signing.file == file { return signing.signer }
            let made = Signing(file: file, signer: try CheckpointSigner(folder))
            signing = made
            return made.signer
        }
    }
}
