import Engine
import LeadlineCore
import Synchronization
import UseCases
import Vault

/// The long work of a gateway, in memory alone: bounded in number, in bytes and in time, and gone with the process.
/// What is shown is judged when it is shown, and an erasure takes what was found of the person.
final class Jobs: Sendable {
    /// How much there may be.
    struct Limits: Sendable {
        /// Of one principal, not over yet.
        var runningOfPrincipal = 2
        /// Of one principal, over or not; the oldest that is over makes room.
        var keptOfPrincipal = 8
        /// Of all.
        var kept = 128
        /// One result, and all of them.
        var resultBytes = 8 << 20
        var allBytes = 64 << 20
        /// How long it is kept.
        var lifeMicros: Int64 = 3_600_000_000
        /// How long it may run.
        var time = Duration.seconds(1_800)
    }

    /// The work itself.
    typealias Work = @Sendable (Deployment) async throws -> Job.Result

    private struct Kept {
        var job: Job
        var task: Task<Void, Never>?
        /// True while its thread works, cancelled or not.
        var isWorking = true
        /// How far the program's decisions were looked through for erasures.
        var cursor: DecisionCursor
    }

    private let limits: Limits
    private let kept = Mutex<[String: Kept]>([:])
    private let threads = ReaderThreads(count: 2)

    init(_ limits: Limits = Limits()) { self.limits = limits }

    // MARK: Beginning and ending

    /// Begins work, told how far it is.
    /// - Throws: `Refusal` if the caller, or everybody together, has too much already.
    func begin(_ call: Call, _ kind: String, _ scope: Scope, reason: String? = nil, _ work: @escaping Work) async throws
        -> Job
    {
        let (grant, services) = (try call.grant, call.services)
        let now = services.folder.now()
        let job = Job(
            id: Hexadecimal.text(services.folder.machine.random.bytes(16)), kind: kind, program: grant.program,
            principal: grant.principal, role: grant.role, partner: grant.partner, scope: scope, began: now,
            expires: now.adding(micros: limits.lifeMicros), changed: now)
        let cursor = try await services.decisions.end(of: grant.program)
        try kept.withLock { try Self.enter(Kept(job: job, cursor: cursor), &$0, limits) }
        let deployment: Deployment
        do {
            deployment = try call.asked(
                reason: reason, progress: { [weak self] in self?.note($0, job.id, at: services.folder.now()) })
        } catch {
            forget(job.id)
            throw error
        }
        let task = Task { await self.run(job.id, grant, services, deployment, work) }
        kept.withLock { $0[job.id]?.task = task }
        return job
    }

    private static func enter(_ one: Kept, _ kept: inout [String: Kept], _ limits: Limits) throws(Refusal) {
        let own = kept.values.filter { $0.job.principal == one.job.principal && $0.job.program == one.job.program }
        guard own.count(where: \.isWorking) < limits.runningOfPrincipal else {
            throw Refusal(
                409, "too-many-jobs", "Not possible as things stand",
                "\(limits.runningOfPrincipal) of your jobs are under way; wait for one, or cancel it.")
        }
        if own.count >= limits.keptOfPrincipal {
            guard let oldest = own.filter({ $0.job.isOver && !$0.isWorking }).min(by: { $0.job.began < $1.job.began })
            else { throw .busy }
            kept[oldest.job.id] = nil
        }
        guard kept.count < limits.kept else { throw .busy }
        kept[one.job.id] = one
    }

