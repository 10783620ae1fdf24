@testable import Audit
@testable import Evaluation
@testable import LeadlineCore
@testable import Reports

/// Values for pages.
enum Samples {
    static let start = Timestamp(micros: 1_767_571_200_000_000)

    /// Entries as the core decides them: two partners, a won deal, an open one, and one for a human.
    static let history = entries(
        program + [
            partner("alfa"), partner("beta"), lead("one", "IT"), lead("two", "IT"), lead("three", "FR"), response("one"),
            win("one"),
        ], microsApart: 1_000_000)

    /// Forty deals that one partner wins, a day and a bit apart.
    static let longHistory = entries(
        program + [partner("alfa")]
            + (0..<40).flatMap { [lead("lead-\($0)", "IT"), response("lead-\($0)"), win("lead-\($0)")] },
        microsApart: Timestamp.microsPerDay / 2)

    private static let program: [Input] = {
        var policy = Policy()
        policy.hardRules = [HardRule(name: "serves-country", require: .partnerCovers(.country, .countries))]
        return [
            Input(.programRegistered(.init(currency: "EUR", logicVersion: Logic.newest))),
            Input(.policyPublished(.init(policy: policy, version: "v1"))),
        ]
    }()

    private static func partner(_ id: String) -> Input {
        var profile = PartnerProfile(partnerID: id)
        profile.countries = ["IT"]
        return Input(.partnerUpserted(profile))
    }

    private static func lead(_ id: String, _ country: String) -> Input {
        var attributes = LeadAttributes()
        attributes.country = country
        attributes.dealValue = Money(minorUnits: 1_000_000, currency: "EUR")
        return Input(.leadSubmitted(LeadSubmitted(leadID: id, attributes: attributes)))
    }

    private static func response(_ lead: String) -> Input {
        Input(.firstResponseRecorded(.init(leadID: lead, partnerID: "alfa")))
    }

    private static func win(_ lead: String) -> Input {
        Input(.dealWon(.init(leadID: lead, partnerID: "alfa", amount: Money(minorUnits: 900_000, currency: "EUR"))))
    }

    private static func entries(_ inputs: [Input], microsApart: Int64) -> NetworkHistory {
        var state = State()
        var history = NetworkHistory(readsCandidates: true)
        for (index, input) in inputs.enumerated() {
            let stamp = start.adding(micros: Int64(index) * microsApart)
            let events = Decider.decide(input, at: stamp, in: state)
            history.take(input, events, at: stamp)
            state.fold(input, events, at: stamp)
        }
        return history
    }

    /// A dossier with one text in every field that takes one.
    static func dossier(_ t: String) -> Dossier {
        let field = Dossier.Field(name: t, value: t)
        let source = ValueSource(field: t, value: t, position: 1, type: t, eventID: t, observer: t, time: t)
        return Dossier(
            program: t, currency: "EUR", made: t, subjects: [t], isErased: false,
            leads: [.init(lead: t, status: t, submitted: t)], account: [t],
            sources: [
                .init(
                    position: 1, time: t, type: t, topic: t, partition: 0, offset: 0, eventID: t, isAboutAccount: true,
                    clear: [field], sealedState: "opened",
                    sealed: [field])
            ],
            decisions: [
                .init(
                    id: t, lead: t, time: t, decided: t, decider: .leadline,
                    statements: [.init(.assigned, [.lead: .text(t), .partner: .text(t)])], logicVersion: 2, policyVersion: t, policyName: t,
                    modelVersion: t, rules: [t],
                    candidates: [.init(partner: t, fit: 0.5, conversion: 0.5, score: 1, net: 1)],
                    excluded: [.init(partner: t, reason: t)], inputs: [source],
                    explanation: [t, "  " + t], recordedDigest: t, recomputedDigest: t, isReproduced: true)
            ],
            counterfactuals: [.init(
                    decision: t, subject: .lead, kind: .withoutRule, value: t, change: t, outcome: t, first: t, second: t,
                    result: .otherPartner, differs: true)],
            recipients: [.init(partner: t, lead: t, from: t, until: nil, ended: t)],
            reviews: [
                .init(lead: t, requested: t, requester: t, requestNote: t, decided: t, reviewer: t, note: t, outcome: t)
            ],
            requests: [
                .init(kind: t, lead: t, position: 1, time: t, requester: t, fields: [field], effects: [t], told: [t])
            ],
            certificate: .init(method: t, decisions: 1, reproduced: 1, streamSize: 1, chainHead: t, checkpoint: t))
    }
}
