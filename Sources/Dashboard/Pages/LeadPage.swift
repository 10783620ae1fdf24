public import LeadlineCore
import Reports

/// A lead: where it stands and why, what happened, what can be done.
public struct LeadPage: Sendable {
    /// What happened at one moment, in the words that every face uses.
    public struct Step: Sendable {
        public var position: UInt64
        public var at: Timestamp
        /// Empty where the reader is not shown what came in.
        public var input: String
        public var events: [String]

        /// A step from its parts.
        public init(position: UInt64, at: Timestamp, input: String, events: [String]) {
            self.position = position
            self.at = at
            self.input = input
            self.events = events
        }
    }

    /// A part of a sum: its name, what it is for the one, and what for the other.
    public struct Part: Sendable {
        public var name: String
        public var first: Double
        public var second: Double?

        /// A part from its parts.
        public init(_ name: String, _ first: Double, _ second: Double?) {
            self.name = name
            self.first = first
            self.second = second
        }
    }

    /// How many deals a partner won of those that were closed.
    public struct Deals: Sendable {
        public var won: Int
        public var closed: Int

        /// Deals from their counts.
        public init(won: Int, closed: Int) {
            self.won = won
            self.closed = closed
        }

        func text(_ t: Texts) -> String { t("partners.won", ["won": .count(won), "closed": .count(closed)]) }
    }

    /// Two partners side by side, or one.
    public struct Comparison: Sendable {
        public var first: String
        public var second: String?
        /// Figures of both by their names among the texts, as they are written.
        public var figures: [(name: String, first: String, second: String?)] = []
        /// Deals that were won, of those that were closed.
        public var deals: (first: Deals, second: Deals?)?
        /// Log-odds.
        public var conversion: [Part] = []
        /// Points of a hundred.
        public var fit: [Part] = []

        /// Two partners by their ids.
        public init(first: String, second: String?) {
            self.first = first
            self.second = second
        }
    }

    /// Whether a decision was made again.
    public enum Again: Sendable {
        case done, underWay
        /// It was asked for too often to be made again now.
        case tooOften
    }

    /// Why it went where it went.
    public struct Why: Sendable {
        /// The decision, and how the choice among the best came about.
        public var sentence: String
        /// The choice among partners that is explained, where something else was decided since.
        public var earlier: String?
        public var basis: String?
        public var comparison: Comparison?
        /// Why the one stands before the other.
        public var compared: String?
        /// What would have had to differ.
        public var otherwise: [String] = []
        /// Every other partner's reason.
        public var reasons: [(partner: String, text: String)] = []
        /// How many reasons are left out.
        public var left = 0
        /// By what it was decided: policy, model, logic.
        public var ruling = ""
        /// True if deciding again gave what was recorded; nil where nothing was compared.
        public var isEqual: Bool?
        /// What stands here is only what was recorded until it is done.
        public var again = Again.done

        /// A decision in a sentence.
        public init(sentence: String) { self.sentence = sentence }
    }

    /// What can be done.
    public enum Act: String, Sendable, CaseIterable {
        case accept, decline, respond, giveBack, override, review, decideReview, share
    }

    /// The most steps that one page shows.
    static let stepsMost = 60

    public var line: LeadListPage.Line
    public var why: Why?
    /// Steps that are shown, the newest last.
    public let steps: [Step]
    /// How many newer and older ones are left out.
    private let newer: Int
    private let older: Int
    public var acts: [Act]
    /// Partners that a person may choose from, the best first.
    public var candidates: [String] = []
    /// Why a lead is declined or given back: what is sent, and the words.
    public var reasons: [(value: String, text: String)] = []
    public var isUnderReview = false
    /// Who looks at the open review.
    public var reviewClaim: ReviewClaimPanel.Claim?
    /// What the reader sees of its person, or may ask for; nil for whoever may not.
    public var contact: ContactPanel?
    /// What was just done, by its name among the texts.
    public var said: Said?
    /// Why the last thing was refused.
    public var refused: String?

