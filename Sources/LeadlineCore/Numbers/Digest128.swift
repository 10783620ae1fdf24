/// Sixteen bytes that identify something: a keyed digest, a random id or a content hash.
public struct Digest128: Hashable, Sendable {
    /// Bytes 0 to 7, little-endian.
    public var low: UInt64
    /// Bytes 8 to 15, little-endian.
    public var high: UInt64

    /// A digest of two words.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// All bits zero.
    public static let zero = Digest128(low: 0, high: 0)

    /// Reads sixteen bytes; nil if there are not exactly sixteen.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var shift: UInt64 = 0
        for byte in bytes {
            if shift < 64 { words.0 |= UInt64(byte) << shift } else { words.1 |= UInt64(byte) << (shift - 64) }
            shift += 8
        }
        self.init(low: words.0, high: words.1)
    }

    /// The sixteen bytes in order.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for word in [low, high] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }
}

extension Digest128: CustomStringConvertible {
    /// Thirty-two hexadecimal digits in byte order.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
