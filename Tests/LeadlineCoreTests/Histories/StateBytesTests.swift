import Testing

@testable import LeadlineCore

/// Goal: a state's bytes are one form and are read safely, whatever they hold.
@Suite struct StateBytesTests {
    /// A state with something in every table.
    private static func full() -> State {
        var story = Story(
            .policy {
                $0.hardRules = [HardRule(name: "deep", require: .any([
                    .all([.not(.partnerTierAtLeast(9)), .partnerCovers(.country, .countries)]), .partnerLists(.products, value: "x"),
                    .leadIs(.source, values: ["a", "b"]), .leadNumberWithin(.employees, atLeast: 1, atMost: nil),
                ]))]
                $0.exchangeRates = [.init(currency: "USD", rateMicros: 1)]
            },
            .partner("A", zone: TimeZoneRules(tzVersion: "x", offsets: [.init(from: .epoch, seconds: -3_600)])) {
                $0.countries = ["DE"]
                $0.typicalDealMin = euros(1)
                $0.typicalDealMax = euros(100)
                $0.capacity = Capacity(openLeadsMax: 99, leadsPerPeriodMax: 99, leadsPerPeriodMin: 3, floorValueMinorUnitsPerPeriod: 77)
                $0.workingHours = [WorkingHours(weekday: 1, fromMinute: 1, untilMinute: 2)]
            },
            .partner("B"), .absence("B", from: 1_000, until: 2_000), .technographics(account: 1, ["k8s"]))
        story.given(1, .lead("L1", account: 1, person: 1) { $0.vertical = "v"; $0.technologies = ["k8s"] }.event(1))
        story.given(1, .lead("L2", account: 1, person: 1), .won("L1", "A"), .lead("L3", account: 1), .declined("L3", "A"))
        story.given(2, .accepted("E1", "A"), .declined("E2", "A"), .responded("E3", "A"), .stage("E4", "A"))
        story.given(2, .intent(account: 1, "erp", strength: 70, day: 0), .intent(account: 1, "crm", by: "b", strength: 9, day: 0))
        story.given(2, .firmographics(account: 1) { $0.country = "DE" }, .updated("L1") { $0.product = "p" })
        story.given(2, .won("E5", "A", euros(1)), .lost("E6", "A"), .review("L1"))
        return story.state
    }

    @Test func roundTrip() throws {
        let bytes = Self.full().canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
        let empty = State().canonicalBytes()
        #expect(try State(canonicalBytes: empty).canonicalBytes() == empty)
    }

    /// A lead that only waits teaches nothing yet; a state read back then goes on to the same bits as one that ran through.
    @Test(arguments: [false, true]) func aRestoredModelLearnsTheSame(ends: Bool) throws {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"))
        story.given(0, .lead("L1") { $0.vertical = "v" })
        story.given(Moment.at(day: 3, 0), .lead("L2"))
        if ends { story.given(Moment.at(day: 3, 1), .declined("L1", "A")) }
        var restored = Stream(try State(canonicalBytes: story.state.canonicalBytes()))
        for (hour, input) in [Input.won("L2", "A"), .lost("L2", "A"), .lead("L3") { $0.vertical = "v" }, .won("L3", "B"), .lost("L3", "A")].enumerated() {
            let minute = Moment.at(day: 9 + hour, 0)
            story.given(minute, input)
            _ = restored.receive(input, at: Moment.at(minute))
        }
        #expect(restored.state.canonicalBytes() == story.state.canonicalBytes())
    }

    @Test func everyCutIsAnError() {
        let bytes = Self.full().canonicalBytes()
        for count in bytes.indices {
            #expect(throws: StateBytesError.self) { try State(canonicalBytes: Array(bytes[..<count])) }
        }
    }

    @Test func moreIsAnError() {
        let bytes = Self.full().canonicalBytes()
        #expect(throws: StateBytesError.invalid(at: bytes.count)) { try State(canonicalBytes: bytes + [0]) }
    }

    @Test func anotherFormatIsNamed() {
        var bytes = Self.full().canonicalBytes()
        bytes[0] = 77
        #expect(throws: StateBytesError.unknownFormat(77)) { try State(canonicalBytes: bytes) }
    }

