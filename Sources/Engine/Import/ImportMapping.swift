public import TextFormats

/// How a folder of CSV files becomes a program's history. Written by hand, or begun by ``ImportGuess``, as YAML or JSON;
/// every key is checked.
///
/// ``ImportKeys`` says of every key what it means.
public struct ImportMapping: Codable, Equatable, Sendable {
    /// CloudEvents `source` of every event of the import.
    public var source: String
    public var program: Program
    /// Path of the policy that the history starts with, relative to the mapping; nil publishes none.
    public var policy: String?
    public var dates: Dates
    /// How numbers are written, unless an expression says it; plain if nothing does.
    public var numbers: NumberFormat?
    /// Files by the name that the mapping gives them.
    public var files: [String: File]
    /// Tables of values by name, for what no file holds.
    public var tables: [String: [String: String]]
    public var partners: Records?
    public var accounts: Records?
    public var leads: Leads

    /// The program that the history belongs to.
    public struct Program: Codable, Equatable, Sendable {
        /// Its id, unless the import is told another.
        public var id: String?
        public var name: String
        /// ISO 4217 currency in which the program counts.
        public var currency: String
    }

    /// How dates are written.
    public struct Dates: Codable, Equatable, Sendable {
        /// E.g. `M/D/YYYY`; see `DatePattern`. This or `formats`.
        public var format: String?
        /// Where dates of one file are written in several ways.
        public var formats: [String]?
        /// IANA time zone in which dates are meant.
        public var zone: String
    }

    /// A CSV file with a head line.
    public struct File: Codable, Equatable, Sendable {
        /// Path below the folder that is imported.
        public var path: String
        /// Column by which other files look rows up.
        public var key: String?
        /// One ASCII character, or "tab"; found out of the file's head if it is not given.
        public var delimiter: String?
        /// UTF-8 if it is not given, so that nothing is guessed unasked.
        public var encoding: Encoding?
        /// Lines before the head line.
        public var skipLines: Int?
        /// By column: only rows with one of these values are read; the others are left out, and counted.
        public var keep: [String: [String]]?
        /// By column: rows with one of these values are left out.
        public var drop: [String: [String]]?
        /// By column: values that are read as others.
        public var aliases: [String: [String: String]]
        /// By column: what happens to rows where it is empty.
        public var missing: [String: Missing]
    }

    /// What a file's text is written in.
    public enum Encoding: Equatable, Sendable {
        /// Found out of the file's bytes, and reported.
        case detect
        case stated(TextEncoding)
    }

    /// What happens to a row where a column is empty.
    public enum Missing: String, NamedChoice, Sendable {
        /// The row goes on without the field.
        case without
        /// The row is refused.
        case refuse
        /// Only for times: the row counts from after the last dated event on.
        case endOfHistory = "end-of-history"
    }

    /// What happens where a value stands in no table or file that it is looked up in.
    public enum Unmatched: String, NamedChoice, Sendable { case refuse, without }

    /// What happens where a value is there but cannot be read as its field needs it, or may not stand in it.
    public enum Invalid: String, NamedChoice, Sendable { case refuse, without }

    /// How a value is made: from a column or a constant, looked up, then written in another way.
    public struct Expression: Codable, Equatable, Sendable {
        /// Column of the row. One of `column`, `columns`, `constant` and `rowNumber`.
        public var column: String?
        /// Columns whose values are joined; where one is empty, the value is missing.
        public var columns: [String]?
        /// What stands between joined values; a hyphen if it is not given.
        public var separator: String?
        public var constant: String?
        /// True for the number of the row in its file, from 1.
        public var rowNumber: Bool?
        /// Replaces the value by a column of the row of another file whose key it is.
        public var lookup: Lookup?
        /// Replaces the value by its entry in a table of the mapping.
        public var table: String?
        public var unmatched: Unmatched?
        /// True for lower case.
        public var lowercase: Bool?
        /// True for an id made of it: "Moses Frase" becomes "moses-frase".
        public var slug: Bool?
        public var prefix: String?
        public var suffix: String?
        /// For lists: what separates their values.
        public var split: String?
        /// For numbers and money: how they are written.
        public var number: NumberFormat?
        /// For money: ISO 4217 currency; with `currencyColumn`, that of rows where the column is empty.
        public var currency: String?
        /// For money: column with the currency of each row, a code or a sign. The amount's own column, if the sign
        /// stands beside the amount.
        public var currencyColumn: String?
        /// For money: table in which that column's value is looked up first.
        public var currencyTable: String?
        /// For money: how many of the currency one of the column is, e.g. 1000000 for millions.
        public var times: Int64?
        /// For money: minor units in 1.0 of the column, e.g. 100 for euros, 100000000 for millions of dollars; those of
        /// the currency if it is not given.
        public var minorUnitsPerOne: Int64?
        /// Of a field that may be missing: what happens to rows where its value cannot be read.
        public var invalid: Invalid?
    }

    /// A row of another file.
    public struct Lookup: Codable, Equatable, Sendable {
        /// As a column, the number of the row among those with a key: an id that says nothing of whom it stands for.
        public static let rowNumber = "#row"
        public var file: String
        public var column: String
    }

