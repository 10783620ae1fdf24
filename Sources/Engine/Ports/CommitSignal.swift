import Synchronization

/// Wakes whoever waits for entries, the moment they are durable. Nobody polls, and a commit that falls between looking
/// and waiting is not missed: who waits says up to where it has seen.
///
/// The process that holds the data folder's lock commits, and nobody else; so the signal is whole inside that process
/// and says nothing outside of it.
public final class CommitSignal: Sendable {
    private struct Waiter {
        /// Nil waits for any program.
        var program: String?
        var past: UInt64
        var reached: Promise<UInt64>
    }

    private struct State {
        /// Entries of each program's stream.
        var sizes: [String: UInt64] = [:]
        /// Commits so far.
        var commits: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0

        func reached(_ program: String?) -> UInt64 { program.map { sizes[$0] ?? 0 } ?? commits }
    }

    private let state = Mutex(State())

    /// A signal that knows of no program yet.
    public init() {}

    /// Tells that streams have grown to these sizes. Called after the commit, and once for what is there at the start.
    public func committed(_ sizes: [String: UInt64]) {
        let woken = state.withLock { state in
            state.commits += 1
            state.sizes.merge(sizes) { max($0, $1) }
            var woken: [(Promise<UInt64>, UInt64)] = []
            for (id, waiter) in state.waiters where state.reached(waiter.program) > waiter.past {
                state.waiters[id] = nil
                woken.append((waiter.reached, state.reached(waiter.program)))
            }
            return woken
        }
        for (promise, reached) in woken { promise.settle(reached) }
    }

    /// Tells that somebody has read a stream that had grown to this size, before its commit was told of: whoever reads
    /// next by another way sees no less.
    func noticed(_ size: UInt64, of program: String) {
        if size > self.size(of: program) { committed([program: size]) }
    }

    /// Entries that a program's stream is known to have; 0 before anything of it is known.
    public func size(of program: String) -> UInt64 { state.withLock { $0.sizes[program] ?? 0 } }

    /// Commits so far: what `commit(past:)` goes on from.
    public var commits: UInt64 { state.withLock { $0.commits } }

    /// Waiters at this moment; what a test waits for.
    public var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits until a program's stream has more than so many entries; returns at once if it has.
    /// - Returns: the size it has by then.
    /// - Throws: `CancellationError`.
    @discardableResult
    public func entries(of program: String, past size: UInt64) async throws -> UInt64 { try await wait(program, size) }

    /// Waits until there have been more than so many commits, of whatever program.
    /// - Returns: how many there have been by then.
    /// - Throws: `CancellationError`.
    @discardableResult
    public func commit(past commits: UInt64) async throws -> UInt64 { try await wait(nil, commits) }

    /// Waits until there have been more than so many commits, but not longer than `limit`.
    /// - Throws: `CancellationError`.
    public func commit(
        past commits: UInt64, within limit: Duration, _ time: any PassingTime = SystemTime()
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await self.commit(past: commits) }
            group.addTask { try await time.sleep(for: limit) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func wait(_ program: String?, _ past: UInt64) async throws -> UInt64 {
        try Task.checkCancellation()
        let promise = Promise<UInt64>()
        let (id, reached) = state.withLock { state in
            state.lastWaiter += 1
            let reached = state.reached(program)
            if reached <= past {
                state.waiters[state.lastWaiter] = Waiter(program: program, past: past, reached: promise)
            }
            return (state.lastWaiter, reached)
        }
        if reached > past { return reached }
        defer { state.withLock { $0.waiters[id] = nil } }
        return try await promise.value()
    }
}
