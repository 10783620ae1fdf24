// Goal: no bytes make the reader trap, and what it refuses it refuses for the right reason at the right
// field. Method: every truncation of a large entry, seeded random and damaged bytes, and tables of bytes
// written by hand.

import LeadlineCore
import LeadlineSchemas
import Testing

/// A varint.
func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

/// A field with a number in it.
func number(_ field: Int, _ value: UInt64) -> [UInt8] { varint(UInt64(field) << 3) + varint(value) }

/// A field with bytes in it.
func block(_ field: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(UInt64(field) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
}

/// A field with text in it.
func text(_ field: Int, _ value: String) -> [UInt8] { block(field, Array(value.utf8)) }

/// Unknown fields of every wire type, groups inside a group among them.
let unknownFields: [UInt8] =
    number(900, 7) + varint(901 << 3 | 1) + [1, 2, 3, 4, 5, 6, 7, 8] + text(902, "\u{FFFD}") + block(903, [0xFF])
    + varint(904 << 3 | 3) + number(1, 5) + varint(905 << 3 | 3) + text(3, "x") + varint(905 << 3 | 4)
    + varint(904 << 3 | 4) + varint(906 << 3 | 5) + [1, 2, 3, 4]

@Suite struct MappingHostileTests {
    private func bigEntry() -> (bytes: [UInt8], sample: EntrySample) {
        var draw = Draw(seed: 7)
        var sample = EntrySample(&draw, draw.facts()[1])
        sample.origin = OriginRecord(topic: "leadline.controls", partition: 1, offset: 9, eventID: "e")
        sample.events = draw.events() + draw.events()
        var writer = WireWriter()
        sample.write(to: &writer)
        return (writer.bytes, sample)
    }

    @Test func truncatedAnywhere() throws {
        let (bytes, sample) = bigEntry()
        // Cut between two events, an entry is whole but shorter; nothing in the format tells.
        var whole: [Int: Int] = [:]
        for (index, range) in try EntryCodec.eventRanges(bytes).enumerated() {
            whole[range.bytes.upperBound] = index + 1
        }
        whole[try EntryCodec.decode(bytes).inputRange.upperBound] = 0
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            if let events = whole[length] {
                #expect(try EntryCodec.decode(cut).events == Array(sample.events[..<events]))
            } else {
                #expect(throws: WireError.self) { try EntryCodec.decode(cut) }
            }
        }
    }

    @Test func randomBytes() {
        var dice = Dice(state: mappingSeed)
        for _ in 0..<50_000 {
            let bytes = (0..<dice.below(64)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            readEverything(bytes)
            let field = dice.below(80)
            _ = try? FactCodec.decode(bodyField: field, bytes)
            _ = try? EventCodec.decode(bodyField: field % 16, bytes)
        }
    }

    @Test func damagedEntries() throws {
        var dice = Dice(state: mappingSeed)
        var samples: [[UInt8]] = []
        for round in 0..<8 {
            var draw = Draw(seed: mappingSeed &+ UInt64(round))
            let facts = draw.facts()
            var writer = WireWriter()
            EntrySample(&draw, facts[draw.dice.below(facts.count)]).write(to: &writer)
            samples.append(writer.bytes)
        }
        for _ in 0..<50_000 {
            var bytes = samples[dice.below(samples.count)]
            for _ in 0...dice.below(4) where !bytes.isEmpty {
                let at = dice.below(bytes.count)
                switch dice.below(4) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: dice.next())
                case 1: bytes[at] ^= 1 << UInt8(dice.below(8))
                case 2: bytes.removeSubrange(at..<min(bytes.count, at + dice.below(9)))
                default: bytes.insert(contentsOf: varint(dice.next() >> UInt64(dice.below(64))), at: at)
                }
            }
            readEverything(bytes)
        }
    }

    /// Reads by every way; what the whole reader accepts the cheap ones accept and tell the same.
    private func readEverything(_ bytes: [UInt8]) {
        _ = try? InputCodec.decode(bytes)
        guard let record = try? EntryCodec.decode(bytes) else {
            _ = try? EntryCodec.peek(bytes)
            _ = try? EntryCodec.eventRanges(bytes)
            return
        }
        let peek = try? EntryCodec.peek(bytes)
        #expect(peek?.position == record.position, "seed \(mappingSeed)")
        #expect(peek?.inputField == FactCodec.bodyField(of: record.input.fact), "seed \(mappingSeed)")
        let ranges = try? EntryCodec.eventRanges(bytes)
        #expect(ranges?.map(\.bodyField) == record.events.map(EventCodec.bodyField(of:)), "seed \(mappingSeed)")
    }

    @Test func unknownFieldsArePassedOver() throws {
        let won = DealWon(leadID: "L", partnerID: "P", amount: Money(minorUnits: 5, currency: "EUR"))
        let money = unknownFields + number(1, 5) + unknownFields + text(2, "EUR")
        // Fields 3 and 4 are sealed ones, which have no business here, and order does not matter.
        let body = block(5, money) + unknownFields + text(2, "P") + block(3, [0xFF]) + text(1, "L") + text(4, "?")
        #expect(try FactCodec.decode(bodyField: 54, body) == .dealWon(won))
        let input = unknownFields + block(54, body) + unknownFields
        #expect(try InputCodec.decode(input).input == Input(.dealWon(won)))
        let event = unknownFields + block(12, text(1, "L") + unknownFields)
        let entry = unknownFields + block(6, event) + number(1, 3) + unknownFields + block(5, input)
        let record = try EntryCodec.decode(entry)
        #expect(record.position == 3)
        #expect(record.events == [.reviewOpened(ReviewOpened(leadID: "L", partnerID: ""))])
        #expect(try EntryCodec.peek(entry).inputField == 54)
        #expect(try EntryCodec.eventRanges(entry).count == 1)
    }

    @Test func lastOneCountsAndRepeatedAppends() throws {
        let bytes = text(2, "a") + text(3, "x") + text(2, "b") + text(3, "y")
        #expect(
            try FactCodec.decode(bodyField: 42, bytes)
                == .technographicsObserved(TechnographicsObserved(technologies: ["a", "b"], observer: "y")))
        let input = block(70, number(1, 5)) + block(5, [1]) + block(72, number(1, 6)) + block(5, [2, 3])
        let read = try InputCodec.decode(input)
        #expect(read.input.fact == .logicVersionAdopted(6))
        #expect(read.sealed == [2, 3])
        // A later input replaces the whole earlier one.
        let entry = block(5, block(1, [UInt8](repeating: 1, count: 16)) + input) + block(5, block(71, []))
        #expect(try EntryCodec.decode(entry).input == Input(.duplicateReceived))
        #expect(try EntryCodec.decode(entry).sealed.isEmpty)
    }

    @Test(arguments: refusals)
    func refused(_ refusal: Refusal) {
        #expect(throws: WireError(refusal.kind, field: refusal.field)) {
            try FactCodec.decode(bodyField: refusal.body, refusal.bytes)
        }
    }

    @Test func refusedHeadersEventsAndBodies() {
        #expect(throws: WireError(.badLength, field: "subject_id")) {
            try InputCodec.decode(block(3, [UInt8](repeating: 0, count: 15)) + block(71, []))
        }
        #expect(throws: WireError(.missing, field: "body")) { try InputCodec.decode(block(78, [])) }
        #expect(throws: WireError(.missing, field: "input")) { try EntryCodec.decode(number(1, 4)) }
        #expect(throws: WireError(.missing, field: "input.body")) { try EntryCodec.decode(block(5, [])) }
        #expect(throws: WireError(.missing, field: "input.body")) { try EntryCodec.peek(block(5, [])) }
        #expect(throws: WireError(.missing, field: "events.body")) {
            try EntryCodec.decode(block(5, block(71, [])) + block(6, []))
        }
        #expect(throws: WireError(.unknownEnum, field: "cause")) { try EventCodec.decode(bodyField: 1, []) }
        #expect(throws: WireError(.unknownEnum, field: "evaluation.exclusions.reason")) {
            try EventCodec.decode(bodyField: 2, block(3, block(8, number(3, 1))))
        }
        for field in [0, 24, 32, 34, 1_000, -1] {
            #expect(throws: WireError(.unknownBody)) { try EventCodec.decode(bodyField: field, []) }
        }
        for field in [0, 39, 43, 59, 63, 78, 89, 92, -1] {
            #expect(throws: WireError(.unknownBody)) { try FactCodec.decode(bodyField: field, []) }
            #expect(!FactCodec.isBody(field))
        }
    }
}

