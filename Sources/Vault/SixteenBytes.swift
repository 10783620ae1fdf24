import Foundation

/// A value of exactly 16 bytes, held inline.
public protocol SixteenBytes: Hashable, Sendable, CustomStringConvertible {
    /// The bytes as two big-endian words.
    var words: SIMD2<UInt64> { get }

    /// The value with these two big-endian words.
    init(words: SIMD2<UInt64>)
}

extension SixteenBytes {
    /// Takes exactly 16 bytes; `nil` for any other count.
    @inlinable
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(words: Self.words(of: bytes))
    }

    /// The first 16 bytes of a longer value.
    @inlinable
    init(truncating bytes: some Sequence<UInt8>) {
        self.init(words: Self.words(of: bytes))
    }

    /// The value that 32 hexadecimal digits write; `nil` for anything else.
    public init?(hex text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return nil }
        let words = [digits[..<16], digits[16...]].compactMap { UInt64(String(decoding: $0, as: UTF8.self), radix: 16) }
        guard words.count == 2, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")) else { return nil }
        self.init(words: SIMD2(words[0], words[1]))
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        [words.x, words.y].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    var data: Data {
        unsafe withUnsafeBytes { unsafe Data($0) }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let stored = SIMD2(words.x.bigEndian, words.y.bigEndian)
        return unsafe try Swift.withUnsafeBytes(of: stored) { unsafe try body($0) }
    }

    // Inlined into other modules: unspecialised it would cost a hundred times as much.
    @inlinable
    static func words(of bytes: some Sequence<UInt8>) -> SIMD2<UInt64> {
        var (high, low): (UInt64, UInt64) = (0, 0)
        var count = 0
        for byte in bytes {
            if count == 16 { break }
            if count < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
            count += 1
        }
        return SIMD2(high, low)
    }
}

/// Names a data subject, or the key of a dead letter, without saying anything about it.
public struct SubjectID: SixteenBytes {
    /// The bytes as two big-endian words.
    public let words: SIMD2<UInt64>

    /// The value with these two big-endian words.
    public init(words: SIMD2<UInt64>) {
        self.words = words
    }
}

/// A keyed digest that stands for a value from outside: equal for equal values of one kind in one
/// program, and meaningless without the master key.
public struct Pseudonym: SixteenBytes {
    /// The bytes as two big-endian words.
    public let words: SIMD2<UInt64>

    /// The value with these two big-endian words.
    public init(words: SIMD2<UInt64>) {
        self.words = words
    }
}
