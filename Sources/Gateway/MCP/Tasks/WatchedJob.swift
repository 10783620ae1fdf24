import Engine
import LeadlineCore
import NIOCore
import Reports

/// What a client is told that waits for long work: how far it is, and at last what came of it.
struct WatchedJob: AnswerStream {
    /// One of them.
    enum Part: Sendable {
        case message(String)
        /// Nothing has changed for a while.
        case quiet
    }

    private static let interval = Duration.milliseconds(100)
    /// So often something is written, that both ends know of each other.
    private static let heartbeat = Duration.seconds(15)

    private let watch: WatchedCalls.Watch
    private let call: Call
    private let admission: Admission
    private let revision: MCPRevision
    private let requestID: String
    private let token: String
    private var told: Job.Progress?
    /// What was done before the present part of the work.
    private var before: UInt64 = 0
    private var silence = Duration.zero
    private var isOver = false

    init(
        _ watch: WatchedCalls.Watch, call: Call, admission: Admission, revision: MCPRevision, requestID: String,
        token: String
    ) {
        self.watch = watch
        self.call = call
        self.admission = admission
        self.revision = revision
        self.requestID = requestID
        self.token = token
    }

    /// The next of them as soon as there is one; nil after the last.
    mutating func part() async throws -> Part? {
        while !isOver {
            let job: Job
            do { job = try call.services.jobs.job(watch.job, try call.grant, now: call.services.folder.now()) } catch {
                return watch.isCalledBack ? nil : .message(end(ToolCall.failure(Refusal(error))))
            }
            if job.isOver {
                if watch.isCalledBack { return nil }
                return .message(end(try await outcome(job)))
            }
            if let progress = job.progress, progress != told { return .message(news(progress)) }
            if silence >= Self.heartbeat {
                silence = .zero
                return .quiet
            }
            try await call.services.folder.machine.passingTime.sleep(for: Self.interval)
            silence += Self.interval
        }
        return nil
    }

    private mutating func end(_ result: MCPResult.Fields) -> String {
        isOver = true
        watch.done()
        return MCPFace.response(requestID, MCPResult(fields: result), revision)
    }

    /// Headers have been sent by now: what would be a status is told as a result.
    private func outcome(_ job: Job) async throws -> MCPResult.Fields {
        do { return try await JobOutcome.result(of: job, call, admission) } catch let refusal as Refusal {
            return ToolCall.failure(refusal)
        }
    }

    /// Counts go up from one piece of news to the next, whatever part of the work they are of.
    private mutating func news(_ progress: Job.Progress) -> String {
        if let told, told.label != progress.label || progress.done < told.done { before += told.done + 1 }
        told = progress
        silence = .zero
        let words = JSONText.object([
            ("progressToken", token), ("progress", "\(before + progress.done)"),
            ("total", progress.total.map { "\(before + $0)" }),
            ("message", JSONText.quoted("\(progress.label), \(progress.done) \(progress.unit)")),
        ])
        return JSONText.object([
            ("jsonrpc", #""2.0""#), ("method", #""notifications/progress""#), ("params", words),
        ])
    }

    mutating func next() async throws -> ByteBuffer? {
        switch try await part() {
        case .message(let json)?: ByteBuffer(string: "event: message\ndata: \(json)\n\n")
        case .quiet?: ByteBuffer(string: ": still here\n\n")
        case nil: nil
        }
    }
}
