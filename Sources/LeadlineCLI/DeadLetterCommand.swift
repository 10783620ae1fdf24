import ArgumentParser
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault
import UseCases

/// What was rejected.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletter", abstract: "List, show, resubmit and erase rejected records.",
        discussion: """
            With --kafka the cluster's topic is read, and a dead letter is named partition:offset. A record is opened \
            by an instance that has its partition, since the keys are there.

            \(Outcome.note)
            """,
        subcommands: [DeadLetterList.self, DeadLetterShow.self, DeadLetterResubmit.self, DeadLetterErase.self])
}

/// Lists dead letters.
struct DeadLetterList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List rejected records with the reason.", discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Option(help: ArgumentHelp("Only those of this reason, e.g. unknown-program.", valueName: "reason"))
    var reason: String?

    @Option(help: ArgumentHelp("First offset.", valueName: "offset"))
    var from: Int64 = 0

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 50

    @Flag(help: "Print one dead letter a line as JSON.")
    var json = false

    func run() async throws {
        let letters = try data.deployment(kafka).deadLetters(reason: reason, from: from, limit: limit)
        if json {
            for letter in letters { Terminal.line(letter.json(nil)) }
            return
        }
        if letters.isEmpty {
            Terminal.line(
                reason == nil && from == 0 ? "No dead letters: nothing was rejected." : "No dead letter matches.")
            return
        }
        var table = TextTable([
            ("PLACE", .right), ("RECEIVED", .left), ("FROM", .left), ("REASON", .left), ("DETAIL", .left),
        ])
        for letter in letters {
            table.add([
                "\(letter.place)", TimeText.local(letter.received), letter.origin, letter.reason,
                letter.letter.unsearchable ? "\(letter.letter.detail) [not searchable]" : letter.letter.detail,
            ])
        }
        Terminal.write(table.text(Terminal.style))
        let unsearchable = letters.count { $0.letter.unsearchable && !$0.letter.sealed.isEmpty }
        if unsearchable > 0 { Terminal.line(DeadLetterView.unsearchableNote(unsearchable)) }
    }
}

/// Shows one dead letter.
struct DeadLetterShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one rejected record.",
        discussion: "The record itself is sealed; --unseal opens it with the vault, byte for byte.\n\n\(Outcome.note)")

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(
        help: ArgumentHelp("Offset on leadline.deadletter, with --kafka partition:offset.", valueName: "place"),
        transform: DeadLetterPlace.argument)
    var place: DeadLetterPlace

    @Flag(help: "Open the record with the vault. The read is noted in the access log.")
    var unseal = false

    @Option(help: ArgumentHelp("Why it is opened, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print it as JSON, bytes as base64 and as text.")
    var json = false

    func validate() throws { try UnsealOption.check(unseal, reason) }

    func run() async throws {
        let (letter, record) = try data.deployment(kafka, reason: reason).deadLetter(at: place, unseals: unseal)
        if json {
            Terminal.line(letter.json(record))
            return
        }
        Terminal.line(letter.sentence)
        Terminal.line("from \(Terminal.harmless(letter.origin)), received \(TimeText.local(letter.received))")
        if let sizeAndDigest = letter.sizeAndDigest {
            for line in sizeAndDigest { Terminal.line(line) }
        } else if let record {
            for line in record.lines { Terminal.line(line) }
        } else {
            Terminal.line("The record is sealed; --unseal opens it.")
        }
    }
}

