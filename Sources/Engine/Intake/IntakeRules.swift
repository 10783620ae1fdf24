import Foundation
public import LeadlineCore
import LeadlineSchemas

/// A record that intake lets through, read but not yet sealed.
struct CheckedRecord {
    var program: String
    var kind: MessageKind
    var event: CloudEvent
    var message: DecodedMessage
    var fact: Fact
    /// Serialised message: what may stand in clear, and what must be sealed.
    var clear: [UInt8]
    var sealed: [UInt8]
    /// Spellings of the account's domain of which its pseudonym is made: the canonical one first, then those under which
    /// a journal from before may know it.
    var accountDomains: [String] = []
    /// Spellings of the person's address by which the person is found, the canonical one first; none where there is no
    /// address.
    var addresses: [String] = []
    var timeZone: TimeZoneRules?
    var stepTimeZones: [NamedTimeZone] = []
}

/// What a record must be by itself, whatever the program's state is: the rules that intake goes by, and by which
/// whoever takes records from people tells them at once what is wrong.
///
/// What depends on the stream (an event that came before, a program that is not registered, a lead closed long ago)
/// only the record's fate tells.
public struct IntakeRules: Sendable {
    private var zones = TimeZoneResolution()

    /// The rules; they remember the time zones that were asked for.
    public init() {}

    /// How often a time zone was looked up that was not remembered.
    var zonesResolved: Int { zones.resolved }

    /// What a record would be refused for if it came now; nil if it would be read.
    /// - Parameter now: when it would arrive, unless it carries its event's time.
    public mutating func rejection(of record: NewRecord, now: Timestamp) -> Rejection? {
        let arrived = LogRecord(
            topic: record.topic, offset: 0, received: record.eventTime ?? now, isImported: record.eventTime != nil,
            key: record.key,
            headers: record.headers, value: record.value)
        do {
            _ = try check(arrived)
            return nil
        } catch { return error }
    }

    /// Reads a record.
    /// - Throws: what the producer must mend.
    mutating func check(_ record: LogRecord) throws(Rejection) -> CheckedRecord {
        let value = try Self.value(of: record)
        let program = try Self.program(of: record)
        if !record.isInItsPartition {
            throw Rejection(
                .wrongPartition,
                "the record's key belongs to another partition; produce with the default "
                    + "partitioner of Kafka's clients (murmur2 of the key)",
                field: "key")
        }
        let event = try CloudEvent(record, value: value)
        if let key = event.partitionKey, key != program {
            throw Rejection(
                .keyMismatch, "the attribute partitionkey and the record's key name different programs",
                field: "partitionkey")
        }
        try Self.checkTime(event.time, record)
        guard let kind = MessageKind(fullName: event.type), kind.topic == record.topic.name else {
            throw Rejection(
                .unknownType,
                "no message of this type on \(record.topic.name); see the AsyncAPI document for its types",
                field: "type")
        }
        let message = try kind.decode(event.data, event.encoding)
        let stated = try Self.stated(by: message, kind)
        try Self.checkMoments(of: stated.fact, record)
        var checked = CheckedRecord(
            program: program, kind: kind, event: event, message: message, fact: stated.fact, clear: stated.clear,
            sealed: stated.sealed, accountDomains: stated.accountDomains, addresses: stated.addresses)
        if let zone = message.timeZone { checked.timeZone = try zones.rules(zone, at: record.received) }
        checked.stepTimeZones = try zones.ofSteps(stated.fact, at: record.received)
        return checked
    }

    /// What a message states, if all of it has the form that is asked of it.
    static func stated(by message: DecodedMessage, _ kind: MessageKind) throws(Rejection) -> (
        fact: Fact, clear: [UInt8], sealed: [UInt8], accountDomains: [String], addresses: [String]
    ) {
        let parts = try split(message.resolved ?? message.bytes, kind)
        let fact = try fact(kind, parts.clear)
        try FieldRules.check(fact)
        guard parts.sealed.count <= Intake.sealedBytesMax else {
            throw Rejection(
                .tooLarge, "names, addresses and free text together exceed \(Intake.sealedBytesMax) bytes", field: "data")
        }
        if let domain = message.correctedDomain { _ = try accountDomains(domain, kind) }
        return (
            fact, parts.clear, parts.sealed,
            try message.accountDomain.map { (domain) throws(Rejection) in try accountDomains(domain, kind) } ?? [],
            message.email.isEmpty ? [] : try addresses(message.email)
        )
    }

