import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// The policy: what is in force, what another would change, and publishing it.
enum PolicyOperations {
    static let all = [show, validate, publish]

    private static let show = Operation(
        id: "getPolicy", method: .get, path: "/v1/policy", tag: "Policy", summary: "The policy in force",
        scope: .policiesRead, rate: .read,
        successes: [
            .init(
                status: 200, about: "The policy and its version.",
                schema: .object([("version", .string), ("policy", .reference("Policy"))]))
        ],
        work: .whole { call in
            let policy = try await call.read { try $0.policyInForce() }
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
        let change = try await call.read { try $0.compare(policy) }
        return PolicyChangeDocument(
            version: policy.published.version, unchanged: change.isUnchanged, published: isPublished,
            differences: change.differences)
    }
}
