import Engine
import LeadlineCore
import LeadlineSchemas
import UseCases
import Yams

/// A policy as a YAML file states it.
enum PolicyFile {
    /// The file's policy; "-" is stdin.
    static func read(_ file: String) throws -> ProposedPolicy {
        let yaml = try YAMLFile(file)
        let node = yaml.root.mapping?.count == 1 ? yaml.root.mapping?["policy"] ?? yaml.root : yaml.root
        let message = try yaml.message(WirePolicy.self, at: node, path: "")
        do { return try ProposedPolicy(message) } catch let rejection as Rejection {
            throw yaml.failure(rejection, in: node, path: "", dropping: "policy.")
        }
    }
}
