import Engine
import GRDB
import LeadlineSchemas

/// Which offsets of the input topics have been taken in, and by which entry: shows what was left out or taken twice.
struct SourceOffsets {
    struct Place: Hashable {
        var topic: String
        var partition: UInt32
    }

    /// One bit an offset; a hundred million are 12 MB.
    private static let offsetsMax: Int64 = 1 << 33

    private var taken: [Place: [UInt64]] = [:]
    /// Offsets that entries name.
    private(set) var count: UInt64 = 0

    /// Notes an origin. False if it was noted before.
    mutating func insert(_ place: Place, _ offset: Int64) -> Bool {
        // Offsets out of any log's reach cannot be a gap's end either.
        guard offset >= 0, offset < Self.offsetsMax else { return true }
        let (word, bit) = (Int(offset >> 6), UInt64(1) << UInt64(offset & 63))
        var words = taken.removeValue(forKey: place) ?? []
        defer { taken[place] = words }
        if words.count <= word { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        if words[word] & bit != 0 { return false }
        words[word] |= bit
        count += 1
        return true
    }

    /// Takes in another program's. An offset that both have is returned.
    mutating func merge(_ other: SourceOffsets) -> (place: Place, offset: Int64)? {
        var twice: (Place, Int64)?
        for place in other.taken.keys.sorted(by: { ($0.topic, $0.partition) < ($1.topic, $1.partition) }) {
            guard let words = other.taken[place] else { continue }
            var mine = taken[place] ?? []
            if mine.count < words.count { mine.append(contentsOf: repeatElement(0, count: words.count - mine.count)) }
            for index in words.indices {
                let both = mine[index] & words[index]
                if both != 0 && twice == nil { twice = (place, Int64(index * 64 + both.trailingZeroBitCount)) }
                mine[index] |= words[index]
            }
            taken[place] = mine
        }
        count += other.count
        return twice
    }

    /// The last offset that was noted; nil if none was.
    func last(_ place: Place) -> Int64? {
        guard let words = taken[place], let index = words.lastIndex(where: { $0 != 0 }) else { return nil }
        return Int64(index * 64 + 63 - words[index].leadingZeroBitCount)
    }

    /// The first offset below `end` that nothing took in.
    func firstMissing(_ place: Place, below end: Int64) -> Int64? {
        let words = taken[place] ?? []
        for (index, word) in words.enumerated() where word != .max {
            let offset = Int64(index * 64 + (~word).trailingZeroBitCount)
            return offset < end ? offset : nil
        }
        let offset = Int64(words.count * 64)
        return offset < end ? offset : nil
    }
}

/// What comparing the entries' origins with the input topics showed.
public struct SourceVerification: Sendable, Codable, Equatable {
    public var isChecked = false
    /// Why not, or what was left out.
    public var reason: String?
    /// Records found in exactly one entry or in a dead letter.
    public var records: UInt64 = 0
    public var fault: AuditFault?

    static func notChecked(_ reason: String) -> Self { Self(reason: reason) }
}

extension SourceOffsets {
    /// Compares with the topics of an embedded log: every offset up to the next one must stand in an entry, in a dead
    /// letter or among the records that wait.
    /// - Parameter letters: origins of dead letters; an outcome that waited in vain has an entry as well.
    func verify(letters: [(Place, Int64)], in db: Database) throws -> SourceVerification {
        var all = self
        for (place, offset) in letters { _ = all.insert(place, offset) }
        var result = SourceVerification(isChecked: true, records: all.count)
        for row in try Row.fetchAll(db, sql: "SELECT topic, offset FROM records") {
            if let topic = Topic(rawValue: row[0]) { _ = all.insert(Place(topic: topic.name, partition: 0), row[1]) }
        }
        for topic in Topic.inputs {
            let end =
                try Int64.fetchOne(
                    db, sql: "SELECT next_offset FROM topics WHERE topic = ?", arguments: [topic.rawValue]) ?? 0
            let place = Place(topic: topic.name, partition: 0)
            if let last = all.last(place), last >= end {
                result.fault = Self.counter("\(topic.name) goes on at \(end), but the record at offset \(last) was there")
                break
            }
            guard let missing = all.firstMissing(place, below: end) else { continue }
            result.fault = AuditFault(
                .source, program: nil, position: nil,
                "the record at offset \(missing) of \(topic.name) is in no entry and no dead letter, though the topic goes on to \(end)"
            )
            break
        }
        result.fault = try result.fault ?? Self.counters(db)
        return result
    }

    /// What is wrong with the counters beside the records that wait and the dead letters; nil if nothing is.
    private static func counters(_ db: Database) throws -> AuditFault? {
        let next =
            try Int64.fetchOne(
                db, sql: "SELECT next_offset FROM topics WHERE topic = ?", arguments: [Topic.deadletter.rawValue]) ?? 0
        let letters = try Row.fetchOne(db, sql: "SELECT count(*), min(offset), max(offset) FROM dead_letters")
        let (count, first, last): (Int64, Int64?, Int64?) = (letters?[0] ?? 0, letters?[1], letters?[2])
        if count != next || next > 0 && (first != 0 || last != next - 1) {
            return counter(
                "leadline.deadletter has \(count) dead letters from offset \(first ?? 0) to \(last ?? -1), and goes on at \(next): one was taken out, moved or put in"
            )
        }
        let late = try Row.fetchOne(
            db,
            sql: """
                SELECT topics.topic, last_received, max(received) FROM topics JOIN records ON records.topic = topics.topic
                WHERE imported = 0 GROUP BY topics.topic HAVING max(received) > last_received
                """)
        if let late, let topic = Topic(rawValue: late[0]) {
            return counter("\(topic.name) says that its last record came before one that waits there")
        }
        return nil
    }

    private static func counter(_ detail: String) -> AuditFault {
        AuditFault(.counter, program: nil, position: nil, detail)
    }
}
