import ArgumentParser
import Foundation
import LeadlineCore
import Reports
import UseCases

/// Commission statements of partners.
struct CommissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commissions", abstract: "Statements of what partners earned by commission, signed and checked.",
        discussion: """
            A partner's share accrues when a deal is won, at the rate that holds then, and is taken back when a \
            correction says that the deal was lost, for as long as the policy says. Partners may share it. A statement \
            is made from the journal and names its entries.

              leadline commissions statement --partner P --month 2026-03 --signed
              leadline commissions share --lead L --with beta=3000
              leadline commissions keys
              leadline commissions verify FILE --keys FILE

            \(Outcome.note)
            """,
        subcommands: [CommissionsStatement.self, CommissionsShare.self, CommissionsKeys.self, CommissionsRotateKey.self, CommissionsVerify.self])
}

struct CommissionsStatement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement", abstract: "What a partner earned in a month, from the journal.",
        discussion: Outcome.note)

    @Option(help: ArgumentHelp("The partner.", valueName: "id"))
    var partner: String

    @Option(help: ArgumentHelp("The month, as 2026-03.", valueName: "month"))
    var month: String

    @Option(help: ArgumentHelp("Where the month begins and ends, as Europe/Rome.", valueName: "zone"))
    var timeZone = "UTC"

    @Flag(help: "Print it signed, in the compact form of RFC 7515 (ES256).")
    var signed = false

    @Flag(help: "Print it as one line of JSON.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        if signed && json { throw ValidationError("Give --signed or --json, not both.") }
    }

    func run() async throws {
        let deployment = try data.deployment()
        if signed {
            return Terminal.line(
                try deployment.signedCommissionStatement(ofPartner: partner, month: month, timeZone: timeZone))
        }
        let document = try deployment.commissionStatement(ofPartner: partner, month: month, timeZone: timeZone)
        if json { Terminal.line(try JSONText.line(document)) } else {
            Terminal.lines(CommissionText.lines(document, Terminal.style))
        }
    }
}

struct CommissionsShare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share", abstract: "Say which partners share the commission of a lead's deal.",
        discussion: "What they leave over is the winner's; with nobody named all of it is. \(Outcome.note)")

    @Option(help: ArgumentHelp("The lead.", valueName: "id"))
    var lead: String

    @Option(name: .customLong("with"), help: ArgumentHelp(
        "A partner and its share of the commission in basis points, as beta=3000; once a partner.", valueName: "share"))
    var shares: [StatedShare] = []

    @Flag(help: "Print one line of JSON: position, events.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let deployment = try data.deployment(kafka)
        let outcome = try await deployment.share(commissionOf: lead, among: shares.map(\.share))
        try StatementOptions.report(outcome, deployment, asJSON: json)
    }
}

/// A share as it is typed: `beta=3000`.
struct StatedShare: ExpressibleByArgument {
    let share: CommissionShare

    init?(argument: String) {
        guard let at = argument.utf8.lastIndex(of: UInt8(ascii: "=")),
            let points = UInt32(argument[argument.utf8.index(after: at)...])
        else { return nil }
        share = CommissionShare(partnerID: String(argument[..<at]), basisPoints: points)
    }
}

struct CommissionsKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print the keys that statements are checked with, as a JSON Web Key Set.",
        discussion: "Give it to partners; it holds no secret. \(Outcome.note)")

    @OptionGroup var data: DataFolderOptions

    func run() async throws { Terminal.line(try data.deployment().statementKeys()) }
}

struct CommissionsRotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Replace the key that signs statements; older ones can still be checked.",
        discussion: "With several machines, copy the key file to each. \(Outcome.note)")

    @OptionGroup var data: DataFolderOptions

    func run() async throws { Terminal.line(try data.deployment().rotateStatementKey()) }
}

struct CommissionsVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a signed statement, and print it.",
        discussion: """
            Needs no data folder: the keys are a JSON Web Key Set that 'leadline commissions keys' or the gateway \
            gave. Says whose words the statement is; the journal is not read.

            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("The signed statement; - is standard input.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The keys, as a JSON Web Key Set.", valueName: "file"))
    var keys: String

    func run() async throws {
        let checked = try Deployment.checkStatement(EvidenceFile.read(file).bytes, keySet: EvidenceFile.read(keys).bytes)
        Terminal.say("Signed by the key \(checked.keyID). The journal was not read.")
        Terminal.line(Terminal.harmless(checked.text))
    }
}
