import Audit
import Foundation
import Testing

@testable import LeadlineCore
@testable import Reports

/// Goal: what happened has one wording, wherever it is shown. Method: every kind of event and every reason is worded, and the
/// sources are searched for a second wording or a second table.
@Suite struct WordsTests {
    private static func all<Value>(_ type: (UInt8) -> Value?) -> [Value] { (0...UInt8.max).compactMap(type) }

    private static let moment = Timestamp(micros: 1_772_357_400_000_000)

    /// One of each kind; the compiler knows whether a kind is missing.
    private static let events: [Event] = [
        .leadAssigned(
            .init(leadID: "L", partnerID: "p", attempt: 2, cause: .declined, respondBy: moment, evaluation: nil)),
        .shadowDecided(.init(leadID: "L", partnerID: "p", evaluation: nil)),
        .assignmentExpired(.init(leadID: "L", partnerID: "p", attempt: 1, respondBy: moment)),
        .assignmentEnded(.init(leadID: "L", partnerID: "p", attempt: 1, cause: .declined)),
        .firstResponseMet(.init(leadID: "L", partnerID: "p", elapsedMicros: 122_000_000)),
        .leadEscalated(.init(leadID: "L", reason: .noEligiblePartner, queue: "managers")),
        .leadClosed(.init(leadID: "L", partnerID: "p", reason: .won, amountMinorUnits: 11_800_000, learned: true)),
        .leadMerged(.init(leadID: "L", intoLeadID: "M", sameID: false)),
        .outcomeWaiting(.init(leadID: "L", until: moment)),
        .outcomeUnmatched(.init(leadID: "L", waitingPosition: 7)),
        .inputDisregarded(.init(subject: "L", reason: .noChange)),
        .reviewOpened(.init(leadID: "L", partnerID: "p")), .reviewResolved(.init(leadID: "L", overridden: true)),
        .commissionAccrued(.init(leadID: "L", partnerID: "p", amountMinorUnits: 1_180_000, rateBasisPoints: 1_000)),
        .reminderDue(.init(leadID: "L", partnerID: "p", respondBy: moment)),
        .retentionApplied(.init(leadID: "L", category: .closedDeal, closedAt: moment, keptDays: 90, subject: nil)),
        .rightRecorded(.init(leadID: "L", right: .restriction, subjects: [.zero])),
        .recipientInformed(.init(leadID: "L", partnerID: "p", right: .objection)),
        .personLinkChanged(
            .init(leadID: "L", subject: .zero, linkedSubject: .zero, isInferred: true, isLinked: true)),
        .claimChanged(.init(leadID: "L", partnerID: "p", claimID: "c", status: .approved, reason: .byRule, until: moment)),
        .partnerSuspended(.init(partnerID: "p", until: moment, missedDeadlines: 3, withinDays: 30)),
        .partnerReinstated(.init(partnerID: "p", byVendor: true)),
        .returnChanged(
            .init(leadID: "L", partnerID: "p", reasonID: "wrong", meaning: .badData, status: .waiting, until: moment, creditsUsed: 2, creditsMax: 2)),
        .leadLinkChanged(.init(leadID: "L", otherLeadID: "M", link: .sameEnquiry, linked: false)),
        .offerMade(.init(
            offerID: "o", leadID: "L", partnerID: "p", round: 1, answerBy: moment, cause: .submitted,
            terms: OfferTerms(promiseMinutes: 60, commissionBasisPoints: 1_200, enrichment: ["intent"]))),
        .offerClosed(.init(offerID: "o", leadID: "L", partnerID: "p", round: 1, status: .declined, reason: .noCapacity)),
        .commissionReversed(.init(leadID: "L", partnerID: "p", amountMinorUnits: 1_180_000, rateBasisPoints: 1_000)),
        .answerCredited(.init(leadID: "L", partnerID: "p", elapsedMicros: 180_000_000, respondBy: moment)),
        .starvationAnnounced(.init(
            partnerID: "p", kind: .floor, cause: .rules, rule: "country", since: moment, until: moment, leads: 2, of: 6,
            valueMinorUnits: 4_200_000, ofValueMinorUnits: 20_000_000, leadsLookedAt: 32, leadsSo: 21)),
        .holderIneligible(.init(leadID: "L", partnerID: "p", rule: "country", cause: .leadUpdated, response: .say)),
    ]

