import LeadlineCore
import Testing

@testable import LeadlineSchemas

/// Goal: what W3C Trace Context calls a traceparent is read, by bytes, and nothing else is. Method: a table.
@Suite struct TraceParentTests {
    private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test(arguments: [
        (good, good),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"),
        // A later version may say more; what is known of it counts.
        ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", good),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings", good),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what-the-future-brings", nil),
        (good + "-00", nil), (good + " ", nil), (" " + good, nil), ("", nil), ("00", nil), (String(good.dropLast()), nil),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", nil),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", nil),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", nil),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", nil),
        ("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", nil),
        ("00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01", nil),
        ("0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", nil),
        // One character of the reader's, two of the wire's.
        ("00-4bf92f3577b34da6a3ce929d0e0e473\u{301}-00f067aa0ba902b7-01", nil),
        ("00-\r\n92f3577b34da6a3ce929d0e0e4736ab-00f067aa0ba902b7-01", nil),
        ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-" + String(repeating: "x", count: 600), nil),
    ] as [(String, String?)])
    func aTraceParentIsReadByBytes(_ header: String, _ read: String?) throws {
        let trace = TraceParent(header: header.utf8)
        #expect(trace?.description == read)
        if let trace { #expect(TraceParent(bytes: trace.bytes) == trace && trace.bytes.count == 25) }
    }

    @Test func idsKeepTheirForm() throws {
        let trace = try #require(TraceParent(header: Self.good.utf8))
        #expect(trace.traceID.count == 16 && trace.spanID.last == 0xb7 && trace.flags == 1)
        #expect(trace.under(Array(1...8))?.description == "00-4bf92f3577b34da6a3ce929d0e0e4736-0102030405060708-01")
        for bytes in [[], Array(repeating: 0, count: 8), Array(1...7)] as [[UInt8]] { #expect(trace.under(bytes) == nil) }
        for bytes in [[], Array(repeating: 1, count: 24), Array(repeating: 1, count: 26)] as [[UInt8]] { #expect(TraceParent(bytes: bytes) == nil) }
    }

    /// An origin that names no trace has the bytes that it had before traces were kept.
    @Test func anOriginWithoutATraceIsAsItWas() throws {
        let input: [UInt8] = []
        func entry(_ trace: [UInt8]) -> [UInt8] {
            var writer = WireWriter()
            let origin = OriginRecord(topic: "leadline.leads", partition: 1, offset: 7, eventID: "e", source: "/s", traceParent: trace)
            EntryCodec.encode(position: 3, stamp: .epoch, logicVersion: 1, origin: origin, inputBytes: input, events: [], into: &writer)
            return writer.bytes
        }
        let trace = try #require(TraceParent(header: Self.good.utf8))
        let (without, with) = (entry([]), entry(trace.bytes))
        #expect(with.count == without.count + 27)
        #expect(try EntryCodec.trace(without) == nil && EntryCodec.trace(with) == trace)
        // What is no trace is kept as it stands, and told of as none.
        #expect(try EntryCodec.trace(entry([1, 2, 3])) == nil)
    }
}
