import Testing

@testable import LeadlineCore

/// Goal: a program that takes up logic version 8 goes on from what version 7 had learned, says whose word a prediction
/// is, and tells deals apart by their size in finer steps and by how round the amount is; programs on earlier versions
/// decide as they did.
/// Method: stories of one or two partners who win some deals and lose others.
@Suite struct MixedSpeedsTests {
    private static let policy = Input.policy { $0.sla.firstResponseMinutes = 0 }

    /// Deals of two partners, one a minute: A wins energy, B wins what is left.
    private static func history(logic version: UInt32, deals: Int = 120) -> Story {
        var story = Story(
            logic: version, policy, .partner("A") { $0.languages = ["de"] }, .partner("B") { $0.languages = ["de"] })
        for number in 0..<deals {
            let id = "L\(number)", isEnergy = number % 3 == 0, partner = number % 2 == 0 ? "A" : "B"
            story.given(
                1 + 10 * number,
                .lead(id, past: partner) {
                    $0.vertical = isEnergy ? "energy" : "retail"
                    $0.dealValue = euros(10_000 + Int64(number % 7) * 1_000)
                }.asHistory)
            let isWon = isEnergy == (partner == "A")
            story.given(5 + 10 * number, isWon ? .won(id, partner).asHistory : .lost(id, partner).asHistory)
        }
        return story
    }

    private static let next = Input.lead("next") {
        $0.vertical = "energy"
        $0.dealValue = euros(12_000)
    }

    private static func explained(_ story: Story, _ lead: Input = next, at minute: Int = 5_000) throws -> FullEvaluation {
        try #require(Decider.explain(lead, at: Moment.at(minute), in: story.state).evaluation)
    }

    // MARK: Taking it up

    @Test func whatWasLearnedStays() throws {
        var story = Self.history(logic: 7)
        story.given(3_999, Self.policy)
        let before = try Self.explained(story), standing = story.state.modelStanding
        #expect(standing.experts.count == 5 && standing.slots.count == 8)
        story.when(4_000, Input(.logicVersionAdopted(8)))
        let after = try Self.explained(story), now = story.state.modelStanding
        #expect(now.experts.map(\.name).suffix(2) == ["slow-model", "slowest-model"] && now.slots.count == 11)
        #expect(now.awards == standing.awards && now.won == standing.won && now.lost == standing.lost)
        // Since version 8 both ends of deals have to have been seen, and not the losses alone.
        #expect(abs(now.baseRate - standing.baseRate) < 1e-4)
        for (then, candidate) in zip(before.candidates, after.candidates) {
            #expect(abs(then.conversion - candidate.conversion) < 0.1, "\(then.conversion) \(candidate.conversion)")
            #expect(then.voices == nil && then.conversionContributions.count == candidate.conversionContributions.count)
            // Of deals not seen in finer steps, all three say what the one had learned.
            let crossed = try #require(candidate.voices).voices.filter { $0.name.hasSuffix("model") && $0.name != "match-model" }
            #expect(crossed.count == 3 && crossed.allSatisfy { abs($0.says - crossed[0].says) < 1e-9 }, "\(crossed)")
        }
    }

