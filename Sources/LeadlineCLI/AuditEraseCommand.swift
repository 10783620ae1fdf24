import ArgumentParser
import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

struct AuditEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase one person, and write the certificate.",
        discussion: """
            Submits ErasureRequested, waits until it is journaled and the person's key destroyed, removes the contents of \
            rejected records that hold the address or name a lead, and writes a certificate: signed by the log's key, with \
            the proof that the erasure stands in the journal, checked offline by 'leadline audit check FILE --key KEY'.

            The person's open leads close and their holders are told. Recorded decisions, proofs and replays stay as they \
            are. For a person who is erased already, e.g. through a running instance, it writes the certificate alone; name \
            a lead then, for the address leads nowhere any more. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The person: an e-mail address or a lead's id.", valueName: "who"))
    var subject: String

    @Option(help: ArgumentHelp("Who asked for it; recorded in the certificate.", valueName: "text"))
    var requestedBy: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the certificate to this file. Default: erasure-POSITION.note in the current folder.", valueName: "file"))
    var output: String?

    @Flag(help: "Print the certificate's statement as JSON.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func validate() throws {
        if requestedBy.isEmpty || requestedBy.utf8.count > 512 { throw ValidationError("--requested-by must have 1 to 512 bytes") }
    }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            let target = try target(folder, program)
            try AccessLog.note(folder, command: "audit erase", program: program, subjects: target.subjects, reason: "erasure requested")
            for lead in target.leadsToErase { try await submit(lead, program, folder) }
            try finish(target, program, folder)
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch { throw CommandFailure(ofAudit: error) }
    }

    /// What is to be done, taken down before the vault forgets it. The vault is closed again, for the processor opens it.
    private struct Target {
        var subjects: [String]
        var leads: [String]
        var leadsToErase: [String]
        var marks: [String]
    }

    private func target(_ folder: DataFolder, _ program: String) throws -> Target {
        let found = try FoundPerson(subject, folder, program: program)
        guard let keyring = found.keyring else {
            throw CommandFailure(.environment, "without the master key nobody can be erased", at: folder.settings.masterKeyFile, remedy: "Restore it")
        }
        let leads = found.person.leads.map(\.leadID)
        var target = Target(subjects: found.person.subjects.map(\.description), leads: leads, leadsToErase: [], marks: leads)
        if subject.contains("@") { target.marks.append(subject) }
        if found.isErased { return target }
        let dossier = try found.dossier()
        target.marks += dossier.sources.flatMap(\.sealed).filter { $0.name.hasSuffix("email") }.map(\.value)
        let open = found.person.subjects.filter { !keyring.vault.isErased($0) }
        target.leadsToErase = try open.compactMap { subject in
            try PersonFinder(folder, program: program, keyring: keyring).lead(of: subject)
        }
        return target
    }

    private func submit(_ lead: String, _ program: String, _ folder: DataFolder) async throws {
        do { _ = try folder.lock() } catch EngineError.locked {
            throw CommandFailure(
                .environment, "another leadline process works on \(folder.path)",
                remedy: "Send it there: echo '{\"leadId\":\"\(lead)\"}' | leadline produce controls --type leadline.v1.ErasureRequested - --data \(folder.path), then run this command again with --subject \(lead) for the certificate")
        }
        let body = JSONText.object([("leadId", JSONText.quoted(lead)), ("requester", JSONText.quoted(requestedBy))])
        let outcome = try await Publication.publish([EventRecord.binary(.erasureRequested, program: program, json: body)], to: folder)
        if case .processed(let report) = outcome, report.rejections == 0 { return }
        throw CommandFailure(.environment, "the erasure was not processed: \(outcome.sentence)", remedy: "Run this command again once it is")
    }

    private func finish(_ target: Target, _ program: String, _ folder: DataFolder) throws {
        let keyring = try folder.openVault()
        try PersonFinder.honourErasures(folder, keyring.vault)
        let emptied = try PersonErasure(folder, keyring).empty(marks: target.marks)
        let entries = try ErasureEntries.read(folder, program, target.leads)
        guard let last = entries.erasures.last else {
            throw CommandFailure(.checkFailed, "the journal holds no erasure of these leads", remedy: "Run the command again")
        }
        let isGone = target.subjects.allSatisfy { text in
            entries.subjects.first { $0.description == text }.map { keyring.vault.isErased($0) } ?? false
        }
        let now = SystemClock().now()
        let statement = ErasureCertificate.Statement(
            program: program, subjects: target.subjects, leads: target.leads, requestedBy: requestedBy, position: last.position,
            erased: TimeText.utc(last.stamp), issued: TimeText.utc(now), keyDestroyed: isGone, deadLettersEmptied: emptied.deadLetters,
            waitingEmptied: emptied.waiting, residualFields: entries.residual,
            // Inputs are kept seven days, keys are compacted within one: see `leadline topics`.
            provisionalUntil: folder.path.contains("/shards/") ? TimeText.utc(last.stamp.adding(micros: 8 * Timestamp.microsPerDay)) : nil)
        guard isGone else { throw CommandFailure(.checkFailed, "the person's key is still in the vault", at: folder.vaultPath, remedy: "Run the command again") }
        let certificate = try ErasureCertificate(statement, in: folder)
        let path = output ?? "erasure-\(last.position).note"
        try PrivateFile.write(certificate.note.description, to: path)
        Terminal.line(json ? try JSONText.line(statement) : statement.lines.map(Terminal.harmless).joined(separator: "\n"))
        Terminal.say("The certificate is in \(path). Check it with 'leadline audit check \(path) --key KEY'.")
    }
}

/// What the journal says of an erased person.
private struct ErasureEntries {
    var erasures: [EntryRecord] = []
    var subjects: [SubjectID] = []
    var residual: [String] = []

    static func read(_ folder: DataFolder, _ program: String, _ leads: [String]) throws -> ErasureEntries {
        let projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: try folder.openDerived())
        try projection.catchUp()
        let positions = try leads.flatMap { try projection.lead($0, program: program)?.positions ?? [] }
        var result = ErasureEntries()
        var fields: Set<String> = []
        for entry in try LeadEntries.read(folder, program, Set(positions).sorted()) {
            if case .erasureRequested(let fact) = entry.input.fact, leads.contains(fact.leadID) { result.erasures.append(entry) }
            if let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }) { result.subjects.append(subject) }
            guard let kind = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact)) else { continue }
            for leaf in try SchemaJSON.leaves(FactCodec.encode(entry.input.fact).bytes, as: kind) { fields.insert("\(kind.fullName.split(separator: ".").last ?? "").\(leaf.path)") }
        }
        result.residual = fields.sorted()
        return result
    }
}
