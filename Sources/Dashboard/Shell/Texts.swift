import Foundation
public import Reports

/// The texts of the dashboard in one language, and how it writes numbers and dates. The texts are a file a language,
/// `Texts/`, embedded in the program. What was recorded keeps the one wording that every face shows.
public struct Texts: Sendable {
    /// What is put in a text's place.
    public enum Filling: Sendable {
        case text(String)
        case count(Int)
    }

    public let language: EditionLanguage
    private let texts: [String: String]

    /// Every language, read once.
    private static let all: [EditionLanguage: Texts] = Dictionary(
        uniqueKeysWithValues: EditionLanguage.allCases.map { ($0, Texts(reading: $0)) })

    /// The texts of a language.
    public static func of(_ language: EditionLanguage) -> Texts { all[language] ?? Texts(reading: language) }

    private init(reading language: EditionLanguage) {
        self.language = language
        do { texts = try Self.read(language) } catch {
            preconditionFailure("the texts in \(language.rawValue) are no JSON object of texts: \(error)")
        }
    }

    /// The file of a language.
    static func read(_ language: EditionLanguage) throws -> [String: String] {
        let bytes =
            switch language {
            case .en: PackageResources.en_json
            case .de: PackageResources.de_json
            case .fr: PackageResources.fr_json
            case .it: PackageResources.it_json
            case .es: PackageResources.es_json
            }
        return try JSONDecoder().decode([String: String].self, from: Data(bytes))
    }

    /// A text that is there, for every name that the pages use; a test holds the files to it.
    public func callAsFunction(_ name: String, _ values: [String: Filling] = [:]) -> String {
        guard let text = texts[name] else {
            preconditionFailure("there is no text '\(name)' in \(language.rawValue)")
        }
        return TextTemplate.filled(text) { name, forms in
            switch values[name] {
            case .text(let text): text
            // In French none is as one is.
            case .count(0) where language == .fr && forms.count == 2:
                TextTemplate.counted(0, [forms[0], forms[0]]) { number($0) }
            case .count(let count): TextTemplate.counted(count, forms) { number($0) }
            case nil: ""
            }
        }
    }

    /// The text of a name that comes from outside of the pages; the name itself where there is none.
    public func label(_ family: String, _ name: String) -> String { texts["\(family).\(name)"] ?? name }

    /// A number, grouped as the language does.
    public func number(_ value: some BinaryInteger) -> String { figures(CountText.grouped(value)) }

    /// Figures with a point and commas, as the language writes them.
    public func figures(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case ",": texts["number.group"] ?? ","
            case ".": texts["number.decimal"] ?? "."
            default: String(scalar)
            }
        }.joined()
    }

    /// An amount of money without needless places.
    public func money(_ minorUnits: Int64, _ currency: String) -> String {
        figures(MoneyText.exact(minorUnits, currency, short: true))
    }

    /// A share as per cent with one place.
    public func percent(_ share: Double) -> String { figures(NumberText.percent(share)) }
}
