public import Vault

/// The CloudEvents source of an input as it stands in the journal in clear: as its producer sent it, if it names a
/// system; a keyed digest, if it looks like a person's data.
///
/// A source names where data came from, which a person may ask for (GDPR Art. 15(1)(g)). Producers write into it what
/// they like, an address of the sender too. What passes is short, of a URI's plain characters, and holds neither an
/// "@", nor an escape or a query that may hide one, nor digits as a telephone number has them.
public enum SourceToken {
    /// Longest source that stands in clear, in bytes.
    public static let bytesMax = 128
    /// What a keyed digest begins with.
    public static let digestPrefix = "keyed:"
    /// So many digits, nothing but separators between them, look like a telephone number.
    static let telephoneDigits = 7

    /// The token of a source.
    public static func of(_ source: String, _ pseudonyms: Pseudonyms) -> String {
        isClear(source) ? source : digestPrefix + pseudonyms.source(source).description
    }

    /// True if a source may stand in clear.
    public static func isClear(_ source: String) -> Bool {
        let bytes = source.utf8
        guard !bytes.isEmpty, bytes.count <= bytesMax, bytes.allSatisfy(isPlain) else { return false }
        return !source.hasPrefix(digestPrefix) && !holdsTelephoneNumber(Array(bytes))
    }

    /// Letters, digits, and the marks of a path, a host and a URN.
    private static func isPlain(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || "-._~:/+()".utf8.contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 97 && (byte | 0x20) <= 122 }

    /// True for digits in a row, or with separators, that no letter touches; a date of the form 2026-03-01 is none.
    private static func holdsTelephoneNumber(_ bytes: [UInt8]) -> Bool {
        for run in bytes.split(whereSeparator: { !isDigit($0) && !"-.+()".utf8.contains($0) }) {
            guard run.count(where: isDigit) >= telephoneDigits, !isDate(Array(run)) else { continue }
            let touched = (run.startIndex > 0 && isLetter(bytes[run.startIndex - 1]) && isDigit(bytes[run.startIndex]))
                || (run.endIndex < bytes.count && isLetter(bytes[run.endIndex]) && isDigit(bytes[run.endIndex - 1]))
            if !touched { return true }
        }
        return false
    }

    private static func isDate(_ run: [UInt8]) -> Bool {
        run.count == 10 && run[4] == 45 && run[7] == 45 && run.count(where: isDigit) == 8
    }
}
