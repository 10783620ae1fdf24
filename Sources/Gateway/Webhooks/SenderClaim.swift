public import Engine
import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// Which gateway sends a deployment's webhooks: the one whose claim stands on the table, a record that it renews for as
/// long as it sends. Every other stands by, and claims once nobody renews.
///
/// The order of the topic says who it is, where two claim at once, and no clock is compared with another's. It is a
/// record and no consumer group, for a group moves its partitions once a broker puts a dead member out, which some
/// never do. A gateway that was frozen may send a moment longer than it should: then messages come twice, as they may
/// anyhow, and still each for the first time in order, since whoever sends goes on from what was written down.
public final class SenderClaim: Service {
    private static let name = "webhooks-sender"
    static let renewEvery = Duration.seconds(2)
    /// Who has not seen its own claim renewed for so long sends no more.
    static let trustedFor = Duration.seconds(6)
    /// A claim that was not renewed for so long is nobody's.
    static let staleAfter = Duration.seconds(8)

    private let holder: String
    private let time: any PassingTime
    private let logger: Logger
    /// What stands in the table, how often it has changed, and when it did last.
    private let seen: Mutex<(value: [UInt8]?, changes: UInt64, at: Duration)>
    private let changes = CommitSignal()
    private let table = Mutex<(any SharedTable)?>(nil)

    /// A claim that is not made yet.
    public init(_ folder: DataFolder, logger: Logger) {
        holder = folder.machine.newID()
        time = folder.machine.passingTime
        seen = Mutex((nil, 0, time.elapsed()))
        self.logger = logger
    }

    /// Sets the table in which it stands; its records are given to `take`.
    public func follow(_ table: any SharedTable) { self.table.withLock { $0 = table } }

    /// Takes a record of the table.
    public func take(_ key: String, _ value: [UInt8]?) {
        guard key.utf8.elementsEqual(Self.name.utf8) else { return }
        seen.withLock { $0 = (value, $0.changes + 1, time.elapsed()) }
        changes.committed([:])
    }

    /// Stands by, claims what is nobody's and renews it, until it is stopped; then gives it up.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await self.tend()
                    let known = self.changes.commits
                    if self.isOurs {
                        try await self.time.sleep(for: Self.renewEvery)
                    } else {
                        try await self.changes.commit(past: known, within: Self.renewEvery, self.time)
                    }
                }
            }
        } catch is CancellationError {
            await giveUp()
        }
    }

    /// Renews the claim if it is this gateway's, or makes it if it is nobody's.
    func tend() async throws {
        guard isHeld || isNobodys else { return }
        do { try await renew() } catch let error as CancellationError { throw error } catch {
            logger.warning("the claim to send webhooks is not renewed", metadata: ["why": "\(error)"])
        }
    }

    /// Does work for as long as the claim is this gateway's, and again whenever it is.
    func whileHeld(_ work: @escaping @Sendable () async throws -> Void) async throws {
        while true {
            try await wait(until: true)
            logger.notice("sends webhooks")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await work() }
                group.addTask { try await self.wait(until: false) }
                defer { group.cancelAll() }
                try await group.next()
            }
            logger.notice("sends no webhooks any more")
        }
    }

    private func wait(until isHeld: Bool) async throws {
        while true {
            let known = changes.commits
            if self.isHeld == isHeld { return }
            try await changes.commit(past: known, within: .milliseconds(500), time)
        }
    }

    /// Tells that it is nobody's. Where that does not come through in time, others see that it is not renewed.
    private func giveUp() async {
        guard isOurs, let table = table.withLock({ $0 }) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [logger] in
                do { try await table.put(Self.name, nil) } catch {
                    logger.warning("the claim to send webhooks is not given up", metadata: ["why": "\(error)"])
                }
            }
            group.addTask { [time] in
                // Cancelled once the claim is given up, which is as it should be.
                do { try await time.sleep(for: Self.renewEvery) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// True if it may send now.
    var isHeld: Bool { isOurs && time.elapsed() - seen.withLock { $0.at } < Self.trustedFor }

    private var isOurs: Bool {
        seen.withLock { $0.value }.map { $0.starts(with: holder.utf8) } ?? false
    }

    /// True if nobody has it, or whoever has it renews it no more. Who has not heard of the table knows of neither: in
    /// the time of which nothing is known, one that is renewed would have been seen before.
    private var isNobodys: Bool {
        guard let table = table.withLock({ $0 }), table.age < Self.staleAfter - Self.renewEvery * 2 else {
            return false
        }
        let seen = seen.withLock { $0 }
        return seen.value == nil || time.elapsed() - seen.at >= Self.staleAfter
    }

    private func renew() async throws {
        guard let table = table.withLock({ $0 }) else { preconditionFailure("nothing is claimed before it is followed") }
        let count = seen.withLock { $0.changes }
        try await table.put(Self.name, Array("\(holder) \(count)".utf8))
    }
}
