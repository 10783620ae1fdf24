/// A piece of an HTML page, as a value: text that is escaped when it is written, or an element of the few kinds that
/// pages use. There is no way to write markup as text, and no attribute that holds style or script.
public indirect enum HTML: Sendable, Equatable {
    /// Text; escaped.
    case text(String)
    /// Text whose lines end where they end, as a field of several lines has it; escaped, and nothing else.
    case lines(String)
    /// An element with its attributes and what it holds.
    case element(Tag, [Attribute], [HTML])
    /// Several pieces, one after another.
    case all([HTML])

    /// Nothing.
    public static let nothing = HTML.all([])

    /// Elements of pages and of the plots in them.
    public enum Tag: String, Sendable, CaseIterable {
        case h1, h2, h3, p, section, header, div, dl, dt, dd, ul, li, figure, figcaption
        case table, thead, tbody, tr, th, td
        case svg, rect, line, circle, text
        /// What a part of a plot means, shown where the pointer rests.
        case title
        case a, form, button, label, select, option, input, textarea, datalist
        case main, nav, aside, ol, span, time, code, pre, kbd, br, details, summary, dialog, caption
    }

    /// An attribute; its value is escaped.
    public struct Attribute: Sendable, Equatable {
        let name: String
        let value: String

        /// A class of the stylesheet.
        public static func `class`(_ name: StyleClass) -> Attribute { Attribute(name: "class", value: name.rawValue) }
        /// What an element means, shown where the pointer rests.
        public static func meaning(_ text: String) -> Attribute { Attribute(name: "title", value: text) }
        /// The head that a cell belongs to, shown beside it where a table folds.
        public static func label(_ text: String) -> Attribute { Attribute(name: "data-label", value: text) }
        /// The head of a column.
        public static let columnHead = Attribute(name: "scope", value: "col")
        /// The head of a row.
        public static let rowHead = Attribute(name: "scope", value: "row")
        /// An element that is one picture, with its name.
        public static func picture(_ name: String) -> [Attribute] {
            [Attribute(name: "role", value: "img"), Attribute(name: "aria-label", value: name)]
        }
        /// Where a link leads: a path of the same service.
        public static func leading(to path: String) -> Attribute { Attribute(name: "href", value: path) }
        /// A part of a form, by what its value is sent as.
        static func named(_ name: String) -> Attribute { Attribute(name: "name", value: name) }
        /// What is sent for it.
        static func value(_ value: String) -> Attribute { Attribute(name: "value", value: value) }
        /// A place or a size in a plot, in pixels.
        static func pixels(_ place: Place, _ value: Double) -> Attribute {
            Attribute(name: place.rawValue, value: Self.decimal(value))
        }
        /// A place or a size in a plot, as a share of its width.
        static func share(_ place: Place, _ value: Double) -> Attribute {
            Attribute(name: place.rawValue, value: Self.decimal(value * 100) + "%")
        }

        /// Attributes that a server's pages use; none holds style or script.
        public enum Name: String, Sendable, CaseIterable {
            case id, name, type, value, datetime, role, lang, hidden, open, required, selected, autofocus, autocomplete
            case list, rows, method, action, rel, `for`, spellcheck
            case maxLength = "maxlength"
            case tabIndex = "tabindex"
            case label = "aria-label"
            case labelledBy = "aria-labelledby"
            case describedBy = "aria-describedby"
            case current = "aria-current"
            case hiddenFromReaders = "aria-hidden"
            case valueNow = "aria-valuenow"
            case invalid = "aria-invalid"
            /// What is kept up to date while the page is open.
            case live = "data-live"
            /// The moment that is counted down to.
            case due = "data-due"
            /// The key that leads there.
            case key = "data-key"
            /// What a row is about.
            case row = "data-row"
            /// Where somebody looks for something.
            case search = "data-search"
            /// What copies the table that it stands with.
            case copies = "data-copy"
            /// What opens the list of all pages.
            case opens = "data-palette"
        }
        /// One of them; those that say yes by being there need no value.
        public static func set(_ name: Name, _ value: String = "") -> Attribute {
            Attribute(name: name.rawValue, value: value)
        }
        /// Classes of another stylesheet than that of reports.
        public static func classes<Class: RawRepresentable<String>>(_ names: [Class]) -> Attribute {
            Attribute(name: "class", value: names.map(\.rawValue).joined(separator: " "))
        }

        /// Geometry of SVG.
        enum Place: String { case x, y, x1, y1, x2, y2, cx, cy, r, width, height }

        /// To a tenth.
        private static func decimal(_ value: Double) -> String {
            let rounded = value.isFinite ? (value * 10).rounded() / 10 : 0
            return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
        }
    }

    /// The markup.
    public var markup: String {
        var out = ""
        write(into: &out)
        return out
    }

    private func write(into out: inout String) {
        switch self {
        case .text(let text): out += Escaping.markup(Escaping.figuresWhole(text))
        case .lines(let text):
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            out += lines.map { Escaping.markup(String($0)) }.joined(separator: "&#10;")
        case .all(let pieces): for piece in pieces { piece.write(into: &out) }
        case .element(let tag, let attributes, let pieces):
            out += "<" + tag.rawValue
            for attribute in attributes { out += " \(attribute.name)=\"\(Escaping.markup(attribute.value))\"" }
            out += ">"
            if Self.isEmpty.contains(tag) { return }
            for piece in pieces { piece.write(into: &out) }
            // In HTML an element of SVG needs its end, too.
            out += "</\(tag.rawValue)>"
            if Self.endsLine.contains(tag) { out += "\n" }
        }
    }

    /// Elements that hold nothing, and have no end.
    private static let isEmpty: Set<Tag> = [.input, .br]

    /// Elements after which the source of the page goes on in a new line.
    private static let endsLine: Set<Tag> = [
        .h1, .h2, .h3, .p, .section, .header, .div, .dl, .dd, .ul, .li, .figure, .figcaption, .table, .thead, .tr, .svg,
    ]
}

