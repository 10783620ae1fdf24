import Foundation
import TextFormats

/// What stops an import before it has changed anything.
public enum ImportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The mapping says something that cannot be done; the path names the part.
    case mapping(at: String, String)
    /// A file cannot be read.
    case file(String, String)
    /// The program's journal is already past the moment at which the history starts.
    case historyIsOver(program: String, lastStamp: String, start: String)

    public var description: String {
        switch self {
        case .mapping(let path, let detail): "the mapping does not fit: \(path): \(detail)"
        case .file(let path, let detail): "\(path) cannot be imported: \(detail)"
        case .historyIsOver(let program, let last, let start):
            "the history starts at \(start), but program \(program) already has entries up to \(last), and time never goes back. Import it into a program of its own (--program) or a new data folder"
        }
    }
}

/// Why a row is refused, in the words of its rule.
struct RowRefusal: Error {
    var rule: String
    /// What intake would say, where it is intake that refuses.
    var rejection: Rejection?

    init(_ rule: String) { self.rule = rule }

    init(_ rejection: Rejection) {
        rule = "\(rejection.detail): refused"
        self.rejection = rejection
    }
}

/// A CSV file of the mapping, open at its first row.
struct ImportFile {
    let name: String
    let part: ImportMapping.File
    let path: String
    /// How it is written, stated or found out.
    let form: CSVFile.Form
    private let columns: [String: Int]
    private let columnCount: Int
    private var reader: CSVReader
    private var rowsRead = 0

    init(_ name: String, _ part: ImportMapping.File, folder: String) throws(ImportError) {
        self.name = name
        self.part = part
        path = folder + "/" + part.path
        let delimiter = try Self.delimiter(part, name)
        let skipped = part.skipLines ?? 0
        if !(0...1_000).contains(skipped) { throw .mapping(at: "files.\(name).skip_lines", "must be from 0 to 1000") }
        do {
            let file = try CSVFile(path: path, encoding: Self.encoding(part), delimiter: delimiter, skipping: skipped)
            form = file.form
            reader = file.reader
            guard let head = try reader.next() else {
                throw ImportError.file(path, "it is empty; its first line must name the columns")
            }
            var columns: [String: Int] = [:]
            for (index, column) in head.fields.enumerated() {
                let column = column.trimmingCharacters(in: .whitespaces)
                if columns.updateValue(index, forKey: column) != nil {
                    throw ImportError.file(path, "two columns are named '\(column)'")
                }
            }
            self.columns = columns
            columnCount = head.fields.count
        } catch {
            throw Self.fileError(path, error)
        }
        for column in (part.keep ?? [:]).keys.sorted() { try require(column, at: "files.\(name).keep") }
        for column in (part.drop ?? [:]).keys.sorted() { try require(column, at: "files.\(name).drop") }
        for column in part.aliases.keys.sorted() { try require(column, at: "files.\(name).aliases") }
        for column in part.missing.keys.sorted() { try require(column, at: "files.\(name).missing") }
        if let key = part.key { try require(key, at: "files.\(name).key") }
    }

    private static func delimiter(_ part: ImportMapping.File, _ name: String) throws(ImportError) -> UInt8? {
        guard let delimiter = part.delimiter else { return nil }
        if delimiter == "tab" { return UInt8(ascii: "\t") }
        guard let byte = delimiter.utf8.first, delimiter.utf8.count == 1, byte < 0x80,
            ![0x0A, 0x0D, 0x22].contains(byte)
        else {
            throw .mapping(at: "files.\(name).delimiter", "must be one ASCII character, or tab")
        }
        return byte
    }

    /// Nil is found out.
    private static func encoding(_ part: ImportMapping.File) -> TextEncoding? {
        switch part.encoding {
        case .detect?: nil
        case .stated(let encoding)?: encoding
        case nil: .utf8
        }
    }

    static func fileError(_ path: String, _ error: any Error) -> ImportError {
        switch error {
        case let error as ImportError: error
        case .notText(let line) as CSVError:
            .file(path, "\(CSVError.notText(line: line)), or say in the mapping what it is written in, e.g. encoding: detect")
        case let error as CSVError: .file(path, "\(error)")
        case let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile:
            .file(path, "there is no such file; --from names the folder it is looked for in")
        default: .file(path, error.localizedDescription)
        }
    }

    /// Fails if the file has no such column.
    func require(_ column: String, at path: String) throws(ImportError) {
        if columns[column] == nil {
            throw .mapping(
                at: path,
                "\(part.path) has no column '\(column)'; it has \(columns.keys.sorted().joined(separator: ", "))")
        }
    }

    /// The next row; nil at the end.
    mutating func next() throws(ImportError) -> ImportRow? {
        do {
            guard let record = try reader.next() else { return nil }
            rowsRead += 1
            return ImportRow(
                record: record, number: rowsRead, columns: columns, columnCount: columnCount, part: part)
        } catch {
            throw Self.fileError(path, error)
        }
    }
}

/// One row under way: its values as the file's rules read them, and which rules applied.
struct ImportRow {
    let record: CSVRecord
    /// Its number among the file's rows, from 1.
    let number: Int
    fileprivate let columns: [String: Int]
    fileprivate let columnCount: Int
    fileprivate let part: ImportMapping.File
    /// Rules that applied, in order, each once.
    private(set) var rules: [String] = []

    fileprivate init(
        record: CSVRecord, number: Int, columns: [String: Int], columnCount: Int, part: ImportMapping.File
    ) {
        self.record = record
        self.number = number
        self.columns = columns
        self.columnCount = columnCount
        self.part = part
    }

    /// Path of its file, as the mapping names it.
    var path: String { part.path }

    mutating func note(_ rule: String) {
        if !rules.contains(rule) { rules.append(rule) }
    }

    /// Fails if the row has more or fewer fields than the head line.
    func checkShape() throws(RowRefusal) {
        if record.fields.count != columnCount {
            throw RowRefusal("the number of fields is not that of the head line: refused")
        }
    }

    /// The rule by which the row is left out; nil if it is read. A row of another shape is read, and refused.
    func leftOut() -> String? {
        if record.fields.count != columnCount { return nil }
        var row = self
        for (column, values) in (part.keep ?? [:]).sorted(by: { $0.key < $1.key }) where !values.contains(row.raw(column)) {
            return "\(column) is none of those kept: left out"
        }
        for (column, values) in (part.drop ?? [:]).sorted(by: { $0.key < $1.key }) {
            let value = row.raw(column)
            if values.contains(value) { return "\(column) '\(value)': left out" }
        }
        return nil
    }

    /// The column's value, without blanks around it, under its alias; empty if it is missing.
    mutating func raw(_ column: String) -> String {
        guard let index = columns[column] else { preconditionFailure("columns are checked before rows are read") }
        let value = record.fields[index].trimmingCharacters(in: .whitespaces)
        guard let alias = part.aliases[column]?[value] else { return value }
        note("\(column): '\(value)' read as '\(alias)'")
        return alias
    }

    /// What the mapping says of rows where the column is empty.
    func missingRule(_ column: String) -> ImportMapping.Missing? { part.missing[column] }

    /// True if the column is empty and the row goes on without it.
    func isWithout(_ column: String) -> Bool {
        part.missing[column] == .without && rules.contains("\(column) missing: without")
    }

    /// The column's value; nil if it is missing and the row goes on without.
    mutating func text(_ column: String) throws(RowRefusal) -> String? {
        let value = raw(column)
        if !value.isEmpty { return value }
        if part.missing[column] == .refuse { throw RowRefusal("\(column) missing: refused") }
        note("\(column) missing: without")
        return nil
    }
}
