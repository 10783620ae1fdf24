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
}
