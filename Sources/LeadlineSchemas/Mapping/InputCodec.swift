public import LeadlineCore

/// What intake resolved about an input, and its sealed part: all of message `Input` but the body.
public struct InputHeader: Sendable, Equatable {
    /// Keyed digest of the producer's event source and id; nil on Leadline's own inputs.
    public var eventDigest: Digest128?
    /// Keyed digest of the content.
    public var contentDigest: Digest128?
    /// The data subject's random id, where the input concerns a person.
    public var subject: Digest128?
    /// The account's per-program pseudonym, where the input names one.
    public var account: Digest128?
    /// Another person's random id, where the lead and the address that the input states lead to two.
    public var linkedSubject: Digest128?
    /// Keyed digest of the lead's address, where that address is suppressed.
    public var suppressedAddress: Digest128?
    /// The sealed fields: nonce, ciphertext, tag; empty where nothing is sealed.
    public var sealed: [UInt8]
    /// True if the record carries the time of a past event.
    public var imported: Bool
    /// The rules of the time zone that the fact names.
    public var timeZone: TimeZoneRules?
    /// The rules of those that the steps of a policy's escalation ladder name.
    public var stepTimeZones: [NamedTimeZone]
    /// Persons and rejected records whose keys the input ends.
    public var erased: [Digest128]
    /// When a record of a partner's answer was received, and its own time.
    public var receivedAt: Timestamp?
    public var ownTime: Timestamp?

    /// A header; what is not given is absent.
    public init(
        eventDigest: Digest128? = nil, contentDigest: Digest128? = nil, subject: Digest128? = nil,
        linkedSubject: Digest128? = nil, suppressedAddress: Digest128? = nil, account: Digest128? = nil,
        sealed: [UInt8] = [], imported: Bool = false, timeZone: TimeZoneRules? = nil,
        stepTimeZones: [NamedTimeZone] = [], erased: [Digest128] = [],
        receivedAt: Timestamp? = nil, ownTime: Timestamp? = nil
    ) {
        self.eventDigest = eventDigest
        self.contentDigest = contentDigest
        self.subject = subject
        self.linkedSubject = linkedSubject
        self.suppressedAddress = suppressedAddress
        self.account = account
        self.sealed = sealed
        self.imported = imported
        self.timeZone = timeZone
        self.stepTimeZones = stepTimeZones
        self.erased = erased
        self.receivedAt = receivedAt
        self.ownTime = ownTime
    }

    /// The header of an input that the domain already has.
    public init(_ input: Input, sealed: [UInt8] = []) {
        self.init(
            eventDigest: input.eventDigest, contentDigest: input.contentDigest, subject: input.subject,
            linkedSubject: input.linkedSubject, suppressedAddress: input.suppressedAddress, account: input.account,
            sealed: sealed, imported: input.imported, timeZone: input.timeZone,
            stepTimeZones: input.stepTimeZones, erased: input.erased,
            receivedAt: input.receivedAt, ownTime: input.ownTime)
    }

    func write(to writer: inout WireWriter) {
        writer.digest(1, eventDigest)
        writer.digest(2, contentDigest)
        writer.digest(3, subject)
        writer.digest(4, account)
        writer.bytes(5, sealed)
        writer.bool(6, imported)
        writer.message(7, timeZone)
        writer.digest(8, linkedSubject)
        writer.digest(9, suppressedAddress)
        for id in erased { writer.digest(10, id) }
        if let receivedAt { writer.int(15, receivedAt.micros) }
        if let ownTime { writer.int(16, ownTime.micros) }
        writer.messages(17, stepTimeZones)
    }
}

/// Inputs to and from message `Input`.
public enum InputCodec {
    /// Message `Input` whose body, of that field number, is `clearBody` as it stands.
    ///
    /// The journal thus keeps a producer's clear fields byte for byte.
    public static func encode(
        header: InputHeader, bodyField: Int, clearBody: UnsafeRawBufferPointer
    ) -> [UInt8] {
        precondition(FactCodec.isBody(bodyField), "no input has body field \(bodyField)")
        var writer = WireWriter(capacity: 160 + header.sealed.count + clearBody.count)
        header.write(to: &writer)
        unsafe writer.bytes(bodyField, clearBody, always: true)
        return writer.bytes
    }

