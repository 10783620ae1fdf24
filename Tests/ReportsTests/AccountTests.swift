import Testing

@testable import Audit
@testable import LeadlineCore
@testable import Reports

/// Goal: the account in plain words says of a decision what was recorded, and nothing else. Method: tables over every method,
/// basis, cause, reason and way to decide, whose sentences are read; then decisions that the core itself makes.
@Suite struct AccountTests {
    private static func all<Value>(_ type: (UInt8) -> Value?) -> [Value] { (0...UInt8.max).compactMap(type) }

    private static let bases = all(SelectionBasis.init(rawValue:))
    private static let policy: Policy = {
        var policy = Policy()
        policy.name = "spring"
        policy.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        policy.minimumConversionBasisPoints = 1_000
        return policy
    }()

    private static func summary(
        _ method: RoutingMethod, _ basis: SelectionBasis, exclusions: [Exclusion] = [], arm: String = ""
    ) -> EvaluationSummary {
        var summary = EvaluationSummary()
        summary.policyVersion = "0123456789abcdef"
        summary.method = method
        summary.basis = basis
        summary.arm = arm
        summary.best = [
            Candidate(partnerID: "first", score: 900, fit: 0.9, conversion: 0.5),
            Candidate(partnerID: "chosen", score: 800, fit: 0.8, conversion: 0.4),
        ]
        if [.score, .fit].contains(basis) { summary.best.swapAt(0, 1) }
        if basis == .tieDebt { summary.tiedPartnerIDs = ["first", "chosen"] }
        if basis == .exploration { summary.propensity = 0.05 }
        summary.runnerUpPartnerID = "first"
        summary.scored = 2
        summary.exclusions = exclusions
        return summary
    }

    private static func own(_ fact: Fact = .timeAdvanced(through: .epoch), imported: Bool = false) -> Input {
        var input = Input(fact)
        input.imported = imported
        return input
    }

    private static func account(
        _ event: Event, of input: Input = own(), _ before: [Event] = [], policy: Policy? = policy
    ) -> DecisionAccount {
        DecisionAccount(event, of: input, events: before + [event], policy: policy)
    }

    private static func text(_ account: DecisionAccount) -> String {
        EnglishAccount.words.paragraph(account.statements)
    }

    private static func assigned(
        _ summary: EvaluationSummary?, _ cause: RoutingCause = .submitted
    ) -> Event {
        .leadAssigned(
            LeadAssigned(leadID: "L", partnerID: "chosen", attempt: 1, cause: cause, evaluation: summary))
    }

    private static func handed(_ cause: RoutingCause, from former: String) -> DecisionAccount {
        account(
            .leadAssigned(.init(leadID: "L", partnerID: "chosen", attempt: 2, cause: cause)),
            [.assignmentEnded(.init(leadID: "L", partnerID: former, attempt: 1, cause: cause))])
    }

    private static var handedToADeputy: DecisionAccount { handed(.partnerAbsent, from: "ill") }
    private static var handedToItsSuccessor: DecisionAccount { handed(.partnersMerged, from: "old") }

    private static func escalated(
        _ reason: EscalationReason, _ summary: EvaluationSummary? = nil, suggested: String = ""
    ) -> Event {
        .leadEscalated(
            LeadEscalated(
                leadID: "L", reason: reason, queue: "managers", evaluation: summary, suggestedPartnerID: suggested))
    }

    private static func supposed(_ partner: String, _ summary: EvaluationSummary?) -> Event {
        .shadowDecided(ShadowDecided(leadID: "L", partnerID: partner, evaluation: summary))
    }

    // MARK: Method x basis x outcome

