import Dispatch
import GRDB
import Journal
import LeadlineSchemas
import Synchronization

/// A stream's entries, decoded by a thread of their own while the caller works on those before: where entries are
/// folded, decoding is half of the work, and a second core does it at no cost to the order.
enum DecodedEntries {
    /// Entries that are decoded at once. A chunk is decoded while the one before is worked on, so two are in memory.
    private static let chunkSize = 256

    /// Calls `body` with each entry from position `from` to position `through`, both included, in order, on the
    /// caller's thread.
    /// - Throws: ``JournalError/archived(_:)`` if the first stands in an archive; `WireError` for bytes that are no
    ///   entry, once those before were handed out; what `body` throws.
    static func forEach(
        of program: String, from: UInt64, through: UInt64, in db: Database,
        _ body: (_ entry: EntryRecord, _ position: UInt64) throws -> Void
    ) throws {
        let thread = DispatchQueue(label: "leadline.decoding")
        var chunk = EntryBytes()
        var ahead: DecodedChunk?
        func handOut() throws {
            let before = ahead
            ahead = chunk.isEmpty ? nil : DecodedChunk(chunk, on: thread)
            chunk = EntryBytes()
            try before?.forEach(body)
        }
        try JournalReader().forEachEntry(program: program, from: from, through: through, in: db) { position, bytes in
            chunk.append(bytes, at: position)
            if chunk.count == chunkSize { try handOut() }
        }
        try handOut()
        try handOut()
    }
}

/// Entries as they are stored, one behind the other.
private struct EntryBytes: Sendable {
    private var bytes: [UInt8] = []
    private var places: [(position: UInt64, end: Int)] = []

    var count: Int { places.count }
    var isEmpty: Bool { places.isEmpty }

    mutating func append(_ entry: RawSpan, at position: UInt64) {
        unsafe entry.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        places.append((position, bytes.count))
    }

    /// Those before the first that is no entry, and why that one is none.
    func decoded() -> (entries: [(EntryRecord, UInt64)], failure: (any Error)?) {
        var entries: [(EntryRecord, UInt64)] = []
        entries.reserveCapacity(places.count)
        var start = 0
        for place in places {
            do {
                let entry = unsafe try bytes.withUnsafeBytes {
                    unsafe try EntryCodec.decode(UnsafeRawBufferPointer(rebasing: $0[start..<place.end]))
                }
                entries.append((entry, place.position))
            } catch {
                return (entries, error)
            }
            start = place.end
        }
        return (entries, nil)
    }
}

/// A chunk that is being decoded, or was.
private final class DecodedChunk: Sendable {
    private let result = Mutex<(entries: [(EntryRecord, UInt64)], failure: (any Error)?)>(([], nil))
    private let isDecoded = DispatchSemaphore(value: 0)

    init(_ bytes: EntryBytes, on thread: DispatchQueue) {
        thread.async { [self] in
            let decoded = bytes.decoded()
            result.withLock { $0 = decoded }
            isDecoded.signal()
        }
    }

    /// Waits for the chunk, then hands its entries out. Once.
    func forEach(_ body: (EntryRecord, UInt64) throws -> Void) throws {
        isDecoded.wait()
        let (entries, failure) = result.withLock { decoded in
            defer { decoded = ([], nil) }
            return decoded
        }
        for (entry, position) in entries { try body(entry, position) }
        if let failure { throw failure }
    }
}
