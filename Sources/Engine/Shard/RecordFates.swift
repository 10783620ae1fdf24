import Synchronization

/// What became of records, for those who wait for it.
///
/// Who wants to know begins to listen before it appends: from then on outcomes are kept until it has said which records
/// are its own, so that none is missed however fast the processor is. After that only what somebody waits for is kept.
public final class RecordFates: Sendable {
    fileprivate typealias Outcome = Promise<RecordOutcome?>

    /// What one report said.
    private struct Report {
        var number: UInt64
        var outcomes: [RecordPlace: RecordOutcome]
    }

    private struct State {
        /// For each listener, the number of the first report that it may have to know.
        var listeners: [ObjectIdentifier: UInt64] = [:]
        var reports: UInt64 = 0
        /// What became known since the oldest listener began; older reports concern nobody.
        var heard: [Report] = []
        var awaited: [RecordPlace: [Outcome]] = [:]
    }

    private let state = Mutex(State())

    /// Nobody waits yet.
    public init() {}

    /// A time in which all outcomes are kept. It ends when the value goes.
    public final class Listening: Sendable {
        private let fates: RecordFates
        fileprivate init(_ fates: RecordFates) { self.fates = fates }
        deinit { fates.endListening(ObjectIdentifier(self)) }

        /// Waits for these records from now on.
        public func watch(_ places: [RecordPlace]) -> [Watch] { places.map { fates.watch($0) } }
    }

    /// Waits for one record, until the value goes.
    public final class Watch: Sendable {
        private let fates: RecordFates
        private let place: RecordPlace
        private let promise: Outcome

        fileprivate init(_ fates: RecordFates, _ place: RecordPlace, _ promise: Outcome) {
            self.fates = fates
            self.place = place
            self.promise = promise
        }
        deinit { fates.forget(place, promise) }

        /// What became of the record, as soon as it is durable; nil if it is no longer decided here.
        /// - Throws: `CancellationError`.
        public func outcome() async throws -> RecordOutcome? { try await promise.value() }
    }

    /// Begins to keep outcomes; to be called before appending.
    public func listen() -> Listening {
        let listening = Listening(self)
        state.withLock { $0.listeners[ObjectIdentifier(listening)] = $0.reports }
        return listening
    }

    /// Records that somebody waits for; what a test looks at.
    public var awaited: Int { state.withLock { $0.awaited.count } }

    /// Outcomes that are kept for listeners; what a test looks at.
    public var kept: Int { state.withLock { $0.heard.reduce(0) { $0 + $1.outcomes.count } } }

    /// Tells what became of records. Called after their commit.
    public func report(_ outcomes: [(place: RecordPlace, outcome: RecordOutcome)]) {
        let settled = state.withLock { state in
            var settled: [(Outcome, RecordOutcome)] = []
            if !state.listeners.isEmpty {
                let known = Dictionary(outcomes.map { ($0.place, $0.outcome) }) { $1 }
                state.heard.append(Report(number: state.reports, outcomes: known))
            }
            state.reports += 1
            if state.awaited.isEmpty { return settled }
            for (place, outcome) in outcomes {
                for promise in state.awaited.removeValue(forKey: place) ?? [] { settled.append((promise, outcome)) }
            }
            return settled
        }
        for (promise, outcome) in settled { promise.settle(outcome) }
    }

    /// Tells that a partition is no longer decided here, so that nobody waits for it in vain.
    public func abandon(partition: UInt32) {
        let left = state.withLock { state in
            let places = state.awaited.keys.filter { $0.partition == partition }
            return places.flatMap { state.awaited.removeValue(forKey: $0) ?? [] }
        }
        for promise in left { promise.settle(nil) }
    }

    private func endListening(_ listening: ObjectIdentifier) {
        state.withLock { state in
            state.listeners[listening] = nil
            let oldest = state.listeners.values.min() ?? .max
            state.heard.removeAll { $0.number < oldest }
        }
    }

    private func watch(_ place: RecordPlace) -> Watch {
        let promise = Outcome()
        let heard = state.withLock { state in
            let heard = state.heard.lazy.compactMap { $0.outcomes[place] }.first
            if heard == nil { state.awaited[place, default: []].append(promise) }
            return heard
        }
        if let heard { promise.settle(heard) }
        return Watch(self, place, promise)
    }

    private func forget(_ place: RecordPlace, _ promise: Outcome) {
        state.withLock { state in
            state.awaited[place]?.removeAll { $0 === promise }
            if state.awaited[place]?.isEmpty == true { state.awaited[place] = nil }
        }
    }
}