    /// From the adoption on the three learn, each at its own speed.
    @Test func theSpeedsPart() throws {
        var story = Self.history(logic: 7)
        story.given(4_000, Input(.logicVersionAdopted(8)))
        for number in 0..<60 {
            let id = "M\(number)"
            story.given(4_001 + number, .lead(id, past: "A") { $0.vertical = "health" }.asHistory, .lost(id, "A").asHistory)
        }
        let lead = Input.lead("next") { $0.vertical = "health" }
        let candidate = try #require(try Self.explained(story, lead).candidates.first { $0.partnerID == "A" })
        let said = Dictionary(uniqueKeysWithValues: try #require(candidate.voices).voices.map { ($0.name, $0.says) })
        let (quick, slow, slowest) = (said["crossed-model"] ?? 0, said["slow-model"] ?? 0, said["slowest-model"] ?? 0)
        #expect(quick < slow - 0.1 && slow < slowest - 0.1, "\(said)")
    }

    @Test(arguments: [7, 8] as [UInt32]) func adoptionIsJournaledOnce(from version: UInt32) {
        var story = Self.history(logic: version, deals: 4)
        if version == 7 { story.when(4_000, Input(.logicVersionAdopted(8))) }
        story.when(4_001, Input(.logicVersionAdopted(8)), then: "disregarded -, noChange")
        #expect(story.state.logicVersion == 8)
    }

    /// A program that starts with version 8 and one that takes it up before its first deal learn the same.
    @Test func adoptedBeforeAnyDealItIsAsIfItHadStartedWithIt() throws {
        func run(_ version: UInt32) -> Story {
            var story = Story(logic: version, Self.policy, .partner("A"), .partner("B"))
            if version < 8 { story.given(0, Input(.logicVersionAdopted(8))) } else { story.given(0, Self.policy) }
            for number in 0..<30 {
                let id = "L\(number)"
                story.given(1 + number, .lead(id, past: "A") { $0.vertical = "energy" }.asHistory)
                story.given(1 + number, number % 3 == 0 ? .won(id, "A").asHistory : .lost(id, "A").asHistory)
            }
            return story
        }
        let (started, adopted) = (try Self.explained(run(8)), try Self.explained(run(7)))
        for (a, b) in zip(started.candidates, adopted.candidates) {
            #expect(abs(a.conversion - b.conversion) < 0.02, "\(a.conversion) \(b.conversion)")
        }
    }

    /// An outcome from beyond the window of a program's closing curve teaches, since version 8.
    @Test(arguments: [7, 8] as [UInt32]) func anOutcomeFromBeyondTheWindow(logic version: UInt32) throws {
        var story = Story(logic: version, Self.policy, .partner("A"))
        for number in 0..<20 {
            let day = Moment.at(day: number, 9)
            story.given(day, .lead("L\(number)", past: "A") { $0.vertical = "energy" }.asHistory)
        }
        // Others come by, so that nothing before them is awaited.
        for number in 0..<4 {
            let id = "N\(number)", day = Moment.at(day: 430 + number, 9)
            story.given(day, .lead(id, past: "A").asHistory, .lost(id, "A").asHistory)
        }
        let before = try Self.explained(story, at: Moment.at(day: 440, 9)).candidates[0].conversion
        let version0 = story.state.modelStanding.version
        for number in 0..<20 { story.given(Moment.at(day: 440, 9) + number, .won("L\(number)", "A").asHistory) }
        let after = try Self.explained(story, at: Moment.at(day: 441, 9)).candidates[0].conversion
        #expect(after > before, "\(before) \(after)")
        #expect((story.state.modelStanding.version != version0) == (version == 8))
        let bytes = story.state.canonicalBytes()
        #expect(try State(canonicalBytes: bytes).canonicalBytes() == bytes)
    }

    // MARK: Whose word it is

    @Test func voicesAddUpToTheContributions() throws {
        let story = Self.history(logic: 8)
        for candidate in try Self.explained(story).candidates {
            let sum = candidate.conversionContributions.reduce(0, +)
            #expect(abs(ElementaryFunctions.logistic(sum) - candidate.conversion) < 1e-12)
            let said = try #require(candidate.voices)
            #expect(abs(said.voices.reduce(said.base) { $0 + $1.counted } - sum) < 1e-9)
            #expect(abs(said.voices.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
            #expect(said.voices.map(\.name) == ExpertBlend.names)
        }
    }

    @Test(arguments: 1...7 as ClosedRange<UInt32>) func beforeVersion8NobodySaysIt(logic version: UInt32) throws {
        let story = Self.history(logic: version, deals: 20)
        #expect(try Self.explained(story).candidates.allSatisfy { $0.voices == nil })
        #expect(story.state.modelStanding.slots.count == (version < 3 ? 7 : 8))
    }

    // MARK: Deal size

    /// Deals of one partner at amounts of two kinds, one won and one lost; what it says of one more of each.
    private static func said(logic version: UInt32, won: Int64, lost: Int64, currency: String = "EUR") throws -> (
        won: ScoredCandidate, lost: ScoredCandidate
    ) {
        var story = Story(
            logic: version,
            .policy {
                $0.sla.firstResponseMinutes = 0
                $0.exchangeRates = [.init(currency: "USD", rateMicros: 912_345)]
            }, .partner("A"))
        func lead(_ id: String, _ amount: Int64) -> Input {
            .lead(id, past: "A") { $0.dealValue = Money(minorUnits: amount, currency: currency) }.asHistory
        }
        for number in 0..<80 {
            let id = "L\(number)", isWon = number % 2 == 0
            let day = Moment.at(day: number, 9)
            story.given(day, lead(id, isWon ? won : lost), isWon ? .won(id, "A").asHistory : .lost(id, "A").asHistory)
        }
        let end = Moment.at(day: 80, 9)
        return (
            try #require(try explained(story, lead("W", won), at: end).candidates.first),
            try #require(try explained(story, lead("X", lost), at: end).candidates.first)
        )
    }

    /// The same half octave, but not the same eighth.
    @Test(arguments: [7, 8] as [UInt32]) func finerSteps(logic version: UInt32) throws {
        let said = try Self.said(logic: version, won: 3_000_010, lost: 3_600_010)
        #expect((said.won.conversion > said.lost.conversion + 0.2) == (version == 8), "\(said)")
    }

    /// Nearly the same amount, one a guess and one a quotation.
    @Test(arguments: [7, 8] as [UInt32]) func roundness(logic version: UInt32) throws {
        let said = try Self.said(logic: version, won: 3_000_000, lost: 3_000_100)
        #expect((said.won.conversion > said.lost.conversion + 0.1) == (version == 8), "\(said)")
        let place = ConversionContribution.partnerDealSize.rawValue
        let gained = said.won.conversionContributions[place] - said.lost.conversionContributions[place]
        #expect((gained > 0.01) == (version == 8), "\(gained)")
    }

    /// An amount is as round as it was stated, whatever it comes to in the program's currency.
    @Test func roundnessInAnotherCurrency() throws {
        let said = try Self.said(logic: 8, won: 3_000_000, lost: 3_000_100, currency: "USD")
        #expect(said.won.conversion > said.lost.conversion + 0.1, "\(said)")
    }

    @Test func sizesHaveWords() throws {
        var story = Story(logic: 8, Self.policy, .partner("A"))
        for (number, amount) in [1_200_000, 1_234_500, 1_234_567].enumerated() {
            let id = "L\(number)"
            story.given(
                1 + number, .lead(id, past: "A") { $0.dealValue = Money(minorUnits: Int64(amount), currency: "EUR") }.asHistory,
                .won(id, "A").asHistory)
        }
        story.given(9, .lead("unstated", past: "A").asHistory, .lost("unstated", "A").asHistory)
        func words(_ slot: LeadSlot) -> Set<String> {
            Set(story.state.modelStanding.values.filter { $0.value.slot == slot }.map(\.value.word))
        }
        #expect(words(.dealRoundness) == ["3 zeros at the end", "no zero at the end", "to the cent", "not stated"])
        #expect(words(.dealSizeHalf) == ["over 1158523 to 1638399", "not stated"])
        let eighth = story.state.modelStanding.values.first { $0.value.slot == .dealSizeEighth && $0.value.aboveMinorUnits != nil }
        let band = try #require(eighth?.value)
        #expect((band.aboveMinorUnits ?? 0) < 1_200_000 && (band.upToMinorUnits ?? 0) >= 1_234_567, "\(band)")
    }

    /// Bands have their first number in them, and the one below it not.
    @Test(arguments: [2, 8]) func bandsBeginWhereTheySay(steps: Int) {
        for band in -2 * steps..<40 * steps {
            guard let start = NumberBands.start(ofBand: band, steps: steps) else {
                Issue.record("band \(band)")
                continue
            }
            let read = steps == 2 ? NumberBands.halfOctave : NumberBands.eighthOctave
            #expect(read(start) == band && read(start.nextDown) == band - 1, "\(band)")
        }
        #expect(NumberBands.start(ofBand: -9_999, steps: steps) == nil)
    }
}
