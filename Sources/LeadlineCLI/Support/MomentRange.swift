import ArgumentParser
import Engine
import LeadlineCore
import TextFormats

/// Which part of history a command looks at.
struct MomentRange: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only what was decided at this moment or later, e.g. 2026-01-01T00:00:00Z or 2026-01-01.", valueName: "time"
        ))
    var from: String?

    @Option(help: ArgumentHelp("Only what was decided before this moment; a day means its end.", valueName: "time"))
    var to: String?

    /// The first moment that counts.
    func first() throws -> Timestamp {
        try from.map { try Self.moment($0, "--from", endOfDay: false) } ?? Timestamp(micros: .min)
    }

    /// The last moment that counts.
    func last() throws -> Timestamp { try to.map { try Self.moment($0, "--to", endOfDay: true) } ?? .distantFuture }

    /// - Throws: `ValidationError` for a moment that is none, or an end before its start.
    func check() throws {
        if try first() > last() { throw ValidationError("--from must not be later than --to") }
    }

    /// A moment, or a day: its beginning, or the last moment of it.
    /// - Throws: `ValidationError` that names the option, for a text that is neither.
    static func moment(_ text: String, _ option: String, endOfDay: Bool) throws -> Timestamp {
        let isDay = text.utf8.count == 10
        guard let time = RFC3339.parse(isDay ? text + "T00:00:00Z" : text) else {
            throw ValidationError(
                "\(option) must be a time such as 2026-03-31T23:59:59Z or a day such as 2026-03-31, not '\(text)'")
        }
        return endOfDay ? time.adding(micros: (isDay ? Timestamp.microsPerDay : 0) - 1) : time
    }
}
