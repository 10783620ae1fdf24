import Engine
import ServiceLifecycle
import Synchronization

/// Where clients of feeds wait for more. One task looks at the commits, the clock and the rights for all of them, so that
/// a client that waits costs a few words of memory and no work.
final class FeedRoom: Sendable {
    /// Why a wait is over.
    enum Wake: Sendable {
        /// There is more to read.
        case commit
        /// Nothing came for so long that both ends should hear of each other.
        case quiet
        /// The right has ended, or the server stops.
        case end
    }

    private struct Waiter {
        var program: String
        var past: UInt64
        var grant: Grant
        var quietAt: Duration
        var continuation: CheckedContinuation<Wake, any Error>
    }

    private struct State {
        var waiters: [Int: Waiter] = [:]
        var tickets = 0
        /// True while the task that wakes them runs.
        var isWatched = false
    }

    private let commits: CommitSignal
    private let time: any PassingTime
    private let state = Mutex(State())

    /// A room in which clients wait for the commits that a signal tells of.
    init(_ commits: CommitSignal, _ time: any PassingTime) {
        self.commits = commits
        self.time = time
    }

    /// Clients that wait at this moment; what a test waits for.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Until a program has more entries than so many, its grant lets do something else than it did, nothing was there for
    /// so long, or the server stops.
    /// - Throws: `CancellationError`; what looking a grant up throws.
    func wait(
        forMoreThan size: UInt64, of program: String, under grant: Grant, quietAfter quiet: Duration,
        _ services: GatewayServices
    ) async throws -> Wake {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        let quietAt = time.elapsed() + quiet
        return try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withCheckedThrowingContinuation { continuation in
                    enter(ticket, Waiter(
                        program: program, past: size, grant: grant, quietAt: quietAt, continuation: continuation),
                        services)
                }
            } onGracefulShutdown: {
                self.answer(ticket, .success(.end))
            }
        } onCancel: {
            answer(ticket, .failure(CancellationError()))
        }
    }

    /// Whatever ends the wait either finds the waiter here, or has left its mark before and is seen now.
    private func enter(_ ticket: Int, _ waiter: Waiter, _ services: GatewayServices) {
        let isWatched = state.withLock { state in
            state.waiters[ticket] = waiter
            defer { state.isWatched = true }
            return state.isWatched
        }
        if Task.isCancelled { answer(ticket, .failure(CancellationError())) }
        if Task.isShuttingDownGracefully { answer(ticket, .success(.end)) }
        if commits.size(of: waiter.program) > waiter.past { answer(ticket, .success(.commit)) }
        // It belongs to no client: whichever was first may go while others wait.
        if !isWatched { Task.detached { await self.watch(services) } }
    }

    /// Whoever takes a waiter out is the one that answers it.
    private func answer(_ ticket: Int, _ result: Result<Wake, any Error>) {
        state.withLock { $0.waiters.removeValue(forKey: ticket) }?.continuation.resume(with: result)
    }

    // MARK: Waking

    /// Wakes clients until none waits.
    private func watch(_ services: GatewayServices) async {
        var looked = time.elapsed()
        while true {
            let seen = commits.commits
            wakeThoseWithMore()
            if time.elapsed() - looked >= Self.interval {
                await endThoseWithoutRight(services)
                wakeThoseInQuiet()
                looked = time.elapsed()
            }
            let isEmpty = state.withLock { state in
                if state.waiters.isEmpty { state.isWatched = false }
                return state.waiters.isEmpty
            }
            if isEmpty { return }
            do { try await commits.commit(past: seen, within: Self.interval, time) } catch { return endAll(error) }
        }
    }

    /// Shorter than a grant is trusted unseen: while somebody waits under it, it is looked up by this task alone.
    private static let interval = KnownGrants.trust * 4 / 5

    private func wakeThoseWithMore() {
        take { [commits] in commits.size(of: $0.program) > $0.past ? .success(.commit) : nil }
    }

    private func wakeThoseInQuiet() {
        let now = time.elapsed()
        take { $0.quietAt <= now ? .success(.quiet) : nil }
    }

    /// Each grant is looked up once, however many wait under it.
    private func endThoseWithoutRight(_ services: GatewayServices) async {
        let grants = state.withLock { state in
            Dictionary(state.waiters.values.map { (Standing($0.grant), $0.grant) }) { first, _ in first }
        }
        var found: [Standing: Result<Grant?, any Error>] = [:]
        for (standing, grant) in grants {
            do { found[standing] = .success(try await StandingGrant(grant, services).lookedUp()) } catch {
                found[standing] = .failure(error)
            }
        }
        take { [found] waiter in
            switch found[Standing(waiter.grant)] {
            case .success(let current?) where current.hasRights(of: waiter.grant): nil
            case .success: .success(.end)
            case .failure(let error): .failure(error)
            // It came meanwhile.
            case nil: nil
            }
        }
    }

    private func endAll(_ error: any Error) {
        state.withLock { $0.isWatched = false }
        take { _ in .failure(error) }
    }

    /// Answers those for whom there is an answer.
    private func take(_ answer: @Sendable (Waiter) -> Result<Wake, any Error>?) {
        let woken = state.withLock { state in
            var woken: [(CheckedContinuation<Wake, any Error>, Result<Wake, any Error>)] = []
            for (ticket, waiter) in state.waiters {
                guard let result = answer(waiter) else { continue }
                state.waiters[ticket] = nil
                woken.append((waiter.continuation, result))
            }
            return woken
        }
        for (continuation, result) in woken { continuation.resume(with: result) }
    }

    /// What a grant is looked up by.
    private struct Standing: Hashable {
        var id: String
        var credential: Credential

        init(_ grant: Grant) { (id, credential) = (grant.id, grant.credential) }
    }
}
