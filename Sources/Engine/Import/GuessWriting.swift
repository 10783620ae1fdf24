import LeadlineSchemas
import TextFormats

/// Writes what was guessed as YAML.
struct GuessWriting {
    private let leads: GuessedFile
    private let partners: GuessedFile?
    private(set) var notes: [String] = []

    init(leads: GuessedFile, partners: GuessedFile?) {
        self.leads = leads
        self.partners = partners
    }

    private func column(_ concept: GuessedConcept, _ file: GuessedFile? = nil) -> String? {
        (file ?? leads).column(concept).map(JSONEscapes.quoted)
    }

    mutating func yaml() -> String {
        let (amount, currency) = money()
        let dates = dates(currency)
        let stages = stages(amount)
        let fields = fields(amount)
        let partnerLines = partnerLines()
        let fileLines = fileLines()
        let countries = countries()
        note("the program counts in \(currency); change it if it does not")
        note("dates are meant in UTC; name the zone of whoever exported them, e.g. Europe/Berlin")
        let comments = notes.map { "#   - \($0)" }.joined(separator: "\n")
        return """
            # A mapping to start from, guessed from the files. Read it before you import by it: --explain-mapping says what each
            # key means, --dry-run what each row would become. What was guessed:
            \(comments)
            source: /imports/crm
            program: {name: Imported, currency: \(currency)}
            \(dates)
            files:
            \(fileLines)
            \(countries)\(partnerLines)leads:
              file: leads
              fields:
            \(fields)
            \(stages)
            """
    }

