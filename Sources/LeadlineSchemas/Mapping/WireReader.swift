import LeadlineCore

/// Reads protobuf fields one after the other, checking every bound. Nothing that the bytes say can trap.
///
/// `next` moves to the next field and tells its number; then exactly one reading call takes its value.
/// The reader borrows its bytes: it must not outlive them, which is why making one is marked unsafe.
@safe
public struct WireReader {
    /// The whole buffer; nested readers share it, so that offsets always count from its beginning.
    private let bytes: UnsafeRawBufferPointer
    /// Offset of the next unread byte, never above `end`.
    public private(set) var offset: Int
    /// First offset behind the message, never above the buffer's count.
    public let end: Int
    /// Number of the field whose value is read next.
    private var number = 0
    /// Wire type of the field whose value is read next.
    private var type = WireType.varint

    /// Protobuf's wire types; 6 and 7 do not exist.
    enum WireType: UInt8 {
        case varint = 0, fixed64, delimited, groupStart, groupEnd, fixed32
    }

    /// Most groups inside each other that are skipped. None of our messages has a group.
    private static let groupsMax = 32

    /// A reader over all of `bytes`, which must live longer than the reader.
    @unsafe
    public init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
        self.offset = 0
        self.end = bytes.count
    }

    /// A reader over a part of the same buffer, already checked.
    private init(_ parent: WireReader, _ range: Range<Int>) {
        unsafe self.bytes = parent.bytes
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    /// Moves to the next field and returns its number; nil at the message's end.
    public mutating func next() throws(WireError) -> Int? {
        guard offset < end else { return nil }
        let tag = try rawVarint()
        guard tag >= 8, tag <= UInt64(UInt32.max), let type = WireType(rawValue: UInt8(tag & 7)) else {
            throw WireError(.malformedTag)
        }
        self.type = type
        number = Int(tag >> 3)
        return number
    }

    /// Passes over the field's value, whatever it is.
    public mutating func skip() throws(WireError) {
        try skip(groupsLeft: Self.groupsMax)
    }

    private mutating func skip(groupsLeft: Int) throws(WireError) {
        switch type {
        case .varint: _ = try rawVarint()
        case .fixed64: try advance(8)
        case .fixed32: try advance(4)
        case .delimited: try advance(length())
        case .groupStart: try skipGroup(groupsLeft: groupsLeft)
        case .groupEnd: throw WireError(.malformedTag)
        }
    }

    private mutating func skipGroup(groupsLeft: Int) throws(WireError) {
        guard groupsLeft > 0 else { throw WireError(.tooDeep) }
        let opened = number
        while let inner = try next() {
            if type == .groupEnd {
                guard inner == opened else { throw WireError(.malformedTag) }
                return
            }
            try skip(groupsLeft: groupsLeft - 1)
        }
        throw WireError(.truncated)
    }

    private mutating func advance(_ count: Int) throws(WireError) {
        guard count <= end - offset else { throw WireError(.truncated) }
        offset += count
    }
}

// MARK: - Bytes

