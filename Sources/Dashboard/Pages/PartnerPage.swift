import Foundation
public import LeadlineCore
import Reports

/// A partner: how full it is, what it holds and owes, when it is away, and which leads it got lately or did not.
public struct PartnerPage: Sendable {
    /// A lead of late and what it was to the partner.
    public struct Lately: Sendable {
        public var lead: String
        public var at: Timestamp
        public var isOwn: Bool
        /// In words.
        public var text: String

        /// One from its parts.
        public init(lead: String, at: Timestamp, isOwn: Bool, text: String) {
            self.lead = lead
            self.at = at
            self.isOwn = isOwn
            self.text = text
        }
    }

    /// What a profile changed of the one before it.
    public struct Change: Sendable {
        public var at: Timestamp
        public var differences: [PolicyDifference]
        /// True for the partner's first profile.
        public var isFirst: Bool

        /// A change from its parts.
        public init(at: Timestamp, differences: [PolicyDifference], isFirst: Bool) {
            self.at = at
            self.differences = differences
            self.isFirst = isFirst
        }
    }

    /// Fields of one change that are shown.
    private static let fieldsMost = 16

    public var line: BoardPage.Line
    public var profile: PartnerProfile
    public var currency: String
    public var suspendedUntil: Timestamp?
    public var absences: [AbsenceStanding]
    /// Leads that it holds.
    public var held: [LeadListPage.Line] = []
    /// How many more it holds than are shown.
    public var heldLeft = 0
    public var lately: [Lately] = []
    /// How its profile changed, the newest first; nil where that is not at hand.
    public var changes: [Change]? = []
    /// True if the reader may say when it is away, and how much it takes.
    public var canChange = false
    /// Partners that this one may be merged into; nil for a reader who may not say so.
    public var others: [String]?
    public var said: Said?

