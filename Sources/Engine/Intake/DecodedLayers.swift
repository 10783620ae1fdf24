import CZlib
import Foundation

/// What stands in bytes that follow no schema, with each encoding taken off that whoever wrote them may have put on:
/// JSON's, percent and quoted-printable escapes, entities, base64, hexadecimal, UTF-16, gzip, zlib and deflate, fields of
/// protobuf, one inside the other. A search in every layer finds an address that a search in the bytes does not.
///
/// Bytes from outside are hostile: how deep and how much is decoded is bounded, and whatever could not be looked through
/// is said.
public struct DecodedLayers: Sendable {
    /// Encodings one inside the other that are taken off.
    public static let depthMax = 5
    /// Bytes of all layers together.
    public static let bytesMax = 8_388_608
    /// Layers that are made.
    private static let countMax = 4_096

    /// The bytes themselves, then what stands in them.
    public private(set) var layers: [[UInt8]] = []
    /// False if something could not be looked through: it is neither text nor anything that is decoded here, as if it
    /// were encrypted, or there was too much of it.
    public private(set) var isComplete = true

    private var size = 0
    private var deflateTries = 0
    private static let deflateTriesMax = 256
    /// Shorter bytes hold no address that deflate made shorter.
    private static let shortestDeflated = 12

    /// Takes the bytes apart.
    public init(_ bytes: [UInt8]) { add(bytes, depth: 0) }

    private mutating func add(_ bytes: [UInt8], depth: Int) {
        if bytes.count < 3 { return }
        guard depth <= Self.depthMax, layers.count < Self.countMax, size + bytes.count <= Self.bytesMax else {
            isComplete = false
            // The beginning at least.
            if depth == 0 { layers.append(Array(bytes.prefix(Self.bytesMax))) }
            return
        }
        size += bytes.count
        layers.append(bytes)
        if Self.isText(bytes[...]) { takeText(bytes, depth) } else { takeBinary(bytes, depth) }
    }

    // MARK: Text

    private mutating func takeText(_ text: [UInt8], _ depth: Int) {
        let escapes: [([UInt8]) -> [UInt8]?] = [
            JSONEscapes.resolved, Self.percentDecoded, Self.quotedPrintableDecoded, Self.entitiesDecoded,
        ]
        for decode in escapes { if let plain = decode(text), plain != text { add(plain, depth: depth + 1) } }
        takeRuns(text, depth)
    }

    /// Runs of signs that base64 or hexadecimal digits could be.
    private mutating func takeRuns(_ text: [UInt8], _ depth: Int) {
        var start = 0
        while start < text.count {
            guard Self.isBase64(text[start]) else {
                start += 1
                continue
            }
            var run: [UInt8] = []
            var end = start
            while end < text.count {
                if Self.isBase64(text[end]) {
                    run.append(text[end])
                } else if !(Self.isLineEnd(text[end]) && run.count >= 60) {
                    // Long base64 stands in lines.
                    break
                }
                end += 1
            }
            if run.count >= Self.shortestRun { takeRun(run, depth) }
            start = max(end, start + 1)
        }
    }

    /// No shorter run holds an address.
    private static let shortestRun = 8
    /// Shorter runs are words, unless they hold an address.
    private static let shortestWord = 12
    /// What is as long and decodes to nothing known is said to be unknown; shorter are ids and digests.
    private static let longestID = 96

    private mutating func takeRun(_ run: [UInt8], _ depth: Int) {
        let hex = Self.hexDecoded(run)
        if let hex, isKnownOrDeflated(hex) { return add(hex, depth: depth + 1) }
        // A length of protobuf before it may look like a digit of it.
        var isFound = false
        for skipped in 0..<2 { isFound = takeBase64(run[skipped...], depth) || isFound }
        // What separates the parts of a path is a digit too.
        let separators: [(UInt8) -> Bool] = [{ $0 == UInt8(ascii: "/") }, Self.isSeparator]
        for isSeparator in separators {
            for part in run.split(whereSeparator: isSeparator) where part.count < run.count {
                isFound = takeBase64(part, depth) || isFound
            }
        }
        if isFound { return }
        if hex == nil, run.count > Self.longestID, Set(run).count > 24, Self.mixesCases(run) { isComplete = false }
    }

    /// Takes a run for base64; true if that led to something.
    private mutating func takeBase64(_ run: ArraySlice<UInt8>, _ depth: Int) -> Bool {
        guard run.count >= Self.shortestRun, let plain = Self.base64Decoded(run), isKnownOrDeflated(plain)
        else { return false }
        // Short words decode to something by chance.
        if run.count < Self.shortestWord, !Self.isText(plain[...]) || !plain.contains(UInt8(ascii: "@")) { return false }
        add(plain, depth: depth + 1)
        return true
    }

    /// Deflate without a header shows by nothing but that it can be taken off whole, so it is tried a bounded number of
    /// times.
    private mutating func isKnownOrDeflated(_ bytes: [UInt8]) -> Bool {
        if Self.isKnown(bytes) { return true }
        guard bytes.count >= Self.shortestDeflated, deflateTries < Self.deflateTriesMax else { return false }
        deflateTries += 1
        return Self.undeflated(bytes, bytesMax: Self.bytesMax - size) != nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+")
    }

