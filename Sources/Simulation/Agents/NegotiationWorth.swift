public import Evaluation
import LeadlineCore

/// What it is worth to ask partners before they get a lead, where they know what the router cannot: how much room they
/// have this week, and how good they are for this very lead.
///
/// Every run of a seed has the same leads, partners and luck; they differ by how often partners are asked. Revenue is
/// value times true probability, so that no luck of single deals is in it, and its difference is taken seed by seed.
public struct NegotiationWorth {
    /// What is tried.
    public struct Settings: Sendable {
        public var leads = 2_000
        public var partners = 40
        public var seeds = 10
        public var firstSeed: UInt64 = 1
        /// How often partners are asked; without any they are assigned plainly.
        public var rounds: [UInt32] = [1, 2, 3]

        /// The usual ones.
        public init() {}
    }

    /// What came of one number of rounds, over all seeds.
    public struct Row: Sendable, Encodable, Equatable {
        public var rounds: Int
        /// Mean revenue of a run, in units of the currency; and what is left of it after commissions.
        public var revenue: Double
        public var revenueAfterCommission: Double
        /// Difference to plain assignment on the same leads, in % of it, with its 95 % interval over the seeds.
        public var gainPercent: Estimate?
        public var gainAfterCommissionPercent: Estimate?
        /// Of all leads, in %: those that went to a partner without room, and those that nobody got.
        public var withoutRoomPercent: Double
        public var unassignedPercent: Double
        public var offersPerLead: Double
    }

    /// All numbers of rounds; the first row is plain assignment.
    public struct Report: Sendable, Encodable, Equatable {
        public var leads: Int
        public var partners: Int
        public var seeds: Int
        public var firstSeed: UInt64
        public var rows: [Row]
    }

    /// Runs them all.
    /// - Parameter progress: Called with the leads routed so far.
    public static func run(_ settings: Settings, progress: (Int) -> Void = { _ in }) -> Report {
        let rounds = [0] + settings.rounds
        var runs = [[WorthRun.Result]](repeating: [], count: rounds.count)
        var done = 0
        for seed in 0..<settings.seeds {
            let world = WorthWorld(
                seed: settings.firstSeed + UInt64(seed), partners: settings.partners, leads: settings.leads)
            for (place, count) in rounds.enumerated() {
                var run = WorthRun(world, rounds: count)
                run.route()
                runs[place].append(run.result)
                done += settings.leads
                progress(done)
            }
        }
        return Report(
            leads: settings.leads, partners: settings.partners, seeds: settings.seeds, firstSeed: settings.firstSeed,
            rows: zip(rounds, runs).map { row(Int($0), $1, plain: runs[0], leads: settings.leads) })
    }

    private static func row(_ rounds: Int, _ runs: [WorthRun.Result], plain: [WorthRun.Result], leads: Int) -> Row {
        func mean(_ value: (WorthRun.Result) -> Double) -> Double { Moments(runs.map(value)).mean }
        func gain(_ value: (WorthRun.Result) -> Double) -> Estimate? {
            if rounds == 0 { return nil }
            return Moments(zip(runs, plain).map { 100 * (value($0) / value($1) - 1) }).estimate
        }
        let share = 100 / Double(max(leads, 1))
        return Row(
            rounds: rounds, revenue: mean(\.revenue), revenueAfterCommission: mean(\.afterCommission),
            gainPercent: gain(\.revenue), gainAfterCommissionPercent: gain(\.afterCommission),
            withoutRoomPercent: mean { share * Double($0.withoutRoom) },
            unassignedPercent: mean { share * Double($0.unassigned) },
            offersPerLead: mean { Double($0.offers) / Double(max(leads, 1)) })
    }
}

/// A year's half of leads and the partners for them, with what only the partners know. Numbers are made with the four
/// operations alone, so that they are the same everywhere.
struct WorthWorld: Sendable {
    struct Lead: Sendable {
        var id: String
        var at: Timestamp
        var week: Int
        var attributes: LeadAttributes
        var valueMinorUnits: Int64
        /// True probability by partner, if it has room; nil where it may not have the lead.
        var chances: [Double?]
        /// By which an outcome is drawn.
        var luck: Double
    }

