public import Evaluation

/// Reports as one SVG picture: for each file a reliability diagram and a learning curve. Stands alone: no font, script
/// or style from elsewhere.
public enum ReliabilityPlot {
    private static let width = 960.0, rowHeight = 420.0
    private static let modelColour = "#1f6fb4", partnerColour = "#c8641b", baseColour = "#6b6b6b"

    /// The picture.
    public static func svg(_ reports: [EvaluationReport]) -> String {
        let height = rowHeight * Double(max(1, reports.count))
        let size = #"width="\#(text(width))" height="\#(text(height))" viewBox="0 0 \#(text(width)) \#(text(height))""#
        var lines = [
            #"<svg xmlns="http://www.w3.org/2000/svg" \#(size) role="img" font-family="Helvetica, Arial, sans-serif" font-size="12" fill='#222222'>"#,
            "<title>Leadline: predicted and observed win rates, and the log-loss while learning</title>",
            #"<rect width="100%" height="100%" fill='#ffffff'/>"#,
        ]
        for (k, report) in reports.enumerated() {
            lines.append(#"<g transform="translate(0,\#(text(rowHeight * Double(k))))">"#)
            lines.append(label(report.file, x: 70, y: 24, anchor: "start", size: 14))
            lines += reliability(report) + learning(report)
            lines.append("</g>")
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    // MARK: Reliability

    private static func reliability(_ report: EvaluationReport) -> [String] {
        let reach = (report.reliability + report.partnerRateReliability).reduce(0) { max($0, $1.predicted, upper($1)) }
        let ticks = Ticks(0, min(1, max(reach, 0.05)))
        let panel = Panel(left: 70, top: 60, width: 340, height: 290, x: ticks, y: ticks)
        var lines = panel.frame(xLabel: "mean predicted chance to win", yLabel: "share won", percent: true)
        lines.append(panel.line([(ticks.low, ticks.low), (ticks.high, ticks.high)], "#9a9a9a", dash: "4 4"))
        lines += report.partnerRateReliability.map {
            panel.mark($0.predicted, $0.observed, partnerColour, isFilled: false)
        }
        for bin in report.reliability {
            lines.append(panel.line([(bin.predicted, lower(bin)), (bin.predicted, upper(bin))], modelColour))
        }
        lines.append(panel.line(report.reliability.map { ($0.predicted, $0.observed) }, modelColour))
        lines += report.reliability.map { panel.mark($0.predicted, $0.observed, modelColour, isFilled: true) }
        return lines
            + legend(
                [
                    ("Leadline, with 95 % interval", modelColour, ""), ("partner rate", partnerColour, "none"),
                    ("ideal", "#9a9a9a", "4 4"),
                ], x: 70)
    }

    /// The 95 % interval of a bin's share won.
    private static func interval(_ bin: ReliabilityBin) -> Interval {
        Rate(bin.observed * Double(bin.count), of: bin.count).interval ?? Interval(bin.observed, bin.observed)
    }

    private static func lower(_ bin: ReliabilityBin) -> Double { interval(bin).low }
    private static func upper(_ bin: ReliabilityBin) -> Double { interval(bin).high }

    // MARK: Learning

    private static func learning(_ report: EvaluationReport) -> [String] {
        // The first rows jump about and would flatten all that follows.
        let points = report.learningCurve.cumulative.filter { $0.rows * 50 >= report.rows }
        let tenths = report.learningCurve.tenths
        let all = (points + tenths).flatMap { [$0.model, $0.baseRate, $0.partnerRate] }
        guard let low = all.min(), let high = all.max() else { return [] }
        let panel = Panel(
            left: 525, top: 60, width: 370, height: 290, x: Ticks(0, Double(report.rows)), y: Ticks(low, high))
        var lines = panel.frame(xLabel: "rows", yLabel: "log-loss", percent: false)
        let series: [(KeyPath<LearningCurve.Point, Double>, String)] = [
            (\.baseRate, baseColour), (\.partnerRate, partnerColour), (\.model, modelColour),
        ]
        for (value, colour) in series {
            lines.append(panel.line(points.map { (Double($0.rows), $0[keyPath: value]) }, colour))
            var start = 0
            for tenth in tenths {
                lines.append(panel.mark(Double(start + tenth.rows) / 2, tenth[keyPath: value], colour, isFilled: false))
                start = tenth.rows
            }
        }
        return lines
            + legend(
                [
                    ("Leadline", modelColour, ""), ("partner rate", partnerColour, ""), ("base rate", baseColour, ""),
                    ("each tenth", "#222222", "none"),
                ],
                x: 525)
    }

    // MARK: Pieces

    /// Round numbers that hold a range.
    private struct Ticks {
        let low: Double, high: Double, values: [Double], digits: Int

        init(_ from: Double, _ to: Double) {
            let span = max(to - from, 1e-6)
            var step = 1.0
            while step > span / 4 { step /= 10 }
            while step * 10 <= span / 4 { step *= 10 }
            if step * 5 <= span / 4 { step *= 5 } else if step * 2 <= span / 4 { step *= 2 }
            let first = (from / step + 1e-9).rounded(.down), last = (to / step - 1e-9).rounded(.up)
            low = first * step
            high = max(last, first + 1) * step
            values = (0...Int(max(last - first, 1))).map { (first + Double($0)) * step }
            var digits = 0, scaled = step
            while digits < 6 && abs(scaled - scaled.rounded()) > 1e-6 {
                scaled *= 10
                digits += 1
            }
            self.digits = digits
        }
    }

    private struct Panel {
        let left: Double, top: Double, width: Double, height: Double, x: Ticks, y: Ticks

        func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
            (left + width * (px - x.low) / (x.high - x.low), top + height * (1 - (py - y.low) / (y.high - y.low)))
        }

        func frame(xLabel: String, yLabel: String, percent: Bool) -> [String] {
            func name(_ value: Double, _ ticks: Ticks) -> String {
                percent
                    ? "\(NumberText.fixed(value * 100, max(0, ticks.digits - 2))) %"
                    : NumberText.fixed(value, ticks.digits)
            }
            var lines: [String] = []
            for value in y.values {
                let at = place(x.low, value)
                lines.append(
                    #"<line x1="\#(text(left))" y1="\#(text(at.y))" x2="\#(text(left + width))" y2="\#(text(at.y))" stroke='#e4e4e4'/>"#
                )
                lines.append(label(name(value, y), x: left - 6, y: at.y + 4, anchor: "end"))
            }
            for value in x.values {
                let at = place(value, y.low)
                lines.append(
                    #"<line x1="\#(text(at.x))" y1="\#(text(top))" x2="\#(text(at.x))" y2="\#(text(top + height))" stroke='#e4e4e4'/>"#
                )
                lines.append(label(name(value, x), x: at.x, y: top + height + 16, anchor: "middle"))
            }
            lines.append(
                #"<rect x="\#(text(left))" y="\#(text(top))" width="\#(text(width))" height="\#(text(height))" fill="none" stroke='#555555'/>"#
            )
            lines.append(label(xLabel, x: left + width / 2, y: top + height + 36, anchor: "middle"))
            let middle = top + height / 2
            lines.append(
                #"<text x="\#(text(left - 52))" y="\#(text(middle))" text-anchor="middle" transform="rotate(-90 \#(text(left - 52)) \#(text(middle)))">\#(yLabel)</text>"#
            )
            return lines
        }

        func line(_ points: [(Double, Double)], _ colour: String, dash: String = "") -> String {
            let path = points.map { point in
                let at = place(point.0, point.1)
                return "\(text(at.x)),\(text(at.y))"
            }.joined(separator: " ")
            let dashes = dash.isEmpty ? "" : #" stroke-dasharray="\#(dash)""#
            return #"<polyline points="\#(path)" fill="none" stroke="\#(colour)" stroke-width="1.6"\#(dashes)/>"#
        }

        func mark(_ px: Double, _ py: Double, _ colour: String, isFilled: Bool) -> String {
            let at = place(px, py)
            return
                #"<circle cx="\#(text(at.x))" cy="\#(text(at.y))" r="3.2" fill="\#(isFilled ? colour : "none")" stroke="\#(colour)"/>"#
        }
    }

    /// Names beside their lines; with a dash of "none" a ring stands for a mark without a line.
    private static func legend(_ items: [(name: String, colour: String, dash: String)], x: Double) -> [String] {
        var lines: [String] = []
        var at = x
        for item in items {
            if item.dash == "none" {
                lines.append(#"<circle cx="\#(text(at + 10))" cy="44" r="3.2" fill="none" stroke="\#(item.colour)"/>"#)
            } else {
                let dashes = item.dash.isEmpty ? "" : #" stroke-dasharray="\#(item.dash)""#
                lines.append(
                    #"<line x1="\#(text(at))" y1="44" x2="\#(text(at + 20))" y2="44" stroke="\#(item.colour)" stroke-width="2"\#(dashes)/>"#
                )
            }
            lines.append(label(item.name, x: at + 26, y: 48, anchor: "start"))
            at += 44 + 6.4 * Double(item.name.count)
        }
        return lines
    }

    private static func label(_ name: String, x: Double, y: Double, anchor: String, size: Int = 12) -> String {
        #"<text x="\#(text(x))" y="\#(text(y))" text-anchor="\#(anchor)" font-size="\#(size)">\#(Escaping.markup(name))</text>"#
    }

    /// A coordinate, to a tenth.
    private static func text(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
