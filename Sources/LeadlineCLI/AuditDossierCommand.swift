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

            --edition subject writes the letter that the person gets instead, in plain language, in one of five \
            languages (--language en, de, fr, it, es), from the same facts and from the program's profile \
            ('leadline program apply'): who is responsible, what was decided and why, the data and where it comes \
            from, purposes, legal basis, recipients, transfers, storage periods and rights. What the profile does not \
            state is said to be not stated; partners' records are not in it (Art. 15(4) GDPR). It is signed by the \
            log's key: --signed writes the signed file, which 'leadline audit check FILE --key KEY' verifies offline; \
            --json writes the statement with that file in it.

            Sealed fields are opened with the master key and marked as such. The read is noted in the access log \
            beside the vault, with --reason. --json writes the portable export, --html a page that prints; without \
            either, text.

            Exit code 1 if a decision did not come out as recorded. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The person: an e-mail address or a lead's id.", valueName: "who"))
    var subject: String

    @Option(help: ArgumentHelp("Whom it is for: auditor or subject.", valueName: "edition"))
    var edition = DossierEdition.auditor

    @Option(help: ArgumentHelp("Language of the subject's edition: en, de, fr, it, es.", valueName: "language"))
    var language: EditionLanguage?

    @Option(help: ArgumentHelp("Write the signed subject's edition to this file.", valueName: "file"))
    var signed: String?

    @Option(help: ArgumentHelp("Why the dossier is made, for the access log.", valueName: "text"))
    var reason = ""

    @Option(help: ArgumentHelp("Write a page to this file.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write the portable export to this file; - is stdout.", valueName: "file"))
    var json: String?

    @Flag(help: "With what is known under ids that an address or a telephone number links to the person.")
    var includingLinked = false

    @Flag(help: "Without it.")
    var withoutLinked = false

    @Flag(
        help: ArgumentHelp(
            "Look for the person in the records of others as well: as who asked, reviewed, reported or approved.",
            discussion: "Reads the whole journal. Done without the flag where the person has no leads."))
    var namedByOthers = false

    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        if includingLinked && withoutLinked {
            throw ValidationError("Say one of --including-linked and --without-linked")
        }
        if edition == .auditor && (language != nil || signed != nil) {
            throw ValidationError("--language and --signed belong to --edition subject")
        }
    }

    func run() async throws {
        let linked = includingLinked ? true : withoutLinked ? false : nil
        let deployment = try data.deployment(reason: reason)
        let certificate: Dossier.Certificate
        switch edition {
        case .auditor:
            let dossier = try deployment.dossier(of: subject, linked: linked, searchesOthers: namedByOthers)
            try write(dossier)
            certificate = dossier.certificate
        case .subject:
            let (edition, dossier) = try deployment.subjectEdition(
                of: subject, in: language ?? .en, linked: linked, searchesOthers: namedByOthers)
            try write(edition)
            certificate = dossier.certificate
        }
        if certificate.reproduced != certificate.decisions {
            throw Problem(
                .checkFailed, "not every decision came out as recorded", remedy: "Run 'leadline audit verify'")
        }
    }

    private func write(_ edition: SubjectEdition) throws {
        if let signed {
            try PrivateFile.write(edition.text, to: signed)
            Terminal.say("The signed edition is in \(signed). Check it with 'leadline audit check \(signed) --key KEY'.")
        }
        if let html {
            try PrivateFile.write(SubjectLetterPage.page(edition.statement).html(), to: html)
            Terminal.say("Wrote \(html), a page with personal data.")
        }
        if let json { try write(json: SubjectEditionDocument(edition), to: json, "the edition") }
        if html == nil && json == nil && signed == nil { Terminal.lines(edition.statement.lines) }
    }

    private func write(_ dossier: Dossier) throws {
        if let html {
            try PrivateFile.write(DossierPage.page(dossier).html(), to: html)
            Terminal.say("Wrote \(html), a page with personal data.")
        }
        if let json { try write(json: dossier, to: json, "the portable export") }
        if html == nil && json == nil {
            Terminal.lines(DossierText(dossier).lines)
        }
    }

    private func write(json document: some Encodable, to path: String, _ what: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
        if path == "-" {
            Terminal.write(text)
        } else {
            try PrivateFile.write(text, to: path)
            Terminal.say("Wrote \(path), \(what), with personal data.")
        }
    }
}

/// Whom a dossier is for.
enum DossierEdition: String, ExpressibleByArgument, CaseIterable {
    case auditor, subject
}

extension EditionLanguage: ExpressibleByArgument {}

/// Files with personal data: readable by their owner alone.
enum PrivateFile {
    static func write(_ text: String, to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem.notWritable("the file cannot be written", at: path)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(text.utf8))
        try file.synchronize()
    }

    /// Checks that a file can be written at a path, before anything is done that it is to tell of.
    static func checkWritable(_ path: String) throws {
        let isThere = FileManager.default.fileExists(atPath: path)
        let target = isThere ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: target) else {
            throw Problem.notWritable("the file cannot be written, so nothing was done", at: path)
        }
    }
}
