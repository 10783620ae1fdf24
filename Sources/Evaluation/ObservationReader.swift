import Foundation
import LeadlineCore
import TextFormats

/// Reads a CSV file into `Observations`. Bounded in rows, texts and the memory the model will need for them.
public struct ObservationReader {
    /// Most rows that are read.
    public static let rowsMax = 5_000_000
    /// Most partners.
    public static let partnersMax = 20_000
    /// Most values of all slots together.
    public static let valuesMax = 1_000_000
    /// Most pairs of a partner and a value: the model has a weight for each.
    public static let crossesMax = 1 << 24

    private let columns: ColumnChoice
    private let readings: [NumberBands.Reading]
    private var observations = Observations()
    private var partnerIDs: [String: Int] = [:]
    private var valueIDs: [[String: Int32]] = []
    private var bandIDs: [[Int: Int32]] = []
    private var groupIDs: [[String: Int]] = []
    private var hasDates: Bool?

    private init(_ columns: ColumnChoice, logic: UInt32) {
        self.columns = columns
        readings = NumberBands.Reading.readings(logic: logic)
    }

    /// Reads a file.
    /// - Parameters:
    ///   - path: The file.
    ///   - columns: Which column means what.
    ///   - logic: The logic version as whose programs numbers are read.
    ///   - progress: Called with the bytes read so far.
    /// - Throws: `EvaluationError`, `CSVError`, or what opening the file threw.
    public static func read(
        path: String, columns: ColumnChoice, logic: UInt32 = Logic.newest,
        progress: @escaping (Int) -> Void = { _ in }
    ) throws -> Observations {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var total = 0
        return try read(columns: columns, logic: logic) {
            let chunk = [UInt8](try handle.read(upToCount: 1 << 17) ?? Data())
            total += chunk.count
            progress(total)
            return chunk
        }
    }

    /// Reads what `chunk` returns, until it returns nothing.
    public static func read(
        columns: ColumnChoice, logic: UInt32 = Logic.newest, chunk: @escaping () throws -> [UInt8]
    ) throws -> Observations {
        var csv = CSVReader(read: chunk)
        guard let header = try csv.next() else {
            throw EvaluationError("the file is empty", remedy: "Give a CSV file whose first line names the columns")
        }
        let places = try columns.places(in: header.fields.map(trimmed), line: header.line)
        var reader = ObservationReader(columns, logic: logic)
        reader.start(places)
        while let record = try csv.next() {
            if record.fields.count != header.fields.count {
                throw EvaluationError(
                    "\(record.fields.count) fields where the header has \(header.fields.count)", line: record.line,
                    remedy: "Quote fields that hold commas, and write empty ones")
            }
            try reader.add(record, places)
        }
        return try reader.finished()
    }

    private mutating func start(_ places: ColumnChoice.Places) {
        observations.slotNames = places.slots.flatMap(slotNames)
        observations.groupings = places.groups.map { Observations.Grouping(column: $0.column) }
        valueIDs = [[String: Int32]](repeating: [:], count: observations.slotNames.count)
        bandIDs = [[Int: Int32]](repeating: [:], count: observations.slotNames.count)
        groupIDs = [[String: Int]](repeating: [:], count: places.groups.count)
    }

    private mutating func add(_ record: CSVRecord, _ places: ColumnChoice.Places) throws(EvaluationError) {
        let fields = record.fields, line = record.line
        if observations.count == Self.rowsMax {
            throw EvaluationError("more than \(Self.rowsMax) rows", line: line, remedy: "Evaluate the file in parts")
        }
        guard let arrival = try day(fields[places.arrival], columns.arrival, line) else {
            throw EvaluationError(
                "'\(columns.arrival)' is empty", line: line, remedy: "Every row needs the day on which it arrived")
        }
        var closing = try day(fields[places.closed], columns.closed, line)
        var outcome = try Self.outcome(fields[places.outcome], columns.outcome, line)
        // Without either of them nothing is known of the row's end.
        if closing == nil || outcome == nil {
            closing = nil
            outcome = nil
        }
        if let closing, closing < arrival {
            throw EvaluationError(
                "the row closes before it arrives", line: line,
                remedy:
                    "Check '\(columns.arrival)' and '\(columns.closed)', or name other columns by --arrival and --closed"
            )
        }
        observations.arrivals.append(arrival)
        observations.closings.append(closing)
        observations.outcomes.append(outcome)
        observations.partners.append(try partner(fields[places.partner], line))
        if columns.fields.isEmpty {
            observations.rows.append(try row(fields, places.slots, line))
        } else {
            observations.leads.append(try lead(fields, places.slots, line))
        }
        for (k, group) in places.groups.enumerated() { addGroup(k, fields[group.place]) }
    }

    private func finished() throws(EvaluationError) -> Observations {
        var result = observations
        if result.count == 0 {
            throw EvaluationError("the file has no rows", remedy: "Give a file with opportunities below its header")
        }
        let crosses = result.partnerNames.count * result.valueCount
        if crosses > Self.crossesMax {
            let largest = result.slotNames.indices.max { valueIDs[$0].count < valueIDs[$1].count } ?? 0
            throw EvaluationError(
                "\(result.partnerNames.count) partners and \(result.valueCount) values are too many together",
                remedy:
                    "Leave out the column '\(ColumnChoice.short(result.slotNames[largest]))' with its \(valueIDs[largest].count) values, "
                    + "by naming the others with --category and --number")
        }
        result.hasDates = hasDates ?? false
        result.sortByArrival()
        return result
    }

