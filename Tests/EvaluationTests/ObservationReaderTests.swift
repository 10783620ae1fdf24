import LeadlineCore
import Testing
import TextFormats

@testable import Evaluation

/// Goal: a file is read as its columns say, and what is wrong with one is said with line and remedy.
@Suite struct ObservationReaderTests {
    private static let header = "t,tclose,partner,y,value,c_trade,n_size\n"

    @Test func columnsByTheirUsualNames() throws {
        let read = try Samples.read(Self.header + "1,3,a,1,0,x,1000\n2,,b,,0,y,\n2,4,a,Lost,0,x,1023\n", logic: 7)
        #expect(read.arrivals == [1, 2, 2] && read.closings == [3, nil, 4] && read.outcomes == [true, nil, false])
        #expect(read.partnerNames == ["a", "b"] && read.partners == [0, 1, 0])
        #expect(read.slotNames == ["c_trade", "n_size"] && read.openCount == 1 && !read.hasDates && !read.wasSorted)
        // 1000 and 1023 are of one band; a missing number is a band of its own; no slot shares a value with another.
        #expect(read.rows == [[1, 2], [3, 4], [1, 2]] && read.valueCount == 5)
    }

    /// Since logic version 8 a number is read in three ways: 1000 and 1023 differ in how round they are alone.
    @Test func aNumberIsReadInSeveralWays() throws {
        let read = try Samples.read(Self.header + "1,3,a,1,0,x,1000\n2,4,a,0,0,x,1023\n", logic: 8)
        #expect(read.slotNames.count == 4 && read.slotNames.first == "c_trade")
        #expect(read.rows[0][0..<3] == read.rows[1][0..<3] && read.rows[0][3] != read.rows[1][3], "\(read.rows)")
    }

    @Test func aCategoryAndANumberNeverShareAnId() throws {
        let read = try Samples.read("t,tclose,partner,y,c_a,c_b\n0,0,p,1,same,same\n")
        #expect(read.rows == [[1, 2]])
    }

    @Test func columnsByOtherNames() throws {
        var columns = ColumnChoice()
        columns.arrival = "created"
        columns.closed = "closed"
        columns.partner = "who"
        columns.outcome = "stage"
        columns.categories = ["trade"]
        columns.numbers = ["size"]
        columns.groups = ["partner", "trade"]
        let read = try Samples.read("c_x,size,trade,stage,who,closed,created\n1,5,metal,Won,kim,2026-03-02,2026-03-01\n", columns, logic: 7)
        // In the file's order, whatever the order of options; c_x is not named and so not learned from.
        #expect(read.slotNames == ["size", "trade"] && read.hasDates)
        #expect(read.dayText(read.arrivals[0]) == "2026-03-01" && read.closings[0] == read.arrivals[0] + 1)
        #expect(read.groupings.map(\.column) == ["partner", "trade"] && read.groupings.map(\.names) == [["kim"], ["metal"]])
    }

