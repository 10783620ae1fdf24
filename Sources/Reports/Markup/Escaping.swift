/// Text from outside, made fit for where it is shown. Works on Unicode scalars: a delimiter counts as one whatever
/// combining mark follows it.
public enum Escaping {
    /// On one line, without what would move a cursor, change its colours or end the line: control characters, and the
    /// separators of lines and paragraphs, are made visible.
    public static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDisruptive) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isDisruptive($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isDisruptive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// A word that somebody else wrote, within a sentence of ours: as it is where it is plainly a word or a few, else
    /// between quotes, so that nobody takes it for part of the sentence. What is invisible, or would turn the text around
    /// it, is made visible.
    public static func word(_ text: String) -> String {
        let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        let isPlain = (1...wordsMax).contains(parts.count) && parts.allSatisfy { part in
            (1...wordScalarsMax).contains(part.count) && part.allSatisfy(isOfWord)
        }
        if isPlain { return text }
        var out = String.UnicodeScalarView("\u{201C}".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{201C}", "\u{201D}": out.append("'")
            case _ where isDisruptive(scalar) || isUnseen(scalar): out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out + "\u{201D}".unicodeScalars)
    }

    private static let wordsMax = 3
    private static let wordScalarsMax = 32

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_/&+.".unicodeScalars.contains(scalar)
    }

    /// True for what has a meaning and no look: signs of direction, joiners, tags.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .format }

    /// As text or as an attribute's value in HTML and XML; what these forbid, and what is disruptive, is made visible.
    public static func markup(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;".unicodeScalars
            case "<": out += "&lt;".unicodeScalars
            case ">": out += "&gt;".unicodeScalars
            case "\"": out += "&quot;".unicodeScalars
            case "'": out += "&#39;".unicodeScalars
            case _ where isDisruptive(scalar) || scalar.value & 0xFFFE == 0xFFFE: out.append("\u{FFFD}")
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    /// With a space that breaks no line between a figure and its per cent sign.
    public static func figuresWhole(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var out = String.UnicodeScalarView()
        var before: (Unicode.Scalar?, Unicode.Scalar?) = (nil, nil)
        for scalar in text.unicodeScalars {
            if scalar == "%", before.1 == " ", let digit = before.0, ("0"..."9").contains(digit) {
                out.removeLast()
                out.append("\u{A0}")
            }
            out.append(scalar)
            before = (before.1, scalar)
        }
        return String(out)
    }

    /// As text in Markdown, in a cell of a table too: it neither ends a cell nor begins markup.
    public static func markdown(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in harmless(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;".unicodeScalars
            case "<": out += "&lt;".unicodeScalars
            case "\\", "|", "`", "*", "[", "]": out += ["\\", scalar]
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}
