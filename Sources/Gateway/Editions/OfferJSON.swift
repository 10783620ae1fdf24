import LeadlineCore
import Reports

/// What a partner is told of an offer that is its own: the terms, the time, and the lead without anybody's name.
enum OfferJSON {
    static func fields(_ offer: OfferMade) -> [(name: String, json: String?)] {
        [
            ("offerId", JSONText.quoted(offer.offerID)), ("round", "\(offer.round)"),
            ("answerBy", JSONText.quoted(TimeText.utc(offer.answerBy))), ("terms", terms(offer.terms)),
            ("features", features(offer.lead)),
        ]
    }

    /// An offer that is open.
    static func standing(_ offer: OfferStanding) -> String {
        JSONText.object([
            ("offer", JSONText.quoted(offer.offerID)), ("lead", JSONText.quoted(offer.leadID)),
            ("round", "\(offer.round)"), ("answerBy", JSONText.quoted(TimeText.utc(offer.answerBy))),
            ("confirmed", "\(offer.isConfirmed)"), ("terms", terms(offer.terms)), ("features", features(offer.lead)),
        ])
    }

    static func terms(_ terms: OfferTerms) -> String {
        JSONText.object([
            ("promiseMinutes", "\(terms.promiseMinutes)"),
            ("commissionBasisPoints", terms.commissionBasisPoints.map { "\($0)" }),
            ("enrichment", terms.enrichment.isEmpty ? nil : list(terms.enrichment)),
        ])
    }

    /// How an offer ended, as its partner is told: that another was worth more, or agreed, would tell of others.
    static func word(_ status: OfferStatus) -> String {
        switch status {
        case .lostToAnother, .notEligible, .withdrawn: "\(OfferStatus.withdrawn)"
        case .counterOutOfRange, .counterNotWorth: "counterRefused"
        case .agreed, .declined, .expired: "\(status)"
        }
    }

    private static func features(_ lead: OfferedLead) -> String {
        func text(_ value: String) -> String? { value.isEmpty ? nil : JSONText.quoted(value) }
        func texts(_ values: [String]) -> String? { values.isEmpty ? nil : list(values) }
        return JSONText.object([
            ("country", text(lead.country)), ("region", text(lead.region)), ("language", text(lead.language)),
            ("vertical", text(lead.vertical)), ("employees", lead.employees == 0 ? nil : "\(lead.employees)"),
            ("dealValueMinorUnits", "\(lead.dealValueMinorUnits)"), ("product", text(lead.product)),
            ("technologies", texts(lead.technologies)),
            ("requiredCertifications", texts(lead.requiredCertifications)), ("residency", text(lead.residency)),
        ])
    }

    private static func list(_ values: [String]) -> String {
        "[" + values.map(JSONText.quoted).joined(separator: ",") + "]"
    }
}
