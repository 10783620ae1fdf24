import Reports

/// Something that is done to all leads of a filter at once: how many they are, what shall happen, and the reader's
/// word that it means so many.
public struct AllLeadsPage: Sendable {
    /// The most that are changed by one form.
    public static let most = 200
    private static let shownMost = 20

    /// What can be done.
    public enum Act: String, Sendable, CaseIterable { case reroute, close, assign, review }

    /// Those that match, so many as may be changed by one form.
    public var leads: [String]
    /// True if more match.
    public var hasMore: Bool
    public var status: String?
    public var partner: String?
    public var acts: [Act]
    /// Partners to choose from.
    public var partners: [String]
    /// Stands for the very leads that are shown: where others match by then, nothing is done.
    public var fingerprint: String
    /// True if other leads match by now than when the reader confirmed, or it confirmed another count.
    public var isOther = false

    /// A page from its parts.
    public init(
        leads: [String], hasMore: Bool, status: String?, partner: String?, acts: [Act], partners: [String],
        fingerprint: String
    ) {
        self.leads = leads
        self.hasMore = hasMore
        self.status = status
        self.partner = partner
        self.acts = acts
        self.partners = partners
        self.fingerprint = fingerprint
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        let filter = [status.map { t.label("status", $0) }, partner].compactMap { $0 }.joined(separator: " · ")
        return Shell(reader, title: t("bulk.title"), section: .leads).page([
            .worded(.h1, [.look(.title)], t("bulk.title")),
            .worded(
                .p, [.look(.lead)],
                t("bulk.match", ["count": .count(leads.count)]) + (filter.isEmpty ? "" : " " + filter)),
            hasMore ? .worded(.p, [.look(.notice, .warn)], t("bulk.most", ["count": .count(Self.most)])) : .nothing,
            isOther ? .worded(.p, [.look(.notice, .bad), .set(.role, "alert")], t("bulk.other")) : .nothing,
            leads.isEmpty
                ? .element(.section, [.look(.panel)], [.empty(t("leads.none"), t("leads.none.how"))])
                : .div(
                    .split,
                    [
                        .div(.main, [list(t)]),
                        .element(.aside, [.look(.rail), .set(.label, t("lead.actions"))], [form(reader)]),
                    ]),
        ])
    }

    private func list(_ t: Texts) -> HTML {
        let rows = leads.prefix(Self.shownMost).map { lead in
            HTML.element(
                .li, [.set(.row, lead)], [.link("/app/leads/" + lead, [.row], [.span(.mono, lead)])])
        }
        let left = leads.count - rows.count
        return .element(
            .section, [.set(.id, "matching"), .set(.labelledBy, "matching-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, "matching-title")], t("nav.leads"))]),
                .element(.ul, [.look(.rows)], Array(rows)),
                left > 0 ? .worded(.p, [.look(.hint)], t("bulk.left", ["count": .count(left)])) : .nothing,
            ])
    }

    private func form(_ reader: Reader) -> HTML {
        let t = reader.texts
        return .element(
            .section, [.set(.labelledBy, "bulk-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, "bulk-title")], t("lead.actions"))]),
                .form(
                    "/app/bulk", reader, [.form],
                    [
                        .hidden("status", status ?? ""), .hidden("of", partner ?? ""),
                        .hidden("leads", fingerprint),
                        .select(
                            "act", t("act.decision"), id: "f-act",
                            acts.map { ($0.rawValue, t("bulk.act.\($0.rawValue)")) }),
                        acts.contains(.assign)
                            ? .field(
                                "partner", t("act.partner"), hint: t("bulk.partner.hint"),
                                [.set(.list, "known-partners"), .set(.maxLength, "128"), .set(.autocomplete, "off")])
                            : .nothing, .suggestions("known-partners", partners),
                        .area("note", t("act.reasonRequired"), id: "f-note", isRequired: true),
                        .field(
                            "count", t("bulk.confirm", ["count": .count(leads.count)]), hint: t("bulk.confirm.hint"),
                            [.set(.required), .set(.maxLength, "6"), .set(.autocomplete, "off")]),
                        .submit(t("bulk.do"), .danger),
                    ]),
            ])
    }
}
