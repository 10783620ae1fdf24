import Foundation
import LeadlineCore
import Reports

/// A moment as a browser's field has it: "2026-03-01T10:30", on the clock of a zone.
enum LocalMoment {
    /// The moment; nil for any other text. Of an hour that a change of clocks leaves out, or has twice, either counts.
    static func timestamp(_ text: String, in zone: TimeZone) -> Timestamp? {
        guard (16...19).contains(text.utf8.count) else { return nil }
        let seconds = text.utf8.count == 16 ? ":00" : ""
        guard let shown = TimeText.moment(text + seconds + "Z") else { return nil }
        // What the zone was ahead at about that moment is what it is ahead at that moment.
        var moment = shown
        for _ in 0..<2 {
            let ahead = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.micros) / 1_000_000))
            moment = shown.adding(micros: -Int64(ahead) * 1_000_000)
        }
        return moment
    }
}
