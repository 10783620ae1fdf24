/// Addresses whose leads go to a human, by their keyed digests. An entry names nobody and outlives the erasure of whom
/// it protects. Since logic version 4.
struct SuppressionTable: Sendable {
    struct Suppression: Sendable, Equatable {
        var address: Digest128
        var since: Timestamp
        /// Leads that came with the address since.
        var leads: UInt64 = 0
    }

    /// Entries at most; one more is refused aloud.
    static let countMax = 1_000_000

    /// In the order in which they were set, but for the last, which takes the place of one that is lifted.
    private(set) var entries: ContiguousArray<Suppression> = []
    private var index = HashIndex()

    init() {}

    private init(_ entries: ContiguousArray<Suppression>) {
        self.entries = entries
        for row in entries.indices { index.insert(UInt32(row), HashIndex.hash(entries[row].address)) }
    }

    private func row(of address: Digest128) -> Int? {
        index.row(HashIndex.hash(address)) { entries[Int($0)].address == address }.map { Int($0) }
    }

    func contains(_ address: Digest128) -> Bool { row(of: address) != nil }

    mutating func insert(_ address: Digest128, at stamp: Timestamp) {
        if contains(address) { return }
        entries.append(Suppression(address: address, since: stamp))
        index.insert(UInt32(entries.count - 1), HashIndex.hash(address))
    }

    /// Counts a lead that came with the address.
    mutating func count(_ address: Digest128) {
        if let row = row(of: address) { entries[row].leads += 1 }
    }

    mutating func remove(_ address: Digest128) {
        guard let row = row(of: address) else { return }
        index.removeRow(row, of: &entries) { HashIndex.hash($0.address) }
    }
}

// MARK: - Canonical bytes

extension SuppressionTable {
    func write(to w: inout StateWriter) {
        w.put(each: entries) { w, entry in
            w.put(entry.address)
            w.put(entry.since)
            w.put(entry.leads)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(ContiguousArray(try r.each { (r) throws(StateBytesError) in
            Suppression(address: try r.digest(), since: try r.timestamp(), leads: try r.get())
        }))
    }
}
