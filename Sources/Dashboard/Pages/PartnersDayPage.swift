import LeadlineCore
import Reports

/// A partner's own day: what waits for its answer, what it has in hand, how full it is.
public struct PartnersDayPage: Sendable {
    /// Leads that wait for its answer, the soonest first, and those that it has taken.
    public var waiting: [LeadListPage.Line]
    public var inHand: [LeadListPage.Line]
    /// How many more it has than are shown: offered or taken, and answered.
    public var waitingLeft = 0
    public var inHandLeft = 0
    public var line: BoardPage.Line?
    public var canAnswer: Bool
    public var said: Said?

    /// A day from its parts.
    public init(waiting: [LeadListPage.Line], inHand: [LeadListPage.Line], line: BoardPage.Line?, canAnswer: Bool) {
        self.waiting = waiting
        self.inHand = inHand
        self.line = line
        self.canAnswer = canAnswer
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("nav.today"), section: .today).page([
            .worded(.h1, [.look(.title)], t("nav.today")), Said.notice(said, t),
            .worded(
                .p, [.look(.lead), .set(.id, "sentence"), .set(.live)],
                t(waiting.isEmpty ? "day.nothing" : "day.waiting", ["count": .count(waiting.count)])),
            .div(
                .columns,
                [
                    .div(.column, [answers(reader), hand(reader)]),
                    .div(.column, [load(reader), flow(reader)]),
                ]),
        ])
    }

    private func answers(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = waiting.map { lead in
            HTML.element(
                .li, [.set(.row, lead.lead)],
                [
                    about(lead, reader),
                    canAnswer
                        ? .div(
                            .choices,
                            [
                                .form(
                                    "/app/leads/\(lead.lead)/accept", reader, [.inline],
                                    [.submit(t("act.accept"), .primary)]),
                                .link("/app/leads/\(lead.lead)#act-decline", [.button], [.text(t("act.decline"))]),
                            ]) : .nothing,
                ])
        }
        return .panel(
            "answers", t("day.answers"), count: waiting.isEmpty ? nil : t.number(waiting.count),
            [
                rows.isEmpty
                    ? .empty(t("day.answers.empty"), t("day.answers.how")) : .element(.ul, [.look(.rows)], rows),
                LeftOut.link("/app/leads?status=assigned", waitingLeft, t),
            ])
    }

    private func hand(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = inHand.map { HTML.element(.li, [.set(.row, $0.lead)], [about($0, reader)]) }
        return .panel(
            "hand", t("day.hand"), count: inHand.isEmpty ? nil : t.number(inHand.count),
            [
                rows.isEmpty ? .empty(t("day.hand.empty"), t("day.hand.how")) : .element(.ul, [.look(.rows)], rows),
                LeftOut.link("/app/leads?status=responded", inHandLeft, t),
            ])
    }

    private func about(_ lead: LeadListPage.Line, _ reader: Reader) -> HTML {
        let t = reader.texts
        let value = lead.currency.flatMap { currency in lead.valueMinorUnits.map { t.money($0, currency) } } ?? ""
        return .link(
            "/app/leads/\(lead.lead)", [.row],
            [
                .span(.mono, lead.lead),
                .worded(
                    .span, [.look(.words)],
                    [t.label("status", lead.status), value, lead.country, lead.vertical].filter { !$0.isEmpty }
                        .joined(separator: " · ")),
                lead.status == "assigned" ? lead.respondBy.map { reader.countdown($0) } ?? .nothing : .nothing,
            ])
    }

    private func load(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let line else { return .nothing }
        return .panel(
            "load", t("partner.capacity"),
            more: .link("/app/partners/\(line.partner)", [.more], [.text(t("day.change"))]),
            [
                .element(
                    .dl, [.look(.facts)],
                    [
                        .fact(t("column.load"), LoadMeter.of(line.open, line.openMost, t)),
                        .fact(t("column.period"), LoadMeter.of(line.inPeriod, line.perPeriodMost, t)),
                        .fact(
                            t("column.won"),
                            .text(
                                t(
                                    "partners.won",
                                    ["won": .count(Int(line.won)), "closed": .count(Int(line.won + line.lost))]))),
                    ])
            ])
    }

    private func flow(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .panel(
            "flow", t("flow.title"),
            more: .element(
                .button, [.set(.type, "button"), .set(.id, "flow-state"), .look(.pause), .set(.hidden)], [.text("")]),
            [
                .element(.ol, [.set(.id, "flow-rows"), .look(.flow), .set(.label, t("flow.title"))], []),
                .empty(t("day.flow"), t("day.flow.how")),
            ])
    }
}

/// What a page leaves out of what a partner holds.
enum LeftOut {
    /// How many, and where they are; nothing where none are.
    static func link(_ path: String, _ count: Int, _ t: Texts) -> HTML {
        count > 0 ? .link(path, [.more], [.text(t("held.left", ["count": .count(count)]))]) : .nothing
    }
}
