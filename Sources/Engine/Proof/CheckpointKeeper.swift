import GRDB
public import Journal

/// When a running processor signs: after so many entries, and after so long if there is anything new.
public struct CheckpointSchedule: Sendable {
    /// Entries after which a checkpoint is signed at the latest.
    public var entries: UInt64 = 100_000
    /// Time after which one is signed if the stream has grown.
    public var interval: Duration = .seconds(60)
    /// The usual schedule.
    public init() {}

    /// True if a stream that grew by `grown` entries since the last checkpoint, `age` ago, is to be signed.
    func isDue(grown: UInt64, age: Duration) -> Bool { grown > 0 && (grown >= entries || age >= interval) }
}

/// Signs checkpoints beside a running processor, on a thread and connections of its own, so that nobody waits for a
/// decision because a tree grows.
public actor CheckpointKeeper {
    private let executor = ThreadExecutor("leadline.checkpoints")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private let signer: CheckpointSigner
    private let schedule: CheckpointSchedule
    private let signed: @Sendable (StoredCheckpoint) throws -> Void
    private let refused: @Sendable (CheckpointRefusal) -> Void
    private var last: [String: (size: UInt64, at: Duration)] = [:]
    private var isRefused: Set<String> = []
    private let time: any PassingTime
    private let started: Duration

    /// A keeper of a folder's checkpoints.
    /// - Parameters:
    ///   - signed: told of each new checkpoint once it is durable.
    ///   - refused: told once of each program whose newest checkpoint another key signed; deciding goes on, signing does
    ///     not.
    public init(
        _ signer: CheckpointSigner, schedule: CheckpointSchedule = CheckpointSchedule(),
        signed: @escaping @Sendable (StoredCheckpoint) throws -> Void = { _ in },
        refused: @escaping @Sendable (CheckpointRefusal) -> Void
    ) {
        self.signer = signer
        time = signer.machine.passingTime
        started = time.elapsed()
        self.schedule = schedule
        self.signed = signed
        self.refused = refused
    }

    /// Follows the journal until cancelled.
    /// - Throws: ``CheckpointRefusal`` for a journal that is not what was signed: nothing is to be decided on it.
    public func run(every pause: Duration = .seconds(1)) async throws {
        while !Task.isCancelled {
            for (program, size) in try signer.sizes() where isDue(program, size) { try sign(program) }
            do { try await time.sleep(for: pause) } catch { return }
        }
    }

    /// Signs every program's newest entries; to be called when the processor has stopped.
    public func finish() throws {
        for program in try signer.programs() where !isRefused.contains(program) { try sign(program) }
    }

    private func isDue(_ program: String, _ size: UInt64) -> Bool {
        if isRefused.contains(program) { return false }
        let (known, at) = last[program] ?? (0, started)
        return schedule.isDue(grown: size - min(known, size), age: time.elapsed() - at)
    }

    private func sign(_ program: String) throws {
        do {
            let checkpoint = try signer.sign(program)
            let isNew = last[program]?.size != checkpoint.checkpoint.size
            last[program] = (checkpoint.checkpoint.size, time.elapsed())
            if isNew { try signed(checkpoint) }
        } catch let refusal as CheckpointRefusal {
            guard case .foreign = refusal else { throw refusal }
            isRefused.insert(program)
            refused(refusal)
        }
    }
}
