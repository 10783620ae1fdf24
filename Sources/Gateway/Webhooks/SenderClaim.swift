public import Engine
import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization
public import UseCases

/// The claim of one gateway to send a deployment's webhooks, as a record that is renewed for as long as it sends. Another
/// that is told to send too sees it and does not begin.
///
/// It keeps two from sending by mistake. While one that was thought gone still sends, messages may come twice, as they may
/// anyhow.
public final class SenderClaim: Service {
    private static let name = "webhooks-sender"
    private static let renewEvery = Duration.seconds(2)
    /// A claim that was not renewed for so long is nobody's.
    private static let staleAfter = Duration.seconds(8)

    private let holder: String
    private let time: any PassingTime
    private let logger: Logger
    /// What stands in the table, and how often it has changed.
    private let seen = Mutex<(value: [UInt8]?, changes: UInt64)>((nil, 0))
    private let changes = CommitSignal()
    private let table = Mutex<(any SharedTable)?>(nil)

    /// A claim that is not made yet.
    public init(_ folder: DataFolder, logger: Logger) {
        holder = folder.machine.newID()
        time = folder.machine.passingTime
        self.logger = logger
    }

    /// Sets the table in which it stands; its records are given to `take`.
    public func follow(_ table: any SharedTable) { self.table.withLock { $0 = table } }

    /// Takes a record of the table.
    public func take(_ key: String, _ value: [UInt8]?) {
        guard key.utf8.elementsEqual(Self.name.utf8) else { return }
        seen.withLock { $0 = (value, $0.changes + 1) }
        changes.committed([:])
    }

    /// Makes the claim; where there is another, waits to see whether it is renewed.
    /// - Throws: `Problem` if it is.
    public func make() async throws(Problem) {
        do { try await claim() } catch { throw Problem(error) }
    }

    private func claim() async throws {
        let before = seen.withLock { $0 }
        if before.value != nil {
            logger.notice("waits to see whether another gateway sends webhooks")
            let known = changes.commits
            if seen.withLock({ $0.changes }) == before.changes {
                try await changes.commit(past: known, within: Self.staleAfter, time)
            }
            let after = seen.withLock { $0 }
            if after.changes != before.changes, after.value != nil { throw Self.taken }
        }
        try await renew()
        guard isOurs else { throw Self.taken }
    }

    /// Renews the claim until it is stopped, then gives it up.
    /// - Throws: `Problem` once another gateway has it.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await self.time.sleep(for: Self.renewEvery)
                    guard self.isOurs else { throw Self.taken }
                    do { try await self.renew() } catch let error as CancellationError { throw error } catch {
                        self.logger.warning("the claim to send webhooks is not renewed", metadata: ["why": "\(error)"])
                    }
                }
            }
        } catch is CancellationError {
            await giveUp()
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

    private var isOurs: Bool {
        seen.withLock { $0.value }.map { $0.starts(with: holder.utf8) } ?? false
    }

    private func renew() async throws {
        guard let table = table.withLock({ $0 }) else { preconditionFailure("nothing is claimed before it is followed") }
        let count = seen.withLock { $0.changes }
        try await table.put(Self.name, Array("\(holder) \(count)".utf8))
    }

    private static let taken = Problem(
        .conflict, "another gateway of this deployment sends webhooks",
        remedy: "Start one gateway with --webhooks and the others without, or stop that one first")
}
