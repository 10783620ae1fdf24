/// One field as it stands in a message.
struct ScannedField {
    /// Field number x 8 + wire type.
    let tag: UInt32
    /// Tag and value.
    let whole: Range<Int>
    /// The content of a length-delimited field; for other wire types the value.
    let content: Range<Int>

    var number: Int { Int(tag >> 3) }
}

/// Cuts a message into its fields without copying, knowing nothing of their meaning.
///
/// The encoding is that of https://protobuf.dev/programming-guides/encoding/.
struct FieldScanner {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// Reads the part of `bytes` that `range` names as one message.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a message lies outside of its bytes")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field, or nil at the end.
    mutating func next() throws(WireError) -> ScannedField? {
        guard position < end else { return nil }
        let start = position
        let tag = try readTag()
        guard tag & 7 != WireType.groupEnd else { throw WireError(.malformedTag) }
        let content = try readValue(ofTag: tag)
        return ScannedField(tag: tag, whole: start..<position, content: content)
    }

    private mutating func readValue(ofTag tag: UInt32) throws(WireError) -> Range<Int> {
        let valueStart = position
        switch tag & 7 {
        case WireType.varint: _ = try readVarint()
        case WireType.fixed64: try skip(8)
        case WireType.fixed32: try skip(4)
        case WireType.groupStart: try skipGroup(tag)
        case WireType.lengthDelimited:
            let length = try readVarint()
            guard length <= UInt64(end - position) else { throw WireError(.truncated) }
            let contentStart = position
            position += Int(length)
            return contentStart..<position
        default: throw WireError(.malformedTag)
        }
        return valueStart..<position
    }

    private mutating func readTag() throws(WireError) -> UInt32 {
        let value = try readVarint()
        guard let tag = UInt32(exactly: value), tag >> 3 != 0 else { throw WireError(.malformedTag) }
        return tag
    }

    private mutating func readVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else { throw WireError(.malformedVarint) }
        }
        throw WireError(.truncated)
    }

    private mutating func skip(_ count: Int) throws(WireError) {
        guard count <= end - position else { throw WireError(.truncated) }
        position += count
    }

    /// Groups are long out of use, but an unknown field may be one. The stack of open groups is a bounded
    /// array of numbers rather than recursion, since outsiders choose how deep it goes.
    private mutating func skipGroup(_ tag: UInt32) throws(WireError) {
        var open = [tag >> 3]
        while let innermost = open.last {
            let tag = try readTag()
            switch tag & 7 {
            case WireType.groupStart:
                guard open.count < FieldSealing.depthMax else { throw WireError(.tooDeep) }
                open.append(tag >> 3)
            case WireType.groupEnd:
                guard tag >> 3 == innermost else { throw WireError(.malformedTag) }
                open.removeLast()
            default:
                _ = try readValue(ofTag: tag)
            }
        }
    }
}

/// The wire types of the protobuf encoding, as a tag's lowest three bits.
private enum WireType {
    static let varint: UInt32 = 0
    static let fixed64: UInt32 = 1
    static let lengthDelimited: UInt32 = 2
    static let groupStart: UInt32 = 3
    static let groupEnd: UInt32 = 4
    static let fixed32: UInt32 = 5
}
