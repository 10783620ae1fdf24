import ArgumentParser
import Foundation
import LeadlineCore
import Reports

/// What is known of the terminal, and how text gets there.
enum Terminal {
    /// True if stderr is a terminal: only then are progress bars drawn.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// True if results may be coloured: stdout is a terminal that can, and NO_COLOR (no-color.org) is unset.
    static var isColoured: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Columns of the terminal behind stderr; 80 if there is none.
    static var width: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// A line on stderr: for people, beside the results.
    static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Writes results on stdout at once. A reader that has gone (`| head`) ends the command quietly.
    static func write(_ text: String) {
        unsafe Array(text.utf8).withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = unsafe Foundation.write(STDOUT_FILENO, bytes.baseAddress! + sent, bytes.count - sent)
                if count > 0 {
                    sent += count
                } else if errno != EINTR {
                    exit(errno == EPIPE ? Outcome.ok.rawValue : Outcome.environment.rawValue)
                }
            }
        }
    }

    /// A line of results on stdout.
    static func line(_ text: String = "") { write(text + "\n") }

    /// How texts are shown here: in the machine's time zone, coloured and folded where stdout is a terminal.
    static var style: TextStyle { style(zone: .current) }

    /// The same in another time zone.
    static func style(zone: TimeZone) -> TextStyle { TextStyle(zone: zone, isColoured: isColoured, width: outputWidth) }

    /// The same in the zone that --time-zone names; in the machine's where it names none.
    static func style(zoneNamed name: String?) throws -> TextStyle {
        guard let zone = name.map(TimeZone.init(identifier:)) ?? .current else {
            throw ValidationError(
                "--time-zone must be a name of the tz database such as Europe/Rome, not '\(name ?? "")'")
        }
        return style(zone: zone)
    }

    /// Columns of the terminal behind stdout; nil if it is a file or a pipe, where nothing is folded.
    private static var outputWidth: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The text in a style, where colour is shown.
    static func styled(_ text: String, _ emphasis: TextStyle.Emphasis) -> String { style.styled(text, emphasis) }

    /// Text from outside, made harmless.
    static func harmless(_ text: String) -> String { Escaping.harmless(text) }

    /// Lines from outside, made harmless, folded at the terminal's width.
    static func lines(_ lines: [String]) { line(style.lines(lines)) }
}

extension TimeText {
    /// In the machine's time zone.
    static func local(_ moment: Timestamp) -> String { local(moment, zone: .current) }
}
