/// Writes a state's canonical bytes: little-endian, fixed order, nothing that could be said in two ways.
struct StateWriter {
    private(set) var bytes: [UInt8] = []
    /// The logic version of the state, by which its tables know what they remember.
    let logicVersion: UInt32

    init(capacity: Int, logicVersion: UInt32) {
        bytes.reserveCapacity(capacity)
        self.logicVersion = logicVersion
    }

    mutating func put(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    mutating func put(_ value: Bool) { put(value ? UInt8(1) : 0) }
    mutating func put(_ value: Timestamp) { put(value.micros) }
    mutating func put(_ value: Digest128) {
        put(value.low)
        put(value.high)
    }
    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
    mutating func put<T>(each items: some Collection<T>, _ write: (inout StateWriter, T) -> Void) {
        put(UInt32(items.count))
        for item in items { write(&self, item) }
    }
    mutating func put<T>(optional value: T?, _ write: (inout StateWriter, T) -> Void) {
        put(value != nil)
        if let value { write(&self, value) }
    }
}

/// Why bytes are not a state.
public enum StateBytesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// They end before the state does.
    case truncated(at: Int)
    /// They were written in another format; snapshots are disposable, so the journal is folded instead.
    case unknownFormat(UInt32)
    /// A value that no state holds: an index past its table, a count that is not what it counts, a chain without an
    /// end.
    case invalid(at: Int)

    /// In words; nothing of a state's content is in them.
    public var description: String {
        switch self {
        case .truncated(let at): "the bytes end at \(at), before the state does"
        case .unknownFormat(let format): "format \(format) of a state's bytes is not known here"
        case .invalid(let at): "what stands before byte \(at) is in no state: an index or a count is out of range"
        }
    }
}

/// Reads what `StateWriter` wrote; never reads past the end.
struct StateReader {
    private let bytes: [UInt8]
    private(set) var at = 0
    /// The logic version of the state, once it has been read.
    var logicVersion = Logic.oldest

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func get<T: FixedWidthInteger>(_: T.Type = T.self) throws(StateBytesError) -> T {
        let size = MemoryLayout<T>.size
        guard at + size <= bytes.count else { throw .truncated(at: at) }
        let value = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: T.self) }
        at += size
        return T(littleEndian: value)
    }
    mutating func bool() throws(StateBytesError) -> Bool { try get(UInt8.self) != 0 }
    mutating func timestamp() throws(StateBytesError) -> Timestamp {
        let stamp = Timestamp(micros: try get())
        guard stamp == .distantFuture || abs(stamp.micros / 2) <= Self.microsMax / 2 else { throw .invalid(at: at) }
        return stamp
    }
    /// No moment of a program lies further from 1970, so that the time between two can be told.
    private static let microsMax: Int64 = 1 << 61
    mutating func digest() throws(StateBytesError) -> Digest128 {
        let low: UInt64 = try get()
        return Digest128(low: low, high: try get())
    }
    mutating func string() throws(StateBytesError) -> String {
        let count = Int(try get(UInt32.self))
        guard at + count <= bytes.count else { throw .truncated(at: at) }
        defer { at += count }
        return String(decoding: bytes[at..<at + count], as: UTF8.self)
    }
    mutating func count() throws(StateBytesError) -> Int { Int(try get(UInt32.self)) }
    mutating func each<T>(_ read: (inout StateReader) throws(StateBytesError) -> T) throws(StateBytesError) -> [T] {
        let count = try count()
        guard count <= bytes.count - at else { throw .truncated(at: at) }
        var items: [T] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try read(&self)) }
        return items
    }
    mutating func optional<T>(_ read: (inout StateReader) throws(StateBytesError) -> T) throws(StateBytesError) -> T? {
        try bool() ? try read(&self) : nil
    }
    mutating func raw<T: RawRepresentable>(_: T.Type = T.self) throws(StateBytesError) -> T where T.RawValue == UInt8 {
        guard let value = T(rawValue: try get(UInt8.self)) else { throw .invalid(at: at) }
        return value
    }
}
