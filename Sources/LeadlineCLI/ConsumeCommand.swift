import ArgumentParser
import Engine
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases
import Vault

/// Reads a topic.
struct ConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume", abstract: "Read a topic.",
        discussion: """
            decisions   What Leadline did. With --json one structured CloudEvent a line; its id never changes. With --kafka
                        the cluster's topic is read, from its beginning, and --follow waits for more.
            journal     The program's entries: every input with what came of it. --from is a position.
            deadletter  Rejected records with the reason; --unseal opens them, and the read is noted in the access log.
            controls, partners, intents, outcomes, leads
                        Records that wait to be processed, without their content.

            Reading changes nothing; who reads keeps the offset (--offsets prints where to go on).

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

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

    @Flag(help: "Open dead letters with the vault. The read is noted in the access log.")
    var unseal = false

    @Option(help: ArgumentHelp("Why they are opened, for the access log.", valueName: "text"))
    var reason = ""

    func validate() throws {
        guard let topic = Topic(name: topic) else {
            throw ValidationError(
                "there is no topic '\(Terminal.harmless(topic))'; use \(Topic.allCases.map { "\($0)" }.joined(separator: ", "))"
            )
        }
        if topic == .keys || topic == .checkpoints {
            throw ValidationError(
                "\(topic.name) is a topic of the Kafka transport; an embedded data folder does not have it")
        }
        if kafka.bootstrap != nil {
            guard topic == .decisions else {
                throw ValidationError(
                    "with --kafka only decisions are read; 'leadline deadletter list --kafka' lists what was rejected")
            }
            if from != 0 || offsets {
                throw ValidationError(
                    "--from and --offsets are of a data folder's own topics; a cluster's consumers keep theirs in a group"
                )
            }
        }
        if from < 0 { throw ValidationError("--from must be at least 0") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if unseal && topic != .deadletter {
            throw ValidationError("--unseal is for deadletter; 'leadline leads show --unseal' opens a lead")
        }
        try UnsealOption.check(unseal, reason)
    }

    func run() async throws {
        guard let topic = Topic(name: topic) else { preconditionFailure("validate checked the topic") }
        if let settings = try kafka.settings() { return try await readCluster(settings) }
        let deployment = try data.deployment(reason: reason)
        let lines = TopicLines(currency: try deployment.currency(), isJSON: json)
        let reader = PageReader(feed: try deployment.feed(of: topic, unseals: unseal), lines: lines)
        if follow {
            let (from, limit, offsets) = (from, limit, offsets)
            try await GracefulStop.run { try await reader.follow(from, limit, tellsOffset: offsets) }
            return
        }
        var next = from
        let printed = try reader.drain(&next, limit)
        if printed == 0 && !json { Terminal.say(emptyText(topic)) }
        if offsets { Terminal.say("next offset \(next)") }
    }

    private func emptyText(_ topic: Topic) -> String {
        if from > 0 { return "Nothing on \(topic.name) from \(from) on." }
        switch topic {
        case .decisions, .journal:
            return
                "Nothing on \(topic.name) yet. 'leadline produce' sends records, 'leadline run --once' processes them."
        case .deadletter: return "No dead letters: nothing was rejected."
        default: return "Nothing waits on \(topic.name)."
        }
    }

    // MARK: A cluster

    /// Needs no data folder: whoever may read the topic may run it anywhere.
    private func readCluster(_ settings: KafkaSettings) async throws {
        let (program, limit, follow, isJSON) = (data.givenProgram, limit, follow, json)
        try await GracefulStop.run {
            try await ThreadTaskExecutor("leadline.consume").run {
                let decisions = try ClusterDecisions(settings, program: program)
                var printer = ClusterPrinter(lines: TopicLines(currency: "", isJSON: isJSON), limit: limit)
                try decisions.readAll(while: { !printer.isFull }) { try printer.take($0) }
                if printer.printed == 0, !follow, !isJSON { Terminal.say("Nothing on leadline.decisions yet.") }
                while follow, !printer.isFull, !Task.isCancelled {
                    try decisions.read(waitMillis: 200) { try printer.take($0) }
                }
            }
        }
    }
}

/// Prints what comes from a cluster, up to a limit.
private struct ClusterPrinter {
    let lines: TopicLines
    let limit: Int?
    private(set) var printed = 0

    init(lines: TopicLines, limit: Int?) {
        self.lines = lines
        self.limit = limit
    }

    var isFull: Bool { limit.map { printed >= $0 } ?? false }

    mutating func take(_ item: TopicItem) throws {
        if isFull { return }
        printed += 1
        for line in try lines.of(item) { Terminal.line(line) }
    }
}

/// Prints a data folder's topic page by page.
private struct PageReader: Sendable {
    private static let pageSize = 500
    private static let pollEvery = Duration.milliseconds(200)

    let feed: TopicFeed
    let lines: TopicLines

    /// Prints what is there. Returns how many things.
    func drain(_ next: inout Int64, _ limit: Int?) throws -> Int {
        var printed = 0
        while printed < limit ?? .max {
            let page = try feed.page(from: next, limit: min(Self.pageSize, (limit ?? .max) - printed))
            if page.items.isEmpty && page.next == next { break }
            next = page.next
            printed += page.items.count
            let text = try page.items.flatMap(lines.of)
            if !text.isEmpty { Terminal.write(text.joined(separator: "\n") + "\n") }
        }
        return printed
    }

    func follow(_ from: Int64, _ limit: Int?, tellsOffset: Bool) async throws {
        var next = from
        var left = limit
        while !Task.isCancelled && left != 0 {
            let printed = try drain(&next, left)
            left = left.map { $0 - printed }
            if left == 0 { break }
            do { try await Task.sleep(for: Self.pollEvery) } catch { break }
        }
        if tellsOffset { Terminal.say("next offset \(next)") }
    }
}
