import Crypto

/// HMAC-SHA256 (RFC 2104) whose key is worked in once.
///
/// The two padded key blocks are hashed when the value is made; each message then starts from
/// copies of those states. That halves the cost of a short message against `HMAC` from scratch.
struct KeyedHash: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter key: At most 64 bytes, which is all that is used here.
    init(key: SymmetricKey) {
        precondition(key.bitCount <= 512, "a longer key would have to be hashed first")
        inner = Self.state(key, pad: 0x36)
        outer = Self.state(key, pad: 0x5c)
    }

    /// The code of a message given as parts, each preceded by its length, so that no two lists of
    /// parts make the same message.
    func code(domain: UInt8, _ addParts: (inout Message) -> Void) -> SHA256Digest {
        var message = Message(hasher: inner)
        message.add(byte: domain)
        addParts(&message)
        return finish(message.hasher)
    }

    /// The code of plain bytes.
    func code(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = inner
        unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        return finish(hasher)
    }

    /// A message in the making.
    struct Message {
        fileprivate var hasher: SHA256

        mutating func add(byte: UInt8) {
            unsafe withUnsafeBytes(of: byte) { unsafe hasher.update(bufferPointer: $0) }
        }

        mutating func add(_ part: UnsafeRawBufferPointer) {
            unsafe withUnsafeBytes(of: UInt64(part.count).littleEndian) {
                unsafe hasher.update(bufferPointer: $0)
            }
            unsafe hasher.update(bufferPointer: part)
        }

        mutating func add(_ part: [UInt8]) {
            unsafe part.withUnsafeBytes { unsafe add($0) }
        }

        mutating func add(_ part: String) {
            var part = part
            part.withUTF8 { unsafe add(UnsafeRawBufferPointer($0)) }
        }
    }

    private func finish(_ hasher: SHA256) -> SHA256Digest {
        var result = outer
        unsafe hasher.finalize().withUnsafeBytes { unsafe result.update(bufferPointer: $0) }
        return result.finalize()
    }

    private static func state(_ key: SymmetricKey, pad: UInt8) -> SHA256 {
        var block = SIMD8<UInt64>.zero
        unsafe withUnsafeMutableBytes(of: &block) { target in
            unsafe key.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        block ^= SIMD8(repeating: UInt64(pad) &* 0x0101_0101_0101_0101)
        var hasher = SHA256()
        unsafe withUnsafeBytes(of: block) { unsafe hasher.update(bufferPointer: $0) }
        return hasher
    }
}