extension HTML {
    /// An element that holds text.
    public static func worded(_ tag: Tag, _ attributes: [Attribute], _ text: String) -> HTML {
        .element(tag, attributes, [.text(text)])
    }

    /// The same without attributes.
    public static func worded(_ tag: Tag, _ text: String) -> HTML { .element(tag, [], [.text(text)]) }

    /// The end of a line within text.
    public static let lineBreak = HTML.element(.br, [], [])

    /// A paragraph.
    public static func p(_ text: String) -> HTML { .worded(.p, text) }

    /// A remark in small print.
    public static func notes(_ text: String) -> HTML { .worded(.p, [.class(.notes)], text) }

    /// A section with its heading; nothing where it would be empty.
    public static func section(_ title: String, _ pieces: [HTML]) -> HTML {
        let pieces = pieces.filter { $0 != .nothing }
        return pieces.isEmpty ? .nothing : .element(.section, [], [.worded(.h2, title)] + pieces)
    }

    /// A link to a page of the same service.
    public static func link(_ path: String, _ text: String) -> HTML { .worded(.a, [.leading(to: path)], text) }

    /// A form that posts to a path of the same service.
    public static func form(_ path: String, _ pieces: [HTML]) -> HTML {
        .element(.form, [Attribute(name: "method", value: "post"), Attribute(name: "action", value: path)], pieces)
    }

    /// A button that sends its form with one value.
    public static func button(_ name: String, _ value: String, _ text: String) -> HTML {
        .worded(.button, [Attribute(name: "type", value: "submit"), .named(name), .value(value)], text)
    }

    /// One of several choices of a form, under its name.
    public static func choice(_ name: String, label: String, _ options: [(value: String, text: String)]) -> HTML {
        .element(
            .label, [],
            [
                .text(label),
                .element(.select, [.named(name)], options.map { .worded(.option, [.value($0.value)], $0.text) }),
            ])
    }

    /// Plots, side by side where there is room.
    public static func plots(_ plots: [HTML]) -> HTML {
        plots.isEmpty ? .nothing : .element(.div, [.class(.plots)], plots)
    }

    /// Names with their values.
    public static func facts(_ rows: [(name: String, value: String)]) -> HTML {
        if rows.isEmpty { return .nothing }
        return .element(.dl, [.class(.facts)], rows.flatMap { [.worded(.dt, $0.name), .worded(.dd, $0.value)] })
    }

    /// A column of a table.
    public struct Column: Sendable {
        var title: String
        var meaning: String
        var isText: Bool

        /// - Parameters:
        ///   - meaning: What it means, shown where the pointer rests; empty if the title says it.
        ///   - isText: True for words, false for figures.
        public init(_ title: String, meaning: String = "", isText: Bool = false) {
            self.title = title
            self.meaning = meaning
            self.isText = isText
        }
    }

    /// A table; rows as wide as the columns, the first cell of each its head. On a narrow screen each row becomes a
    /// block with the column's title before each value.
    public static func table(_ columns: [Column], _ rows: [[String]]) -> HTML {
        let head = columns.map { column in
            HTML.worded(
                .th,
                [.columnHead] + (column.isText ? [.class(.words)] : [])
                    + (column.meaning.isEmpty ? [] : [.meaning(column.meaning)]), column.title)
        }
        let lines = rows.map { row in
            HTML.element(
                .tr, [],
                zip(columns, row).enumerated().map { index, cell in
                    index == 0
                        ? .worded(.th, [.rowHead, .class(.words)], cell.1)
                        : .worded(.td, [.label(cell.0.title)] + (cell.0.isText ? [.class(.words)] : []), cell.1)
                })
        }
        return .element(
            .div, [.class(.scroll)],
            [
                .element(
                    .table, [.class(.folding)],
                    [.element(.thead, [], [.element(.tr, [], head)]), .element(.tbody, [], lines)])
            ])
    }
}
