import Engine

/// Every key of a mapping with what it means, for people.
public enum MappingKeysText {
    /// The text.
    public static func of(_ style: TextStyle) -> String {
        var text = """
            A mapping is YAML or JSON. An expression makes a field's value, e.g. {column: Country, table: countries}; a moment
            says when, e.g. {column: Created, at: "09:00"}. A key that is not listed here is an error.


            """
        for part in ImportKeys.parts {
            text += style.styled(part.place.isEmpty ? "(top)" : part.place, .bold) + "\n"
            text += style.lines(["  \(part.about)"] + part.keys.map { "  \($0.name): \($0.meaning)" }) + "\n\n"
        }
        return text
    }
}
