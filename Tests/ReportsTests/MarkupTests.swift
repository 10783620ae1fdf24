import Engine
import Foundation
import Testing
import TextFormats

@testable import Audit
@testable import Evaluation
@testable import LeadlineCore
@testable import Reports

/// Goal: no text from outside becomes markup, ends a line or a cell, whatever mark follows its delimiters. Method: one hostile
/// text in every field of every page, in CSV, in Markdown and in lines for a terminal.
@Suite struct MarkupTests {
    /// Delimiters before and after marks that join them to another character.
    static let hostile = "\u{600}<i\u{301}>\"\u{301} \u{200D}<i>&\u{301}'\u{301}|\u{301}\r\n\u{2028}<i x=\"\u{301}"

    /// What must not stand in markup.
    private static func isHarmless(_ page: String) -> Bool {
        let bytes = Array(page.utf8)
        func holds(_ text: String) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }
        return !["<i", "\"\u{301}", "'\u{301}", "&\u{301}", "\r", "\u{2028}", "style=", "<script", " on"].contains {
            $0 == " on" ? holds(" onx") : holds($0)
        }
            && holds("&lt;i")
    }

    @Test func escapingWorksOnScalars() {
        #expect(Escaping.markup("\"\u{301}") == "&quot;\u{301}" && Escaping.markup("\u{600}<") == "\u{600}&lt;")
        #expect(
            Escaping.markup("\u{200D}>&'") == "\u{200D}&gt;&amp;&#39;"
                && Escaping.markup("a\r\nb\u{FFFF}") == "a\u{FFFD}\u{FFFD}b\u{FFFD}")
        #expect(Escaping.figuresWhole("84.6 % of 5%, a % b, %") == "84.6\u{A0}% of 5%, a % b, %")
        #expect(HTML.element(.p, [], [.text("9 %")]).markup.contains("<p>9\u{A0}%</p>"))
        let line = Escaping.harmless(Self.hostile)
        #expect(!line.unicodeScalars.contains { ["\r", "\n", "\u{2028}", "\u{1B}"].contains($0) })
        #expect(
            Escaping.markdown("|\u{301}`<[x](y)").unicodeScalars.elementsEqual(
                "\\|\u{301}\\`&lt;\\[x\\](y)".unicodeScalars))
        let quoted = JSONText.quoted(Self.hostile)
        #expect(
            (try? JSONDecoder().decode([String].self, from: Data("[\(quoted)]".utf8)).first?.utf8.elementsEqual(
                Self.hostile.utf8)) == true)
    }

    @Test func csvComesBackAsItWas() throws {
        let fields = [Self.hostile, "\"\u{301}", "\u{600},", ",\u{301}", "\r\n", "\"", "plain"]
        var chunks = [Array((CSVReader.line(fields) + "\r\n").utf8)]
        var reader = CSVReader { chunks.popLast() ?? [] }
        let record = try #require(try reader.next())
        #expect(
            record.fields.count == fields.count
                && zip(record.fields, fields).allSatisfy { $0.utf8.elementsEqual($1.utf8) })
        #expect(try reader.next() == nil)
    }

    @Test func everyFieldOfAPageIsEscaped() {
        let t = Self.hostile
        let columns: [HTML.Column] = [.init(t, meaning: t, isText: true), .init(t, meaning: t)]
        let row = BarPlot.Row(t, 1, Interval(0.5, 1.5), basis: t)
        let page = Page(
            title: t, scope: t, message: t, figures: [.init(t, t, basis: t)],
            sections: [
                .section(t, [.p(t), .notes(t), .facts([(t, t)]), .table(columns, [[t, t]])]),
                .plots([BarPlot.bars(t, [row]) { _ in t }, BarPlot.intervals(t, [row], mark: 1) { _ in t }])
            ])
        #expect(Self.isHarmless(page.html()) && Self.isHarmless(page.html(.linked("/s.css?" + t))))
    }

    @Test func everyFieldOfADossierIsEscaped() {
        let dossier = Samples.dossier(Self.hostile)
        #expect(Self.isHarmless(DossierPage.page(dossier).html()))
        for line in DossierText(dossier).lines.map(Escaping.harmless) {
            #expect(!line.utf8.contains(0x0A) && !line.utf8.contains(0x0D))
        }
    }

    @Test func everyFieldOfTheReportsIsEscaped() {
        var report = ChannelReport(Samples.history, program: Self.hostile)
        report.currency = Self.hostile
        for index in report.partners.indices {
            (report.partners[index].partner, report.partners[index].status) = (Self.hostile, Self.hostile)
        }
        report.whole.escalations = [ReasonCount(reason: Self.hostile, count: 1)]
        #expect(!report.partners.isEmpty && Self.isHarmless(ChannelPage.page(report, TextStyle()).html()))
        let text = ChannelText.of(report, TextStyle(isColoured: false))
        #expect(!text.utf8.contains(0x0D) && text.unicodeScalars.filter { $0 == "\u{FFFD}" }.count > 2)
    }

    @Test func everyFieldOfAPilotIsEscaped() throws {
        var report = try PilotReport(Samples.history, program: Self.hostile)
        (report.currency, report.pilot, report.incumbent) = (Self.hostile, Self.hostile, Self.hostile)
        report.from = "2026-03-02T09:00:00Z"
        report.arms = [PilotReport.Arm(name: Self.hostile, method: Self.hostile, figures: ArmFigures([]))]
        #expect(Self.isHarmless(PilotPage.page(report, TextStyle()).html()))
        let text = PilotText.of(report, TextStyle(isColoured: false))
        #expect(!text.utf8.contains(0x0D) && text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func everyFieldOfAForecastIsEscaped() throws {
        var forecast = try Forecast(
            Samples.longHistory, program: Self.hostile, at: Samples.start.adding(micros: 90 * Timestamp.microsPerDay),
            days: 30, draws: 200)
        #expect(!forecast.partners.isEmpty)
        (forecast.currency, forecast.from, forecast.to) = (Self.hostile, Self.hostile, Self.hostile)
        for index in forecast.partners.indices { forecast.partners[index].partner = Self.hostile }
        let document = ForecastDocument(forecast: forecast)
        #expect(Self.isHarmless(ForecastPage.page(document, program: Self.hostile, TextStyle()).html()))
        let text = ForecastText.of(document, TextStyle(isColoured: false))
        #expect(!text.utf8.contains(0x0D) && text.unicodeScalars.contains("\u{FFFD}"))
    }

    /// A strict policy allows no inline style and no script; the sheet can be linked.
    @Test func pagesHoldNoStyleAttributeAndNoScript() {
        let pages = [
            ChannelPage.page(ChannelReport(Samples.history, program: "demo"), TextStyle()),
            DossierPage.page(Samples.dossier("x"))
        ]
        for page in pages {
            for html in [page.html(), page.html(.linked("/sheet.css"))] {
                #expect(
                    !html.contains(" style=") && !html.contains("<script") && !html.contains("http:")
                        && !html.contains("https:"))
            }
            #expect(page.html().contains(Stylesheet.css) && !page.html(.linked("/sheet.css")).contains("<style"))
        }
        for name in StyleClass.allCases where ![.name, .plot].contains(name) {
            #expect(Stylesheet.css.contains(".\(name.rawValue)"), "\(name)")
        }
    }

    @Test func aWideTableFoldsAtTheWidth() {
        var table = TextTable([
            ("NAME", .left), ("FIRST COLUMN", .right), ("SECOND COLUMN", .right), ("THIRD COLUMN", .right)
        ])
        table.add(["alfa-industria", "1", "22", "333"])
        let folded = table.text(TextStyle(width: 40)).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(folded.allSatisfy { $0.count <= 40 } && folded.count { $0.contains("alfa-industria") } == 3)
        #expect(
            table.text(TextStyle(width: 160)) == table.text(TextStyle())
                && table.text(TextStyle()).split(separator: "\n").count == 2)
        let lines = TextStyle(width: 30).lines(["  one two three four five six seven eight nine ten"]).split(
            separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.count <= 30 } && lines[1].hasPrefix("    "))
    }
}
