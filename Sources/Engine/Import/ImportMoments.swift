import Foundation
import LeadlineCore
import TextFormats

/// Reads moments of rows: a date as the mapping writes it, at a time of day, in its zone, or so many days later.
struct ImportMoments {
    /// A way of writing dates, with its name.
    private struct Form {
        var name: String
        var pattern: DatePattern
    }

    private let forms: [Form]
    private let zone: TimeZone
    private let numbers: NumberFormat
    private let now: Timestamp
    /// What moments say themselves, read once.
    private var own: [ImportMapping.Moment: (forms: [Form]?, zone: TimeZone?)] = [:]

    init(_ mapping: ImportMapping, now: Timestamp) throws(ImportError) {
        let dates = mapping.dates
        if (dates.format == nil) == (dates.formats == nil) {
            throw .mapping(at: "dates", "give either format, or formats for several")
        }
        let path = dates.format == nil ? "dates.formats" : "dates.format"
        forms = try Self.forms(dates.formats ?? [dates.format ?? ""], at: path)
        zone = try Self.zone(dates.zone, at: "dates.zone")
        numbers = mapping.numbers ?? .plain
        self.now = now
        for (path, moment) in mapping.moments {
            var forms: [Form]?
            var zone: TimeZone?
            if let names = moment.formats { forms = try Self.forms(names, at: "\(path).formats") }
            if let name = moment.zone { zone = try Self.zone(name, at: "\(path).zone") }
            own[moment] = (forms, zone)
        }
    }

    private static func forms(_ names: [String], at path: String) throws(ImportError) -> [Form] {
        if names.isEmpty { throw .mapping(at: path, "names no format") }
        var forms: [Form] = []
        for name in names {
            guard let pattern = DatePattern(name) else {
                throw .mapping(
                    at: path,
                    "must name year, month and day once each, e.g. M/D/YYYY, DD.MM.YY, D MMM YYYY h:mm A or "
                        + "YYYY-MM-DDThh:mm:ss.fZ, where Z is any offset; or be epoch, epoch-millis or excel")
            }
            forms.append(Form(name: name, pattern: pattern))
        }
        return forms
    }

    private static func zone(_ name: String, at path: String) throws(ImportError) -> TimeZone {
        guard FieldRules.isZoneName(name), let zone = TimeZone(identifier: name) else {
            throw .mapping(at: path, "is not in the tz database; use a name such as Europe/Rome, or UTC")
        }
        return zone
    }

    /// Most days that a moment may lie after its date.
    private static let daysMax = 36_600

    func check(_ moment: ImportMapping.Moment, over file: ImportFile, at path: String) throws(ImportError) {
        try file.require(moment.column, at: path)
        if let at = moment.at, TimeOfDay(at) == nil {
            throw .mapping(at: "\(path).at", "must be a time of day such as 09:00")
        }
        if let column = moment.daysAfterColumn {
            try file.require(column, at: "\(path).days_after_column")
            if moment.daysAfter != nil { throw .mapping(at: path, "give days_after or days_after_column, not both") }
        }
        if let days = moment.daysAfter, !(0...Self.daysMax).contains(days) {
            throw .mapping(at: "\(path).days_after", "must be from 0 to \(Self.daysMax)")
        }
    }

    /// The moment, plus one microsecond for each row before, so that no two rows share one; nil where the date is
    /// missing and a rule says what then, which the row notes.
    func moment(_ moment: ImportMapping.Moment, row number: Int, _ row: inout ImportRow) throws(RowRefusal)
        -> Timestamp?
    {
        let column = moment.column
        let text = row.raw(column)
        if text.isEmpty {
            let rule = row.missingRule(column) ?? .refuse
            if rule == .refuse { throw RowRefusal("\(column) missing: refused") }
            row.note("\(column) missing: \(rule.rawValue)")
            return nil
        }
        let time = try read(text, moment, &row)
        let later = time.adding(micros: try daysAfter(moment, &row)).adding(micros: Int64(number))
        if later.adding(micros: -Timestamp.microsPerDay) < Intake.earliest {
            throw RowRefusal("\(column) lies before 1990: refused")
        }
        if later > now { throw RowRefusal("\(column) lies in the future: refused") }
        return later
    }

    /// The moment that a text writes in one of the forms. Where two read it and mean other moments, neither is taken.
    private func read(_ text: String, _ moment: ImportMapping.Moment, _ row: inout ImportRow) throws(RowRefusal)
        -> Timestamp
    {
        let column = moment.column
        let forms = own[moment]?.forms ?? forms
        let zone = own[moment]?.zone ?? zone
        var found: (form: Form, time: Timestamp)?
        var isDate = false
        for form in forms {
            guard var local = form.pattern.parse(text) else { continue }
            isDate = true
            if !form.pattern.hasTimeOfDay, let at = moment.at.flatMap({ TimeOfDay($0) }) { local.time = at }
            guard let time = local.inZone(zone) else { continue }
            if let first = found, first.time != time {
                throw RowRefusal("\(column) is one date as \(first.form.name) and another as \(form.name): refused")
            }
            found = found ?? (form, time)
        }
        guard let found else {
            if isDate { throw RowRefusal("\(column) is no date of the calendar: refused") }
            let names = forms.map(\.name).joined(separator: " or ")
            throw RowRefusal("\(column) is not a date as \(names): refused")
        }
        if forms.count > 1 { row.note("\(column) read as \(found.form.name)") }
        return found.time
    }

    private func daysAfter(_ moment: ImportMapping.Moment, _ row: inout ImportRow) throws(RowRefusal) -> Int64 {
        if let days = moment.daysAfter { return Int64(days) * Timestamp.microsPerDay }
        guard let column = moment.daysAfterColumn else { return 0 }
        let text = row.raw(column)
        if text.isEmpty { throw RowRefusal("\(column) missing: refused") }
        guard let days = numbers.parse(text), !days.isNegative,
            let micros = days.times(Timestamp.microsPerDay), micros <= Int64(Self.daysMax) * Timestamp.microsPerDay
        else { throw RowRefusal("\(column) is no number of days: refused") }
        return micros
    }
}

extension ImportMapping {
    /// Every moment with its place in the mapping.
    fileprivate var moments: [(path: String, moment: Moment)] {
        var all = [("leads.time", leads.time)]
        for (stage, outcome) in leads.outcomes.sorted(by: { $0.key < $1.key }) {
            if let time = outcome.time { all.append(("leads.outcomes.\(stage).time", time)) }
        }
        return all
    }
}
