import Foundation
import Testing
import TextFormats

/// Goal: numbers as people write them are read exactly, or not at all. Method: tables.
@Suite struct NumberFormatTests {
    @Test(arguments: [
        (NumberFormat.plain, "1234.56", Int64(123_456), 2), (.plain, "0", 0, 0), (.plain, "007", 7, 0),
        (.english, "1,234,567.5", 12_345_675, 1), (.english, "1234.5", 12_345, 1), (.english, "12", 12, 0),
        (.german, "1.234,56", 123_456, 2), (.german, "1.234.567", 1_234_567, 0), (.german, "0,5", 5, 1),
        (.french, "1 234,56", 123_456, 2), (.french, "1\u{202F}234\u{A0}567", 1_234_567, 0),
        (.swiss, "1'234.56", 123_456, 2), (.swiss, "12\u{2019}345", 12_345, 0),
        (.indian, "12,34,567.89", 123_456_789, 2), (.indian, "1,234", 1_234, 0),
    ])
    func reads(format: NumberFormat, text: String, digits: Int64, fraction: Int) throws {
        let number = try #require(format.parse(text))
        #expect(number.digits == digits && number.fractionDigits == fraction && !number.isNegative)
        #expect(format.parse("-" + text)?.isNegative == true)
    }

    @Test(arguments: [
        (NumberFormat.plain, "1,234"), (.plain, ""), (.plain, "."), (.plain, "1."), (.plain, ".5"), (.plain, "1.2.3"),
        (.plain, "1e5"), (.plain, "--1"), (.plain, "1 234"), (.plain, "٣"), (.plain, "1234567890123456789"),
        (.english, "1,50"), (.english, "1.234,56"), (.english, "12,3456"), (.english, ",123"), (.english, "1,,234"),
        (.german, "1,234.56"), (.german, "1.50"), (.german, "1.23.456"), (.french, "1 23"), (.french, "1  234"),
        (.swiss, "1'23"), (.swiss, "1,234"), (.indian, "123,45,678"), (.indian, "1,234,56"),
    ])
    func refuses(format: NumberFormat, text: String) { #expect(format.parse(text) == nil) }

    @Test func everyExampleIsReadInItsOwnForm() {
        for format in NumberFormat.allCases { #expect(format.parse(format.example) != nil, "\(format)") }
    }

    @Test(arguments: [
        ("12.5", Int64(100), Int64(1_250)), ("0.005", 100, 1), ("0.004", 100, 0), ("-1.5", 1, -2), ("1234.56", 1, 1_235),
        ("4.995", 100, 500),
    ])
    func timesRoundsHalvesUp(text: String, factor: Int64, value: Int64) throws {
        #expect(try #require(NumberFormat.plain.parse(text)).times(factor) == value)
    }

    @Test func whatDoesNotFitIsNoNumber() throws {
        #expect(try #require(NumberFormat.plain.parse("999999999999999999")).times(100) == nil)
    }

    @Test(arguments: [
        (NumberFormat.german, "€ 1.234,56", "€", Int64(123_456)), (.german, "1.234,56 EUR", "EUR", 123_456),
        (.english, "$1,234.56", "$", 123_456), (.english, "US$ 1,234.56", "US$", 123_456),
        (.swiss, "Fr. 1'234.56", "Fr.", 123_456), (.french, "1 234,56\u{A0}€", "€", 123_456),
        (.english, "(1,234.56)", "", -123_456), (.english, "-$5.00", "$", -500), (.english, "$-5.00", "$", -500),
        (.plain, "12.00", "", 1_200),
    ])
    func readsMarks(format: NumberFormat, text: String, mark: String, cents: Int64) throws {
        let amount = try #require(WrittenAmount(text, format))
        #expect(amount.mark == mark && amount.number.times(100) == cents)
    }

    @Test(arguments: ["", "EUR", "1 2 EUR", "€ 5 EUR", "12,5", "about 1000 EUR", "1.2.3", "(5", "five"])
    func refusesWhatIsNoAmount(text: String) { #expect(WrittenAmount(text, .english) == nil) }
}

/// Goal: files are read whatever they are written in, wherever a chunk ends, and what is no text is refused.
@Suite struct TextEncodingTests {
    private func decode(_ bytes: [UInt8], _ encoding: TextEncoding, size: Int) -> [UInt8] {
        var decoder = TextDecoder(encoding)
        var text: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            text += decoder.decode(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return text + decoder.decode([])
    }

    @Test(arguments: [
        (TextEncoding.windows1252, [UInt8]([0x80, 0x4D, 0xFC, 0x6C]), "€Mül"), (.latin9, [0xA4], "€"), (.latin1, [0xA4], "¤"),
        (.windows1250, [0xB9, 0x9C, 0xBF], "ąśż"), (.windows1251, [0xCC, 0xE8, 0xF0], "Мир"), (.latin2, [0xB1, 0xB6], "ąś"),
        (.windows1253, [0xC1, 0xE8], "Αθ"), (.windows1254, [0xDE, 0xFD], "Şı"), (.macRoman, [0x8A, 0xDB], "ä€"),
        (.utf16, [0xFF, 0xFE, 0x41, 0x00, 0xAC, 0x20], "A€"), (.utf16, [0xFE, 0xFF, 0x00, 0x41, 0x20, 0xAC], "A€"),
        (.utf16LittleEndian, [0x3D, 0xD8, 0x00, 0xDE, 0x61, 0x00], "😀a"), (.utf8, [0xC3, 0xA9], "é"),
    ])
    func decodesWhateverTheChunks(encoding: TextEncoding, bytes: [UInt8], text: String) {
        for size in 1...bytes.count { #expect(decode(bytes, encoding, size: size) == Array(text.utf8), "chunks of \(size)") }
    }

    @Test func whatIsNoTextStaysNone() {
        for (encoding, bytes) in [
            (TextEncoding.windows1252, [UInt8]([0x81])), (.utf16, [0xFF, 0xFE, 0x41]), (.utf16LittleEndian, [0x00, 0xDC, 0x41, 0x00]),
        ] {
            #expect(String(validating: decode(bytes, encoding, size: 64), as: UTF8.self) == nil, "\(encoding)")
        }
    }

    @Test(arguments: [
        ([UInt8]([0xEF, 0xBB, 0xBF, 0x41]), TextEncoding.utf8, true), ([0xFF, 0xFE, 0x41, 0], .utf16LittleEndian, true),
        ([0xFE, 0xFF, 0, 0x41], .utf16BigEndian, true), (Array("Zürich".utf8), .utf8, true), ([0x5A, 0xFC, 0x72], .windows1252, false),
        ([0x41, 0, 0x42, 0, 0x43, 0], .utf16LittleEndian, false), ([0, 0x41, 0, 0x42, 0, 0x43], .utf16BigEndian, false), ([], .utf8, true),
    ])
    func tellsAnEncoding(bytes: [UInt8], encoding: TextEncoding, isCertain: Bool) {
        let found = TextEncoding.detected(bytes, isCut: false)
        #expect(found.encoding == encoding && found.isCertain == isCertain)
    }

    @Test func aCharacterThatTheSampleCutsOffIsNoFault() {
        #expect(TextEncoding.detected(Array("Zü".utf8).dropLast(), isCut: true).encoding == .utf8)
    }

    @Test(arguments: [
        ("a,b;c,d\n", ","), ("a;b;c\n1,5;2;3\n", ";"), ("a\tb\n", "\t"), ("a|b|c", "|"), ("alone\n", ","), ("sep=;\r\na,b;c\r\n", ";"),
        ("\"a,b\";\"c,d\"\n", ";"), ("\"SEP=|\"\nx\n", "|"), ("", ","),
    ])
    func tellsADelimiter(text: String, delimiter: String) {
        #expect(CSVDialect(detecting: Array(text.utf8)).delimiter == delimiter.utf8.first)
    }

    @Test func opensAFileAsItIsWritten() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/csv-file-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func rows(_ bytes: [UInt8], skipping: Int = 0, encoding: TextEncoding? = nil) throws -> ([[String]], String, line: Int) {
            let path = folder + "/f.csv"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            var file = try CSVFile(path: path, encoding: encoding, delimiter: nil, skipping: skipping)
            var rows: [[String]] = []
            var line = 0
            while let record = try file.reader.next() {
                if rows.isEmpty { line = record.line }
                rows.append(record.fields)
            }
            return (rows, file.form.words, line)
        }
        let utf16: [UInt8] = [0xFF, 0xFE] + "a;é\r\n1;2\r\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try rows(utf16) == ([["a", "é"], ["1", "2"]], "utf-16le, semicolons", 1))
        #expect(try rows([0x61, 0x09, 0xE9, 0x0A]) == ([["a", "é"]], "windows-1252 (likely), tabs", 1))
        #expect(try rows(Array("\u{FEFF}sep=|\r\na|b\r\n".utf8)) == ([["a", "b"]], "utf-8, bars", 2))
        #expect(try rows(Array("Report of, today\n\na;b\n".utf8), skipping: 2) == ([["a", "b"]], "utf-8, semicolons", 3))
        #expect(throws: CSVError.notText(line: 1)) { try rows([0x61, 0xE9], encoding: .utf8) }
        #expect(throws: CSVError.containsNUL(line: 1)) { try rows([0x61, 0x2C, 0x00, 0x62], encoding: .utf8) }
    }
}
