import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

struct AuditDossierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dossier", abstract: "Write everything about one person: what is held, what was decided, why, and what else could have been.",
        discussion: """
            --subject is an e-mail address, found by its keyed digest in the vault, or a lead's id. The dossier holds the \
            inputs with their sources, every decision with candidates, scores, rules and versions, the partners who got the \
            leads, an account in plain words, counterfactuals that are decided again, reviews by humans, requests of the \
            person with what came of them, and a certificate that each decision was decided again and compared.

            Sealed fields are opened with the master key and marked as such. The read is noted in the access log beside \
            the vault, with --reason. --json writes the portable export, --html a page that prints; without either, text.

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

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            let found = try FoundPerson(subject, folder, program: program)
            try AccessLog.note(
                folder, command: "audit dossier", program: program, subjects: found.person.subjects.map(\.description), reason: reason)
            let dossier = try found.dossier()
            try write(dossier)
            if dossier.certificate.reproduced != dossier.certificate.decisions {
                throw CommandFailure(.checkFailed, "not every decision came out as recorded", remedy: "Run 'leadline audit verify'")
            }
        } catch { throw CommandFailure(ofAudit: error) }
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
            if json == "-" { Terminal.write(text) } else {
                try PrivateFile.write(text, to: json)
                Terminal.say("Wrote \(json), the portable export, with personal data.")
            }
        }
        if html == nil && json == nil {
            Terminal.lines(DossierText(dossier).lines)
        }
    }
}

/// A person whom a command was asked about.
struct FoundPerson {
    let person: Person
    let keyring: Keyring?
    private let folder: DataFolder
    private let program: String

    /// Longest name by which a person is sought.
    static let nameBytesMax = 320
    static let nameTooLong = "a person is named by text of at most \(nameBytesMax) bytes: an e-mail address or a lead's id"

    /// Finds the person; whom the journal erased, an old vault does not bring back.
    init(_ text: String, _ folder: DataFolder, program: String) throws {
        self.folder = folder
        self.program = program
        guard text.utf8.count <= Self.nameBytesMax else { throw CommandFailure(.input, Self.nameTooLong) }
        let hasKey = FileManager.default.fileExists(atPath: folder.settings.masterKeyFile)
        if !hasKey && text.utf8.contains(UInt8(ascii: "@")) {
            throw CommandFailure(.environment, "an e-mail address is found with the master key alone, and there is none", at: folder.settings.masterKeyFile, remedy: "Restore it, or name a lead")
        }
        keyring = hasKey ? try folder.openVault() : nil
        if let keyring { try PersonFinder.honourErasures(folder, keyring) }
        var bar = ProgressBar("indexing", unit: "entries")
        defer { bar.finish() }
        guard let person = try PersonFinder(folder, program: program, keyring: keyring).find(text, progress: { bar.update($0, of: $1) }) else {
            throw CommandFailure(unknown: program)
        }
        self.person = person
    }

    /// True if every key of the person is gone.
    var isErased: Bool { !person.subjects.isEmpty && person.subjects.allSatisfy { keyring?.vault.isErased($0) ?? false } }

    func dossier() throws -> Dossier {
        let builder = DossierBuilder(
            folder, program: program, words: AuditWords(), leaves: EntryFields.leaves, open: EntryFields.opener(keyring, program: program))
        return try builder.build(person, isErased: isErased, now: SystemClock().now())
    }
}

/// Files with personal data: readable by their owner alone.
enum PrivateFile {
    static func write(_ text: String, to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.environment, "the file cannot be written", at: path, remedy: "Check the folder and its permissions")
        }
        try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: Data(text.utf8))
    }
}
