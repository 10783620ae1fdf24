import Foundation
import Reports
import Simulation

/// A line on stderr that tells how far a long job is: share, rate and time left. Silent unless stderr is a terminal.
struct ProgressBar {
    private static let redrawEvery = Duration.milliseconds(100)
    private static let barWidthMax = 30

    private let label: String
    private let unit: String
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private var drawn = false

    /// - Parameters:
    ///   - label: What is being done, e.g. "verifying".
    ///   - unit: What is counted, e.g. "entries".
    init(_ label: String, unit: String) {
        self.label = label
        self.unit = unit
        isShown = Terminal.errorIsTerminal
    }

    /// Shows that `done` of `total` are done; a total of nil is not known. Cheap: draws at most ten times a second.
    mutating func update(_ done: UInt64, of total: UInt64? = nil) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < Self.redrawEvery { return }
        lastDrawn = now
        drawn = true
        let line = text(done, of: total, elapsed: now - start)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line.prefix(max(1, Terminal.width - 1)))".utf8))
    }

    /// Takes the line away.
    mutating func finish() {
        guard drawn else { return }
        drawn = false
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }

    func text(_ done: UInt64, of total: UInt64?, elapsed: Duration) -> String {
        let seconds = elapsed.inSeconds
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let speed = "\(CountText.grouped(Int64(rate))) \(unit)/s"
        guard let total, total > 0 else { return "\(label)  \(CountText.grouped(Int64(done))) \(unit)  \(speed)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(Self.barWidthMax))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.barWidthMax - filled)
        let left = rate > 0 ? Double(total - min(done, total)) / rate : 0
        return
            "\(label) [\(bar)] \(Int(share * 100)) %  \(speed)  \(TimeText.duration(seconds: Int64(left.rounded()))) left"
    }
}
