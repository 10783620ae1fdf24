/// Looks over JSON text (RFC 8259) before anything is built from it: well-formed, not too deep, no NUL, and where
/// the members of the outermost object stand. Building a tree from hostile bytes comes only after this.
struct JSONScan {
    enum Failure: Error, Equatable {
        case malformed(at: Int), tooDeep(at: Int), containsNUL(at: Int)
    }

    /// Deepest nesting that intake reads.
    static let depthMax = 32

    /// Range of each member's value in the outermost object, with its decoded name.
    private(set) var members: [(name: String, value: Range<Int>)] = []
    /// Range of each element of the outermost array.
    private(set) var elements: [Range<Int>] = []
    private let bytes: [UInt8]
    private var at = 0

    /// Scans a whole document whose outermost value is an object.
    init(object bytes: [UInt8]) throws(Failure) {
        self.bytes = bytes
        try whole(UInt8(ascii: "{"))
    }

    /// Scans a whole document whose outermost value is an array.
    init(array bytes: [UInt8]) throws(Failure) {
        self.bytes = bytes
        try whole(UInt8(ascii: "["))
    }

    /// One value that begins so, and nothing after it.
    private mutating func whole(_ opening: UInt8) throws(Failure) {
        skipSpace()
        guard peek() == opening else { throw .malformed(at: at) }
        if opening == UInt8(ascii: "{") {
            try object(depth: 1, outermost: true)
        } else {
            try array(depth: 1, outermost: true)
        }
        skipSpace()
        guard at == bytes.count else { throw .malformed(at: at) }
    }

    /// The value of the outermost member with this name; nil if there is none.
    func value(_ name: String) -> Range<Int>? { members.last { $0.name == name }?.value }

    /// A string value, decoded; nil if the range holds no string.
    func string(_ range: Range<Int>) -> String? {
        guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return Self.decode(bytes[range.lowerBound + 1..<range.upperBound - 1])
    }

    /// True for a value that is `null`.
    func isNull(_ range: Range<Int>) -> Bool { bytes[range].elementsEqual("null".utf8) }

    private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            at += 1
        }
    }

    private mutating func value(depth: Int) throws(Failure) {
        if depth > Self.depthMax { throw .tooDeep(at: at) }
        switch peek() {
        case UInt8(ascii: "{"): try object(depth: depth, outermost: false)
        case UInt8(ascii: "["): try array(depth: depth, outermost: false)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try number()
        }
    }

    private mutating func object(depth: Int, outermost: Bool) throws(Failure) {
        at += 1
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw .malformed(at: at) }
            let name = try string()
            skipSpace()
            guard peek() == UInt8(ascii: ":") else { throw .malformed(at: at) }
            at += 1
            skipSpace()
            let start = at
            try value(depth: depth + 1)
            if outermost { members.append((Self.decode(bytes[name]) ?? "", start..<at)) }
            if try !another(closing: UInt8(ascii: "}")) { return }
        }
    }

    private mutating func array(depth: Int, outermost: Bool) throws(Failure) {
        at += 1
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            skipSpace()
            let start = at
            try value(depth: depth + 1)
            if outermost { elements.append(start..<at) }
            if try !another(closing: UInt8(ascii: "]")) { return }
        }
    }

    /// After an element: true at a comma, false at the closing bracket.
    private mutating func another(closing: UInt8) throws(Failure) -> Bool {
        skipSpace()
        guard let byte = peek(), byte == closing || byte == UInt8(ascii: ",") else { throw .malformed(at: at) }
        at += 1
        return byte != closing
    }

    /// Passes over a string and returns the range inside its quotes.
    private mutating func string() throws(Failure) -> Range<Int> {
        at += 1
        let start = at
        while let byte = peek() {
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<at - 1
            }
            if byte == 0 { throw .containsNUL(at: at) }
            if byte < 0x20 { throw .malformed(at: at) }
            at += 1
            if byte == UInt8(ascii: "\\") { try escape() }
        }
        throw .malformed(at: at)
    }

    private mutating func escape() throws(Failure) {
        guard let byte = peek() else { throw .malformed(at: at) }
        at += 1
        if byte != UInt8(ascii: "u") {
            guard "\"\\/bfnrt".utf8.contains(byte) else { throw .malformed(at: at) }
            return
        }
        guard at + 4 <= bytes.count else { throw .malformed(at: at) }
        let digits = bytes[at..<at + 4]
        guard digits.allSatisfy({ Self.hexValue($0) != nil }) else { throw .malformed(at: at) }
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { throw .containsNUL(at: at) }
        at += 4
    }

    private mutating func literal(_ word: String) throws(Failure) {
        for byte in word.utf8 {
            guard peek() == byte else { throw .malformed(at: at) }
            at += 1
        }
    }

    private mutating func number() throws(Failure) {
        if peek() == UInt8(ascii: "-") { at += 1 }
        if peek() == UInt8(ascii: "0") { at += 1 } else { try digits() }
        if peek() == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            at += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(Failure) {
        let start = at
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        if at == start { throw .malformed(at: at) }
    }

    private static func hexValue(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Text inside quotes, escapes resolved; nil for a lone surrogate or bytes that are not UTF-8.
    private static func decode(_ inside: ArraySlice<UInt8>) -> String? {
        if !inside.contains(UInt8(ascii: "\\")) { return String(validating: inside, as: UTF8.self) }
        var units: [UInt16] = []
        var text = ""
        var plain: [UInt8] = []
        func flushUnits() -> Bool {
            if units.isEmpty { return true }
            guard let part = String(validating: units, as: UTF16.self) else { return false }
            text += part
            units = []
            return true
        }
        var at = inside.startIndex
        while at < inside.endIndex {
            let byte = inside[at]
            if byte != UInt8(ascii: "\\") {
                guard flushUnits() else { return nil }
                plain.append(byte)
                at += 1
                continue
            }
            guard let part = String(validating: plain, as: UTF8.self) else { return nil }
            text += part
            plain = []
            let code = inside[at + 1]
            if code == UInt8(ascii: "u") {
                units.append(inside[at + 2..<at + 6].reduce(0) { $0 << 4 | (hexValue($1) ?? 0) })
                at += 6
            } else {
                guard flushUnits() else { return nil }
                plain.append(escaped[code] ?? code)
                at += 2
            }
        }
        guard flushUnits(), let part = String(validating: plain, as: UTF8.self) else { return nil }
        return text + part
    }

    private static let escaped: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
}
