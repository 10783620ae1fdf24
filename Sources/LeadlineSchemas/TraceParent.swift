/// Where a piece of work stands in a distributed trace: W3C Trace Context's `traceparent`, in 25 bytes.
///
/// Random ids that say nothing of anybody. Whoever decides never sees them.
public struct TraceParent: Sendable, Hashable, CustomStringConvertible {
    /// Trace id (16 bytes), parent's span id (8 bytes), flags (1 byte).
    public let bytes: [UInt8]

    private static let count = 25

    /// The trace, the span that caused the work, and flags.
    /// - Returns: nil for ids of another length, and for those that are all zero.
    public init?(traceID: [UInt8], spanID: [UInt8], flags: UInt8) { self.init(bytes: traceID + spanID + [flags]) }

    /// What `bytes` held; nil for anything else.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.count, bytes[..<16].contains(where: { $0 != 0 }),
            bytes[16..<24].contains(where: { $0 != 0 })
        else { return nil }
        self.bytes = bytes
    }

    /// Reads a header's value: version, ids and flags in lower-case hexadecimal digits, and of later versions no more
    /// than that. Nil for anything else, which is ignored wherever it comes from.
    public init?(header: some Collection<UInt8>) {
        let text = Array(header)
        guard text.count >= 55, text.count <= Self.headerBytesMax,
            [2, 35, 52].allSatisfy({ text[$0] == UInt8(ascii: "-") }),
            let version = Self.octets(text[0..<2])?.first, version != 0xFF,
            text.count == 55 || version > 0 && text[55] == UInt8(ascii: "-"),
            let trace = Self.octets(text[3..<35]), let span = Self.octets(text[36..<52]),
            let flags = Self.octets(text[53..<55])
        else { return nil }
        // Bits that this version has no meaning for are not passed on.
        self.init(bytes: trace + span + [flags[0] & 3])
    }

    private static let headerBytesMax = 512

    private static func octets(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        let values = digits.compactMap { digit -> UInt8? in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        guard values.count == digits.count else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// Names the whole trace.
    public var traceID: [UInt8] { Array(bytes[..<16]) }
    /// Names the span that caused the work.
    public var spanID: [UInt8] { Array(bytes[16..<24]) }
    /// Whether whoever began it keeps it (bit 0).
    public var flags: UInt8 { bytes[24] }

    /// The same trace, under another span; nil for an id that is none.
    public func under(_ spanID: [UInt8]) -> TraceParent? { TraceParent(traceID: traceID, spanID: spanID, flags: flags) }

    /// The header's value, of version 00.
    public var description: String {
        "00-\(Self.hexadecimal(bytes[..<16]))-\(Self.hexadecimal(bytes[16..<24]))-\(Self.hexadecimal(bytes[24...]))"
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
