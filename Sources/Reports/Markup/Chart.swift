/// Plots of the dashboard: whatever a part of one says is told where the pointer rests, and stands in a table besides.
/// Widths are shares of the plot's width and heights are pixels, so that text keeps its size on every screen; colours
/// come from the page's stylesheet, and figures come written as the reader's language has them.
public enum Chart {
    /// A row: a bar or a point under its name, with the range that it may well be in.
    public struct Row: Sendable {
        var name: String
        var value: Double
        var range: ClosedRange<Double>?
        var shown: String

        /// - Parameters:
        ///   - range: Where the value may well be; nil where it is a count.
        ///   - shown: The value as text, written at the row's end and told where the pointer rests.
        public init(_ name: String, _ value: Double, range: ClosedRange<Double>? = nil, shown: String) {
            self.name = name
            self.value = value.isFinite ? value : 0
            self.range = range
            self.shown = shown
        }
    }

    /// A point in a plane.
    public struct Point: Sendable {
        var across: Double
        var up: Double
        var range: ClosedRange<Double>?
        var told: String

        /// - Parameters:
        ///   - across: From 0 to 1.
        ///   - up: From 0 to 1.
        ///   - range: Where it may well be, upwards.
        ///   - told: What it says where the pointer rests.
        public init(across: Double, up: Double, range: ClosedRange<Double>? = nil, told: String) {
            self.across = across
            self.up = up
            self.range = range
            self.told = told
        }
    }

    /// Points that belong together.
    public struct Series: Sendable {
        var isFirst: Bool
        var isJoined: Bool
        var points: [Point]

        /// - Parameters:
        ///   - isFirst: True for what the plot is about, false for what it is held against.
        ///   - isJoined: True if a line leads from each to the next.
        public init(isFirst: Bool, isJoined: Bool, _ points: [Point]) {
            self.isFirst = isFirst
            self.isJoined = isJoined
            self.points = points
        }
    }

    private static let rowHeight = 36.0
    private static let planeHeight = 220.0, planeFoot = 24.0, planeLeft = 0.1

    // MARK: Rows

    /// Bars that lie, each under its name and its value.
    public static func bars(_ title: String, _ rows: [Row]) -> HTML {
        let most = max(rows.map(\.value).max() ?? 0, 1e-9)
        return lying(title, rows) { row, y in
            [
                .element(
                    .rect,
                    [
                        .class(.bar), .share(.x, 0), .pixels(.y, y + 20), .share(.width, max(0, row.value) / most),
                        .pixels(.height, 8),
                    ], [told(row)])
            ]
        }
    }

    /// Values with ranges on a common scale; a line stands at `mark`.
    public static func ranges(_ title: String, _ rows: [Row], mark: Double? = nil) -> HTML {
        let ends = rows.flatMap { [$0.range?.lowerBound ?? $0.value, $0.range?.upperBound ?? $0.value] } + [mark ?? 0]
        let (least, most) = (min(0, ends.min() ?? 0), ends.max() ?? 0)
        let span = max(most - least, 1e-9)
        func at(_ value: Double) -> Double { min(1, max(0, (value - least) / span)) }
        let foot = rowHeight * Double(rows.count)
        let under = mark.map { [upright(.mark, at($0), foot)] } ?? []
        return lying(title, rows, under) { row, y in
            let range = row.range.map { range in
                HTML.element(
                    .line,
                    [
                        .class(.range), .share(.x1, at(range.lowerBound)), .pixels(.y1, y + 25),
                        .share(.x2, at(range.upperBound)), .pixels(.y2, y + 25),
                    ], [told(row)])
            }
            return [
                range ?? .nothing,
                .element(
                    .circle, [.class(.point), .share(.cx, at(row.value)), .pixels(.cy, y + 25), .pixels(.r, 5)],
                    [told(row)]),
            ]
        }
    }

    private static func told(_ row: Row) -> HTML { .worded(.title, "\(row.name): \(row.shown)") }

