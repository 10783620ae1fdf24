import Engine
import LeadlineCore
import Logging
public import ServiceLifecycle

/// Tells whoever asked for it that a task has changed, by the client that screens where it goes. What it tells is the
/// state alone; whoever wants more asks for the task under its own key.
public struct TaskPushSender: Service {
    private static let atOnce = 8
    private static let lookEvery = Duration.seconds(30)
    private static let pause = Duration.seconds(5)
    private static let reading = ScreenedClient.Reading(bytesMax: 16_384, limit: .seconds(1))

    private let services: GatewayServices

    /// A sender on a gateway's ports; every gateway sends for the tasks that it keeps.
    public init(_ services: GatewayServices) { self.services = services }

    /// Sends until it is stopped; what is under way then is sent again.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    do { try await step() } catch let error as CancellationError { throw error } catch {
                        services.logger.error("pushes paused", metadata: ["error": "\(type(of: error))"])
                        try await services.folder.machine.passingTime.sleep(for: Self.pause)
                    }
                }
            }
        } catch is CancellationError {}
    }

    /// Tells what is due, or waits until something is.
    private func step() async throws {
        let (tasks, services) = (services.agentTasks, services)
        let (seen, now) = (tasks.changes.commits, services.folder.now())
        let (due, next) = try await services.readers.run { try tasks.duePushes(at: now, limit: Self.atOnce) }
        if due.isEmpty {
            let wait = next.map { Duration.microseconds(max(1_000, $0.micros - now.micros)) } ?? Self.lookEvery
            try await tasks.changes.commit(
                past: seen, within: min(wait, Self.lookEvery), services.folder.machine.passingTime)
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for one in due { group.addTask { try await tell(one) } }
            try await group.waitForAll()
        }
    }

    private func tell(_ due: AgentTaskFile.DuePush) async throws {
        let (tasks, services) = (services.agentTasks, services)
        guard try await mayStillSee(due) else {
            return try await services.readers.run { try tasks.removePush(due.push.id, of: due.push.task) }
        }
        let isTold = try await isTaken(due)
        let now = services.folder.now()
        try await services.readers.run {
            if isTold { try tasks.told(due) } else { try tasks.notTold(due, at: now) }
        }
    }

    /// Whether the task's principal has a key by which it would see the task now.
    private func mayStillSee(_ due: AgentTaskFile.DuePush) async throws -> Bool {
        let (access, now) = (services.access, services.folder.now())
        return try await services.readers.run {
            try access.grants(of: due.principal, program: due.program).contains {
                $0.isInForce(at: now) && $0.role.rawValue == due.role && ($0.partner ?? "") == due.partner
            }
        }
    }

    private func isTaken(_ due: AgentTaskFile.DuePush) async throws -> Bool {
        do {
            let reply = try await ScreenedClient.once(
                due.push.request(due.task), to: due.push.target, Self.reading, services.webhookSettings,
                services.folder.machine.passingTime)
            return (200..<300).contains(reply.status)
        } catch is ScreenedClient.Failure { return false }
    }
}
