import Foundation
public import Evaluation

/// Plots for pages, as inline SVG. Widths are shares of the plot's width and heights are pixels, so that text keeps its
/// size on every screen; colours come from the page's stylesheet.
public enum BarPlot {
    /// One row: a bar, or a value with its interval.
    public struct Row: Sendable {
        var name: String
        var value: Double
        var interval: Interval?
        var basis: String

        /// - Parameter basis: What the value rests on, written behind it; empty if it is a count itself.
        public init(_ name: String, _ value: Double, _ interval: Interval? = nil, basis: String = "") {
            self.name = name
            self.value = value
            self.interval = interval
            self.basis = basis
        }
    }

    private static let rowHeight = 36.0, footHeight = 20.0

    /// Bars that lie, each under its name and value.
    public static func bars(_ title: String, _ rows: [Row], text: (Double) -> String) -> HTML {
        let most = max(rows.map(\.value).max() ?? 0, 1e-9)
        return figure(title, rows, text: text) { row, y in
            [
                .element(
                    .rect,
                    [
                        .class(.bar), .share(.x, 0), .pixels(.y, y + 20), .share(.width, max(0, row.value) / most),
                        .pixels(.height, 8),
                    ], [])
            ]
        }
    }

    /// Values with intervals on a common scale from 0 to the highest end; a dashed line stands at `mark`.
    public static func intervals(_ title: String, _ rows: [Row], mark: Double?, text: (Double) -> String) -> HTML {
        let most = max(rows.map { $0.interval?.high ?? $0.value }.max() ?? 0, mark ?? 0, 1e-9)
        func at(_ value: Double) -> Double { min(1, max(0, value) / most) }
        let foot = rowHeight * Double(rows.count)
        var under: [HTML] = []
        for tick in ticks(to: most) {
            under.append(upright(.grid, at(tick), foot))
            // The first and the last label would run out of the plot if they were centred.
            if at(tick) <= 0.9 {
                under.append(.worded(.text, [.class(.tick), .share(.x, at(tick)), .pixels(.y, foot + 14)], text(tick)))
            }
        }
        if let mark { under.append(upright(.mark, at(mark), foot)) }
        return figure(title, rows, under, footHeight: footHeight, text: text) { row, y in
            let range = row.interval.map { interval in
                HTML.element(
                    .line,
                    [
                        .class(.range), .share(.x1, at(interval.low)), .pixels(.y1, y + 25),
                        .share(.x2, at(interval.high)), .pixels(.y2, y + 25),
                    ], [])
            }
            return [
                range ?? .nothing,
                .element(
                    .circle, [.class(.point), .share(.cx, at(row.value)), .pixels(.cy, y + 25), .pixels(.r, 5)], []),
            ]
        }
    }

    private static func upright(_ style: StyleClass, _ x: Double, _ foot: Double) -> HTML {
        .element(.line, [.class(style), .share(.x1, x), .pixels(.y1, 0), .share(.x2, x), .pixels(.y2, foot)], [])
    }

    /// Round values from 0 on, up to five steps.
    static func ticks(to most: Double) -> [Double] {
        let power = pow(10, log10(most / 5).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { most / $0 <= 5 } ?? most
        return (0...5).map { Double($0) * step }.filter { $0 <= most }
    }

    private static func figure(
        _ title: String, _ rows: [Row], _ under: [HTML] = [], footHeight: Double = 0, text: (Double) -> String,
        _ draw: (Row, Double) -> [HTML]
    ) -> HTML {
        let lines = rows.enumerated().flatMap { index, row in
            let y = rowHeight * Double(index)
            let value = text(row.value) + (row.basis.isEmpty ? "" : " \(row.basis)")
            return [
                HTML.worded(.text, [.class(.name), .share(.x, 0), .pixels(.y, y + 14)], short(row.name)),
                .worded(.text, [.class(.amount), .share(.x, 1), .pixels(.y, y + 14)], value),
            ] + draw(row, y)
        }
        let height = rowHeight * Double(rows.count) + footHeight
        return .element(
            .figure, [],
            [
                .worded(.figcaption, title),
                .element(
                    .svg, [.class(.plot), .pixels(.height, height)] + HTML.Attribute.picture(title), under + lines),
            ])
    }

    /// A name that leaves room for its value on a telephone.
    private static func short(_ name: String) -> String { name.count > 26 ? name.prefix(25) + "…" : name }
}