/// Bytes of a fact that are refused.
struct Refusal: Sendable, CustomTestStringConvertible {
    var body: Int
    var bytes: [UInt8]
    var kind: WireError.Kind
    var field: String

    init(_ body: Int, _ bytes: [UInt8], _ kind: WireError.Kind, _ field: String) {
        self.body = body
        self.bytes = bytes
        self.kind = kind
        self.field = field
    }

    var testDescription: String { "\(kind) at \(field)" }
}

/// A policy with one rule of that predicate.
private func rule(_ predicate: [UInt8]) -> [UInt8] { block(1, block(2, block(2, predicate))) }

/// A predicate of so many levels: negations of a tier.
private func levels(_ count: Int) -> [UInt8] {
    (1..<count).reduce(block(8, number(1, 1))) { inner, _ in block(3, inner) }
}

/// A predicate of so many nodes on two levels.
private func nodes(_ count: Int) -> [UInt8] {
    block(1, (1..<count).flatMap { _ in block(1, block(8, [])) })
}

private let require = "policy.hard_rules.require"

private let refusals: [Refusal] = [
    Refusal(60, [0x0A], .truncated, ""),
    Refusal(60, [0x0A, 5, 0x41], .truncated, "lead_id"),
    Refusal(60, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .truncated, "lead_id"),
    Refusal(60, [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1], .truncated, ""),
    Refusal(60, number(1, 4), .wrongWireType, "lead_id"),
    Refusal(60, block(10, []), .wrongWireType, "employees"),
    Refusal(60, block(1, [0xC3, 0x28]), .invalidUTF8, "lead_id"),
    Refusal(60, block(1, [0xED, 0xA0, 0x80]), .invalidUTF8, "lead_id"),
    Refusal(60, block(11, block(2, [0x80])), .invalidUTF8, "deal_value.currency"),
    Refusal(60, number(17, 4), .unknownEnum, "lawful_basis"),
    Refusal(60, number(17, .max), .unknownEnum, "lawful_basis"),
    Refusal(60, number(17, 257), .unknownEnum, "lawful_basis"),
    Refusal(60, [0x50] + [UInt8](repeating: 0x80, count: 10) + [1], .malformedVarint, ""),
    Refusal(60, [0x00], .malformedTag, ""),
    Refusal(60, [0x07], .malformedTag, ""),
    Refusal(71, [0x0C], .malformedTag, ""),
    Refusal(60, varint(1 << 32 | 8), .malformedTag, ""),
    Refusal(71, varint(900 << 3 | 3), .truncated, ""),
    Refusal(71, varint(900 << 3 | 3) + varint(901 << 3 | 4), .malformedTag, ""),
    Refusal(71, [UInt8](repeating: 0x0B, count: 5_000), .tooDeep, ""),
    Refusal(51, number(5, 10), .unknownEnum, "reason"),
    Refusal(23, text(1, "L"), .missing, "decision"),
    Refusal(23, number(3, 0), .missing, "decision"),
    Refusal(31, text(1, "P"), .missing, "capacity"),
    Refusal(35, block(4, []), .missing, "from"),
    Refusal(40, block(5, []), .missing, "last_seen"),
    Refusal(35, block(3, number(1, 253_402_300_800)) + block(4, []), .outOfRange, "from.seconds"),
    Refusal(35, block(3, number(1, UInt64(bitPattern: -62_135_596_801))), .outOfRange, "from.seconds"),
    Refusal(35, block(3, number(2, 1_000_000_000)), .outOfRange, "from.nanos"),
    Refusal(35, block(3, number(2, UInt64(bitPattern: -1))), .outOfRange, "from.nanos"),
    Refusal(30, block(17, number(1, 256)), .outOfRange, "working_hours.weekday"),
    Refusal(30, block(17, number(2, 65_536)), .outOfRange, "working_hours.from_minute"),
    Refusal(21, text(2, "v"), .missing, "policy"),
    Refusal(21, block(1, block(2, text(1, "r"))), .missing, "policy.hard_rules.require"),
    Refusal(21, rule([]), .missing, require + ".node"),
    Refusal(21, rule(block(1, block(1, []))), .missing, require + ".all.predicates.node"),
    Refusal(21, rule(block(3, [])), .missing, require + ".not.node"),
    Refusal(21, rule(block(4, number(2, 1))), .unknownEnum, require + ".partner_covers.lead_field"),
    Refusal(21, rule(block(4, number(1, 1))), .unknownEnum, require + ".partner_covers.partner_list"),
    Refusal(21, rule(block(5, number(1, 9))), .unknownEnum, require + ".partner_lists.partner_list"),
    Refusal(21, rule(block(6, number(1, 0))), .unknownEnum, require + ".lead_is.lead_field"),
    Refusal(21, rule(block(7, [])), .unknownEnum, require + ".lead_number_within.lead_number"),
    Refusal(21, rule(nodes(65)), .tooManyNodes, require + ".all.predicates"),
    Refusal(21, rule(levels(9)), .tooDeep, require + ".not.not.not.not.not.not.not.not"),
]

