import Engine
public import LeadlineCore
import UseCases

/// What programs are as of the last batch, looked at between two batches. Nothing is copied, opened or recovered.
public protocol LiveState: Sendable {
    /// What `work` says of a program; nil if there is no such program.
    func look<Value: Sendable>(
        _ program: String, _ work: @Sendable (borrowing State) throws -> Value
    ) async throws -> Value?
}

/// The state of a processor in this process.
struct ProcessorState: LiveState {
    let processor: Processor<EmbeddedLog>

    func look<Value: Sendable>(
        _ program: String, _ work: @Sendable (borrowing State) throws -> Value
    ) async throws -> Value? {
        try await processor.withState(of: program) { state, _ in try work(state) }
    }
}

/// How far a copy is behind what it was made from.
public struct CopyStanding: Sendable {
    /// Records that were there when it was last looked at, and are not in the copy.
    public var recordsBehind: Int64
    /// How long ago that was.
    public var age: Duration

    /// A standing from its parts.
    public init(recordsBehind: Int64, age: Duration) {
        self.recordsBehind = recordsBehind
        self.age = age
    }
}

extension Call {
    /// What the program's state says.
    func look<Value: Sendable>(_ work: @escaping @Sendable (borrowing State) throws -> Value) async throws -> Value {
        guard let found = try await services.live.look(grant.program, work) else { throw Refusal.nothingHere }
        return found
    }
}
