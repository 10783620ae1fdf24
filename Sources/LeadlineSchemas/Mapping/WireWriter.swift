import LeadlineCore

/// Appends protobuf fields to bytes that it owns. One writer can serve many messages: `removeAll`
/// keeps its memory.
///
/// Callers write fields in ascending order; every call leaves out proto3's default unless told that
/// the field's presence means something. So the bytes equal protobuf's canonical serialisation.
public struct WireWriter: ~Copyable, Sendable {
    /// Longer than what is written: the rest is room.
    private var storage: [UInt8]
    /// Bytes written so far.
    public private(set) var count = 0

    /// A writer with room for so many bytes; it grows by itself.
    public init(capacity: Int = 1024) {
        storage = [UInt8](repeating: 0, count: max(capacity, 64))
    }

    /// Forgets what was written and keeps the memory.
    public mutating func removeAll() { count = 0 }

    /// What was written, copied.
    public var bytes: [UInt8] { Array(storage[..<count]) }

    /// Lends what was written.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = unsafe storage.span.bytes.extracting(first: count)
        return try unsafe span.withUnsafeBytes(body)
    }

    /// Appends bytes as they are.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        unsafe fill(bytes.count) { target in
            unsafe target.copyMemory(from: bytes)
            return bytes.count
        }
    }

    /// Most bytes of a varint.
    private static let varintMax = 10

    /// Lets `body` write at most `most` bytes and counts those that it says it wrote.
    @inline(__always)
    private mutating func fill(_ most: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        if storage.count - count < most { grow(by: most) }
        let start = count
        count += unsafe storage.withUnsafeMutableBytes { all in
            unsafe body(UnsafeMutableRawBufferPointer(rebasing: all[start...]))
        }
    }

    private mutating func grow(by most: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(storage.count, most)))
    }

    /// Writes a varint at the buffer's beginning and returns its length. There is room for ten bytes.
    @inline(__always)
    private static func put(_ value: UInt64, in target: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        var rest = value
        var offset = start
        while rest >= 0x80 {
            unsafe target[offset] = UInt8(truncatingIfNeeded: rest) | 0x80
            rest >>= 7
            offset &+= 1
        }
        unsafe target[offset] = UInt8(truncatingIfNeeded: rest)
        return offset &+ 1
    }

    @inline(__always)
    private static func tag(_ field: Int, _ type: WireReader.WireType) -> UInt64 {
        UInt64(field) << 3 | UInt64(type.rawValue)
    }

    /// Length of a varint.
    private static func size(_ value: UInt64) -> Int {
        max(1, (70 - value.leadingZeroBitCount) / 7)
    }
}

// MARK: - Fields

extension WireWriter {
    /// An unsigned number.
    mutating func uint(_ field: Int, _ value: UInt64, always: Bool = false) {
        guard value != 0 || always else { return }
        unsafe fill(2 * Self.varintMax) { target in
            let start = unsafe Self.put(Self.tag(field, .varint), in: target, at: 0)
            return unsafe Self.put(value, in: target, at: start)
        }
    }

    /// An unsigned number of 32 bits.
    mutating func uint(_ field: Int, _ value: UInt32, always: Bool = false) {
        uint(field, UInt64(value), always: always)
    }

    /// A signed number, two's complement of 64 bits.
    mutating func int(_ field: Int, _ value: Int64, always: Bool = false) {
        uint(field, UInt64(bitPattern: value), always: always)
    }

    /// A flag.
    mutating func bool(_ field: Int, _ value: Bool, always: Bool = false) {
        uint(field, value ? 1 : UInt64(0), always: always)
    }

    /// A case of a closed list.
    mutating func choice(_ field: Int, _ value: some RawRepresentable<UInt8>) {
        uint(field, UInt64(value.rawValue))
    }

    /// A double's bit pattern; only +0 is the default.
    mutating func double(_ field: Int, _ value: Double) {
        guard value.bitPattern != 0 else { return }
        unsafe fill(Self.varintMax + 8) { target in
            let start = unsafe Self.put(Self.tag(field, .fixed64), in: target, at: 0)
            unsafe target.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: start, as: UInt64.self)
            return start + 8
        }
    }

    /// Text.
    mutating func string(_ field: Int, _ text: String, always: Bool = false) {
        let utf8 = text.utf8
        let written: Void? = unsafe utf8.withContiguousStorageIfAvailable { part in
            unsafe bytes(field, UnsafeRawBufferPointer(part), always: always)
        }
        // A string that came over a bridge has no contiguous bytes.
        if written == nil { bytes(field, Array(utf8), always: always) }
    }

    /// Several texts, one field each.
    mutating func strings(_ field: Int, _ texts: [String]) {
        for text in texts { string(field, text, always: true) }
    }

    /// Bytes.
    mutating func bytes(_ field: Int, _ value: UnsafeRawBufferPointer, always: Bool = false) {
        let length = value.count
        guard length > 0 || always else { return }
        unsafe fill(2 * Self.varintMax + length) { target in
            var start = unsafe Self.put(Self.tag(field, .delimited), in: target, at: 0)
            start = unsafe Self.put(UInt64(length), in: target, at: start)
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[start...]).copyMemory(from: value)
            return start + length
        }
    }

    /// Bytes.
    mutating func bytes(_ field: Int, _ value: [UInt8], always: Bool = false) {
        unsafe value.withUnsafeBytes { unsafe bytes(field, $0, always: always) }
    }

    /// Sixteen bytes, all-zero ones too; nothing for nil.
    mutating func digest(_ field: Int, _ value: Digest128?) {
        guard let value else { return }
        unsafe fill(Self.varintMax + 17) { target in
            let start = unsafe Self.put(Self.tag(field, .delimited), in: target, at: 0)
            unsafe target[start] = 16
            unsafe target.storeBytes(of: value.low.littleEndian, toByteOffset: start + 1, as: UInt64.self)
            unsafe target.storeBytes(of: value.high.littleEndian, toByteOffset: start + 9, as: UInt64.self)
            return start + 17
        }
    }
}

// MARK: - Messages

extension WireWriter {
    /// A message, present even if it has no fields.
    mutating func message(_ field: Int, _ value: some WireMessage) {
        let start = begin(field)
        value.write(to: &self)
        end(start)
    }

    /// A message, or nothing for nil.
    mutating func message(_ field: Int, _ value: (some WireMessage)?) {
        if let value { message(field, value) }
    }

    /// Messages, one field each.
    mutating func messages(_ field: Int, _ values: [some WireMessage]) {
        for value in values { message(field, value) }
    }

    /// Opens a message: its tag and one byte for a length that `end` fills in. Returns where it starts.
    mutating func begin(_ field: Int) -> Int {
        unsafe fill(Self.varintMax + 1) { target in
            let start = unsafe Self.put(Self.tag(field, .delimited), in: target, at: 0)
            unsafe target[start] = 0
            return start + 1
        }
        return count
    }

    /// Closes the message that starts there. Most messages are shorter than 128 bytes; a longer one is
    /// moved up to make room for its length, which costs less than measuring all of them first.
    mutating func end(_ start: Int) {
        let length = count - start
        if length < 0x80 {
            storage[start - 1] = UInt8(length)
            return
        }
        let extra = Self.size(UInt64(length)) - 1
        if storage.count - count < extra { grow(by: extra) }
        unsafe storage.withUnsafeMutableBytes { all in
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: all[(start + extra)...])
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start..<(start + length)]))
            _ = unsafe Self.put(UInt64(length), in: all, at: start - 1)
        }
        count += extra
    }
}
