import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Simulation
import Testing
import Yams

/// The example that must work as told: 40 partners across EMEA, an Italian manufacturer, and three Italian partners
/// of whom one is right, one is full and one never closes deals of this size.
@Suite struct EMEAExampleTests {
    private static let (right, full, small) = ("alfa-industria", "brenta-systems", "collina-partners")
    private static let nextBest = "ticino-automazione"
    /// By logic version: chain head after the second assignment, under the keys below, and digest of the first: any
    /// change to a decision of this example shows. A version that is still being made has none.
    private static let golden: [UInt32: (head: String, digest: String)] = [
        2: ("0f873da5bce51bf32a3ccaad8878b7866cf582edb2c2891a02957fe48dc69cb9", "30d583d74925a0c35bc92c07b7bbd590"),
        3: ("5b20f5041b2d8f9c3f5eb1a69b129f0655572787503f167769a62907b06b12aa", "bba352cd0e140ba81d6ad892c54d1d23"),
        4: ("e35f164512909eaff8df6b0f3895f85a9d28a1c6d0c775e7f2f082d8a0d8036f", "bba352cd0e140ba81d6ad892c54d1d23"),
        5: ("e1dc0ccbddfed792bf5253f14e85d863549d5549e68cc58e1f5cbdec40b40330", "bba352cd0e140ba81d6ad892c54d1d23"),
        6: ("b0ac8418ff77e40df0ae9c1ef11a5115f2cc0bbccb1601c355aad2d58700d42a", "bba352cd0e140ba81d6ad892c54d1d23"),
        7: ("0e0253a6a3221c8db115a4390e669d1dd1d8978836fa0df7babe2557cb1bf123", "bba352cd0e140ba81d6ad892c54d1d23"),
        8: ("94037b558cebefb34436aba8d65607f048fcb5d11df5d789b3bdb33193d8889a", "ee0bd6d90d45a0071eaa68127a28909e"),
    ]

    private var scenario: Scenario
    private let folder: DataFolder
    private let root: String
    private let examples: String

