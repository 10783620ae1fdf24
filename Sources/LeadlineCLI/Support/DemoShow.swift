import Audit
import Engine
import Foundation
import LeadlineCore
import Reports
import Simulation
import UseCases

/// The demo's story, told as it happens.
struct DemoShow {
    private let scenario: Scenario
    private let folder: DataFolder
    private let speed: Int
    private let skips: Bool
    private let clock: FastClock
    private var stage: Stage

    /// Imports the scenario's past and starts the clock.
    init(_ scenario: Scenario, _ folder: DataFolder, speed: Int, skips: Bool) async throws {
        self.scenario = scenario
        self.folder = folder
        self.speed = speed
        self.skips = skips
        try await Self.importPast(scenario, folder)
        clock = FastClock(from: scenario.leadArrives, factor: speed)
        stage = try Stage(folder, clock: clock)
    }

    /// Puts the scenario's past into the folder, and says what it was.
    static func importPast(_ scenario: Scenario, _ folder: DataFolder) async throws {
        let watch = ContinuousClock.now
        let report = try await Stage.importPast(scenario, into: folder)
        tell(report, scenario, folder, ContinuousClock.now - watch)
        if report.rejections > 0 {
            throw Problem(
                .checkFailed, "\(CountText.of(report.rejections, "record")) of the example rejected",
                remedy: "See 'leadline deadletter list --data \(folder.path)'")
        }
    }

    private static func tell(_ report: StepReport, _ scenario: Scenario, _ folder: DataFolder, _ time: Duration) {
        Terminal.line(Terminal.styled("A vendor with \(scenario.partnerNames.count) partners across EMEA", .bold))
        Terminal.line(
            "Imported \(CountText.of(report.records, "record")) of the last twelve months into \(folder.path) in "
                + "\(time.formatted(.units(allowed: [.seconds, .milliseconds], width: .abbreviated))): partners, deals won and lost, buying signals."
        )
    }

    /// From the lead's arrival to the won deal.
    mutating func play() async throws {
        tellClock()
        scene(
            "A demo request comes in: an Italian manufacturer, 200 employees, EUR 120,000, 180 days of buying signals.")
        try await stage.send([scenario.lead])
        try tell(try await stage.work())
        try explain(attempt: 1)
        let first = try await holder()
        try await waitForTimer(first)
        try explain(attempt: 2)
        let second = try await holder()
        try await answerInTime(second)
        try await win(second)
        try await stage.settle()
    }

    private func tellClock() {
        let pace =
            skips
            ? "waiting is skipped"
            : speed == 1
                ? "in real time"
                : "\(speed) times as fast as yours (--speed 1 is real time)"
        Terminal.line(
            "The story's clock starts at \(TimeText.local(scenario.leadArrives)), \(pace). The engine is the real one.")
    }

    private func name(_ partner: String) -> String { scenario.partnerNames[partner] ?? partner }

    private func holder() async throws -> String {
        guard let partner = try await stage.holding(scenario.leadID, in: scenario.program)?.partnerID else {
            throw Problem(.checkFailed, "nobody holds the lead; the example's files do not tell the story any more")
        }
        return partner
    }

    // MARK: Scenes

    /// Nobody answers until the engine takes the lead back.
    private mutating func waitForTimer(_ partner: String) async throws {
        scene("\(name(partner)) has five minutes for the first response. Nobody answers.")
        guard let due = try await stage.holding(scenario.leadID, in: scenario.program)?.respondBy else {
            throw Problem(.checkFailed, "no timer runs; the example's policy sets none")
        }
        if skips { clock.skip(micros: max(0, due.micros - clock.now().micros + 1)) }
        var countdown = Countdown(to: due, of: due.micros - scenario.leadArrives.micros)
        while true {
            let decisions = try await stage.work()
            if !decisions.isEmpty {
                countdown.finish()
                scene("Time is up.")
                try tell(decisions)
                return
            }
            countdown.update(clock.now())
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private mutating func answerInTime(_ partner: String) async throws {
        let twoMinutes = 2 * Timestamp.microsPerMinute
        if skips {
            clock.skip(micros: twoMinutes)
        } else {
            try await Task.sleep(for: .microseconds(twoMinutes / Int64(speed)))
        }
        scene("\(name(partner)) calls the prospect.")
        try await stage.send([scenario.firstResponse(by: partner)])
        try tell(try await stage.work())
    }

    /// Weeks pass; the clock leaves them out.
    private mutating func win(_ partner: String) async throws {
        clock.skip(micros: 64 * Timestamp.microsPerDay)
        scene(
            "64 days later (the clock skips them), \(name(partner)) wins the deal. The outcome teaches the next decision."
        )
        try await stage.send([scenario.won(by: partner, euroCents: 11_800_000)])
        try tell(try await stage.work())
    }

    // MARK: Telling

    private func scene(_ text: String) {
        Terminal.line("\n\(Terminal.styled(TimeText.local(clock.now()), .dim))  \(Terminal.styled(text, .bold))")
    }

    /// Decisions as they were published on `leadline.decisions`.
    private func tell(_ decisions: [PublishedDecision]) throws {
        for decision in decisions {
            let kind = TypeName.short(decision.type)
            let words = EventWords(currency: "EUR", time: { TimeText.local($0) }).sentence(
                try stage.event(of: decision))
            Terminal.line(Terminal.styled("  published \(decision.id)  \(kind): \(words)", .green))
        }
    }

    private func explain(attempt: UInt32) throws {
        do {
            guard
                case .explained(let explanation) = try Explainer(folder).explain(
                    scenario.leadID, program: scenario.program, .attempt(attempt))
            else { return }
            Terminal.line()
            Terminal.lines(DemoExplanation.lines(explanation, Terminal.style).map { "  " + $0 })
        } catch {
            throw Problem(error)
        }
    }
}

/// The time left until a deadline: one line that changes on a terminal, a line a minute elsewhere.
struct Countdown {
    private static let width = 30
    private let due: Timestamp
    private let whole: Int64
    private let isLive = isatty(STDOUT_FILENO) == 1
    private var lastMinute: Int64 = .max

    /// - Parameter whole: The length of the wait in microseconds, for the bar.
    init(to due: Timestamp, of whole: Int64) {
        self.due = due
        self.whole = max(1, whole)
    }

    /// Shows what is left at `now`.
    mutating func update(_ now: Timestamp) {
        let left = max(0, due.micros - now.micros)
        let seconds = (left + 999_999) / 1_000_000
        if isLive {
            let filled = Int(Double(whole - left) / Double(whole) * Double(Self.width))
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
            Terminal.write("\r\u{1B}[K  \(TimeText.local(now))  [\(bar)]  \(Self.clock(seconds)) left")
        } else if seconds / 60 < lastMinute, seconds > 0 {
            lastMinute = seconds / 60
            Terminal.line("  \(TimeText.local(now))  \(Self.clock(seconds)) left")
        }
    }

    /// Takes the changing line away.
    func finish() { if isLive { Terminal.write("\r\u{1B}[K") } }

    static func clock(_ seconds: Int64) -> String { "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)" }
}
