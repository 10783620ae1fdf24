import ArgumentParser
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import TextFormats
import UseCases

/// Puts records on an input topic.
struct ProduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce", abstract: "Put records on an input topic.",
        discussion: """
            Reads JSON, one event a line. With --type each line is a bare message of that type and gets a CloudEvents \
            envelope in headers; without it each line is a structured CloudEvent. Records are durable when the command \
            says so; 'leadline run' processes them. What intake refuses later ends in the dead letters. A file that is one \
            JSON array is a batch of CloudEvents, and each of its events becomes a record.

            A line that cannot be sent is named by its number, never quoted; the others still go, and the exit code is 2.

              leadline produce leads --type leadline.v1.LeadSubmitted leads.jsonl
              leadline produce outcomes events.jsonl
              printf '\\377' | leadline produce leads --raw --content-type application/protobuf

            Topics: controls, partners, intents, outcomes, leads. \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Argument(help: ArgumentHelp("Input topic, e.g. leads.", valueName: "topic"))
    var topic: String

    @Argument(help: ArgumentHelp("File; - is stdin.", valueName: "file"))
    var file = "-"

    @Option(help: ArgumentHelp("Each line is a bare message of this type.", valueName: "type"))
    var type: String?

    @Option(
        help: ArgumentHelp("Record key. Default: the event's partitionkey, else the program.", valueName: "program"))
    var key: String?

    @Option(help: ArgumentHelp("CloudEvents source of bare messages.", valueName: "uri"))
    var source = EventRecord.ownSource

    @Option(
        help: ArgumentHelp(
            "CloudEvents id of bare messages: this and the line's number.",
            discussion: "The same file sent twice then counts once. Default: a random id.", valueName: "text"))
    var idPrefix: String?

    @Flag(help: "Records carry their event's time as history does. Needs structured events with a time.")
    var eventTime = false

    @Flag(help: "Send the whole file as one record's value, whatever it holds.")
    var raw = false

    @Option(help: ArgumentHelp("Content type of a --raw record.", valueName: "type"))
    var contentType = EventRecord.structuredType

    @Option(help: ArgumentHelp("A header more on every record; may be repeated.", valueName: "name=value"))
    var header: [String] = []

    @Flag(help: "Send lines that cannot be parsed too.")
    var noCheck = false

    @Option(help: ArgumentHelp("Records that become durable together.", valueName: "count"))
    var batch = 1_000

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func validate() throws {
        guard let topic = Topic(name: topic), topic.isInput else {
            throw ValidationError(
                "'\(Terminal.harmless(topic))' is no input topic; use \(Topic.inputs.map { "\($0)" }.joined(separator: ", "))"
            )
        }
        if let type, !raw {
            guard let kind = MessageKind(fullName: type), kind.topic == topic.name || noCheck else {
                let types = MessageKind.allCases.filter { $0.topic == topic.name }.map(\.fullName)
                throw ValidationError(
                    "--type is no message of \(topic.name); it carries \(types.joined(separator: ", "))")
            }
        }
        if batch < 1 || batch > 100_000 { throw ValidationError("--batch must be from 1 to 100000") }
        if eventTime && (raw || type != nil) { throw ValidationError("--event-time needs structured events") }
        if header.contains(where: { !$0.utf8.contains(UInt8(ascii: "=")) }) {
            throw ValidationError("--header is written name=value")
        }
    }

    func run() async throws {
        guard let topic = Topic(name: topic) else { preconditionFailure("validate checked the topic") }
        let deployment = try data.deployment(kafka)
        let sink = try deployment.topicWriter()
        let maker = LineRecords(
            topic: topic, program: deployment.program, key: key, type: type, source: source, idPrefix: idPrefix,
            usesEventTime: eventTime, isChecked: !noCheck, headers: header.map(Self.parse))
        let input = try LineFile(file)
        if raw && !contentType.utf8.starts(with: EventBatch.contentType.utf8) {
            try sink.append([maker.raw(try input.rest(), contentType: contentType)])
            return try finish(sent: 1, refused: [])
        }
        if raw { return try sendBatch(try input.rest(), maker, sink) }
        try sendLines(input, maker, sink)
    }

    private func sendLines(_ input: LineFile, _ maker: LineRecords, _ sink: TopicWriter) throws {
        var progress = ProgressBar("sending", unit: "records")
        defer { progress.finish() }
        var waiting: [NewRecord] = []
        var sent = 0
        var refused: [Int] = []
        while let line = try input.next() {
            if line.bytes.isEmpty { continue }
            if line.number == 1, type == nil, !noCheck, EventBatch.isBatch(line.bytes) {
                return try sendBatch(line.bytes + [0x0A] + input.rest(), maker, sink)
            }
            do {
                waiting.append(try maker.record(line.bytes, number: line.number))
            } catch let problem as LineRecords.Problem {
                refused.append(line.number)
                progress.finish()
                Terminal.say(
                    "error: \(problem.what). \(input.name):\(line.number)\(problem.remedy.isEmpty ? "" : ". " + problem.remedy)"
                )
            }
            if waiting.count == batch {
                try sink.append(waiting)
                sent += waiting.count
                waiting.removeAll(keepingCapacity: true)
                progress.update(UInt64(sent))
            }
        }
        try sink.append(waiting)
        sent += waiting.count
        progress.finish()
        try finish(sent: sent, refused: refused)
    }

    /// Sends the events of a batch, all of them or none.
    private func sendBatch(_ bytes: [UInt8], _ maker: LineRecords, _ sink: TopicWriter) throws {
        let events: [[UInt8]]
        do { events = try EventBatch.events(bytes) } catch {
            throw UseCases.Problem(.invalid, "the batch cannot be read: \(error.detail)", at: file)
        }
        var records: [NewRecord] = []
        for (index, event) in events.enumerated() {
            do { records.append(try maker.record(event, number: index + 1)) } catch let problem as LineRecords.Problem {
                throw UseCases.Problem(.invalid, "event \(index + 1) of the batch: \(problem.what)", at: file, remedy: problem.remedy)
            }
        }
        var rest = records[...]
        while !rest.isEmpty {
            try sink.append(Array(rest.prefix(batch)))
            rest = rest.dropFirst(batch)
        }
        try finish(sent: records.count, refused: [])
    }

    private func finish(sent: Int, refused: [Int]) throws {
        if json {
            Terminal.line(
                JSONText.object([
                    ("topic", JSONText.quoted(Topic(name: topic)?.name ?? topic)), ("sent", "\(sent)"),
                    ("refusedLines", "[\(refused.map(String.init).joined(separator: ","))]"),
                ]))
        } else {
            let rest = refused.isEmpty ? "" : ", \(CountText.of(refused.count, "line")) not sent"
            Terminal.line("\(CountText.of(sent, "record")) on \(Topic(name: topic)?.name ?? topic)\(rest)")
        }
        if !refused.isEmpty { throw ExitCode(Outcome.input.rawValue) }
    }

    private static func parse(_ header: String) -> RecordHeader {
        let parts = header.unicodeScalars.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return RecordHeader(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}

/// Makes records of lines.
private struct LineRecords {
    /// What is wrong with a line, without a word of it.
    struct Problem: Error {
        var what: String
        var remedy: String
    }

    var topic: Topic
    var program: String
    var key: String?
    var type: String?
    var source: String
    var idPrefix: String?
    var usesEventTime: Bool
    var isChecked: Bool
    var headers: [RecordHeader]

    func record(_ bytes: [UInt8], number: Int) throws -> NewRecord {
        let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
        if isChecked && object == nil {
            throw Problem(
                what: "the line is not a JSON object", remedy: "Mend the line, or send it as it is with --no-check")
        }
        if let type {
            let id = idPrefix.map { "\($0)\(number)" } ?? UUID().uuidString.lowercased()
            return EventRecord.binary(
                topic: topic, program: key ?? program, type: type, id: id, source: source, body: bytes,
                extraHeaders: headers)
        }
        return try structured(bytes, object ?? [:])
    }

    private func structured(_ bytes: [UInt8], _ event: [String: Any]) throws -> NewRecord {
        if isChecked && event["specversion"] == nil {
            throw Problem(
                what: "the line is no structured CloudEvent: it has no specversion",
                remedy: "For bare messages name their type, e.g. --type leadline.v1.LeadSubmitted")
        }
        let partition = key ?? (event["partitionkey"] as? String) ?? program
        var record = EventRecord.structured(topic: topic, program: partition, body: bytes, extraHeaders: headers)
        if usesEventTime {
            guard let time = (event["time"] as? String).flatMap(RFC3339.parse) else {
                throw Problem(what: "the event has no time in RFC 3339", remedy: "--event-time needs one")
            }
            record.eventTime = time
        }
        return record
    }

    func raw(_ bytes: [UInt8], contentType: String) -> NewRecord {
        guard let type else {
            let all = [RecordHeader("content-type", contentType)] + headers
            return NewRecord(topic: topic, key: Array((key ?? program).utf8), headers: all, value: bytes)
        }
        return EventRecord.binary(
            topic: topic, program: key ?? program, type: type,
            id: (idPrefix.map { $0 + "1" }) ?? UUID().uuidString.lowercased(),
            source: source, body: bytes, contentType: contentType, extraHeaders: headers)
    }
}
