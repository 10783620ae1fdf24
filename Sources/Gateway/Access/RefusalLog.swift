import Engine
import Foundation
import LeadlineCore
import Reports
import Synchronization
import UseCases

/// Who was refused what, counted and kept in `refusals.log` of the data folder: a JSON object a line for what is the
/// same within a second. Bounded however many refusals there are: so many different ones a second, two files of so many
/// bytes. No address and nothing that was sent is in it.
final class RefusalLog: Sendable {
    /// What is counted as one.
    struct Subject: Hashable, Sendable {
        var operation: String
        var status: Int
        var problem: String
        /// Empty where nobody was known by the key.
        var program = ""
        var principal = ""
    }

    /// Different ones at a time; whatever is beyond is counted as one.
    static let subjectsMax = 256
    /// Of each of the two files.
    static let bytesMax = 2 << 20

    private let path: String
    private let clock: any WallClock
    private let counts = Mutex<[Subject: Int]>([:])

    init(_ folder: DataFolder) {
        path = folder.path + "/refusals.log"
        clock = folder.machine.clock
    }

    /// Counts a refusal.
    func note(_ subject: Subject) {
        counts.withLock { counts in
            let isKnown = counts[subject] != nil || counts.count < Self.subjectsMax
            counts[isKnown ? subject : Self.others, default: 0] += 1
        }
    }

    private static let others = Subject(operation: "others", status: 0, problem: "others")

    /// Writes what was counted since the last time.
    func flush() throws {
        let counted = counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
        if counted.isEmpty { return }
        let time = TimeText.utc(clock.now())
        let lines = counted.map { Self.line($0.key, $0.value, time) }.sorted().joined()
        try LineFilePair(path: path, name: "the file of refusals", bytesMax: Self.bytesMax).append(lines)
    }

    private static func line(_ subject: Subject, _ count: Int, _ time: String) -> String {
        JSONText.object([
            ("time", JSONText.quoted(time)), ("operation", JSONText.quoted(subject.operation)),
            ("status", "\(subject.status)"), ("problem", JSONText.quoted(subject.problem)),
            ("program", subject.program.isEmpty ? nil : JSONText.quoted(subject.program)),
            ("principal", subject.principal.isEmpty ? nil : JSONText.quoted(subject.principal)), ("count", "\(count)"),
        ]) + "\n"
    }
}
