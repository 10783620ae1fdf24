import Foundation
import TextFormats

/// Evaluates the mapping's expressions over rows; knows its tables and the files that are looked into.
struct ImportExpressions {
    private let mapping: ImportMapping
    /// By file, key and column.
    private var lookups: [String: [String: [String: String]]] = [:]

    /// Reads every file that an expression looks into, whole.
    init(_ mapping: ImportMapping, folder: String) throws(ImportError) {
        self.mapping = mapping
        for (file, columns) in try Self.lookedInto(mapping) {
            lookups[file] = try Self.read(file, columns, mapping, folder)
        }
    }

    /// By file, the columns that expressions take from it.
    private static func lookedInto(_ mapping: ImportMapping) throws(ImportError) -> [(file: String, columns: [String])]
    {
        var columns: [String: [String]] = [:]
        for (path, expression) in mapping.expressions {
            guard let lookup = expression.lookup else { continue }
            guard let file = mapping.files[lookup.file] else {
                throw .mapping(at: "\(path).lookup", "no file is named '\(lookup.file)' under files")
            }
            if file.key == nil {
                throw .mapping(at: "files.\(lookup.file)", "needs a key, since \(path) looks rows up in it")
            }
            columns[lookup.file, default: []].append(lookup.column)
        }
        return columns.keys.sorted().map { ($0, columns[$0] ?? []) }
    }

    private static func read(
        _ name: String, _ columns: [String], _ mapping: ImportMapping, _ folder: String
    ) throws(ImportError) -> [String: [String: String]] {
        guard let part = mapping.files[name], let key = part.key else { return [:] }
        var file = try ImportFile(name, part, folder: folder)
        for column in columns where column != ImportMapping.Lookup.rowNumber {
            try file.require(column, at: "a lookup in files.\(name)")
        }
        var rows: [String: [String: String]] = [:]
        while var row = try file.next() {
            do { try row.checkShape() } catch { throw .file(file.path, "line \(row.record.line): \(error.rule)") }
            var values: [String: String] = [:]
            for column in columns {
                values[column] =
                    column == ImportMapping.Lookup.rowNumber ? "\(rows.count + 1)" : row.raw(column)
            }
            let keyValue = row.raw(key)
            if keyValue.isEmpty { continue }
            if rows.updateValue(values, forKey: keyValue) != nil {
                throw .file(
                    file.path, "line \(row.record.line) repeats a value of '\(key)', by which rows are looked up")
            }
            if rows.count > ImportPlan.rowsMax { throw .file(file.path, "it has more than \(ImportPlan.rowsMax) rows") }
        }
        return rows
    }

    /// Fails if the expression cannot be evaluated over rows of the file.
    func check(_ expression: ImportMapping.Expression, over file: ImportFile, at path: String) throws(ImportError) {
        if (expression.column == nil) == (expression.constant == nil) {
            throw .mapping(at: path, "give exactly one of column and constant")
        }
        if let column = expression.column { try file.require(column, at: path) }
        if let table = expression.table, mapping.tables[table] == nil {
            throw .mapping(at: path, "no table is named '\(table)' under tables")
        }
        if let perOne = expression.minorUnitsPerOne, perOne < 1 {
            throw .mapping(at: "\(path).minor_units_per_one", "must be at least 1")
        }
    }

    /// The value; nil where it is missing and the row goes on without.
    func value(_ expression: ImportMapping.Expression, _ row: inout ImportRow) throws(RowRefusal) -> String? {
        let column = expression.column ?? "constant"
        guard var text = try expression.column == nil ? expression.constant : row.text(column) else { return nil }
        if let lookup = expression.lookup {
            let path = mapping.files[lookup.file]?.path ?? ""
            guard let found = lookups[lookup.file]?[text]?[lookup.column], !found.isEmpty else {
                return try unmatched("\(column) without \(lookup.column) in \(path)", expression, &row)
            }
            text = found
        }
        if let table = expression.table {
            guard let found = mapping.tables[table]?[text] else {
                return try unmatched("\(column) not in table \(table)", expression, &row)
            }
            text = found
        }
        if expression.lowercase == true { text = text.lowercased() }
        if expression.slug == true {
            text = FieldValue.slug(text)
            if text.isEmpty { throw RowRefusal("\(column) gives no id: refused") }
        }
        return (expression.prefix ?? "") + text + (expression.suffix ?? "")
    }

    private func unmatched(
        _ what: String, _ expression: ImportMapping.Expression, _ row: inout ImportRow
    ) throws(RowRefusal) -> String? {
        if expression.unmatched != .without { throw RowRefusal("\(what): refused") }
        row.note("\(what): without")
        return nil
    }
}

extension ImportMapping {
    /// Every expression with its place in the mapping, in an order that is always the same.
    var expressions: [(path: String, expression: Expression)] {
        var all: [(String, Expression)] = []
        func add(_ path: String, _ fields: [String: Expression]?) {
            for (name, expression) in (fields ?? [:]).sorted(by: { $0.key < $1.key }) {
                all.append(("\(path).\(name)", expression))
            }
        }
        add("partners.fields", partners?.fields)
        add("accounts.fields", accounts?.fields)
        add("leads.fields", leads.fields)
        if let assignedTo = leads.assignedTo { all.append(("leads.assigned_to", assignedTo)) }
        for (stage, outcome) in leads.outcomes.sorted(by: { $0.key < $1.key }) {
            if let amount = outcome.amount { all.append(("leads.outcomes.\(stage).amount", amount)) }
        }
        return all
    }
}
