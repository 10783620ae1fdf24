import Engine
import LeadlineSchemas
import SwiftProtobuf
import Vault

/// Takes the records of a partition of the keys topic into a vault: keys, and erasures of them.
struct KeysIntake {
    let partition: Int32
    let vault: Vault
    private var erased: [SubjectID] = []
    /// Records under a master key that is retired; the topic holds each of them again under the newest.
    private var unreadable: Set<SubjectID> = []
    /// Records that were taken and are not durable here yet.
    private(set) var unflushed = 0

    init(_ partition: Int32, _ vault: Vault) {
        self.partition = partition
        self.vault = vault
    }

    /// Takes the partition's next record. Its key is the subject's id; no value is an erasure.
    mutating func take(_ record: FetchedRecord) throws {
        unflushed += 1
        guard let key = record.key, let subject = SubjectID(key) else { return }
        guard let value = record.value else {
            erased.append(subject)
            unreadable.remove(subject)
            return
        }
        let message = try WireSubjectKey(serializedBytes: value)
        do {
            try vault.adopt(KeyRecord(subject, message))
            unreadable.remove(subject)
        } catch VaultError.notAuthentic { unreadable.insert(subject) }
    }

    /// Makes what was taken durable.
    mutating func flush() throws {
        if unflushed == 0 { return }
        try vault.erase(erased)
        try vault.flush()
        erased.removeAll()
        unflushed = 0
    }

    /// - Throws: `KafkaTransportError.masterKey` if, with everything read, there are keys that this master key does not
    ///   open.
    func checkReadable() throws {
        if !unreadable.isEmpty { throw KafkaTransportError.masterKey(partition: partition) }
    }
}

extension KeyRecord {
    /// A key as its topic carries it.
    fileprivate init(_ subject: SubjectID, _ message: WireSubjectKey) {
        var stated: [Pseudonym: Pseudonym] = [:]
        for (lead, address) in zip(message.lookupDigests, message.statedDigests) {
            if let lead = Pseudonym(lead), let address = Pseudonym(address) { stated[lead] = address }
        }
        self.init(
            subject: subject, lookups: message.lookupDigests.compactMap { Pseudonym($0) },
            wrappedKey: Array(message.wrappedKey), stated: stated,
            givenUp: Set(message.givenUpDigests.compactMap { Pseudonym($0) }),
            passedOn: Set(message.passedOnDigests.compactMap { Pseudonym($0) }))
    }
}
