import Foundation
public import LeadlineCore
public import LeadlineSchemas
public import Vault

/// An input ready for its place in a stream.
public struct TakenInput: Sendable {
    public var program: String
    /// As the decider sees it.
    public var input: Input
    /// As the journal keeps it: the serialised `Input`, clear part and sealed part.
    public var inputBytes: [UInt8]
    public var eventID: String
}

/// A vault with the master key that opened it.
public struct Keyring {
    public let vault: Vault
    public let masterKey: MasterKey
    public init(vault: Vault, masterKey: MasterKey) {
        self.vault = vault
        self.masterKey = masterKey
    }
}

/// Turns records into inputs: decodes, validates, pseudonymises, seals, and resolves whatever depends on the outside.
///
/// Nothing personal leaves here unsealed. Everything that comes in is hostile until it has passed.
public struct Intake {
    /// Largest value that is read.
    public static let valueBytesMax = 1_048_576
    /// Most bytes that a record's headers may have, names and values together.
    public static let headerBytesMax = 65_536
    /// No event happened before 1990.
    public static let earliest = FieldLimits.earliest
    /// The year 2200.
    public static let latest = FieldLimits.latest
    /// How far ahead of the log's clock a producer's clock may be.
    public static let futureToleranceMicros = Timestamp.microsPerDay
    /// Largest sealed part of one input.
    public static let sealedBytesMax = 262_144

    private let vault: Vault
    private let masterKey: MasterKey
    private var pseudonymsByProgram: [String: Pseudonyms] = [:]
    private var zones = TimeZoneResolution()

    /// An intake that seals under the keys of a vault, and makes pseudonyms under its master key.
    public init(_ keyring: Keyring) {
        vault = keyring.vault
        masterKey = keyring.masterKey
    }

    /// Takes one record in.
    /// - Throws: `Rejection` for what the producer must mend; any other error is the vault's, and stops the batch.
    public mutating func take(_ record: LogRecord) throws -> TakenInput {
        let value = try Self.value(of: record)
        let program = try Self.program(of: record)
        if !record.isInItsPartition {
            throw Rejection(
                .wrongPartition,
                "the record's key belongs to another partition; produce with the default partitioner of Kafka's clients (murmur2 of the key)",
                field: "key")
        }
        let event = try CloudEvent(record, value: value)
        if let key = event.partitionKey, key != program {
            throw Rejection(.keyMismatch, "the attribute partitionkey and the record's key name different programs", field: "partitionkey")
        }
        try Self.checkTime(event.time, record)
        guard let kind = MessageKind(fullName: event.type), kind.topic == record.topic.name else {
            throw Rejection(.unknownType, "no message of this type on \(record.topic.name); see the AsyncAPI document for its types", field: "type")
        }
        let message = try kind.decode(event.data, event.encoding)
        return try take(message, kind, event, program, record)
    }

    private mutating func take(
        _ message: DecodedMessage, _ kind: MessageKind, _ event: CloudEvent, _ program: String, _ record: LogRecord
    ) throws -> TakenInput {
        let parts = try Self.split(message.resolved ?? message.bytes, kind)
        let fact = try Self.fact(kind, parts.clear)
        try FieldRules.check(fact)
        guard parts.sealed.count <= Self.sealedBytesMax else {
            throw Rejection(.tooLarge, "names, addresses and free text together exceed \(Self.sealedBytesMax) bytes")
        }
        let pseudonyms = pseudonyms(of: program)
        var input = Input(fact, imported: record.isImported)
        let eventDigest = pseudonyms.eventDigest(source: event.source, id: event.id)
        input.eventDigest = Digest128(eventDigest)
        input.contentDigest = Digest128(pseudonyms.contentDigest(type: kind.fullName, bytes: message.bytes))
        input.account = try message.accountDomain.flatMap { try Self.account($0, kind, pseudonyms) }
        if let zone = message.timeZone { input.timeZone = try zones.rules(zone, at: record.received) }

        var sealed: [UInt8] = []
        if !parts.sealed.isEmpty || kind == .leadSubmitted {
            let subject = try vault.subject(lookups: Self.lookups(fact, message.email, program, pseudonyms))
            input.subject = Digest128(subject)
            if !parts.sealed.isEmpty {
                sealed = try vault.seal(parts.sealed, subject: subject, context: SealingContext.bytes(program, kind, eventDigest.bytes))
            }
        }
        let header = InputHeader(
            eventDigest: input.eventDigest, contentDigest: input.contentDigest, subject: input.subject,
            account: input.account, sealed: sealed, imported: input.imported, timeZone: input.timeZone)
        let bytes = InputCodec.encode(header: header, bodyField: kind.bodyFieldNumber, clearBody: parts.clear)
        return TakenInput(program: program, input: input, inputBytes: bytes, eventID: event.id)
    }

