import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Vault

/// A data folder of its own for one test, with keys from a seed; gone with the value.
final class TestFolder {
    static let start = Timestamp(micros: 1_767_225_600_000_000)  // 2026-01-01T00:00:00Z
    let root: String
    let folder: DataFolder

    init(program: String = "acme", masterKeyHex: String = String(repeating: "5a", count: 32)) throws {
        root = NSTemporaryDirectory() + "leadline-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let keyFile = root + "/master.key"
        guard FileManager.default.createFile(atPath: keyFile, contents: Data((masterKeyHex + "\n").utf8), attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown)
        }
        folder = try DataFolder.create(
            path: root + "/data", settings: .init(program: program, masterKeyFile: keyFile, keySeed: "test-seed"))
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: root) }

    /// Appends records as a producer would, without a processor.
    func append(_ records: [NewRecord], now: Timestamp = TestFolder.start) throws {
        let queue = try folder.openJournal()
        try EmbeddedLog(queue).append(records, now: now)
        try queue.close()
    }

    /// Processes all that is there, on event time; nothing is known past the last record.
    @discardableResult
    func process(batchMax: Int = 1_000) async throws -> StepReport {
        let processor = try Processor(folder, clock: FixedClock(Self.start), timeSource: .eventTime)
        let report = try await processor.runUntilIdle(batchMax: batchMax)
        try await processor.settle()
        return report
    }

    func head(_ program: String = "acme") throws -> StreamHead? {
        let queue = try folder.openJournalReadOnly()
        return try queue.read { try JournalReader().head(of: program, in: $0) }
    }

    func state(_ program: String = "acme") throws -> State {
        let queue = try folder.openJournalReadOnly()
        return try queue.read { db in
            let size = try JournalReader().head(of: program, in: db)?.size ?? 0
            return try ProgramStream.recover(program, through: size, journal: db, snapshots: nil).state
        }
    }

    func entries(_ program: String = "acme") throws -> [EntryRecord] {
        let queue = try folder.openJournalReadOnly()
        return try queue.read { db in
            var entries: [EntryRecord] = []
            try JournalReader().forEachEntry(program: program, in: db) { _, bytes in
                entries.append(unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) })
            }
            return entries
        }
    }

    /// Dead letters with the records inside them.
    func deadLetters() throws -> [(letter: WireDeadLetter, record: WireDeadRecord)] {
        let letters = DeadLetters(try folder.openVault())
        return try EmbeddedLog(try folder.openJournal()).deadLetters(from: 0, limit: 10_000).map { stored in
            let letter = try WireDeadLetter(serializedBytes: stored.bytes)
            return (letter, try letters.open(letter))
        }
    }

    /// Every file of the data folder, whole.
    func files() throws -> [(name: String, bytes: Data)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data())
        }
    }
}

/// A CloudEvent in binary mode.
func binaryEvent(
    _ topic: Topic, _ type: String, _ value: [UInt8]?, id: String = "e1", key: String? = "acme", contentType: String? = "application/json",
    time: String? = nil, at: Timestamp = TestFolder.start, extra: [RecordHeader] = []
) -> NewRecord {
    var headers = [RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"), RecordHeader("ce_type", type)]
    if let contentType { headers.append(RecordHeader("content-type", contentType)) }
    if let time { headers.append(RecordHeader("ce_time", time)) }
    return NewRecord(topic: topic, key: key.map { Array($0.utf8) }, headers: headers + extra, value: value, eventTime: at)
}
