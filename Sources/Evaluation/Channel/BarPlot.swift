import Foundation

/// Small pictures for pages, as inline SVG: no font, script or style from elsewhere.
public enum BarPlot {
    /// One row of a plot of intervals, or one bar.
    public struct Row: Sendable {
        public var name: String
        public var value: Double
        public var interval: Interval?
        public init(_ name: String, _ value: Double, _ interval: Interval? = nil) {
            self.name = name
            self.value = value
            self.interval = interval
        }
    }

    private static let width = 720.0, nameWidth = 190.0, rowHeight = 20.0, valueWidth = 110.0, colour = "#1f6fb4"

    /// Bars that lie, each with its value written behind it.
    public static func bars(_ title: String, _ rows: [Row], text: (Double) -> String) -> String {
        let most = max(rows.map(\.value).max() ?? 0, 1e-9), reach = width - nameWidth - valueWidth
        return picture(title, rows) { row, y in
            let length = reach * max(0, row.value) / most
            return [
                #"<rect x="\#(place(nameWidth))" y="\#(place(y + 3))" width="\#(place(length))" height="\#(place(rowHeight - 6))" fill="\#(colour)"/>"#,
                label(text(row.value), x: nameWidth + length + 6, y: y + 14, anchor: "start"),
            ]
        }
    }

    /// Values with intervals on a common scale from 0 to the highest end; a dashed line stands at `mark`.
    public static func intervals(_ title: String, _ rows: [Row], mark: Double?, text: (Double) -> String) -> String {
        let most = max(rows.map { $0.interval?.high ?? $0.value }.max() ?? 0, mark ?? 0, 1e-9), reach = width - nameWidth - valueWidth
        func at(_ value: Double) -> Double { nameWidth + reach * max(0, value) / most }
        let foot = 30 + rowHeight * Double(rows.count)
        var lines: [String] = []
        for tick in ticks(to: most) {
            lines.append(#"<line x1="\#(place(at(tick)))" y1="24" x2="\#(place(at(tick)))" y2="\#(place(foot))" stroke='#e3e3e3'/>"#)
            lines.append(label(text(tick), x: at(tick), y: foot + 14, anchor: "middle", colour: "#6b6b6b"))
        }
        if let mark {
            lines.append(#"<line x1="\#(place(at(mark)))" y1="24" x2="\#(place(at(mark)))" y2="\#(place(foot))" stroke='#6b6b6b' stroke-dasharray="4 4"/>"#)
        }
        return picture(title, rows, lines, footHeight: 20) { row, y in
            let middle = y + rowHeight / 2
            let interval = row.interval.map {
                #"<line x1="\#(place(at($0.low)))" y1="\#(place(middle))" x2="\#(place(at($0.high)))" y2="\#(place(middle))" stroke="\#(colour)" stroke-width="2"/>"#
            }
            return [interval ?? "", #"<circle cx="\#(place(at(row.value)))" cy="\#(place(middle))" r="4" fill="\#(colour)"/>"#,
                label(text(row.value), x: width, y: y + 14, anchor: "end")]
        }
    }

    /// Round values from 0 on, up to five steps.
    static func ticks(to most: Double) -> [Double] {
        let power = pow(10, log10(most / 5).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { most / $0 <= 5 } ?? most
        return (0...5).map { Double($0) * step }.filter { $0 <= most }
    }

    private static func picture(_ title: String, _ rows: [Row], _ under: [String] = [], footHeight: Double = 0, _ draw: (Row, Double) -> [String]) -> String {
        let height = 36 + rowHeight * Double(rows.count) + footHeight
        let size = #"width="\#(place(width))" height="\#(place(height))" viewBox="0 0 \#(place(width)) \#(place(height))""#
        var lines = [#"<svg xmlns="http://www.w3.org/2000/svg" \#(size) role="img" font-family="Helvetica, Arial, sans-serif" font-size="12">"#]
        lines.append("<title>\(ReliabilityPlot.escaped(title))</title>")
        lines.append(label(title, x: 0, y: 14, anchor: "start", weight: "bold"))
        lines += under
        for (k, row) in rows.enumerated() {
            let y = 28 + rowHeight * Double(k)
            lines.append(label(short(row.name), x: nameWidth - 8, y: y + 14, anchor: "end"))
            lines += draw(row, y)
        }
        return (lines.filter { !$0.isEmpty } + ["</svg>"]).joined(separator: "\n")
    }

    private static func short(_ name: String) -> String { name.count > 28 ? name.prefix(27) + "…" : name }

    private static func label(_ text: String, x: Double, y: Double, anchor: String, weight: String = "normal", colour: String = "#222") -> String {
        #"<text x="\#(place(x))" y="\#(place(y))" text-anchor="\#(anchor)" font-weight="\#(weight)" fill="\#(colour)">\#(ReliabilityPlot.escaped(text))</text>"#
    }

    private static func place(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    /// Text as HTML takes it.
    public static func escaped(_ text: String) -> String { ReliabilityPlot.escaped(text) }
}
