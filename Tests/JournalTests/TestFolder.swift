import Foundation
import GRDB
import Journal

/// A folder that lives as long as the value.
final class TestFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // What a failed removal leaves behind is the system's to sweep.
        try? FileManager.default.removeItem(atPath: path)
    }

    var journal: String { path + "/journal.db" }
    var derived: String { path + "/derived.db" }
}

/// An entry with bytes that differ from position to position.
func entry(_ program: String, _ position: UInt64, events: Int = 1, count: Int = 20) -> PendingEntry {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: UInt64($0) &* 31 &+ position &* 7 &+ 3) }
    return PendingEntry(
        program: program, position: position, stampMicros: Int64(position) * 10, bytes: bytes, eventCount: events)
}

func entries(_ program: String, _ positions: Range<UInt64>, events: Int = 1) -> [PendingEntry] {
    positions.map { entry(program, $0, events: events) }
}

func append(_ entries: [PendingEntry], to queue: DatabaseQueue) throws -> [StreamHead] {
    try queue.write { try JournalWriter().append(entries, in: $0) }
}
