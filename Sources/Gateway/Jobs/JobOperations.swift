import Engine
import HTTPTypes
import Reports
import UseCases
import Vault

/// Long work: how far it is, what came of it, and ending it. A job is its principal's alone.
enum JobOperations {
    static let all = [list, show, result, cancel]

    /// What beginning a job answers.
    static let begun = [
        Operation.Success(
            status: 202, about: "Begun; follow Location.", schema: .reference("Job"), headers: [.location])
    ]

    /// Begins a job and says where to follow it.
    static func begin(
        _ call: Call, _ kind: String, _ scope: Scope, reason: String? = nil, _ work: @escaping Jobs.Work
    ) async throws -> Answer {
        let job = try await call.services.jobs.begin(call, kind, scope, reason: reason, work)
        return .json(job.json, status: 202, [(.location, "/v1/jobs/\(job.id)"), (.cacheControl, "no-store")])
    }

    private static let list = Operation(
        id: "listJobs", method: .get, path: "/v1/jobs", tag: "Jobs", summary: "Your jobs, the newest first",
        scope: .jobsRead, rate: .read,
        successes: [.init(status: 200, about: "All of them.", schema: .object([("jobs", .array(.reference("Job")))]))],
        work: .whole { call in
            let jobs = call.services.jobs.list(try call.grant, now: call.services.folder.now())
            return .json("{\"jobs\":[\(jobs.map(\.json).joined(separator: ","))]}", [(.cacheControl, "no-store")])
        })

    private static let show = Operation(
        id: "getJob", method: .get, path: "/v1/jobs/{job}", tag: "Jobs", summary: "How far a job of yours is",
        scope: .jobsRead, rate: .read,
        successes: [.init(status: 200, about: "The job.", schema: .reference("Job"))],
        work: .whole { call in .json(try visible(call).json, [(.cacheControl, "no-store")]) })

    private static let result = Operation(
        id: "getJobResult", method: .get, path: "/v1/jobs/{job}/result", tag: "Jobs",
        summary: "What came of a job of yours, until it expires or a person in it is erased",
        scope: .jobsRead, rate: .heavy, reason: .optional,
        successes: [
            .init(
                status: 200, about: "The result, JSON or HTML as it was asked for.", schema: .anyObject,
                otherTypes: ["text/html; charset=utf-8"])
        ],
        work: .whole { call in
            let job = try visible(call)
            let grant = try call.grant
            guard grant.allows(job.scope) else {
                throw Refusal.missing(job.scope).challenging(with: [.jobsRead, job.scope])
            }
            guard let result = job.result else {
                throw Refusal(
                    409, "no-result", "Not possible as things stand", "Nothing has come of the job, or not yet.")
            }
            if !result.subjects.isEmpty { try await note(result.subjects, job, call) }
            return Answer(
                status: 200, headers: [(.cacheControl, "no-store"), (.contentSecurityPolicy, pagePolicy)],
                type: result.type, body: result.body)
        })

    /// A page that is opened from here runs nothing and fetches nothing.
    private static let pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

    /// The read is noted first; of somebody who is erased nothing is shown, whatever has told of it so far.
    private static func note(_ subjects: [SubjectID], _ job: Job, _ call: Call) async throws {
        let isThere = try await call.read { deployment in
            let vault = try deployment.folder.openVault().vault
            guard !subjects.contains(where: vault.isErased) else { return false }
            try deployment.note("job result", subjects.map(\.description))
            return true
        }
        guard isThere else {
            call.services.jobs.drop(job.id)
            throw Refusal.nothingHere
        }
    }

    private static let cancel = Operation(
        id: "cancelJob", method: .delete, path: "/v1/jobs/{job}", tag: "Jobs",
        summary: "End a job of yours, and forget what came of it", scope: .jobsRead, rate: .write,
        successes: [.init(status: 200, about: "The job, ended.", schema: .reference("Job"))],
        work: .whole { call in
            let job = try call.services.jobs.cancel(try visible(call).id, call.grant)
            return .json(job.json, [(.cacheControl, "no-store")])
        })

    private static func visible(_ call: Call) throws -> Job {
        try call.services.jobs.job(try call.id("job"), call.grant, now: call.services.folder.now())
    }
}