    /// Records of one kind: each row of a file, by fields of the schema's message.
    public struct Records: Codable, Equatable, Sendable {
        public var file: String
        public var fields: [String: Expression]
    }

    /// When something happened.
    public struct Moment: Codable, Hashable, Sendable {
        public var column: String
        /// Time of day, e.g. "09:00", where the date has none.
        public var at: String?
        /// How this column's dates are written, if not as the mapping's.
        public var formats: [String]?
        /// IANA time zone of this column's dates, if not the mapping's.
        public var zone: String?
        /// So many days after the date.
        public var daysAfter: Int?
        /// So many days after the date as a column says.
        public var daysAfterColumn: String?
    }

    /// Rows that become leads.
    public struct Leads: Codable, Equatable, Sendable {
        public var file: String
        /// By field of `LeadSubmitted`.
        public var fields: [String: Expression]
        /// When the lead came in.
        public var time: Moment
        /// Who got it then; nil if history does not say, and Leadline routes.
        public var assignedTo: Expression?
        /// What happens to rows whose partner is no partner of the import.
        public var unknownPartner: UnknownPartner
        /// Column that says how it went on.
        public var stage: String?
        /// Columns that say it together, instead of `stage`: their values joined by " / ".
        public var stageColumns: [String]?
        /// By value of that column.
        public var outcomes: [String: LeadOutcome]
    }

    /// What happens to leads of a partner that the import does not know.
    public enum UnknownPartner: String, NamedChoice, Sendable {
        /// The row is refused.
        case refuse
        /// Leadline routes the lead.
        case route
    }

    /// How a lead went on.
    public struct LeadOutcome: Codable, Equatable, Sendable {
        public enum Result: String, NamedChoice, Sendable { case won, lost, withdrawn, open }
        public var result: Result
        /// When; required save for `open`.
        public var time: Moment?
        /// What a won deal was worth.
        public var amount: Expression?
    }
}

// MARK: - Decoding, with defaults and no unknown keys

extension ImportMapping {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case source, program, policy, dates, numbers, files, tables, partners, accounts, leads
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        source = try values.decode(String.self, forKey: .source)
        program = try values.decode(Program.self, forKey: .program)
        policy = try values.decodeIfPresent(String.self, forKey: .policy)
        dates = try values.decode(Dates.self, forKey: .dates)
        numbers = try values.numberFormat(.numbers)
        files = try values.decode([String: File].self, forKey: .files)
        tables = try values.decodeIfPresent([String: [String: String]].self, forKey: .tables) ?? [:]
        partners = try values.decodeIfPresent(Records.self, forKey: .partners)
        accounts = try values.decodeIfPresent(Records.self, forKey: .accounts)
        leads = try values.decode(Leads.self, forKey: .leads)
    }
}

extension ImportMapping.Program {
    enum CodingKeys: String, CodingKey, CaseIterable { case id, name, currency }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        id = try values.decodeIfPresent(String.self, forKey: .id)
        name = try values.decode(String.self, forKey: .name)
        currency = try values.decode(String.self, forKey: .currency)
    }
}

extension ImportMapping.Dates {
    enum CodingKeys: String, CodingKey, CaseIterable { case format, formats, zone }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        format = try values.decodeIfPresent(String.self, forKey: .format)
        formats = try values.decodeIfPresent([String].self, forKey: .formats)
        zone = try values.decode(String.self, forKey: .zone)
    }
}

extension ImportMapping.File {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case path, key, delimiter, encoding
        case skipLines = "skip_lines"
        case keep, drop, aliases, missing
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        path = try values.decode(String.self, forKey: .path)
        key = try values.decodeIfPresent(String.self, forKey: .key)
        delimiter = try values.decodeIfPresent(String.self, forKey: .delimiter)
        encoding = try values.decodeIfPresent(ImportMapping.Encoding.self, forKey: .encoding)
        skipLines = try values.decodeIfPresent(Int.self, forKey: .skipLines)
        keep = try values.decodeIfPresent([String: OneOrMore].self, forKey: .keep)?.mapValues(\.values)
        drop = try values.decodeIfPresent([String: OneOrMore].self, forKey: .drop)?.mapValues(\.values)
        aliases = try values.decodeIfPresent([String: [String: String]].self, forKey: .aliases) ?? [:]
        missing = try values.decodeIfPresent([String: ImportMapping.Missing].self, forKey: .missing) ?? [:]
    }
}

