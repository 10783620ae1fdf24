import ArgumentParser
import Engine
import Foundation
import LeadlineCore

/// Moments of reports in the time zone that was asked for.
struct ReportTimes {
    private let zone: TimeZone

    init(_ zone: TimeZone) { self.zone = zone }

    /// The zone that --time-zone names; the machine's where it names none.
    init(named name: String?) throws {
        guard let zone = name.map(TimeZone.init(identifier:)) ?? .current else {
            throw ValidationError("--time-zone must be a name of the tz database such as Europe/Rome, not '\(name ?? "")'")
        }
        self.init(zone)
    }

    /// The day of a moment in RFC 3339.
    func day(_ text: String) -> String { RFC3339.parse(text).map { String(TimeText.local($0, zone: zone).prefix(10)) } ?? text }

    /// The last day before a moment, so that a window is named by days that are in it.
    func lastDay(before text: String) -> String {
        RFC3339.parse(text).map { String(TimeText.local($0.adding(micros: -1), zone: zone).prefix(10)) } ?? text
    }

    /// The moment to the second, with its offset.
    func moment(_ text: String) -> String { RFC3339.parse(text).map { TimeText.local($0, zone: zone) } ?? text }
}

/// A page that a command was asked to write.
enum PageFile {
    static func write(_ page: String, to path: String) throws {
        do { try Data(page.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw CommandFailure(.environment, "the page cannot be written", at: path, remedy: "Check the folder and its permissions")
        }
    }
}
