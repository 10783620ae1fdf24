import Testing

@testable import Evaluation
@testable import Reports

/// Goal: pictures that are files of their own are well-formed and need nothing from elsewhere.
@Suite struct PictureTests {
    @Test func thePictureIsXMLWithoutAnythingFromElsewhere() throws {
        var rows = "t,tclose,partner,y,c_a\n"
        for k in 0..<300 { rows += "\(k),\(k + 5),\(k % 3 == 0 ? "a" : "b"),\(k % 2),\(k % 5 == 0 ? "x" : "z")\n" }
        var chunks = [Array(rows.utf8)]
        let observations = try ObservationReader.read(columns: ColumnChoice()) { chunks.popLast() ?? [] }
        let picture = ReliabilityPlot.svg([try Evaluator().report(on: observations, file: "<a & \"b\">\u{1B}")])
        #expect(
            picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n")
                && picture.contains("&lt;a &amp; &quot;b&quot;&gt;\u{FFFD}"))
        #expect(
            !picture.contains("nan") && !picture.contains("inf") && !picture.contains("href")
                && !picture.contains("url("))
        #expect(picture.ranges(of: "http").count == 1)
        #expect(picture.ranges(of: "<g ").count == picture.ranges(of: "</g>").count)
    }

    /// The page of an evaluation says what the terminal says, and holds nothing of a file's name but its text.
    @Test func theEvaluationsPageSaysWhatTheTextSays() throws {
        var rows = "t,tclose,partner,y,c_a\n"
        for k in 0..<300 { rows += "\(k),\(k + 5),\(k % 3 == 0 ? "a" : "b"),\(k % 2),\(k % 5 == 0 ? "x" : "z")\n" }
        var chunks = [Array(rows.utf8)]
        let observations = try ObservationReader.read(columns: ColumnChoice()) { chunks.popLast() ?? [] }
        var report = try Evaluator().report(on: observations, file: "<a & \"b\">")
        report.by = [.init(column: "c_a", values: 2, groups: [.init(value: "<x>", predicted: [0.5, 0.25], won: [true, false])])]
        let page = EvaluationPage.page([report]).html()
        #expect(page.contains("&lt;a &amp; &quot;b&quot;&gt;") && page.contains("&lt;x&gt;") && !page.contains("<x>"))
        let text = EvaluationText.of(report, TextStyle())
        for entry in report.scores { #expect(page.contains(NumberText.fixed(entry.scores.logLoss, 4)) && text.contains(NumberText.fixed(entry.scores.logLoss, 4))) }
        for tenth in report.learningCurve.tenths { #expect(page.contains(NumberText.fixed(tenth.model, 4))) }
        #expect(page.contains("by chance") && page.contains("1 other value with too few"))
        #expect(EvaluationPage.page([report, report]).html().contains("on 2 files"))
    }
}
