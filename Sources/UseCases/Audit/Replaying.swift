public import Audit
import Engine
public import Evaluation
public import LeadlineCore
import LeadlineSchemas

/// What history is replayed against.
public struct CandidateRequest: Sendable {
    /// The policy in place of every recorded one; nil keeps those that were published.
    public var policy: PolicyPublished?
    /// The logic version in place of the recorded ones.
    public var logic: UInt32?
    public var from = Timestamp(micros: .min)
    public var to = Timestamp.distantFuture
    /// Least effective sample size for a conclusion.
    public var effectiveSampleSizeMin = 50.0

    public init() {}
}

extension Deployment {
    /// Rebuilds programs from their first entries and decides everything again.
    public func replay(until end: ReplayEnd) async throws(Problem) -> ReplayReport {
        let replayer = Replayer(folder)
        return try await audit("replaying") { line in
            try await replayer.run(program: namedProgram, until: end) { line.update($0) }
        }
    }

    /// Replays the program's history against a candidate and tells what would have come of it.
    public func replay(against request: CandidateRequest) throws(Problem) -> CandidateReport {
        var replay =
            if let policy = request.policy {
                CandidateReplay(
                    policy.policy, version: policy.version, logic: request.logic, from: request.from, to: request.to)
            } else {
                CandidateReplay(logic: request.logic ?? Logic.newest, from: request.from, to: request.to)
            }
        try walk("replaying history") { entry, _ in _ = replay.take(entry.input, entry.events, at: entry.stamp) }
        var demands = Overlap.Demands()
        demands.effectiveSampleSize = request.effectiveSampleSizeMin
        return replay.report(program: program, demands: demands)
    }
}
