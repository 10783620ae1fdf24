import DequeModule
import Engine
import Synchronization

/// Threads of their own for reads that wait for the disk, so that no request holds up those that do not.
///
/// So many reads are under way at one time. Those that come in a burst wait for their turn, in the order in which they
/// came and only so long.
final class ReaderThreads: Sendable {
    /// How much may be under way, how much may wait, and for how long.
    struct Limits: Sendable {
        var running = 256
        var waiting = 4_096
        var patience = Duration.seconds(5)
    }

    private struct State {
        var next = 0
        var running = 0
        var order = Deque<Int>()
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
        var tickets = 0
    }

    private let threads: [ThreadTaskExecutor]
    private let limits: Limits
    private let time: any PassingTime
    private let state = Mutex(State())

    init(count: Int, _ limits: Limits = Limits(), _ time: any PassingTime = SystemTime()) {
        threads = (0..<count).map { ThreadTaskExecutor("leadline.reader.\($0)") }
        self.limits = limits
        self.time = time
    }

    /// Does work on one of the threads.
    /// - Throws: `Refusal.busy` if its turn does not come in time; what the work throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await runLong { try work() }
    }

    /// Does work that waits for other things too, and gives the thread free meanwhile.
    func runLong<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let isIn = state.withLock { state in
            guard state.running < limits.running else { return false }
            state.running += 1
            return true
        }
        if !isIn { try await turn() }
        defer { leave() }
        try Task.checkCancellation()
        let thread = state.withLock { state in
            state.next = (state.next + 1) % threads.count
            return state.next
        }
        return try await withTaskExecutorPreference(threads[thread]) { try await Self.here(work) }
    }

    @concurrent private static func here<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await work()
    }

    // MARK: Turns

    /// How many wait for their turn.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Returns once there is room, which is then this caller's.
    private func turn() async throws {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        let patience = Task {
            try await time.sleep(for: limits.patience)
            giveUp(ticket, Refusal.busy)
        }
        defer { patience.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.running < limits.running {
                        state.running += 1
                        return .success(())
                    }
                    if state.waiting.count >= limits.waiting { return .failure(Refusal.busy) }
                    state.waiting[ticket] = continuation
                    state.order.append(ticket)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            giveUp(ticket, CancellationError())
        }
    }

    /// Whoever takes a ticket out of those that wait is the one that answers it.
    private func giveUp(_ ticket: Int, _ error: any Error) {
        let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
        continuation?.resume(throwing: error)
    }

    /// Gives the room to whoever has waited longest.
    private func leave() {
        let next: CheckedContinuation<Void, any Error>? = state.withLock { state in
            while let ticket = state.order.popFirst() {
                if let continuation = state.waiting.removeValue(forKey: ticket) { return continuation }
            }
            state.running -= 1
            return nil
        }
        next?.resume()
    }
}
