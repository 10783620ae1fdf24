import Audit
import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Vault

extension Deployment {
    /// Every suppressed address, by its digest.
    public func suppressions() throws(Problem) -> [SuppressionStanding] { try registeredState().suppressedAddresses }

    /// Lets leads with an address through again.
    /// - Parameter name: the address, or its digest as lists show it.
    public func liftSuppression(of name: String) async throws(Problem) {
        try await Problem.told {
            try PersonName.check(name)
            let digest = try name.utf8.contains(UInt8(ascii: "@"))
                ? "\(suppression(of: name, pseudonyms()))" : name
            guard let known = try suppressions().first(where: { $0.address.description == digest }) else {
                throw Problem(
                    .notFound, "no such address is suppressed in the program \(program)",
                    remedy: "'leadline rights suppressions list' shows what is")
            }
            try note("rights suppressions lift", [])
            let json = try WireSuppressionLifted.with { $0.addressDigest = .init(known.address.bytes) }.jsonString()
            _ = try await submit(event(.suppressionLifted, json))
        }
    }

    /// Suppresses every address that is known of these people, before whatever may make it unreadable.
    /// - Parameter people: each with the name that it was found by.
    /// - Returns: how many addresses were not suppressed yet.
    @discardableResult
    func suppress(_ people: [(person: Person, name: String)]) async throws -> Int {
        let keyring = try folder.openVault()
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        var digests: [Digest128] = []
        for (person, name) in people {
            for address in try addresses(of: person, name, keyring) {
                let digest = suppression(of: address, pseudonyms)
                if !digests.contains(digest) { digests.append(digest) }
            }
        }
        let known = try registeredState()
        if !known.knowsPersons {
            throw Problem(
                .unavailable, "the program's logic version knows no suppression",
                remedy: "'leadline logic adopt' takes up a newer one")
        }
        digests.removeAll { known.isSuppressed($0) }
        for digest in digests {
            let json = try WireSuppressionSet.with { $0.addressDigest = .init(digest.bytes) }.jsonString()
            _ = try await submit(event(.suppressionSet, json), part: digest.description)
        }
        return digests.count
    }

    private func pseudonyms() throws -> Pseudonyms {
        Pseudonyms(masterKey: try folder.openVault().masterKey, program: program)
    }

    private func suppression(of address: String, _ pseudonyms: Pseudonyms) -> Digest128 {
        Digest128(pseudonyms.suppression(email: address).bytes) ?? .zero
    }

    /// The address that the person was found by, and those that the leads state.
    private func addresses(of person: Person, _ name: String, _ keyring: Keyring) throws -> [String] {
        var addresses = name.utf8.contains(UInt8(ascii: "@")) ? [name] : []
        try folder.openJournalReadOnly().read { db in
            let readable = try JournalReader().firstReadable(of: program, in: db)
            for position in Set(person.leads.flatMap(\.positions)).sorted() where position >= readable {
                guard let bytes = try JournalReader().entry(program: program, position: position, in: db),
                    let address = try StatedAddress.of(try EntryCodec.decode(bytes), program: program, keyring.vault),
                    !addresses.contains(address)
                else { continue }
                addresses.append(address)
            }
        }
        return addresses
    }
}