    static let start = Timestamp(micros: 1_767_571_200_000_000)
    static let weeks = 26
    static let weekMicros = 7 * Timestamp.microsPerDay
    /// What is left of a probability where the partner has no room and comes late.
    static let lateFactor = 0.25
    private static let countries = ["DE", "IT", "FR", "ES", "NL", "PL", "AT", "SE"]
    private static let products = ["erp", "crm", "mes", "plm"]
    private static let baseOdds = 0.2

    let profiles: [PartnerProfile]
    /// What partners have said that they take in a week, and what they have room for in each.
    let declared: [Int]
    let room: [[Int]]
    let leads: [Lead]

    init(seed: UInt64, partners: Int, leads count: Int) {
        var chance = SplitMix64(seed: seed)
        // 1.4 times what comes, so that whoever has no room can be passed over.
        let weekly = max(1, count * 14 / (Self.weeks * partners * 10))
        var (profiles, declared, room, skills): ([PartnerProfile], [Int], [[Int]], [[Double]]) = ([], [], [], [])
        for index in 0..<partners {
            var profile = PartnerProfile(partnerID: Workload.partnerID(index))
            let home = index % Self.countries.count
            profile.countries = [Self.countries[home], Self.countries[(home + 3) % Self.countries.count]]
            profiles.append(profile)
            let own = max(1, weekly / 2 + Int(chance.below(UInt64(weekly + 1))))
            declared.append(own)
            room.append((0..<Self.weeks).map { _ in chance.uniform() < 0.7 ? own : own * 3 / 10 })
            skills.append(Self.products.map { _ in Self.factor(&chance) })
        }
        (self.profiles, self.declared, self.room) = (profiles, declared, room)
        leads = (0..<count).map { index in
            Self.lead(index, of: count, profiles, skills, &chance)
        }
    }

    /// Around 1, from a fifth to five, as often above as below.
    private static func factor(_ chance: inout SplitMix64) -> Double {
        (0.25 + chance.uniform()) / (0.25 + chance.uniform())
    }

    private static func lead(
        _ index: Int, of count: Int, _ profiles: [PartnerProfile], _ skills: [[Double]], _ chance: inout SplitMix64
    ) -> Lead {
        let product = Int(chance.below(UInt64(products.count)))
        var attributes = LeadAttributes()
        attributes.country = chance.pick(countries)
        attributes.product = products[product]
        attributes.employees = UInt32(20 + chance.below(2_000))
        let value = Int64(500_000 + chance.below(6_000_000))
        attributes.dealValue = Money(minorUnits: value, currency: "EUR")
        let offset = weekMicros * Int64(weeks) / Int64(count) * Int64(index)
        let chances = profiles.indices.map { partner -> Double? in
            // Drawn for everybody, so that nothing else hangs on who may have the lead.
            let odds = baseOdds * skills[partner][product] * factor(&chance)
            return profiles[partner].countries.contains(attributes.country) ? odds / (1 + odds) : nil
        }
        return Lead(
            id: "L\(index)", at: start.adding(micros: offset), week: min(weeks - 1, Int(offset / weekMicros)),
            attributes: attributes, valueMinorUnits: value, chances: chances, luck: chance.uniform())
    }
}

/// Drives the real decider through a world in which partners are asked so often.
struct WorthRun {
    /// What came of a run.
    struct Result {
        var revenue = 0.0
        var afterCommission = 0.0
        var withoutRoom = 0
        var unassigned = 0
        var offers = 0
    }

    private static let usualBasisPoints: UInt32 = 1_000
    /// Below this an agent does not take a lead, and below that it asks for more.
    private static let worthWorking = 0.12
    private static let worthUsual = 0.16
    private static let outcomeAfter = 14 * Timestamp.microsPerDay

    private let world: WorthWorld
    private let rounds: UInt32
    private var state = State()
    private var scratch = EvaluationScratch()
    private var indexes: [String: Int] = [:]
    private var outcomes = PlannedSteps<Fact>()
    /// Leads that each partner has got this week.
    private var got: [Int]
    private var week = 0
    private(set) var result = Result()

    init(_ world: WorthWorld, rounds: UInt32) {
        self.world = world
        self.rounds = rounds
        got = [Int](repeating: 0, count: world.profiles.count)
    }

