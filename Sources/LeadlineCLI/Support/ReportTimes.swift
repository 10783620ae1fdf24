import Engine
import Foundation

/// Moments of reports in the time zone that was asked for.
struct ReportTimes {
    private let zone: TimeZone

    init(_ zone: TimeZone) { self.zone = zone }

    /// The day of a moment in RFC 3339.
    func day(_ text: String) -> String { RFC3339.parse(text).map { String(TimeText.local($0, zone: zone).prefix(10)) } ?? text }

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
