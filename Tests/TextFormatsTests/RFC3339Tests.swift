import LeadlineCore
import Testing
import TextFormats

@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-03-01T09:30:00Z", 1_772_357_400_000_000), ("2026-03-01T10:30:00+01:00", 1_772_357_400_000_000),
        ("2000-02-29T23:59:59.123456Z", 951_868_799_123_456), ("1969-12-31T23:59:59Z", -1_000_000), ("2024-12-31t12:00:00.5-03:30", 1_735_659_000_500_000),
    ] as [(String, Int64)]) func parses(_ text: String, _ micros: Int64) throws {
        let moment = try #require(RFC3339.parse(text))
        #expect(moment.micros == micros)
        #expect(RFC3339.parse(RFC3339.format(moment)) == moment)
    }

    @Test(arguments: ["", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "20260101T000000Z0000"])
    func refuses(_ text: String) { #expect(RFC3339.parse(text) == nil) }
}
