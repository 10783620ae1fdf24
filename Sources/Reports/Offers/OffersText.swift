public import LeadlineCore

/// What is offered to partners, for people.
public enum OffersText {
    /// Offers that wait for an answer, one a line.
    public static func open(_ offers: [OfferStanding], _ style: TextStyle) -> String {
        var table = TextTable([
            ("OFFER", .left), ("LEAD", .left), ("PARTNER", .left), ("ROUND", .right), ("UNTIL", .left), ("ROOM", .left),
            ("TERMS", .left),
        ])
        for one in offers {
            table.add([
                one.offerID, one.leadID, one.partnerID, "\(one.round)", style.time(one.answerBy),
                one.isConfirmed ? "yes" : "-", DecisionReasonWords.terms(one.terms),
            ])
        }
        return table.text(style)
    }

    /// How partners answer, one a line.
    public static func records(_ records: [OfferRecord], _ style: TextStyle) -> String {
        var table = TextTable([
            ("PARTNER", .left), ("OFFERS", .right), ("AGREED", .right), ("DECLINED", .right), ("COUNTERED", .right),
            ("ASKED MORE", .right), ("LAPSED", .right),
        ])
        for one in records {
            table.add([
                one.partnerID, "\(one.made)", "\(one.agreed)", "\(one.declined)", "\(one.countered)",
                one.countered == 0 ? "-" : NumberText.percent(basisPoints: one.askedBasisPoints), "\(one.lapsed)",
            ])
        }
        return table.text(style)
    }
}

/// What was offered, as JSON.
public struct OfferTermsDocument: Encodable, Sendable {
    private let promiseMinutes: UInt32
    private let commissionBasisPoints: UInt32?
    private let enrichment: [String]

    public init(_ terms: OfferTerms) {
        (promiseMinutes, commissionBasisPoints) = (terms.promiseMinutes, terms.commissionBasisPoints)
        enrichment = terms.enrichment
    }
}

/// An offer that waits for an answer, as JSON. Fields are added, never changed.
public struct OfferDocument: Encodable, Sendable {
    private let offer: String
    private let lead: String
    private let partner: String
    private let round: UInt32
    private let answerBy: String
    private let confirmed: Bool
    private let terms: OfferTermsDocument

    public init(_ standing: OfferStanding) {
        (offer, lead, partner) = (standing.offerID, standing.leadID, standing.partnerID)
        (round, confirmed) = (standing.round, standing.isConfirmed)
        answerBy = TimeText.utc(standing.answerBy)
        terms = OfferTermsDocument(standing.terms)
    }
}

/// How a partner answers, as JSON. Fields are added, never changed.
public struct OfferRecordDocument: Encodable, Sendable {
    private let partner: String
    private let offers: UInt32
    private let agreed: UInt32
    private let declined: UInt32
    private let countered: UInt32
    private let askedBasisPoints: UInt32
    private let lapsed: UInt32

    public init(_ record: OfferRecord) {
        partner = record.partnerID
        (offers, agreed, declined) = (record.made, record.agreed, record.declined)
        (countered, askedBasisPoints, lapsed) = (record.countered, record.askedBasisPoints, record.lapsed)
    }
}
