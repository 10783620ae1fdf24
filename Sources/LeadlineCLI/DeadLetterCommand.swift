import ArgumentParser
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

/// What was rejected.
struct DeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadletter", abstract: "List, show and resubmit rejected records.",
        discussion: """
            With --kafka the cluster's topic is read, and a dead letter is named partition:offset. A record is opened by \
            an instance that has its partition, since the keys are there.

            \(Outcome.note)
            """,
        subcommands: [DeadLetterList.self, DeadLetterShow.self, DeadLetterResubmit.self])
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
        let letters = try StoredDeadLetters(data, kafka).select(from: from, limit: limit) { reason == nil || $0.reason == reason }
        if json {
            for letter in letters { Terminal.line(letter.json(nil)) }
            return
        }
        if letters.isEmpty {
            Terminal.line(reason == nil && from == 0 ? "No dead letters: nothing was rejected." : "No dead letter matches.")
            return
        }
        var table = TextTable([("PLACE", .right), ("RECEIVED", .left), ("FROM", .left), ("REASON", .left), ("DETAIL", .left)])
        for letter in letters {
            table.add(["\(letter.place)", TimeText.local(letter.received), letter.origin, letter.reason, letter.letter.detail])
        }
        Terminal.write(table.text(Terminal.style))
    }
}

/// Shows one dead letter.
struct DeadLetterShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one rejected record.",
        discussion: "The record itself is sealed; --unseal opens it with the vault, byte for byte.\n\n\(Outcome.note)")

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(help: ArgumentHelp("Offset on leadline.deadletter, with --kafka partition:offset.", valueName: "place"), transform: DeadLetterPlace.argument)
    var place: DeadLetterPlace

    @Flag(help: "Open the record with the vault. The read is noted in the access log.")
    var unseal = false

    @Option(help: ArgumentHelp("Why it is opened, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print it as JSON, bytes as base64 and as text.")
    var json = false

    /// Notes the read first. Nobody knows whose data a rejected record holds, so its key's random id stands there.
    private func open(_ letter: DeadLetterView, _ stored: StoredDeadLetters) throws -> OpenedRecord {
        try stored.note("deadletter show", [letter], reason: reason)
        return try OpenedRecord.open(letter.letter, try stored.vault(of: place))
    }

    func run() async throws {
        let stored = try StoredDeadLetters(data, kafka)
        let letter = try stored.at(place)
        let record = unseal ? try open(letter, stored) : nil
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
            For records that came too early or were refused by a rule that has changed. The dead letter stays as a record \
            of what happened. An outcome whose lead never came gets a new event id, because its old one counts as seen.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(help: ArgumentHelp("Offsets on leadline.deadletter, with --kafka partition:offset.", valueName: "place"), transform: DeadLetterPlace.argument)
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
        let stored = try StoredDeadLetters(data, kafka)
        let letters = places.isEmpty
            ? try stored.select(from: 0, limit: .max) { all || $0.reason == reason }
            : try places.map { try stored.at($0) }
        if letters.isEmpty {
            Terminal.line("No dead letter matches.")
            return
        }
        try stored.note("deadletter resubmit", letters, reason: "sent again, shown to nobody")
        var records: [NewRecord] = []
        for letter in letters {
            switch try OpenedRecord.open(letter.letter, try stored.vault(of: letter.place)) {
            case .erased: Terminal.say("error: the key was erased; the record cannot be sent again. dead letter \(letter.place)")
            case .notKept: Terminal.say("error: the record was too large to be kept; ask its producer for it. dead letter \(letter.place)")
            case .record(let record): records.append(try Self.again(record, letter))
            }
        }
        if dryRun {
            Terminal.line("Would send \(CountText.of(records.count, "record")): dead letters \(letters.map { "\($0.place)" }.joined(separator: ", "))")
            return
        }
        let publication = try await Publication.publish(records, to: stored.folder, kafka: stored.settings)
        Terminal.line("\(CountText.of(records.count, "record")) sent again")
        Terminal.say(publication.sentence)
        if records.count < letters.count { throw ExitCode(Outcome.checkFailed.rawValue) }
    }

    private static func again(_ record: WireDeadRecord, _ view: DeadLetterView) throws -> NewRecord {
        guard let topic = Topic(name: view.letter.origin.topic), topic.isInput else {
            throw CommandFailure(.checkFailed, "the dead letter names no input topic", at: "dead letter \(view.place)")
        }
        let again = NewRecord(
            topic: topic, key: record.hasKey ? Array(record.key) : nil,
            headers: record.headers.map { RecordHeader(name: Array($0.name), value: Array($0.value)) },
            value: record.hasValue ? Array(record.value) : nil)
        return view.letter.reason == .leadNeverCame ? try renamed(again) : again
    }

    /// The same event under a new id.
    private static func renamed(_ record: NewRecord) throws -> NewRecord {
        var record = record
        let id = UUID().uuidString.lowercased()
        let name = Array("ce_id".utf8)
        if let index = record.headers.lastIndex(where: { String(decoding: $0.name, as: UTF8.self).lowercased() == "ce_id" }) {
            record.headers[index] = RecordHeader(name: name, value: Array(id.utf8))
        } else if let value = record.value, var event = (try JSONSerialization.jsonObject(with: Data(value))) as? [String: Any] {
            event["id"] = id
            record.value = Array(try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes]))
        }
        return record
    }
}

