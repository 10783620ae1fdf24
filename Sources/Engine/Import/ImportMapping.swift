/// How a folder of CSV files becomes a program's history. Written by hand, as YAML or JSON; every key is checked.
///
/// `deploy/examples/maven_crm/mapping.yaml` shows all of it with comments.
public struct ImportMapping: Codable, Equatable, Sendable {
    /// CloudEvents `source` of every event of the import.
    public var source: String
    public var program: Program
    /// Path of the policy that the history starts with, relative to the mapping; nil publishes none.
    public var policy: String?
    public var dates: Dates
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
        /// E.g. `M/D/YYYY`; see `DatePattern`.
        public var format: String
        /// IANA time zone in which dates are meant.
        public var zone: String
    }

    /// A CSV file with a head line.
    public struct File: Codable, Equatable, Sendable {
        /// Path below the folder that is imported.
        public var path: String
        /// Column by which other files look rows up.
        public var key: String?
        /// One ASCII character; a comma if it is not given.
        public var delimiter: String?
        /// By column: values that are read as others.
        public var aliases: [String: [String: String]]
        /// By column: what happens to rows where it is empty.
        public var missing: [String: Missing]
    }

    /// What happens to a row where a column is empty.
    public enum Missing: String, Codable, Sendable {
        /// The row goes on without the field.
        case without
        /// The row is refused.
        case refuse
        /// Only for times: the row counts from after the last dated event on.
        case endOfHistory = "end-of-history"
    }

    /// What happens where a value stands in no table or file that it is looked up in.
    public enum Unmatched: String, Codable, Sendable { case refuse, without }

    /// How a value is made: from a column or a constant, looked up, then written in another way.
    public struct Expression: Codable, Equatable, Sendable {
        /// Column of the row. This or `constant`.
        public var column: String?
        public var constant: String?
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
        /// For money: ISO 4217 currency.
        public var currency: String?
        /// For money: minor units in 1.0 of the column, e.g. 100 for euros, 100000000 for millions of dollars.
        public var minorUnitsPerOne: Int64?
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
    public struct Moment: Codable, Equatable, Sendable {
        public var column: String
        /// Time of day, e.g. "09:00", where the date has none.
        public var at: String?
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
        /// By value of that column.
        public var outcomes: [String: LeadOutcome]
    }

    /// What happens to leads of a partner that the import does not know.
    public enum UnknownPartner: String, Codable, Sendable {
        /// The row is refused.
        case refuse
        /// Leadline routes the lead.
        case route
    }

    /// How a lead went on.
    public struct LeadOutcome: Codable, Equatable, Sendable {
        public enum Result: String, Codable, Sendable { case won, lost, withdrawn, open }
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
        case source, program, policy, dates, files, tables, partners, accounts, leads
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        source = try values.decode(String.self, forKey: .source)
        program = try values.decode(Program.self, forKey: .program)
        policy = try values.decodeIfPresent(String.self, forKey: .policy)
        dates = try values.decode(Dates.self, forKey: .dates)
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
    enum CodingKeys: String, CodingKey, CaseIterable { case format, zone }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        format = try values.decode(String.self, forKey: .format)
        zone = try values.decode(String.self, forKey: .zone)
    }
}

extension ImportMapping.File {
    enum CodingKeys: String, CodingKey, CaseIterable { case path, key, delimiter, aliases, missing }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        path = try values.decode(String.self, forKey: .path)
        key = try values.decodeIfPresent(String.self, forKey: .key)
        delimiter = try values.decodeIfPresent(String.self, forKey: .delimiter)
        aliases = try values.decodeIfPresent([String: [String: String]].self, forKey: .aliases) ?? [:]
        missing = try values.decodeIfPresent([String: ImportMapping.Missing].self, forKey: .missing) ?? [:]
    }
}

extension ImportMapping.Expression {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case column, constant, lookup, table, unmatched, lowercase, slug, prefix, suffix, split, currency
        case minorUnitsPerOne = "minor_units_per_one"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        column = try values.decodeIfPresent(String.self, forKey: .column)
        constant = try values.decodeIfPresent(String.self, forKey: .constant)
        lookup = try values.decodeIfPresent(ImportMapping.Lookup.self, forKey: .lookup)
        table = try values.decodeIfPresent(String.self, forKey: .table)
        unmatched = try values.decodeIfPresent(ImportMapping.Unmatched.self, forKey: .unmatched)
        lowercase = try values.decodeIfPresent(Bool.self, forKey: .lowercase)
        slug = try values.decodeIfPresent(Bool.self, forKey: .slug)
        prefix = try values.decodeIfPresent(String.self, forKey: .prefix)
        suffix = try values.decodeIfPresent(String.self, forKey: .suffix)
        split = try values.decodeIfPresent(String.self, forKey: .split)
        currency = try values.decodeIfPresent(String.self, forKey: .currency)
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
    enum CodingKeys: String, CodingKey, CaseIterable { case column, at }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.strict(CodingKeys.self)
        column = try values.decode(String.self, forKey: .column)
        at = try values.decodeIfPresent(String.self, forKey: .at)
    }
}

extension ImportMapping.Leads {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, fields, time
        case assignedTo = "assigned_to"
        case unknownPartner = "unknown_partner"
        case stage, outcomes
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
