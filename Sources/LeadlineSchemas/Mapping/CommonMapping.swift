// Values that several messages share.

import LeadlineCore

extension Money: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(minorUnits: 0, currency: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.minorUnits = try reader.int64("minor_units")
            case 2: value.currency = try reader.string("currency")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.int(1, minorUnits)
        writer.string(2, currency)
    }
}

/// `google.protobuf.Timestamp`. Nanoseconds are cut to microseconds.
extension Timestamp: WireMessage {
    /// Seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, between which protobuf's timestamps lie.
    private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var seconds: Int64 = 0
        var nanos: Int32 = 0
        while let field = try reader.next() {
            switch field {
            case 1: seconds = try reader.int64("seconds")
            case 2: nanos = try reader.int32("nanos")
            default: try reader.skip()
            }
        }
        guard Self.seconds.contains(seconds) else { throw WireError(.outOfRange, field: "seconds") }
        guard (0..<1_000_000_000).contains(nanos) else { throw WireError(.outOfRange, field: "nanos") }
        return Self(micros: seconds * 1_000_000 + Int64(nanos) / 1_000)
    }

    func write(to writer: inout WireWriter) {
        // Nanoseconds count forward from the second, before the epoch too.
        let (quotient, remainder) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        let beforeSecond = remainder < 0
        writer.int(1, beforeSecond ? quotient - 1 : quotient)
        writer.int(2, (beforeSecond ? remainder + 1_000_000 : remainder) * 1_000)
    }
}

/// Message `ResolvedTimeZone`.
extension TimeZoneRules: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(tzVersion: "", offsets: [])
        while let field = try reader.next() {
            switch field {
            case 1: value.tzVersion = try reader.string("tz_version")
            case 2: value.offsets.append(try reader.message("offsets"))
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, tzVersion)
        writer.messages(2, offsets)
    }
}

/// Message `UtcOffset`.
extension TimeZoneRules.Offset: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(from: .epoch, seconds: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.from = Timestamp(micros: try reader.int64("from_micros"))
            case 2: value.seconds = try reader.int32("offset_seconds")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.int(1, from.micros)
        writer.int(2, Int64(seconds))
    }
}

/// A message that only names a lead: several inputs share the shape, their other fields are sealed.
extension LeadReference: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(leadID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.leadID = try reader.string("lead_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) { writer.string(1, leadID) }
}

/// A message that only names a partner.
extension PartnerReference: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.partnerID = try reader.string("partner_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) { writer.string(1, partnerID) }
}