    /// Message `Input` whose body, of that field number, is `clearBody` as it stands.
    public static func encode(header: InputHeader, bodyField: Int, clearBody: [UInt8]) -> [UInt8] {
        unsafe clearBody.withUnsafeBytes { body in
            unsafe encode(header: header, bodyField: bodyField, clearBody: body)
        }
    }

    /// Message `Input` of an input of Leadline's own, or of a test.
    public static func encode(_ input: Input, sealed: [UInt8] = []) -> [UInt8] {
        var writer = WireWriter()
        InputHeader(input, sealed: sealed).write(to: &writer)
        let start = writer.begin(FactCodec.bodyField(of: input.fact))
        FactCodec.write(input.fact, to: &writer)
        writer.end(start)
        return writer.bytes
    }

    /// The input and its sealed part.
    ///
    /// A body that this version does not know counts as missing.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> (input: Input, sealed: [UInt8]) {
        var reader = unsafe WireReader(bytes)
        var sealed: [UInt8] = []
        let input = try read(from: &reader, sealed: &sealed)
        return (input, sealed)
    }

    /// The input and its sealed part.
    public static func decode(_ bytes: [UInt8]) throws(WireError) -> (input: Input, sealed: [UInt8]) {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in try unsafe decode(raw) }
    }

    /// Reads message `Input`; the sealed part goes into `sealed`.
    static func read(
        from reader: inout WireReader, sealed: inout [UInt8]
    ) throws(WireError) -> Input {
        var eventDigest: Digest128?
        var contentDigest: Digest128?
        var subject: Digest128?
        var account: Digest128?
        var imported = false
        var timeZone: TimeZoneRules?
        var stepTimeZones: [NamedTimeZone] = []
        var linkedSubject: Digest128?
        var suppressedAddress: Digest128?
        var erased: [Digest128] = []
        var receivedAt: Timestamp?, ownTime: Timestamp?
        var fact: Fact?
        sealed = []
        while let field = try reader.next() {
            switch field {
            case 1: eventDigest = try reader.digest("event_digest")
            case 2: contentDigest = try reader.digest("content_digest")
            case 3: subject = try reader.digest("subject_id")
            case 4: account = try reader.digest("account_pseudonym")
            case 5: sealed = try reader.bytes("sealed")
            case 6: imported = try reader.bool("imported")
            case 7: timeZone = try reader.message("time_zone")
            case 8: linkedSubject = try reader.digest("linked_subject_id")
            case 9: suppressedAddress = try reader.digest("suppressed_digest")
            case 10: if let id = try reader.digest("erased_ids") { erased.append(id) }
            case 15: receivedAt = Timestamp(micros: try reader.int64("received_micros"))
            case 16: ownTime = Timestamp(micros: try reader.int64("own_time_micros"))
            case 17: stepTimeZones.append(try reader.message("step_time_zones"))
            case _ where FactCodec.isBody(field):
                var body = try reader.nested("body")
                fact = try FactCodec.read(field, from: &body)
            default: try reader.skip()
            }
        }
        return Input(
            try required(fact, "body"), eventDigest: eventDigest, contentDigest: contentDigest, subject: subject,
            linkedSubject: linkedSubject, suppressedAddress: suppressedAddress, account: account, imported: imported,
            timeZone: timeZone, stepTimeZones: stepTimeZones, erased: erased, receivedAt: receivedAt, ownTime: ownTime)
    }
}

extension NamedTimeZone: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var name = ""
        var rules: TimeZoneRules?
        while let field = try reader.next() {
            switch field {
            case 1: name = try reader.string("name")
            case 2: rules = try reader.message("rules")
            default: try reader.skip()
            }
        }
        return Self(name: name, rules: try required(rules, "rules"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, name)
        writer.message(2, rules)
    }
}
