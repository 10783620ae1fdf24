import Foundation
import LeadlineCore
import Reports
import UseCases
import Yams

/// Holiday calendars in a policy file: the rest of the file, its comments included, stays as it is.
enum HolidayYAML {
    private static let key = "holiday_calendars"
    private static let camelKey = "holidayCalendars"
    /// Dates a line: five have room in 80 columns.
    private static let datesPerLine = 5

    /// The whole entry of a policy, at the left margin.
    static func block(_ calendars: [HolidayCalendar]) -> String {
        var lines = ["\(key):"]
        for calendar in calendars {
            lines.append("  - name: \(JSONText.quoted(calendar.name))")
            if !calendar.countries.isEmpty {
                // In quotes: some readers take NO for false.
                lines.append("    countries: [\(calendar.countries.map(JSONText.quoted).joined(separator: ", "))]")
            }
            if calendar.dates.isEmpty { continue }
            lines.append("    dates:")
            for start in stride(from: 0, to: calendar.dates.count, by: datesPerLine) {
                let some = calendar.dates[start..<min(start + datesPerLine, calendar.dates.count)].map(JSONText.quoted)
                let (opening, end) = (start == 0 ? "      [" : "       ", start + datesPerLine >= calendar.dates.count ? "]" : ",")
                lines.append(opening + some.joined(separator: ", ") + end)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes a calendar into a policy file, in place of one of the same name.
    /// - Returns: true if there was one.
    static func write(_ calendar: HolidayCalendar, into path: String) throws -> Bool {
        let before = try PolicyFile.read(path).published.policy.holidayCalendars
        let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
        let at = before.firstIndex { $0.name == calendar.name }
        var calendars = before
        if let at { calendars[at] = calendar } else { calendars.append(calendar) }
        let changed = replaced(in: text, with: block(calendars))
        // What was read is what was meant: nothing but the calendars differs, or the file is left alone.
        guard let old = try YAMLTree.composed(text)?.mapping, let new = try? YAMLTree.composed(changed)?.mapping,
            old.count != 1 || old["policy"] == nil, rest(old) == rest(new), new.keys.contains(where: { $0.scalar?.string == key })
        else {
            throw Problem(
                .checkFailed, "the calendar cannot be written into a file of this form", at: path,
                remedy: "Run the command without --policy and put in what it prints")
        }
        do { try Data(changed.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Problem(.unavailable, "the file cannot be written", at: path)
        }
        return at != nil
    }

    private static func rest(_ mapping: Node.Mapping) -> [String] {
        mapping.filter { $0.key.scalar?.string != key && $0.key.scalar?.string != camelKey }
            .map { "\($0.key.scalar?.string ?? ""):\(YAMLTree.json($0.value))" }
    }

    /// The text with the block in place of the entry, or at its end.
    private static func replaced(in text: String, with block: String) -> String {
        func begins(_ line: String, _ word: String) -> Bool { line.utf8.starts(with: word.utf8) }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard let start = lines.firstIndex(where: { begins($0, "\(key):") || begins($0, "\(camelKey):") }) else {
            return text + (text.utf8.last ?? 0x0a == 0x0a ? "" : "\n") + block
        }
        // The entry goes on with what is indented, with a list's dashes and with closing brackets; what is empty or a
        // comment after its last such line belongs to what follows.
        var end = start + 1
        for index in lines.indices.dropFirst(start + 1) {
            let line = lines[index]
            if begins(line, "#") || line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x0d }) { continue }
            let goesOn = begins(line, " ") || begins(line, "]") || begins(line, "}") || begins(line, "-") && !begins(line, "---")
            if !goesOn { break }
            end = index + 1
        }
        let rest = lines[end...].joined(separator: "\n")
        return (lines[..<start] + [block]).joined(separator: "\n") + rest
    }
}
