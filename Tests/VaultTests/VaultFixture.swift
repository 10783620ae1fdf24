import Foundation
import Vault

/// A vault's folder and keys; the folder lives as long as the value.
final class VaultFixture {
    let folder: String
    let masterKey: MasterKey
    let pseudonyms: Pseudonyms
    let context = Array("acme/LeadSubmitted".utf8)

    init() throws {
        folder = NSTemporaryDirectory() + "vault-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        masterKey = try MasterKey.create(at: folder + "/master.key")
        pseudonyms = Pseudonyms(masterKey: masterKey, program: "acme")
    }

    deinit {
        // What a failed removal leaves behind is the system's to sweep.
        try? FileManager.default.removeItem(atPath: folder)
    }

    var path: String { folder + "/vault.db" }

    func vault(_ source: any SubjectKeySource = RandomSubjectKeys(), cachedEntries: Int = 100) throws -> Vault {
        try Vault(path: path, masterKey: masterKey, keySource: source, cachedEntries: cachedEntries)
    }

    func email(_ address: String) -> Pseudonym {
        pseudonyms.lookup(kind: .email, value: address)
    }

    func lead(_ id: String) -> Pseudonym {
        pseudonyms.lookup(kind: .lead, value: id)
    }
}