    /// A note is one line, in a comment too.
    private mutating func note(_ text: String) {
        notes.append(String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })))
    }

    private mutating func money() -> (amount: String?, currency: String) {
        let named = leads.values(.currency).compactMap { CurrencyMarks.currency($0) }
        let values = leads.values(.amount)
        let marks = NumberFormat.allCases.lazy.compactMap { format -> [String]? in
            let marks = values.prefix(50).compactMap { WrittenAmount($0, format)?.mark }
            return marks.isEmpty ? nil : marks
        }.first ?? []
        let beside = marks.compactMap { CurrencyMarks.currency($0) }
        let counts = Dictionary((named + beside).map { ($0, 1) }, uniquingKeysWith: +)
        let currency = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "EUR"
        guard let head = column(.amount) else {
            note("no column looks like an amount: leads get no value")
            return (nil, currency)
        }
        var parts = ["column: \(head)"]
        if let (format, isOpen) = GuessedForms.number(values), !values.isEmpty {
            if format != .plain { parts.append("number: \(format.rawValue)") }
            note("\(head) is an amount, written as \(format.example)\(isOpen ? "; the values leave open whether the point parts thousands: check" : "")")
        } else if !values.isEmpty {
            note("\(head) is an amount, but no one way of writing numbers reads all of its values: set number, or invalid: without")
        }
        parts.append("currency: \(currency)")
        if let column = column(.currency) {
            parts.append("currency_column: \(column)")
            note("\(column) is each row's currency")
        } else if Set(beside).count > 1 {
            parts.append("currency_column: \(head)")
            note("each row's currency stands beside its amount")
        }
        return ("{\(parts.joined(separator: ", "))}", currency)
    }

    private mutating func dates(_ currency: String) -> String {
        let isDayFirst = currency != "USD"
        let values = leads.values(.created) + leads.values(.closed)
        let found = GuessedForms.dates(values, dayFirst: isDayFirst)
        let heads = [column(.created), column(.closed)].compactMap { $0 }.joined(separator: " and ")
        note("\(heads): \(found.read) of \(found.of) dates are read as \(found.formats.joined(separator: " or "))")
        if let other = found.other { note("all of them could be \(other) as well: check") }
        if found.formats.count == 1 { return "dates: {format: \(JSONEscapes.quoted(found.formats[0])), zone: UTC}" }
        return "dates: {formats: [\(found.formats.map(JSONEscapes.quoted).joined(separator: ", "))], zone: UTC}"
    }

    private mutating func fileLines() -> String {
        var lines: [String] = []
        for (name, file) in [("partners", partners), ("leads", leads)] {
            guard let file else { continue }
            note("\(file.name) is \(file.form.words), and holds the \(name)")
            var parts = ["path: \(JSONEscapes.quoted(file.name))"]
            if file.form.encoding != .utf8 { parts.append("encoding: \(file.form.encoding.rawValue)") }
            let delimiter = file.form.delimiter == 0x09 ? "tab" : String(decoding: [file.form.delimiter], as: UTF8.self)
            parts.append("delimiter: \(JSONEscapes.quoted(delimiter))")
            if name == "partners", let key = partnerKey() { parts.append("key: \(key)") }
            lines.append("  \(name): {\(parts.joined(separator: ", "))}")
        }
        return lines.joined(separator: "\n")
    }

    /// The column of the partners' file by which the leads name them.
    private func partnerKey() -> String? {
        guard let partners else { return nil }
        let owners = Set(leads.values(.owner))
        for concept in [GuessedConcept.partnerName, .partnerID] where partners.isKey(concept) {
            if !owners.isDisjoint(with: partners.values(concept)) { return column(concept, partners) }
        }
        return nil
    }

    private mutating func partnerLines() -> String {
        guard let owner = column(.owner) else {
            note("no column says who had the lead: Leadline routes them all")
            return ""
        }
        if let partners, let key = partnerKey() {
            note("\(owner) names the partner by \(key) of \(partners.name); ids are the rows' numbers")
            var lines = [
                "    partner_id: {column: \(key), lookup: {file: partners, column: \"#row\"}, prefix: partner-}",
                "    name: {column: \(column(.partnerName, partners) ?? key)}",
            ]
            if let country = country(partners) { lines.append("    countries: \(country)") }
            return "partners:\n  file: partners\n  fields:\n" + lines.joined(separator: "\n") + "\n"
        }
        note("\(owner) names the partner; ids are made of the names, and stand in clear: no person's name may be one")
        return """
            partners:
              file: leads
              fields:
                partner_id: {column: \(owner), slug: true}
                name: {column: \(owner)}

            """
    }

    /// The expression for the country of a file's rows; nil where no column holds one.
    private func country(_ file: GuessedFile) -> String? {
        guard let country = column(.country, file) else { return nil }
        return isCoded(file) ? "{column: \(country)}" : "{column: \(country), table: countries, unmatched: without}"
    }

    private func isCoded(_ file: GuessedFile) -> Bool {
        file.values(.country).allSatisfy { ISOCodes.countries.contains($0) || ISOCodes.countriesReadAs[$0] != nil }
    }

    /// A table of the countries that the files name, where they are no codes.
    private mutating func countries() -> String {
        let named = [leads, partners].compactMap { $0 }.filter { !isCoded($0) }
        let values = Set(named.flatMap { $0.values(.country) })
        if values.isEmpty { return "" }
        let codes = GuessedForms.countries(values)
        note("\(codes.count) of \(values.count) names of countries are known; add the others to the table, or they are left out")
        let lines = codes.sorted { $0.key < $1.key }.map { "    \(JSONEscapes.quoted($0.key)): \(JSONEscapes.quoted($0.value))" }
        return "tables:\n  countries:\n" + lines.joined(separator: "\n") + "\n"
    }

    private mutating func fields(_ amount: String?) -> String {
        var lines: [String] = []
        if let id = column(.leadID), leads.isKey(.leadID) {
            lines.append("    lead_id: {column: \(id)}")
            note("\(id) is the lead's id")
        } else {
            lines.append("    lead_id: {row_number: true, prefix: lead-}")
            note("no column is an id in every row: leads are numbered by row, which changes when rows are put in between")
        }
        if let name = column(.accountName) {
            lines.append("    account_name: {column: \(name)}")
            if let domain = column(.accountDomain) {
                lines.append("    account_domain: {column: \(domain), invalid: without}")
            } else {
                lines.append("    account_domain: {column: \(name), slug: true, suffix: .example}")
                note("no column is a domain: one is made of \(name), which tells companies apart, and is nobody's address")
            }
        }
        let plain: [(String, GuessedConcept, String)] = [
            ("given_name", .givenName, ""), ("family_name", .familyName, ""), ("email", .email, ", invalid: without"),
            ("phone", .phone, ""), ("vertical", .vertical, ", invalid: without"), ("product", .product, ", invalid: without"),
            ("source", .source, ", invalid: without"), ("employees", .employees, employeesWritten),
        ]
        for (field, concept, more) in plain {
            if let column = column(concept) { lines.append("    \(field): {column: \(column)\(more)}") }
        }
        if let country = country(leads) { lines.append("    country: \(country)") }
        if let amount { lines.append("    deal_value: \(amount)") }
        return lines.joined(separator: "\n")
    }

    /// How the numbers of employees are written, as a part of their expression.
    private var employeesWritten: String {
        let format = GuessedForms.number(leads.values(.employees))?.format ?? .plain
        return (format == .plain ? "" : ", number: \(format.rawValue)") + ", invalid: without"
    }

    private mutating func stages(_ amount: String?) -> String {
        var lines = ["  time: {column: \(column(.created) ?? "")}"]
        if let owner = column(.owner) {
            lines.append(
                partnerKey() == nil
                    ? "  assigned_to: {column: \(owner), slug: true}"
                    : "  assigned_to: {column: \(owner), lookup: {file: partners, column: \"#row\"}, prefix: partner-}")
            lines.append("  unknown_partner: route")
        }
        guard let stage = column(.stage) else {
            note("no column says how leads went on: all are open")
            return lines.joined(separator: "\n") + "\n"
        }
        if leads.column(.closed) == nil {
            note("no column looks like the date on which a lead ended: name it in the outcomes, where now stands that on which it came")
        }
        let values = Array(Set(leads.values(.stage))).sorted()
        lines += ["  stage: \(stage)", "  outcomes:"]
        for value in values.prefix(60) {
            let result = GuessedForms.outcome(value)
            var parts = ["result: \(result.rawValue)"]
            if result != .open { parts.append("time: {column: \(column(.closed) ?? column(.created) ?? "")}") }
            if result == .won, let amount { parts.append("amount: \(amount)") }
            lines.append("    \(JSONEscapes.quoted(value)): {\(parts.joined(separator: ", "))}")
        }
        note("\(stage) has \(values.count) values; what they mean is told from their words: check each")
        return lines.joined(separator: "\n") + "\n"
    }
}
