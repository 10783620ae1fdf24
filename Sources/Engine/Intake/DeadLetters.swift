import LeadlineCore
public import LeadlineSchemas
import SwiftProtobuf
public import Vault

/// Makes dead letters: the record whole and sealed, with the reason in clear.
public struct DeadLetters {
    private let vault: Vault

    /// Dead letters sealed under keys of `vault`, one key a record.
    public init(vault: Vault) { self.vault = vault }

    /// The serialised dead letter for a record that was refused.
    public func make(_ record: LogRecord, _ rejection: Rejection) throws -> [UInt8] {
        var letter = WireDeadLetter()
        letter.reason = rejection.reason
        letter.detail = rejection.detail
        letter.field = rejection.field
        letter.origin.topic = record.topic.name
        letter.origin.partition = record.partition
        letter.origin.offset = record.offset
        letter.receivedMicros = record.received.micros
        let sealed = try vault.sealDeadLetter(try Self.whole(record).serializedBytes())
        letter.keyID = .init(sealed.keyID.bytes)
        letter.sealed = .init(sealed.sealed)
        return try letter.serializedBytes()
    }

    /// The record inside a dead letter, byte for byte.
    public func open(_ letter: WireDeadLetter) throws -> WireDeadRecord {
        guard let keyID = SubjectID(letter.keyID) else { throw WireError(.badLength, field: "key_id") }
        let bytes = try vault.openDeadLetter(keyID: keyID, sealed: Array(letter.sealed))
        return try WireDeadRecord(serializedBytes: bytes)
    }

    private static func whole(_ record: LogRecord) -> WireDeadRecord {
        var whole = WireDeadRecord()
        if let key = record.key { whole.key = .init(key) }
        if let value = record.value { whole.value = .init(value) }
        whole.headers = record.headers.map { header in
            var wire = WireDeadHeader()
            wire.name = .init(header.name)
            wire.value = .init(header.value)
            return wire
        }
        return whole
    }
}
