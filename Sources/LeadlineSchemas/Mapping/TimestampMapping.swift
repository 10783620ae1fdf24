import LeadlineCore

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
