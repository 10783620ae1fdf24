import Crypto
import Foundation
public import LeadlineCore
public import LeadlineSchemas
import SwiftProtobuf
public import Vault

/// Why a dead letter's record cannot be opened, whatever the keys.
public enum DeadLetterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The record was too large to be kept.
    case notKept(recordBytes: UInt64)
    /// This is one part of several; they are opened together.
    case isPart(index: UInt32, of: UInt32)

    public var description: String {
        switch self {
        case .notKept(let bytes):
            "the record has \(bytes) bytes, more than the \(DeadLetters.recordBytesMax) that are kept"
        case .isPart(let index, let count): "this is part \(index + 1) of \(count) of the record"
        }
    }
}

/// Makes dead letters: the record whole and sealed, with the reason in clear. One key a record, which dies with the
/// erasure of a person whom the record mentions. Of a record that is too large to be kept they tell size and digest.
public struct DeadLetters {
    /// Largest record, key, headers and value together, that is kept.
    public static let recordBytesMax = 41_943_040

    private let keyring: Keyring

    /// Dead letters sealed under keys of the vault.
    public init(_ keyring: Keyring) { self.keyring = keyring }

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
        letter.programID = program(record) ?? ""
        if record.byteCount > Self.recordBytesMax {
            letter.recordBytes = UInt64(record.byteCount)
            letter.recordDigest = Data(SHA256.hash(data: record.value ?? []))
            return try coded(letter)
        }
        let found = RecordMentions(record)
        letter.unsearchable = !found.isComplete
        let sealed = try keyring.vault.sealDeadLetter(
            try Self.whole(record).serializedBytes(), mentions: lookups(found, record))
        letter.keyID = .init(sealed.keyID.bytes)
        letter.sealed = .init(sealed.sealed)
        return try coded(letter)
    }

    private func coded(_ letter: WireDeadLetter) throws -> [UInt8] {
        var letter = letter
        letter.code = Data(keyring.vault.letterCode(try Self.clear(letter)))
        return try letter.serializedBytes()
    }

    /// What the code of a letter is over: it outlives the sealed record, and is the same in each part.
    private static func clear(_ letter: WireDeadLetter) throws -> [UInt8] {
        var clear = letter
        clear.sealed = Data()
        clear.code = Data()
        clear.partIndex = 0
        clear.partCount = 0
        return try clear.serializedBytes()
    }

    /// Whether a letter's reason and origin are as they were written; nil for one from before letters were coded.
    public func isGenuine(_ letter: WireDeadLetter) throws -> Bool? {
        if letter.code.isEmpty { return nil }
        return try keyring.vault.letterCode(Self.clear(letter)).elementsEqual(letter.code)
    }

    /// Days that are looked through for rejected records whose time is over: ten years.
    private static let daysBack: Int64 = 3_660

    /// Keys of a program's rejected records that came before a moment, in the ten years before it. A record whose key
    /// names no program belongs to none.
    public static func keys(before moment: Timestamp, program: String, _ keyring: Keyring) throws -> [SubjectID] {
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        let day = moment.micros / Timestamp.microsPerDay
        return try keyring.vault.deadLetters(mentioning: ((day - daysBack)..<day).map { pseudonyms.day($0) })
    }

    private func program(_ record: LogRecord) -> String? {
        record.key.flatMap { String(validating: $0, as: UTF8.self) }.flatMap { FieldRules.isID($0) ? $0 : nil }
    }

    /// Those of these ids that are keys of a program's own rejected records, or of records that named no program.
    /// - Parameter now: no record came later.
    static func keys(_ ids: [String], of program: String, now: Timestamp, _ keyring: Keyring) throws -> [SubjectID] {
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        let (first, last) = (FieldLimits.earliest.micros, now.micros + Timestamp.microsPerDay)
        let days = (first / Timestamp.microsPerDay)...max(first, last) / Timestamp.microsPerDay
        return try keyring.vault.rejectedRecords(ids.compactMap(SubjectID.init(hex:)), days: days.map(pseudonyms.day))
    }

    /// Lookups of when the record came and whom it mentions, in the program that its key names; nothing where it names
    /// none.
    private func lookups(_ mentions: RecordMentions, _ record: LogRecord) -> [Pseudonym] {
        guard let program = program(record) else { return [] }
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: program)
        return [pseudonyms.day(record.received.micros / Timestamp.microsPerDay)]
            + mentions.addresses.map {
                pseudonyms.lookup(kind: .email, value: AddressSpelling.addressOrText($0))
            }
            + mentions.leads.map { pseudonyms.lookup(kind: .lead, value: $0) }
    }

    /// The record inside a dead letter, byte for byte.
    public func open(_ letter: WireDeadLetter) throws -> WireDeadRecord { try Self.open(letter, keyring.vault) }

    /// The record inside a dead letter, byte for byte, by a vault alone.
    /// - Throws: ``DeadLetterError`` where there is no record or only a part of it; `VaultError`.
    public static func open(_ letter: WireDeadLetter, _ vault: Vault) throws -> WireDeadRecord {
        if letter.recordBytes > 0 { throw DeadLetterError.notKept(recordBytes: letter.recordBytes) }
        if letter.partCount > 1 { throw DeadLetterError.isPart(index: letter.partIndex, of: letter.partCount) }
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
