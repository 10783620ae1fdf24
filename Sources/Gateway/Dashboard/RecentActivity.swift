import Dashboard
import DequeModule
import Engine
import Journal
import LeadlineCore

/// What programs decided lately, kept up with by reading on: the latest decisions, and first responses of a day.
/// Nothing of it is lost with the process that the journal does not hold.
actor RecentActivity {
    /// What was decided lately.
    struct Recent: Sendable {
        /// The newest first.
        fileprivate(set) var decisions: Deque<PublishedDecision> = []
        fileprivate(set) var answers: Deque<(time: Timestamp, isInTime: Bool)> = []
        /// After everything that was read.
        fileprivate(set) var cursor: DecisionCursor
        /// From when on everything was read; nil from the beginning.
        fileprivate var since: Timestamp?
        fileprivate var used: UInt64 = 0

        /// First responses within a day before a moment.
        func answered(before now: Timestamp) -> TodayPage.Answers {
            let day = now.adding(micros: -Timestamp.microsPerDay)
            let within = answers.filter { $0.time >= day }
            let inTime = within.count { $0.isInTime }
            return .init(inTime: inTime, missed: within.count - inTime, isPart: since.map { $0 > day } ?? false)
        }
    }

    private static let decisionsKept = 60
    private static let answersKept = 20_000
    private static let programsKept = 64
    /// How far back is looked at first, in entries.
    private static let lookBack: UInt64 = 4_000
    private static let page = 500

    private var programs: [String: Recent] = [:]
    private var uses: UInt64 = 0

    /// What a program decided lately, up to now.
    func recent(_ program: String, _ decisions: any DecisionStream) async throws -> Recent {
        let end = try await decisions.end(of: program)
        var recent = programs[program] ?? Self.beginning(end)
        if let to = end.place?.position, let from = recent.cursor.place?.position, to > from + Self.lookBack {
            recent = Self.beginning(end)
        }
        do { try await Self.read(on: &recent, decisions) } catch is JournalError {
            // Its oldest entries are in an archive by now.
            recent = Recent(cursor: end, since: .distantFuture)
        }
        uses += 1
        recent.used = uses
        programs[program] = recent
        if programs.count > Self.programsKept, let oldest = programs.min(by: { $0.value.used < $1.value.used }) {
            programs[oldest.key] = nil
        }
        return recent
    }

    private static func beginning(_ end: DecisionCursor) -> Recent {
        guard let position = end.place?.position, position > lookBack else {
            return Recent(cursor: DecisionCursor(program: end.program))
        }
        return Recent(
            cursor: DecisionCursor(program: end.program, after: .init(position: position - lookBack)),
            since: .distantFuture)
    }

    private static func read(on recent: inout Recent, _ decisions: any DecisionStream) async throws {
        while true {
            let page = try await decisions.read(after: recent.cursor, limit: page)
            for decision in page.decisions { try take(decision, &recent) }
            recent.cursor = page.next
            if page.isEnd { return }
        }
    }

    private static func take(_ decision: PublishedDecision, _ recent: inout Recent) throws {
        if recent.since == .distantFuture { recent.since = decision.time }
        recent.decisions.prepend(decision)
        if recent.decisions.count > decisionsKept { recent.decisions.removeLast() }
        switch try decision.event() {
        case .firstResponseMet: recent.answers.append((decision.time, true))
        case .assignmentExpired: recent.answers.append((decision.time, false))
        default: return
        }
        if recent.answers.count > answersKept {
            recent.answers.removeFirst()
            recent.since = recent.answers.first?.time
        }
    }
}
