public import LeadlineCore
import Reports

/// Decisions of which somebody asked that a person looks at them.
public struct ReviewsPage: Sendable {
    public var reviews: [LeadStanding]
    /// Who looks at which, by lead.
    public var claims: [String: ReviewClaimPanel.Claim]
    /// True if the reader may decide reviews.
    public var mayClaim: Bool
    public var said: Said?

    /// Those that are open.
    public init(
        _ reviews: [LeadStanding], claims: [String: ReviewClaimPanel.Claim] = [:], mayClaim: Bool = false, said: Said?
    ) {
        self.reviews = reviews
        self.claims = claims
        self.mayClaim = mayClaim
        self.said = said
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let rows = reviews.prefix(BoardPage.most).map { review in
            let panel = ReviewClaimPanel(claims[review.leadID])
            return HTML.element(
                .li, [.set(.row, review.leadID)],
                [
                    .link(
                        "/app/leads/\(review.leadID)", [.row],
                        [
                            .span(.mono, review.leadID),
                            .worded(
                                .span, [.look(.words)],
                                [
                                    t.label("status", review.stage.rawValue),
                                    review.partnerID.map { t("due.with", ["partner": .text($0)]) } ?? "",
                                    panel.sentence(reader) ?? "",
                                ].filter { !$0.isEmpty }.joined(separator: " · ")),
                            reader.ago(review.submittedAt),
                        ]), mayClaim ? .div(.choices, [panel.button(review.leadID, reader)]) : .nothing,
                ])
        }
        return Shell(reader, title: t("nav.reviews"), section: .reviews).page([
            .worded(.h1, [.look(.title)], t("nav.reviews")), .worded(.p, [.look(.quiet)], t("reviews.about")),
            Said.notice(said, t),
            .panel(
                "reviews", t("reviews.open"), count: t.number(reviews.count),
                [
                    rows.isEmpty
                        ? .empty(t("reviews.empty"), t("reviews.empty.how"))
                        : .element(.ul, [.look(.rows)], Array(rows)),
                    reviews.count > rows.count
                        ? .worded(.p, [.look(.hint)], t("reviews.left", ["count": .count(reviews.count - rows.count)]))
                        : .nothing,
                    // How often people decided otherwise, partner by partner, is worked out there.
                    reader.sections.contains(.fairness)
                        ? .element(.p, [.look(.hint)], [.link(Section.fairness.path, [.more], [.text(t("reviews.rates"))])])
                        : .nothing,
                ]),
        ])
    }
}
