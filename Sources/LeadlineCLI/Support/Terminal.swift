import Foundation

/// What is known of the terminal, and how text gets there.
enum Terminal {
    /// True if stderr is a terminal: only then are progress bars drawn.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// True if results may be coloured: stdout is a terminal that can, and NO_COLOR (no-color.org) is unset.
    static var isColoured: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Columns of the terminal behind stderr; 80 if there is none.
    static var width: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// A line on stderr: for people, beside the results.
    static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Writes results on stdout at once. A reader that has gone (`| head`) ends the command quietly.
    static func write(_ text: String) {
        unsafe Array(text.utf8).withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = unsafe Foundation.write(STDOUT_FILENO, bytes.baseAddress! + sent, bytes.count - sent)
                if count > 0 {
                    sent += count
                } else if errno != EINTR {
                    exit(errno == EPIPE ? Outcome.ok.rawValue : Outcome.environment.rawValue)
                }
            }
        }
    }

    /// A line of results on stdout.
    static func line(_ text: String = "") { write(text + "\n") }

    /// How text is emphasised on a terminal.
    enum Style: Int { case bold = 1, dim = 2, red = 31, green = 32, yellow = 33 }

    /// The text in a style, where colour is shown.
    static func styled(_ text: String, _ style: Style) -> String {
        isColoured ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Text from outside, made harmless: control characters would move the cursor or change its colours.
    static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}

/// A table of text; columns as wide as their widest cell.
struct TextTable {
    enum Alignment { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

    /// A table of columns aligned to the left.
    init(_ titles: String...) { columns = titles.map { ($0, .left) } }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs a cell for every column")
        rows.append(cells.map(Terminal.harmless))
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The table with its head; ends with a newline.
    func text() -> String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
        }
        let head = Terminal.styled(line(columns.map(\.title), widths), .dim)
        return ([head] + rows.map { line($0, widths) }).joined(separator: "\n") + "\n"
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { column in
            let space = String(repeating: " ", count: widths[column] - cells[column].count)
            return columns[column].alignment == .right ? space + cells[column] : cells[column] + space
        }
        var text = padded.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
