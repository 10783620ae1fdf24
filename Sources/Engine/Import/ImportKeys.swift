import LeadlineSchemas
import TextFormats

/// Every key that a mapping can have, with what it means: the one place where they are documented.
public enum ImportKeys {
    /// A key of one part of the mapping.
    public struct Key: Sendable, Equatable {
        public var name: String
        /// What it means, in a sentence or two.
        public var meaning: String
    }

    /// A part of the mapping with all of its keys, in the order in which they are best written.
    public struct Part: Sendable, Equatable {
        /// Where it stands, e.g. "files.NAME".
        public var place: String
        public var about: String
        public var keys: [Key]
    }

    private static func part(_ place: String, _ about: String, _ keys: KeyValuePairs<String, String>) -> Part {
        Part(place: place, about: about, keys: keys.map { Key(name: $0.key, meaning: $0.value) })
    }

    /// All parts.
    public static let parts: [Part] = [
        part(
            "", "The mapping itself.",
            [
                "source": "CloudEvents source of every event, e.g. /imports/crm. With the rows' numbers it names the events, so that the same import twice changes nothing.",
                "program": "The program that the history belongs to.",
                "policy": "Path beside this file of the policy that the history starts with; none is published if it is left out. A deal won in another currency than the program's needs its exchange rate there.",
                "dates": "How dates are written.",
                "numbers": "How numbers are written: \(numberFormats). Plain if it is left out. A thousand that is no group of three is refused, never misread.",
                "files": "The CSV files, under names of your own.",
                "tables": "Tables of values under names of your own, for what stands in no file: {countries: {Germany: DE}}. Quote NO, on and off.",
                "partners": "Rows that become partners.",
                "accounts": "Rows that tell of companies and enrich their leads.",
                "leads": "Rows that become leads, with how they went on.",
            ]),
        part(
            "program", "The program.",
            [
                "id": "Its id; --program overrides it. It must have no entries later than the history's start.",
                "name": "Its name.",
                "currency": "ISO 4217 currency in which it counts.",
            ]),
        part(
            "dates", "How dates are written, unless a moment says it itself.",
            [
                "format": "One way: \(dateTokens)",
                "formats": "Several ways in one file, instead of format. A text that two of them read as different moments is refused.",
                "zone": "IANA time zone in which they are meant, e.g. Europe/Rome; an offset in the text itself goes before it.",
            ]),
        part(
            "files.NAME", "A file with a head line. Lines end with LF or CRLF; fields are quoted as RFC 4180 has it.",
            [
                "path": "Path below the folder that --from names.",
                "key": "Column by which lookups find rows.",
                "delimiter": "One ASCII character, or tab. Found out of the file's sep= line or its head line if it is left out: , ; tab or |.",
                "encoding": "\(ImportMapping.Encoding.names.joined(separator: ", ")). UTF-8 if it is left out; detect finds it out and says what it found.",
                "skip_lines": "Lines before the head line, e.g. a report's title.",
                "keep": "By column, a value or a list of them: only rows with one of them are read. The others are counted as left out.",
                "drop": "By column, a value or a list of them: rows with one of them are left out.",
                "aliases": "By column, values that are read as others: {sector: {technolgy: technology}}. Each use is counted.",
                "missing": "By column, what happens to rows where it is empty: without (the default of fields), refuse (the default of times), or for times end-of-history: after the last dated event.",
            ]),
        part(
            "partners", "Rows that become partners.",
            [
                "file": "Name under files.",
                "fields": "By field of PartnerUpserted, an expression; partner_id is needed. Fields: \(FieldTargets.partner.keys.sorted().joined(separator: ", ")). A row that repeats an earlier one is passed over; one with other values is refused.",
            ]),
        part(
            "accounts", "Rows that tell of companies.",
            [
                "file": "Name under files.",
                "fields": "By field of FirmographicsObserved, an expression; account_domain is needed. Fields: \(FieldTargets.account.keys.sorted().joined(separator: ", ")).",
            ]),
        part(
            "leads", "Rows that become leads.",
            [
                "file": "Name under files.",
                "fields": "By field of LeadSubmitted, an expression; lead_id is needed. Fields: \(FieldTargets.lead.keys.sorted().joined(separator: ", ")); and attributes.NAME for whatever else the export knows of a lead, which decides nothing and is sealed unless the policy declares it.",
                "time": "The moment at which the lead came in.",
                "assigned_to": "Expression for the id of the partner who got it then; where it is left out, Leadline routes.",
                "unknown_partner": "What happens to rows whose partner is no partner of the import: refuse (the default) or route.",
                "stage": "Column that says how it went on.",
                "stage_columns": "Columns that say it together, instead of stage: their values are joined by \" / \", as in \"FALSE / Proposition\".",
                "outcomes": "By value of stage, how it went on. Rows with a value that is not listed are refused; the values are named with how often they stand there.",
            ]),
        part(
            "leads.outcomes.VALUE", "How a lead went on.",
            [
                "result": "won, lost, withdrawn or open.",
                "time": "The moment at which it ended; needed save for open.",
                "amount": "Expression for what a won deal was worth.",
            ]),
        part(
            "MOMENT", "When something happened: leads.time, and time of an outcome.",
            [
                "column": "Column with the date.",
                "at": "Time of day, e.g. \"09:00\", where the date has none.",
                "formats": "How this column's dates are written, a list, if not as dates says.",
                "zone": "IANA time zone of this column's dates, if not that of dates.",
                "days_after": "So many days after the date: a whole number.",
                "days_after_column": "So many days after the date as this column says, e.g. a deal's age; fractions are read.",
            ]),
        part(
            "EXPRESSION", "How a value is made. Exactly one of column, columns, constant and row_number; then lookup, table, lowercase, slug, prefix and suffix, in this order.",
            [
                "column": "Column of the row.",
                "columns": "Columns whose values are joined. Where one is empty, the value is missing.",
                "separator": "What stands between joined values; a hyphen if it is left out.",
                "constant": "The same text for every row.",
                "row_number": "true for the number of the row in its file, from 1. It changes when rows are put in between.",
                "lookup": "Replaces the value by a column of the row of another file whose key it is.",
                "table": "Replaces the value by its entry in a table.",
                "unmatched": "Where lookup or table knows no such value: refuse (the default) or without.",
                "lowercase": "true for lower case.",
                "slug": "true for an id made of a name: \"Moses Frase\" becomes moses-frase. Two names that come to one id are told as a warning.",
                "prefix": "Text before the value.",
                "suffix": "Text after the value.",
                "split": "For lists: what separates their values.",
                "number": "For numbers and money: how they are written, if not as numbers says. Signs of currencies beside an amount are read in all but plain.",
                "currency": "For money: ISO 4217 currency. A sign of another one beside the amount refuses the row.",
                "currency_column": "For money: column with the row's own currency, a code or a sign; the amount's own column, if it stands beside the amount. Where it is empty, currency holds.",
                "currency_table": "For money: table by which that column's values become codes, e.g. {Euro: EUR}.",
                "times": "For money: how many of the currency one of the column is, e.g. 1000000 for millions.",
                "minor_units_per_one": "For money: minor units in 1.0 of the column, instead of times; those of the currency if both are left out (100 for EUR, 1 for JPY, 1000 for KWD).",
                "invalid": "Where the value is there but cannot be read, or its field does not take it: refuse (the default), or without, if the field may be missing.",
            ]),
        part(
            "lookup", "A row of another file.",
            [
                "file": "Name under files; it needs a key.",
                "column": "Column of that file. \"\(ImportMapping.Lookup.rowNumber)\" is the row's number among those with a key: an id that says nothing of whom it stands for.",
            ]),
    ]

