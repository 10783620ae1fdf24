import HTTPTypes
import Reports

/// A job as somebody is told of it who began it by a tool.
enum JobOutcome {
    /// How far it is.
    static func words(_ job: Job) -> String {
        guard !job.isOver, let progress = job.progress else { return "" }
        let total = progress.total.map { " of \($0)" } ?? ""
        return "\(progress.label): \(progress.done)\(total) \(progress.unit)"
    }

    /// The tool's result, once the job is over.
    static func result(of job: Job, _ call: Call, _ admission: Admission) async throws -> MCPResult.Fields {
        switch job.status {
        case .queued, .running, .cancelled:
            return ToolCall.failure(
                Refusal(409, "no-result", "Not possible as things stand", "The work was ended before it was done."))
        case .failed: return ToolCall.failure(job.problem ?? .unavailable)
        case .done:
            do {
                let answer = try await admission.perform(
                    OperationTable.row("getJobResult"), call.asking(path: ["job": job.id]))
                return ToolCall.done(job.json(output: ToolCall.structured(answer)))
            } catch let error as CancellationError { throw error } catch {
                let refusal = Refusal(error)
                if refusal.isOfCaller { throw refusal }
                return ToolCall.failure(refusal)
            }
        }
    }
}
