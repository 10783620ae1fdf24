import Engine
import Synchronization

/// Grants that were looked up before, so that a request under a key asks no database.
///
/// What this process changes counts at once. What another process changes is noticed by a number that every commit to
/// the file moves, and that is looked at again after a quarter of a second: no grant is trusted for longer unseen.
final class KnownGrants: Sendable {
    /// How long what is known is trusted without looking whether the file has changed.
    static let trust = Duration.milliseconds(250)
    /// Grants kept; beyond that all are forgotten, and looked up again.
    private static let countMax = 10_000

    /// A grant and the keyed digest of its key's secret.
    struct Known: Sendable {
        var grant: Grant
        var digest: [UInt8]
    }

    private struct State {
        var grants: [String: Known] = [:]
        var version: Int64?
        var seen: Duration?
        /// Counts what this process changed: what was read before a change is not kept after it.
        var changes = 0
    }

    private let state = Mutex(State())
    private let time: any PassingTime
    private let version: @Sendable () throws -> Int64

    /// - Parameter version: another number after every commit of somebody else.
    init(_ time: any PassingTime, version: @escaping @Sendable () throws -> Int64) {
        self.time = time
        self.version = version
    }

    /// A grant that is known and may be trusted, without looking anywhere; nil where it must be looked up.
    func trusted(_ id: String) -> Known? {
        let now = time.elapsed()
        return state.withLock { state in
            guard let seen = state.seen, now - seen < Self.trust else { return nil }
            return state.grants[id]
        }
    }

    /// A grant as it stands, looked up where nothing is known of it.
    func current(_ id: String, lookUp: () throws -> Known?) throws -> Known? {
        let now = time.elapsed()
        let version = try version()
        let (known, changes) = state.withLock { state in
            if state.version != version { state.grants = [:] }
            (state.version, state.seen) = (version, now)
            return (state.grants[id], state.changes)
        }
        if let known { return known }
        guard let found = try lookUp() else { return nil }
        state.withLock { state in
            guard state.changes == changes, state.version == version else { return }
            if state.grants.count >= Self.countMax { state.grants = [:] }
            state.grants[id] = found
        }
        return found
    }

    /// This process has changed grants.
    func changed() {
        state.withLock { state in
            state.grants = [:]
            state.changes += 1
        }
    }
}
