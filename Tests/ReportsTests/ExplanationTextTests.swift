import Testing

@testable import Reports
@testable import LeadlineCore

/// Goal: the wording says what the numbers say. Tables of evaluations written by hand, and the sentence each must give.
@Suite struct ExplanationTextTests {
    private static let evidence = Evidence(
        won: 12, closed: 20, wonInVertical: 7, closedInVertical: 9, cycleDaysInVertical: 71, wonAtDealSize: 2,
        closedAtDealSize: 3, largestWonMinorUnits: 25_000_000,
        bySlot: [(7, 9), (0, 0), (0, 0), (2, 3), (0, 0), (0, 0), (0, 0)].map { SlotRecord(won: $0, closed: $1) },
        taken: 9,
        declined: 1, inTime: 8, missed: 0, openLeads: 4, openLeadsMax: 5, placesLeft: nil, tieDebtMicros: 500_000)

    /// - Parameter conversion: of program, partner, partner in the vertical, partner at the deal size.
    private static func candidate(
        _ id: String, score: Double = 5_248_800, fit: [Double] = [0.3, 0.15, 0.1, 0.2, 0, 0.06],
        conversion: [Double] = [-1.32, 0.61, 0.84, 0.02], isBelowMinimum: Bool = false, debt: Int64 = 500_000,
        engagement: Double = 1
    ) -> ScoredCandidate {
        var evidence = evidence
        evidence.tieDebtMicros = debt
        let conversion = [conversion[0], 0, conversion[1], conversion[2], 0, 0, conversion[3], 0, 0, 0, 0, 0]
        return ScoredCandidate(
            partnerID: id, fitContributions: fit, conversionContributions: conversion, fit: fit.reduce(0, +),
            conversion: ElementaryFunctions.logistic(conversion.reduce(0, +)), engagement: engagement, score: score,
            placePrice: 0, favour: 0, waitingPrice: 0,
            isBelowMinimum: isBelowMinimum,
            evidence: evidence)
    }

    private static func summary(_ change: (inout EvaluationSummary) -> Void = { _ in }) -> EvaluationSummary {
        var summary = EvaluationSummary()
        summary.dealValueMinorUnits = 12_000_000
        summary.fitExponent = 1
        summary.basis = .score
        change(&summary)
        return summary
    }

