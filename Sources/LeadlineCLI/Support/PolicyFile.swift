import Engine
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Yams

/// A policy as a YAML file states it.
enum PolicyFile {
    /// The file's message, and the fact that intake would make of it; "-" is stdin.
    static func read(_ file: String) throws -> (WirePolicy, PolicyPublished) {
        let yaml = try YAMLFile(file)
        let node = yaml.root.mapping?.count == 1 ? yaml.root.mapping?["policy"] ?? yaml.root : yaml.root
        let message = try yaml.message(WirePolicy.self, at: node, path: "")
        let body = JSONText.object([("policy", try message.jsonString())])
        do {
            let fact = try Validation.fact(Array(body.utf8), as: .policyPublished, at: SystemClock().now())
            guard case .policyPublished(let published) = fact else { preconditionFailure("a policy is read as a policy") }
            return (message, published)
        } catch {
            throw yaml.failure(error, in: node, path: "", dropping: "policy.")
        }
    }
}
