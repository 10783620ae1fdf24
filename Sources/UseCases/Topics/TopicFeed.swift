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
    /// A page of one of the data folder's topics. Reading changes nothing.
    /// - Parameters:
    ///   - offset: where to begin; on the journal a position.
    ///   - unseals: opens dead letters; the read is noted first.
    public func page(of topic: Topic, from offset: Int64, limit: Int, unseals: Bool) throws(Problem) -> TopicPage {
        try Problem.told {
            switch topic {
            case .decisions: try decisions(offset, limit)
            case .journal: try entries(offset, limit)
            case .deadletter: try deadLetters(offset, limit, unseals)
            default: try waiting(topic, offset, limit)
            }
        }
    }

    private func decisions(_ from: Int64, _ limit: Int) throws -> TopicPage {
        let (decisions, next) = try folder.openJournalReadOnly().read {
            try DecisionFeed.read(from: UInt64(from), entryLimit: limit, in: $0)
        }
        var page = TopicPage(items: [], next: from)
        for (offset, decision) in decisions where page.items.count < limit {
            page.next = Int64(offset) + 1
            if let namedProgram, decision.program != namedProgram { continue }
            page.items.append(.decision(decision, place: "\(offset)"))
        }
        if page.items.count < limit { page.next = Int64(next) }
        return page
    }

    private func entries(_ from: Int64, _ limit: Int) throws -> TopicPage {
        var page = TopicPage(items: [], next: from)
        try folder.openJournalReadOnly().read { db in
            let last = UInt64(from) + UInt64(limit) - 1
            try JournalReader().forEachEntry(program: program, from: UInt64(from), through: last, in: db) {
                position, bytes in
                page.items.append(.entry(unsafe bytes.withUnsafeBytes { unsafe Array($0) }))
                page.next = Int64(position) + 1
            }
        }
        return page
    }

    private func deadLetters(_ from: Int64, _ limit: Int, _ unseals: Bool) throws -> TopicPage {
        let letters = try DeadLetterBox(self).page(from: from, limit: limit)
        var vault: Vault?
        if unseals, !letters.isEmpty {
            try noteDeadLetters("consume deadletter", letters)
            vault = try folder.openVault().vault
        }
        let items = try letters.map { letter in
            TopicItem.deadLetter(letter, try vault.map { try OpenedRecord.open(letter.letter, $0) })
        }
        return TopicPage(items: items, next: letters.last.map { $0.place.offset + 1 } ?? from)
    }

    private func waiting(_ topic: Topic, _ from: Int64, _ limit: Int) throws -> TopicPage {
        let records = try EmbeddedLog(folder.openJournal()).pending(topic, from: from, limit: limit)
        let items = records.map { record in
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
    public func readAll(_ body: (TopicItem) throws -> Void) throws(Problem) {
        try Problem.told { try reader.readAll { try take($0, body) } }
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
