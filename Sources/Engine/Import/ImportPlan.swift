import Foundation
public import LeadlineCore
public import LeadlineSchemas
import TextFormats

/// What became of one row.
public struct ImportRowReport: Equatable, Sendable {
    /// Path of the file, as the mapping names it.
    public var file: String
    /// Line on which the row starts, from 1.
    public var line: Int
    /// Id of the lead, partner or account; empty if the row was refused before it had one.
    public var id: String
    /// "partner", "account", "won", "lost", "withdrawn", "open", "repeated", "left-out" or "refused".
    public var outcome: String
    /// Rules of the mapping that applied, in order.
    public var rules: [String]
    /// When the lead came in, and when it ended; nil for what is no lead, is open, or comes at the end of history.
    public var came: Timestamp?
    public var ended: Timestamp?
    /// Who had the lead; nil if nobody is known.
    public var partner: String?
    /// What the lead was thought to be worth, and what it was won for.
    public var value: Amount?
    public var amount: Amount?
    /// True for a row of the file of leads, read as one.
    var isOfLeads = false

    /// Money of a row.
    public struct Amount: Equatable, Sendable {
        public var minorUnits: Int64
        public var currency: String

        init(_ money: WireMoney) { (minorUnits, currency) = (money.minorUnits, money.currency) }
    }

    static let refused = "refused"
    static let repeated = "repeated"
    static let leftOut = "left-out"

    init(file: String, line: Int, id: String, outcome: String, rules: [String]) {
        self.file = file
        self.line = line
        self.id = id
        self.outcome = outcome
        self.rules = rules
    }
}

/// How a file of an import is written.
public struct ImportFileForm: Equatable, Sendable {
    /// Path of the file, as the mapping names it.
    public var file: String
    /// Name of its encoding, e.g. "utf-8".
    public var encoding: String
    /// In words, e.g. "utf-8, semicolons".
    public var words: String
    /// What stands between its fields.
    public var delimiter: String

    init(file: String, form: CSVFile.Form) {
        self.file = file
        encoding = form.encoding.rawValue
        words = form.words
        delimiter = String(decoding: [form.delimiter], as: UTF8.self)
    }
}

/// How many rows a rule applied to.
public struct ImportRuleCount: Equatable, Sendable {
    public var file: String
    public var rule: String
    public var rows: Int
}

/// What a plan holds, in numbers.
public struct ImportCounts: Equatable, Sendable {
    /// Rows of the file of leads, without those that the mapping leaves out.
    public var rows = 0
    public var partners = 0
    public var accounts = 0
    public var leads = 0
    public var won = 0
    public var lost = 0
    public var withdrawn = 0
    public var open = 0
    /// Rows of any file that the mapping's rules refused.
    public var refused = 0
    /// Rows of any file that the mapping's `keep` and `drop` leave out.
    public var leftOut = 0
    /// Rows that say of a partner or an account what an earlier row says.
    public var repeated = 0
}

/// What an import makes of history.
public enum ImportMode: String, Sendable {
    /// Past assignments stay as they were; a lead that history gave to nobody is routed.
    case history
    /// Leadline assigns every lead.
    case route
    /// Past assignments stay as they were and outcomes teach; what history gave to nobody is left out, so that nothing
    /// is newly decided.
    case train
}

/// One record of an import, before it has its envelope.
struct PlannedRecord: Sendable {
    var time: Timestamp
    var kind: MessageKind
    /// Row of its file, from 1; 0 for the program and its policy.
    var row: Int
    var bytes: [UInt8]
}

/// A folder of CSV files as a history: every record with the time of its event, in the order of the log.
///
/// The same files, mapping, policy, program and mode give the same plan, to the byte. All of it is held in memory,
/// some hundred bytes a record.
public struct ImportPlan: Sendable {
    /// Most rows that are read from one file.
    public static let rowsMax = 1_000_000