    /// Words run together have neither both cases throughout nor digits among them.
    private static func mixesCases(_ run: [UInt8]) -> Bool {
        let capitals = run.count { (0x41...0x5A).contains($0) }
        let digits = run.count { (0x30...0x39).contains($0) }
        return capitals * 8 > run.count && digits * 16 > run.count
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A }

    private static func base64Decoded(_ run: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = run.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
        if digits.count % 4 == 1 { digits.removeLast() }
        while digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
    }

    private static func hexDecoded(_ run: [UInt8]) -> [UInt8]? {
        guard run.count % 2 == 0 else { return nil }
        let digits = run.compactMap(hexDigit)
        guard digits.count == run.count else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func percentDecoded(_ text: [UInt8]) -> [UInt8]? { hexEscapes(text, sign: UInt8(ascii: "%")) }

    private static func quotedPrintableDecoded(_ text: [UInt8]) -> [UInt8]? { hexEscapes(text, sign: UInt8(ascii: "="), softBreaks: true) }

    /// Bytes written as a sign and two hexadecimal digits; nil if there are none.
    private static func hexEscapes(_ text: [UInt8], sign: UInt8, softBreaks: Bool = false) -> [UInt8]? {
        guard text.contains(sign) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == sign {
                if index + 2 < text.count, let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2]) {
                    plain.append(high << 4 | low)
                    index += 3
                    continue
                }
                if softBreaks, index + 1 < text.count, isLineEnd(text[index + 1]) {
                    index += text[index + 1] == 0x0D && index + 2 < text.count && text[index + 2] == 0x0A ? 3 : 2
                    continue
                }
            }
            plain.append(text[index])
            index += 1
        }
        return plain
    }

    /// "&#64;", "&#x40;" and "&commat;" as the signs they stand for; nil if there are none.
    private static func entitiesDecoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "&")), text.contains(UInt8(ascii: ";")) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "&"), let (scalar, next) = entity(text, at: index) {
                plain.append(contentsOf: String(Character(scalar)).utf8)
                index = next
            } else {
                plain.append(text[index])
                index += 1
            }
        }
        return plain
    }

    /// Names of XML and HTML for signs that stand in addresses, or in other encodings of them.
    private static let entityNames: [String: UnicodeScalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "commat": "@", "period": ".", "plus": "+",
        "lowbar": "_", "UnderBar": "_", "hyphen": "-", "dash": "-", "percnt": "%", "equals": "=", "num": "#",
        "semi": ";", "colon": ":", "sol": "/", "bsol": "\\", "Tab": "\t", "NewLine": "\n",
    ]

    private static func entity(_ text: [UInt8], at start: Int) -> (UnicodeScalar, Int)? {
        guard start + 3 < text.count,
            let end = text[start..<min(start + 12, text.count)].firstIndex(of: UInt8(ascii: ";"))
        else { return nil }
        if text[start + 1] != UInt8(ascii: "#") {
            return entityNames[String(decoding: text[(start + 1)..<end], as: UTF8.self)].map { ($0, end + 1) }
        }
        let isHex = text[start + 2] | 0x20 == UInt8(ascii: "x")
        let digits = String(decoding: text[(start + (isHex ? 3 : 2))..<end], as: UTF8.self)
        return UInt32(digits, radix: isHex ? 16 : 10).flatMap { UnicodeScalar($0) }.map { ($0, end + 1) }
    }

    /// True for text in UTF-8 or in any other character set that has ASCII in it.
    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.isEmpty { return true }
        let controls = bytes.count { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        if controls > 0 { return false }
        return bytes.count { $0 < 0x7F } * 10 >= bytes.count * 9 || String(validating: bytes, as: UTF8.self) != nil
    }

    // MARK: Bytes

    /// True if decoding led to something.
    private static func isKnown(_ bytes: [UInt8]) -> Bool {
        isText(bytes[...]) || isCompressed(bytes) || isUTF16(bytes) || protobufParts(bytes) != nil
    }

    private mutating func takeBinary(_ bytes: [UInt8], _ depth: Int) {
        if Self.isCompressed(bytes) {
            guard let (plain, rest) = Self.inflated(bytes, bytesMax: Self.bytesMax - size) else {
                isComplete = false
                return
            }
            add(plain, depth: depth + 1)
            // One gzip may follow the other.
            return add(rest, depth: depth + 1)
        }
        if Self.isUTF16(bytes) { return add(Self.utf16Decoded(bytes), depth: depth + 1) }
        if let parts = Self.protobufParts(bytes) {
            for part in parts where part.count >= 3 { add(Array(part), depth: depth + 1) }
            // Escaped text with control signs in it may pass for a message.
            if Self.isMostlyPrintable(bytes), !parts.contains(where: { $0.count + 8 >= bytes.count }) {
                takeText(bytes, depth)
            }
            return
        }
        if let plain = Self.undeflated(bytes, bytesMax: Self.bytesMax - size) { return add(plain, depth: depth + 1) }
        // UTF-16 amid other text.
        let rest = bytes.filter { $0 != 0 }
        if rest.count < bytes.count, Self.isText(rest[...]) { return add(rest, depth: depth + 1) }
        isComplete = false
        // Text with something else in it is text still.
        if Self.isMostlyPrintable(bytes) { takeText(bytes, depth) }
    }

    private static func isMostlyPrintable(_ bytes: [UInt8]) -> Bool {
        bytes.count { $0 >= 0x20 && $0 < 0x7F } * 2 >= bytes.count
    }

    /// What deflate without a header compressed, whole but for white space behind, if that is something known, or was
    /// compressed so before.
    private static func undeflated(_ bytes: [UInt8], bytesMax: Int, again: Bool = true) -> [UInt8]? {
        guard let (plain, rest) = inflated(bytes, bytesMax: bytesMax, windowBits: -15), plain.count >= 3,
            rest.allSatisfy({ $0 == 0x20 || isLineEnd($0) }),
            isKnown(plain) || (again && undeflated(plain, bytesMax: bytesMax, again: false) != nil)
        else { return nil }
        return plain
    }

    private static func isCompressed(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 8 else { return false }
        if bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8 { return true }
        // A zlib header: deflate, and a check of both bytes (RFC 1950).
        return bytes[0] == 0x78 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    }

    /// The bytes that gzip or zlib compressed, at most so many, and what stands behind; nil if they are cut off, damaged
    /// or too many.
    /// - Parameter windowBits: 15 is the largest window; 32 more looks for either header, less than none for no header.
    private static func inflated(_ bytes: [UInt8], bytesMax: Int, windowBits: Int32 = 15 + 32)
        -> (plain: [UInt8], rest: [UInt8])?
    {
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { _ = unsafe inflateEnd(&stream) }
        var plain: [UInt8] = []
        var input = bytes
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let ended: Bool? = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(clamping: source.count)
            while true {
                let (result, made) = unsafe chunk.withUnsafeMutableBufferPointer { target in
                    unsafe stream.next_out = target.baseAddress
                    unsafe stream.avail_out = UInt32(target.count)
                    let result = unsafe inflate(&stream, Z_NO_FLUSH)
                    return unsafe (result, target.count - Int(stream.avail_out))
                }
                plain.append(contentsOf: chunk.prefix(made))
                if plain.count > bytesMax { return false }
                if result == Z_STREAM_END { return true }
                if result != Z_OK || made == 0 { return false }
            }
        }
        return ended == true ? (plain, Array(bytes.suffix(unsafe Int(stream.avail_in)))) : nil
    }

    /// Every other byte of UTF-16 is zero where most letters are Latin; other text says by its first sign what it is.
    private static func isUTF16(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8, bytes.count % 2 == 0 else { return false }
        if bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0xFF && bytes[1] == 0xFE { return true }
        let zeros = (0..<2).map { first in stride(from: first, to: bytes.count, by: 2).count { bytes[$0] == 0 } }
        return (zeros[0] * 10 > bytes.count * 3) != (zeros[1] * 10 > bytes.count * 3)
    }

    private static func utf16Decoded(_ bytes: [UInt8]) -> [UInt8] {
        let isMarked = bytes[0] == 0xFE && bytes[1] == 0xFF
        let isMarkedLittle = bytes[0] == 0xFF && bytes[1] == 0xFE
        let zeros = stride(from: 0, to: bytes.count, by: 2).count { bytes[$0] == 0 }
        let zerosFirst = isMarked || !isMarkedLittle && zeros * 10 > bytes.count * 3
        let units = stride(from: 0, to: bytes.count, by: 2).map { at -> UInt16 in
            let (high, low) = zerosFirst ? (bytes[at], bytes[at + 1]) : (bytes[at + 1], bytes[at])
            return UInt16(high) << 8 | UInt16(low)
        }
        let text = isMarked || isMarkedLittle ? units.dropFirst() : units[...]
        return Array(String(decoding: text, as: UTF16.self).utf8)
    }

    /// Contents of the length-delimited fields of a protobuf message; nil if the bytes are none.
    private static func protobufParts(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        var parts: [ArraySlice<UInt8>] = []
        var at = 0
        func varint() -> UInt64? {
            var (value, shift) = (UInt64(0), UInt64(0))
            while at < bytes.count, shift < 64 {
                let byte = bytes[at]
                at += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        while at < bytes.count {
            guard let tag = varint(), tag >> 3 > 0, tag >> 3 <= 536_870_911 else { return nil }
            switch tag & 7 {
            case 0: if varint() == nil { return nil }
            case 1: at += 8
            case 2:
                guard let count = varint(), count <= UInt64(bytes.count - at) else { return nil }
                parts.append(bytes[at..<at + Int(count)])
                at += Int(count)
            case 5: at += 4
            default: return nil
            }
            if at > bytes.count { return nil }
        }
        return parts
    }
}