extension ImportMapping.Expression {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case column, columns, separator, constant
        case rowNumber = "row_number"
        case lookup, table, unmatched, lowercase, slug, prefix, suffix, split, number, currency
        case currencyColumn = "currency_column"
        case currencyTable = "currency_table"
        case times
        case minorUnitsPerOne = "minor_units_per_one"
        case invalid
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        column = try values.decodeIfPresent(String.self, forKey: .column)
        columns = try values.decodeIfPresent([String].self, forKey: .columns)
        separator = try values.decodeIfPresent(String.self, forKey: .separator)
        constant = try values.decodeIfPresent(String.self, forKey: .constant)
        rowNumber = try values.decodeIfPresent(Bool.self, forKey: .rowNumber)
        lookup = try values.decodeIfPresent(ImportMapping.Lookup.self, forKey: .lookup)
        table = try values.decodeIfPresent(String.self, forKey: .table)
        unmatched = try values.decodeIfPresent(ImportMapping.Unmatched.self, forKey: .unmatched)
        lowercase = try values.decodeIfPresent(Bool.self, forKey: .lowercase)
        slug = try values.decodeIfPresent(Bool.self, forKey: .slug)
        prefix = try values.decodeIfPresent(String.self, forKey: .prefix)
        suffix = try values.decodeIfPresent(String.self, forKey: .suffix)
        split = try values.decodeIfPresent(String.self, forKey: .split)
        number = try values.numberFormat(.number)
        currency = try values.decodeIfPresent(String.self, forKey: .currency)
        currencyColumn = try values.decodeIfPresent(String.self, forKey: .currencyColumn)
        currencyTable = try values.decodeIfPresent(String.self, forKey: .currencyTable)
        times = try values.decodeIfPresent(Int64.self, forKey: .times)
        invalid = try values.decodeIfPresent(ImportMapping.Invalid.self, forKey: .invalid)
        minorUnitsPerOne = try values.decodeIfPresent(Int64.self, forKey: .minorUnitsPerOne)
    }
}

extension ImportMapping.Lookup {
    enum CodingKeys: String, CodingKey, CaseIterable { case file, column }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        file = try values.decode(String.self, forKey: .file)
        column = try values.decode(String.self, forKey: .column)
    }
}

extension ImportMapping.Records {
    enum CodingKeys: String, CodingKey, CaseIterable { case file, fields }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        file = try values.decode(String.self, forKey: .file)
        fields = try values.decode([String: ImportMapping.Expression].self, forKey: .fields)
    }
}

extension ImportMapping.Moment {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case column, at, formats, zone
        case daysAfter = "days_after"
        case daysAfterColumn = "days_after_column"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        column = try values.decode(String.self, forKey: .column)
        at = try values.decodeIfPresent(String.self, forKey: .at)
        formats = try values.decodeIfPresent([String].self, forKey: .formats)
        zone = try values.decodeIfPresent(String.self, forKey: .zone)
        daysAfter = try values.decodeIfPresent(Int.self, forKey: .daysAfter)
        daysAfterColumn = try values.decodeIfPresent(String.self, forKey: .daysAfterColumn)
    }
}

extension ImportMapping.Leads {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, fields, time
        case assignedTo = "assigned_to"
        case unknownPartner = "unknown_partner"
        case stage
        case stageColumns = "stage_columns"
        case outcomes
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        file = try values.decode(String.self, forKey: .file)
        fields = try values.decode([String: ImportMapping.Expression].self, forKey: .fields)
        time = try values.decode(ImportMapping.Moment.self, forKey: .time)
        assignedTo = try values.decodeIfPresent(ImportMapping.Expression.self, forKey: .assignedTo)
        unknownPartner =
            try values.decodeIfPresent(ImportMapping.UnknownPartner.self, forKey: .unknownPartner) ?? .refuse
        stage = try values.decodeIfPresent(String.self, forKey: .stage)
        stageColumns = try values.decodeIfPresent([String].self, forKey: .stageColumns)
        outcomes = try values.decodeIfPresent([String: ImportMapping.LeadOutcome].self, forKey: .outcomes) ?? [:]
    }
}

extension ImportMapping.LeadOutcome {
    enum CodingKeys: String, CodingKey, CaseIterable { case result, time, amount }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        result = try values.decode(Result.self, forKey: .result)
        time = try values.decodeIfPresent(ImportMapping.Moment.self, forKey: .time)
        amount = try values.decodeIfPresent(ImportMapping.Expression.self, forKey: .amount)
    }
}

/// One text, or a list of them.
private struct OneOrMore: Decodable {
    var values: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
            values = [one]
        } else {
            values = try container.decode([String].self)
        }
    }
}

extension ImportMapping.Encoding: Codable {
    /// The names of all encodings.
    static var names: [String] { ["detect"] + TextEncoding.allCases.map(\.rawValue) }

    var name: String {
        switch self {
        case .detect: "detect"
        case .stated(let encoding): encoding.rawValue
        }
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        if text == "detect" {
            self = .detect
        } else if let encoding = TextEncoding(rawValue: text.lowercased()) {
            self = .stated(encoding)
        } else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "must be one of \(Self.names.joined(separator: ", "))"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension KeyedDecodingContainer {
    /// A number format, by its name.
    fileprivate func numberFormat(_ key: Key) throws -> NumberFormat? {
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let format = NumberFormat(rawValue: text) else {
            let known = NumberFormat.allCases.map { "\($0.rawValue) (\($0.example))" }.joined(separator: ", ")
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "must be one of \(known)")
        }
        return format
    }
}