    mutating func route() {
        setUp()
        for lead in world.leads {
            if lead.week != week {
                week = lead.week
                got = [Int](repeating: 0, count: got.count)
            }
            learn(through: lead.at)
            route(lead)
        }
    }

    private mutating func setUp() {
        let begin = WorthWorld.start.adding(micros: -Timestamp.microsPerDay)
        var policy = Policy()
        policy.name = "worth"
        policy.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        policy.sla.firstResponseMinutes = 0
        policy.periodAnchor = WorthWorld.start
        policy.periodDays = 7
        policy.negotiation.rounds = rounds
        policy.negotiation.commissionMaxBasisPoints = 1_300
        take(.programRegistered(ProgramRegistered(currency: "EUR")), at: begin)
        take(.policyPublished(PolicyPublished(policy: policy, version: "worth")), at: begin)
        for (index, profile) in world.profiles.enumerated() {
            indexes[profile.partnerID] = index
            var profile = profile
            profile.capacity = Capacity(leadsPerPeriodMax: UInt32(world.declared[index]))
            take(.partnerUpserted(profile), at: begin)
            take(
                .partnerCommissionTermsSet(
                    PartnerCommissionTermsSet(partnerID: profile.partnerID, rateBasisPoints: Self.usualBasisPoints)),
                at: begin)
        }
    }

    private mutating func route(_ lead: WorthWorld.Lead) {
        var events = take(.leadSubmitted(LeadSubmitted(leadID: lead.id, attributes: lead.attributes)), at: lead.at)
        // One is asked at a time, and every answer ends its offer.
        while let offer = events.compactMap(\.offered).last {
            result.offers += 1
            events = take(.offerAnswered(answer(offer, lead)), at: lead.at)
        }
        guard let assigned = events.compactMap(\.assigned).last, let partner = indexes[assigned.partnerID] else {
            result.unassigned += 1
            return
        }
        settle(lead, partner, assigned)
    }

    /// What a partner's agent says, by what it alone knows.
    private func answer(_ offer: OfferMade, _ lead: WorthWorld.Lead) -> OfferAnswered {
        var answer = OfferAnswered(
            leadID: lead.id, partnerID: offer.partnerID, offerID: offer.offerID, answer: .accepted)
        guard let partner = indexes[offer.partnerID], let chance = lead.chances[partner] else { return answer }
        if got[partner] >= world.room[partner][week] {
            (answer.answer, answer.reason) = (.declined, .noCapacity)
        } else if chance < Self.worthWorking {
            (answer.answer, answer.reason) = (.declined, .notAFit)
        } else if chance < Self.worthUsual {
            answer.answer = .countered
            answer.terms = OfferTerms(commissionBasisPoints: 1_200)
        }
        return answer
    }

    private mutating func settle(_ lead: WorthWorld.Lead, _ partner: Int, _ assigned: LeadAssigned) {
        let hasRoom = got[partner] < world.room[partner][week]
        got[partner] += 1
        let chance = (lead.chances[partner] ?? 0) * (hasRoom ? 1 : WorthWorld.lateFactor)
        let worth = Double(lead.valueMinorUnits) / 100 * chance
        let commission = assigned.terms?.commissionBasisPoints ?? Self.usualBasisPoints
        result.revenue += worth
        result.afterCommission += worth * (1 - Double(commission) / 10_000)
        if !hasRoom { result.withoutRoom += 1 }
        let partnerID = assigned.partnerID
        outcomes.plan(
            lead.luck < chance
                ? .dealWon(DealWon(leadID: lead.id, partnerID: partnerID))
                : .dealLost(DealLost(leadID: lead.id, partnerID: partnerID)),
            at: lead.at.adding(micros: Self.outcomeAfter))
    }

    private mutating func learn(through now: Timestamp) {
        while let next = outcomes.popNext(until: now) { take(next.what, at: next.at) }
    }

    @discardableResult
    private mutating func take(_ fact: Fact, at stamp: Timestamp) -> [Event] {
        let input = Input(fact, imported: false)
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        state.fold(input, events, at: stamp)
        return events
    }
}

extension Event {
    fileprivate var offered: OfferMade? { if case .offerMade(let offer) = self { offer } else { nil } }
    fileprivate var assigned: LeadAssigned? { if case .leadAssigned(let event) = self { event } else { nil } }
}
