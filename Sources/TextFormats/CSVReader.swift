import Foundation

/// One record of a CSV file.
public struct CSVRecord: Equatable, Sendable {
    /// Line on which it starts, from 1. A record may span lines.
    public var line: Int
    public var fields: [String]
}

/// Why a file is not CSV as RFC 4180 has it, or too large in a part.
public enum CSVError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A quote stands inside a field that does not begin with one, or text follows a closing quote.
    case strayQuote(line: Int)
    /// A carriage return is not followed by a line feed.
    case strayReturn(line: Int)
    /// The file ends inside a quoted field, which starts at this line.
    case openQuote(line: Int)
    /// A field is not text in the file's encoding.
    case notText(line: Int)
    /// A field holds a NUL byte.
    case containsNUL(line: Int)
    /// A record is larger than is read.
    case tooLarge(line: Int, bytesMax: Int)
    /// A record has more fields than are read.
    case tooManyFields(line: Int, max: Int)

    public var description: String {
        switch self {
        case .strayQuote(let line):
            "line \(line): a quote stands where none may be; a field that holds quotes must be quoted, its quotes doubled (RFC 4180)"
        case .strayReturn(let line): "line \(line): a carriage return without a line feed"
        case .openQuote(let line): "line \(line): the quoted field that starts here never ends"
        case .notText(let line): "line \(line): not UTF-8 text; convert the file, e.g. with iconv"
        case .containsNUL(let line): "line \(line): a NUL byte, which no text holds"
        case .tooLarge(let line, let max): "line \(line): a record larger than \(max) bytes"
        case .tooManyFields(let line, let max): "line \(line): more than \(max) fields"
        }
    }
}

/// Reads CSV as RFC 4180 has it, record by record, in bounded memory.
///
/// Lines end with LF or CRLF, the last one may lack its end; a byte order mark is skipped; empty lines are skipped.
/// Values are handed out as they stand, blanks included.
public struct CSVReader {
    /// Largest record that is read, in bytes.
    public static let recordBytesMax = 1_048_576
    /// Most fields a record may have.
    public static let fieldsMax = 512
    private static let chunkBytes = 65_536

    private enum Place { case fieldStart, unquoted, quoted, afterQuote, afterReturn }

    /// What stands between fields.
    public let delimiter: UInt8
    private let read: () throws -> [UInt8]
    private var chunk: [UInt8] = []
    private var at = 0
    private var line = 1
    private var isFirstChunk = true

    /// A reader of what `read` returns, chunk by chunk; an empty chunk is the end.
    public init(delimiter: UInt8 = UInt8(ascii: ","), read: @escaping () throws -> [UInt8]) {
        self.delimiter = delimiter
        self.read = read
    }

    /// A reader of a file.
    public init(path: String, delimiter: UInt8 = UInt8(ascii: ",")) throws {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        self.init(delimiter: delimiter) { [UInt8](try handle.read(upToCount: Self.chunkBytes) ?? Data()) }
    }

    /// Passes over lines, whatever they hold.
    /// - Throws: what reading the file threw.
    public mutating func skip(lines: Int) throws {
        let end = line + lines
        while line < end, let byte = try byte() { if byte == UInt8(ascii: "\n") { line += 1 } }
    }

    /// The next record; nil at the end.
    /// - Throws: `CSVError`, or what reading the file threw.
    public mutating func next() throws -> CSVRecord? {
        while let record = try scan() {
            // An empty line is one empty field; RFC 4180 gives it no meaning.
            if record.fields.count > 1 || !record.fields[0].isEmpty { return record }
        }
        return nil
    }

    private mutating func byte() throws -> UInt8? {
        if at == chunk.count {
            chunk = try read()
            at = 0
            if isFirstChunk {
                isFirstChunk = false
                if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
            }
            if at >= chunk.count { return nil }
        }
        defer { at += 1 }
        return chunk[at]
    }

    private mutating func scan() throws -> CSVRecord? {
        var record = CSVRecord(line: line, fields: [])
        var field: [UInt8] = []
        var size = 0
        var place = Place.fieldStart
        var isAnythingRead = false
        while let byte = try byte() {
            isAnythingRead = true
            size += 1
            if size > Self.recordBytesMax { throw CSVError.tooLarge(line: record.line, bytesMax: Self.recordBytesMax) }
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch (place, byte) {
            case (.quoted, UInt8(ascii: "\"")): place = .afterQuote
            case (.quoted, _): field.append(byte)
            case (.afterReturn, UInt8(ascii: "\n")), (.fieldStart, UInt8(ascii: "\n")), (.unquoted, UInt8(ascii: "\n")),
                (.afterQuote, UInt8(ascii: "\n")):
                try Self.end(&field, &record)
                return record
            case (.afterReturn, _): throw CSVError.strayReturn(line: line)
            case (.fieldStart, UInt8(ascii: "\"")): place = .quoted
            case (.afterQuote, UInt8(ascii: "\"")):
                field.append(byte)
                place = .quoted
            case (.unquoted, UInt8(ascii: "\"")): throw CSVError.strayQuote(line: line)
            case (_, UInt8(ascii: "\r")): place = .afterReturn
            case (_, delimiter):
                try Self.end(&field, &record)
                place = .fieldStart
            case (.afterQuote, _): throw CSVError.strayQuote(line: line)
            case (.fieldStart, _), (.unquoted, _):
                field.append(byte)
                place = .unquoted
            }
        }
        guard isAnythingRead else { return nil }
        if place == .quoted { throw CSVError.openQuote(line: record.line) }
        if place == .afterReturn { throw CSVError.strayReturn(line: line) }
        try Self.end(&field, &record)
        return record
    }

    private static func end(_ field: inout [UInt8], _ record: inout CSVRecord) throws(CSVError) {
        if record.fields.count == fieldsMax { throw .tooManyFields(line: record.line, max: fieldsMax) }
        guard let text = String(validating: field, as: UTF8.self) else { throw .notText(line: record.line) }
        if field.contains(0) { throw .containsNUL(line: record.line) }
        record.fields.append(text)
        field.removeAll(keepingCapacity: true)
    }

    /// The fields as one line of CSV, without its end; quoted where RFC 4180 asks for it.
    public static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") }

    /// Quotes are doubled byte by byte: a combining mark after one makes it no other quote.
    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
        let doubled = field.utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
        return "\"\(String(decoding: doubled, as: UTF8.self))\""
    }
}
