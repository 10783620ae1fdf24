public import Audit

/// Writes statements with the texts of one language.
///
/// A text holds values by their names in braces: "{partner}". A count may choose between two words: "{count|partner
/// was|partners were}" becomes "1 partner was" or "3 partners were".
public struct AccountText: Sendable {
    private let text: @Sendable (AccountStatement.Kind) -> String
    private let share: @Sendable (Double) -> String
    private let count: @Sendable (Int) -> String
    private let separator: String

    /// - Parameters:
    ///   - share: how a share is written.
    ///   - count: how a whole number is written.
    ///   - separator: what stands between the names of a list.
    ///   - text: the text of each kind of statement.
    public init(
        share: @escaping @Sendable (Double) -> String = { NumberText.percent($0) },
        count: @escaping @Sendable (Int) -> String = { CountText.grouped($0) }, separator: String = ", ",
        _ text: @escaping @Sendable (AccountStatement.Kind) -> String
    ) {
        self.text = text
        self.share = share
        self.count = count
        self.separator = separator
    }

    /// The statements as one paragraph.
    public func paragraph(_ statements: [AccountStatement]) -> String {
        statements.map(sentence).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// One statement.
    public func sentence(_ statement: AccountStatement) -> String {
        TextTemplate.filled(text(statement.kind)) { name, forms in
            guard let name = AccountStatement.Name(rawValue: name), let value = statement.values[name] else { return "" }
            return written(value, name, forms)
        }
    }

    private func written(_ value: AccountStatement.Value, _ name: AccountStatement.Name, _ forms: [String]) -> String {
        switch value {
        case .text(let text): name == .version ? String(text.unicodeScalars.prefix(12)) : text
        case .list(let texts): texts.joined(separator: separator)
        case .share(let share): self.share(share)
        case .count(let count): TextTemplate.counted(count, forms, self.count)
        }
    }
}
