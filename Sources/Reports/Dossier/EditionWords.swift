import Audit
import Foundation
import LeadlineCore

/// A language in which a person's edition of the dossier is written.
public enum EditionLanguage: String, Sendable, CaseIterable {
    case en, de, fr, it, es
}

/// The texts of one language, and how it writes dates, numbers, money and countries. The texts are a file a language,
/// `Languages/`, embedded in the program.
struct EditionWords: Sendable {
    /// What is put in a text's place.
    enum Filling {
        case text(String)
        case count(Int)
    }

    let language: EditionLanguage
    /// By their names.
    let texts: [String: String]
    private let countries: Locale

    init(_ language: EditionLanguage) {
        self.language = language
        countries = Locale(identifier: language.rawValue)
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

    /// A text that is there, for every name that the letter uses; a test holds the files to it.
    func text(_ name: String, _ values: [String: Filling] = [:]) -> String {
        guard let text = texts[name] else {
            preconditionFailure("there is no text '\(name)' in \(language.rawValue)")
        }
        return TextTemplate.filled(text) { name, forms in
            switch values[name] {
            case .text(let text): text
            case .count(let count): TextTemplate.counted(count, forms) { number($0) }
            case nil: ""
            }
        }
    }

    /// The text of a name that comes from the schemas; nil if the language has none.
    func label(_ name: String) -> String? { texts[name] }

    // MARK: Statements

    /// Statements as one paragraph; kinds that are not said to the person are left out.
    func paragraph(_ statements: [AccountStatement]) -> String {
        let texts = AccountText(
            share: { percent($0) }, count: { number($0) }, separator: text("list.separator")
        ) { kind in
            guard let text = self.texts["account.\(kind.rawValue)"] else {
                preconditionFailure("there is no text for \(kind) in \(language.rawValue)")
            }
            return text
        }
        return texts.paragraph(statements.filter { !Self.unsaid.contains($0.kind) })
    }

    /// What an auditor reads and the person does not: figures of partners and who else was considered (Art. 15(4)), and
    /// what the letter says in sections of its own.
    static let unsaid: Set<AccountStatement.Kind> = [
        .figures, .nextByNet, .nextByScore, .nextByFit, .ledByNet, .ledByScore, .ledByFit, .dataHeld, .dataOpened,
        .dataUnavailable, .keyDestroyed, .notAskedOtherwise, .rights,
    ]

    // MARK: Numbers and dates

    /// "1,234" as the language groups it.
    func number(_ value: some BinaryInteger) -> String {
        grouped(CountText.grouped(value))
    }

    private func grouped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case ",": self.text("number.group")
            case ".": self.text("number.decimal")
            default: String(scalar)
            }
        }.joined()
    }

    /// A share as per cent with one decimal.
    func percent(_ share: Double) -> String {
        text("number.percent", ["number": .text(grouped(NumberText.fixed(share * 100, 1)))])
    }

    /// An amount with its currency's code.
    func money(_ minorUnits: Int64, _ currency: String) -> String {
        text(
            "number.money",
            [
                "amount": .text(grouped(MoneyText.amount(minorUnits, currency))), "currency": .text(currency),
            ])
    }

    /// The day of an RFC 3339 moment, in UTC; the text itself if it is none.
    func date(_ moment: String) -> String {
        guard let parts = Self.parts(moment) else { return moment }
        let day = parts.day == 1 ? text("date.first") : String(parts.day)
        return text(
            "date",
            ["day": .text(day), "month": .text(text("month.\(parts.month)")), "year": .text(parts.year)])
    }

    /// The same to the minute.
    func moment(_ moment: String) -> String {
        guard let parts = Self.parts(moment) else { return moment }
        let clock = text("date.clock", ["hour": .text(parts.hour), "minute": .text(parts.minute)])
        return text("date.time", ["date": .text(date(moment)), "time": .text(clock)])
    }

    private static func parts(_ moment: String) -> (year: String, month: Int, day: Int, hour: String, minute: String)? {
        guard let stamp = TimeText.moment(moment) else { return nil }
        let text = Array(TimeText.utc(stamp).utf8)
        func piece(_ from: Int, _ count: Int) -> String { String(decoding: text[from..<from + count], as: UTF8.self) }
        guard text.count >= 16, let month = Int(piece(5, 2)), let day = Int(piece(8, 2)), 1...12 ~= month else {
            return nil
        }
        return (piece(0, 4), month, day, piece(11, 2), piece(14, 2))
    }

    /// The name of a language; the code where there is none.
    func languageName(_ code: String) -> String {
        guard 2...3 ~= code.utf8.count else { return code }
        return countries.localizedString(forLanguageCode: code) ?? code
    }

    /// The name of a country; the code where there is none.
    func country(_ code: String) -> String {
        guard code.utf8.count == 2, let name = countries.localizedString(forRegionCode: code) else { return code }
        return name
    }
}
