import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing

@testable import KafkaTransport

/// Goal: a consumer of `leadline.decisions` on Kafka gets what a reader of the embedded log gets, of every kind of
/// event. Method: one entry with an event of every kind that the schemas list, committed on each log and read back.
@Suite(.serialized) struct DecisionRecordTests {
    private static let schemas = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Schemas").path()

    private static func entry() throws -> PendingEntry {
        let events = try EventExamples(schemas: schemas).all.map(\.event)
        var writer = WireWriter()
        let stamp = Timestamp(micros: 1_767_225_600_000_001)
        EntryCodec.encode(
            position: 0, stamp: stamp, logicVersion: 1, origin: nil,
            inputBytes: InputCodec.encode(Input(.timeAdvanced(through: stamp), imported: false)), events: events,
            into: &writer)
        return PendingEntry(
            program: "acme", position: 0, stampMicros: stamp.micros, bytes: writer.bytes, eventCount: events.count)
    }

    /// What the embedded log publishes of the entry.
    private static func published(_ entry: PendingEntry) throws -> [PublishedDecision] {
        let folder = try LogFolder()
        var batch = Batch()
        batch.entries = [entry]
        try EmbeddedLog(folder.folder.openJournal()).commit(batch)
        return try folder.folder.openJournalReadOnly().read { try DecisionFeed.read(from: 0, entryLimit: 10, in: $0) }
            .decisions.map(\.decision)
    }

    @Test(arguments: DecisionFormat.allCases) func everyKindBecomesTheRecordThatTheSchemaPromises(
        _ format: DecisionFormat
    ) throws {
        let entry = try Self.entry()
        let expected = try Self.published(entry)
        var records: [([RecordHeader], [UInt8])] = []
        try DecisionRecords.forEach(
            program: "acme", position: 0, stamp: Timestamp(micros: entry.stampMicros), entry: entry.bytes,
            format: format
        ) { records.append(($0, $1)) }
        #expect(records.count == entry.eventCount)
        for ((headers, value), decision) in zip(records, expected) {
            #expect(headers == decision.headers(format))
            #expect(try value == decision.data(format))
            // What AsyncAPI says that every published record has.
            let names = headers.map { String(decoding: $0.name, as: UTF8.self) }
            for required in ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_partitionkey"] {
                #expect(names.contains(required), "\(decision.type) lacks \(required)")
            }
            #expect(names.contains("ce_subject") == (decision.subject != nil))
        }
    }

    @Test(arguments: LogKind.available.filter { $0 != .embedded })
    func whatIsReadFromTheTopicIsWhatTheEmbeddedLogPublishes(_ kind: LogKind) throws {
        let entry = try Self.entry()
        let expected = try Self.published(entry)
        let place = try LogPlace(kind)
        var batch = Batch()
        batch.entries = [entry]
        try place.open().commit(batch)
        let records = try place.values(.decisions)
        #expect(records.count == expected.count)
        for (record, decision) in zip(records, expected) {
            #expect(record.key == Array("acme".utf8))
            #expect(record.headers == decision.headers(.json))
            #expect(try record.value == decision.data(.json))
        }
    }

    @Test func aCheckpointHasWhatEveryPublishedRecordHas() throws {
        let folder = try LogFolder()
        var batch = Batch()
        batch.entries = [try Self.entry()]
        try EmbeddedLog(folder.folder.openJournal()).commit(batch)
        let record = try CheckpointRecords.record(try CheckpointSigner(folder.folder).sign("acme"))
        #expect(record.headers.contains(RecordHeader("ce_partitionkey", "acme")))
    }
}
