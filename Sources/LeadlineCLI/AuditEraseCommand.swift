import ArgumentParser
import Audit
import Engine
import Foundation
import Journal
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

struct AuditEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase one person or many, and write a certificate for each.",
        discussion: """
            Submits ErasureRequested, waits until it is journaled and the person's key destroyed, removes the contents of \
            rejected records that hold the address or name a lead, and writes a certificate: signed by the log's key, with \
            the proof that the erasure stands in the journal, checked offline by 'leadline audit check FILE --key KEY'.

            --subjects-file erases many in one go, one e-mail address or lead's id a line; certificates go to a folder. \
            Lines that lead to nobody are named by their number; the others are erased, and the exit code is 2. What was \
            erased is not erased again by repeating the command; the certificates are written again.

            The person's open leads close and their holders are told. Recorded decisions, proofs and replays stay as they \
            are. For a person who is erased already, e.g. through a running instance, it writes the certificate alone; name \
            a lead then, for the address leads nowhere any more.

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

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the certificate to this file, many to this folder. Default: erasure-POSITION.note in the current folder, many in 'erasures'.", valueName: "file"))
    var output: String?

    @Flag(help: "Print each certificate's statement as one line of JSON.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    /// Records that are submitted at once.
    private static let chunk = 1_000
    /// People in one file at most.
    private static let peopleMax = 100_000
    /// How long an instance may take to journal what was sent to it.
    private static let wait = Duration.seconds(120)

    func validate() throws {
        if requestedBy.isEmpty || requestedBy.utf8.count > 512 { throw ValidationError("--requested-by must have 1 to 512 bytes") }
        if (subject == nil) == (subjectsFile == nil) { throw ValidationError("Say who: --subject, or --subjects-file") }
    }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            let names = try names()
            let run = try plan(names, folder, program)
            if run.targets.isEmpty { throw CommandFailure(unknown: program) }
            try await submit(run, program, folder)
            try finish(run, folder)
            try report(run.unknown, names)
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch let fault as ErasureFault {
            throw CommandFailure(.checkFailed, "\(fault)")
        } catch { throw CommandFailure(ofAudit: error) }
    }

    // MARK: Who

    private struct Name {
        var line: Int
        var text: String
    }

    private func names() throws -> [Name] {
        if let subject {
            guard subject.utf8.count <= FoundPerson.nameBytesMax else { throw CommandFailure(.input, FoundPerson.nameTooLong) }
            return [Name(line: 1, text: subject)]
        }
        let file = try LineFile(subjectsFile ?? "-")
        var names: [Name] = []
        while let line = try file.next() {
            guard let text = String(validating: line.bytes, as: UTF8.self)?.trimmingCharacters(in: .whitespaces), text.utf8.count <= FoundPerson.nameBytesMax else {
                throw CommandFailure(.input, FoundPerson.nameTooLong, at: "\(file.name), line \(line.number)", remedy: "Nobody was erased. Mend the line")
            }
            if !text.isEmpty { names.append(Name(line: line.number, text: text)) }
            guard names.count <= Self.peopleMax else {
                throw CommandFailure(.input, "more than \(Self.peopleMax) people", at: file.name, remedy: "Nobody was erased. Split the file")
            }
        }
        if names.isEmpty { throw CommandFailure(.input, "nobody is named", at: file.name) }
        return names
    }

    /// Takes down who is meant before the vault forgets them, and notes it.
    private func plan(_ names: [Name], _ folder: DataFolder, _ program: String) throws -> ErasureRun {
        guard FileManager.default.fileExists(atPath: folder.settings.masterKeyFile) else {
            throw CommandFailure(.environment, "without the master key nobody can be erased", at: folder.settings.masterKeyFile, remedy: "Restore it")
        }
        let keyring = try folder.openVault()
        try PersonFinder.honourErasures(folder, keyring)
        var bar = ProgressBar("finding", unit: "people")
        defer { bar.finish() }
        let run = try ErasureRun(
            folder, program: program, keyring: keyring, names: names.map(\.text), leaves: EntryFields.leaves,
            open: EntryFields.opener(keyring, program: program)
        ) { bar.update(UInt64($0), of: UInt64($1)) }
        for part in run.targets.chunked(Self.chunk) {
            try AccessLog.note(
                folder, command: "audit erase", program: program, subjects: part.flatMap { $0.person.subjects.map(\.description) },
                reason: "erasure requested")
        }
        return run
    }

    // MARK: Submitting

    private func submit(_ run: ErasureRun, _ program: String, _ folder: DataFolder) async throws {
        let leads = run.leadsToErase
        if leads.isEmpty { return }
        if folder.isShard { return try await send(leads, run, program, folder) }
        do { _ = try folder.lock() } catch EngineError.locked {
            throw CommandFailure(
                .environment, "another leadline process works on \(folder.path)",
                remedy: "Send it there: echo '{\"leadId\":\"\(leads[0])\"}' | leadline produce controls --type leadline.v1.ErasureRequested - --data \(folder.path), one line a person, then run this command again with leads' ids for the certificates")
        }
        var bar = ProgressBar("erasing", unit: "people")
        defer { bar.finish() }
        var done: UInt64 = 0
        for part in leads.chunked(Self.chunk) {
            let outcome = try await Publication.publish(records(part, program), to: folder)
            guard case .processed(let report) = outcome, report.rejections == 0 else {
                throw CommandFailure(.environment, "the erasures were not processed: \(outcome.sentence)", remedy: "Run this command again once they are")
            }
            done += UInt64(part.count)
            bar.update(done, of: UInt64(leads.count))
        }
    }

    private func records(_ leads: [String], _ program: String) -> [NewRecord] {
        leads.map { lead in
            let body = JSONText.object([("leadId", JSONText.quoted(lead)), ("requester", JSONText.quoted(requestedBy))])
            return EventRecord.binary(.erasureRequested, program: program, json: body)
        }
    }

    /// An instance journals what stands on the topic; its copy of the journal, in this folder, shows when.
    private func send(_ leads: [String], _ run: ErasureRun, _ program: String, _ folder: DataFolder) async throws {
        let settings = try kafka.required()
        for part in leads.chunked(Self.chunk) { _ = try await Publication.publish(records(part, program), to: folder, kafka: settings) }
        Terminal.say("Sent \(CountText.of(leads.count, "erasure")) to Kafka; waiting until the processor has journaled them.")
        let end = ContinuousClock.now + Self.wait
        while try !run.isRecorded() {
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    .environment, "the erasures are on leadline.controls, but this folder's journal does not show them yet", at: folder.path,
                    remedy: "Run this command again, with leads' ids, in the data folder of the instance that has the partition; 'leadline status' shows the members")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    // MARK: Certificates

    private func finish(_ run: ErasureRun, _ folder: DataFolder) throws {
        let keyring = try folder.openVault()
        try run.finish(keyring)
        let copies = folder.isShard ? try Topics.copiesOfErased(kafka.settings().map { try ClusterAdmin($0) }) : []
        let certifier = try ErasureRun.Certifier(run, keyring)
        let now = SystemClock().now()
        var bar = ProgressBar("certifying", unit: "people")
        defer { bar.finish() }
        if subjectsFile != nil { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]) }
        for (index, target) in run.targets.enumerated() {
            let certificate = try certifier.certificate(of: target, requestedBy: requestedBy, issued: now, copies: copies)
            let statement = certificate.statement
            let path = path(statement.position)
            try PrivateFile.write(certificate.note.description, to: path)
            if json {
                Terminal.line(try JSONText.line(statement))
            } else if subject != nil {
                Terminal.line(statement.lines.map(Terminal.harmless).joined(separator: "\n"))
                Terminal.say("The certificate is in \(path). Check it with 'leadline audit check \(path) --key KEY'.")
            }
            bar.update(UInt64(index + 1), of: UInt64(run.targets.count))
        }
        if subjectsFile != nil && !json { summarise(run, copies) }
    }

    private var directory: String { output ?? "erasures" }

    private func path(_ position: UInt64) -> String {
        if subjectsFile != nil { return directory + "/erasure-\(position).note" }
        return output ?? "erasure-\(position).note"
    }

    private func summarise(_ run: ErasureRun, _ copies: [TopicCopy]) {
        let records = run.targets.reduce(0) { $0 + $1.records.deadLetters + $1.records.waiting }
        let keys = run.targets.reduce(0) { $0 + $1.recordKeys.count }
        Terminal.line("\(CountText.of(run.targets.count, "person").replacing("persons", with: "people")) erased, their keys destroyed; \(records) rejected or waiting records emptied, \(keys) of their keys destroyed")
        for copy in copies { Terminal.line("\(copy.topic.name): \(copy.holds), ended within \(TimeText.duration(seconds: copy.micros / 1_000_000))") }
        Terminal.line("Certificates: \(directory)/erasure-POSITION.note. Check them with 'leadline audit check \(directory)/*.note --key KEY'.")
    }

    private func report(_ unknown: [Int], _ names: [Name]) throws {
        if unknown.isEmpty { return }
        for index in unknown.prefix(20) { Terminal.say("error: line \(names[index].line) of the file leads to nobody in the program") }
        throw CommandFailure(
            .input, "\(unknown.count) of \(names.count) lines lead to nobody; the others were erased",
            remedy: CommandFailure.howPeopleAreFound)
    }
}

extension CommandFailure {
    fileprivate static let howPeopleAreFound =
        "An erased person is found by a lead's id; 'leadline leads list' shows leads, 'leadline deadletter list' what was refused"

    /// Nobody was found by what was given.
    init(unknown program: String) {
        self.init(.input, "no such person is known in the program \(program)", remedy: Self.howPeopleAreFound)
    }
}

extension Array {
    /// In parts of at most so many elements.
    fileprivate func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
