import LeadlineCore
import Testing

/// Goal: partners share a commission as was said, whenever it was; commission is taken back for as long as the policy says;
/// and in all it is that of what was said last, whatever the order.
@Suite struct CommissionShareTests {
    private static let day = Moment.minutesPerDay

    private static func held(logic version: UInt32 = Logic.newest, clawback: UInt32? = nil) -> Story {
        var story = Story(
            logic: version,
            .policy {
                $0.sla.firstResponseMinutes = 0
                $0.clawbackDays = clawback
            }, .partner("A"), .partner("B"), .partner("C"), .commission("A", basisPoints: 1_000))
        story.given(0, .lead("L1"), .human("L1", .assign(partnerID: "A")))
        return story
    }

    private static func shared(_ shares: (String, UInt32)..., lead: String = "L1") -> Input {
        Input(.commissionShared(.init(leadID: lead, shares: shares.map { CommissionShare(partnerID: $0.0, basisPoints: $0.1) })))
    }

    @Test func whatIsSharedBeforeTheDealIsWon() {
        var story = Self.held()
        story.when(1, Self.shared(("B", 3_333), ("C", 1)))
        story.when(
            2, .won("L1", "A", euros(1_000)), then: "closed L1 at A, won, 100000, learned", "commission L1 to A, 6666 at 1000, share 6666",
            "commission L1 to B, 3333 at 1000, share 3333", "commission L1 to C, 1 at 1000, share 1")
        story.when(
            3, .lost("L1", "A"), then: "closed L1 at A, lost, learned", "reversed L1 of A, 6666 at 1000", "reversed L1 of B, 3333 at 1000",
            "reversed L1 of C, 1 at 1000")
        story.when(4, Self.shared(("B", 3_333), ("C", 1)), then: "disregarded L1, noChange")
    }

    /// Only what changes is said; the sum stays.
    @Test func whatIsSharedAfterwards() {
        var story = Self.held()
        story.given(1, .won("L1", "A", euros(1_000)))
        story.when(
            2, Self.shared(("B", 2_500), ("C", 2_500)), then: "reversed L1 of A, 10000 at 1000", "commission L1 to A, 5000 at 1000, share 5000",
            "commission L1 to B, 2500 at 1000, share 2500", "commission L1 to C, 2500 at 1000, share 2500")
        story.when(
            3, Self.shared(("C", 2_500)), then: "reversed L1 of A, 5000 at 1000", "reversed L1 of B, 2500 at 1000",
            "commission L1 to A, 7500 at 1000, share 7500")
        story.when(4, Self.shared(), then: "reversed L1 of C, 2500 at 1000", "reversed L1 of A, 7500 at 1000", "commission L1 to A, 10000 at 1000")
        // All of it is others', and what rounding leaves over is not lost.
        story.when(
            5, Self.shared(("B", 3_333), ("C", 6_667)), then: "reversed L1 of A, 10000 at 1000", "commission L1 to B, 3333 at 1000, share 3333",
            "commission L1 to C, 6667 at 1000, share 6667")
    }

    @Test func sharesOfNobodyAndOfNothing() {
        var story = Self.held()
        story.when(1, Self.shared(("Z", 1)), then: "disregarded Z, partnerUnknown")
        story.when(1, Self.shared(("B", 1), lead: "L9"), then: "disregarded L9, leadUnknown")
        story.when(1, Self.shared(), then: "disregarded L1, noChange")
        var older = Self.held(logic: 6)
        older.when(1, Self.shared(("B", 1)), then: "disregarded L1, logicTooOld")
    }