    private static func value(of record: LogRecord) throws(Rejection) -> [UInt8] {
        guard let value = record.value, !value.isEmpty else {
            throw Rejection(.empty, "the record has no value; an input needs one")
        }
        if value.count > valueBytesMax {
            throw Rejection(.tooLarge, "the value has \(value.count) bytes; at most \(valueBytesMax) are read")
        }
        if record.headerByteCount > headerBytesMax {
            throw Rejection(
                .tooLarge, "the headers have \(record.headerByteCount) bytes; at most \(headerBytesMax) are read", field: "headers")
        }
        return value
    }

    private static func program(of record: LogRecord) throws(Rejection) -> String {
        guard let key = record.key, !key.isEmpty else {
            throw Rejection(.missingField, "the record has no key; set it to the program id", field: "key")
        }
        guard key.count <= FieldRules.idBytesMax, let program = String(validating: key, as: UTF8.self), FieldRules.isID(program) else {
            throw Rejection(.invalidField, "the record's key must be a program id, [A-Za-z0-9._:-]{1,128}", field: "key")
        }
        return program
    }

    private static func checkTime(_ time: Timestamp?, _ record: LogRecord) throws(Rejection) {
        guard let time else { return }
        if time < earliest { throw Rejection(.ancient, "the event's time lies before 1990", field: "time") }
        if time > latest || time.micros > record.received.micros + futureToleranceMicros {
            throw Rejection(.future, "the event's time lies more than a day after its arrival; check the producer's clock", field: "time")
        }
    }

    private static func split(_ bytes: [UInt8], _ kind: MessageKind) throws(Rejection) -> (clear: [UInt8], sealed: [UInt8]) {
        do { return try FieldSealing.split(bytes, as: kind) } catch {
            throw Rejection(.malformed, "the data is not protobuf of this message type")
        }
    }

    private static func fact(_ kind: MessageKind, _ clear: [UInt8]) throws(Rejection) -> Fact {
        do { return try FactCodec.decode(bodyField: kind.bodyFieldNumber, clear) } catch {
            throw Rejection(.invalidField, "a field holds a value that the schema does not allow: \(error)")
        }
    }

    private static func account(_ domain: String, _ kind: MessageKind, _ pseudonyms: Pseudonyms) throws(Rejection) -> Digest128? {
        let isBare = domain.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        let text = isBare ? domain : domain.trimmingCharacters(in: .whitespaces)
        if text.isEmpty {
            if kind == .leadSubmitted { return nil }
            throw Rejection(.missingField, "account_domain is required", field: "account_domain")
        }
        guard text.utf8.count <= 253, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Rejection(.invalidField, "account_domain must be an internet domain such as acme.example", field: "account_domain")
        }
        return Digest128(pseudonyms.account(domain: text))
    }

    /// Under what the subject is found again: the person's address first, then the lead or partner it came with.
    private static func lookups(_ fact: Fact, _ email: String, _ program: String, _ pseudonyms: Pseudonyms) -> [Pseudonym] {
        var lookups: [Pseudonym] = []
        if !email.isEmpty { lookups.append(pseudonyms.lookup(kind: .email, value: email)) }
        if let lead = fact.leadID { lookups.append(pseudonyms.lookup(kind: .lead, value: lead)) }
        if let partner = fact.profiledPartnerID { lookups.append(pseudonyms.lookup(kind: .partner, value: partner)) }
        if lookups.isEmpty { lookups.append(pseudonyms.lookup(kind: .partner, value: "program \(program)")) }
        return lookups
    }

    private mutating func pseudonyms(of program: String) -> Pseudonyms {
        if let known = pseudonymsByProgram[program] { return known }
        let made = Pseudonyms(masterKey: masterKey, program: program)
        if pseudonymsByProgram.count > 10_000 { pseudonymsByProgram.removeAll() }
        pseudonymsByProgram[program] = made
        return made
    }
}

/// What a sealed blob is bound to: it opens only as the same message of the same event.
public enum SealingContext {
    public static func bytes(_ program: String, _ kind: MessageKind, _ eventDigest: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(program.utf8.count + kind.fullName.utf8.count + 2 + eventDigest.count)
        bytes.append(contentsOf: program.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: kind.fullName.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: eventDigest)
        return bytes
    }
}

extension Fact {
    /// The lead that a fact is about.
    var leadID: String? {
        if let id = outcomeLeadID { return id }
        switch self {
        case .leadSubmitted(let fact): return fact.leadID
        case .leadUpdated(let fact): return fact.leadID
        case .leadWithdrawn(let fact), .processingRestricted(let fact), .processingObjected(let fact), .erasureRequested(let fact):
            return fact.leadID
        case .reviewRequested(let fact): return fact.leadID
        case .humanDecisionRecorded(let fact): return fact.leadID
        default: return nil
        }
    }

    /// The partner whose own data a fact carries.
    var profiledPartnerID: String? {
        switch self {
        case .partnerUpserted(let profile): profile.partnerID
        case .partnerPaused(let fact), .partnerRemoved(let fact): fact.partnerID
        default: nil
        }
    }
}

extension Digest128 {
    /// The same sixteen bytes as the vault holds them.
    init(_ bytes: some SixteenBytes) { self.init(low: bytes.words.x.byteSwapped, high: bytes.words.y.byteSwapped) }
}
