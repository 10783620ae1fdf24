import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Yams
import UseCases

/// The routing policy.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Apply and show the routing policy.", discussion: Outcome.note,
        subcommands: [PolicyApply.self, PolicyShow.self])
}

/// Puts a policy into force.
struct PolicyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put a policy into force from a YAML file.",
        discussion: """
            Checks the file, shows what differs from the policy in force, and publishes it as an event. A policy is in \
            force from its event on; earlier decisions keep theirs. A policy that is in force already is not sent again.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String

    @Flag(help: "Check and show the difference; publish nothing.")
    var dryRun = false

    @Flag(help: "Print the difference as JSON.")
    var json = false

    func run() async throws {
        let deployment = try data.journal(kafka)
        let policy = try PolicyFile.read(file)
        let change = try deployment.compare(policy)
        try change.show("policy", version: policy.published.version, isJSON: json, isDry: dryRun)
        if change.isUnchanged || dryRun { return }
        Terminal.say(try await deployment.publish(policy).sentence)
    }
}

/// Shows the policy in force.
struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the policy in force, as YAML that can be applied again.",
        discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Flag(help: "Print version and policy as JSON.")
    var json = false

    func run() async throws {
        let policy = try data.journal(kafka).policyInForce()
        if json {
            Terminal.line(JSONText.object([("version", JSONText.quoted(policy.version)), ("policy", policy.json)]))
        } else {
            Terminal.line("# In force: version \(policy.version)")
            Terminal.write(try YAMLTree.yaml(json: policy.json))
        }
    }
}
