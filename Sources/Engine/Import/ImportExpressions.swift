import Foundation
import LeadlineSchemas
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
            if row.leftOut() != nil { continue }
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
        let sources = [
            expression.column != nil, expression.columns != nil, expression.constant != nil, expression.rowNumber == true,
        ]
        if sources.count(where: { $0 }) != 1 {
            throw .mapping(at: path, "give exactly one of column, columns, constant and row_number")
        }
        if let column = expression.column { try file.require(column, at: path) }
        for column in expression.columns ?? [] { try file.require(column, at: "\(path).columns") }
        if expression.columns?.isEmpty == true { throw .mapping(at: "\(path).columns", "names no column") }
        if let column = expression.currencyColumn { try file.require(column, at: "\(path).currency_column") }
        if let table = expression.currencyTable {
            if expression.currencyColumn == nil { throw .mapping(at: path, "currency_table needs currency_column") }
            if mapping.tables[table] == nil {
                throw .mapping(at: "\(path).currency_table", "no table is named '\(table)' under tables")
            }
        }
        if let currency = expression.currency, ISOCodes.minorDigits[currency] == nil {
            throw .mapping(at: "\(path).currency", "must be an ISO 4217 code in capitals, such as EUR")
        }
        if expression.times != nil && expression.minorUnitsPerOne != nil {
            throw .mapping(at: path, "give times or minor_units_per_one, not both")
        }
        if let times = expression.times, times < 1 { throw .mapping(at: "\(path).times", "must be at least 1") }
        if let table = expression.table, mapping.tables[table] == nil {
            throw .mapping(at: path, "no table is named '\(table)' under tables")
        }
        if let perOne = expression.minorUnitsPerOne, perOne < 1 {
            throw .mapping(at: "\(path).minor_units_per_one", "must be at least 1")
        }
    }

    /// A value, and the text that its id is made of.
    struct Found {
        var text: String
        /// Before it became an id; nil where it did not.
        var source: String?
    }

    /// The value of a field; nil where it is missing and the row goes on without.
    func field(_ name: String, _ expression: ImportMapping.Expression, _ row: inout ImportRow) throws(RowRefusal)
        -> (value: FieldValue, source: String?)?
    {
        guard let found = try found(expression, &row) else { return nil }
        var value = FieldValue(field: name, text: found.text, expression: expression)
        value.format = expression.number ?? mapping.numbers ?? .plain
        if let column = expression.currencyColumn {
            var text = row.raw(column)
            if let table = expression.currencyTable, !text.isEmpty {
                guard let code = mapping.tables[table]?[text] else {
                    throw RowRefusal("\(column) not in table \(table): refused")
                }
                text = code
            }
            value.rowCurrency = .init(
                column: column, text: text, isOfAmount: column == expression.column && expression.currencyTable == nil)
        }
        return (value, found.source)
    }

    /// The value; nil where it is missing and the row goes on without.
    func value(_ expression: ImportMapping.Expression, _ row: inout ImportRow) throws(RowRefusal) -> String? {
        try found(expression, &row)?.text
    }

    /// What the expression takes from the row, before anything is made of it.
    private func taken(_ expression: ImportMapping.Expression, _ row: inout ImportRow) throws(RowRefusal) -> String? {
        if let column = expression.column { return try row.text(column) }
        if expression.rowNumber == true { return String(row.number) }
        guard let columns = expression.columns else { return expression.constant }
        var parts: [String] = []
        for column in columns {
            guard let part = try row.text(column) else { return nil }
            parts.append(part)
        }
        return parts.joined(separator: expression.separator ?? "-")
    }

    private func found(_ expression: ImportMapping.Expression, _ row: inout ImportRow) throws(RowRefusal) -> Found? {
        let column = expression.column ?? expression.columns?.joined(separator: "+") ?? "constant"
        guard var text = try taken(expression, &row) else { return nil }
        if let lookup = expression.lookup {
            let path = mapping.files[lookup.file]?.path ?? ""
            guard let found = lookups[lookup.file]?[text]?[lookup.column], !found.isEmpty else {
                try unmatched("\(column) without \(lookup.column) in \(path)", expression, &row)
                return nil
            }
            text = found
        }
        if let table = expression.table {
            guard let found = mapping.tables[table]?[text] else {
                try unmatched("\(column) not in table \(table)", expression, &row)
                return nil
            }
            text = found
        }
        if expression.lowercase == true { text = text.lowercased() }
        var source: String?
        if expression.slug == true {
            source = text
            text = FieldValue.slug(text)
            if text.isEmpty { throw RowRefusal("\(column) gives no id: refused") }
        }
        return Found(text: (expression.prefix ?? "") + text + (expression.suffix ?? ""), source: source)
    }

    private func unmatched(
        _ what: String, _ expression: ImportMapping.Expression, _ row: inout ImportRow
    ) throws(RowRefusal) {
        if expression.unmatched != .without { throw RowRefusal("\(what): refused") }
        row.note("\(what): without")
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
