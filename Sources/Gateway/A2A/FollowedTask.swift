import Engine
import LeadlineCore

/// A task that somebody follows until it has ended: what changes of it, in order, for as long as the follower may see
/// it, and no longer than a while. It holds what it has told last and a wake-up, never a queue.
struct FollowedTask: Sendable {
    enum Turn {
        case changed(AgentTask)
        /// Nothing for a while.
        case quiet
        /// The task, the right to see it, or the time to follow is over.
        case over
    }

    /// So often something is written, that both ends know of each other.
    private static let heartbeat = Duration.seconds(15)
    /// So often is the right looked up, and the file for what another process did.
    private static let lookEvery = Duration.seconds(1)
    /// Whoever waits for longer subscribes anew.
    private static let longest = Duration.seconds(3_600)

    private let face: A2AFace
    private var told: AgentTask
    private let began: Duration

    init(_ task: AgentTask, _ face: A2AFace) {
        self.face = face
        told = task
        began = face.call.services.folder.machine.passingTime.elapsed()
    }

    /// What comes next.
    mutating func next() async throws -> Turn {
        let services = face.call.services
        let (time, changes) = (services.folder.machine.passingTime, services.agentTasks.changes)
        let grant = try face.call.grant
        let asked = time.elapsed()
        while time.elapsed() - began < Self.longest {
            let seen = changes.commits
            guard let standing = try await StandingGrant(grant, services).now(), standing.hasRights(of: grant) else {
                return .over
            }
            do {
                let task = try await face.find(told.id)
                if task.state != told.state || task.changed != told.changed {
                    told = task
                    return .changed(task)
                }
            } catch A2AError.taskNotFound { return .over }
            if time.elapsed() - asked >= Self.heartbeat { return .quiet }
            try await changes.commit(past: seen, within: Self.lookEvery, time)
        }
        return .over
    }
}
