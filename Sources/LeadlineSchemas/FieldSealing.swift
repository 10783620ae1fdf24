/// What becomes of a field when an input is split.
enum FieldTreatment {
    /// Not marked clear, or unknown: goes to the sealed part.
    case sealed
    /// Marked clear and not a message.
    case clear
    /// Marked clear and a message: its own fields decide, by this table.
    case message(ClearFields, repeated: Bool)
}

/// Splits an input into the part that stands in the journal in clear and the part that is sealed.
///
/// A field is clear only if the schema marks it so, and so do all the messages around it. Everything
/// else is sealed, unknown fields at every depth included: a newer producer's field may be anything.
public enum FieldSealing {
    /// How deep messages may be nested. The deepest rule that a policy may hold makes fewer than 20 levels.
    public static let depthMax = 64

    /// Splits a serialised message of the given kind.
    ///
    /// Both parts are serialised messages of the same kind, and every field keeps its bytes. Parsing
    /// `clear + sealed` as one message gives what parsing the original gives, since protobuf merges what it
    /// reads: this is how an unsealed input is put together again. A singular message that holds both kinds
    /// of fields appears in both parts; in the clear part even when empty, as its presence is a fact.
    ///
    /// The message should come from our own encoder: text is not checked for UTF-8 here, and a clear field's
    /// value is copied as it stands.
    ///
    /// - Parameters:
    ///   - message: Serialised protobuf.
    ///   - kind: Which message it is.
    /// - Returns: The two parts; together as long as the message, or a few bytes longer.
    /// - Throws: `WireError`: truncated, malformedVarint or malformedTag if the bytes are no protobuf message,
    ///   tooDeep beyond `depthMax`, and malformedTag too for an unknown field inside an element of a clear
    ///   list, which can stand in neither part.
    public static func split(
        _ message: [UInt8], as kind: MessageKind
    ) throws(WireError) -> (clear: [UInt8], sealed: [UInt8]) {
        var splitter = FieldSplitter(message)
        let whole = 0..<message.count
        if try splitter.isClear(whole, by: kind.clearFields, depth: 1) {
            return (message, [])
        }
        splitter.reserve()
        try splitter.split(whole, by: kind.clearFields, depth: 1)
        return (splitter.clear, splitter.sealed)
    }
}

/// The two parts while they grow.
private struct FieldSplitter {
    let message: [UInt8]
    private(set) var clear: [UInt8] = []
    private(set) var sealed: [UInt8] = []

    init(_ message: [UInt8]) {
        self.message = message
    }

    /// Makes room once, so that no field costs an allocation.
    mutating func reserve() {
        clear.reserveCapacity(message.count)
        sealed.reserveCapacity(message.count)
    }

    /// Whether all fields in the range may stand in clear, all the way down. Such a message is copied whole.
    func isClear(_ range: Range<Int>, by table: ClearFields, depth: Int) throws(WireError) -> Bool {
        guard depth <= FieldSealing.depthMax else { throw WireError(.tooDeep) }
        var scanner = FieldScanner(message, in: range)
        while let field = try scanner.next() {
            switch table.treatment(ofTag: field.tag) {
            case .sealed: return false
            case .clear: continue
            case .message(let inner, _):
                guard try isClear(field.content, by: inner, depth: depth + 1) else { return false }
            }
        }
        return true
    }

    mutating func split(_ range: Range<Int>, by table: ClearFields, depth: Int) throws(WireError) {
        guard depth <= FieldSealing.depthMax else { throw WireError(.tooDeep) }
        var scanner = FieldScanner(message, in: range)
        while let field = try scanner.next() {
            switch table.treatment(ofTag: field.tag) {
            case .sealed: sealed.append(contentsOf: message[field.whole])
            case .clear: clear.append(contentsOf: message[field.whole])
            case .message(let inner, let repeated):
                if try isClear(field.content, by: inner, depth: depth + 1) {
                    clear.append(contentsOf: message[field.whole])
                } else if repeated {
                    // An element's halves would come back as two elements.
                    throw WireError(.malformedTag, field: "field \(field.number)")
                } else {
                    try splitInner(field, by: inner, depth: depth + 1)
                }
            }
        }
    }

    /// Appends both parts of an inner message first and puts the headers before them afterwards, when their
    /// lengths are known.
    private mutating func splitInner(_ field: ScannedField, by table: ClearFields, depth: Int) throws(WireError) {
        let clearStart = clear.count
        let sealedStart = sealed.count
        try split(field.content, by: table, depth: depth)
        Self.insertHeader(tag: field.tag, before: clearStart, in: &clear)
        if sealed.count > sealedStart {
            Self.insertHeader(tag: field.tag, before: sealedStart, in: &sealed)
        }
    }

    private static func insertHeader(tag: UInt32, before start: Int, in part: inout [UInt8]) {
        let length = UInt64(part.count - start)
        let size = varintSize(UInt64(tag)) + varintSize(length)
        part.replaceSubrange(start..<start, with: repeatElement(0, count: size))
        var position = start
        writeVarint(UInt64(tag), at: &position, in: &part)
        writeVarint(length, at: &position, in: &part)
    }

    private static func varintSize(_ value: UInt64) -> Int {
        value == 0 ? 1 : (64 - value.leadingZeroBitCount + 6) / 7
    }

    private static func writeVarint(_ value: UInt64, at position: inout Int, in part: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            part[position] = UInt8(truncatingIfNeeded: rest) | 0x80
            position += 1
            rest >>= 7
        }
        part[position] = UInt8(rest)
        position += 1
    }
}
