import Engine
import LeadlineCore
import Synchronization
import Testing

/// What an instance takes from its machine can be made up.
struct MachineTests {
    /// Time that passes when a test says so.
    final class HandTime: PassingTime {
        private let passed = Mutex(Duration.zero)
        func elapsed() -> Duration { passed.withLock { $0 } }
        func sleep(for duration: Duration) async throws { pass(duration) }
        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
    }

    @Test func workStopsWhenItsTimeHasPassed() throws {
        let time = HandTime()
        let allowance = WorkAllowance(.milliseconds(50), time)
        time.pass(.milliseconds(49))
        try allowance.check()
        time.pass(.milliseconds(1))
        #expect(throws: WorkAllowance.Exhausted(budget: .milliseconds(50))) { try allowance.check() }
    }

    @Test func aWaitForACommitEndsByTheGivenTime() async throws {
        let time = HandTime(), signal = CommitSignal()
        try await signal.commit(past: 0, within: .seconds(3_600), time)
        #expect(time.elapsed() == .seconds(3_600))
        #expect(signal.waiting == 0)
    }

    @Test func idsAreRandomUUIDsAndComeAgainFromTheSameSeed() {
        func ids(_ seed: UInt64) -> [String] {
            let machine = Machine(clock: FixedClock(.epoch), passingTime: HandTime(), random: SeededRandom(seed: seed))
            return (0..<100).map { _ in machine.newID() }
        }
        #expect(ids(7) == ids(7))
        #expect(Set(ids(7) + ids(8)).count == 200)
        for id in ids(7) + [Machine.real.newID()] {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func aFolderSignsAndSealsByItsMachinesClock() async throws {
        let folder = try TestFolder()
        var onMachine = folder.folder
        onMachine.machine.clock = FixedClock(TestFolder.start)
        #expect(onMachine.now() == TestFolder.start)
        #expect(try onMachine.shard(3).now() == TestFolder.start)
    }
}