@Suite struct MappingPolicyTests {
    @Test func largestPredicates() throws {
        for predicate in [nodes(Predicate.nodesMax), levels(Predicate.depthMax)] {
            guard case .policyPublished(let read) = try FactCodec.decode(bodyField: 21, rule(predicate)) else {
                Issue.record("not a policy")
                return
            }
            #expect(read.policy.hardRules.count == 1)
        }
    }

    /// An empty policy routes by the domain's defaults, save where 0 is a choice of its own.
    @Test func emptyPolicyHasTheDefaults() throws {
        var expected = Policy()
        expected.fitFadeOutcomes = 0
        expected.samePersonDays = 0
        expected.ownerFirst = false
        expected.ownershipDays = 0
        #expect(
            try FactCodec.decode(bodyField: 21, block(1, []))
                == .policyPublished(PolicyPublished(policy: expected, version: "")))
    }

    /// Weights and SLA that are present count as they stand, zeros too.
    @Test func presentZerosStay() throws {
        guard
            case .policyPublished(let read) = try FactCodec.decode(
                bodyField: 21, block(1, block(3, number(1, 7)) + block(4, [])))
        else {
            Issue.record("not a policy")
            return
        }
        #expect(read.policy.fitWeights.vertical == 7)
        #expect(read.policy.fitWeights.country == 0)
        #expect(read.policy.sla.firstResponseMinutes == 0)
    }

    @Test func nanosecondsAreCut() throws {
        let stamps = block(5, number(1, UInt64(bitPattern: -2)) + number(2, 1_999)) + block(6, number(2, 999_999_999))
        guard case .intentObserved(let read) = try FactCodec.decode(bodyField: 40, stamps) else {
            Issue.record("not an intent")
            return
        }
        #expect(read.firstSeen == Timestamp(micros: -1_999_999))
        #expect(read.lastSeen == Timestamp(micros: 999_999))
    }
}
