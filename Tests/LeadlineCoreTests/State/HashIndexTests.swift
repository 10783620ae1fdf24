import Testing

@testable import LeadlineCore

/// Goal: the index finds what a dictionary finds. Method: random insertions, removals and look-ups on both, with so
/// few distinct hashes that rows collide, wrap around the end and are shifted back.
@Suite struct HashIndexTests {
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func findsWhatADictionaryFinds(_ seed: UInt64) {
        var random = Seeded(seed)
        var index = HashIndex()
        var expected: [UInt32: UInt32] = [:]
        for step in 0..<20_000 {
            let row = UInt32(random.next() % 600)
            if let hash = expected[row] {
                #expect(index.row(hash) { $0 == row } == row, "seed \(seed), step \(step)")
                if random.next() % 2 == 0 {
                    index.remove(row, hash)
                    expected[row] = nil
                }
            } else {
                // Sixteen clusters, some of them at the very end of any table.
                let hash = 0x7fff_ffff - UInt32(random.next() % 16) * UInt32(random.next() % 3)
                #expect(index.row(hash) { $0 == row } == nil, "seed \(seed), step \(step)")
                index.insert(row, hash)
                expected[row] = hash
            }
            #expect(index.count == expected.count)
        }
        for (row, hash) in expected { #expect(index.row(hash) { $0 == row } == row, "seed \(seed)") }
    }

    @Test func anEmptyIndexFindsNothing() {
        #expect(HashIndex().row(0) { _ in true } == nil)
        #expect(HashIndex(reserving: 1_000).row(0) { _ in true } == nil)
    }
}