    init() throws {
        var repository = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        examples = repository.path + "/deploy/examples/emea"
        scenario = try Scenario(folder: examples) { try Self.json(yaml: $0) }
        root = NSTemporaryDirectory() + "leadline-emea-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let key = root + "/master.key"
        try Data((String(repeating: "5a", count: 32) + "\n").utf8).write(to: URL(fileURLWithPath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        folder = try DataFolder.create(
            path: root + "/data", settings: .init(program: scenario.program, masterKeyFile: key, keySeed: "emea"))
    }

    private static func json(yaml: String) throws -> String {
        let tree = try #require(try Yams.load(yaml: yaml))
        return String(decoding: try JSONSerialization.data(withJSONObject: tree), as: UTF8.self)
    }

    private func explain(_ selection: DecisionSelection) throws -> Explanation {
        guard case .explained(let explanation) = try Explainer(folder).explain(scenario.leadID, program: scenario.program, selection)
        else { throw EngineError.dataFolder(path: folder.path, "the lead is not explained") }
        return explanation
    }

    /// The program starts with each logic version that the example can be told by.
    @Test(arguments: 6...Logic.newest) mutating func goesAsTold(logic: UInt32) async throws {
        try scenario.start(withLogic: logic)
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        #expect(scenario.partnerNames.count == 40)
        let past = try await Stage.importPast(scenario, into: folder)
        #expect(past.rejections == 0)
        let clock = SettableClock(scenario.leadArrives)
        var stage = try Stage(folder, clock: clock)
        #expect(try await stage.work().isEmpty)

        try await stage.send([scenario.lead])
        let first = try await assigned(&stage)
        #expect(first?.partnerID == Self.right && first?.attempt == 1)
        #expect(first?.respondBy == scenario.leadArrives.adding(micros: 5 * Timestamp.microsPerMinute))
        #expect(first?.evaluation?.runnerUpPartnerID == Self.nextBest)
        let golden = Self.golden[logic]
        if let golden { #expect(first?.evaluation?.digest.description == golden.digest) }

        // A second before the deadline nothing happens; just after it, the lead goes to the next best.
        clock.set(scenario.leadArrives.adding(micros: 5 * Timestamp.microsPerMinute - 1_000_000))
        #expect(try await stage.work().isEmpty)
        clock.set(scenario.leadArrives.adding(micros: 5 * Timestamp.microsPerMinute + 1_000_000))
        let second = try await assigned(&stage)
        #expect(second?.partnerID == Self.nextBest && second?.attempt == 2 && second?.cause == .expired)

        try await comesBack(&stage, clock)

        try await negotiate(&stage, clock)
        if logic >= 7 { try await settle(&stage, clock) }
        if logic >= 8 { try await lack(&stage, clock) }

        try await stage.settle()
        try expectReasons()
        try await tellApart(&stage)
        let program = scenario.program
        let head = try await folder.openJournalReadOnly().read { try JournalReader().head(of: program, in: $0) }
        if let golden { #expect(head?.link.description == golden.head) }
        let report = try await Verifier(folder).run()
        #expect(report.isGood)
        try keepAsGolden(logic)
    }

    /// What logic version 5 brought stands in the journal too: the next best hands the lead back for a reason of the
    /// vendor's and is credited, gets it again by a human, is reminded, and hands it back past its credit, which a person
    /// then gives.
    private func comesBack(_ stage: inout Stage, _ clock: SettableClock) async throws {
        var said: [String] = []
        func tell(_ type: String, _ id: String, _ data: String, _ stage: inout Stage) async throws {
            let line = CloudEventLine.text(type: type, source: "example", id: id, data: data)
            try await stage.send([CloudEventLine.record(line, program: scenario.program, asPast: false)])
            try await listen(&stage)
        }
        func listen(_ stage: inout Stage) async throws {
            for decision in try await stage.work() {
                switch try stage.event(of: decision) {
                case .returnChanged(let event): said.append("\(event.status)")
                case .reminderDue(let event): said.append("reminder \(event.reminder) of \(event.reminders)")
                default: break
                }
            }
        }
        let names = #""leadId":"\#(scenario.leadID)","partnerId":"\#(Self.nextBest)""#
        try await tell("PolicyPublished", "v5-policy", try policyWithReturns(), &stage)
        try await tell("LeadReturned", "v5-return-1", #"{\#(names),"reasonId":"wrong-number"}"#, &stage)
        let human = #"{"leadId":"\#(scenario.leadID)","assignToPartnerId":"\#(Self.nextBest)"}"#
        try await tell("HumanDecisionRecorded", "v5-human", human, &stage)
        clock.set(clock.now().adding(micros: 3 * Timestamp.microsPerMinute))
        try await listen(&stage)
        try await tell("LeadReturned", "v5-return-2", #"{\#(names),"reasonId":"wrong-number"}"#, &stage)
        try await tell("ReturnDecided", "v5-decision", #"{\#(names),"approved":true}"#, &stage)
        #expect(said == ["credited", "reminder 1 of 2", "waiting", "approved"])
    }

    /// What logic version 6 brought stands in the journal too: of leads that are offered one is accepted, one countered within
    /// the policy's range and one past it, one declined, one let lapse, and of one the agent is stopped.
    private func negotiate(_ stage: inout Stage, _ clock: SettableClock) async throws {
        let negotiation = """

            negotiation: {rounds: 2, answerMillis: 60000, commissionMaxBasisPoints: 2000, promiseMaxMinutes: 60, enrichment: [technographics]}
            """
        _ = try await events("PolicyPublished", "v6-policy", try policyWithReturns(and: negotiation), &stage)
        let answers = [
            #""answer":"OFFER_ANSWER_ACCEPTED""#,
            #""answer":"OFFER_ANSWER_COUNTERED","terms":{"promiseMinutes":4,"enrichment":["technographics"]}"#,
            #""answer":"OFFER_ANSWER_COUNTERED","terms":{"commissionBasisPoints":2001}"#,
            #""answer":"OFFER_ANSWER_DECLINED","reason":"REFUSAL_REASON_NO_CAPACITY","note":"on a fair""#,
            #""answer":"OFFER_ANSWER_DECLINED","reason":"REFUSAL_REASON_AGENT_STOPPED","actor":"desk""#,
            #""answer":"OFFER_ANSWER_CAPACITY_CONFIRMED""#,
        ]
        var ended: [OfferStatus] = []
        for (number, answer) in answers.enumerated() {
            let lead = "offer-2026-000\(number)"
            let data = #"{"leadId":"\#(lead)","accountDomain":"offer-\#(number).example","contact":{"email":"kim@offer-\#(number).example"},"country":"IT","language":"it","vertical":"manufacturing","employees":200,"dealValue":{"minorUnits":"12000000","currency":"EUR"},"technologies":["opc-ua"],"residency":"eu","lawfulBasis":"LAWFUL_BASIS_CONSENT"}"#
            let made = try await events("LeadSubmitted", "v6-lead-\(number)", data, &stage).compactMap { event in
                if case .offerMade(let offer) = event { offer } else { nil }
            }
            let offer = try #require(made.first)
            let said = #"{"leadId":"\#(lead)","partnerId":"\#(offer.partnerID)","offerId":"\#(offer.offerID)",\#(answer)}"#
            ended += Self.ended(try await events("OfferAnswered", "v6-answer-\(number)", said, &stage))
        }
        #expect(ended == [.agreed, .agreed, .counterOutOfRange, .declined, .declined])
        // Twice past the time for an answer: whoever is asked in the second round is silent too.
        for _ in 0..<2 {
            clock.set(clock.now().adding(micros: 61_000_000))
            let lapsed = Self.ended(try await events(&stage))
            #expect(!lapsed.isEmpty && lapsed.allSatisfy { $0 == .expired })
        }
    }

    /// What logic version 7 brought stands in the journal too: a person is known again by a telephone number, rates are
    /// published, a deal is won for less than was said and lost after all, its commission is shared, and the two partners
    /// that the example names become one.
    private func settle(_ stage: inout Stage, _ clock: SettableClock) async throws {
        let more = """

            absenceAhead: ABSENCE_AHEAD_DEPUTIES
            clawbackDays: 60
            holidayCalendars: [{name: italy, countries: [IT], dates: ["2026-12-08"]}]
            starvation: {idleDays: 30}
            """
        var told: [String: Int] = [:]
        func tell(_ type: String, _ id: String, _ data: String, _ stage: inout Stage) async throws -> [Event] {
            let events = try await events(type, "v7-" + id, data, &stage)
            for event in events { told[String("\(event)".prefix { $0 != "(" }), default: 0] += 1 }
            return events
        }
        _ = try await tell("PolicyPublished", "policy", try policyWithReturns(and: more), &stage)
        let rates = #"{"validFrom":"2026-01-01T00:00:00Z","rates":[{"currency":"USD","rateMicros":"911000"}]}"#
        _ = try await tell("RatesPublished", "rates", rates, &stage)
        var holder = ""
        for (number, phone) in ["+39 049 555 0142", "049/5550142"].enumerated() {
            let events = try await tell(
                "LeadSubmitted", "lead-\(number)",
                #"{"leadId":"person-\#(number)","contact":{"givenName":"Kim","familyName":"Doe","phone":"\#(phone)"},"country":"IT","language":"it","vertical":"manufacturing","employees":200,"dealValue":{"minorUnits":"9000000","currency":"USD"},"technologies":["opc-ua"],"residency":"eu","lawfulBasis":"LAWFUL_BASIS_CONSENT"}"#,
                &stage)
            for case .leadAssigned(let assigned) in events { holder = assigned.partnerID }
        }
        let names = #""leadId":"person-0","partnerId":"\#(holder)""#
        let terms = #"{"partnerId":"\#(holder)","rateBasisPoints":1000}"#
        _ = try await tell("PartnerCommissionTermsSet", "terms", terms, &stage)
        let other = holder == Self.right ? Self.nextBest : Self.right
        for (number, amount) in ["9000000", "7500000"].enumerated() {
            _ = try await tell(
                "DealWon", "won-\(number)", #"{\#(names),"amount":{"minorUnits":"\#(amount)","currency":"USD"}}"#, &stage)
            let share = #"{"leadId":"person-0","shares":[{"partnerId":"\#(other)","basisPoints":2500}]}"#
            if number == 0 { _ = try await tell("CommissionShared", "share", share, &stage) }
        }
        _ = try await tell("DealLost", "lost", "{\(names)}", &stage)
        let merger = #"{"fromPartnerId":"\#(other)","intoPartnerId":"\#(holder)","decidedBy":"channel-ops","reason":"PARTNER_MERGE_REASON_TAKEOVER"}"#
        _ = try await tell("PartnersMerged", "merger", merger, &stage)
        // What the partner held is handed over as soon as time goes on.
        clock.set(clock.now().adding(micros: 1_000_000))
        let handed = try await events(&stage).filter { if case .leadAssigned = $0 { true } else { false } }
        #expect(!handed.isEmpty)
        #expect(told["leadMerged"] == 1 && told["personLinkChanged"] == 1, "\(told)")
        #expect(told["commissionReversed", default: 0] >= 2 && told["inputDisregarded"] == nil, "\(told)")
    }

    /// What logic version 8 brought stands in the journal too: floors for which too few leads come, deals of many sizes, round
    /// and not, with their outcomes, and attributes of the vendor's own, declared and not.
    private func lack(_ stage: inout Stage, _ clock: SettableClock) async throws {
        let more = """

            floorPeriodDays: 7
            attributes: [{name: score, type: ATTRIBUTE_TYPE_CHOICE, values: [A1, A2]}, {name: visits, type: ATTRIBUTE_TYPE_NUMBER, atLeast: 0, atMost: 99}]
            """
        _ = try await events("PolicyPublished", "v8-policy", try policyWithReturns(and: more), &stage)
        for partner in [Self.right, Self.nextBest, Self.full] {
            let capacity = #"{"partnerId":"\#(partner)","capacity":{"leadsPerPeriodMin":60}}"#
            _ = try await events("PartnerCapacitySet", "v8-floor-\(partner)", capacity, &stage)
        }
        var holders: [String] = []
        for (number, amount) in ["100000", "12345678", "5000000", "777", "9999900", "20000000", "100", "6400000"].enumerated() {
            clock.set(clock.now().adding(micros: 1_800 * Timestamp.microsPerMinute))
            let own = #"[{"name":"score","value":"A\#(1 + number % 3)"},{"name":"visits","value":"\#(number * 20)"},{"name":"met","value":"on a fair"}]"#
            let events = try await events(
                "LeadSubmitted", "v8-lead-\(number)",
                #"{"leadId":"floor-\#(number)","country":"IT","language":"it","vertical":"manufacturing","dealValue":{"minorUnits":"\#(amount)","currency":"EUR"},"technologies":["opc-ua"],"residency":"eu","lawfulBasis":"LAWFUL_BASIS_CONSENT","attributes":\#(own)}"#,
                &stage)
            for case .leadAssigned(let assigned) in events where assigned.leadID == "floor-\(number)" { holders.append(assigned.partnerID) }
            guard let holder = holders.last, !number.isMultiple(of: 3) else { continue }
            let outcome = number % 3 == 1 ? "DealWon" : "DealLost"
            _ = try await self.events(outcome, "v8-outcome-\(number)", #"{"leadId":"floor-\#(number)","partnerId":"\#(holder)"}"#, &stage)
        }
        #expect(holders.count > 4, "\(holders)")
        let program = scenario.program
        let declared = try await folder.openJournalReadOnly().read { db -> [DeclaredAttribute] in
            var found: [DeclaredAttribute] = []
            try JournalReader().forEachEntry(program: program, in: db) { _, bytes in
                found += unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }.input.fact.declaredAttributes
            }
            return found
        }
        #expect(declared.count { $0.name == "score" } == 6 && declared.count { $0.name == "visits" } == 5, "\(declared)")
    }

    private static func ended(_ events: [Event]) -> [OfferStatus] {
        events.compactMap { event in if case .offerClosed(let offer) = event { offer.status } else { nil } }
    }

    /// Says something live, and what the engine publishes of it.
    private func events(_ type: String, _ id: String, _ data: String, _ stage: inout Stage) async throws -> [Event] {
        let line = CloudEventLine.text(type: type, source: "example", id: id, data: data)
        try await stage.send([CloudEventLine.record(line, program: scenario.program, asPast: false)])
        return try await events(&stage)
    }

    private func events(_ stage: inout Stage) async throws -> [Event] {
        var events: [Event] = []
        for decision in try await stage.work() { events.append(try stage.event(of: decision)) }
        return events
    }

    /// The example's policy with return reasons, one credit a period, and reminders.
    private func policyWithReturns(and more: String = "") throws -> String {
        let yaml = try String(contentsOfFile: examples + "/policy.yaml", encoding: .utf8) + """

            returns:
              creditsPerPeriodMax: 1
              reasons: [{id: wrong-number, meaning: REFUSAL_REASON_BAD_DATA, wordings: [{language: en, text: The number is wrong}]}]
            """ + more
        let promise = "sla: {firstResponseMinutes: 5, inWorkingHours: false"
        try #require(yaml.contains(promise))
        let reminders = ", reminders: [{afterBasisPoints: 5000}, {afterBasisPoints: 8000}]"
        return #"{"policy":\#(try Self.json(yaml: yaml.replacing(promise, with: promise + reminders)))}"#
    }

    /// Writes the journal of this example as an archive, where asked to: what `GoldenJournalTests` hold a new logic
    /// version to, once it has stopped changing.
    private func keepAsGolden(_ logic: UInt32) throws {
        guard let path = ProcessInfo.processInfo.environment["LEADLINE_GOLDEN_JOURNAL"],
            path.hasSuffix("/logic-\(logic).tar")
        else { return }
        _ = try ArchiveWriter(folder, to: root + "/archive").write(created: scenario.leadArrives)
        try TarFile.pack(root + "/archive", to: path)
    }

    /// What version 5 brought stands in the journal that becomes its golden one: the lead is taken from its company and put
    /// back, and told apart from a lead that it was never merged into.
    private func tellApart(_ stage: inout Stage) async throws {
        let statements = [
            ("LeadsUnlinked", "LEAD_LINK_SAME_COMPANY", ""), ("LeadsLinked", "LEAD_LINK_SAME_COMPANY", ""),
            ("LeadsUnlinked", "LEAD_LINK_SAME_ENQUIRY", #","otherLeadId":"demo-2026-0000""#),
        ]
        try await stage.send(statements.enumerated().map { index, statement in
            let (type, link, other) = statement
            return NewRecord(
                topic: .controls, key: Array(scenario.program.utf8),
                headers: [
                    RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "link-\(index)"), RecordHeader("ce_source", "/desk"),
                    RecordHeader("ce_type", "leadline.v1.\(type)"), RecordHeader("content-type", "application/json"),
                ], value: Array(#"{"leadId":"\#(scenario.leadID)","link":"\#(link)","decidedBy":"desk"\#(other)}"#.utf8))
        })
        var kinds: [String] = []
        for decision in try await stage.work() { kinds.append(decision.type) }
        #expect(kinds == ["leadline.v1.LeadLinkChanged", "leadline.v1.LeadLinkChanged", "leadline.v1.InputDisregarded"])
        try await stage.settle()
    }

    /// The one assignment among what the stage's next work publishes.
    private func assigned(_ stage: inout Stage) async throws -> LeadAssigned? {
        var assignments: [LeadAssigned] = []
        for decision in try await stage.work() {
            if case .leadAssigned(let assigned) = try stage.event(of: decision) { assignments.append(assigned) }
        }
        #expect(assignments.count == 1)
        return assignments.first
    }

    private func expectReasons() throws {
        let explanation = try explain(.attempt(1))
        let evaluation = try #require(explanation.evaluation)
        let chosen = try #require(evaluation.candidates.first { $0.partnerID == Self.right })
        #expect(chosen.evidence.wonInVertical == 7 && chosen.evidence.cycleDaysInVertical == 71)
        #expect(evaluation.candidates.allSatisfy { $0.fit <= chosen.fit })

        // The full one passes every hard rule and knows the trade; only its cap sets it back.
        let setBack = try #require(evaluation.excluded.first { $0.partnerID == Self.full })
        #expect(setBack.reason == .openLeadsCap && setBack.rule.isEmpty)

        // The small one is certified and fits, but has never closed above EUR 50,000.
        let ruledOut = try #require(evaluation.candidates.first { $0.partnerID == Self.small })
        #expect(ruledOut.isBelowMinimum && ruledOut.evidence.wonAtDealSize == 0)
        #expect(ruledOut.evidence.largestWonMinorUnits <= 5_000_000)
        #expect(evaluation.excluded.filter { $0.reason == .hardRule }.count == 34)
        #expect(explanation.recomputation.isEqual)
    }
}