    private static func kind(_ event: Event) -> Int {
        switch event {
        case .leadAssigned: 0
        case .shadowDecided: 1
        case .assignmentExpired: 2
        case .assignmentEnded: 3
        case .firstResponseMet: 4
        case .leadEscalated: 5
        case .leadClosed: 6
        case .leadMerged: 7
        case .outcomeWaiting: 8
        case .outcomeUnmatched: 9
        case .inputDisregarded: 10
        case .reviewOpened: 11
        case .reviewResolved: 12
        case .commissionAccrued: 13
        case .reminderDue: 14
        case .retentionApplied: 15
        case .rightRecorded: 16
        case .recipientInformed: 17
        case .personLinkChanged: 18
        case .claimChanged: 19
        case .partnerSuspended: 20
        case .partnerReinstated: 21
        case .returnChanged: 22
        case .leadLinkChanged: 23
        case .offerMade: 24
        case .offerClosed: 25
        case .commissionReversed: 26
        case .answerCredited: 27
        case .starvationAnnounced: 28
        case .holderIneligible: 29
        }
    }

    @Test func everyKindOfEventHasOneSentence() {
        #expect(Self.events.map(Self.kind) == Array(0...29))
        let words = EventWords(currency: "EUR")
        let sentences = Self.events.map(words.sentence)
        #expect(Set(sentences).count == sentences.count && sentences.allSatisfy { $0.contains("L") || $0.hasPrefix("p ") })
        // The same words in dossiers, and with details where two decisions are compared.
        for (event, sentence) in zip(Self.events, sentences) {
            #expect(AuditWords().line([event], currency: "EUR") == sentence)
            #expect(words.compared([event]).hasPrefix(sentence))
        }
        let waits = "return of L by p, wrong (the prospect cannot be reached or is not real): taken back, and the credit waits"
        #expect(words.sentence(Self.events[22]).hasPrefix(waits) && words.sentence(Self.events[22]).hasSuffix("; 2 of 2 credits used"))
        #expect(words.sentence(Self.events[28]) == "p is about to miss its floor, 2 leads of 6, worth EUR 42,000 of EUR 200,000 until 2026-03-01T09:30:00Z; what kept it: excluded by a hard rule (country), of 21 of 32 leads; what would help: a wider profile, or a rule that asks for less")
        #expect(words.sentence(Self.events[6]) == "L closed: won at p, EUR 118,000")
        #expect(words.sentence(Self.events[13]) == "p earned EUR 11,800.00 commission on L, 10.0 %")
    }