    /// Claims that only some records bear out, with those that do.
    private static let claims: [(claim: String, holds: @Sendable (RoutingMethod, SelectionBasis) -> Bool)] = [
        ("chosen had the highest expected value after the price of its place.", { $0 == .bidPrice && $1 == .score }),
        ("chosen had the highest expected value.", { $0 == .highestScore && $1 == .score }),
        ("chosen had the best fit", { $0 == .highestFit && $1 == .fit }),
        ("The way of choosing: the highest expected value after", { method, _ in method == .bidPrice }),
        ("The way of choosing: the highest expected value.", { method, _ in method == .highestScore }),
        ("The way of choosing: partners take turns, in each", { method, _ in method == .roundRobin }),
        ("The way of choosing: partners take turns in prop", { method, _ in method == .weightedRotation }),
        ("The way of choosing: the best fit", { method, _ in method == .highestFit }),
        ("It was the turn of chosen", { $0 == .roundRobin && $1 == .rotation }),
        ("By its weight it was the turn of chosen", { $0 == .weightedRotation && $1 == .rotation }),
        ("chosen owns the account", { $1 == .ownership }),
        ("chosen was drawn by lot, with a probability of 5.0 %", { $1 == .exploration }),
        ("chosen was owed most by earlier ties", { $1 == .tieDebt }),
        ("they did not decide whose turn it was", { $1 == .rotation }),
        ("other partners were expected to make of the enquiry was worked out and noted; it did not count",
            { [.ownership, .exploration, .agreement].contains($1) }),
        ("first would have come first", { [.rotation, .ownership, .exploration, .agreement].contains($1) }),
        ("The record does not say what was decisive", { $1 == .none }),
    ]

