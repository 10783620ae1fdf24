import Reports

/// A guided tour of a demonstration: six stops, each a page with a word on what to look at there. A reader whose role
/// does not see a page has no stop there.
public struct Tour: Sendable {
    enum Stop: String, CaseIterable { case today, lead, partners, reviews, rules, proof }

    /// The lead whose way is told.
    private let lead: String

    /// A tour that stops at this lead.
    public init(lead: String) { self.lead = lead }

    private func section(_ stop: Stop) -> Section {
        switch stop {
        case .today: .today
        case .lead: .leads
        case .partners: .partners
        case .reviews: .reviews
        case .rules: .rules
        case .proof: .proof
        }
    }

    private func path(_ stop: Stop) -> String {
        stop == .lead ? Section.leads.path + "/" + lead : section(stop).path
    }

    /// What stands over a page: which stop it is, what to look at, and where to go on.
    /// - Parameters:
    ///   - section: the page's; nil for one that stands in none.
    ///   - lead: the lead that it is about; nil for a page that is about none.
    func strip(_ reader: Reader, section: Section?, lead: String?) -> HTML {
        let t = reader.texts
        let stops = Stop.allCases.filter { reader.sections.contains(self.section($0)) }
        let here = stops.firstIndex { $0 == .lead ? lead == self.lead : self.section($0) == section && lead == nil }
        let next = here.map { $0 + 1 } ?? 0
        let told: [HTML] =
            here.map { index in
                [
                    .worded(.p, [.look(.name)], t("tour.\(stops[index].rawValue).title")),
                    .worded(.p, t("tour.\(stops[index].rawValue)")),
                ]
            } ?? [.worded(.p, t("tour.elsewhere"))]
        return .element(
            .section, [.set(.id, "tour"), .set(.label, t("tour.title")), .look(.tour)],
            [
                .worded(
                    .p, [.look(.count)],
                    here.map {
                        t("tour.stop", ["stop": .text("\($0 + 1)"), "stops": .text("\(stops.count)")])
                    } ?? t("tour.title"))
            ] + told + [
                .div(
                    .row,
                    [
                        next < stops.count
                            ? .link(
                                path(stops[next]), [.button, .primary],
                                [.text(t("tour.next", ["page": .text(t("tour.\(stops[next].rawValue).title"))]))])
                            : .nothing,
                        .form(
                            "/app/preferences", reader, [.inline],
                            [.hidden("tour", "off"), .hidden("next", "/app"), .submit(t("tour.end"))]),
                    ])
            ])
    }
}
