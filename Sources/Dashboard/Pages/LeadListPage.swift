public import LeadlineCore
import Reports

/// The list of leads, as its address asks for it.
public struct LeadListPage: Sendable {
    /// A lead in the list; what the reader may not see is nil or empty.
    public struct Line: Sendable {
        public var lead: String
        public var status: String
        public var partner: String?
        public var attempt: Int
        public var valueMinorUnits: Int64?
        public var currency: String?
        public var country: String
        public var vertical: String
        public var submitted: Timestamp
        public var respondBy: Timestamp?

        /// A line from its parts.
        public init(
            lead: String, status: String, partner: String?, attempt: Int, valueMinorUnits: Int64?, currency: String?,
            country: String, vertical: String, submitted: Timestamp, respondBy: Timestamp?
        ) {
            self.lead = lead
            self.status = status
            self.partner = partner
            self.attempt = attempt
            self.valueMinorUnits = valueMinorUnits
            self.currency = currency
            self.country = country
            self.vertical = vertical
            self.submitted = submitted
            self.respondBy = respondBy
        }
    }

    public var lines: [Line]
    /// How many leads there are of each status; empty for those who do not see all.
    public var counts: [(status: String, count: Int)]
    /// What was asked for.
    public var status: String?
    public var partner: String?
    /// True if it goes on after another page.
    public var isLater: Bool
    /// The last lead, after which the next page goes on; nil on the last page.
    public var next: String?
    /// A lead that was looked for and is not there, or is not the reader's to see.
    public var missing: String?
    /// Partners that the filter suggests.
    public var suggestions: [String] = []
    /// True if something can be done to all that match at once.
    public var canChangeAll = false
    public var said: Said?

    /// A page from its parts.
    public init(
        lines: [Line], counts: [(status: String, count: Int)], status: String?, partner: String?, isLater: Bool,
        next: String?, missing: String?
    ) {
        self.lines = lines
        self.counts = counts
        self.status = status
        self.partner = partner
        self.isLater = isLater
        self.next = next
        self.missing = missing
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let own = reader.partner != nil
        return Shell(reader, title: t("nav.leads"), section: .leads).page([
            .worded(.h1, [.look(.title)], t(own ? "leads.own" : "nav.leads")),
            missing.map {
                .worded(.p, [.look(.notice, .warn), .set(.role, "alert")], t("leads.missing", ["lead": .text($0)]))
            }
                ?? .nothing,
            Said.notice(said, t), filters(reader), tabs(t), views(t), table(reader), pages(t), all(t),
        ])
    }

    // MARK: Filters

    private func address(status: String?, after: String? = nil) -> String {
        let parts = [("status", status), ("partner", partner), ("after", after)].compactMap { part in
            part.1.map { "\(part.0)=\($0)" }
        }
        return "/app/leads" + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&"))
    }

    private func filters(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .element(
            .form, [.set(.method, "get"), .set(.action, "/app/leads"), .look(.filters), .set(.role, "search")],
            [
                status.map { .hidden("status", $0) } ?? .nothing,
                .field(
                    "lead", t("leads.find"), value: missing ?? "",
                    [.set(.search), .set(.maxLength, "128"), .set(.spellcheck, "false")]),
                reader.partner == nil && !counts.isEmpty
                    ? .field(
                        "partner", t("leads.partner"), value: partner ?? "",
                        [
                            .set(.list, "known-partners"), .set(.maxLength, "128"), .set(.spellcheck, "false"),
                            .set(.autocomplete, "off"),
                        ]) : .nothing, .suggestions("known-partners", suggestions),
                .submit(t("leads.show")),
                status != nil || partner != nil ? .link("/app/leads", [.more], [.text(t("leads.clear"))]) : .nothing,
            ])
    }

    /// Statuses with their counts, as links.
    private func tabs(_ t: Texts) -> HTML {
        if counts.isEmpty { return .nothing }
        let all = counts.reduce(0) { $0 + $1.count }
        let known = LeadsText.statuses.compactMap { status in counts.first { $0.status == status } }
        func tab(_ status: String?, _ count: Int) -> HTML {
            .element(
                .li, [],
                [
                    .element(
                        .a,
                        [.leading(to: address(status: status))]
                            + (status == self.status ? [.set(.current, "true")] : []),
                        [
                            .text(status.map { t.label("status", $0) } ?? t("leads.all")), .text(" "),
                            // Of one partner nobody has counted them.
                            partner == nil ? .span(.count, t.number(count)) : .nothing,
                        ])
                ])
        }
        return .element(
            .nav, [.set(.label, t("leads.statuses")), .set(.id, "statuses"), .set(.live), .look(.pages, .filters)],
            [.element(.ul, [], [tab(nil, all)] + known.map { tab($0.status, $0.count) })])
    }

