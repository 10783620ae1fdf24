/// A report as one page: its title, a sentence that says what the reader should know, the headline figures with what
/// they rest on, and sections. Readable on a screen, on a telephone and in print.
public struct Page: Sendable {
    /// A headline figure.
    public struct Figure: Sendable {
        var name: String
        var value: String
        var basis: String

        /// - Parameter basis: What the value rests on: its n, its interval; empty if it is a count itself.
        public init(_ name: String, _ value: String, basis: String = "") {
            self.name = name
            self.value = value
            self.basis = basis
        }
    }

    /// Where a page finds its stylesheet.
    public enum Sheet: Sendable {
        /// In the page itself, which then needs nothing else.
        case embedded
        /// At an address, for a server whose content security policy allows no inline style.
        case linked(String)
    }

    var language: String
    var title: String
    var scope: String
    var message: String
    var figures: [Figure]
    var sections: [HTML]

    /// - Parameters:
    ///   - language: In which it is written, ISO 639-1.
    ///   - scope: What the page covers: program, time, when it was made.
    ///   - message: What the reader should know, in a sentence or two.
    public init(
        language: String = "en", title: String, scope: String, message: String, figures: [Figure] = [],
        sections: [HTML] = []
    ) {
        self.language = language
        self.title = title
        self.scope = scope
        self.message = message
        self.figures = figures
        self.sections = sections
    }

    /// The whole page.
    public func html(_ sheet: Sheet = .embedded) -> String {
        let style =
            switch sheet {
            case .embedded: "<style>\n\(Stylesheet.css)</style>"
            case .linked(let address): "<link rel=\"stylesheet\" href=\"\(Escaping.markup(address))\">"
            }
        return """
            <!DOCTYPE html>
            <html lang="\(Escaping.markup(language))"><head><meta charset="utf-8"><title>\(Escaping.markup(title))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            \(style)
            </head><body><main>
            \(body.markup)</main></body></html>

            """
    }

    /// A figure and its per cent sign stay on one line.
    private static func unbroken(_ text: String) -> String {
        var scalars = Substring.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "%", scalars.last == " " {
                scalars.removeLast()
                scalars.append("\u{A0}")
            }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    private var body: HTML {
        let figures = self.figures.map { figure in
            HTML.element(
                .div, [.class(.figure)],
                [
                    .worded(.dt, figure.name), .worded(.dd, [.class(.value)], Self.unbroken(figure.value)),
                    figure.basis.isEmpty ? .nothing : .worded(.dd, [.class(.basis)], Self.unbroken(figure.basis)),
                ])
        }
        let head = HTML.element(
            .header, [],
            [
                .worded(.h1, title), .notes(scope), .worded(.p, [.class(.lead)], Self.unbroken(message)),
                figures.isEmpty ? .nothing : .element(.dl, [.class(.figures)], figures),
            ])
        return .all([head] + sections)
    }
}
