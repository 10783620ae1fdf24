public import LeadlineCore
import Reports

/// Addresses that decisions are sent to, and of one of them what was tried there and what came of it.
public struct WebhooksPage: Sendable {
    /// A try, without the message's body or any token.
    public struct Delivery: Sendable {
        public var number: Int64
        /// The decision's id.
        public var message: String
        public var at: Timestamp
        public var cause: String
        public var outcome: String
        public var status: Int?
        public var millis: Int64

        /// A try from its parts.
        public init(
            number: Int64, message: String, at: Timestamp, cause: String, outcome: String, status: Int?, millis: Int64
        ) {
            self.number = number
            self.message = message
            self.at = at
            self.cause = cause
            self.outcome = outcome
            self.status = status
            self.millis = millis
        }
    }

    /// The most that one page shows.
    public static let most = 60
    private static let endpointsMost = 60

    public var endpoints: [SystemPage.Endpoint]
    /// Nil where only the list is shown.
    public var chosen: SystemPage.Endpoint?
    /// The latest first.
    public var deliveries: [Delivery] = []
    /// The number before which older tries go on; nil on the last page.
    public var older: Int64?
    public var said: Said?

    /// A list of endpoints, with one of them chosen.
    public init(_ endpoints: [SystemPage.Endpoint], chosen: SystemPage.Endpoint?) {
        self.endpoints = endpoints
        self.chosen = chosen
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("system.webhooks"), section: .system).page([
            .worded(.h1, [.look(.title)], t("system.webhooks")), .worded(.p, [.look(.quiet)], t("hooks.about")),
            Said.notice(said, t),
            .div(
                .split,
                [
                    .div(.main, [chosen.map { log($0, reader) } ?? .nothing, list(t)]),
                    .element(
                        .aside, [.look(.rail), .set(.label, t("lead.actions"))],
                        [chosen.map { acts($0, reader) } ?? .nothing]),
                ]),
        ])
    }

    private func list(_ t: Texts) -> HTML {
        let rows = endpoints.prefix(Self.endpointsMost).map { one in
            HTML.element(.li, [.set(.row, one.id)], [one.link(t, .span(.quiet, t("hooks.log")))])
        }
        let left = endpoints.count - rows.count
        return .panel(
            "webhooks", t("system.webhooks"), count: t.number(endpoints.count),
            [
                rows.isEmpty
                    ? .empty(t("system.webhooks.empty"), t("system.webhooks.how"))
                    : .element(.ul, [.look(.rows)], Array(rows)),
                left > 0
                    ? .worded(.p, [.look(.hint)], t("system.webhooks.left", ["count": .count(left)])) : .nothing,
            ])
    }

    private func log(_ endpoint: SystemPage.Endpoint, _ reader: Reader) -> HTML {
        let t = reader.texts
        func cell(_ name: String, _ text: String) -> HTML {
            .cell(name, [.text(text)], t)
        }
        let rows = deliveries.map { one in
            HTML.element(
                .tr, [.set(.row, "\(one.number)")],
                [
                    .element(.th, [.rowHead], [reader.moment(one.at, seconds: true)]),
                    .element(
                        .td, [.label(t("column.message")), .look(.labelled)], [.span(.mono, one.message)]),
                    cell("cause", one.cause), cell("outcome", one.outcome),
                    cell("answer", one.status.map { "\($0)" } ?? "–"), cell("millis", t.number(one.millis)),
                ])
        }
        return .panel(
            "deliveries", t("hooks.deliveries", ["host": .text(endpoint.host)]),
            [
                rows.isEmpty
                    ? .empty(t("hooks.deliveries.empty"), t("hooks.deliveries.how"))
                    : .grid(
                        "deliveries-rows", caption: t("hooks.log"),
                        [
                            ("when", false), ("message", false), ("cause", false), ("outcome", false),
                            ("answer", true), ("millis", true),
                        ], rows, t),
                older.map {
                    .link(
                        "/app/system/webhooks?endpoint=\(endpoint.id)&before=\($0)", [.button],
                        [.text(t("hooks.older"))])
                } ?? .nothing,
            ])
    }

    private func acts(_ endpoint: SystemPage.Endpoint, _ reader: Reader) -> HTML {
        let t = reader.texts
        let path = "/app/webhooks/\(endpoint.id)/"
        let short: [HTML.Attribute] = [.set(.maxLength, "200"), .set(.spellcheck, "false"), .set(.autocomplete, "off")]
        return .element(
            .section, [.set(.labelledBy, "replay-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, "replay-title")], t("hooks.replay"))]),
                .worded(.p, [.look(.quiet)], t("hooks.replay.about")),
                .form(
                    path + "replay", reader, [.form],
                    [
                        .field("after", t("hooks.after"), hint: t("hooks.after.hint"), [.set(.required)] + short),
                        .field("through", t("hooks.through"), hint: t("hooks.through.hint"), short),
                        .submit(t("hooks.replay"), .primary),
                    ]), .form(path + "test", reader, [.inline], [.submit(t("hooks.test"))]),
            ])
    }
}
