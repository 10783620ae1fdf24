import Engine
import Evaluation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// The policy: what is in force, what another would change or would have done, and publishing it.
enum PolicyOperations {
    static let all = [show, validate, simulate, publish]

    private static let show = Operation(
        id: "getPolicy", method: .get, path: "/v1/policy", tag: "Policy", summary: "The policy in force",
        scope: .policiesRead, rate: .read,
        successes: [
            .init(
                status: 200, about: "The policy and its version.",
                schema: .object([("version", .string), ("policy", .reference("Policy"))]))
        ],
        work: .whole { call in
            let policy = try await call.look { try PolicyInForce($0) }
            // In the names by which it is published, so that what was read can be changed and sent back.
            let json = try WirePolicy(jsonString: policy.json).jsonString()
            return .json(JSONText.object([("version", JSONText.quoted(policy.version)), ("policy", json)]))
        })

    private static let payload = Operation.Payload(
        types: ["application/json"], schema: .reference("Policy"),
        example: MessageSchemas.policyExample)

    private static let validate = Operation(
        id: "validatePolicy", method: .post, path: "/v1/policy/validate", tag: "Policy",
        summary: "Check a policy, and see field by field how it differs from the one in force", scope: .policiesRead,
        rate: .heavy, payload: payload,
        successes: [.init(status: 200, about: "It would be taken.", schema: .reference("PolicyChange"))],
        work: .whole { call in
            let proposed = try proposed(call)
            return .json(try JSONText.line(try await change(proposed, call, isPublished: false)))
        })

    private static let simulate = Operation(
        id: "simulatePolicy", method: .post, path: "/v1/policy/simulations", tag: "Policy",
        summary: "Replay history against a policy, as a job: what would have gone elsewhere, and what that is worth",
        scope: .policiesRead, rate: .heavy,
        query: [
            .init(
                name: "days", schema: .integer(1...3_660),
                about: "Only leads of so many days until now; all there are unless told.")
        ],
        payload: payload, successes: JobOperations.begun, makes: "job",
        work: .whole { call in
            let proposed = try proposed(call)
            var request = CandidateRequest()
            request.policy = proposed.published
            if call.query["days"] != nil {
                let days = try call.number("days", in: 1...3_660, otherwise: 1)
                request.from = call.services.folder.now().adding(micros: -Int64(days) * Timestamp.microsPerDay)
            }
            return try await JobOperations.begin(call, "simulate", .policiesRead) { [request] deployment in
                try simulated(proposed, request, deployment)
            }
        })

    /// Differences that a report of a simulation has at most; its counts are of all.
    static let differencesMax = 1_000

    /// How the policy differs from the one in force, and what it would have done.
    private static func simulated(
        _ proposed: ProposedPolicy, _ request: CandidateRequest, _ deployment: Deployment
    ) throws -> Job.Result {
        let change = try document(try deployment.compare(proposed), of: proposed, isPublished: false)
        var report = try deployment.replay(against: request)
        report.differences = Array(report.differences.prefix(differencesMax))
        let text = JSONText.object([
            ("change", try JSONText.line(change)), ("replay", try JSONText.line(report)),
        ])
        return .init(body: Array(text.utf8))
    }

    private static let publish = Operation(
        id: "publishPolicy", method: .put, path: "/v1/policy", tag: "Policy",
        summary: "Publish a policy; it holds from its event on", scope: .policiesPublish, rate: .write,
        payload: payload, isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let submission = try Submission(call, "publishPolicy")
            var fact = WirePolicyPublished()
            fact.policy = try proposed(call).message
            return try await submission.send(fact, .policyPublished)
        })

    /// The policy that a request proposes. What is wrong is named by its own fields: the body is the policy itself.
    static func proposed(_ call: Call) throws -> ProposedPolicy {
        do { return try read(call) } catch {
            var refusal = Refusal(error)
            let whole = "policy."
            guard refusal.field.utf8.starts(with: whole.utf8) else { throw error }
            refusal.field.unicodeScalars.removeFirst(whole.unicodeScalars.count)
            throw refusal
        }
    }

    private static func read(_ call: Call) throws -> ProposedPolicy {
        let message: WirePolicy
        try JSONElements.refuseNull(call.body)
        // As it stands in its message, by whose parts the forms are told.
        let whole = Array(#"{"policy":"#.utf8) + call.body + Array("}".utf8)
        try ValueForms.of(.policyPublished).check(whole)
        do { message = try WirePolicy(jsonUTF8Bytes: call.body) } catch {
            try Validation.readable(whole, as: .policyPublished)
            throw Refusal.unknownField(error)
        }
        return try ProposedPolicy(message, clock: call.services.folder.machine.clock)
    }

    private static func change(_ policy: ProposedPolicy, _ call: Call, isPublished: Bool) async throws
        -> PolicyChangeDocument
    {
        try document(try await call.look { try policy.change(in: $0) }, of: policy, isPublished: isPublished)
    }

    private static func document(
        _ change: SettingChange, of policy: ProposedPolicy, isPublished: Bool
    ) throws -> PolicyChangeDocument {
        PolicyChangeDocument(
            version: policy.published.version, unchanged: change.isUnchanged, published: isPublished,
            differences: change.differences)
    }
}