    /// A page from its parts.
    /// - Parameters:
    ///   - steps: all of them, the newest last.
    ///   - skip: so many of the newest are left out.
    public init(_ line: LeadListPage.Line, why: Why?, steps: [Step], skip: Int = 0, acts: [Act]) {
        self.line = line
        self.why = why
        newer = max(0, min(skip, steps.count))
        let rest = steps.dropLast(newer)
        self.steps = Array(rest.suffix(Self.stepsMost))
        older = rest.count - self.steps.count
        self.acts = acts
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("lead.title", ["lead": .text(line.lead)]), section: .leads, lead: line.lead, refresh: why?.again == .underWay ? 1 : nil).page(
            [
                head(reader),
                Said.notice(said, t),
                refused.map {
                    .element(.p, [.look(.notice, .bad), .set(.role, "alert")], [reader.recorded($0)])
                } ?? .nothing,
                .div(
                    .split,
                    [
                        .div(.main, [decision(reader), story(reader)]),
                        .element(
                            .aside, [.look(.rail), .set(.label, t("lead.actions"))],
                            [facts(reader), contact?.section(line.lead, reader) ?? .nothing, actions(reader)]),
                    ]),
            ])
    }

    private func head(_ reader: Reader) -> HTML {
        .element(
            .div, [.set(.id, "lead-head"), .set(.live), .look(.head)],
            [
                .element(.h1, [.look(.title, .mono)], [.text(line.lead)]), StatusPill.of(line.status, reader.texts),
                isUnderReview ? .span(.pill, [.text(reader.texts("lead.underReview"))]) : .nothing,
                line.status == "assigned" ? line.respondBy.map { reader.countdown($0) } ?? .nothing : .nothing,
            ])
    }

    private func facts(_ reader: Reader) -> HTML {
        let t = reader.texts
        let value = line.currency.flatMap { currency in line.valueMinorUnits.map { t.money($0, currency) } }
        let partner: HTML? = line.partner.map { id in
            reader.sections.contains(.partners) ? .link("/app/partners/\(id)", [.mono], [.text(id)]) : .span(.mono, id)
        }
        let rows: [(String, HTML?)] = [
            ("partner", partner), ("attempt", line.attempt > 0 ? .text(t.number(line.attempt)) : nil),
            ("value", value.map { .text($0) }), ("country", line.country.isEmpty ? nil : .text(line.country)),
            ("vertical", line.vertical.isEmpty ? nil : .text(line.vertical)),
            ("submitted", reader.moment(line.submitted)), ("respondBy", line.respondBy.map { reader.moment($0) }),
        ]
        return .panel(
            "facts", t("lead.facts"),
            [
                .element(
                    .dl, [.look(.facts)],
                    rows.compactMap { name, value in value.map { .fact(t("column.\(name)"), $0) } })
            ])
    }

    // MARK: Why

    private func decision(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let why else { return .panel("why", t("why.title"), [.empty(t("why.empty"), t("why.empty.how"))]) }
        // Where it may not be made again now, the panel takes no explanation's place that is there already.
        return .panel(
            "why", t("why.title"), isLive: why.again != .tooOften,
            [
                why.sentence.isEmpty
                    ? .nothing : .element(.p, [.look(.lead)] + reader.recordedLanguage, [.text(why.sentence)]),
                why.earlier.map { earlier in
                    .all([
                        .worded(.h3, t("why.earlier")), .element(.p, reader.recordedLanguage, [.text(earlier)]),
                    ])
                } ?? .nothing,
                why.basis.map { .element(.p, reader.recordedLanguage, [.text($0)]) } ?? .nothing,
                why.compared.map { .element(.p, [.look(.quiet)] + reader.recordedLanguage, [.text($0)]) } ?? .nothing,
                why.comparison.map { comparison($0, reader) } ?? .nothing, otherwise(why, reader),
                reasons(why, reader), ruling(why, reader), again(why.again, reader),
            ])
    }

    /// What is still to come.
    private func again(_ again: Again, _ reader: Reader) -> HTML {
        let t = reader.texts
        switch again {
        case .done: return .nothing
        case .tooOften: return .worded(.p, [.look(.notice, .warn)], t("why.busy"))
        case .underWay:
            return .element(
                .p, [.look(.notice), .set(.role, "status")],
                [.text(t("why.underWay") + " "), .link("/app/leads/\(line.lead)", [.more], [.text(t("why.look"))])])
        }
    }

    private func comparison(_ pair: Comparison, _ reader: Reader) -> HTML {
        let t = reader.texts
        let head = [
            HTML.worded(.th, [.columnHead], t("why.figure")), .worded(.th, [.columnHead, .look(.chosen)], pair.first),
            pair.second.map { .worded(.th, [.columnHead, .look(.second)], $0) } ?? .nothing,
        ]
        func row(_ name: String, _ first: String, _ second: String?) -> HTML {
            .element(
                .tr, [],
                [
                    .worded(.th, [.rowHead], t("figure.\(name)")), .worded(.td, [.look(.num)], first),
                    pair.second == nil ? .nothing : .worded(.td, [.look(.num)], second ?? "–"),
                ])
        }
        let figures =
            pair.figures.map { row($0.name, t.figures($0.first), $0.second.map(t.figures)) }
            + (pair.deals.map { [row("won", $0.first.text(t), $0.second?.text(t))] } ?? [])
        return .all([
            figures.isEmpty
                ? .nothing
                : .div(
                    .sheet,
                    [
                        .element(
                            .table, [.look(.compare)],
                            [
                                .worded(.caption, [.look(.hint)], t("why.figures")),
                                .element(.thead, [], [.element(.tr, [], head)]), .element(.tbody, [], figures),
                            ])
                    ]),
            bars(t("why.conversion"), pair.conversion, pair, reader) { NumberText.signed($0) },
            bars(t("why.fit"), pair.fit, pair, reader) { NumberText.fixed($0, 1) },
        ])
    }

    /// Signed bars, one partner's beside the other's, each with its value.
    private func bars(
        _ title: String, _ parts: [Part], _ pair: Comparison, _ reader: Reader, _ text: (Double) -> String
    ) -> HTML {
        if parts.isEmpty { return .nothing }
        let t = reader.texts
        let values = parts.flatMap { [$0.first] + ($0.second.map { [$0] } ?? []) }
        let (least, most) = (min(values.min() ?? 0, 0), max(values.max() ?? 0, 0))
        func cell(_ value: Double?, _ look: Look) -> HTML {
            guard let value else { return .worded(.td, [.look(.num)], "–") }
            return .element(
                .td, [.look(.versus, look)],
                [SignedBar.picture(value, from: least, to: most), .span(.num, t.figures(text(value)))])
        }
        let rows = parts.map { part in
            HTML.element(
                .tr, [],
                [
                    .element(.th, [.rowHead] + reader.recordedLanguage, [.text(part.name)]), cell(part.first, .chosen),
                    pair.second == nil ? .nothing : cell(part.second, .second),
                ])
        }
        return .div(
            .sheet,
            [
                .element(
                    .table, [.look(.compare)],
                    [
                        .worded(.caption, title),
                        .element(
                            .thead, [],
                            [
                                .element(
                                    .tr, [],
                                    [
                                        .worded(.th, [.columnHead], t("why.part")),
                                        .worded(.th, [.columnHead, .look(.chosen)], pair.first),
                                        pair.second.map { .worded(.th, [.columnHead, .look(.second)], $0) } ?? .nothing,
                                    ])
                            ]), .element(.tbody, [], rows),
                    ])
            ])
    }

    private func otherwise(_ why: Why, _ reader: Reader) -> HTML {
        if why.otherwise.isEmpty { return .nothing }
        return .all([
            .worded(.h3, reader.texts("why.otherwise")),
            .element(
                .ul, [.look(.reasons)],
                why.otherwise.map { .element(.li, reader.recordedLanguage, [.text($0)]) }),
        ])
    }

    private func reasons(_ why: Why, _ reader: Reader) -> HTML {
        if why.reasons.isEmpty { return .nothing }
        let t = reader.texts
        return .element(
            .details, [.set(.id, "reasons")],
            [
                .worded(.summary, t("why.others", ["count": .count(why.reasons.count + why.left)])),
                .element(
                    .dl, [.look(.reasons)],
                    why.reasons.flatMap { reason -> [HTML] in
                        [
                            .element(.dt, [.look(.mono)], [.text(reason.partner)]),
                            .element(.dd, reader.recordedLanguage, [.text(reason.text)]),
                        ]
                    }),
                why.left > 0 ? .worded(.p, [.look(.hint)], t("why.left", ["count": .count(why.left)])) : .nothing,
            ])
    }

    private func ruling(_ why: Why, _ reader: Reader) -> HTML {
        let t = reader.texts
        let check = why.isEqual.map { t($0 ? "why.equal" : "why.unequal") }
        return .all([
            why.isEqual == false
                ? .worded(.p, [.look(.notice, .bad), .set(.role, "alert")], check ?? "")
                : .element(
                    .p, [.look(.hint)],
                    [reader.recorded(why.ruling), .text(check.map { why.ruling.isEmpty ? $0 : " " + $0 } ?? "")])
        ])
    }

    // MARK: What happened

    private func story(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .panel(
            "story", t("story.title"),
            [
                .element(
                    .ol, [.look(.story)],
                    steps.reversed().map { step in
                        .element(
                            .li, [.look(.step)],
                            [
                                reader.moment(step.at, seconds: true),
                                .element(
                                    .div, reader.recordedLanguage,
                                    (step.input.isEmpty ? [] : [HTML.worded(.p, [.look(.quiet)], step.input)])
                                        + step.events.map { .worded(.p, $0) }),
                            ])
                    }), otherSteps(t),
            ])
    }

    /// Links to the steps that the page leaves out.
    private func otherSteps(_ t: Texts) -> HTML {
        let path = "/app/leads/\(line.lead)"
        return .all([
            newer > 0 ? .link(path, [.more], [.text(t("story.newest"))]) : .nothing,
            older > 0
                ? .link(
                    path + "?skip=\(newer + steps.count)", [.more], [.text(t("story.older", ["count": .count(older)]))])
                : .nothing,
        ])
    }

    // MARK: What can be done

    private func actions(_ reader: Reader) -> HTML {
        let t = reader.texts
        if acts.isEmpty { return .nothing }
        return .element(
            .section, [.set(.id, "actions"), .set(.labelledBy, "actions-title"), .look(.panel, .actions)],
            [.div(.head, [.worded(.h2, [.set(.id, "actions-title")], t("lead.actions"))])]
                + acts.enumerated().map { act($1, isFirst: $0 == 0, reader) })
    }

    private func act(_ act: Act, isFirst: Bool, _ reader: Reader) -> HTML {
        let t = reader.texts
        let path = "/app/leads/\(line.lead)/"
        switch act {
        case .accept: return .form(path + "accept", reader, [.inline], [.submit(t("act.accept"), .primary)])
        case .respond:
            return .form(path + "respond", reader, [.inline], [.submit(t("act.respond"), isFirst ? .primary : .button)])
        case .decline: return refusal("decline", path, isFirst, reader)
        case .giveBack: return refusal("giveBack", path, isFirst, reader)
        case .review:
            return fold(
                "review", isFirst, reader,
                [
                    .form(
                        path + "review", reader, [.form],
                        [.area("note", t("act.why"), id: "review-note"), .submit(t("act.review"))])
                ])
        case .override: return fold("override", isFirst, reader, [choice("override", path + "override", reader)])
        case .decideReview:
            // What somebody else looks at is taken over before it is decided.
            let form = reviewClaim?.isOwn == false ? .nothing : choice("decideReview", path + "decide", reader)
            let claim = ReviewClaimPanel(reviewClaim).section(line.lead, reader)
            return fold("decideReview", true, reader, [claim, form])
        case .share: return fold("share", false, reader, [share(path + "share", reader)])
        }
    }

    private func refusal(_ name: String, _ path: String, _ isFirst: Bool, _ reader: Reader) -> HTML {
        let t = reader.texts
        return fold(
            name, false, reader,
            [
                .form(
                    path + name, reader, [.form],
                    [
                        .select("reason", t("act.reason"), id: name + "-reason", reasons),
                        .area("note", t("act.note"), id: name + "-note"), .submit(t("act.\(name)"), .danger),
                    ])
            ])
    }

    private func fold(_ name: String, _ isOpen: Bool, _ reader: Reader, _ pieces: [HTML]) -> HTML {
        .element(
            .details, [.set(.id, "act-" + name)] + (isOpen ? [.set(.open)] : []),
            [.worded(.summary, reader.texts("act.\(name)"))] + pieces)
    }

    /// Who shares the commission of the lead's deal, beside the partner that holds it.
    private func share(_ path: String, _ reader: Reader) -> HTML {
        let t = reader.texts
        return .form(
            path, reader, [.form],
            [
                .choice("partner", t("act.partner"), id: "share-partner", hint: t("act.share.hint"), candidates),
                .field("percent", t("act.share.percent"), hint: t("act.share.percent.hint"), [.set(.maxLength, "8"), .set(.autocomplete, "off")]),
                .submit(t("act.share.do"), .primary),
            ])
    }

    /// A person decides: for a partner, for leaving it, for closing it or for routing it again.
    private func choice(_ name: String, _ path: String, _ reader: Reader) -> HTML {
        let t = reader.texts
        return .form(
            path, reader, [.form],
            [
                .select(
                    "decision", t("act.decision"), id: name + "-decision",
                    ["assign", "uphold", "reroute", "close"].map { ($0, t("decision.\($0)")) },
                    chosen: name == "decideReview" ? "uphold" : "assign"),
                .choice("partner", t("act.partner"), id: name + "-partner", hint: t("act.partner.hint"), candidates),
                .area("note", t("act.reasonRequired"), id: name + "-note", isRequired: true),
                .submit(t("act.\(name).do"), .primary),
            ])
    }
}