    @Test(arguments: RoutingMethod.allCases, bases)
    func aChoiceIsToldByItsMethodAndBasis(_ method: RoutingMethod, _ basis: SelectionBasis) {
        let summary = Self.summary(method, basis)
        let outcomes: [(event: Event, says: String, never: [String])] = [
            (Self.assigned(summary), "L went to chosen, as attempt 1.", ["no effect", "human queue", "suggested"]),
            (Self.supposed("chosen", summary), "That was noted and had no effect.", ["L went to", "suggested"]),
            (
                Self.escalated(.shadow, summary, suggested: "chosen"), "Leadline suggested chosen.",
                ["L went to chosen", "no effect"]
            ),
            (
                Self.escalated(.reviewRequired, summary, suggested: "chosen"), "The policy asks for a human to decide",
                ["L went to chosen", "no effect"]
            ),
        ]
        for outcome in outcomes {
            let text = Self.text(Self.account(outcome.event))
            #expect(text.contains(outcome.says), "\(text)")
            for never in outcome.never { #expect(!text.contains(never), "\(never): \(text)") }
            #expect(text.contains("The policy in force was spring, version 0123456789ab."), "\(text)")
            #expect(text.contains("Its hard rules: serves-country.") && text.contains("conversion below 10.0 %"))
            // A suggestion without a basis is no choice, so that nothing is said of how it was made.
            let isChoice = basis != .none || !outcome.says.contains("suggested") && !outcome.says.contains("asks for")
            for claim in Self.claims {
                let expected = isChoice && claim.holds(method, basis)
                #expect(text.contains(claim.claim) == expected, "\(method) \(basis), \(claim.claim): \(text)")
            }
            if method != .bidPrice && method != .highestScore {
                #expect(!text.contains("highest expected value"), "\(text)")
            }
        }
    }

    /// Nobody stood before a partner that ranks as high, to the smallest unit.
    @Test func whoRanksEqualDidNotComeFirst() {
        var summary = Self.summary(.roundRobin, .rotation)
        summary.best[0].score = 800.4
        #expect(!Self.text(Self.account(Self.assigned(summary))).contains("would have come first"))
        summary.best.removeLast()
        #expect(!Self.text(Self.account(Self.assigned(summary))).contains("would have come first"))
    }

    @Test func whoCameNextIsRankedAsTheMethodRanks() {
        let expected: [RoutingMethod: String] = [
            .bidPrice: "Next by expected value after the price of the place: first, fit 90.0 %, conversion 50.0 %.",
            .highestScore: "Next by expected value: first", .highestFit: "Next by fit: first",
        ]
        for method in RoutingMethod.allCases {
            let text = Self.text(Self.account(Self.assigned(Self.summary(method, .score))))
            #expect(text.contains("Next by") == (expected[method] != nil))
            #expect(text.contains(expected[method] ?? ""), "\(text)")
        }
        var lot = Self.summary(.bidPrice, .score)
        lot.propensity = 0.95
        #expect(Self.text(Self.account(Self.assigned(lot))).contains("with a probability of 95.0 %"))
        let arm = Self.text(Self.account(Self.assigned(Self.summary(.roundRobin, .rotation, arm: "incumbent"))))
        #expect(arm.contains("the enquiry fell to the arm incumbent"))
    }

    /// By which rate a foreign amount was counted, and whose rate it is.
    @Test(arguments: [
        (RateUsed(currency: "USD", rateMicros: 924_300), "converted from USD at the policy's rate 0.924300."),
        (
            RateUsed(currency: "JPY", rateMicros: 12_000_005, validFrom: Timestamp(micros: 1_775_001_600_000_000), position: 7),
            "converted from JPY at the rate 12.000005, published for 2026-04-01 on."
        ),
    ]) func theRateIsTold(rate: RateUsed, said: String) {
        var summary = Self.summary(.bidPrice, .score)
        #expect(!Self.text(Self.account(Self.assigned(summary))).contains("converted"))
        summary.rate = rate
        #expect(Self.text(Self.account(Self.assigned(summary))).contains(said))
    }

    // MARK: Causes, exclusions, reasons, endings

    @Test func everyCauseIsTold() {
        let expected: [RoutingCause: (DecisionMaker, String)] = [
            .submitted: (.leadline, "had just come in"), .expired: (.leadline, "had not answered in time"),
            .declined: (.leadline, "had declined"), .partnerPaused: (.leadline, "had paused"),
            .partnerRemoved: (.leadline, "had left the program"),
            .partnerSuspended: (.leadline, "had been suspended for missing deadlines"),
            .returned: (.leadline, "had given it back."),
            .human: (.leadlineForHuman, "A human had sent the enquiry back"),
            .imported: (.history, "it was imported as it had been"),
            .resumed: (.leadline, "A restriction of the processing had ended"),
            .unlinked: (.leadline, "A person had undone the link"),
            .linked: (.leadline, "A person had linked the enquiry to another"),
            .offeredAgain: (.leadline, "by now a partner could take the enquiry"),
            .answeredInTime: (.leadline, "had answered the enquiry before its deadline"),
            .ruleBroken: (.leadline, "broke a hard rule"),
            .partnerAbsent: (.leadline, "The partner before was away."),
            .partnersMerged: (.leadline, "had become one with another"),
        ]
        for cause in Self.all(RoutingCause.init(rawValue:)) {
            let account = Self.account(Self.assigned(Self.summary(.bidPrice, .score), cause))
            #expect(account.decider == expected[cause]?.0)
            #expect(Self.text(account).contains(expected[cause]?.1 ?? "?"), "\(Self.text(account))")
            // Nothing is evaluated where history or a human decided.
            if cause == .imported {
                #expect(!Self.text(account).contains("highest") && !Self.text(account).contains("evaluated"))
            }
        }
        let human = Self.account(Self.assigned(nil, .human))
        #expect(human.decider == .human)
        #expect(Self.text(human).hasPrefix("A human gave L to chosen, as attempt 1. No partner was evaluated."))
        let unrecorded = Self.account(Self.assigned(nil, .expired))
        #expect(Self.text(unrecorded).contains("The record does not say what was decisive."))
    }

    @Test func whoseDeputyItIsIsTold() {
        #expect(Self.handedToADeputy.decider == .leadline)
        #expect(Self.text(Self.handedToADeputy).contains("handed to the deputy chosen because ill is away"))
        #expect(Self.text(Self.handedToItsSuccessor).contains("chosen has everything of old since"))
    }

    @Test func everyExclusionIsCounted() {
        for reason in Self.all(ExclusionReason.init(rawValue:)) {
            for count in [1, 1_234] as [UInt32] {
                let out = Exclusion(
                    reason: reason, rule: reason == .hardRule ? "serves-country" : "", partners: count)
                let summary = Self.summary(.bidPrice, .score, exclusions: [out])
                let text = Self.text(Self.account(Self.assigned(summary)))
                let who = reason == .conversionBelowMinimum ? "evaluated partner" : "partner"
                #expect(text.contains(count == 1 ? "1 \(who) was out" : "1,234 \(who)s were out"), "\(text)")
                #expect(text.contains("by the hard rule serves-country.") == (reason == .hardRule))
                #expect(!text.contains("No partner was out"))
            }
        }
    }

    @Test func everyReasonForAHumanIsTold() {
        var said: Set<String> = []
        for reason in Self.all(EscalationReason.init(rawValue:)) {
            let account = Self.account(Self.escalated(reason))
            let text = Self.text(account)
            #expect(account.decider == .leadline && text.contains("L went to the human queue managers"))
            #expect(text.hasSuffix("No partner was evaluated.") && !text.contains("highest") && !text.contains("turn"))
            said.insert(text)
            let weighed = Self.text(Self.account(Self.escalated(reason, Self.summary(.bidPrice, .none))))
            #expect(weighed.contains("2 partners were evaluated.") && weighed.contains("Leadline suggested nobody."))
        }
        #expect(said.count == 21)
        let person = Self.account(
            Self.escalated(.processingRestricted), of: Self.own(.processingRestricted(.init(leadID: "L"))))
        #expect(person.decider == .request && Self.text(person).contains("The person asked for the processing"))
        let owner = Self.text(Self.account(Self.escalated(.ownerAtCap, Self.summary(.roundRobin, .none), suggested: "b")))
        #expect(owner.contains("suggested b") && !owner.contains("The way of choosing"))
        var byClaim = Self.summary(.bidPrice, .ownership)
        byClaim.claimID = "c"
        let claimed = Self.text(Self.account(Self.assigned(byClaim)))
        #expect(claimed.contains("chosen has a claim on the account") && !claimed.contains("newest open deal"))
        let ended = Event.assignmentEnded(.init(leadID: "L", partnerID: "p", attempt: 1, cause: .declined))
        let again = Self.text(Self.account(Self.escalated(.attemptsExhausted), [ended]))
        #expect(again.hasPrefix("The partner before had declined."))
        let sentBack = Self.account(
            Self.escalated(.noEligiblePartner), of: Self.own(.humanDecisionRecorded(.init(leadID: "L", decision: .reroute))))
        #expect(Self.text(sentBack).hasPrefix("A human had sent the enquiry back"))
    }

    @Test func everyEndIsTold() {
        let expected: [ClosingReason: (DecisionMaker, String)] = [
            .won: (.partner, "was won, as p reported"), .lost: (.partner, "was lost, as p reported"),
            .withdrawn: (.request, "was withdrawn by the vendor"), .human: (.human, "A human closed L."),
            .objected: (.request, "the person objected"), .erased: (.request, "the person asked to be erased"),
        ]
        for reason in Self.all(ClosingReason.init(rawValue:)) {
            let event = Event.leadClosed(.init(leadID: "L", partnerID: "p", reason: reason, learned: true))
            let account = Self.account(event, of: Self.own(.leadWithdrawn(.init(leadID: "L"))))
            #expect(account.decider == expected[reason]?.0 && Self.text(account).contains(expected[reason]?.1 ?? "?"))
        }
        let lost = Event.leadClosed(.init(leadID: "L", partnerID: "p", reason: .lost, learned: true))
        #expect(Self.account(lost).decider == .leadline && Self.text(Self.account(lost)).contains("had not said"))
        let gone = Event.leadClosed(.init(leadID: "L", partnerID: "p", reason: .withdrawn, learned: false))
        let past = Self.own(.dealWon(.init(leadID: "L", partnerID: "q")), imported: true)
        #expect(Self.account(gone, of: past).decider == .history)
        #expect(!Self.text(Self.account(gone, of: past)).contains("by the vendor"))
        let merged = Self.text(Self.account(.leadMerged(.init(leadID: "L", intoLeadID: "M", sameID: false))))
        #expect(merged.contains("the same enquiry as M"))
        #expect(Self.account(.reviewOpened(.init(leadID: "L", partnerID: "p"))).statements.isEmpty)
    }

    @Test func whatWouldHaveBeenHadNoEffect() {
        for (partner, summary, says) in [
            ("chosen", Self.summary(.bidPrice, .score), "would have chosen chosen"), ("", nil, "passed L to a human"),
            ("", Self.summary(.bidPrice, .none), "passed L to a human"), ("chosen", nil, "would have chosen chosen"),
            ("", Self.summary(.bidPrice, .score), "by the policy L would have gone to a human"),
        ] as [(String, EvaluationSummary?, String)] {
            let account = Self.account(Self.supposed(partner, summary), of: Self.own(imported: true))
            #expect(account.decider == .nobody && Self.text(account).contains(says), "\(Self.text(account))")
            #expect(Self.text(account).contains("had no effect") && !Self.text(account).contains("went to"))
        }
    }

    // MARK: The whole

    private static func dossier(_ accounts: [DecisionAccount]) -> Dossier {
        var dossier = Samples.dossier("t")
        let sample = dossier.decisions[0]
        dossier.decisions = accounts.map {
            var decision = sample
            (decision.decider, decision.statements) = ($0.decider, $0.statements)
            return decision
        }
        dossier.reviews = []
        dossier.opening = PersonAccount.opening(dossier)
        dossier.closing = PersonAccount.closing(dossier)
        return dossier
    }

    @Test func whoDecidedHowOftenIsCounted() {
        let human = Self.account(Self.assigned(nil, .human))
        let own = Self.account(Self.assigned(Self.summary(.bidPrice, .score)))
        let past = Self.account(Self.assigned(nil, .imported))
        let text = DossierAccount.lines(Self.dossier([human, own, own, past])).joined(separator: "\n")
        #expect(text.contains("2 decisions were made by Leadline, a computer program, with no human in between."))
        #expect(text.contains("1 decision was made by a human.") && text.contains("1 decision was made before Leadline"))
        let history = DossierAccount.lines(Self.dossier([past])).joined(separator: "\n")
        #expect(!history.contains("made by Leadline") && !history.contains("Conversion"))
        let nothing = DossierAccount.lines(Self.dossier([])).joined(separator: "\n")
        #expect(nothing.contains("Nothing has been decided"))
    }

    @Test func whatHumansDidIsTold() {
        func lines(_ reviews: [Dossier.Review]) -> String {
            var dossier = Self.dossier([])
            dossier.leads[0].status = "escalated"
            dossier.reviews = reviews
            dossier.closing = PersonAccount.closing(dossier)
            return DossierAccount.lines(dossier).joined(separator: "\n")
        }
        let decided = Dossier.Review(lead: "L", decided: "now", hadEffect: true)
        let vain = Dossier.Review(lead: "L", decided: "now", hadEffect: false)
        #expect(lines([]).contains("No decision by a human") && lines([]).contains("1 enquiry waits in a human queue"))
        for reviews in [[decided], [vain], [Dossier.Review(lead: "L", requested: "now")]] {
            #expect(!lines(reviews).contains("No decision by a human"))
        }
        let all = lines([decided, decided, vain, Dossier.Review(lead: "L", requested: "now")])
        #expect(all.contains("A human decided 2 times. 1 decision by a human had no effect. 1 review is still open."))
    }

    @Test func sealedDataIsToldByItsState() {
        let expected = ["opened": "was opened", "unavailable": "could not be opened", "erased": "is destroyed"]
        for state in ["nothing", "opened", "unavailable", "erased"] {
            var dossier = Self.dossier([])
            dossier.sources[0].sealedState = state
            dossier.closing = PersonAccount.closing(dossier)
            let text = DossierAccount.lines(dossier).joined(separator: "\n")
            for (other, words) in expected { #expect(text.contains(words) == (other == state), "\(state): \(text)") }
        }
    }

    /// Every text names values that its statement has, so that no sentence has a hole.
    @Test func everyKindHasATextAndItsValues() {
        var kinds: [AccountStatement.Kind: Set<AccountStatement.Name>] = [:]
        func note(_ statements: [AccountStatement]) {
            for statement in statements { kinds[statement.kind, default: []].formUnion(statement.values.keys) }
        }
        for account in Self.everyAccount { note(account.statements) }
        var byClaim = Self.summary(.bidPrice, .ownership)
        byClaim.claimID = "c"
        note(Self.account(Self.assigned(byClaim)).statements)
        note(Self.handedToADeputy.statements + Self.handedToItsSuccessor.statements)
        var waited = Self.summary(.bidPrice, .score)
        for index in waited.best.indices { waited.best[index].waitingPrice = 1 }
        note(Self.account(Self.assigned(waited)).statements)
        note(Self.account(.leadAssigned(.init(
            leadID: "L", partnerID: "chosen", attempt: 1, cause: .submitted, evaluation: byClaim, offerID: "o",
            terms: OfferTerms()))).statements)
        note(Self.account(.offerMade(.init(
            offerID: "o", leadID: "L", partnerID: "chosen", round: 1, answerBy: .epoch, cause: .submitted,
            terms: OfferTerms(), evaluation: byClaim))).statements)
        var dossier = Self.dossier(Self.everyAccount)
        dossier.leads[0].status = "escalated"
        dossier.reviews = [
            .init(lead: "L", decided: "now", hadEffect: true), .init(lead: "L", decided: "now", hadEffect: false),
            .init(lead: "L", requested: "now"),
        ]
        for state in ["opened", "unavailable", "erased"] {
            dossier.sources[0].sealedState = state
            note(PersonAccount.closing(dossier).flatMap { $0 })
        }
        note(PersonAccount.opening(dossier) + PersonAccount.closing(Self.dossier([])).flatMap { $0 })
        note(PersonAccount.opening(Self.dossier([])))
        for kind in AccountStatement.Kind.allCases {
            #expect(kinds[kind] != nil, "\(kind) is never said")
            let named = EnglishAccount.text(kind).unicodeScalars.split(separator: "{").dropFirst()
                .map { String($0.prefix { $0 != "}" && $0 != "|" }) }
            for name in named {
                let known = AccountStatement.Name(rawValue: name)
                #expect(known.map { kinds[kind]?.contains($0) == true } == true, "\(kind) has no \(name)")
            }
        }
    }

    /// An account of every kind of event, cause, reason, exclusion, method and basis.
    private static let everyAccount: [DecisionAccount] = {
        let exclusions = all(ExclusionReason.init(rawValue:)).map { Exclusion(reason: $0, rule: "r", partners: 2) }
        var unnamed = Policy()
        unnamed.name = ""
        var lot = summary(.bidPrice, .score, exclusions: exclusions, arm: "a")
        lot.propensity = 0.9
        var (plain, dated) = (summary(.bidPrice, .score), summary(.bidPrice, .score))
        plain.rate = RateUsed(currency: "USD", rateMicros: 924_300)
        dated.rate = RateUsed(currency: "USD", rateMicros: 924_300, validFrom: Timestamp(micros: 1_775_001_600_000_000), position: 7)
        var accounts = [
            account(assigned(plain)), account(assigned(dated)),
            account(assigned(lot)), account(assigned(lot), policy: unnamed), account(assigned(nil, .human)),
            account(supposed("", nil)), account(supposed("", lot)), account(supposed("chosen", lot)),
            account(escalated(.processingRestricted), of: own(.processingRestricted(.init(leadID: "L")))),
            account(escalated(.shadow, lot, suggested: "chosen")), account(escalated(.noEligiblePartner, lot)),
            account(.leadMerged(.init(leadID: "L", intoLeadID: "M", sameID: false))),
            account(.leadMerged(.init(leadID: "L", intoLeadID: "L", sameID: true))),
            account(.leadClosed(.init(leadID: "L", partnerID: "p", reason: .lost, learned: true))),
            account(
                .leadClosed(.init(leadID: "L", partnerID: "p", reason: .withdrawn, learned: false)),
                of: own(.dealWon(.init(leadID: "L", partnerID: "q")), imported: true)),
        ]
        for method in RoutingMethod.allCases {
            accounts += bases.map { account(assigned(summary(method, $0))) }
        }
        accounts += all(RoutingCause.init(rawValue:)).map { account(assigned(lot, $0)) }
        accounts += all(EscalationReason.init(rawValue:)).map { account(escalated($0)) }
        let withdrawal = own(.leadWithdrawn(.init(leadID: "L")))
        return accounts
            + all(ClosingReason.init(rawValue:)).map {
                account(.leadClosed(.init(leadID: "L", partnerID: "p", reason: $0, learned: true)), of: withdrawal)
            }
    }()

    /// A value is put in and not read again.
    @Test func aValueWithBracesStaysAsItIs() {
        let event = Event.leadClosed(.init(leadID: "{partner}", partnerID: "p", reason: .won, learned: true))
        #expect(Self.text(Self.account(event)) == "The deal about {partner} was won, as p reported.")
    }

    // MARK: What the core decides

    /// Two equal partners and one that fits better; the policy is the test's own.
    private static func decided(_ method: RoutingMethod, leads: Int = 3, _ change: (inout Policy) -> Void = { _ in })
        -> [String]
    {
        var state = State()
        var policy = Policy()
        policy.method = method
        change(&policy)
        func partner(_ id: String, _ verticals: [String]) -> Input {
            var profile = PartnerProfile(partnerID: id)
            profile.countries = ["IT"]
            profile.verticals = verticals
            return Input(.partnerUpserted(profile))
        }
        var inputs = [
            Input(.programRegistered(.init(currency: "EUR", logicVersion: Logic.newest))),
            Input(.policyPublished(.init(policy: policy, version: "v1"))), partner("a", []), partner("b", []),
            partner("best", ["retail"]),
        ]
        for index in 0..<leads {
            var attributes = LeadAttributes()
            (attributes.country, attributes.vertical) = ("IT", "retail")
            attributes.dealValue = Money(minorUnits: 1_000_000, currency: "EUR")
            inputs.append(
                Input(
                    .leadSubmitted(LeadSubmitted(leadID: "L\(index)", attributes: attributes)),
                    account: Digest128(low: 7, high: 7)))
        }
        var texts: [String] = []
        for (second, input) in inputs.enumerated() {
            let stamp = Samples.start.adding(micros: Int64(second) * 1_000_000)
            let events = Decider.decide(input, at: stamp, in: state)
            texts += events.map {
                Self.text(DecisionAccount($0, of: input, events: events, policy: state.policy))
            }.filter { !$0.isEmpty }
            state.fold(input, events, at: stamp)
        }
        return texts
    }

    @Test func theCoresOwnDecisionsAreToldAsTheyWereMade() {
        let turns = Self.decided(.roundRobin) { $0.ownerFirst = false }
        #expect(turns.count == 3 && turns.allSatisfy { $0.contains("It was the turn of") && !$0.contains("highest") })
        #expect(Set(turns.map { $0.contains("It was the turn of best") }).count == 2)
        let weighted = Self.decided(.weightedRotation) { $0.ownerFirst = false }
        #expect(weighted.allSatisfy { $0.contains("By its weight it was the turn of") && !$0.contains("highest") })
        let fit = Self.decided(.highestFit) { $0.ownerFirst = false }
        #expect(fit.allSatisfy { $0.contains("best had the best fit.") && !$0.contains("highest") })
        let owner = Self.decided(.bidPrice)
        #expect(owner[0].contains("highest expected value after the price of its place"))
        #expect(owner.dropFirst().allSatisfy { $0.contains("best owns the account") && !$0.contains("best had the highest") })
        let lots = Self.decided(.bidPrice, leads: 12) {
            $0.ownerFirst = false
            $0.exploration.shareBasisPoints = 10_000
        }
        #expect(lots.allSatisfy { $0.contains("was drawn by lot") && !$0.contains("had the highest") })
        let shadow = Self.decided(.bidPrice) { $0.shadow = true }
        #expect(shadow.allSatisfy { $0.contains("went to the human queue") && $0.contains("Leadline suggested best") })
        let ties = Self.decided(.highestScore) {
            $0.ownerFirst = false
            $0.hardRules = [HardRule(name: "equal", require: .not(.partnerLists(.verticals, value: "retail")))]
        }
        #expect(ties.allSatisfy { $0.contains("a, b had the same expected value") && $0.contains("hard rule equal") })
    }
}