    private func run(
        _ id: String, _ grant: Grant, _ services: GatewayServices, _ deployment: Deployment, _ work: @escaping Work
    ) async {
        kept.withLock { if $0[id]?.job.status == .queued { $0[id]?.job.status = .running } }
        do {
            let result = try await withThrowingTaskGroup(of: Job.Result?.self) { group in
                group.addTask { [threads] in try await threads.runLong { try await work(deployment) } }
                group.addTask {
                    // What one may not begin any more one does not go on with.
                    try await StandingGrant(grant, services).awaitEnd()
                    throw Refusal.noKey
                }
                group.addTask { [limits] in
                    try await services.folder.machine.passingTime.sleep(for: limits.time)
                    throw Refusal(409, "too-long", "Not possible as things stand", "The work took too long.")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            end(id, result, at: services.folder.now())
        } catch { end(id, error, at: services.folder.now()) }
    }

    private func end(_ id: String, _ result: Job.Result?, at now: Timestamp) {
        kept.withLock { kept in
            kept[id]?.isWorking = false
            kept[id]?.job.changed = now
            guard let result, kept[id]?.job.isOver == false else { return }
            let bytes = kept.values.reduce(0) { $0 + ($1.job.result?.body.count ?? 0) }
            if result.body.count > limits.resultBytes || bytes + result.body.count > limits.allBytes {
                kept[id]?.job.status = .failed
                kept[id]?.job.problem = Refusal(
                    413, "too-large", "Too large", "The result is larger than is kept; use the command line for it.")
            } else {
                kept[id]?.job.status = .done
                kept[id]?.job.result = result
            }
        }
    }

    private func end(_ id: String, _ error: any Error, at now: Timestamp) {
        kept.withLock { kept in
            kept[id]?.isWorking = false
            kept[id]?.job.changed = now
            guard kept[id]?.job.isOver == false else { return }
            kept[id]?.job.status = error is CancellationError ? .cancelled : .failed
            if !(error is CancellationError) { kept[id]?.job.problem = Refusal(error) }
        }
    }

    private func note(_ progress: WorkProgress, _ id: String, at now: Timestamp) {
        if progress.isFinished { return }
        kept.withLock {
            $0[id]?.job.changed = now
            $0[id]?.job.progress = .init(
                label: progress.label, unit: progress.unit, done: progress.done, total: progress.total)
        }
    }

    private func forget(_ id: String) { kept.withLock { $0[id] = nil } }

    /// Ends a job, and forgets what came of it. Its thread may go on for a while; nobody is shown anything of it.
    func cancel(_ id: String, _ grant: Grant) throws(Refusal) -> Job {
        let (job, task) = try kept.withLock { kept throws(Refusal) in
            guard var one = kept[id], Self.owns(grant, one.job) else { throw .nothingHere }
            if !one.job.isOver { one.job.status = .cancelled }
            one.job.result = nil
            kept[id] = one
            return (one.job, one.task)
        }
        task?.cancel()
        return job
    }

    // MARK: Looking

    /// A job of the caller's.
    func job(_ id: String, _ grant: Grant, now: Timestamp) throws(Refusal) -> Job {
        let job = kept.withLock { $0[id]?.job }
        guard let job, Self.owns(grant, job), now < job.expires else { throw .nothingHere }
        return job
    }

    /// The caller's jobs, the newest first.
    func list(_ grant: Grant, now: Timestamp) -> [Job] {
        kept.withLock { $0.values.map(\.job) }.filter { Self.owns(grant, $0) && now < $0.expires }
            .sorted { ($0.began, $0.id) > ($1.began, $1.id) }
    }

    private static func owns(_ grant: Grant, _ job: Job) -> Bool {
        // One that speaks for somebody else now has begun none of what it began then.
        job.principal == grant.principal && job.program == grant.program && job.role == grant.role
            && job.partner == grant.partner
    }

    // MARK: Forgetting

    /// Forgets what has had its time, and whatever holds a person who was erased since.
    func sweep(_ services: GatewayServices) async throws {
        let now = services.folder.now()
        let personal = kept.withLock { kept in
            for (id, one) in kept where one.job.expires <= now && !one.isWorking { kept[id] = nil }
            return kept.values.filter { !($0.job.result?.subjects.isEmpty ?? true) }
        }
        for one in personal {
            let (isErased, cursor) = try await Self.erased(
                Set(one.job.result?.subjects ?? []), after: one.cursor, services)
            kept.withLock { if isErased { $0[one.job.id] = nil } else { $0[one.job.id]?.cursor = cursor } }
        }
    }

    private static func erased(_ subjects: Set<SubjectID>, after cursor: DecisionCursor, _ services: GatewayServices)
        async throws -> (Bool, DecisionCursor)
    {
        var cursor = cursor
        while true {
            let page = try await services.decisions.read(after: cursor, limit: 500)
            for decision in page.decisions {
                guard case .rightRecorded(let event) = try decision.event(), event.right == .erasure else { continue }
                if event.subjects.contains(where: { SubjectID($0.bytes).map(subjects.contains) ?? false }) {
                    return (true, page.next)
                }
            }
            cursor = page.next
            if page.isEnd { return (false, cursor) }
        }
    }

    /// Forgets a job whose people are not all there any more.
    func drop(_ id: String) { forget(id) }
}
