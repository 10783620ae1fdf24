import Foundation
import Testing

@testable import Audit
@testable import Evaluation
@testable import LeadlineCore
@testable import LeadlineSchemas
@testable import Reports

/// Goal: the records say what was processed, by which policy and model, and how partners fared. Method: the schemas' own
/// fields are walked, so that a new one is not left out; and a program in which humans take leads away is counted by the
/// records and by the report.
@Suite struct RecordsTests {
    private static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Schemas/leadline/v1")

    /// Fields of the messages of a file as "Message.field" with their lines.
    private static func fields(_ file: String) throws -> [(name: String, line: String)] {
        let text = try String(contentsOf: schemas.appendingPathComponent(file), encoding: .utf8)
        var (message, fields) = ("", [(name: String, line: String)]())
        for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line.hasPrefix("message ") { message = line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
            if line.hasPrefix("enum ") { message = "" }
            guard !message.isEmpty, !line.hasPrefix("//"), let equals = line.range(of: " = "),
                let number = line[equals.upperBound...].first, number.isNumber,
                let name = line[..<equals.lowerBound].split(separator: " ").last
            else { continue }
            fields.append(("\(message).\(name)", line))
        }
        return fields
    }

    /// A policy in which every field is stated, each number another.
    private static let whole: Policy = {
        var policy = Policy()
        (policy.name, policy.approvedBy, policy.humanQueue) = ("spring", "channel-board", "managers")
        policy.hardRules = [HardRule(name: "tiered", require: .partnerTierAtLeast(2))]
        policy.fitWeights.vertical = 31
        (policy.fitWeights.country, policy.fitWeights.language, policy.fitWeights.dealSize) = (32, 33, 34)
        (policy.fitWeights.technologies, policy.fitWeights.winRate, policy.fitWeights.intent) = (35, 36, 37)
        (policy.fitWeights.acceptance, policy.fitWeights.responseTime, policy.fitWeights.cycleLength) = (38, 39, 40)
        policy.fitWeights.mode = .learned
        policy.sla = SLA()
        (policy.sla.firstResponseMinutes, policy.sla.inWorkingHours, policy.sla.reminderMinutesBefore) = (41, true, 42)
        (policy.attemptsMax, policy.minimumConversionBasisPoints, policy.priorWinRateBasisPoints) = (43, 4_400, 4_500)
        (policy.priorStrengthDeals, policy.fitFadeOutcomes, policy.periodDays) = (46, 47, 48)
        policy.defaultDealValueMinorUnits = 4_900
        policy.exchangeRates = [ExchangeRate(currency: "USD", rateMicros: 930_000)]
        (policy.samePersonDays, policy.ownershipDays, policy.dealHorizonDays) = (50, 51, 52)
        policy.serviceLevels = [ServiceLevel(name: "enterprise", when: .partnerTierAtLeast(53), sla: policy.sla)]
        policy.escalationLadder = [
            EscalationStep(
                queue: "heads", afterMinutes: 54, workingHours: [WorkingHours(weekday: 1, fromMinute: 540, untilMinute: 1_020)],
                timeZone: "Europe/Rome", holidayCalendar: "italy")
        ]
        (policy.method, policy.floorPeriodDays) = (.weightedRotation, 55)
        policy.exploration.shareBasisPoints = 5_600
        policy.exploration.leadsPerPeriodMax = 57
        policy.pilot.name = "trial"
        policy.pilot.arms = [
            PilotArm(name: "old", method: .highestFit, shareBasisPoints: 5_800, when: .partnerTierAtLeast(59)),
            PilotArm(name: "new", method: .bidPrice, shareBasisPoints: 4_200),
        ]
        policy.coolDownMinutes = 60
        (policy.shadow, policy.ownershipKeepsTurn, policy.declineKeepsTurn, policy.alwaysAssign) = (true, true, true, true)
        policy.review.dealValueAtLeastMinorUnits = 6_100
        policy.review.conversionBelowBasisPoints = 6_200
        policy.lawfulBases = ["consent"]
        policy.retention.closedDealDays = 63
        (policy.retention.otherLeadDays, policy.retention.deadLetterDays) = (64, 65)
        (policy.claims.protectedDays, policy.claims.approval) = (66, .byRule)
        (policy.claims.answerDays, policy.claims.claimsPerPartnerMax) = (67, 68)
        (policy.suspension.missedDeadlines, policy.suspension.withinDays) = (69, 70)
        (policy.suspension.suspendedDays, policy.suspension.movesLeads) = (71, true)
        policy.sla.reminders = [ReminderRule(afterBasisPoints: 7_200)]
        policy.review.sourceQualityBelowBasisPoints = 7_300
        (policy.returns.creditsPerPeriodMax, policy.returns.answerDays) = (74, 75)
        policy.returns.reasons = [
            ReturnReason(id: "wrong", meaning: .badData, wordings: [ReasonWording(language: "en", text: "It is wrong")])
        ]
        (policy.negotiation.rounds, policy.negotiation.askedAtOnce, policy.negotiation.answerMillis) = (3, 2, 76_000)
        (policy.negotiation.commissionMaxBasisPoints, policy.negotiation.promiseMaxMinutes) = (7_700, 78)
        (policy.negotiation.enrichment, policy.negotiation.hourCostBasisPoints) = (["intent"], 7_900)
        policy.negotiation.when = .partnerTierAtLeast(4)
        policy.negotiation.fallback = .escalate
        policy.negotiation.approver = "channel-lead"
        policy.negotiation.unattendedBelowMinorUnits = 8_000
        policy.negotiation.unattendedConversionBasisPoints = 8_100
        var starvation = StarvationRule()
        (starvation.floorAfterBasisPoints, starvation.idleDays) = (8_200, 83)
        (starvation.shareBasisPoints, starvation.shareLeadsMin) = (8_400, 85)
        policy.starvation = starvation
        (policy.ruleBreak, policy.presence) = (.escalate, .hold)
        policy.placesBack.declined = true
        policy.attributes = [
            AttributeRule(name: "score", type: .choice, values: ["A86", "B"]),
            AttributeRule(name: "visits", type: .number, atLeast: -1, atMost: 87), AttributeRule(name: "vip", type: .flag),
        ]
        policy.undeclaredAttributes = .refused
        policy.holidayCalendars = [HolidayCalendar(name: "italy", countries: ["IT"], dates: ["2026-12-25", "2026-12-26"])]
        return policy
    }()

