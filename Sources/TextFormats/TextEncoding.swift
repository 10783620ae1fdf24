/// How a text's characters stand in bytes.
public enum TextEncoding: String, CaseIterable, Sendable {
    case utf8 = "utf-8"
    /// The byte order is taken from the mark; without one, little-endian, as spreadsheets write it.
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case windows1250 = "windows-1250"
    case windows1251 = "windows-1251"
    case windows1252 = "windows-1252"
    case windows1253 = "windows-1253"
    case windows1254 = "windows-1254"
    case latin1 = "iso-8859-1"
    case latin2 = "iso-8859-2"
    case latin9 = "iso-8859-15"
    case macRoman = "macintosh"

    /// What the bytes of a file, from its beginning on, are written in: what a byte order mark says, else UTF-8 if they
    /// are that, else UTF-16 if every other byte of the first lines is zero, else windows-1252, which is what offices of
    /// western Europe and America export.
    ///
    /// - Parameter isCut: true if the file goes on, so that a character may be cut off at the end.
    /// - Returns: the encoding, and whether the bytes say so themselves; what is only likely is false.
    public static func detected(_ bytes: [UInt8], isCut: Bool) -> (encoding: TextEncoding, isCertain: Bool) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, true) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, true) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, true) }
        if let order = zeros(bytes) { return (order, false) }
        let whole = isCut ? bytes.dropLast(bytes.reversed().prefix(4).prefix { $0 >= 0x80 }.count) : bytes[...]
        if String(validating: whole, as: UTF8.self) != nil { return (.utf8, true) }
        return (.windows1252, false)
    }

    /// Text of few letters beyond ASCII has a zero in every other byte of UTF-16.
    private static func zeros(_ bytes: [UInt8]) -> TextEncoding? {
        let head = bytes.prefix(512)
        if head.count < 4 { return nil }
        var counts = [0, 0]
        for (index, byte) in head.enumerated() where byte == 0 { counts[index % 2] += 1 }
        if counts[1] * 4 > head.count && counts[0] == 0 { return .utf16LittleEndian }
        if counts[0] * 4 > head.count && counts[1] == 0 { return .utf16BigEndian }
        return nil
    }
}

/// Turns bytes of an encoding into UTF-8, chunk by chunk. What is no text of the encoding becomes bytes that are not
/// UTF-8 either, so that its reader refuses it where it stands.
public struct TextDecoder: Sendable {
    private var encoding: TextEncoding
    private let table: [Unicode.Scalar]?
    /// Bytes of a character that its chunk cut off.
    private var rest: [UInt8] = []
    private var isAtStart = true

    /// A decoder from the beginning of a text.
    public init(_ encoding: TextEncoding) {
        self.encoding = encoding
        table = SingleByteTables.of(encoding)
    }

    /// The chunk in UTF-8, without a byte order mark.
    /// - Parameter chunk: the next bytes; none at the end of the text.
    public mutating func decode(_ chunk: [UInt8]) -> [UInt8] {
        if encoding == .utf8 { return chunk }
        if let table {
            var text: [UInt8] = []
            text.reserveCapacity(chunk.count)
            for byte in chunk {
                if byte < 0x80 { text.append(byte) } else { Self.append(table[Int(byte) - 0x80], &text) }
            }
            return text
        }
        return utf16(chunk)
    }

    private static let broken: UInt8 = 0xFF

    private static func append(_ scalar: Unicode.Scalar, _ text: inout [UInt8]) {
        // A byte that stands for nothing.
        if scalar == "\u{FFFD}" { return text.append(broken) }
        text.append(contentsOf: Array(String(scalar).utf8))
    }

    private mutating func utf16(_ chunk: [UInt8]) -> [UInt8] {
        var bytes = rest + chunk
        rest = []
        if chunk.isEmpty { return bytes.isEmpty ? [] : [Self.broken] }
        if isAtStart {
            if bytes.count < 2 {
                rest = bytes
                return []
            }
            isAtStart = false
            if encoding == .utf16 {
                encoding = bytes.starts(with: [0xFE, 0xFF]) ? .utf16BigEndian : .utf16LittleEndian
            }
            let mark: [UInt8] = encoding == .utf16BigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
            if bytes.starts(with: mark) { bytes.removeFirst(2) }
        }
        func unit(_ at: Int) -> UInt16 {
            encoding == .utf16BigEndian
                ? UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1]) : UInt16(bytes[at + 1]) << 8 | UInt16(bytes[at])
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var at = 0
        while at + 1 < bytes.count {
            let first = unit(at)
            if UTF16.isLeadSurrogate(first) {
                if at + 3 >= bytes.count { break }
                let second = unit(at + 2)
                if UTF16.isTrailSurrogate(second) {
                    let value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
                    if let scalar = Unicode.Scalar(value) { text.append(contentsOf: Array(String(scalar).utf8)) }
                    at += 4
                    continue
                }
            }
            if let scalar = Unicode.Scalar(first) {
                text.append(contentsOf: Array(String(scalar).utf8))
            } else {
                text.append(Self.broken)
            }
            at += 2
        }
        rest = Array(bytes[at...])
        return text
    }
}

/// The characters of bytes from 0x80 on; U+FFFD where a byte stands for none.
private enum SingleByteTables {
    static func of(_ encoding: TextEncoding) -> [Unicode.Scalar]? {
        switch encoding {
        case .utf8, .utf16, .utf16LittleEndian, .utf16BigEndian: nil
        case .latin1: (0x80...0xFF).compactMap { Unicode.Scalar(UInt32($0)) }
        case .windows1250: windows1250
        case .windows1251: windows1251
        case .windows1252: windows1252
        case .windows1253: windows1253
        case .windows1254: windows1254
        case .latin2: latin2
        case .latin9: latin9
        case .macRoman: macRoman
        }
    }

    private static func table(_ text: String) -> [Unicode.Scalar] {
        let scalars = Array(text.unicodeScalars)
        precondition(scalars.count == 128, "a table has a character for each byte from 0x80 on")
        return scalars
    }

    // Generated with Python's codecs of these names.
    static let windows1250 = table(
        "€\u{FFFD}‚\u{FFFD}„…†‡\u{FFFD}‰Š‹ŚŤŽŹ\u{FFFD}‘’“”•–—\u{FFFD}™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛" +
        "ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙")
    static let windows1251 = table(
        "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{FFFD}™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНО" +
        "ПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя")
    static let windows1252 = table(
        "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²" +
        "³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ")
    static let windows1253 = table(
        "€\u{FFFD}‚ƒ„…†‡\u{FFFD}‰\u{FFFD}‹\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}‘’“”•–—\u{FFFD}™" +
        "\u{FFFD}›\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{A0}΅Ά£¤¥¦§¨©\u{FFFD}«¬\u{AD}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕ" +
        "ΖΗΘΙΚΛΜΝΞΟΠΡ\u{FFFD}ΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\u{FFFD}")
    static let windows1254 = table(
        "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}\u{FFFD}Ÿ\u{A0}¡¢£¤¥¦§¨©" +
        "ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ")
    static let latin2 = table(
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}" +
        "\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}" +
        "\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôő" +
        "ö÷řůúűüýţ˙")
    static let latin9 = table(
        "\u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8A}\u{8B}\u{8C}\u{8D}\u{8E}\u{8F}" +
        "\u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9A}\u{9B}\u{9C}\u{9D}\u{9E}\u{9F}" +
        "\u{A0}¡¢£€¥Š§š©ª«¬\u{AD}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõ" +
        "ö÷øùúûüýþÿ")
    static let macRoman = table(
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄" +
        "€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ")
}
