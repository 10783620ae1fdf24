// Goal: what is written is read back, whatever it is, and protobuf's own implementation agrees on every
// byte. Method: every case of Fact and Event with random fields, many rounds, the seed in each failure.

import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing

/// One seed a run; put a printed one here to bring a failure back.
let mappingSeed = UInt64.random(in: .min ... .max)

@Suite struct MappingRoundTripTests {
    private static let rounds: UInt64 = 60

    @Test func everyFact() throws {
        for round in 0..<Self.rounds {
            var draw = Draw(seed: mappingSeed &+ round)
            for fact in draw.facts() {
                let (field, bytes) = FactCodec.encode(fact)
                #expect(field == FactCodec.bodyField(of: fact))
                #expect(FactCodec.isBody(field))
                #expect(try FactCodec.decode(bodyField: field, bytes) == fact, "seed \(mappingSeed) round \(round)")
            }
        }
    }

    @Test func everyEvent() throws {
        for round in 0..<Self.rounds {
            var draw = Draw(seed: mappingSeed &+ round)
            for event in draw.events() {
                let (field, bytes) = EventCodec.encode(event)
                #expect(
                    try EventCodec.decode(bodyField: field, bytes) == event, "seed \(mappingSeed) round \(round)")
            }
        }
    }

    @Test func inputsWithTheirHeaders() throws {
        for round in 0..<Self.rounds {
            var draw = Draw(seed: mappingSeed &+ round)
            for fact in draw.facts() {
                let input = draw.input(fact)
                let sealed = [UInt8](repeating: 9, count: draw.dice.below(400))
                let bytes = InputCodec.encode(input, sealed: sealed)
                let read = try InputCodec.decode(bytes)
                #expect(read.input == input, "seed \(mappingSeed) round \(round)")
                #expect(read.sealed == sealed)
                // Leadline's own way and intake's way write the same.
                let (field, body) = FactCodec.encode(fact)
                #expect(
                    InputCodec.encode(header: InputHeader(input, sealed: sealed), bodyField: field, clearBody: body)
                        == bytes)
            }
        }
    }

    @Test func entriesAgreeWithProtobuf() throws {
        var writer = WireWriter(capacity: 1)
        for round in 0..<Self.rounds {
            var draw = Draw(seed: mappingSeed &+ round)
            let facts = draw.facts()
            for fact in facts {
                let sample = EntrySample(&draw, fact)
                writer.removeAll()
                sample.write(to: &writer)
                let bytes = writer.bytes
                #expect(try EntryCodec.decode(bytes) == sample.record(in: bytes), "seed \(mappingSeed) round \(round)")

                let wire = try WireEntry(serializedBytes: bytes)
                let again: [UInt8] = try wire.serializedBytes()
                #expect(again == bytes, "seed \(mappingSeed) round \(round)")

                let peek = try EntryCodec.peek(bytes)
                #expect(peek.position == sample.position)
                #expect(peek.stamp == sample.stamp)
                #expect(peek.inputField == FactCodec.bodyField(of: fact))

                let ranges = try EntryCodec.eventRanges(bytes)
                #expect(ranges.map(\.bodyField) == sample.events.map(EventCodec.bodyField(of:)))
                #expect(ranges.map { Array(bytes[$0.bytes]) } == sample.events.map { EventCodec.encode($0).bytes })
            }
        }
    }

    /// One writer may hold several entries one after the other.
    @Test func writerAppends() throws {
        var draw = Draw(seed: mappingSeed)
        let first = EntrySample(&draw, draw.facts()[1])
        let second = EntrySample(&draw, .duplicateReceived)
        var writer = WireWriter(capacity: 8)
        first.write(to: &writer)
        let end = writer.count
        second.write(to: &writer)
        let bytes = writer.bytes
        #expect(try EntryCodec.decode(Array(bytes[..<end])).position == first.position)
        #expect(try EntryCodec.decode(Array(bytes[end...])).position == second.position)
        let lent = unsafe writer.withUnsafeBytes { unsafe Array($0) }
        #expect(lent == bytes)
    }
}

/// What goes into an entry.
struct EntrySample {
    var position: UInt64
    var stamp: Timestamp
    var logicVersion: UInt32
    var origin: OriginRecord?
    var input: Input
    var sealed: [UInt8]
    var events: [Event]

    init(_ draw: inout Draw, _ fact: Fact) {
        position = draw.uint64()
        stamp = Timestamp(micros: draw.int64())
        logicVersion = draw.uint32()
        origin = draw.maybe {
            OriginRecord(topic: $0.text(), partition: $0.uint32(), offset: $0.int64(), eventID: $0.text(), source: $0.text())
        }
        input = draw.input(fact)
        sealed = [UInt8](repeating: 5, count: draw.dice.below(300))
        let all = draw.events()
        events = (0..<draw.dice.below(4)).map { _ in draw.one(of: all) }
    }

    func write(to writer: inout WireWriter) {
        EntryCodec.encode(
            position: position, stamp: stamp, logicVersion: logicVersion, origin: origin,
            inputBytes: InputCodec.encode(input, sealed: sealed), events: events, into: &writer)
    }

    /// Compares what `EntryCodec.decode` returned, since only it makes records.
    func record(in bytes: [UInt8]) -> EntryExpectation { EntryExpectation(sample: self, bytes: bytes) }
}

/// An entry sample beside the bytes it became.
struct EntryExpectation {
    var sample: EntrySample
    var bytes: [UInt8]

    static func == (record: EntryRecord, expected: EntryExpectation) -> Bool {
        let sample = expected.sample
        return record.position == sample.position && record.stamp == sample.stamp
            && record.logicVersion == sample.logicVersion && record.origin == sample.origin
            && record.input == sample.input && record.sealed == sample.sealed && record.events == sample.events
            && Array(expected.bytes[record.inputRange]) == InputCodec.encode(sample.input, sealed: sample.sealed)
    }
}
