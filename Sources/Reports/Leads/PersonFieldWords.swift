/// What a person's fields are called in a reader's language: as the letter to that person calls them.
public struct PersonFieldWords: Sendable {
    private let fields: FieldWords

    /// Words in a language.
    public init(_ language: EditionLanguage) { fields = FieldWords(EditionWords(language)) }

    /// What a field is called, given as `contact.email`; its own name where the language has none for it.
    public func label(_ field: String) -> String { fields.label(field) }

    /// The order in which a person's fields are read.
    private static let order = [
        "contact.given_name", "contact.family_name", "contact.job_title", "account_name", "contact.email",
        "contact.phone", "account_domain", "message",
    ]

    /// Names of fields, those that are looked for most first.
    public static func ordered(_ names: some Sequence<String>) -> [String] {
        names.sorted { a, b in
            let (first, second) = (order.firstIndex(of: a) ?? order.count, order.firstIndex(of: b) ?? order.count)
            return (first, a) < (second, b)
        }
    }
}