/// The dead letters of a data folder, or of a cluster.
private struct StoredDeadLetters {
    private static let pageSize = 1_000
    let folder: DataFolder
    /// The cluster's, if the letters are there.
    let settings: KafkaSettings?
    private let log: EmbeddedLog

    init(_ data: DataFolderOptions, _ kafka: KafkaOptions) throws {
        settings = try kafka.settings()
        folder = try DataFolder(path: data.path)
        log = try EmbeddedLog(folder.openJournal())
        if settings == nil, !folder.shards.isEmpty {
            throw CommandFailure(
                .input, "this data folder belongs to a Kafka deployment, whose dead letters are on the cluster", at: folder.path,
                remedy: "Name the cluster with --kafka host:port, or in $LEADLINE_KAFKA")
        }
    }

    /// Notes in the access log that letters are opened.
    func note(_ command: String, _ letters: [DeadLetterView], reason: String) throws {
        let keys = letters.compactMap { SubjectID($0.letter.keyID)?.description }
        try AccessLog.note(folder, command: command, program: folder.settings.program, subjects: keys, reason: reason)
    }

    /// The vault that opens a letter.
    func vault(of place: DeadLetterPlace) throws -> Vault {
        guard let partition = place.partition else { return try folder.openVault().vault }
        let shard = try folder.shard(partition)
        guard FileManager.default.fileExists(atPath: shard.vaultPath) else {
            throw CommandFailure(
                .input, "the keys of partition \(partition) are not in this data folder", at: folder.path,
                remedy: "Use the data folder of the instance that has the partition; 'leadline status' shows the members")
        }
        return try shard.openVault().vault
    }

    /// Letters from an offset on, of every partition, the first `limit` that are wanted.
    func select(from: Int64, limit: Int, where isWanted: (DeadLetterView) -> Bool) throws -> [DeadLetterView] {
        var found: [DeadLetterView] = []
        try forEach(from: from) { view in
            if isWanted(view) { found.append(view) }
            return found.count < limit
        }
        return found
    }

    func at(_ place: DeadLetterPlace) throws -> DeadLetterView {
        var found: DeadLetterView?
        try forEach(from: place.offset) { view in
            if view.place == place { found = view }
            return found == nil && settings != nil
        }
        guard let found else {
            throw CommandFailure(.input, "there is no dead letter at \(place)", remedy: "'leadline deadletter list' shows them")
        }
        return found
    }

    /// Hands letters over until `body` says false.
    private func forEach(from: Int64, _ body: (DeadLetterView) throws -> Bool) throws {
        if let settings {
            var goesOn = true
            let reader = try TopicReader(settings, .deadletter, partitionCount: Topics.partitionCount(ClusterAdmin(settings)))
            var parts: [Int32: DeadLetterParts] = [:]
            try reader.readAll { record in
                guard goesOn, record.offset >= from, let value = record.value else { return }
                let letter = try WireDeadLetter(serializedBytes: value)
                guard let whole = parts[record.partition, default: .init()].take(letter, offset: record.offset) else { return }
                goesOn = try body(DeadLetterView(.init(partition: record.partition, offset: whole.offset), whole.letter))
            }
            return
        }
        var next = from
        while case let page = try log.deadLetters(from: next, limit: Self.pageSize), let last = page.last {
            next = last.offset + 1
            for stored in page where try !body(try DeadLetterView(.init(offset: stored.offset), stored: stored.bytes)) { return }
        }
    }
}