/// Sends rejected records again.
struct DeadLetterResubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resubmit", abstract: "Send rejected records again, as they were.",
        discussion: """
            For records that came too early or were refused by a rule that has changed. The dead letter stays as a \
            record of what happened. An outcome whose lead never came gets a new event id, because its old one counts \
            as seen.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(
        help: ArgumentHelp("Offsets on leadline.deadletter, with --kafka partition:offset.", valueName: "place"),
        transform: DeadLetterPlace.argument)
    var places: [DeadLetterPlace] = []

    @Option(help: ArgumentHelp("All of this reason, e.g. unknown-program.", valueName: "reason"))
    var reason: String?

    @Flag(help: "All of them.")
    var all = false

    @Flag(help: "Show which; send nothing.")
    var dryRun = false

    func validate() throws {
        if [!places.isEmpty, reason != nil, all].count(where: { $0 }) != 1 {
            throw ValidationError("Say which: offsets, or --reason, or --all")
        }
    }

    func run() async throws {
        let choice: DeadLetterChoice = all ? .all : reason.map { .reason($0) } ?? .places(places)
        let outcome = try await data.deployment(kafka).resubmit(choice, isDry: dryRun)
        if outcome.letters.isEmpty {
            Terminal.line("No dead letter matches.")
            return
        }
        for failure in outcome.failures { Terminal.say("error: \(failure)") }
        if dryRun {
            let places = outcome.letters.map { "\($0.place)" }.joined(separator: ", ")
            Terminal.line("Would send \(CountText.of(outcome.sent, "record")): dead letters \(places)")
            return
        }
        Terminal.line("\(CountText.of(outcome.sent, "record")) sent again")
        if let publication = outcome.publication { Terminal.say(publication.sentence) }
        if !outcome.failures.isEmpty { throw ExitCode(Outcome.checkFailed.rawValue) }
    }
}

/// Erases rejected records.
struct DeadLetterErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase rejected records by themselves.",
        discussion: """
            For records that hold a person's data where no search finds it, and for those that are no longer needed. \
            The erasure is journaled (RejectedRecordsErased), their keys are destroyed, and their contents are removed; \
            what was rejected, when and why stays. A person is erased by 'leadline audit erase', which finds the \
            rejected records that mention the person.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(
        help: ArgumentHelp("Offsets on leadline.deadletter, with --kafka partition:offset.", valueName: "place"),
        transform: DeadLetterPlace.argument)
    var places: [DeadLetterPlace] = []

    @Option(
        help: ArgumentHelp("All that came longer ago than so many days, e.g. 30d.", valueName: "days"),
        transform: DeadLetterErase.days)
    var olderThan: Int64?

    @Flag(help: "All that could not be searched whole for whom they mention.")
    var unsearchable = false

    @Option(help: ArgumentHelp("Who asked for it; journaled, sealed.", valueName: "text"))
    var requestedBy: String

    @Option(help: ArgumentHelp("Why; journaled, sealed.", valueName: "text"))
    var reason: String

    func validate() throws {
        if [!places.isEmpty, olderThan != nil, unsearchable].count(where: { $0 }) != 1 {
            throw ValidationError("Say which: offsets, or --older-than, or --unsearchable")
        }
        for (name, text) in [("--requested-by", requestedBy), ("--reason", reason)]
        where text.isEmpty || text.utf8.count > 512 { throw ValidationError("\(name) must have 1 to 512 bytes") }
    }

    func run() async throws {
        let deployment = try data.deployment(kafka, reason: reason)
        let count = try await deployment.eraseRejected(choice, requestedBy: requestedBy, reason: reason)
        if count == 0 { return Terminal.line("No dead letter matches.") }
        Terminal.line("\(CountText.of(count, "rejected record")) erased: keys destroyed, contents removed")
    }

    private var choice: RecordErasureChoice {
        if let olderThan { return .olderThan(days: olderThan) }
        return unsearchable ? .unsearchable : .places(places)
    }

    private static func days(_ text: String) throws -> Int64 {
        guard text.utf8.last == UInt8(ascii: "d"), let days = Int64(text.utf8.dropLast().map { String(UnicodeScalar($0)) }.joined()),
            (0...100_000).contains(days)
        else { throw ValidationError("days are written as 30d, not '\(Escaping.harmless(text))'") }
        return days
    }
}

extension DeadLetterPlace {
    /// The place that an argument names.
    static func argument(_ text: String) throws -> DeadLetterPlace {
        guard let place = DeadLetterPlace(text) else {
            throw ValidationError(
                "a dead letter is named by its offset, with --kafka by partition:offset, not '\(Escaping.harmless(text))'"
            )
        }
        return place
    }
}
