import Engine
public import LeadlineCore
public import LeadlineSchemas
import Reports
import SwiftProtobuf

/// A policy as somebody wants it.
public struct ProposedPolicy: Sendable {
    /// As it is sent.
    public let message: WirePolicy
    /// As intake reads it, with the version that it gets.
    public let published: PolicyPublished

    /// Reads a policy by intake's own rules.
    /// - Throws: `Rejection` with the field, which begins with "policy.".
    public init(_ message: WirePolicy, clock: any WallClock = SystemClock()) throws {
        self.message = message
        let fact = try Validation.fact(
            Array(try Self.body(message).utf8), as: .policyPublished, at: clock.now())
        guard case .policyPublished(let published) = fact else { preconditionFailure("a policy is read as a policy") }
        self.published = published
    }

    /// How it differs from the policy in force.
    public func change(in state: borrowing State) throws(Problem) -> SettingChange {
        let (current, version) = (state.policy, state.policyVersion)
        return try Problem.told {
            let before = try current.map { try JSONLeaves.of(json: SchemaJSON.text($0)) } ?? []
            return SettingChange(
                differences: FieldDiff.between(before, try JSONLeaves.of(json: SchemaJSON.text(published.policy))),
                versionInForce: current == nil ? nil : version,
                isUnchanged: version == published.version && current == published.policy)
        }
    }

    fileprivate static func body(_ message: WirePolicy) throws -> String {
        JSONText.object([("policy", try message.jsonString())])
    }
}

/// The policy in force.
public struct PolicyInForce: Sendable {
    public let version: String
    /// proto3 JSON with the schema's field names.
    public let json: String

    /// The policy in force in a program.
    /// - Throws: `Problem` where there is none.
    public init(_ state: borrowing State) throws(Problem) {
        guard let policy = state.policy else {
            throw Problem(
                .checkFailed, "no policy is in force; every lead goes to a human",
                remedy: "Apply one: 'leadline policy apply -f policy.yaml'")
        }
        version = state.policyVersion
        json = try Problem.told { try SchemaJSON.text(policy) }
    }
}

extension Deployment {
    /// Compares a policy with the one in force.
    public func compare(_ policy: ProposedPolicy) throws(Problem) -> SettingChange {
        try policy.change(in: registeredState())
    }

    /// Publishes a policy; it is in force from its event on.
    public func publish(_ policy: ProposedPolicy) async throws(Problem) -> Publication {
        try await Problem.told {
            try await publish([
                event(.policyPublished, try ProposedPolicy.body(policy.message))
            ])
        }
    }

    /// The policy in force.
    /// - Throws: `Problem` where there is none.
    public func policyInForce() throws(Problem) -> PolicyInForce { try PolicyInForce(registeredState()) }
}
