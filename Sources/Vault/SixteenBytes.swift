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
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(words: Self.words(of: bytes))
    }

    /// The first 16 bytes of a longer value.
    init(truncating bytes: some Sequence<UInt8>) {
        self.init(words: Self.words(of: bytes))
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

    private static func words(of bytes: some Sequence<UInt8>) -> SIMD2<UInt64> {
        var stored = SIMD2<UInt64>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &stored) { target in
            for (index, byte) in zip(0..<16, bytes) { unsafe target[index] = byte }
        }
        return SIMD2(stored.x.bigEndian, stored.y.bigEndian)
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
