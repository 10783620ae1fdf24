/// Finds rows of a column by key: an open-addressing hash table that holds row numbers and no keys, so that each key
/// is stored once, in its column.
///
/// Linear probing; removal shifts back what was pushed along (Knuth, "The Art of Computer Programming", vol. 3,
/// sec. 6.4, algorithm R). Eight bytes a place, at most three quarters of them taken. It answers for single keys only:
/// the order of its places depends on hashes that differ between processes, and must never be seen.
struct HashIndex: Sendable {
    /// The upper half is the hash, the lower the row.
    private var places: [UInt64] = []
    private(set) var count = 0
    private static let empty = UInt64.max

    init() {}

    /// An index with room for `count` rows.
    init(reserving count: Int) {
        var capacity = 16
        while capacity * 3 / 4 < count { capacity <<= 1 }
        places = Array(repeating: Self.empty, count: capacity)
    }

    /// The row under `hash` for which `isMatch` holds.
    @inline(__always)
    func row(_ hash: UInt32, where isMatch: (UInt32) -> Bool) -> UInt32? {
        if places.isEmpty { return nil }
        let mask = places.count - 1
        var at = Int(hash) & mask
        while places[at] != Self.empty {
            let place = places[at]
            if UInt32(truncatingIfNeeded: place >> 32) == hash, isMatch(UInt32(truncatingIfNeeded: place)) {
                return UInt32(truncatingIfNeeded: place)
            }
            at = (at + 1) & mask
        }
        return nil
    }

    /// Adds a row that is not there yet.
    mutating func insert(_ row: UInt32, _ hash: UInt32) {
        if (count + 1) * 4 > places.count * 3 { grow() }
        place(UInt64(hash) << 32 | UInt64(row))
        count += 1
    }

    /// Removes a row that is there.
    mutating func remove(_ row: UInt32, _ hash: UInt32) {
        let mask = places.count - 1
        var hole = Int(hash) & mask
        while places[hole] != UInt64(hash) << 32 | UInt64(row) {
            precondition(places[hole] != Self.empty, "only what is in the index is removed")
            hole = (hole + 1) & mask
        }
        var at = (hole + 1) & mask
        while places[at] != Self.empty {
            let home = Int(UInt32(truncatingIfNeeded: places[at] >> 32)) & mask
            // It may move into the hole unless its home lies after the hole, on the way to where it is.
            if (at - home) & mask >= (at - hole) & mask {
                places[hole] = places[at]
                hole = at
            }
            at = (at + 1) & mask
        }
        places[hole] = Self.empty
        count -= 1
    }

    /// Takes a row out of a table that this indexes: the last row moves to its place.
    mutating func removeRow<Row>(_ row: Int, of rows: inout ContiguousArray<Row>, hash: (Row) -> UInt32) {
        let last = rows.count - 1
        remove(UInt32(row), hash(rows[row]))
        if row != last {
            remove(UInt32(last), hash(rows[last]))
            rows[row] = rows[last]
            insert(UInt32(row), hash(rows[row]))
        }
        rows.removeLast()
    }

    private mutating func grow() {
        let old = places
        places = Array(repeating: Self.empty, count: max(16, old.count * 2))
        for entry in old where entry != Self.empty { place(entry) }
    }

    private mutating func place(_ entry: UInt64) {
        let mask = places.count - 1
        var at = Int(UInt32(truncatingIfNeeded: entry >> 32)) & mask
        while places[at] != Self.empty { at = (at + 1) & mask }
        places[at] = entry
    }
}

extension HashIndex {
    /// Text from outside is hashed under the process's random seed, so that nobody can choose ids that collide.
    static func hash(_ text: String) -> UInt32 {
        UInt32(truncatingIfNeeded: text.hashValue) & mask
    }

    /// Keyed digests are as good as random already.
    @inline(__always)
    static func hash(_ digest: Digest128) -> UInt32 { UInt32(truncatingIfNeeded: digest.low) & mask }

    /// Thirty-one bits, so that no place looks like an empty one.
    private static let mask: UInt32 = 0x7fff_ffff
}
