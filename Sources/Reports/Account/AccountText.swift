public import Audit

/// Writes statements with the texts of one language.
///
/// A text holds values by their names in braces: "{partner}". A count may choose between two words: "{count|partner
/// was|partners were}" becomes "1 partner was" or "3 partners were".
public struct AccountText: Sendable {
    private let text: @Sendable (AccountStatement.Kind) -> String
    private let share: @Sendable (Double) -> String

    /// - Parameters:
    ///   - text: the text of each kind of statement.
    ///   - share: how a share is written.
    public init(
        share: @escaping @Sendable (Double) -> String = { NumberText.percent($0) },
        _ text: @escaping @Sendable (AccountStatement.Kind) -> String
    ) {
        self.text = text
        self.share = share
    }

    /// The statements as one paragraph.
    public func paragraph(_ statements: [AccountStatement]) -> String {
        statements.map(sentence).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// One statement.
    public func sentence(_ statement: AccountStatement) -> String {
        var (result, name) = ("", nil as String?)
        // Values are put in once and never read again: one that holds braces stays as it is.
        for scalar in text(statement.kind).unicodeScalars {
            switch (scalar, name) {
            case ("{", nil): name = ""
            case ("}", let inner?):
                result += value(inner, of: statement)
                name = nil
            case (_, let inner?): name = inner + String(scalar)
            case (_, nil): result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private func value(_ placeholder: String, of statement: AccountStatement) -> String {
        let parts = placeholder.unicodeScalars.split(separator: "|").map { String($0) }
        guard let name = AccountStatement.Name(rawValue: parts.first ?? ""), let value = statement.values[name] else {
            return ""
        }
        switch value {
        case .text(let text): return name == .version ? String(text.unicodeScalars.prefix(12)) : text
        case .list(let texts): return texts.joined(separator: ", ")
        case .share(let share): return self.share(share)
        case .count(let count):
            guard parts.count == 3 else { return CountText.grouped(count) }
            return "\(CountText.grouped(count)) \(count == 1 ? parts[1] : parts[2])"
        }
    }
}
