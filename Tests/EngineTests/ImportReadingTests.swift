import Engine
import Foundation
import Testing
import TextFormats

/// Goal: files are read as RFC 4180 has it, in bounded memory, and what is not CSV says on which line.
@Suite struct ImportCSVTests {
    /// The bytes in pieces of `size`, so that every place can be a chunk's end.
    private func read(_ text: String, size: Int, delimiter: UInt8 = UInt8(ascii: ",")) throws -> [[String]] {
        var rest = Array(text.utf8)[...]
        var reader = CSVReader(delimiter: delimiter) {
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        var rows: [[String]] = []
        while let record = try reader.next() { rows.append(record.fields) }
        return rows
    }

    @Test(arguments: [
        ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
        ("\"a,\"\"x\"\"\",\"line\nbreak\"\n", [["a,\"x\"", "line\nbreak"]]),
        ("a,,\n,,\n", [["a", "", ""], ["", "", ""]]),
        ("\"\",\"\"\r\n\r\n\nz,y\n", [["", ""], ["z", "y"]]),
        (" a , b \n", [[" a ", " b "]]),
        ("", []),
    ])
    func readsWhateverTheChunks(text: String, rows: [[String]]) throws {
        for size in 1...max(1, text.utf8.count) { #expect(try read(text, size: size) == rows, "chunks of \(size)") }
    }

    @Test func skipsAByteOrderMarkAndTakesOtherDelimiters() throws {
        #expect(try read("\u{FEFF}a;b\n", size: 64, delimiter: UInt8(ascii: ";")) == [["a", "b"]])
    }

    @Test func namesTheLineOfWhatIsNotCSV() {
        #expect(throws: CSVError.strayQuote(line: 2)) { try read("a,b\nc\"x,d\n", size: 3) }
        #expect(throws: CSVError.strayQuote(line: 1)) { try read("\"a\"b,c\n", size: 3) }
        #expect(throws: CSVError.openQuote(line: 2)) { try read("a\n\"b\nc", size: 3) }
        #expect(throws: CSVError.strayReturn(line: 1)) { try read("a\rb\n", size: 3) }
        #expect(throws: CSVError.containsNUL(line: 1)) { try read("a\0b\n", size: 3) }
        let huge = String(repeating: "x", count: CSVReader.recordBytesMax + 1)
        #expect(throws: CSVError.tooLarge(line: 1, bytesMax: CSVReader.recordBytesMax)) { try read(huge, size: 65_536) }
        let wide = String(repeating: ",", count: CSVReader.fieldsMax)
        #expect(throws: CSVError.tooManyFields(line: 1, max: CSVReader.fieldsMax)) { try read(wide, size: 65_536) }
    }

    @Test func writesWhatItReads() throws {
        let fields = ["plain", "with,comma", "with \"quotes\"", "two\r\nlines", ""]
        #expect(try read(CSVReader.line(fields) + "\r\n", size: 5) == [fields])
    }
}

/// Goal: a mapping that does not fit is refused before anything is read wrongly, and says where.
@Suite struct ImportMappingTests {
    private func refusal(_ old: String, _ new: String) throws -> String {
        let fixture = try ImportFixture()
        defer { try? fixture.remove() }
        let json = ImportFixture.mappingJSON.replacing(old, with: new)
        #expect(json != ImportFixture.mappingJSON)
        do {
            _ = try fixture.plan(ImportFixture.mapping(json))
            return "accepted"
        } catch let error as DecodingError {
            return "\(error)"
        } catch {
            return "\(error)"
        }
    }

    @Test func refusesUnknownKeys() throws {
        #expect(try refusal("\"slug\": true, \"suffix\"", "\"slugg\": true, \"suffix\"").contains("unknown key 'slugg'"))
    }

    @Test func refusesColumnsThatNoFileHas() throws {
        #expect(try refusal("{\"column\": \"office\"", "{\"column\": \"ofice\"").contains("no column 'ofice'"))
        #expect(try refusal("\"column\": \"price\"", "\"column\": \"cost\"").contains("no column 'cost'"))
    }

    @Test func refusesUnknownFieldsTablesAndFiles() throws {
        #expect(try refusal("\"vertical\":", "\"verticle\":").contains("there is no such field"))
        #expect(try refusal("\"table\": \"countries\"", "\"table\": \"lands\"").contains("no table is named 'lands'"))
        #expect(try refusal("\"lookup\": {\"file\": \"products\"", "\"lookup\": {\"file\": \"goods\"").contains("no file is named 'goods'"))
        #expect(try refusal("\"path\": \"teams.csv\"", "\"path\": \"absent.csv\"").contains("no such file"))
    }

    @Test func refusesDatesItCannotRead() throws {
        #expect(try refusal("M/D/YYYY", "M/YYYY").contains("dates.format"))
        #expect(try refusal("\"zone\": \"UTC\"", "\"zone\": \"Mars/Base\"").contains("dates.zone"))
        #expect(try refusal("\"at\": \"09:00\"", "\"at\": \"25:00\"").contains("time of day"))
    }
}
