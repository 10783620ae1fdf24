import LeadlineCore
import TextFormats

/// Dates of a story's texts, moved on so that the story ends today.
struct StoryDates {
    private let micros: Int64

    /// Moves every moment on by so many whole days.
    init(laterByDays days: Int64) { micros = days * Timestamp.microsPerDay }

    func moved(_ moment: Timestamp) -> Timestamp { moment.adding(micros: micros) }

    /// The text with each date-time moved that stands in quotes, as RFC 3339 has it; all else is as it was.
    func moved(_ text: String) -> String {
        if micros == 0 { return text }
        let quote = UInt8(ascii: "\"")
        return text.utf8.split(separator: quote, omittingEmptySubsequences: false).map { piece in
            // Shorter texts are no date-time, and longer ones none that anybody writes.
            guard (20...35).contains(piece.count) else { return String(decoding: Array(piece), as: UTF8.self) }
            let written = String(decoding: Array(piece), as: UTF8.self)
            return RFC3339.parse(written).map { RFC3339.format(moved($0)) } ?? written
        }.joined(separator: "\"")
    }
}
