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
        let pieces = text.utf8.split(separator: quote, omittingEmptySubsequences: false).map { piece in
            String(decoding: Array(piece), as: UTF8.self)
        }
        // Every second piece stands in quotes.
        return pieces.enumerated().map { index, piece in
            index % 2 == 1 ? RFC3339.parse(piece).map { RFC3339.format(moved($0)) } ?? piece : piece
        }.joined(separator: "\"")
    }
}
