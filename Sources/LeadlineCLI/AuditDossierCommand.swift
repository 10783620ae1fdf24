import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault
import UseCases

struct AuditDossierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dossier",
        abstract:
            "Write everything about one person: what is held, what was decided, why, and what else could have been.",
        discussion: """
            --subject is an e-mail address, found by its keyed digest in the vault, or a lead's id. The dossier holds \
            the inputs with their sources, every decision with candidates, scores, rules and versions, the partners \
            who got the leads, an account in plain words, counterfactuals that are decided again, reviews by humans, \
            requests of the person with what came of them, and a certificate that each decision was decided again and \
            compared.

            Two ids that are one person by their own statement are one dossier. Where only an address makes them one, \
            --including-linked or --without-linked says whether both are meant; without either nothing is shown.

            Sealed fields are opened with the master key and marked as such. The read is noted in the access log \
            beside the vault, with --reason. --json writes the portable export, --html a page that prints; without \
            either, text.

            Exit code 1 if a decision did not come out as recorded. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The person: an e-mail address or a lead's id.", valueName: "who"))
    var subject: String

    @Option(help: ArgumentHelp("Why the dossier is made, for the access log.", valueName: "text"))
    var reason = ""

    @Option(help: ArgumentHelp("Write a page to this file.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write the portable export to this file; - is stdout.", valueName: "file"))
    var json: String?

    @Flag(help: "With what is known under ids that an address alone links to the person.")
    var includingLinked = false

    @Flag(help: "Without it.")
    var withoutLinked = false

    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        if includingLinked && withoutLinked {
            throw ValidationError("Say one of --including-linked and --without-linked")
        }
    }

    func run() async throws {
        let linked = includingLinked ? true : withoutLinked ? false : nil
        let dossier = try data.deployment(reason: reason).dossier(of: subject, linked: linked)
        try write(dossier)
        if dossier.certificate.reproduced != dossier.certificate.decisions {
            throw Problem(
                .checkFailed, "not every decision came out as recorded", remedy: "Run 'leadline audit verify'")
        }
    }

    private func write(_ dossier: Dossier) throws {
        if let html {
            try PrivateFile.write(DossierPage.page(dossier).html(), to: html)
            Terminal.say("Wrote \(html), a page with personal data.")
        }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(dossier), as: UTF8.self) + "\n"
            if json == "-" {
                Terminal.write(text)
            } else {
                try PrivateFile.write(text, to: json)
                Terminal.say("Wrote \(json), the portable export, with personal data.")
            }
        }
        if html == nil && json == nil {
            Terminal.lines(DossierText(dossier).lines)
        }
    }
}

/// Files with personal data: readable by their owner alone.
enum PrivateFile {
    static func write(_ text: String, to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem.notWritable("the file cannot be written", at: path)
        }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: Data(text.utf8))
    }
}