    private static func upright(_ style: StyleClass, _ x: Double, _ foot: Double) -> HTML {
        .element(.line, [.class(style), .share(.x1, x), .pixels(.y1, 0), .share(.x2, x), .pixels(.y2, foot)], [])
    }

    private static func lying(
        _ title: String, _ rows: [Row], _ under: [HTML] = [], _ draw: (Row, Double) -> [HTML]
    ) -> HTML {
        let lines = rows.enumerated().flatMap { index, row in
            let y = rowHeight * Double(index)
            return [
                HTML.worded(.text, [.class(.name), .share(.x, 0), .pixels(.y, y + 14)], short(row.name)),
                .worded(.text, [.class(.amount), .share(.x, 1), .pixels(.y, y + 14)], row.shown),
            ] + draw(row, y)
        }
        return figure(title, rowHeight * Double(rows.count), under + lines)
    }

    /// A name that leaves room for its value on a telephone, cut between scalars.
    private static func short(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard scalars.count > 24 else { return name }
        return String(String.UnicodeScalarView(scalars.prefix(23))) + "…"
    }

    // MARK: Planes

    /// Points over a scale each way.
    /// - Parameters:
    ///   - across: Places of the lower scale from 0 to 1, with their names.
    ///   - up: Places of the left scale from 0 to 1, with their names.
    ///   - isDiagonal: True if a line shows where both are equal.
    public static func plane(
        _ title: String, _ series: [Series], across: [(at: Double, name: String)], up: [(at: Double, name: String)],
        isDiagonal: Bool = false
    ) -> HTML {
        var pieces: [HTML] = []
        for tick in up {
            pieces.append(line(.grid, (0, tick.at), (1, tick.at)))
            pieces.append(
                .worded(
                    .text, [.class(.amount), .share(.x, planeLeft - 0.015), .pixels(.y, y(tick.at) + 4)], tick.name))
        }
        for tick in across {
            pieces.append(
                .worded(.text, [.class(.tick), .share(.x, x(tick.at)), .pixels(.y, planeHeight - 6)], tick.name))
        }
        if isDiagonal { pieces.append(line(.grid, (0, 0), (1, 1))) }
        for one in series { pieces += drawn(one) }
        return figure(title, planeHeight, pieces)
    }

    private static func x(_ share: Double) -> Double { planeLeft + (0.97 - planeLeft) * min(1, max(0, share)) }
    private static func y(_ share: Double) -> Double {
        8 + (planeHeight - planeFoot - 16) * (1 - min(1, max(0, share)))
    }

    private static func line(
        _ style: StyleClass, _ from: (Double, Double), _ to: (Double, Double), _ inside: [HTML] = []
    ) -> HTML {
        .element(
            .line,
            [
                .class(style), .share(.x1, x(from.0)), .pixels(.y1, y(from.1)), .share(.x2, x(to.0)),
                .pixels(.y2, y(to.1)),
            ], inside)
    }

    private static func drawn(_ series: Series) -> [HTML] {
        let style: StyleClass = series.isFirst ? .range : .mark
        var pieces: [HTML] = []
        if series.isJoined {
            for (a, b) in zip(series.points, series.points.dropFirst()) {
                pieces.append(line(style, (a.across, a.up), (b.across, b.up)))
            }
        }
        for point in series.points {
            let told = HTML.worded(.title, point.told)
            if let range = point.range {
                pieces.append(
                    line(style, (point.across, range.lowerBound), (point.across, range.upperBound), [told]))
            }
            pieces.append(
                .element(
                    .circle,
                    [
                        .class(series.isFirst ? .point : .mark), .share(.cx, x(point.across)),
                        .pixels(.cy, y(point.up)), .pixels(.r, 4),
                    ], [told]))
        }
        return pieces
    }

    private static func figure(_ title: String, _ height: Double, _ pieces: [HTML]) -> HTML {
        .element(
            .figure, [],
            [
                .worded(.figcaption, title),
                .element(
                    .svg, [.class(.plot), .pixels(.height, height)] + HTML.Attribute.picture(title), pieces),
            ])
    }
}