    /// Goal: bytes that somebody changed are refused, or are a state that goes on; they never stop the program.
    /// Method: in every part that holds indices, numbers are set past every table, and to their neighbours; what is read
    /// then decides and folds on. What the policy and learned numbers say is not looked at here. One change in
    /// `shares` a seed; `LEADLINE_SEEDS=101` makes all of them, in some minutes.
    @Test(arguments: HistoryTests.seeds.prefix(shares)) func changedIndicesStopNothing(seed: UInt64) {
        let state = Self.richest(), bytes = state.canonicalBytes()
        var (refused, tried, number) = (0, 0, 0)
        for section in Self.sections(of: state, in: bytes) {
            for at in section.dropLast(4) {
                for change in [[0xfe, 0xff, 0xff, 0xff], [0x80], [0xff, 0x7f], [bytes[at] &+ 1], [bytes[at] &- 1]] as [[UInt8]] {
                    number += 1
                    // Each kind of change meets each place of a number.
                    if (number * 37) % Self.shares != Int(seed - 1) { continue }
                    var changed = bytes
                    changed.replaceSubrange(at..<at + change.count, with: change)
                    if changed == bytes { continue }
                    tried += 1
                    guard let state = try? State(canonicalBytes: changed) else {
                        refused += 1
                        continue
                    }
                    Self.goOn(state)
                }
            }
        }
        #expect(tried > 100 && refused > tried / 4, "\(refused) of \(tried)")
    }
    private static let shares = 101

    /// Where the parts lie that hold indices, by what each of them writes.
    private static func sections(of state: State, in bytes: [UInt8]) -> [Range<Int>] {
        func written(_ write: (inout StateWriter) -> Void) -> [UInt8] {
            var w = StateWriter(capacity: 1_024, logicVersion: state.logicVersion)
            write(&w)
            return w.bytes
        }
        let parts: [[UInt8]] = [
            written { state.partners.write(to: &$0) }, written { state.leads.write(to: &$0) },
            written { w in w.put(each: state.accounts.accounts) { $1.write(to: &$0) } },
            written { state.months.write(to: &$0) }, written { state.model.awards.write(to: &$0, slower: state.model.slower.count) },
            written { state.turns.write(to: &$0) }, written { state.claims.write(to: &$0) },
            written { state.suspensions.write(to: &$0) }, written { state.returns.write(to: &$0) },
            written { state.sources.write(to: &$0) }, written { state.offers.write(to: &$0) },
            written { state.taken.write(to: &$0) }, written { state.money.write(to: &$0) },
            written { state.handOvers.write(to: &$0) }, written { state.partners.writeAliases(to: &$0) },
        ]
        var from = 0
        return parts.map { part in
            let start = bytes[from...].indices.first { bytes[$0...].starts(with: part) } ?? from
            from = start + part.count
            return start..<from
        }
    }

    /// Every kind of message that follows an index of the state.
    private static func goOn(_ state: State) {
        var stream = Stream(state)
        let at = max(state.lastStamp, Moment.at(3))
        for input in [
            Input.lead("N1", account: 1, person: 1) { $0.country = "DE"; $0.vertical = "v" }, .won("L3", "B", euros(9)), .lost("L1", "A"),
            .declined("L4", "B"), .human("L5", .reroute), .returned("L4", "A", .badData), .updated("L1") { $0.product = "q" }, .removed("A"),
            .policy("next") { $0.periodDays = 3 },
        ] { _ = stream.receive(input, at: at) }
        for _ in 0..<6 { _ = stream.fireNext() }
        _ = stream.state.canonicalBytes()
        _ = stream.state.partnerStandings
    }

    /// The full state, with leads in every place where an index of theirs is followed.
    private static func richest() -> State {
        var stream = Stream(full())
        for input in [
            Input.partner("C"), .lead("L4", account: 2, person: 2), .lead("L5", account: 2, person: 3), .human("L5", .assign(partnerID: "B")),
            .lead("L6", account: 2, person: 2), .claim("c", "B", account: 3), .lost("L4", "B"), .lead("L7", person: 9), .restricted("L7"),
            .declined("L5", "B"),
            Input(.commissionShared(.init(leadID: "L1", shares: [CommissionShare(partnerID: "B", basisPoints: 100)]))),
            .policy("p2") { $0.absenceAhead = .deputies; $0.returns.creditsPerPeriodMax = 1; $0.negotiation.rounds = 1; $0.negotiation.answerMillis = 600_000 },
            .lead("L8", account: 4, person: 4) { $0.source = "fair" }, .lead("L9", account: 4, person: 5),
            .partner("D") { $0.deputies = ["B"] }, .absence("D", from: 9, until: 99), .partner("E"),
            Input(.partnersMerged(.init(fromPartnerID: "E", intoPartnerID: "D"))),
            Input(.partnersMerged(.init(fromPartnerID: "C", intoPartnerID: "D"))),
        ] { _ = stream.receive(input, at: Moment.at(2)) }
        return stream.state
    }

    /// Snapshots fall at positions that depend on position and size alone.
    @Test func snapshotPositions() {
        let state = State()
        #expect(!state.isSnapshotDue(at: 0))
        #expect((1...20_000).filter { state.isSnapshotDue(at: UInt64($0)) } == [4_096, 8_192, 12_288, 16_384])
    }
}