    private static var numberFormats: String {
        NumberFormat.allCases.map { "\($0.rawValue) (\($0.example))" }.joined(separator: ", ")
    }

    private static let dateTokens =
        "YYYY or YY, MM or M, MMM (a month's name in eight languages), DD or D; hh or h, mm, ss, f (fraction of a second), A (AM or PM), Z (any offset); or epoch, epoch-millis, excel alone."

    /// Keys that the decoder knows, by place: what ``parts`` must tell of.
    static var known: [String: [String]] {
        func names<Key: CodingKey & CaseIterable>(_: Key.Type) -> [String] { Key.allCases.map(\.stringValue) }
        return [
            "": names(ImportMapping.CodingKeys.self), "program": names(ImportMapping.Program.CodingKeys.self),
            "dates": names(ImportMapping.Dates.CodingKeys.self), "files.NAME": names(ImportMapping.File.CodingKeys.self),
            "partners": names(ImportMapping.Records.CodingKeys.self),
            "accounts": names(ImportMapping.Records.CodingKeys.self), "leads": names(ImportMapping.Leads.CodingKeys.self),
            "leads.outcomes.VALUE": names(ImportMapping.LeadOutcome.CodingKeys.self),
            "MOMENT": names(ImportMapping.Moment.CodingKeys.self),
            "EXPRESSION": names(ImportMapping.Expression.CodingKeys.self),
            "lookup": names(ImportMapping.Lookup.CodingKeys.self),
        ]
    }
}
