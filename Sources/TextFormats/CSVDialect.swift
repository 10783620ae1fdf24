/// What a CSV file is written with.
public struct CSVDialect: Equatable, Sendable {
    /// What stands between fields.
    public var delimiter: UInt8
    /// True if the file's first line says the delimiter itself, `sep=;`, as spreadsheets read and write it.
    public var isStated = false

    /// A dialect with that delimiter.
    public init(delimiter: UInt8) { self.delimiter = delimiter }

    /// Delimiters that are told from a file, the likelier before the others.
    public static let candidates: [UInt8] = [
        UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
    ]

    /// The dialect of a text whose first line is its head: the candidate that stands most often in it outside quotes; a
    /// comma if none does.
    /// - Parameter head: the text's first bytes, in UTF-8.
    public init(detecting head: [UInt8]) {
        var head = head[...]
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { head = head.dropFirst(3) }
        if let stated = Self.stated(head) {
            delimiter = stated
            isStated = true
            return
        }
        var counts = [Int](repeating: 0, count: Self.candidates.count)
        var isQuoted = false
        for byte in head {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D { break }
            if let index = Self.candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        delimiter = most == 0 ? UInt8(ascii: ",") : Self.candidates[counts.firstIndex(of: most) ?? 0]
    }

    private static func stated(_ head: ArraySlice<UInt8>) -> UInt8? {
        let line = head.prefix { $0 != 0x0A && $0 != 0x0D }.filter { $0 != UInt8(ascii: "\"") }
        guard line.count == 5, line.prefix(4).map({ $0 | 0x20 }).elementsEqual("sep=".utf8.map { $0 | 0x20 }) else {
            return nil
        }
        return line[4]
    }
}
