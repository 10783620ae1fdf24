/// How what a file says differs from what is in force, field by field.
public struct FieldDiff: Encodable, Sendable {
    /// The field by its path.
    public var field: String
    /// Nil where the field was not set.
    public var before: String?
    /// Nil where the field is not set any more.
    public var after: String?

    /// Differences in the order of `after`, then what is gone.
    public static func between(_ before: [(path: String, value: String)], _ after: [(path: String, value: String)])
        -> [FieldDiff]
    {
        let old = Dictionary(before.map { ($0.path, $0.value) }) { first, _ in first }
        let new = Dictionary(after.map { ($0.path, $0.value) }) { first, _ in first }
        let changed = after.filter { old[$0.path] != $0.value }.map {
            FieldDiff(field: $0.path, before: old[$0.path], after: $0.value)
        }
        let gone = before.filter { new[$0.path] == nil }.map { FieldDiff(field: $0.path, before: $0.value, after: nil) }
        return changed + gone
    }

    /// The same with the values of personal fields left out.
    public func withholding(_ fields: Set<String>) -> FieldDiff {
        guard fields.contains(field) else { return self }
        return FieldDiff(field: field, before: before.map { _ in "(sealed)" }, after: after.map { _ in "(sealed)" })
    }

    /// The difference as a line.
    public func line(_ style: TextStyle) -> String {
        let path = Escaping.harmless(field)
        switch (before.map(Escaping.harmless), after.map(Escaping.harmless)) {
        case (let before?, let after?): return style.styled("  ~ \(path): \(before) -> \(after)", .yellow)
        case (nil, let after?): return style.styled("  + \(path): \(after)", .green)
        case (let before?, nil): return style.styled("  - \(path): \(before)", .red)
        case (nil, nil): return "    \(path)"
        }
    }
}
