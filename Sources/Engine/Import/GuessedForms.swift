import Foundation
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// How values of a column are written, told from the values.
enum GuessedForms {
    /// Ways of writing dates that are tried, the likelier first.
    private static let formats: [String] = [
        "YYYY-MM-DDThh:mm:ss.fZ", "YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DD hh:mm:ss.f", "YYYY-MM-DD hh:mm:ssZ",
        "YYYY-MM-DD hh:mm:ss", "YYYY-MM-DD hh:mm", "YYYY-MM-DD", "YYYY/MM/DD hh:mm", "YYYY/MM/DD",
        "D.M.YYYY hh:mm:ss", "D.M.YYYY h:mm", "D.M.YYYY", "D.M.YY",
        "M/D/YYYY h:mm:ss A", "M/D/YYYY h:mm A", "M/D/YYYY, h:mm A", "M/D/YYYY h:mm", "M/D/YYYY", "M/D/YY",
        "D/M/YYYY h:mm:ss A", "D/M/YYYY h:mm A", "D/M/YYYY hh:mm:ss", "D/M/YYYY h:mm", "D/M/YYYY", "D/M/YY",
        "D-M-YYYY h:mm", "D-M-YYYY", "D-MMM-YYYY", "D-MMM-YY", "D MMM YYYY h:mm A", "D MMM YYYY hh:mm", "D MMM YYYY", "D. MMM YYYY",
        "MMM D, YYYY h:mm A", "MMM D, YYYY", "MMM D YYYY", "YYYYMMDD", "epoch-millis", "epoch", "excel",
    ]

    /// What dates of a column are written as.
    struct Dates {
        var formats: [String]
        /// Values that one of them reads.
        var read: Int
        var of: Int
        /// Another way that reads as many, to other days.
        var other: String?
    }

    /// - Parameter dayFirst: which of two ways is likelier where the values leave both open.
    static func dates(_ values: [String], dayFirst: Bool) -> Dates {
        let known = formats.compactMap { name in DatePattern(name).map { (name: name, pattern: $0) } }
        var left = Array(Set(values)).sorted()
        let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
        var chosen: [String] = []
        var other: String?
        while !left.isEmpty, chosen.count < 4 {
            let reads = known.map { form in (form.name, left.filter { isRead($0, form.pattern) }) }
            let most = reads.map(\.1.count).max() ?? 0
            if most == 0 { break }
            let best = reads.filter { $0.1.count == most }.map(\.0)
            let pair = best.first { $0.utf8.starts(with: (dayFirst ? "D/" : "M/").utf8) }
            let name = best[0].utf8.contains(UInt8(ascii: "/")) ? pair ?? best[0] : best[0]
            if chosen.isEmpty { other = best.first { $0 != name && $0.utf8.count == name.utf8.count } }
            chosen.append(name)
            left = left.filter { !(reads.first { $0.0 == name }?.1.contains($0) ?? false) }
        }
        let unread = left.reduce(0) { $0 + (counts[$1] ?? 0) }
        return Dates(formats: chosen, read: values.count - unread, of: values.count, other: other)
    }

    private static func isRead(_ text: String, _ pattern: DatePattern) -> Bool {
        guard let moment = pattern.parse(text)?.inZone(.gmt) else { return false }
        // Any number is some date: only those of our days are taken for one.
        return moment >= Intake.earliest && moment <= Timestamp(micros: 2_524_608_000_000_000)
    }

    /// How numbers of a column are written; nil if no way reads them all.
    static func number(_ values: [String]) -> (format: NumberFormat, isOpen: Bool)? {
        let found = NumberFormat.allCases.first { format in
            values.allSatisfy { WrittenAmount($0, format).map { format != .plain || $0.mark.isEmpty } ?? false }
        }
        guard let found else { return nil }
        // 1.234 is one and a bit, or a thousand and more.
        let pointed = values.filter { $0.utf8.contains(UInt8(ascii: ".")) }
        let isThousands = found == .plain && !pointed.isEmpty
            && pointed.allSatisfy { ($0.utf8.split(separator: UInt8(ascii: ".")).last?.count ?? 0) == 3 }
        return isThousands ? (.german, true) : (found, false)
    }

    /// Parts of words by which an outcome is told.
    private static let outcomes: [(ImportMapping.LeadOutcome.Result, [String])] = [
        (.lost, ["lost", "verlor", "perdu", "persa", "perso", "perd", "disqualif", "abgelehnt", "przegran", "verloren"]),
        (.withdrawn, ["cancel", "abandon", "storniert", "annul", "withdrawn", "duplicate", "zuruckgezogen"]),
        (.won, ["won", "gewonnen", "gagne", "vint", "ganad", "ganho", "wygran", "erfolg", "conclu"]),
    ]

    /// How a lead of that stage went on.
    static func outcome(_ stage: String) -> ImportMapping.LeadOutcome.Result {
        let plain = FieldValue.slug(stage)
        return outcomes.first { $0.1.contains { plain.utf8.contains($0) } }?.0 ?? .open
    }

    /// By name in some languages, a country's code.
    static func countries(_ values: Set<String>) -> [String: String] {
        var codes: [String: String] = [:]
        for language in ["en", "de", "fr", "it", "es", "pt", "nl", "pl"] {
            let locale = Locale(identifier: language)
            for code in ISOCodes.countries.sorted() {
                if let name = locale.localizedString(forRegionCode: code) { codes[name.lowercased()] = codes[name.lowercased()] ?? code }
            }
        }
        codes["usa"] = "US"
        codes["uk"] = "GB"
        return values.reduce(into: [:]) { $0[$1] = codes[$1.lowercased()] }
    }
}

extension Collection<UInt8> {
    /// True if the bytes of a word stand in it.
    fileprivate func contains(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard count >= word.count else { return false }
        let bytes = Array(self)
        return (0...(bytes.count - word.count)).contains { bytes[$0...].starts(with: word) }
    }
}
