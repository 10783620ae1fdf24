/// A SHA-256 value: 32 bytes, held inline.
///
/// Four words rather than an array, so that a digest costs no allocation and compares in four
/// instructions. The words hold the bytes in memory order, so the bytes are the same on every
/// machine.
public struct Digest: Equatable, Hashable, Sendable {
    /// Bytes in a digest.
    public static let byteCount = 32

    private var words: SIMD4<UInt64>

    /// Takes exactly 32 bytes; `nil` for any other count.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        unsafe self.init(filling: { target in
            unsafe target.copyBytes(from: bytes)
        })
    }

    /// Takes exactly 32 bytes; `nil` for any other count.
    public init?(bytes: RawSpan) {
        guard bytes.byteCount == Self.byteCount else { return nil }
        unsafe self.init(filling: { target in
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        })
    }

    /// Lets `fill` write all 32 bytes.
    init(filling fill: (UnsafeMutableRawBufferPointer) -> Void) {
        words = SIMD4(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe fill($0) }
    }

    /// The bytes for the time of the call, without a copy.
    @inline(__always)
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe Swift.withUnsafeBytes(of: words) { bytes throws(Failure) in try unsafe body(bytes) }
    }

    /// The 32 bytes as an array.
    public var bytes: [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }

    /// The first eight bytes as a big-endian number.
    public var prefix: UInt64 {
        UInt64(bigEndian: words.x)
    }
}

extension Digest: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var description: String {
        unsafe String(unsafeUninitializedCapacity: 2 * Self.byteCount) { text in
            unsafe withUnsafeBytes { bytes in
                for index in 0..<Self.byteCount {
                    unsafe text[2 * index] = Self.hexDigit(bytes[index] >> 4)
                    unsafe text[2 * index + 1] = Self.hexDigit(bytes[index] & 15)
                }
            }
            return 2 * Self.byteCount
        }
    }

    /// Reads 64 hexadecimal digits; `nil` for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.hexValue(digits[index]), let low = Self.hexValue(digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
