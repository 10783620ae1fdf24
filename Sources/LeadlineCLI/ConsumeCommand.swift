import ArgumentParser
import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

/// Reads a topic.
struct ConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume", abstract: "Read a topic.",
        discussion: """
            decisions   What Leadline did. With --json one structured CloudEvent a line; its id never changes.
            journal     The program's entries: every input with what came of it. --from is a position.
            deadletter  Rejected records with the reason; --unseal opens them.
            controls, partners, intents, outcomes, leads
                        Records that wait to be processed, without their content.

            Reading changes nothing; who reads keeps the offset (--offsets prints where to go on).

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Argument(help: ArgumentHelp("Topic, e.g. decisions.", valueName: "topic"))
    var topic: String

    @Option(help: ArgumentHelp("First offset; on journal the first position.", valueName: "offset"))
    var from: Int64 = 0

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?

    @Flag(help: "Wait for more until stopped.")
    var follow = false

    @Flag(help: "Print on stderr the offset to go on from.")
    var offsets = false

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Flag(help: "Open dead letters with the vault.")
    var unseal = false

    func validate() throws {
        guard let topic = Topic(name: topic) else {
            throw ValidationError("there is no topic '\(Terminal.harmless(topic))'; use \(Topic.allCases.map { "\($0)" }.joined(separator: ", "))")
        }
        if topic == .keys || topic == .checkpoints {
            throw ValidationError("\(topic.name) is a topic of the Kafka transport; an embedded data folder does not have it")
        }
        if from < 0 { throw ValidationError("--from must be at least 0") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if unseal && topic != .deadletter { throw ValidationError("--unseal is for deadletter; 'leadline leads show --unseal' opens a lead") }
    }

    func run() async throws {
        guard let topic = Topic(name: topic) else { preconditionFailure("validate checked the topic") }
        let folder = try data.folder()
        let reader = try TopicReader(
            topic: topic, folder: folder, program: data.program(in: folder), onlyProgram: data.givenProgram, asJSON: json,
            isUnsealed: unseal)
        if follow {
            let (from, limit, offsets) = (from, limit, offsets)
            try await GracefulStop.run { try await Self.follow(reader, from, limit, offsets) }
            return
        }
        var next = from
        let printed = try Self.drain(reader, &next, limit)
        if printed == 0 && !json { Terminal.say(reader.emptyText(from: from)) }
        if offsets { Terminal.say("next offset \(next)") }
    }

    private static let pageSize = 500
    private static let pollEvery = Duration.milliseconds(200)

    /// Prints what is there. Returns how many lines.
    private static func drain(_ reader: TopicReader, _ next: inout Int64, _ limit: Int?) throws -> Int {
        var printed = 0
        while printed < limit ?? .max {
            let page = try reader.page(from: next, limit: min(pageSize, (limit ?? .max) - printed))
            if page.lines.isEmpty && page.next == next { break }
            next = page.next
            printed += page.lines.count
            if !page.lines.isEmpty { Terminal.write(page.lines.joined(separator: "\n") + "\n") }
        }
        return printed
    }

    private static func follow(_ reader: TopicReader, _ from: Int64, _ limit: Int?, _ offsets: Bool) async throws {
        var next = from
        var left = limit
        while !Task.isCancelled && left != 0 {
            let printed = try drain(reader, &next, left)
            left = left.map { $0 - printed }
            if left == 0 { break }
            do { try await Task.sleep(for: pollEvery) } catch { break }
        }
        if offsets { Terminal.say("next offset \(next)") }
    }
}

/// Reads one topic in pages of printed lines.
private struct TopicReader: Sendable {
    struct Page {
        var lines: [String]
        var next: Int64
    }

    let topic: Topic
    let program: String
    let onlyProgram: String?
    let asJSON: Bool
    private let isUnsealed: Bool
    private let folder: DataFolder
    private let journal: DatabaseQueue
    private let currency: String

    init(topic: Topic, folder: DataFolder, program: String, onlyProgram: String?, asJSON: Bool, isUnsealed: Bool) throws {
        self.topic = topic
        self.program = program
        self.onlyProgram = onlyProgram
        self.asJSON = asJSON
        self.isUnsealed = isUnsealed
        self.folder = folder
        journal = try folder.openJournalReadOnly()
        currency = try LeadEntries.currency(folder, program)
    }

    func emptyText(from: Int64) -> String {
        if from > 0 { return "Nothing on \(topic.name) from \(from) on." }
        switch topic {
        case .decisions, .journal: return "Nothing on \(topic.name) yet. 'leadline produce' sends records, 'leadline run --once' processes them."
        case .deadletter: return "No dead letters: nothing was rejected."
        default: return "Nothing waits on \(topic.name)."
        }
    }

    func page(from: Int64, limit: Int) throws -> Page {
        switch topic {
        case .decisions: asJSON ? try decisionsJSON(from, limit) : try decisionsText(from, limit)
        case .journal: try entries(from, limit)
        case .deadletter: try deadLetters(from, limit)
        default: try pending(from, limit)
        }
    }

    private var words: EventWords { EventWords(currency: currency) { TimeText.local($0) } }

    // MARK: Decisions

    private func decisionsJSON(_ from: Int64, _ limit: Int) throws -> Page {
        let (decisions, next) = try journal.read { try DecisionFeed.read(from: UInt64(from), entryLimit: limit, in: $0) }
        var page = Page(lines: [], next: from)
        for (offset, decision) in decisions where page.lines.count < limit {
            page.next = Int64(offset) + 1
            if let onlyProgram, decision.program != onlyProgram { continue }
            page.lines.append(String(decoding: try decision.structuredJSON(), as: UTF8.self))
        }
        if page.lines.count < limit { page.next = Int64(next) }
        return page
    }

    private func decisionsText(_ from: Int64, _ limit: Int) throws -> Page {
        var page = Page(lines: [], next: from)
        try journal.read { db in
            for stored in try JournalReader().decisions(fromOffset: UInt64(from), limit: limit, in: db) {
                let entry = try EntryCodec.decode(stored.bytes)
                for (ordinal, event) in entry.events.enumerated() {
                    let offset = Int64(stored.place.firstDecisionOffset) + Int64(ordinal)
                    if offset < from || page.lines.count == limit { continue }
                    page.next = offset + 1
                    if let onlyProgram, stored.place.program != onlyProgram { continue }
                    let text = Terminal.harmless(words.sentence(event))
                    page.lines.append("\(offset)  \(TimeText.local(entry.stamp))  \(stored.place.program)/\(entry.position)/\(ordinal)  \(text)")
                }
            }
        }
        return page
    }

    // MARK: Journal

    private func entries(_ from: Int64, _ limit: Int) throws -> Page {
        var page = Page(lines: [], next: from)
        try journal.read { db in
            let last = UInt64(from) + UInt64(limit) - 1
            try JournalReader().forEachEntry(program: program, from: UInt64(from), through: last, in: db) { position, bytes in
                let stored = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
                page.lines += asJSON ? [try WireEntry(serializedBytes: stored).jsonString()] : try text(stored)
                page.next = Int64(position) + 1
            }
        }
        return page
    }

    private func text(_ stored: [UInt8]) throws -> [String] {
        let entry = try EntryCodec.decode(stored)
        let input = FactWords { TimeText.local($0) }.sentence(entry.input.fact, imported: entry.input.imported)
        let head = "#\(entry.position)  \(TimeText.local(entry.stamp))  \(Terminal.harmless(input))"
        return [head] + entry.events.map { "    \(Terminal.harmless(words.sentence($0)))" }
    }

    // MARK: Topics of the log

    private func deadLetters(_ from: Int64, _ limit: Int) throws -> Page {
        let vault = isUnsealed ? try folder.openVault().vault : nil
        var page = Page(lines: [], next: from)
        let views = try EmbeddedLog(folder.openJournal()).deadLetters(from: from, limit: limit).map {
            try DeadLetterView(.init(offset: $0.offset), stored: $0.bytes)
        }
        if isUnsealed && !views.isEmpty {
            let keys = views.compactMap { SubjectID($0.letter.keyID)?.description }
            try AccessLog.note(folder, command: "consume deadletter", program: program, subjects: keys, reason: "")
        }
        for view in views {
            let record = try vault.map { try OpenedRecord.open(view.letter, $0) }
            page.next = view.place.offset + 1
            if asJSON {
                page.lines.append(view.json(record))
            } else {
                page.lines.append("\(view.place)  \(TimeText.local(view.received))  \(Terminal.harmless(view.origin))  \(view.sentence)")
                page.lines += (record?.lines ?? []).map { "    \($0)" }
            }
        }
        return page
    }

    private func pending(_ from: Int64, _ limit: Int) throws -> Page {
        var page = Page(lines: [], next: from)
        for record in try EmbeddedLog(folder.openJournal()).pending(topic, from: from, limit: limit) {
            page.next = record.offset + 1
            let key = record.key.flatMap { String(validating: $0, as: UTF8.self) }
            let size = record.value.map { "\($0.count)" }
            if asJSON {
                page.lines.append(JSONText.object([
                    ("offset", "\(record.offset)"), ("received", JSONText.quoted(TimeText.utc(record.received))),
                    ("imported", record.isImported ? "true" : nil), ("key", key.map(JSONText.quoted)), ("valueBytes", size),
                ]))
            } else {
                page.lines.append("\(record.offset)  \(TimeText.local(record.received))  \(Terminal.harmless(key ?? "(no key)"))  \(size.map { "\($0) bytes" } ?? "no value")")
            }
        }
        return page
    }
}