    @Test func evidenceInWords() {
        #expect(
            ExplanationText.evidence(Self.evidence, vertical: "manufacturing", currency: "EUR")
                == "won 7 of 9 deals in manufacturing, 71 days on average; won 12 of 20 in all; won 2 of 3 of this size; largest won EUR 250,000.00"
        )
        var new = Self.evidence
        (new.won, new.closed) = (0, 0)
        #expect(
            ExplanationText.evidence(new, vertical: nil, currency: "EUR")
                == "no deal closed yet: it starts at the program's average")
        var elsewhere = Self.evidence
        (elsewhere.wonInVertical, elsewhere.closedInVertical, elsewhere.cycleDaysInVertical) = (0, 0, nil)
        (elsewhere.closedAtDealSize, elsewhere.largestWonMinorUnits) = (0, 0)
        #expect(
            ExplanationText.evidence(elsewhere, vertical: "retail", currency: "EUR")
                == "no deal closed in retail; won 12 of 20 in all")
    }

    @Test func aCandidatesNumbersInWords() {
        let candidate = Self.candidate("alpha")
        #expect(
            ExplanationText.fit(candidate, currency: "EUR")
                == "fit 81 %: vertical 30, country 15, language 10, deal size 20, technologies 0, win rate 6")
        #expect(
            ExplanationText.conversion(candidate, vertical: "manufacturing")
                == "conversion 53.7 %: program average 21.1 % (-1.32), partner +0.61, in manufacturing +0.84 (won 7 of 9), at this deal size +0.02 (won 2 of 3) log-odds"
        )
        #expect(
            ExplanationText.expectedValue(candidate, Self.summary(), currency: "EUR")
                == "expected value EUR 52,488.00 = 120,000.00 x 53.7 % x 81.0 %^1.000")
    }

    @Test func howAPartnerTreatsLeadsInWords() {
        #expect(ExplanationText.engagement(Self.candidate("alpha")) == nil)
        let slow = Self.candidate("alpha", engagement: 0.95)
        #expect(
            ExplanationText.engagement(slow)
                == "engagement 95.0 %: took 9 of 10 leads, answered 8 of 8 in time; a lead routed again keeps half of its value"
        )
        #expect(
            ExplanationText.expectedValue(slow, Self.summary(), currency: "EUR").hasSuffix("x 81.0 %^1.000 x 95.0 %"))
    }

    @Test(arguments: [
        ([0.304, 0.153, 0.104, 0.2, 0.0, 0.05], 81, [30, 15, 11, 20, 0, 5]), ([0.005, 0.005], 1, [1, 0]),
        ([0.0, 0.0], 0, [0, 0]),
        ([0.1, 0.2], 30, [10, 20])
    ]) func pointsAddUpToTheShare(_ shares: [Double], _ total: Int, _ expected: [Int]) {
        let points = ExplanationText.points(shares, total: total)
        #expect(points == expected)
        #expect(points.reduce(0, +) == total)
    }

    @Test func aComparisonNamesWhatDiffersMost() {
        let alpha = Self.candidate("alpha")
        let beta = Self.candidate(
            "beta", score: 4_000_000, fit: [0, 0.15, 0.1, 0.2, 0.1, 0.06], conversion: [-1.32, 0.61, -0.4, 0.02])
        #expect(
            ExplanationText.comparison(alpha, beta, Self.summary(), vertical: "manufacturing", currency: "EUR")
                == "alpha expects EUR 12,488.00 more than beta: in manufacturing +0.84 against -0.40, vertical fit 30 against 0; against it, technologies fit 0 against 10"
        )
        let twin = Self.candidate("twin")
        #expect(
            ExplanationText.comparison(alpha, twin, Self.summary(), vertical: nil, currency: "EUR")
                == "alpha and twin expect the same: no term differs")
    }

    /// Since logic version 2 each contribution says what it rests on, and the record in the vertical is of twelve months.
    @Test func theLivingProfileSpeaks() {
        var candidate = Self.candidate("alpha", fit: [0.25, 0.15, 0.05, 0.2, 0.05, 0.1, 0.02, 0.04, 0.03, 0.02])
        (candidate.evidence.taken, candidate.evidence.declined) = (30, 4)
        candidate.evidence.living = LivingEvidence(
            inVerticalInYear: SlotRecord(won: 7, closed: 9), cycleDays: 71, responses: 34, typicalResponseMinutes: 12.2,
            sizedWins: 8,
            usualSizes: 4_000_000...16_000_000)
        let fit = ExplanationText.fit(candidate, currency: "EUR")
        for part in [
            "deal size 20 (its 8 won are usually EUR 40,000.00 to 160,000.00)", "acceptance 4 (took 30 of 34 leads)",
            "response time 3 (answers within 12 min 12 s, the geometric mean of 34 leads)",
            "cycle length 2 (71 days on average"
        ] { #expect(fit.contains(part), "\(part)") }
        #expect(
            ExplanationText.evidence(candidate.evidence, vertical: "manufacturing", currency: "EUR")
                .hasPrefix("won 7 of 9 manufacturing deals in 12 months, "))
        #expect(ExplanationText.conversion(candidate, vertical: "manufacturing").contains("(won 7 of 9 in 12 months)"))
        candidate.evidence.living?.inVerticalInYear = SlotRecord(won: 0, closed: 0)
        #expect(
            ExplanationText.evidence(candidate.evidence, vertical: "manufacturing", currency: "EUR")
                .hasPrefix("no deal closed in manufacturing in 12 months, won "))
    }

    @Test func fitDoesNotCountWhereItsExponentIsZero() {
        let alpha = Self.candidate("alpha")
        let beta = Self.candidate("beta", score: 5_000_000, fit: [0, 0, 0, 0, 0, 0.06])
        let text = ExplanationText.comparison(
            alpha, beta, Self.summary { $0.fitExponent = 0 }, vertical: nil, currency: "EUR")
        #expect(!text.contains("fit "))
    }

    @Test func tiesAndOwnersAreNamed() {
        var evaluation = FullEvaluation(
            summary: Self.summary {
                $0.basis = .tieDebt
                $0.tiedPartnerIDs = ["alpha", "beta"]
            }, candidates: [Self.candidate("alpha"), Self.candidate("beta", debt: -500_000)], excluded: [], lead: [])
        #expect(
            ExplanationText.basis(evaluation, chosen: "alpha")
                == "alpha, beta have the same expected value after the price of the place, to the smallest unit of the currency. Earlier ties owe them, in leads: alpha +0.50, beta -0.50. alpha is owed most"
        )
        #expect(
            ExplanationText.behind(
                evaluation.candidates[1], evaluation.candidates[0], evaluation, nil, vertical: nil, currency: "EUR"
            )
            .hasPrefix("tied at EUR 52,488.00"))
        evaluation.summary = Self.summary {
            $0.basis = .ownership
            $0.best = [Candidate(partnerID: "beta", score: 1, fit: 1, conversion: 1)]
        }
        #expect(
            ExplanationText.basis(evaluation, chosen: "alpha")?.contains(
                "By expected value after the price of the place alone beta would have come first") == true)
        evaluation.summary.claimID = "c-7"
        #expect(ExplanationText.basis(evaluation, chosen: "alpha")?.contains("by its claim c-7, which is in force") == true)
        evaluation.summary.basis = .score
        #expect(ExplanationText.basis(evaluation, chosen: "alpha") == nil)
    }

    @Test(arguments: [
        (ExclusionReason.hardRule, "out: hard rule tier (its tier must be at least 2)"), (.paused, "out: paused"),
        (.absent, "out: away"), (.tried, "out: had this lead before"),
        (.openLeadsCap, "out: at its cap of open leads (4 of 5)"), (.periodCap, "out: at its cap for the period (20)")
    ]) func exclusionsInWords(_ reason: ExclusionReason, _ expected: String) {
        var policy = Policy()
        policy.hardRules = [HardRule(name: "tier", require: .partnerTierAtLeast(2))]
        var profile = PartnerProfile(partnerID: "p")
        profile.capacity.leadsPerPeriodMax = 20
        let standing = PartnerStanding(
            profile: profile, status: "active", openLeads: 4, assignments: 9, won: 1, lost: 1, tieDebtMicros: 0,
            commissionBasisPoints: 0)
        let partner = ExcludedPartner(
            partnerID: "p", reason: reason, rule: reason == .hardRule ? "tier" : "", evidence: Self.evidence)
        #expect(ExplanationText.exclusion(partner, standing, policy, currency: "EUR") == expected)
    }

    @Test func aConversionBelowTheMinimumIsOut() {
        var policy = Policy()
        policy.minimumConversionBasisPoints = 6_000
        let evaluation = FullEvaluation(summary: Self.summary(), candidates: [], excluded: [], lead: [])
        #expect(
            ExplanationText.behind(
                Self.candidate("p", isBelowMinimum: true), nil, evaluation, policy, vertical: nil, currency: "EUR")
                == "out: conversion below the policy's minimum (53.7 %, the minimum is 60.0 %)")
    }

    @Test(arguments: [
        (
            Predicate.partnerCovers(.requiredCertifications, .certifications),
            "its certifications must cover the lead's required certifications"
        ),
        (
            .any([.leadIs(.country, values: ["DE", "AT"]), .not(.partnerLists(.regions, value: "trial"))]),
            "the lead's country must be DE or AT or not (its regions must include trial)"
        ),
        (
            .all([.leadNumberWithin(.employees, atLeast: 10, atMost: nil), .any([.partnerTierAtLeast(1)])]),
            "the lead's number of employees must be at least 10 and (its tier must be at least 1)"
        )
    ]) func hardRulesInWords(_ predicate: Predicate, _ expected: String) {
        #expect(RuleWords.requirement(predicate) == expected)
    }

    @Test(
        arguments: [
            (6_480_000, "EUR", "EUR 64,800.00"), (5, "EUR", "EUR 0.05"), (-123_456, "EUR", "-EUR 1,234.56"),
            (1_234_567, "JPY", "JPY 1,234,567"),
            (1_234, "KWD", "KWD 1.234"), (0, "EUR", "EUR 0.00")
        ] as [(Int64, String, String)]) func money(_ minorUnits: Int64, _ currency: String, _ expected: String)
    {
        #expect(MoneyText.exact(minorUnits, currency) == expected)
    }

    @Test func decimals() {
        #expect(NumberText.fixed(0.05, 1) == "0.1")
        #expect(NumberText.fixed(-0.001, 2) == "0.00")
        #expect(NumberText.signed(-1.324) == "-1.32")
        #expect(NumberText.signed(0.605) == "+0.61" || NumberText.signed(0.605) == "+0.60")
        #expect(NumberText.percent(0.5) == "50.0 %")
    }
}
