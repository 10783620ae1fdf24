import Foundation
import GRDB
import Journal

/// How far a pass over a program's stream has come.
public struct AuditProgress: Sendable, Equatable {
    public var program: String
    /// Entries done.
    public var done: UInt64
    /// Entries in the stream.
    public var total: UInt64

    /// How often progress is told, in entries.
    static let interval: UInt64 = 4_096
}

/// Runs one pass a program, several at once, since programs share nothing.
enum ProgramRuns {
    /// Every program of the journal, or the one that is named.
    static func programs(in journal: DatabaseQueue, only program: String?) throws -> [String] {
        let programs = try journal.read { try JournalReader().streams(in: $0) }.map(\.program)
        guard let program else { return programs }
        if !programs.contains(program) { throw JournalError.unknownProgram(program) }
        return [program]
    }

    /// Results in the order of `programs`, whatever finished first.
    static func map<Result: Sendable>(
        _ programs: [String], _ body: @escaping @Sendable (String) throws -> Result
    ) async throws -> [Result] {
        let width = max(1, ProcessInfo.processInfo.activeProcessorCount)
        return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results = [Result?](repeating: nil, count: programs.count)
            for (index, program) in programs.enumerated() {
                if index >= width, let (done, result) = try await group.next() { results[done] = result }
                group.addTask { (index, try body(program)) }
            }
            for try await (done, result) in group { results[done] = result }
            return results.compactMap { $0 }
        }
    }
}

/// Wall time of a pass; audits tell how long they took, they never decide by it.
struct Stopwatch {
    private let start = ContinuousClock.now

    /// Seconds since it was made.
    var seconds: Double {
        let (whole, atto) = (ContinuousClock.now - start).components
        return Double(whole) + Double(atto) / 1e18
    }
}
