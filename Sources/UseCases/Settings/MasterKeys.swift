import Engine
import Foundation
import KafkaTransport
public import Reports
import Vault

extension Deployment {
    private var isOnCluster: Bool { cluster != nil || !root.shards.isEmpty }

    /// How the master key stands.
    public func masterKeyStanding() throws(Problem) -> MasterKeyStanding {
        try Problem.told {
            let master = try MasterKey.load(from: root.settings.masterKeyFile)
            var waiting: [String] = []
            for folder in [root] + root.shards where FileManager.default.fileExists(atPath: folder.vaultPath) {
                if try folder.openVault().vault.needsRewrap { waiting.append(folder.vaultPath) }
            }
            return MasterKeyStanding(
                path: root.settings.masterKeyFile, retiring: master.retiringCount, waiting: waiting,
                onTopic: try cluster.map { try KeysTopic.notUnder(master, $0) })
        }
    }

    /// Replaces the master key by a new one, and wraps people's keys under it, unless a processor works on them: that
    /// does so itself when it starts next, while it decides. What people are found by does not change.
    public func rotateMasterKey() throws(Problem) -> MasterKeyStanding {
        try Problem.told {
            // The vault must belong to the key that is replaced.
            _ = try root.openVault()
            _ = try MasterKey.rotate(at: root.settings.masterKeyFile)
            if !isOnCluster { try rewrap() }
        }
        return try masterKeyStanding()
    }

    private func rewrap() throws {
        do { _ = try root.lock() } catch EngineError.locked { return }
        let vault = try root.openVault().vault
        while vault.needsRewrap {
            try vault.rewrapSome()
            try vault.flush()
        }
    }

    /// Takes the old master keys out of the key's file.
    /// - Returns: how many they were.
    /// - Throws: `Problem` while anything may still need them.
    public func retireMasterKeys() throws(Problem) -> Int {
        let standing = try masterKeyStanding()
        if standing.retiring == 0 { return 0 }
        if isOnCluster, cluster == nil { throw .needsCluster }
        if let path = standing.waiting.first {
            throw Problem(
                .conflict, "keys of people are still wrapped under the old master key", at: path,
                remedy: "Restart the processor that works on it, or run 'leadline run --once', then try again")
        }
        if let count = standing.onTopic, count > 0 {
            throw Problem(
                .conflict, "\(count) keys on leadline.keys are still wrapped under the old master key",
                remedy: "Restart the instances with the new key file; each wraps the keys of its partitions again")
        }
        return try Problem.told { try MasterKey.retire(at: root.settings.masterKeyFile) }
    }
}
