import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Yams

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
        let folder = try data.folder()
        let state = try data.registeredState(in: folder)
        let (message, published) = try PolicyFile.read(file)
        let before = try state.policy.map { try YAMLTree.leaves(json: SchemaJSON.text($0)) } ?? []
        let differences = FieldDiff.between(before, try YAMLTree.leaves(json: SchemaJSON.text(published.policy)))
        let isUnchanged = state.policyVersion == published.version && state.policy == published.policy
        if json {
            Terminal.line(try JSONText.line(PolicyChangeDocument(
                version: published.version, unchanged: isUnchanged, published: !isUnchanged && !dryRun, differences: differences)))
        } else {
            show(differences, state, published, isUnchanged)
        }
        if isUnchanged || dryRun { return }
        let body = JSONText.object([("policy", try message.jsonString())])
        let record = EventRecord.binary(.policyPublished, program: data.program(in: folder), json: body)
        Terminal.say(try await Publication.publish([record], to: folder, kafka: try kafka.settings()).sentence)
    }

    private func show(_ differences: [FieldDiff], _ state: State, _ published: PolicyPublished, _ isUnchanged: Bool) {
        if isUnchanged {
            Terminal.line("This policy is in force already: version \(published.version.prefix(12)). Nothing to do.")
            return
        }
        let now = state.policy == nil ? "no policy in force" : "in force: version \(state.policyVersion.prefix(12))"
        Terminal.line("Policy version \(published.version.prefix(12)) (\(now))")
        for difference in differences { Terminal.line(difference.line(Terminal.style)) }
        if dryRun { Terminal.line("Dry run: nothing was published.") }
    }
}

/// Shows the policy in force.
struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the policy in force, as YAML that can be applied again.", discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Print version and policy as JSON.")
    var json = false

    func run() async throws {
        let state = try data.registeredState(in: try data.folder())
        guard let policy = state.policy else {
            throw CommandFailure(.checkFailed, "no policy is in force; every lead goes to a human", remedy: "Apply one: 'leadline policy apply -f policy.yaml'")
        }
        let text = try SchemaJSON.text(policy)
        if json {
            Terminal.line(JSONText.object([("version", JSONText.quoted(state.policyVersion)), ("policy", text)]))
        } else {
            Terminal.line("# In force: version \(state.policyVersion)")
            Terminal.write(try YAMLTree.yaml(json: text))
        }
    }
}