    /// Names the import: a hash of the mapping, the policy, the files, the program and the mode.
    public let importID: String
    public let program: String
    /// When the history starts: a day before its first dated event.
    public let firstMoment: Timestamp
    /// When its last event happened.
    public let lastMoment: Timestamp
    public let counts: ImportCounts
    /// Every row of the files of partners, accounts and leads, in that order.
    public let rows: [ImportRowReport]
    /// By file, then by rule.
    public let ruleCounts: [ImportRuleCount]
    /// How each file is written.
    public let forms: [ImportFileForm]
    /// What the person who imports should look at, a sentence each.
    public let warnings: [String]

    private let source: String
    private let records: [PlannedRecord]

    /// How many records the import writes.
    public var recordCount: Int { records.count }

    /// Reads the files and lays the history out. Changes nothing.
    /// - Parameters:
    ///   - mapping: How the files are read.
    ///   - folder: Where they lie.
    ///   - policy: Published at the start of the history, if given.
    ///   - program: The program that the history belongs to.
    ///   - mode: What becomes of past assignments.
    ///   - now: No event of history may lie after it.
    /// - Throws: `ImportError`.
    public init(
        mapping: ImportMapping, from folder: String, policy: WirePolicy?, program: String, mode: ImportMode,
        now: Timestamp
    ) throws {
        guard FieldRules.isID(program) else {
            throw ImportError.mapping(at: "--program", "must match [A-Za-z0-9._:-]{1,128}")
        }
        var layout = try ImportLayout(mapping, policy: policy, folder: folder, mode: mode, now: now)
        try layout.readAll()
        try layout.addProgram(policy)
        self.program = program
        source = mapping.source
        // Training that leaves nothing out writes what history writes, and is the same import.
        importID = try ImportIdentity.of(
            mapping, folder: folder, policy: policy, program: program,
            mode: mode == .train && layout.leftOut == 0 ? .history : mode)
        (firstMoment, lastMoment) = (layout.start, layout.end)
        (counts, rows) = (layout.counts, layout.reports)
        ruleCounts = Self.count(layout.reports)
        (forms, warnings) = (layout.forms, layout.warnings)
        // The order of the log: time, then topic, then as read.
        let ranks = layout.records.map(\.kind.rank)
        records = layout.records.enumerated().sorted { a, b in
            (a.element.time, ranks[a.offset], a.offset) < (b.element.time, ranks[b.offset], b.offset)
        }.map(\.element)
    }

    private static func count(_ rows: [ImportRowReport]) -> [ImportRuleCount] {
        var counts: [ImportRuleCount] = []
        var indexes: [[String]: Int] = [:]
        var files: [String] = []
        for row in rows {
            if !files.contains(row.file) { files.append(row.file) }
            for rule in row.rules {
                if let index = indexes[[row.file, rule]] {
                    counts[index].rows += 1
                } else {
                    indexes[[row.file, rule]] = counts.count
                    counts.append(ImportRuleCount(file: row.file, rule: rule, rows: 1))
                }
            }
        }
        return files.flatMap { file in counts.filter { $0.file == file }.sorted { $0.rule < $1.rule } }
    }

    /// True if the record at `index` registers the program, which a program that exists does not need.
    func isRegistration(_ index: Int) -> Bool { records[index].kind == .programRegistered }

    /// Records as CloudEvents in binary mode (Kafka protocol binding), in order. Ids are import, row and kind.
    public func newRecords(_ range: Range<Int>) -> [NewRecord] {
        let fixed = [
            RecordHeader("content-type", "application/protobuf"), RecordHeader("ce_specversion", "1.0"),
            RecordHeader("ce_source", source), RecordHeader("ce_partitionkey", program),
        ]
        return records[range].map { record in
            let name = record.kind.fullName
            return NewRecord(
                topic: record.kind.inputTopic, key: Array(program.utf8),
                headers: fixed + [
                    RecordHeader("ce_id", "\(importID):\(record.row):\(name.split(separator: ".").last ?? "")"),
                    RecordHeader("ce_type", name),
                    RecordHeader("ce_time", RFC3339.format(record.time)),
                ],
                value: record.bytes, eventTime: record.time)
        }
    }
}

extension MessageKind {
    var inputTopic: Topic {
        guard let topic = Topic(name: topic) else { preconditionFailure("every kind's topic is an input topic") }
        return topic
    }

    /// The topic's place in merge order.
    var rank: Int { inputTopic.rawValue }
}
