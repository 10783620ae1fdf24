import Foundation
import LeadlineCore
import Testing

@testable import Reports

struct TextTests {
    @Test("Times stand in the given zone with its offset")
    func localTime() throws {
        let moment = Timestamp(micros: 1_772_357_400_000_000)
        #expect(
            TimeText.local(moment, zone: try #require(TimeZone(identifier: "Asia/Kolkata")))
                == "2026-03-01 15:00:00 +05:30")
        #expect(
            TimeText.local(moment, zone: try #require(TimeZone(identifier: "America/New_York")))
                == "2026-03-01 04:30:00 -05:00")
        #expect(TimeText.utc(moment) == "2026-03-01T09:30:00Z")
    }

    @Test(
        "Durations show their two largest units",
        arguments: [(0, "0 s"), (59, "59 s"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_400, "1 d")])
    func durations(_ seconds: Int, _ text: String) {
        #expect(TimeText.duration(seconds: Int64(seconds)) == text)
    }

    @Test("Amounts follow the currency's minor unit")
    func money() {
        #expect(MoneyText.exact(Int64(12_000_050), "EUR") == "EUR 120,000.50")
        #expect(MoneyText.exact(Int64(12_000_000), "EUR", short: true) == "EUR 120,000")
        #expect(MoneyText.exact(Int64(5), "EUR") == "EUR 0.05")
        #expect(MoneyText.exact(Int64(1_500), "JPY") == "JPY 1,500")
        #expect(MoneyText.exact(Int64(1_234_567), "KWD") == "KWD 1,234.567")
    }

    @Test("Control characters from outside do not reach the terminal")
    func harmless() {
        #expect(Escaping.harmless("a\u{1B}[31mb\n") == "a\u{FFFD}[31mb\u{FFFD}")
        #expect(Escaping.harmless("Lumière") == "Lumière")
    }

    @Test("JSON strings are escaped as the standard asks")
    func quoting() throws {
        let text = "a\"b\\c\n\u{1}é😀"
        let back = try JSONSerialization.jsonObject(with: Data("[\(JSONText.quoted(text))]".utf8)) as? [String]
        #expect(back == [text])
    }

    @Test("A difference shows what came, changed and went")
    func difference() {
        let differences = FieldDiff.between([("a", "1"), ("b", "2")], [("b", "3"), ("c", "4")])
        #expect(differences.map(\.field) == ["b", "c", "a"])
        #expect(differences.map(\.before) == ["2", nil, "1"])
        #expect(differences.map(\.after) == ["3", "4", nil])
    }
}
