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
        var message = Message(domain: domain)
        addParts(&message)
        return code(message.bytes)
    }

    /// The code of plain bytes.
    func code(_ bytes: [UInt8]) -> SHA256Digest {
        var hasher = inner
        unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        return finish(hasher)
    }

    /// A message in the making. It is put together first: the hash takes a few long parts faster than many short ones.
    struct Message {
        fileprivate var bytes: [UInt8] = []

        fileprivate init(domain: UInt8) {
            bytes.reserveCapacity(128)
            bytes.append(domain)
        }

        private mutating func add(count: Int) {
            let count = UInt64(count)
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(shift))) }
        }

        mutating func add(_ part: [UInt8]) {
            add(count: part.count)
            bytes.append(contentsOf: part)
        }

        mutating func add(_ part: String) {
            add(count: part.utf8.count)
            bytes.append(contentsOf: part.utf8)
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
