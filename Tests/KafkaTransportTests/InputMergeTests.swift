import Engine
import LeadlineCore
import Testing

@testable import KafkaTransport

/// The order of a shard's inputs. (Guarantee 5: an answer that lies unread is never overtaken by its deadline.)
@Suite struct InputMergeTests {
    private func record(_ topic: Topic, _ offset: Int64, at millis: Int64) -> LogRecord {
        LogRecord(topic: topic, offset: offset, received: Timestamp(micros: millis * 1_000), key: nil, headers: [], value: nil)
    }

    @Test func timeThenRankThenOffsetDecide() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 0])
        for one in [record(.leads, 0, at: 1), record(.leads, 1, at: 2), record(.controls, 0, at: 2), record(.outcomes, 0, at: 2)] { merge.add(one) }
        let taken = merge.take(max: 10, maxBytes: 1_000_000, ends: [1, 0, 0, 1, 2])
        #expect(taken.records.map { "\($0.topic) \($0.offset)" } == ["leads 0", "controls 0", "outcomes 0", "leads 1"])
        #expect(taken.isExhausted)
    }

    @Test func nothingLeavesWhileSomethingEarlierMayBeUnread() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 0])
        merge.add(record(.leads, 0, at: 5))
        #expect(merge.take(max: 10, maxBytes: 1_000_000, ends: [1, 0, 0, 0, 1]).records.isEmpty)
        merge.add(record(.controls, 0, at: 4))
        #expect(merge.take(max: 10, maxBytes: 1_000_000, ends: [1, 0, 0, 0, 1]).records.map(\.topic) == [.controls, .leads])
    }

    @Test func markersAtTheEndDoNotHoldTimeUp() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 0])
        merge.add(record(.leads, 0, at: 5))
        #expect(!merge.take(max: 10, maxBytes: 1_000_000, ends: [3, 0, 0, 0, 1]).isExhausted)
        merge.reachedEnd(.controls, 3)
        let taken = merge.take(max: 10, maxBytes: 1_000_000, ends: [3, 0, 0, 0, 1])
        #expect(taken.isExhausted && taken.records.count == 1)
    }

    @Test func aClockThatWentBackDoesNotTurnAPartitionAround() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 0])
        merge.add(record(.leads, 0, at: 9))
        merge.add(record(.leads, 1, at: 5))
        merge.add(record(.controls, 0, at: 7))
        let taken = merge.take(max: 10, maxBytes: 1_000_000, ends: [1, 0, 0, 0, 2])
        #expect(taken.records.map { "\($0.topic) \($0.offset)" } == ["controls 0", "leads 0", "leads 1"])
        #expect(taken.records.map { $0.received.micros / 1_000 } == [7, 9, 9])
    }

    @Test func aRepeatedOffsetIsTakenOnce() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 3])
        for offset: Int64 in [2, 3, 3, 4] { merge.add(record(.leads, offset, at: offset)) }
        #expect(merge.take(max: 10, maxBytes: 1_000_000, ends: [0, 0, 0, 0, 5]).records.map(\.offset) == [3, 4])
    }

    @Test func keysFallWhereKafkasClientsPutThem() {
        // From Apache Kafka's own UtilsTest (murmur2), as positive numbers modulo 1,000.
        let known: [(String, Int32)] = [("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536), ("abc", 479_470_107)]
        for (key, hash) in known {
            #expect(Partitioner.partition(of: Array(key.utf8), count: 1_000) == (hash & 0x7fff_ffff) % 1_000)
        }
    }

    /// Back-pressure: what is far ahead waits until half of it is gone.
    @Test func anInputThatIsFarAheadIsHeld() {
        var merge = InputMerge(offsets: [0, 0, 0, 0, 0])
        for offset in 0..<4 { merge.add(record(.leads, Int64(offset), at: 1)) }
        #expect(merge.flow(most: 5, mostBytes: 1_000_000) == [])
        merge.add(record(.leads, 4, at: 1))
        #expect(merge.flow(most: 5, mostBytes: 1_000_000) == [.hold(.leads)])
        #expect(merge.flow(most: 5, mostBytes: 1_000_000) == [])
        _ = merge.take(max: 2, maxBytes: 1_000_000, ends: [0, 0, 0, 0, 9])
        #expect(merge.flow(most: 5, mostBytes: 1_000_000) == [])
        _ = merge.take(max: 1, maxBytes: 1_000_000, ends: [0, 0, 0, 0, 9])
        #expect(merge.flow(most: 5, mostBytes: 1_000_000) == [.release(.leads)])
    }
}