    /// A partner's page.
    public init(_ standing: PartnerStanding, _ line: BoardPage.Line, currency: String) {
        self.line = line
        self.currency = currency
        profile = standing.profile
        suspendedUntil = standing.suspendedUntil
        absences = standing.absences
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("partner.title", ["partner": .text(line.partner)]), section: .partners).page([
            .div(
                .head,
                [.element(.h1, [.look(.title, .mono)], [.text(line.partner)]), StatusPill.of(line.status, t)]),
            Said.notice(said, t),
            suspendedUntil.map {
                .element(.p, [.look(.notice, .warn)], [.text(t("partner.suspended") + " "), reader.moment($0)])
            } ?? .nothing,
            .div(
                .split,
                [
                    .div(.main, [queue(reader), latelyPanel(reader), profileChanges(reader)]),
                    .element(
                        .aside, [.look(.rail), .set(.label, t("partner.about"))],
                        [capacity(reader), away(reader), about(reader), merger(reader)]),
                ]),
        ])
    }

    // MARK: What it holds

    private func queue(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = held.map { lead in
            HTML.element(
                .li, [.set(.row, lead.lead)],
                [
                    .link(
                        "/app/leads/\(lead.lead)", [.row],
                        [
                            .span(.mono, lead.lead),
                            .worded(
                                .span, [.look(.words)],
                                [t.label("status", lead.status), lead.country, lead.vertical].filter { !$0.isEmpty }
                                    .joined(separator: " · ")),
                            lead.status == "assigned"
                                ? lead.respondBy.map { reader.countdown($0) } ?? .nothing : .nothing,
                        ])
                ])
        }
        return .panel(
            "queue", t("partner.queue"), count: t.number(line.open),
            more: .link("/app/leads?partner=\(line.partner)", [.more], [.text(t("partner.allLeads"))]),
            [
                rows.isEmpty
                    ? .empty(t("partner.queue.empty"), t("partner.queue.how")) : .element(.ul, [.look(.rows)], rows),
                LeftOut.link("/app/leads?partner=\(line.partner)", heldLeft, t),
            ])
    }

    private func latelyPanel(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = lately.map { one in
            HTML.element(
                .li, [.set(.row, one.lead)],
                [
                    .link(
                        "/app/leads/\(one.lead)", [.row],
                        [
                            reader.moment(one.at, seconds: true),
                            .worded(
                                .span, [.look(.dot, one.isOwn ? .assigned : .other), .set(.hiddenFromReaders, "true")],
                                ""),
                            .element(.span, [.look(.words)] + reader.recordedLanguage, [.text(one.text)]),
                        ])
                ])
        }
        return .panel(
            "lately", t("partner.lately"),
            [
                rows.isEmpty
                    ? .empty(t("partner.lately.empty"), t("partner.lately.how")) : .element(.ul, [.look(.flow)], rows)
            ])
    }

    private func profileChanges(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let changes else {
            return .panel("changes", t("partner.changes"), [.worded(.p, [.look(.quiet)], t("partner.changes.archived"))])
        }
        let shown = changes.enumerated().map { place, change in
            HTML.all([
                .element(
                    .h3, [], [reader.moment(change.at, seconds: true), .text(change.isFirst ? " · " + t("partner.changes.first") : "")]),
                change.differences.isEmpty
                    ? .worded(.p, [.look(.quiet)], t("partner.changes.same"))
                    : PolicyDifference.table("change-\(place)-rows", change.differences, most: Self.fieldsMost, t),
            ])
        }
        return .panel(
            "changes", t("partner.changes"),
            shown.isEmpty ? [.empty(t("partner.changes.empty"), t("partner.changes.how"))] : shown)
    }

    // MARK: How much it takes

    private func capacity(_ reader: Reader) -> HTML {
        let t = reader.texts
        let path = "/app/partners/\(line.partner)/"
        let change: HTML =
            !canChange
            ? .nothing
            : .all([
                line.status == "paused"
                    ? .form(path + "resume", reader, [.inline], [.submit(t("partner.resume"), .primary)])
                    : .form(path + "pause", reader, [.inline], [.submit(t("partner.pause"))])
            ])
        return .panel(
            "capacity", t("partner.capacity"),
            [
                .element(
                    .dl, [.look(.facts)],
                    [
                        .fact(t("column.load"), LoadMeter.of(line.open, line.openMost, t)),
                        .fact(t("column.period"), LoadMeter.of(line.inPeriod, line.perPeriodMost, t)),
                        .fact(
                            t("column.owed"),
                            line.firstDue.map { .all([.text(t.number(line.owed) + " · "), reader.countdown($0)]) }
                                ?? .text("–")),
                        .fact(t("column.received"), .text(t.number(line.assignments))),
                        .fact(
                            t("column.won"),
                            .text(
                                t(
                                    "partners.won",
                                    ["won": .count(Int(line.won)), "closed": .count(Int(line.won + line.lost))]))),
                    ]), change,
            ])
    }

    // MARK: When it is away

    private func away(_ reader: Reader) -> HTML {
        let t = reader.texts
        let path = "/app/partners/\(line.partner)/absences"
        let rows = absences.map { absence in
            HTML.element(
                .li, [],
                [
                    .div(
                        .row,
                        [
                            .span(.words, [reader.moment(absence.from), .text(" – "), reader.moment(absence.until)]),
                            canChange
                                ? .form(
                                    path + "/\(absence.absenceID)/cancel", reader, [.inline],
                                    [.submit(t("partner.absence.cancel"))]) : .nothing,
                        ])
                ])
        }
        let add: HTML =
            !canChange
            ? .nothing
            : .element(
                // Open where none is set, so that a week off is three clicks from anywhere.
                .details, [.set(.id, "absence-add")] + (absences.isEmpty ? [.set(.open)] : []),
                [
                    .worded(.summary, t("partner.absence.add")),
                    .form(
                        path, reader, [.form],
                        [
                            .field("from", t("partner.absence.from"), type: "datetime-local", [.set(.required)]),
                            .field(
                                "until", t("partner.absence.until"), type: "datetime-local",
                                hint: t("partner.absence.zone", ["zone": .text(reader.zone.identifier)]),
                                [.set(.required)]),
                            .submit(t("partner.absence.save"), .primary),
                        ]),
                ])
        return .panel(
            "away", t("partner.absences"),
            [
                rows.isEmpty
                    ? .worded(.p, [.look(.quiet)], t("partner.absences.empty")) : .element(.ul, [.look(.rows)], rows),
                add,
            ])
    }

    // MARK: What it is

    private func about(_ reader: Reader) -> HTML {
        let t = reader.texts
        let sizes = [profile.typicalDealMin, profile.typicalDealMax].compactMap { $0 }
            .map { t.money($0.minorUnits, $0.currency) }.joined(separator: " – ")
        let rows: [(String, String)] = [
            ("countries", profile.countries.joined(separator: " ")),
            ("languages", profile.languages.joined(separator: " ")),
            ("verticals", profile.verticals.joined(separator: ", ")),
            ("products", profile.products.joined(separator: ", ")),
            ("certifications", profile.certifications.joined(separator: ", ")),
            ("technologies", profile.technologies.joined(separator: ", ")), ("deals", sizes),
            ("tier", profile.tier == 0 ? "" : "\(profile.tier)"), ("zone", profile.timeZone),
            ("deputies", profile.deputies.joined(separator: ", ")), ("holidays", profile.holidayCalendar),
        ]
        return .panel(
            "profile", t("partner.profile"),
            [
                .element(
                    .dl, [.look(.facts)],
                    rows.filter { !$0.1.isEmpty }.map { .fact(t("column.\($0.0)"), .text($0.1)) })
            ])
    }

    // MARK: Whom it became one with

    private func merger(_ reader: Reader) -> HTML {
        guard let others else { return .nothing }
        let t = reader.texts
        return .panel(
            "merger", t("partner.merger"),
            [
                .element(
                    .details, [.set(.id, "act-merge")],
                    [
                        .worded(.summary, t("partner.merge")), .worded(.p, [.look(.hint)], t("partner.merge.about")),
                        .form(
                            "/app/partners/\(line.partner)/merge", reader, [.form],
                            [
                                .choice(
                                    "into", t("partner.merge.into"), id: "merge-into", hint: t("partner.merge.into.hint"),
                                    others, isRequired: true),
                                .select(
                                    "reason", t("act.reason"), id: "merge-reason",
                                    [
                                        ("PARTNER_MERGE_REASON_DUPLICATE", t("partner.merge.duplicate")),
                                        ("PARTNER_MERGE_REASON_TAKEOVER", t("partner.merge.takeover")),
                                    ]),
                                .submit(t("partner.merge.do"), .danger),
                            ]),
                    ])
            ])
    }
}