    private static func value(of record: LogRecord) throws(Rejection) -> [UInt8] {
        guard let value = record.value, !value.isEmpty else {
            throw Rejection(.empty, "the record has no value; an input needs one")
        }
        if value.count > Intake.valueBytesMax {
            throw Rejection(.tooLarge, "the value has \(value.count) bytes; at most \(Intake.valueBytesMax) are read")
        }
        if record.headerByteCount > Intake.headerBytesMax {
            throw Rejection(
                .tooLarge,
                "the headers have \(record.headerByteCount) bytes; at most \(Intake.headerBytesMax) are read",
                field: "headers")
        }
        return value
    }

    private static func program(of record: LogRecord) throws(Rejection) -> String {
        guard let key = record.key, !key.isEmpty else {
            throw Rejection(.missingField, "the record has no key; set it to the program id", field: "key")
        }
        guard key.count <= FieldRules.idBytesMax, let program = String(validating: key, as: UTF8.self),
            FieldRules.isID(program)
        else {
            throw Rejection(
                .invalidField, "the record's key must be a program id, [A-Za-z0-9._:-]{1,128}", field: "key")
        }
        return program
    }

    private static func checkTime(_ time: Timestamp?, _ record: LogRecord) throws(Rejection) {
        guard let time else { return }
        if time < Intake.earliest { throw Rejection(.ancient, "the event's time lies before 1990", field: "time") }
        if time > Intake.latest || time.micros > record.received.micros + Intake.futureToleranceMicros {
            throw Rejection(
                .future, "the event's time lies more than a day after its arrival; check the producer's clock",
                field: "time")
        }
    }

    /// What was seen was seen before it arrived. Moments that are plans, as an absence's, may lie ahead.
    private static func checkMoments(of fact: Fact, _ record: LogRecord) throws(Rejection) {
        guard case .intentObserved(let fact) = fact else { return }
        for (field, moment) in [("first_seen", fact.firstSeen), ("last_seen", fact.lastSeen)] {
            if moment.micros > record.received.micros + Intake.futureToleranceMicros {
                throw Rejection(
                    .future, "\(field) lies more than a day after its arrival; check the producer's clock", field: field)
            }
        }
    }

    private static func split(_ bytes: [UInt8], _ kind: MessageKind) throws(Rejection) -> (
        clear: [UInt8], sealed: [UInt8]
    ) {
        do { return try FieldSealing.split(bytes, as: kind) } catch {
            throw Rejection(.malformed, "the data is not protobuf of this message type")
        }
    }

    private static func fact(_ kind: MessageKind, _ clear: [UInt8]) throws(Rejection) -> Fact {
        do { return try FactCodec.decode(bodyField: kind.bodyFieldNumber, clear) } catch {
            throw Rejection(error)
        }
    }

    /// A field that holds an address holds exactly one; white space alone is none.
    private static func addresses(_ text: String) throws(Rejection) -> [String] {
        guard let address = AddressSpelling.address(text) else {
            if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return [] }
            throw Rejection(
                .invalidField,
                "contact.email must hold exactly one e-mail address, such as kim@acme.example, or be left out",
                field: "contact.email")
        }
        return address == text ? [address] : [address, text]
    }

    /// The domain as its digest is taken of it; none where a lead names none.
    private static func accountDomains(_ domain: String, _ kind: MessageKind) throws(Rejection) -> [String] {
        guard let name = AddressSpelling.domain(domain) else {
            if domain.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
                if kind == .leadSubmitted || kind == .leadUpdated { return [] }
                throw Rejection(.missingField, "account_domain is required", field: "account_domain")
            }
            throw Rejection(
                .invalidField, "account_domain must be an internet domain such as acme.example", field: "account_domain"
            )
        }
        if domain == name && !AddressSpelling.isInternational(name) { return [name] }
        let isInternational = !domain.utf8.allSatisfy { $0 < 0x80 } || AddressSpelling.isInternational(name)
        return isInternational ? [name, domain, AddressSpelling.readable(name)] : [name]
    }
}