    // MARK: Fields

    private mutating func day(_ text: String, _ column: String, _ line: Int) throws(EvaluationError) -> Int? {
        let text = Self.trimmed(text)
        if text.isEmpty { return nil }
        guard let reading = CalendarDay.read(text) else {
            throw EvaluationError(
                "'\(column)' is '\(ColumnChoice.short(text))'", line: line,
                remedy:
                    "Write a day as a date such as 2026-03-01, or as a whole number of days up to \(CalendarDay.dayMax)"
            )
        }
        if let hasDates, hasDates != reading.isDate {
            throw EvaluationError(
                "'\(column)' is a \(reading.isDate ? "date" : "number") where the file had \(hasDates ? "dates" : "numbers") before",
                line: line,
                remedy: "Write all days the same way")
        }
        hasDates = reading.isDate
        return reading.day
    }

    private static func outcome(_ text: String, _ column: String, _ line: Int) throws(EvaluationError) -> Bool? {
        switch trimmed(text).lowercased() {
        case "": nil
        case "1", "1.0", "won", "true", "yes": true
        case "0", "0.0", "lost", "false", "no": false
        default:
            throw EvaluationError(
                "'\(column)' is '\(ColumnChoice.short(text))'", line: line,
                remedy:
                    "Write 1, won, true or yes for a win, 0, lost, false or no for a loss, and nothing while it is open"
            )
        }
    }

    private mutating func partner(_ text: String, _ line: Int) throws(EvaluationError) -> Int {
        if let known = partnerIDs[text] { return known }
        if Self.trimmed(text).isEmpty {
            throw EvaluationError(
                "'\(columns.partner)' is empty", line: line,
                remedy: "Take rows without a partner out, or give them a name such as none")
        }
        let id = partnerIDs.count
        if id == Self.partnersMax {
            throw EvaluationError(
                "more than \(Self.partnersMax) partners", line: line,
                remedy: "Check that --partner names the right column")
        }
        partnerIDs[text] = id
        observations.partnerNames.append(text)
        return id
    }

    private mutating func row(_ fields: [String], _ slots: [ColumnChoice.Places.Slot], _ line: Int)
        throws(EvaluationError) -> [Int32]
    {
        var row: [Int32] = []
        row.reserveCapacity(observations.slotNames.count)
        for slot in slots {
            let text = fields[slot.place]
            if slot.isNumber {
                let number = try Self.number(text, slot.name, line)
                for reading in readings { row.append(try band(reading.of(number), row.count, line)) }
            } else {
                row.append(try category(text, row.count, line))
            }
        }
        return row
    }

    private func lead(_ fields: [String], _ slots: [ColumnChoice.Places.Slot], _ line: Int) throws(EvaluationError)
        -> LeadAttributes
    {
        var lead = LeadAttributes()
        for slot in slots {
            if slot.isNumber {
                slot.field?.set(try Self.number(fields[slot.place], slot.name, line), in: &lead)
            } else {
                slot.field?.set(Self.trimmed(fields[slot.place]), in: &lead)
            }
        }
        return lead
    }

    /// A column of numbers is as many slots as there are ways to read them.
    private func slotNames(_ slot: ColumnChoice.Places.Slot) -> [String] {
        if let field = slot.field { return ["\(field.rawValue) (\(slot.name))"] }
        if !slot.isNumber || readings.count == 1 { return [slot.name] }
        return readings.map { "\(slot.name) (\($0.rawValue))" }
    }

    private mutating func category(_ text: String, _ k: Int, _ line: Int) throws(EvaluationError) -> Int32 {
        if let known = valueIDs[k][text] { return known }
        let id = try newValue(line)
        valueIDs[k][text] = id
        return id
    }

    private mutating func band(_ band: Int, _ k: Int, _ line: Int) throws(EvaluationError) -> Int32 {
        if let known = bandIDs[k][band] { return known }
        let id = try newValue(line)
        bandIDs[k][band] = id
        return id
    }

    /// A number, or NaN where there is none.
    private static func number(_ text: String, _ column: String, _ line: Int) throws(EvaluationError) -> Double {
        let text = trimmed(text)
        if ["", "na", "n/a", "nan", "null", "none"].contains(text.lowercased()) { return .nan }
        if let number = Double(text), number.isFinite { return number }
        throw EvaluationError(
            "'\(ColumnChoice.short(column))' is '\(ColumnChoice.short(text))', which is no number", line: line,
            remedy: "Write numbers as 1234.5, or name the column by --category")
    }

    private mutating func newValue(_ line: Int) throws(EvaluationError) -> Int32 {
        if observations.valueCount > Self.valuesMax {
            throw EvaluationError(
                "more than \(Self.valuesMax) different values", line: line,
                remedy: "Leave out columns of ids and free text, by naming the others with --category and --number")
        }
        observations.valueCount += 1
        return Int32(observations.valueCount - 1)
    }

    private mutating func addGroup(_ k: Int, _ text: String) {
        if let known = groupIDs[k][text] {
            observations.groupings[k].ids.append(known)
            return
        }
        let id = groupIDs[k].count
        groupIDs[k][text] = id
        observations.groupings[k].names.append(text)
        observations.groupings[k].ids.append(id)
    }

    private static func trimmed(_ text: String) -> String {
        guard text.utf8.first.map({ $0 <= 32 }) == true || text.utf8.last.map({ $0 <= 32 }) == true else { return text }
        return text.trimmingCharacters(in: .whitespaces)
    }
}