    @Test func everyReasonHasWordsOfItsOwn() {
        let tables: [[String]] = [
            Self.all(EscalationReason.init(rawValue:)).map(DecisionReasonWords.escalation),
            Self.all(ClosingReason.init(rawValue:)).map(DecisionReasonWords.closing),
            Self.all(RoutingCause.init(rawValue:)).map(DecisionReasonWords.cause),
            Self.all(ExclusionReason.init(rawValue:)).map(DecisionReasonWords.exclusion),
            Self.all(DisregardReason.init(rawValue:)).map(DecisionReasonWords.disregard),
            Self.all(RoutingMethod.init(rawValue:)).map(DecisionReasonWords.method),
            Self.all(RefusalReason.init(rawValue:)).compactMap(DecisionReasonWords.refusal),
            RetentionCategory.allCases.map(DecisionReasonWords.retention),
            PersonRight.allCases.map(DecisionReasonWords.right),
            ClaimStatus.allCases.map { DecisionReasonWords.claim($0) }, ClaimReason.allCases.map { DecisionReasonWords.claim($0) },
            ReturnStatus.allCases.map(DecisionReasonWords.handedBack), OfferStatus.allCases.map(DecisionReasonWords.offer),
            OfferAnswer.allCases.map(DecisionReasonWords.answer),
            FitContribution.allCases.map(ContributionWords.fit), StarvationCause.allCases.map(DecisionReasonWords.starvation),
            StarvationCause.allCases.map(DecisionReasonWords.remedy), RuleBreakCause.allCases.map(DecisionReasonWords.changed),
            RuleBreakResponse.allCases.map(DecisionReasonWords.response),
            ConversionContribution.allCases.map { ContributionWords.conversion($0, nil) }
        ]
        #expect(tables.map(\.count) == [21, 6, 17, 12, 20, 5, 9, 3, 6, 6, 14, 6, 8, 4, 10, 10, 10, 3, 3, 13])
        for table in tables {
            #expect(Set(table).count == table.count)
            for words in table { #expect(!Self.isCamelCase(words), "\(words)") }
        }
        for reason in Self.all(EscalationReason.init(rawValue:)) {
            #expect(DecisionReasonWords.escalation(named: "\(reason)") == DecisionReasonWords.escalation(reason))
        }
        for method in RoutingMethod.allCases {
            #expect(DecisionReasonWords.method(named: "\(method)") == DecisionReasonWords.method(method))
        }
        #expect(DecisionReasonWords.escalation(named: "of a later release") == "of a later release")
        // A human may exceed a cap, so that only a hard rule can stand against the choice.
        #expect(DecisionReasonWords.disregard(.notEligible) == "a hard rule excludes the partner")
    }

    private static func isCamelCase(_ words: String) -> Bool {
        zip(words.unicodeScalars, words.unicodeScalars.dropFirst()).contains {
            ("a"..."z").contains($0) && ("A"..."Z").contains($1)
        }
    }

    @Test func oneFormOfMoneyPercentAndTime() {
        #expect(
            MoneyText.exact(Int64(-50), "EUR") == "-EUR 0.50"
                && MoneyText.exact(Int64(-50), "EUR", short: true) == "-EUR 0.50")
        #expect(
            MoneyText.exact(Int64.min, "JPY") == "-JPY 9,223,372,036,854,775,808"
                && MoneyText.exact(Int64(5), "CLF") == "CLF 0.0005")
        #expect(
            MoneyText.whole(-41_481_00, "EUR") == "-EUR 41,481"
                && MoneyText.whole(4_440_00, "EUR", sign: .always) == "+EUR 4,440")
        #expect(MoneyText.whole(-20, "EUR") == "EUR 0" && MoneyText.exact(1e300, "EUR").hasPrefix("EUR 92,233"))
        #expect(NumberText.percent(basisPoints: 1_255) == "12.55 %" && NumberText.percent(0.125) == "12.5 %")
        #expect(
            NumberText.signed(-0.0001) == "+0.00" && NumberText.signed(-1.5, 1) == "-1.5"
                && NumberText.fixed(.nan, 2) == "nan")
        #expect(TimeText.duration(seconds: Double?.none) == "-" && TimeText.duration(seconds: 1_800) == "30 min")
    }

    // MARK: The sources

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("Sources")

    /// Files with the module they belong to; generated ones are left out.
    private static let sources: [(module: String, path: String, lines: [String])] = {
        let walk = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return walk.filter { $0.hasSuffix(".swift") && !$0.contains("/Generated/") }.sorted().compactMap { path in
            guard let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) else {
                return nil
            }
            return (
                String(path.prefix { $0 != "/" }), path,
                text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            )
        }
    }()

    private static func code(_ lines: [String]) -> [String] {
        lines.filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
    }

    /// A table of words is a switch whose cases give literals.
    @Test func noOtherModuleWordsReasons() {
        #expect(Self.sources.count > 200)
        let names =
            Self.all(EscalationReason.init(rawValue:)).map { "\($0)" }
            + Self.all(DisregardReason.init(rawValue:)).map { "\($0)" }
            + ["openLeadsCap", "periodCap", "coolingDown", "partnerPaused", "partnerRemoved"]
        for file in Self.sources where file.module != "Reports" {
            for line in Self.code(file.lines) {
                let worded = names.filter { line.contains("case .\($0): \"") && !line.contains(": \"\($0)\"") }
                #expect(worded.isEmpty, "\(file.path) words \(worded)")
            }
        }
    }

    @Test func noTwoModulesHoldTheSameTableOrSentence() {
        var holders: [String: Set<String>] = [:]
        for file in Self.sources {
            for line in Self.code(file.lines) {
                for literal in Self.literals(line) where literal.split(separator: " ").count >= 5 && !literal.hasPrefix("SELECT") {
                    holders[literal, default: []].insert(file.module)
                }
            }
        }
        let shared = holders.filter { $0.value.count > 1 }.map {
            "\($0.key): \($0.value.sorted().joined(separator: ", "))"
        }.sorted()
        #expect(shared.isEmpty, "\(shared.joined(separator: "\n"))")
        // The table of currencies stands once.
        #expect(
            Self.sources.filter { $0.lines.contains { $0.contains("\"KWD\"") } }.map(\.path) == [
                "Reports/Numbers/Currency.swift"
            ])
    }

    /// Literals of one line without interpolation.
    private static func literals(_ line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().compactMap {
            $0 % 2 == 1 && !$1.contains("\\") ? String($1) : nil
        }
    }

    /// `"\"\u{301}"` is one character that is no quote: delimiters are sought among scalars or bytes.
    @Test func noDelimiterIsSoughtAmongCharacters() {
        let patterns = [
            ".split(separator: \"", ".firstIndex(of: \"", ".lastIndex(of: \"", ".components(separatedBy",
            ".replacing(\"", ".replacingOccurrences("
        ]
        // Message names, reports of this machine, our own help texts.
        let own = [
            "type.split(separator: \".\")", "fullName.split", "name.split(separator: \".\").last", "decision.id.split",
            "fields.split(separator: \" \")",
            "status.split(separator: \"\\n\")", "line?.split(separator: \" \")", "CountText.of(",
            "message.replacing(\"Error: \"", "page.firstIndex(of:", "lastIndex(of: \"\")", "page[others...].firstIndex(of:"
        ]
        for file in Self.sources {
            for line in Self.code(file.lines) where patterns.contains(where: line.contains) {
                let isByScalars = line.contains("unicodeScalars") || line.contains("utf8") || line.contains("scalars.")
                #expect(isByScalars || own.contains(where: line.contains), "\(file.path): \(line)")
            }
        }
    }
}
