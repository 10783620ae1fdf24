/// A table of text; columns as wide as their widest cell. Where it is wider than it may be, its columns fold into
/// several tables below each other, each with the first column, so that no row runs off.
public struct TextTable {
    /// On which side of its column a cell stands.
    public enum Alignment: Sendable { case left, right }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// A table with these columns.
    public init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns.map { (Escaping.harmless($0.title), $0.alignment) }
    }

    /// A table of columns aligned to the left.
    public init(_ titles: String...) { self.init(titles.map { ($0, .left) }) }

    /// Adds a row; it needs a cell for every column.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs a cell for every column")
        rows.append(cells.map(Escaping.harmless))
    }

    /// True while it has no row.
    public var isEmpty: Bool { rows.isEmpty }

    /// The table with its head; ends with a newline.
    public func text(_ style: TextStyle) -> String {
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
        }
        return parts(widths, style.width).map { part in
            let head = style.styled(line(columns.map(\.title), widths, part), .dim)
            return ([head] + rows.map { line($0, widths, part) }).joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private static let gap = 2

    /// Columns of each of the tables into which it folds.
    private func parts(_ widths: [Int], _ most: Int?) -> [[Int]] {
        guard let most, let first = widths.first else { return [Array(columns.indices)] }
        var parts: [[Int]] = [[0]], used = first
        for column in columns.indices.dropFirst() {
            if used + Self.gap + widths[column] > most, parts[parts.count - 1].count > 1 {
                parts.append([0])
                used = first
            }
            parts[parts.count - 1].append(column)
            used += Self.gap + widths[column]
        }
        return parts
    }

    private func line(_ cells: [String], _ widths: [Int], _ part: [Int]) -> String {
        let padded = part.map { column in
            let space = String(repeating: " ", count: widths[column] - cells[column].count)
            return columns[column].alignment == .right ? space + cells[column] : cells[column] + space
        }
        var text = padded.joined(separator: String(repeating: " ", count: Self.gap))
        while text.last == " " { text.removeLast() }
        return text
    }
}
