import Foundation

/// A CSV file, open at its first record: in whatever encoding and with whatever delimiter, stated or found out.
public struct CSVFile {
    /// What is known of how a file is written.
    public struct Form: Equatable, Sendable {
        /// Encoding of its text.
        public var encoding: TextEncoding
        /// What stands between fields.
        public var delimiter: UInt8
        /// False if the encoding is only the likeliest: nothing in the file says it.
        public var isEncodingCertain: Bool

        /// In words, e.g. "utf-8, semicolons".
        public var words: String {
            let separator =
                switch delimiter {
                case UInt8(ascii: ","): "commas"
                case UInt8(ascii: ";"): "semicolons"
                case UInt8(ascii: "\t"): "tabs"
                case UInt8(ascii: "|"): "bars"
                default: "'\(String(decoding: [delimiter], as: UTF8.self))' between fields"
                }
            return "\(encoding.rawValue)\(isEncodingCertain ? "" : " (likely)"), \(separator)"
        }
    }

    /// Bytes from which encoding and delimiter are told.
    private static let headBytes = 1_048_576
    private static let chunkBytes = 65_536

    /// How it is written.
    public let form: Form
    /// Its records.
    public var reader: CSVReader

    /// Opens a file.
    /// - Parameters:
    ///   - encoding: nil finds it out.
    ///   - delimiter: nil finds it out, from the file's `sep=` line or its head line.
    ///   - skipped: lines before the head line.
    /// - Throws: what opening or reading it threw.
    public init(path: String, encoding: TextEncoding?, delimiter: UInt8?, skipping skipped: Int = 0) throws {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        var head: [UInt8] = []
        while head.count < Self.headBytes, let part = try handle.read(upToCount: Self.headBytes - head.count), !part.isEmpty {
            head += [UInt8](part)
        }
        let found = TextEncoding.detected(head, isCut: head.count == Self.headBytes)
        var decoder = TextDecoder(encoding ?? found.encoding)
        // What the head line is, in UTF-8.
        var trial = decoder
        let text = trial.decode(head)
        let lines = Self.droppingLines(skipped, of: text)
        let dialect = CSVDialect(detecting: Array(lines.prefix(Self.chunkBytes)))
        var first: [UInt8]? = head
        var isOver = false
        reader = CSVReader(delimiter: delimiter ?? dialect.delimiter) {
            while !isOver {
                let chunk = try first ?? [UInt8](handle.read(upToCount: Self.chunkBytes) ?? Data())
                first = nil
                isOver = chunk.isEmpty
                let text = decoder.decode(chunk)
                if !text.isEmpty { return text }
            }
            return []
        }
        form = Form(
            encoding: encoding ?? found.encoding, delimiter: delimiter ?? dialect.delimiter,
            isEncodingCertain: encoding != nil || found.isCertain)
        try reader.skip(lines: skipped + (dialect.isStated ? 1 : 0))
    }

    private static func droppingLines(_ count: Int, of text: [UInt8]) -> ArraySlice<UInt8> {
        var rest = text[...]
        for _ in 0..<count { rest = rest.drop { $0 != 0x0A }.dropFirst() }
        return rest
    }
}
