public import Audit

/// A subject's edition as a page that prints.
public enum SubjectLetterPage {
    /// The page.
    public static func page(_ edition: SubjectEdition.Statement) -> Page {
        Page(
            language: edition.language, title: edition.title, scope: edition.introduction.first ?? "",
            message: edition.introduction.dropFirst().first ?? "",
            sections: edition.introduction.dropFirst(2).map { .p($0) }
                + edition.sections.map { .section($0.title, pieces($0.parts)) })
    }

    /// Neighbouring items make one list, neighbouring facts one table.
    private static func pieces(_ parts: [SubjectEdition.Part]) -> [HTML] {
        var pieces: [HTML] = []
        var rest = parts[...]
        while let first = rest.first {
            let group = rest.prefix { $0.kind == first.kind }
            rest = rest.dropFirst(group.count)
            switch first.kind {
            case .heading: pieces += group.map { .worded(.h3, $0.text) }
            case .paragraph: pieces += group.map { .p($0.text) }
            case .item: pieces.append(.element(.ul, [], group.map { .worded(.li, $0.text) }))
            case .fact: pieces.append(.facts(group.map { ($0.name ?? "", $0.text) }))
            }
        }
        return pieces
    }
}
