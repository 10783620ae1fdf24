import Logging

/// Says who has the partitions while none falls to this instance: so many instances as partitions work, others wait.
struct IdleNotice {
    /// After so long without a partition somebody is told.
    private static let after = Duration.seconds(10)

    let logger: Logger
    private var since = ContinuousClock.now
    private var isSaid = false

    init(logger: Logger) { self.logger = logger }

    /// To be called now and then; says it once each time that the instance is without a partition for long.
    mutating func look(hasPartitions: Bool, _ member: GroupMember) async {
        if hasPartitions {
            since = .now
            isSaid = false
            return
        }
        guard !isSaid, since.duration(to: .now) > Self.after else { return }
        isSaid = true
        let others: String
        do { others = try await member.others().map(\.description).joined(separator: "; ") } catch {
            return logger.warning("no partition has fallen to this instance yet", metadata: ["why": "\(error)"])
        }
        logger.warning(
            "no partition has fallen to this instance yet; it waits for the others in the group to leave or to be put out",
            metadata: ["others": "\(others.isEmpty ? "none" : others)"])
    }
}
