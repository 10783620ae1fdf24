import Engine
import Synchronization

/// Threads of their own for reads that wait for the disk, so that no request holds up those that do not.
final class ReaderThreads: Sendable {
    /// Reads that may wait for a thread.
    private static let waitingMax = 256

    private struct State {
        var next = 0
        var running = 0
    }

    private let threads: [ThreadTaskExecutor]
    private let state = Mutex(State())

    init(count: Int) { threads = (0..<count).map { ThreadTaskExecutor("leadline.reader.\($0)") } }

    /// Does work on one of the threads.
    /// - Throws: `Refusal.busy` if too many wait; what the work throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await runLong { try work() }
    }

    /// Does work that waits for other things too, and gives the thread free meanwhile.
    func runLong<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let thread = try state.withLock { state in
            guard state.running < Self.waitingMax else { throw Refusal.busy }
            state.running += 1
            state.next = (state.next + 1) % threads.count
            return state.next
        }
        defer { state.withLock { $0.running -= 1 } }
        try Task.checkCancellation()
        return try await withTaskExecutorPreference(threads[thread]) { try await Self.here(work) }
    }

    @concurrent private static func here<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await work()
    }
}
