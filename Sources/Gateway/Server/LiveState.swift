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

extension Call {
    /// What a program's state says: the live one's where there is one, else that of the newest snapshot and what came
    /// after it.
    func look<Value: Sendable>(_ work: @escaping @Sendable (borrowing State) throws -> Value) async throws -> Value {
        let program = try grant.program
        guard let live = services.live else { return try await read { try work(try $0.registeredState()) } }
        guard let found = try await live.look(program, work) else { throw Refusal.nothingHere }
        return found
    }
}
