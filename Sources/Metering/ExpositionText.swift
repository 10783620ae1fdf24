/// Labels of a series, by name.
struct Labels: Hashable, Comparable, Sendable {
    private struct Label: Hashable, Sendable {
        var name: String
        var value: String
    }

    private let all: [Label]

    init(_ dimensions: [(String, String)]) {
        all = dimensions.map { Label(name: ExpositionText.name($0.0), value: $0.1) }.sorted { $0.name < $1.name }
    }

    private init(all: [Label]) { self.all = all }

    /// These and one more, after the others.
    func adding(_ name: String, _ value: String) -> Labels { Labels(all: all + [Label(name: name, value: value)]) }

    static func < (a: Labels, b: Labels) -> Bool { a.text < b.text }

    /// As they stand after the name; empty if there are none.
    var text: String {
        all.isEmpty
            ? ""
            : "{"
                + all.map { "\($0.name)=\"\(ExpositionText.escaped($0.value, quotes: true))\"" }.joined(separator: ",")
                + "}"
    }
}

/// Lines of Prometheus' text format 0.0.4. Escapes by scalars: a quote followed by a combining mark is a quote.
struct ExpositionText {
    private(set) var text = ""

    mutating func begin(_ name: String, _ kind: SeriesKind, help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func line(_ name: String, _ labels: Labels, _ value: Double) {
        text += "\(name)\(labels.text) \(Self.number(value))\n"
    }

    /// A number as Prometheus reads it; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    /// A name with an underscore for every byte that none may have.
    static func name(_ text: String) -> String {
        var bytes = text.utf8.map { byte in
            let isLetter = (byte | 0x20 >= 97 && byte | 0x20 <= 122) || byte == 95
            return isLetter || (byte >= 48 && byte <= 57) ? byte : 95
        }
        if bytes.first.map({ $0 >= 48 && $0 <= 57 }) ?? true { bytes.insert(95, at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where quotes: out.append(contentsOf: "\\\"".unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }
}