    @Test(arguments: [
        ("1", true), ("won", true), ("WON", true), ("True", true), (" yes ", true), ("1.0", true), ("0", false), ("Lost", false),
        ("FALSE", false), ("no", false), ("0.0", false),
    ])
    func outcomes(_ text: String, _ won: Bool) throws {
        #expect(try Samples.read(Self.header + "1,1,a,\(text),0,x,1\n").outcomes == [won])
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1970-03-01", 59), ("2000-02-29", 11_016), ("2026-03-01", 20_513), ("1969-12-31", -1), ("0000-03-01", -719_468),
        ("17", 17), ("-4", -4), ("12.0", 12),
    ])
    func days(_ text: String, _ day: Int) {
        let reading = CalendarDay.read(text)
        #expect(reading?.day == day)
        if reading?.isDate == true { #expect(CalendarDay.text(day) == text) }
    }

    @Test(arguments: ["2026-13-01", "2026-02-29", "2026-3-1", "01/03/2026", "1.5", "1772323200000", "20260301x", "2026-00-10", "9223372036854775808"])
    func noDays(_ text: String) { #expect(CalendarDay.read(text) == nil) }

    @Test func daysOfFiveCenturiesComeBack() {
        for day in stride(from: -100_003, through: 100_003, by: 13) { #expect(CalendarDay.read(CalendarDay.text(day))?.day == day) }
    }

    @Test func rowsOutOfOrderAreSortedAndDaysKeepTheFilesOrder() throws {
        let read = try Samples.read(Self.header + "5,5,a,1,0,x,1\n3,3,b,0,0,y,1\n5,6,c,0,0,z,1\n3,4,d,1,0,x,1\n")
        #expect(read.wasSorted && read.arrivals == [3, 3, 5, 5])
        #expect(read.partners.map { read.partnerNames[$0] } == ["b", "d", "a", "c"] && read.closings == [3, 4, 5, 6])
    }

    @Test func aRowLacksItsEndIfDayOrOutcomeIsMissing() throws {
        let read = try Samples.read(Self.header + "1,2,a,,0,x,1\n1,,a,1,0,x,1\n")
        #expect(read.closings == [nil, nil] && read.outcomes == [nil, nil])
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int?
        var what: String
        var change: @Sendable (inout ColumnChoice) -> Void = { _ in }
        var testDescription: String { what }
    }

    @Test(arguments: [
        Mistake(text: "", line: nil, what: "the file is empty"),
        Mistake(text: header, line: nil, what: "the file has no rows"),
        Mistake(text: "t,t,partner,y\n", line: 1, what: "two columns are called 't'"),
        Mistake(text: "t,partner,y,c_a\n", line: 1, what: "there is no column 'tclose'"),
        Mistake(text: "t,tclose,partner,y,trade\n", line: 1, what: "no column to learn from: none begins with c_ or n_"),
        Mistake(text: header, line: 1, what: "there is no column 'nix'", change: { $0.groups = ["nix"] }),
        Mistake(text: header, line: nil, what: "one column stands for two of arrival, closed, partner and outcome", change: { $0.closed = "t" }),
        Mistake(
            text: header, line: nil, what: "the column 'y' cannot be learned from: it is the arrival, closing, partner or outcome",
            change: { $0.categories = ["y"] }),
        Mistake(
            text: header, line: nil, what: "the column 'c_trade' is named twice",
            change: {
                $0.categories = ["c_trade"]
                $0.numbers = ["c_trade"]
            }),
        Mistake(text: header + "1,1,a,1,0,x,1\n1,1,a,1,0,x\n", line: 3, what: "6 fields where the header has 7"),
        Mistake(text: header + ",1,a,1,0,x,1\n", line: 2, what: "'t' is empty"),
        Mistake(text: header + "x,1,a,1,0,x,1\n", line: 2, what: "'t' is 'x'"),
        Mistake(text: header + "1,1772323200000,a,1,0,x,1\n", line: 2, what: "'tclose' is '1772323200000'"),
        Mistake(text: header + "1,2026-03-01,a,1,0,x,1\n", line: 2, what: "'tclose' is a date where the file had numbers before"),
        Mistake(text: header + "5,4,a,1,0,x,1\n", line: 2, what: "the row closes before it arrives"),
        Mistake(text: header + "1,1, ,1,0,x,1\n", line: 2, what: "'partner' is empty"),
        Mistake(text: header + "1,1,a,maybe,0,x,1\n", line: 2, what: "'y' is 'maybe'"),
        Mistake(text: header + "1,1,a,1,0,x,\"1,5\"\n", line: 2, what: "'n_size' is '1,5', which is no number"),
        Mistake(text: header + "1,1,a,1,0,x,inf\n", line: 2, what: "'n_size' is 'inf', which is no number"),
    ])
    func mistakes(_ mistake: Mistake) throws {
        var columns = ColumnChoice()
        mistake.change(&columns)
        let error = #expect(throws: EvaluationError.self) { try Samples.read(mistake.text, columns) }
        #expect(error?.what == mistake.what && error?.line == mistake.line)
        #expect(error?.remedy.isEmpty == false && error?.remedy.hasSuffix(".") == false)
    }

    @Test func textThatIsNoCSVIsTold() {
        #expect(throws: CSVError.strayQuote(line: 2)) { try Samples.read(Self.header + "1,1,a\"b,1,0,x,1\n") }
    }

    @Test func valuesTimesPartnersAreBounded() {
        var lines = ["t,tclose,partner,y,c_id"]
        for row in 0..<5_000 { lines.append("0,0,p\(row),1,id\(row)") }
        let error = #expect(throws: EvaluationError.self) { try Samples.read(lines.joined(separator: "\n"), chunk: 4_096) }
        #expect(error?.what == "5000 partners and 5001 values are too many together")
        #expect(error?.remedy.contains("'c_id' with its 5000 values") == true)
    }
}
