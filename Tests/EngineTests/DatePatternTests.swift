import Foundation
import LeadlineCore
import TextFormats
import Testing

@testable import Engine

/// Goal: dates as spreadsheets and CRMs write them are read as they are meant, or refused; after public reports (case 26).
@Suite struct DatePatternTests {
    /// Pattern, text, and the moment in Europe/Rome; nil where the text is not written so.
    @Test(arguments: [
        ("M/D/YYYY", "2/13/2025", "2025-02-12T23:00:00Z"), ("DD.MM.YY", "13.02.25", "2025-02-12T23:00:00Z"),
        ("YY-MM-DD", "69-01-01", "2068-12-31T23:00:00Z"), ("YY-MM-DD", "70-01-01", "1969-12-31T23:00:00Z"),
        ("M/D/YYYY h:mm A", "2/2/2025 4:30 PM", "2025-02-02T15:30:00Z"), ("M/D/YYYY h:mm a", "2/2/2025 4:30 am", "2025-02-02T03:30:00Z"),
        ("M/D/YYYY hh:mm AM/PM", "2/2/2025 12:00 AM", "2025-02-01T23:00:00Z"), ("M/D/YYYY h:mm AM", "2/2/2025 12:00 PM", "2025-02-02T11:00:00Z"),
        ("M/D/YYYY h:mm A", "2/2/2025 4:30 p.m.", "2025-02-02T15:30:00Z"), ("M/D/YYYY h:mm A", "2/2/2025 16:30 PM", nil),
        ("M/D/YYYY h:mm A", "2/2/2025 0:30 AM", nil), ("M/D/YYYY h:mm A", "2/2/2025 4:30", nil), ("M/D/YYYY h:mm A", "2/2/2025 4:30 XM", nil),
        ("D MMM YYYY", "3 Mar 2025", "2025-03-02T23:00:00Z"), ("D. MMM YYYY", "3. März 2025", "2025-03-02T23:00:00Z"),
        ("D MMM YYYY", "3 août 2025", "2025-08-02T22:00:00Z"), ("D MMM YYYY", "3 gennaio 2025", "2025-01-02T23:00:00Z"),
        ("D-MMM-YY", "3-Dic.-25", "2025-12-02T23:00:00Z"), ("D MMM YYYY", "3 ma 2025", nil), ("D MMM YYYY", "3 mar 2025", "2025-03-02T23:00:00Z"),
        ("D MMM YYYY", "3 jui 2025", nil), ("D MMM YYYY", "3 Mond 2025", nil),
        ("YYYY-MM-DDThh:mm:ss.fZ", "2025-02-13T10:00:00.5+02:00", "2025-02-13T08:00:00.500000Z"),
        ("YYYY-MM-DDThh:mm:ssZ", "2025-02-13T10:00:00Z", "2025-02-13T10:00:00Z"), ("YYYY-MM-DD hh:mm:ss Z", "2025-02-13 10:00:00 -0530", "2025-02-13T15:30:00Z"),
        ("YYYY-MM-DDThh:mm:ssZ", "2025-02-13T10:00:00+02", "2025-02-13T08:00:00Z"), ("YYYY-MM-DDThh:mm:ssZ", "2025-02-13T10:00:00", nil),
        ("YYYY-MM-DDThh:mm:ssZ", "2025-02-13T10:00:00+25:00", nil), ("YYYY-MM-DD hh:mm:ss.f", "2025-02-13 10:00:00.123456789", "2025-02-13T09:00:00.123456Z"),
        ("epoch", "1739440800", "2025-02-13T10:00:00Z"), ("epoch", "1739440800.25", "2025-02-13T10:00:00.250000Z"), ("epoch-millis", "1739440800250", "2025-02-13T10:00:00.250000Z"),
        ("epoch", "99999999999999", nil), ("epoch", "-1", nil), ("epoch", "1e9", nil),
        ("excel", "45701", "2025-02-12T23:00:00Z"), ("excel", "45701.5", "2025-02-13T11:00:00Z"), ("excel", "45701.4375", "2025-02-13T09:30:00Z"), ("excel", "9999999", nil),
        ("M/D/YYYY", "2/30/2025", nil), ("M/D/YYYY", "2/13/2025 ", nil), ("M/D/YYYY", "", nil),
    ] as [(String, String, String?)])
    func isReadAsMeant(pattern: String, text: String, expected: String?) throws {
        let rome = try #require(TimeZone(identifier: "Europe/Rome"))
        let moment = try #require(DatePattern(pattern)).parse(text)?.inZone(rome)
        #expect(moment.map { RFC3339.format($0) } == expected.map { RFC3339.format(RFC3339.parse($0) ?? .distantFuture) })
    }

    /// What would be passed over, or read in two ways, is no pattern.
    @Test(arguments: [
        "M/D", "YYYY-MM", "YYYY YY-MM-DD", "MMM M D YYYY", "YYYY-MM-DD A", "YYYY-MM-DDThh:mm:ss+02:00", "YYYY-MM-DD Z", "YYYY-MM-DD hh hh", "DD.MM.2025",
        "YYYY-MM-DD f", "epoch ms", "",
    ])
    func isNoPattern(_ pattern: String) { #expect(DatePattern(pattern) == nil) }
}
