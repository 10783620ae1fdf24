public import Foundation
public import LeadlineCore

/// How a text for people is shown: in which time zone, whether coloured, and how wide it may be.
public struct TextStyle: Sendable {
    /// The zone of every moment.
    public var zone: TimeZone
    /// True if emphasis is shown, by the escape sequences of a terminal.
    public var isColoured: Bool
    /// Columns that a line may take; nil is without limit, as in a file or a pipe.
    public var width: Int?

    /// A style; without anything said, plain text in UTC.
    public init(zone: TimeZone = .gmt, isColoured: Bool = false, width: Int? = nil) {
        self.zone = zone
        self.isColoured = isColoured
        self.width = width
    }

    /// How text is emphasised.
    public enum Emphasis: Int, Sendable { case bold = 1, dim = 2, red = 31, green = 32, yellow = 33 }

    /// The text emphasised, where that is shown.
    public func styled(_ text: String, _ emphasis: Emphasis) -> String {
        isColoured ? "\u{1B}[\(emphasis.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A moment to the second, with its offset.
    public func time(_ moment: Timestamp) -> String { TimeText.local(moment, zone: zone) }

    /// The same of a moment in RFC 3339.
    public func time(_ text: String) -> String { TimeText.moment(text).map(time) ?? Escaping.harmless(text) }

    /// The day of a moment in RFC 3339.
    public func day(_ text: String) -> String {
        TimeText.moment(text).map { TimeText.day($0, zone: zone) } ?? Escaping.harmless(text)
    }

    /// The last day before a moment, so that a window is named by days that are in it.
    public func lastDay(before text: String) -> String {
        TimeText.moment(text).map { TimeText.day($0.adding(micros: -1), zone: zone) } ?? Escaping.harmless(text)
    }

    /// Lines made harmless and broken at the width, their continuation indented as far as the line and two columns
    /// more.
    public func lines(_ lines: [String]) -> String {
        lines.map { wrapped(Escaping.harmless($0)) }.joined(separator: "\n")
    }

    private func wrapped(_ line: String) -> String {
        guard let width, line.count > width else { return line }
        let indent = line.unicodeScalars.prefix { $0 == " " }.count
        var lines: [String] = [], current = String(repeating: " ", count: indent), isEmpty = true
        for part in line.unicodeScalars.dropFirst(indent).split(separator: " ", omittingEmptySubsequences: false) {
            let word = String(part)
            if !isEmpty && current.count + 1 + word.count > width {
                lines.append(current)
                (current, isEmpty) = (String(repeating: " ", count: indent + 2), true)
            }
            current += isEmpty ? word : " " + word
            isEmpty = false
        }
        return (lines + [current]).joined(separator: "\n")
    }
}