    @Test func aPolicyCardHasEveryFieldOfTheSchema() throws {
        // Predicates are worded by RuleWords.
        let predicates = [
            "PredicateList", "PartnerCovers", "PartnerLists", "LeadIs", "LeadNumberWithin", "PartnerTierAtLeast", "Predicate",
        ]
        let schema = try Self.fields("policy.proto").map(\.name).filter { name in
            !predicates.contains { name.hasPrefix($0 + ".") }
        }
        #expect(schema.count > 60 && schema.contains("Policy.minimum_conversion_basis_points"))
        let lines = PolicyWords(Self.whole, currency: "EUR").lines
        let worded = Set(lines.flatMap(\.fields))
        for field in schema { #expect(worded.contains(field), "\(field) is on no card") }
        #expect(worded.isSubset(of: schema), "\(worded.subtracting(schema))")
        // An empty policy says of each field of its own that it is not set.
        let empty = Set(PolicyWords(Policy(), currency: "EUR").lines.flatMap(\.fields))
        for field in schema where field.hasPrefix("Policy.") { #expect(empty.contains(field), "\(field)") }
    }

    @Test func aPolicyCardHasEveryValue() {
        let text = PolicyWords(Self.whole, currency: "EUR").lines.map(\.text).joined(separator: "\n")
        for value in [
            "spring", "channel-board", "managers", "tiered", "41 minutes", "42 minutes", "working time", "43 partners",
            "44.0 %", "45.0 %", "46 deals", "n is 47", "48 days", "EUR 49.00", "USD is 0.930000", "50 days", "51 days", "52 days",
            "enterprise", "at least 53", "54 minutes", "heads", "55 days", "56.0 %", "at most 57", "58.0 %", "at least 59",
            "60 minutes", "EUR 61.00", "62.0 %", "63 days", "64 days", "65 days", "consent", "pilot trial", "arm old",
            "weighted turns", "shadow mode: every", "follow what partners accept", "82.0 % of its period", "83 days", "84.0 %", "85 leads",
            "a human gets a lead whose partner", "at work could get is held", "a lead that it declines counts", "calendar italy", "2 days without work from 2026-12-25 to 2026-12-26", "serve IT alone",
            "score stands in clear as one of A86, B", "visits stands in clear as a whole number from -1 to 87",
            "vip stands in clear as true or false", "another value of these, is refused",
            "Mon 09:00 to 17:00, Europe/Rome, without the holidays of italy",
        ] + (31...40).map({ "\($0)" }) {
            #expect(text.contains(value), "\(value): \(text)")
        }
        let plain = PolicyWords(Policy(), currency: "EUR").lines.map(\.text).joined(separator: "\n")
        #expect(plain.contains("no minimum conversion") && plain.contains("nobody is named") && plain.contains("without a limit"))
    }

    @Test func theRegisterHasEveryPersonalFieldOfTheSchemas() throws {
        let listed = Set(ProgramRecords.DataCategory.all.flatMap(\.fields))
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.schemas.path) where file.hasSuffix(".proto") {
            for field in try Self.fields(file) where field.line.contains("(personal)") {
                count += 1
                #expect(listed.contains(String(field.name.split(separator: ".")[1])), "\(field.name) is in no category")
            }
        }
        #expect(count > 30)
    }

    // MARK: A program with humans

    /// Three partners, leads month by month, and every way in which a human takes a lead away.
    private static let counted: (records: ProgramRecords, report: ChannelReport) = {
        var state = State()
        var history = NetworkHistory(readsCandidates: true)
        var builder = RecordsBuilder(program: "demo", words: AuditWords())
        var (position, moment) = (UInt64(0), Samples.start)
        func take(_ input: Input) {
            let events = Decider.decide(input, at: moment, in: state)
            history.take(input, events, at: moment)
            builder.take(
                EntryRecord(
                    position: position, stamp: moment, logicVersion: state.logicVersion, origin: nil, input: input,
                    inputRange: 0..<0, sealed: [], events: events), at: position)
            state.fold(input, events, at: moment)
            position += 1
        }
        func lead(_ id: String, _ country: String = "IT") {
            var attributes = LeadAttributes()
            attributes.country = country
            attributes.dealValue = Money(minorUnits: 1_000_000, currency: "EUR")
            take(Input(.leadSubmitted(LeadSubmitted(leadID: id, attributes: attributes))))
        }
        func holder(_ lead: String) -> String { state.lead(lead)?.partnerID ?? "" }
        var policy = Policy()
        (policy.name, policy.approvedBy, policy.sla.firstResponseMinutes) = ("spring", "board", 0)
        policy.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        take(Input(.programRegistered(.init(currency: "EUR", logicVersion: Logic.newest))))
        take(Input(.policyPublished(.init(policy: policy, version: "v1"))))
        for id in ["a", "b", "c"] {
            var profile = PartnerProfile(partnerID: id)
            profile.countries = ["IT"]
            take(Input(.partnerUpserted(profile)))
        }
        for index in 0..<30 {
            moment = moment.adding(micros: 3 * Timestamp.microsPerDay)
            let id = "L\(index)"
            lead(id)
            if index % 2 == 0 { take(Input(.dealWon(.init(leadID: id, partnerID: holder(id))))) }
        }
        lead("direct")
        let other = ["a", "b", "c"].first { $0 != holder("direct") } ?? ""
        take(Input(.humanDecisionRecorded(.init(leadID: "direct", decision: .assign(partnerID: other)))))
        lead("again")
        take(Input(.humanDecisionRecorded(.init(leadID: "again", decision: .reroute))))
        lead("closed")
        take(Input(.humanDecisionRecorded(.init(leadID: "closed", decision: .close))))
        lead("reviewed")
        take(Input(.reviewRequested(.init(leadID: "reviewed"))))
        let third = ["a", "b", "c"].first { $0 != holder("reviewed") } ?? ""
        take(Input(.humanDecisionRecorded(.init(leadID: "reviewed", decision: .assign(partnerID: third)))))
        lead("upheld")
        take(Input(.reviewRequested(.init(leadID: "upheld"))))
        take(Input(.humanDecisionRecorded(.init(leadID: "upheld", decision: .uphold))))
        lead("abroad", "FR")
        return (builder.result(), ChannelReport(history, program: "demo"))
    }()

    @Test func overridesAreCountedOnceForRecordsAndReport() {
        let (records, report) = Self.counted
        #expect(records.fairness.reduce(0) { $0 + $1.overridden } == 4 && records.impact.overridden == 4)
        #expect(report.whole.figures.overrides == 4)
        for partner in report.partners {
            let row = records.fairness.first { $0.partner == partner.partner }
            #expect(row?.overridden == partner.whole.overrides, "\(partner.partner)")
            let held = (row?.assigned ?? 0) + (row?.byHuman ?? 0)
            #expect(row?.overrideRate == Double(partner.whole.overrides) / Double(held))
        }
        let text = RecordsText(records, style: TextStyle(width: 200)).fairness.joined(separator: "\n")
        #expect(text.contains("DISPARITY") && text.contains("Jain's index"))
    }

    @Test func disparityStandsBesideCounts() {
        let records = Self.counted.records
        #expect(records.fairness.allSatisfy { $0.disparity.map { $0 >= 0 && $0 <= 1 } == true })
        #expect(records.fairness.contains { $0.disparity == 1 })
        let italy = records.countries.first { $0.country == "IT" }, france = records.countries.first { $0.country == "FR" }
        #expect(italy?.leads == 35 && italy?.rate == 1 && italy?.disparity == 1)
        #expect(france?.toHuman == 1 && france?.rate == 0 && france?.disparity == 0)
    }

    /// What stands beside history chose nobody, so that it lowers nobody's rate; a hard rule can ask for a lawful basis.
    @Test func historyLowersNoRateAndARuleAsksForABasis() {
        var builder = RecordsBuilder(program: "demo", words: AuditWords())
        var policy = Policy()
        policy.hardRules = [HardRule(name: "basis", require: .any([.leadIs(.lawfulBasis, values: ["consent"])]))]
        var summary = EvaluationSummary()
        summary.best = [Candidate(partnerID: "a", score: 2, fit: 1, conversion: 0.5)]
        let own = LeadAssigned(leadID: "L", partnerID: "a", attempt: 1, cause: .submitted, evaluation: summary)
        let past = ShadowDecided(leadID: "M", partnerID: "a", evaluation: summary)
        let entries: [(Fact, [Event])] = [
            (.policyPublished(.init(policy: policy, version: "v1")), []),
            (.leadSubmitted(.init(leadID: "L", attributes: LeadAttributes())), [.leadAssigned(own)]),
            (.leadSubmitted(.init(leadID: "M", attributes: LeadAttributes())), [.shadowDecided(past)]),
        ]
        for (position, entry) in entries.enumerated() {
            builder.take(
                EntryRecord(
                    position: UInt64(position), stamp: Samples.start, logicVersion: Logic.newest, origin: nil,
                    input: Input(entry.0), inputRange: 0..<0, sealed: [], events: entry.1), at: UInt64(position))
        }
        let records = builder.result()
        #expect(records.fairness.map(\.selectionRate) == [1] && records.fairness.map(\.considered) == [2])
        #expect(!records.impact.openPoints.contains(.noBasisAsked))
    }

    @Test func aModelCardIsATrainedVersionNotADecision() {
        let records = Self.counted.records
        // Three months and a little, one policy, one logic version.
        #expect(records.modelVersions == 4 && records.models.count == 4)
        #expect(records.models.reduce(0) { $0 + $1.decisions } > 30)
        #expect(records.models.allSatisfy { $0.approver == "board" && $0.policyVersion == "v1" })
        let first = records.models.first
        #expect(first?.metrics?.won == first?.metrics?.outcomes && (first?.metrics?.outcomes ?? 0) > 3)
        #expect(first?.metrics.map { $0.logLoss > 0 && $0.brier > 0 && $0.observed == 1 } == true)
        let text = RecordsText(records, style: TextStyle(width: 200)).models.joined(separator: "\n")
        #expect(text.contains("log-loss") && text.contains("approver board") && text.contains("4 trained versions"))
    }

    @Test func anOlderPolicyIsShownWhenAskedFor() {
        var records = Self.counted.records
        records.policies.append(records.policies[0])
        (records.policies[1].version, records.policies[1].words) = ("w2", ["the newer words"])
        let text = RecordsText(records, style: TextStyle(width: 200))
        #expect(text.policies().contains("  the newer words") && !text.policies().contains("  no minimum conversion"))
        #expect(text.policies("v1").contains("  no minimum conversion") && !text.policies("v1").contains("  the newer words"))
    }

    @Test func theRegisterAndTheAssessmentSayWhatIsOpen() {
        let records = Self.counted.records
        let processing = RecordsText(records, style: TextStyle(width: 200)).processing.joined(separator: "\n")
        #expect(processing.contains("no limit is set") && processing.contains("family_name"))
        let lines = RecordsText(records, style: TextStyle(width: 200)).impact
        #expect(lines.contains { $0.contains("to assess: the policy accepts leads without asking") })
        #expect(records.impact.decisions["human"] == 3 && records.impact.reviewsDecided == 2)
        #expect(records.impact.reviewsOverridden == 1 && records.impact.automatedShare.map { $0 > 0.8 && $0 < 1 } == true)
        #expect(!lines.contains { $0.contains("names nobody who approved") })
    }
}
