import Foundation
import LeadlineCore

/// Reads moments of rows: a date as the mapping writes it, at a time of day, in its zone.
struct ImportMoments {
    private let format: String
    private let pattern: DatePattern
    private let zone: TimeZone
    private let now: Timestamp

    init(_ dates: ImportMapping.Dates, now: Timestamp) throws(ImportError) {
        guard let pattern = DatePattern(dates.format) else {
            throw .mapping(
                at: "dates.format",
                "must name year, month and day once each, e.g. M/D/YYYY, DD.MM.YY, D MMM YYYY h:mm A or "
                    + "YYYY-MM-DDThh:mm:ss.fZ, where Z is any offset; or be epoch, epoch-millis or excel")
        }
        guard FieldRules.isZoneName(dates.zone), let zone = TimeZone(identifier: dates.zone) else {
            throw .mapping(at: "dates.zone", "is not in the tz database; use a name such as Europe/Rome, or UTC")
        }
        format = dates.format
        self.pattern = pattern
        self.zone = zone
        self.now = now
    }

    func check(_ moment: ImportMapping.Moment, over file: ImportFile, at path: String) throws(ImportError) {
        try file.require(moment.column, at: path)
        if let at = moment.at, TimeOfDay(at) == nil {
            throw .mapping(at: "\(path).at", "must be a time of day such as 09:00")
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
        guard var local = pattern.parse(text) else { throw RowRefusal("\(column) is not a date as \(format): refused") }
        if !pattern.hasTimeOfDay, let at = moment.at.flatMap({ TimeOfDay($0) }) { local.time = at }
        guard let time = local.inZone(zone) else { throw RowRefusal("\(column) is no date of the calendar: refused") }
        let spread = time.adding(micros: Int64(number))
        if spread.adding(micros: -Timestamp.microsPerDay) < Intake.earliest {
            throw RowRefusal("\(column) lies before 1990: refused")
        }
        if spread > now { throw RowRefusal("\(column) lies in the future: refused") }
        return spread
    }
}