    // MARK: Views

    /// Views that the reader has kept, as addresses: the script puts them in, and keeps them in this browser alone.
    private func views(_ t: Texts) -> HTML {
        .element(
            .nav, [.set(.id, "views"), .set(.label, t("views.title")), .look(.scripted, .filters)],
            [
                .element(.ul, [], []),
                .element(
                    .details, [.set(.id, "view-add")],
                    [
                        .worded(.summary, t("views.keep")),
                        .element(
                            .form, [.set(.method, "get"), .set(.action, "/app/leads"), .look(.form)],
                            [
                                .field("view", t("views.name"), [.set(.maxLength, "40"), .set(.autocomplete, "off")]),
                                .submit(t("views.save")),
                            ]),
                    ]),
            ])
    }

    /// Where something is done to all that match.
    private func all(_ t: Texts) -> HTML {
        if !canChangeAll || lines.isEmpty { return .nothing }
        let parts = [("status", status), ("partner", partner)].compactMap { part in
            part.1.map { "\(part.0)=\($0)" }
        }
        let query = parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
        return .element(
            .p, [], [.link("/app/bulk" + query, [.button], [.text(t("bulk.title"))])])
    }

    // MARK: Rows

    private func table(_ reader: Reader) -> HTML {
        let t = reader.texts
        if lines.isEmpty {
            return .element(
                .section, [.set(.id, "list"), .set(.live), .look(.panel)],
                [
                    status == nil && partner == nil && !isLater
                        ? .empty(t("leads.empty"), t(reader.partner == nil ? "leads.empty.how" : "leads.empty.own"))
                        : .empty(t("leads.none"), t("leads.none.how"))
                ])
        }
        let head: [(name: String, isNumber: Bool)] = [
            ("lead", false), ("status", false), ("partner", false), ("value", true), ("country", false),
            ("vertical", false), ("submitted", true), ("respondBy", true),
        ]
        return .grid("list", caption: t("leads.caption"), head, lines.map { row($0, reader) }, t)
    }

    private func row(_ line: Line, _ reader: Reader) -> HTML {
        let t = reader.texts
        let value = line.currency.flatMap { currency in line.valueMinorUnits.map { t.money($0, currency) } } ?? ""
        func cell(_ name: String, _ pieces: [HTML], _ looks: Look...) -> HTML {
            .element(.td, [.label(t("column.\(name)"))] + (looks.isEmpty ? [] : [.classes(looks)]), pieces)
        }
        return .element(
            .tr, [.set(.row, line.lead)],
            [
                .element(.th, [.rowHead], [.link("/app/leads/\(line.lead)", [.mono], [.text(line.lead)])]),
                cell("status", [StatusPill.of(line.status, t)]),
                cell(
                    "partner",
                    [
                        line.partner.map { partner in
                            reader.sections.contains(.partners)
                                ? .link("/app/partners/\(partner)", [.mono], [.text(partner)]) : .span(.mono, partner)
                        } ?? .text("")
                    ]),
                cell("value", [.text(value)], .num), cell("country", [.text(line.country)]),
                cell("vertical", [.text(line.vertical)]), cell("submitted", [reader.moment(line.submitted)], .num),
                cell(
                    "respondBy",
                    [line.status == "assigned" ? line.respondBy.map { reader.countdown($0) } ?? .text("") : .text("")],
                    .num),
            ])
    }

    private func pages(_ t: Texts) -> HTML {
        if !isLater && next == nil { return .nothing }
        return .element(
            .nav, [.look(.pages), .set(.label, t("pages.label"))],
            [
                isLater ? .link(address(status: status), [.button], [.text(t("pages.first"))]) : .nothing,
                next.map {
                    .link(address(status: status, after: $0), [.button], [.text(t("pages.next"))], [.set(.rel, "next")])
                }
                    ?? .nothing,
            ])
    }
}

/// A status as a word with a mark.
enum StatusPill {
    static func of(_ status: String, _ t: Texts) -> HTML {
        let look = Look(rawValue: status) ?? .other
        return .span(
            .pill,
            [
                .worded(.span, [.look(.dot, look), .set(.hiddenFromReaders, "true")], ""),
                .text(t.label("status", status)),
            ])
    }
}
