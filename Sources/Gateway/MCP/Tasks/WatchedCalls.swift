import Engine
import Reports
import Synchronization

/// Calls whose clients are told how far they are, by what a client can call them back.
final class WatchedCalls: Sendable {
    private let watches = Mutex<[String: [ObjectIdentifier: Weak]]>([:])

    private struct Weak { weak var watch: Watch? }

    /// One call: long work that somebody waits for. Work that nobody waits for any more ends with the wait, where that
    /// is what going means.
    final class Watch: Sendable {
        let job: String
        private let grant: Grant
        private let services: GatewayServices
        private let endsWithClient: Bool
        private let key: String
        private let state = Mutex((isOver: false, isCalledBack: false))

        fileprivate init(
            _ job: String, _ grant: Grant, _ services: GatewayServices, key: String, endsWithClient: Bool
        ) {
            self.job = job
            self.grant = grant
            self.services = services
            self.key = key
            self.endsWithClient = endsWithClient
        }

        deinit {
            services.watchedCalls.leave(key, ObjectIdentifier(self))
            if endsWithClient, !state.withLock({ $0.isOver }) { end() }
        }

        /// The work is done, or was.
        func done() { state.withLock { $0.isOver = true } }

        /// True if the client has said that it waits no longer.
        var isCalledBack: Bool { state.withLock { $0.isCalledBack } }

        /// Ends the work.
        func callBack() {
            state.withLock { $0.isCalledBack = true }
            end()
        }

        private func end() {
            // One that is there no longer needs no end.
            do throws(Refusal) { _ = try services.jobs.cancel(job, grant) } catch { return }
        }
    }

    /// Notes a call.
    func enter(_ job: String, requestID: String, _ call: Call, endsWithClient: Bool) throws -> Watch {
        let (grant, key) = (try call.grant, try Self.key(requestID, call))
        let watch = Watch(job, grant, call.services, key: key, endsWithClient: endsWithClient)
        watches.withLock { $0[key, default: [:]][ObjectIdentifier(watch)] = Weak(watch: watch) }
        return watch
    }

    private func leave(_ key: String, _ id: ObjectIdentifier) {
        watches.withLock { watches in
            watches[key]?[id] = nil
            if watches[key]?.isEmpty == true { watches[key] = nil }
        }
    }

    /// Ends the call of an id. Clients of one key choose their ids by themselves: where two have the same under way,
    /// nobody knows which is meant, and both go on.
    func callBack(requestID: String, _ call: Call) throws {
        let key = try Self.key(requestID, call)
        let found = watches.withLock { $0[key]?.values.compactMap(\.watch) ?? [] }
        if found.count == 1 { found[0].callBack() }
    }

    private static func key(_ requestID: String, _ call: Call) throws -> String {
        let grant = try call.grant
        return try JSONText.line([grant.program, grant.principal, requestID])
    }
}
