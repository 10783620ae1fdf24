public import LeadlineCore
import Reports

/// Who looks at a review now, and the buttons by which that changes.
public struct ReviewClaimPanel: Sendable {
    /// A claim that stands.
    public struct Claim: Sendable {
        public var isOwn: Bool
        /// Whoever has it, as the list of keys calls them.
        public var holder: String
        public var since: Timestamp
        public var until: Timestamp

        /// A claim from its parts.
        public init(isOwn: Bool, holder: String, since: Timestamp, until: Timestamp) {
            self.isOwn = isOwn
            self.holder = holder
            self.since = since
            self.until = until
        }
    }

    /// Nil where nobody looks.
    public var claim: Claim?

    /// - Parameter claim: nil where nobody looks.
    public init(_ claim: Claim?) { self.claim = claim }

    /// Who looks, in a sentence; nil where nobody does.
    func sentence(_ reader: Reader) -> String? {
        guard let claim else { return nil }
        let until = Texts.Filling.text(reader.spoken(claim.until))
        if claim.isOwn { return reader.texts("claim.own", ["until": until]) }
        return reader.texts(
            "claim.other", ["who": .text(claim.holder), "since": .text(reader.spoken(claim.since)), "until": until])
    }

    /// The button that changes it, for whoever may decide the review.
    func button(_ lead: String, _ reader: Reader) -> HTML {
        let t = reader.texts
        let path = "/app/reviews/\(lead)/"
        if claim?.isOwn == true { return .form(path + "release", reader, [.inline], [.submit(t("claim.release"))]) }
        let takesOver = claim != nil
        return .form(
            path + "claim", reader, [.inline],
            [.hidden("takeOver", takesOver ? "yes" : ""), .submit(t(takesOver ? "claim.takeOver" : "claim.claim"))])
    }

    /// Sentence and button.
    func section(_ lead: String, _ reader: Reader) -> HTML {
        .div(
            .choices,
            [sentence(reader).map { .worded(.p, [.look(.hint)], $0) } ?? .nothing, button(lead, reader)])
    }
}