extension WireReader {
    /// Seven bits a byte, least significant first. A tenth byte's surplus bits are dropped, as every
    /// protobuf parser does.
    private mutating func rawVarint() throws(WireError) -> UInt64 {
        guard offset < end else { throw WireError(.truncated) }
        let first = unsafe bytes[offset]
        if first < 0x80 {
            offset &+= 1
            return UInt64(first)
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 70 {
            guard offset < end else { throw WireError(.truncated) }
            let byte = unsafe bytes[offset]
            offset &+= 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw WireError(.malformedVarint)
    }

    /// A length, not yet held against what is left.
    private mutating func length() throws(WireError) -> Int {
        guard let length = try Int(exactly: rawVarint()) else { throw WireError(.truncated) }
        return length
    }

    /// Offsets of the field's bytes in the whole buffer.
    public mutating func range(_ name: String) throws(WireError) -> Range<Int> {
        guard type == .delimited else { throw WireError(.wrongWireType, field: name) }
        let length = try length()
        guard length <= end - offset else { throw WireError(.truncated, field: name) }
        let start = offset
        offset &+= length
        return start..<offset
    }

    /// A reader over the field's bytes.
    mutating func nested(_ name: String) throws(WireError) -> WireReader {
        WireReader(self, try range(name))
    }

    /// The field's bytes, copied.
    mutating func bytes(_ name: String) throws(WireError) -> [UInt8] {
        let range = try range(name)
        return unsafe [UInt8](UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    /// The field's text.
    mutating func string(_ name: String) throws(WireError) -> String {
        let range = try range(name)
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
        let units = unsafe Span<UInt8>(_unsafeElements: part.assumingMemoryBound(to: UInt8.self))
        do {
            // Three times as fast as String(validating:as:), which goes by generic sequences.
            return String(copying: try UTF8Span(validating: units))
        } catch {
            throw WireError(.invalidUTF8, field: name)
        }
    }

    /// Sixteen bytes, or nil where there are none.
    mutating func digest(_ name: String) throws(WireError) -> Digest128? {
        let range = try range(name)
        if range.isEmpty { return nil }
        guard range.count == 16 else { throw WireError(.badLength, field: name) }
        let low = unsafe bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)
        let high = unsafe bytes.loadUnaligned(fromByteOffset: range.lowerBound + 8, as: UInt64.self)
        return Digest128(low: UInt64(littleEndian: low), high: UInt64(littleEndian: high))
    }
}

// MARK: - Numbers

extension WireReader {
    /// A 64-bit number.
    mutating func uint64(_ name: String) throws(WireError) -> UInt64 {
        guard type == .varint else { throw WireError(.wrongWireType, field: name) }
        return try rawVarint()
    }

    /// A signed 64-bit number, two's complement.
    mutating func int64(_ name: String) throws(WireError) -> Int64 {
        Int64(bitPattern: try uint64(name))
    }

    /// The low 32 bits, as every protobuf parser takes them.
    mutating func uint32(_ name: String) throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64(name))
    }

    /// The low 32 bits, two's complement.
    mutating func int32(_ name: String) throws(WireError) -> Int32 {
        Int32(truncatingIfNeeded: try uint64(name))
    }

    /// True for every number but 0.
    mutating func bool(_ name: String) throws(WireError) -> Bool {
        try uint64(name) != 0
    }

    /// The bit pattern as it stands.
    mutating func double(_ name: String) throws(WireError) -> Double {
        guard type == .fixed64 else { throw WireError(.wrongWireType, field: name) }
        guard end - offset >= 8 else { throw WireError(.truncated, field: name) }
        let pattern = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset &+= 8
        return Double(bitPattern: UInt64(littleEndian: pattern))
    }

    /// A case of a closed list; a number that it does not have is an error.
    mutating func choice<Choice: RawRepresentable<UInt8>>(_ name: String) throws(WireError) -> Choice {
        let number = try int32(name)
        guard let raw = UInt8(exactly: number), let choice = Choice(rawValue: raw) else {
            throw WireError(.unknownEnum, field: name)
        }
        return choice
    }

    /// A number that the domain keeps in a smaller type.
    mutating func narrow<Number: FixedWidthInteger>(_ name: String) throws(WireError) -> Number {
        guard let number = try Number(exactly: uint32(name)) else { throw WireError(.outOfRange, field: name) }
        return number
    }
}

// MARK: - Messages

/// A domain type with a protobuf message of its own.
protocol WireMessage {
    /// Reads the message to its end. Unknown fields are passed over, order does not matter, of a field
    /// that stands there twice the last one counts, a repeated field appends.
    static func read(from reader: inout WireReader) throws(WireError) -> Self
    /// Writes the fields in ascending order, leaving out those with proto3's default.
    func write(to writer: inout WireWriter)
}

extension WireReader {
    /// The message in the field. Its errors name the field too.
    mutating func message<Message: WireMessage>(_ name: String) throws(WireError) -> Message {
        var inner = try nested(name)
        do {
            return try Message.read(from: &inner)
        } catch {
            throw error.inside(name)
        }
    }
}

/// The value, moved, or an error that says it is missing.
@inline(__always)
func required<Value>(_ value: consuming Value?, _ name: String) throws(WireError) -> Value {
    guard let value else { throw WireError(.missing, field: name) }
    return value
}
