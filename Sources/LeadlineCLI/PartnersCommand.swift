import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault
import Yams
import UseCases

/// The program's partners.
struct PartnersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partners", abstract: "Apply, list and merge partners.", discussion: Outcome.note,
        subcommands: [PartnersApply.self, PartnersList.self, PartnersMerge.self])
}

/// Sends the profiles of a file that differ from those in force.
struct PartnersApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Register partners, or replace their profiles, from a YAML file.",
        discussion: """
            Checks every profile of the list under 'partners:', shows field by field what differs from what is in \
            force, and publishes those that are new or changed. Values of sealed fields (name, contact_email) are \
            compared but never shown. Partners that the file does not name stay as they are; PartnerRemoved on \
            leadline.partners removes one. A file does not bring one back that was removed: PartnerResumed does.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String

    @Flag(help: "Check and show the differences; publish nothing.")
    var dryRun = false

    @Flag(help: "Print the differences as JSON, one partner a line.")
    var json = false

    func run() async throws {
        let deployment = try data.journal(kafka)
        let changes = try deployment.compare(try read())
        for bound in changes.foreignBounds {
            Terminal.say(
                "warning: typical deals of \(bound.partnerID) are in \(bound.currency), the program counts in \(changes.currency): they are not used"
            )
        }
        try show(changes.changes)
        if dryRun || changes.isEmpty { return }
        Terminal.say(try await deployment.publish(changes).sentence)
    }

    // MARK: Reading

    /// All profiles of the file; every one that is wrong is told before the command stops.
    private func read() throws -> [ProposedProfile] {
        let yaml = try YAMLFile(file)
        guard let list = yaml.root.mapping?["partners"]?.sequence else {
            throw Problem(.invalid, "the file needs a list under 'partners:'", at: yaml.name)
        }
        if let other = yaml.root.mapping?.first(where: { $0.key.scalar?.string != "partners" })?.key {
            throw Problem(
                .invalid, "only 'partners:' may stand at the top", at: yaml.place(other, other.scalar?.string ?? ""))
        }
        var profiles: [ProposedProfile] = []
        var failures: [Problem] = []
        var seen: Set<String> = []
        for (index, node) in list.enumerated() {
            do {
                let profile = try Self.profile(yaml, node, path: "partners[\(index)]")
                if !seen.insert(profile.profile.partnerID).inserted {
                    throw Problem(
                        .checkFailed, "this partner stands in the file twice",
                        at: yaml.place(node, "partners[\(index)].partner_id"))
                }
                profiles.append(profile)
            } catch let failure as Problem {
                failures.append(failure)
            }
        }
        for failure in failures { Terminal.say("error: \(failure)") }
        if !failures.isEmpty {
            Terminal.say("\(CountText.of(failures.count, "profile")) of \(list.count) wrong; nothing was published.")
            throw ExitCode(Outcome.checkFailed.rawValue)
        }
        return profiles
    }

    private static func profile(_ yaml: YAMLFile, _ node: Node, path: String) throws -> ProposedProfile {
        let message = try yaml.message(WirePartnerUpserted.self, at: node, path: path)
        do {
            return try ProposedProfile(message)
        } catch let rejection as Rejection {
            throw yaml.failure(rejection, in: node, path: path)
        }
    }

    private func show(_ changes: [PartnerChangeDocument]) throws {
        if json {
            for change in changes { Terminal.line(try JSONText.line(change)) }
            return
        }
        for change in changes where change.kind == .added || change.kind == .changed {
            Terminal.line("\(change.kind == .added ? "new" : "changed") \(change.partner)")
            for difference in change.differences { Terminal.line(difference.line(Terminal.style)) }
        }
        for change in changes where change.kind == .keptOut {
            Terminal.line("removed before, stays out until PartnerResumed says that it is back: \(change.partner)")
        }
        for change in changes where change.kind == .notInFile {
            Terminal.line("not in the file, stays as it is: \(change.partner)")
        }
        func count(_ kind: PartnerChangeDocument.Kind) -> Int { changes.count { $0.kind == kind } }
        Terminal.line(
            "\(count(.added)) new, \(count(.changed)) changed, \(count(.unchanged)) unchanged, \(count(.notInFile)) not in the file"
        )
        if dryRun { Terminal.line("Dry run: nothing was published.") }
    }
}

/// Lists the partners as they stand.
struct PartnersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the partners as they stand.", discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Flag(help: "Print one partner a line as JSON.")
    var json = false

    func run() async throws {
        let rows = try data.journal(kafka).partners()
        if json {
            for row in rows { Terminal.line(try JSONText.line(row)) }
            return
        }
        if rows.isEmpty {
            Terminal.line("No partners yet. Register some: 'leadline partners apply -f partners.yaml'")
            return
        }
        Terminal.write(PartnersText.table(rows, Terminal.style))
    }
}
