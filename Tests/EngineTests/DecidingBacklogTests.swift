import LeadlineCore
import Synchronization
import Testing

@testable import Engine

/// Clients that send as fast as they can are slowed to the pace of deciding, and never stopped.
struct DecidingBacklogTests {
    /// Time that passes when somebody waits, or is told to.
    final class HandTime: PassingTime {
        private let state = Mutex((now: Duration.zero, slept: [Duration]()))
        func elapsed() -> Duration { state.withLock { $0.now } }
        func pass(_ duration: Duration) { state.withLock { $0.now += duration } }
        func sleep(for duration: Duration) async throws {
            state.withLock { state in
                state.now += duration
                state.slept.append(duration)
            }
        }
        var slept: [Duration] { state.withLock { $0.slept } }
    }

    /// A backlog of so many records, of which each took so many microseconds.
    private func backlog(_ waiting: Int, micros: Int) -> DecidingBacklog {
        let time = HandTime()
        let backlog = DecidingBacklog(time)
        backlog.appended(waiting + 100_000)
        backlog.decided(0)
        // Often enough that the pace is this one.
        for _ in 0..<100 {
            time.pass(.microseconds(1_000 * micros))
            backlog.decided(1_000)
        }
        return backlog
    }

    @Test(arguments: [
        // Nobody waits while deciding keeps up.
        (waiting: 0, micros: 200, count: 64, rest: 0.0), (1_000, 200, 64, 0.0),
        // At the target a commit rests for as long as deciding its records takes.
        (2_000, 200, 64, 12.8), (2_000, 200, 640, 128.0), (2_000, 100, 64, 6.4),
        // Between, in proportion.
        (1_500, 200, 64, 6.4), (1_250, 200, 64, 3.2),
        // Above, longer: up to four times.
        (3_000, 200, 64, 25.6), (5_000, 200, 64, 51.2), (1_000_000, 200, 64, 51.2),
        // However large the commit, and however slow deciding was.
        (5_000, 200, 10_000, 2_000.0), (5_000, 900_000, 64, 256.0),
    ])
    func restsByHowFarDecidingIsBehind(waiting: Int, micros: Int, count: Int, rest: Double) {
        let got = backlog(waiting, micros: micros).rest(after: count) / .milliseconds(1)
        #expect(abs(got - rest) < 0.01, "\(got) ms")
    }

    @Test func nothingIsSlowedBeforeAPaceIsKnown() {
        let backlog = DecidingBacklog(HandTime())
        backlog.appended(50_000)
        #expect(backlog.rest(after: 64) == .zero)
    }

    /// Records that another process put into the folder are decided here too.
    @Test func whatOthersAppendedIsNoDebt() {
        let backlog = DecidingBacklog(HandTime())
        backlog.appended(10)
        backlog.decided(500)
        #expect(backlog.waiting == 0)
        backlog.appended(3)
        backlog.withdrawn(2)
        #expect(backlog.waiting == 1)
    }

    /// A sink whose records are decided when the test says so.
    actor Sink: RecordSink {
        private(set) var records = 0
        func append(_ records: [NewRecord]) async throws -> [RecordPlace] {
            self.records += records.count
            return records.map { RecordPlace(topic: $0.topic, partition: 0, offset: 0) }
        }
    }

    /// Method: deciding takes a millisecond a record and stands still; 30 commits of 100 records come one after another.
    @Test func theInboxRestsBetweenCommitsAndTakesAll() async throws {
        let (time, sink) = (HandTime(), Sink())
        let backlog = DecidingBacklog(time)
        backlog.appended(2_000)
        backlog.decided(0)
        time.pass(.seconds(1))
        backlog.decided(1_000)
        let inbox = GroupedInbox(sink, backlog: backlog, time: time)
        let records = (0..<100).map { InboxTests.lead("lead-\($0)") }
        for _ in 0..<30 { _ = try await inbox.append(records, isWatched: false) }
        #expect(await sink.records == 3_000)
        #expect(backlog.waiting == 4_000)
        let slept = time.slept
        // The first commit left a backlog of 1,100, and each later one a larger one.
        #expect(slept.count >= 29 && zip(slept, slept.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func recordsThatCouldNotBeStoredWaitForNobody() async throws {
        struct Broken: RecordSink {
            struct Failure: Error {}
            func append(_ records: [NewRecord]) async throws -> [RecordPlace] { throw Failure() }
        }
        let backlog = DecidingBacklog(HandTime())
        let inbox = GroupedInbox(Broken(), backlog: backlog)
        await #expect(throws: Broken.Failure.self) { _ = try await inbox.append([InboxTests.lead("a")]) }
        #expect(backlog.waiting == 0)
    }
}
