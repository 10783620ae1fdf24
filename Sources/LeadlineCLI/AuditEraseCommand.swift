import ArgumentParser
import Audit
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases
import Vault

struct AuditEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase one person or many, and write a certificate for each.",
        discussion: """
            Submits ErasureRequested, waits until it is journaled and the person's key destroyed, removes the \
            contents of rejected records that hold the address or name a lead, and writes a certificate: signed by \
            the log's key, with the proof that the erasure stands in the journal, checked offline by 'leadline audit \
            check FILE --key KEY'.

            --subjects-file erases many in one go, one e-mail address or lead's id a line; certificates go to a \
            folder. Lines that lead to nobody are named by their number; the others are erased, and the exit code is \
            2. What was erased is not erased again by repeating the command; the certificates are written again.

            Ids that are linked to the person, as stated or by an address that is known already, are erased with it and \
            stand in the certificate; 'leadline rights show' lists them before.

            --suppress keeps a keyed digest of each address, from which the address cannot be told without the key, so \
            that a nightly synchronisation does not bring the person back unnoticed; 'leadline rights suppressions'.

            The person's open leads close and their holders are told. Recorded decisions, proofs and replays stay as \
            they are. For a person who is erased already, e.g. through a running instance, it writes the certificate \
            alone; name a lead then, for the address leads nowhere any more. Interrupted, it goes on when it is run \
            again with the same names.

            The certificate says what it covers. Backups of vault.db from before the erasure still open what was \
            erased, as long as they exist: name each with --backup, and delete them in time.

            On Kafka, run it where an instance has the program's partition, with --kafka: the erasure goes to \
            leadline.controls, and the certificate says when retention and compaction have ended each topic's copy. \
            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The person: an e-mail address or a lead's id.", valueName: "who"))
    var subject: String?

    @Option(help: ArgumentHelp("File with one person a line; - is stdin.", valueName: "file"))
    var subjectsFile: String?

    @Option(help: ArgumentHelp("Who asked for it; recorded in the certificate.", valueName: "text"))
    var requestedBy: String

    @Option(
        help: ArgumentHelp(
            "A backup of the vault from before that the certificate is to name, e.g. 'nightly tape, deleted by 2027-03-01'; may be repeated.",
            valueName: "text"))
    var backup: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the certificate to this file, many to this folder. Default: erasure-POSITION.note in the current folder, many in 'erasures'.",
            valueName: "file"))
    var output: String?

    @Flag(help: "Print each certificate's statement as one line of JSON.")
    var json = false

    @Flag(help: "Suppress the people's addresses: a lead that comes with one later goes to a human, and is counted.")
    var suppress = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    /// People in one file at most.
    private static let peopleMax = 100_000

    func validate() throws {
        if requestedBy.isEmpty || requestedBy.utf8.count > 512 {
            throw ValidationError("--requested-by must have 1 to 512 bytes")
        }
        if backup.contains(where: { $0.isEmpty || $0.utf8.count > 512 }) || backup.count > 64 {
            throw ValidationError("--backup must have 1 to 512 bytes, and is given at most 64 times")
        }
        if (subject == nil) == (subjectsFile == nil) { throw ValidationError("Say who: --subject, or --subjects-file") }
    }

    func run() async throws {
        let names = try names()
        if subjectsFile != nil {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        try PrivateFile.checkWritable(subjectsFile == nil ? output ?? "erasure" : directory + "/erasure")
        let order = ErasureOrder(requester: requestedBy, backups: backup, suppresses: suppress)
        let outcome = try await data.deployment(kafka).erase(names.map(\.text), order: order) { count in
            Terminal.say(
                "Sent \(CountText.of(count, "erasure")) to Kafka; waiting until the processor has journaled them.")
        } certified: {
            try keep($0)
        }
        if subjectsFile != nil && !json { summarise(outcome) }
        if outcome.unfinished > 0 {
            Terminal.say(
                "\(CountText.of(outcome.unfinished, "person").replacing("persons", with: "people")) of an earlier erasure that was interrupted still want their certificates: run that command again"
            )
        }
        try report(outcome.unknown, names)
    }

    // MARK: Who

    private struct Name {
        var line: Int
        var text: String
    }

    private func names() throws -> [Name] {
        if let subject { return [Name(line: 1, text: subject)] }
        let file = try LineFile(subjectsFile ?? "-")
        var names: [Name] = []
        while let line = try file.next() {
            let place = "\(file.name), line \(line.number)"
            guard let text = String(validating: line.bytes, as: UTF8.self)?.trimmingCharacters(in: .whitespaces) else {
                throw Problem(
                    .invalid, "the line is not UTF-8 text", at: place, remedy: "Nobody was erased. Mend the line")
            }
            try PersonName.check(text, at: place, remedy: "Nobody was erased. Mend the line")
            if !text.isEmpty { names.append(Name(line: line.number, text: text)) }
            guard names.count <= Self.peopleMax else {
                throw Problem(
                    .invalid, "more than \(Self.peopleMax) people", at: file.name,
                    remedy: "Nobody was erased. Split the file")
            }
        }
        if names.isEmpty { throw Problem(.invalid, "nobody is named", at: file.name) }
        return names
    }

    // MARK: Certificates

    private func keep(_ certificate: ErasureCertificate) throws {
        let path = path(certificate.statement.position)
        try PrivateFile.write(certificate.text, to: path)
        if json {
            Terminal.line(try JSONText.line(certificate.statement))
        } else if subject != nil {
            Terminal.line(certificate.statement.lines.map(Terminal.harmless).joined(separator: "\n"))
            Terminal.say("The certificate is in \(path). Check it with 'leadline audit check \(path) --key KEY'.")
        }
    }

    private var directory: String { output ?? "erasures" }

    private func path(_ position: UInt64) -> String {
        if subjectsFile != nil { return directory + "/erasure-\(position).note" }
        return output ?? "erasure-\(position).note"
    }

    private func summarise(_ outcome: ErasureOutcome) {
        let people = CountText.of(outcome.people, "person").replacing("persons", with: "people")
        Terminal.line(
            "\(people) erased, their keys destroyed; \(outcome.records) rejected or waiting records emptied, \(outcome.recordKeys) of their keys destroyed"
        )
        if outcome.unsearchable > 0 {
            Terminal.line(
                "\(outcome.unsearchable) rejected records could not be searched whole and may speak of anybody; 'leadline deadletter erase' erases them"
            )
        }
        for copy in outcome.copies {
            Terminal.line(
                "\(copy.topic.name): \(copy.holds), ended within \(TimeText.duration(seconds: copy.micros / 1_000_000))"
            )
        }
        Terminal.line(
            "Certificates: \(directory)/erasure-POSITION.note. Check them with 'leadline audit check \(directory)/*.note --key KEY'."
        )
    }

    private func report(_ unknown: [Int], _ names: [Name]) throws {
        if unknown.isEmpty { return }
        for index in unknown.prefix(20) {
            Terminal.say("error: line \(names[index].line) of the file leads to nobody in the program")
        }
        throw Problem(
            .notFound, "\(unknown.count) of \(names.count) lines lead to nobody; the others were erased",
            remedy: PersonName.howPeopleAreFound)
    }
}
