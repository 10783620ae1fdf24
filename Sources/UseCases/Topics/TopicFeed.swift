import Audit
public import Engine
import GRDB
import Journal
public import KafkaTransport
public import LeadlineCore
import LeadlineSchemas
public import Reports
import Vault

/// What stands on a topic, one thing at a time.
public enum TopicItem: Sendable {
    /// A decision, and where it stands: an offset, on a cluster partition:offset.
    case decision(PublishedDecision, place: String)
    /// An entry of the journal as it is stored.
    case entry([UInt8])
    /// A dead letter, with its record if it was opened.
    case deadLetter(DeadLetterView, OpenedRecord?)
    /// A record that waits, without its content.
    case waiting(WaitingRecord)
}

/// A record that waits to be processed, without its content.
public struct WaitingRecord: Sendable {
    public let offset: Int64
    public let received: Timestamp
    public let isImported: Bool
    /// Its key where that is text.
    public let key: String?
    /// Bytes of its value; nil for a tombstone.
    public let valueBytes: Int?
}

/// A page of a topic.
public struct TopicPage: Sendable {
    public var items: [TopicItem]
    /// Where to go on.
    public var next: Int64
}

extension Deployment {
    /// One of the data folder's topics, open to be read.
    /// - Parameter unseals: opens dead letters; each page that is read is noted first.
    public func feed(of topic: Topic, unseals: Bool) throws(Problem) -> TopicFeed {
        try Problem.told {
            TopicFeed(deployment: self, topic: topic, unseals: unseals, journal: try folder.openJournalReadOnly())
        }
    }
}

/// One of a data folder's topics, read page by page. Reading changes nothing.
public struct TopicFeed: Sendable {
    fileprivate let deployment: Deployment
    fileprivate let topic: Topic
    fileprivate let unseals: Bool
    fileprivate let journal: DatabaseQueue

    /// A page from an offset on; on the journal from a position on.
    public func page(from offset: Int64, limit: Int) throws(Problem) -> TopicPage {
        try Problem.told {
            switch topic {
            case .decisions: try decisions(offset, limit)
            case .journal: try entries(offset, limit)
            case .deadletter: try deadLetters(offset, limit)
            default: try waiting(offset, limit)
            }
        }
    }

    private func decisions(_ from: Int64, _ limit: Int) throws -> TopicPage {
        let (decisions, next) = try journal.read {
            try DecisionFeed.read(from: UInt64(from), entryLimit: limit, in: $0)
        }
        var page = TopicPage(items: [], next: from)
        for (offset, decision) in decisions where page.items.count < limit {
            page.next = Int64(offset) + 1
            if decision.program != deployment.program { continue }
            page.items.append(.decision(decision, place: "\(offset)"))
        }
        if page.items.count < limit { page.next = Int64(next) }
        return page
    }

    private func entries(_ from: Int64, _ limit: Int) throws -> TopicPage {
        var page = TopicPage(items: [], next: from)
        try journal.read { db in
            let last = UInt64(from) + UInt64(limit) - 1
            try JournalReader().forEachEntry(program: deployment.program, from: UInt64(from), through: last, in: db) {
                position, bytes in
                page.items.append(.entry(unsafe bytes.withUnsafeBytes { unsafe Array($0) }))
                page.next = Int64(position) + 1
            }
        }
        return page
    }

    private func deadLetters(_ from: Int64, _ limit: Int) throws -> TopicPage {
        let (letters, next) = try DeadLetterBox(deployment).page(from: from, limit: limit)
        var vault: Vault?
        if unseals, !letters.isEmpty {
            try deployment.noteDeadLetters("consume deadletter", letters)
            vault = try deployment.openedVault().vault
        }
        let items = try letters.map { letter in
            TopicItem.deadLetter(letter, try vault.map { try OpenedRecord.open(letter.letter, $0) })
        }
        return TopicPage(items: items, next: next ?? from)
    }

    /// True for a record whose key names the program; one that names none is shown with the data folder's own.
    private func isTheirs(_ record: LogRecord) -> Bool {
        guard let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }) else {
            return deployment.program == deployment.root.settings.program
        }
        return key == deployment.program
    }

    private func waiting(_ from: Int64, _ limit: Int) throws -> TopicPage {
        let records = try EmbeddedLog(deployment.folder.openJournal()).pending(topic, from: from, limit: limit)
        let items = records.filter(isTheirs).map { record in
            TopicItem.waiting(
                WaitingRecord(
                    offset: record.offset, received: record.received, isImported: record.isImported,
                    key: record.key.flatMap { String(validating: $0, as: UTF8.self) }, valueBytes: record.value?.count))
        }
        return TopicPage(items: items, next: records.last.map { $0.offset + 1 } ?? from)
    }
}

/// The decisions on a cluster's topic, read as any consumer would: committed ones only, in the order of each partition.
public final class ClusterDecisions {
    private let reader: TopicReader
    private let program: String?

    /// - Parameter program: only its decisions; nil takes all.
    public init(_ cluster: KafkaSettings, program: String?) throws(Problem) {
        self.program = program
        reader = try Problem.told {
            try TopicReader(cluster, .decisions, partitionCount: Topics.partitionCount(ClusterAdmin(cluster)))
        }
    }

    /// Every decision that is there now.
    /// - Parameter goesOn: asked between fetches; false ends the reading early.
    public func readAll(while goesOn: () -> Bool, _ body: (TopicItem) throws -> Void) throws(Problem) {
        try Problem.told { try reader.readAll(while: goesOn) { try take($0, body) } }
    }

    /// What has come since, after waiting up to `waitMillis` for the first.
    public func read(waitMillis: Int32, _ body: (TopicItem) throws -> Void) throws(Problem) {
        try Problem.told { try reader.read(waitMillis: waitMillis) { try take($0, body) } }
    }

    private func take(_ record: TopicRecord, _ body: (TopicItem) throws -> Void) throws {
        guard let value = record.value else { return }
        let place = "\(record.partition):\(record.offset)"
        let decision: PublishedDecision
        do { decision = try PublishedDecision(headers: record.headers, value: value) } catch {
            throw Problem(.checkFailed, "\(error)", at: "leadline.decisions \(place)")
        }
        if let program, decision.program != program { return }
        try body(.decision(decision, place: place))
    }
}