    /// Any order of what may be said: each partner has its share of what was said last, and all of them together all of it.
    @Test(arguments: Array(1...40) as [UInt64]) func whateverTheOrder(seed: UInt64) throws {
        var random = Seeded(seed), story = Self.held(), sums: [String: Int64] = [:]
        var worth: Int64 = 0, shares: [(String, UInt32)] = []
        for minute in 1...12 {
            switch random.below(3) {
            case 0:
                let amount = Int64(random.below(9_999))
                story.given(minute, .won("L1", "A", Money(minorUnits: amount, currency: "EUR")))
                worth = amount
            case 1:
                story.given(minute, .lost("L1", "A"))
                worth = 0
            default:
                shares = random.pick([[], [("B", 2_000)], [("B", 5_000), ("C", 5_000)], [("C", 1), ("A", 10)]])
                let named = shares.map { CommissionShare(partnerID: $0.0, basisPoints: $0.1) }
                story.given(minute, Input(.commissionShared(.init(leadID: "L1", shares: named))))
            }
            for event in story.last {
                switch event {
                case .commissionAccrued(let event): sums[event.partnerID, default: 0] += event.amountMinorUnits
                case .commissionReversed(let event): sums[event.partnerID, default: 0] -= event.amountMinorUnits
                default: break
                }
            }
            let total = worth / 10
            #expect(sums.values.reduce(0, +) == total, "seed \(seed), minute \(minute)")
            for partner in ["B", "C"] {
                let share = shares.first { $0.0 == partner }.map { total * Int64($0.1) / 10_000 } ?? 0
                #expect(abs(sums[partner, default: 0] - share) <= 1, "seed \(seed), minute \(minute), \(partner)")
            }
            let bytes = story.state.canonicalBytes()
            #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes, "seed \(seed), minute \(minute)")
        }
    }

    // MARK: Until when commission is taken back

    @Test func withinTheDaysItIsTakenBack() {
        var story = Self.held(clawback: 30)
        story.when(
            1, .won("L1", "A", euros(1_000)), then: "closed L1 at A, won, 100000, learned",
            "commission L1 to A, 10000 at 1000, until \(1 + 30 * Self.day)")
        story.when(
            1 + 30 * Self.day, .won("L1", "A", euros(500)), then: "closed L1 at A, won, 50000, learned", "reversed L1 of A, 10000 at 1000",
            "commission L1 to A, 5000 at 1000, until \(1 + 30 * Self.day)")
    }

    @Test func afterwardsItStands() {
        var story = Self.held(clawback: 30)
        story.given(1, Self.shared(("B", 5_000)), .won("L1", "A", euros(1_000)))
        let late = 2 + 30 * Self.day
        // What a later policy says is of later deals.
        story.given(late, .policy("p2") { $0.sla.firstResponseMinutes = 0; $0.clawbackDays = 90 })
        story.when(late, .won("L1", "A", euros(500)), then: "closed L1 at A, won, 50000, learned")
        story.when(late, .lost("L1", "A"), then: "closed L1 at A, lost, learned")
        story.when(late, .won("L1", "A", euros(900)), then: "closed L1 at A, won, 90000, learned")
        // More than stands is earned all the same.
        story.when(
            late, .won("L1", "A", euros(1_100)), then: "closed L1 at A, won, 110000, learned", "reversed L1 of A, 5000 at 1000",
            "reversed L1 of B, 5000 at 1000", "commission L1 to A, 5500 at 1000, share 5000, until \(1 + 30 * Self.day)",
            "commission L1 to B, 5500 at 1000, share 5000, until \(1 + 30 * Self.day)")
    }

    /// A deal that is lost in time and won again later is won then.
    @Test func theDaysBeginWithTheWin() {
        var story = Self.held(clawback: 1)
        story.given(1, .won("L1", "A", euros(1_000)), .lost("L1", "A"))
        let again = 3 * Self.day
        story.when(
            again, .won("L1", "A", euros(1_000)), then: "closed L1 at A, won, 100000, learned",
            "commission L1 to A, 10000 at 1000, until \(again + Self.day)")
    }

    @Test func sharesFollowAMergedLead() {
        var story = Story(.policy { $0.sla.firstResponseMinutes = 0 }, .partner("A"), .partner("B"), .commission("A", basisPoints: 1_000), .commission("B", basisPoints: 1_000))
        story.given(1, .lead("L1", account: 1, person: 1), .lead("L2", account: 1, person: 1), Self.shared(("B", 5_000), lead: "L2"))
        let holder = story.state.lead("L1")?.partnerID ?? ""
        story.given(2, .won("L1", holder, euros(100)))
        #expect(story.last.count == (holder == "B" ? 2 : 3))
    }
}
