public import LeadlineCore
public import Reports

/// How the service stands: how far it is behind, what it refused, where it sends decisions, who has keys.
public struct SystemPage: Sendable {
    /// An endpoint that decisions are sent to.
    public struct Endpoint: Sendable {
        public var id: String
        public var host: String
        public var partner: String?
        public var isOn: Bool
        public var failures: Int

        /// One from its parts.
        public init(id: String, host: String, partner: String?, isOn: Bool, failures: Int) {
            self.id = id
            self.host = host
            self.partner = partner
            self.isOn = isOn
            self.failures = failures
        }
    }

    /// A key, without its secret.
    public struct Key: Sendable {
        public var id: String
        public var role: String
        public var label: String
        public var partner: String?
        public var expires: Timestamp
        public var isEnded: Bool

        /// One from its parts.
        public init(id: String, role: String, label: String, partner: String?, expires: Timestamp, isEnded: Bool) {
            self.id = id
            self.role = role
            self.label = label
            self.partner = partner
            self.expires = expires
            self.isEnded = isEnded
        }
    }

    /// Entries of the program's stream.
    public var entries: UInt64
    /// When the last of them was made; nil before the first.
    public var last: Timestamp?
    /// Records that are not in the copy that is read; nil where nothing is copied.
    public var behind: Int64?
    public var letters: [DeadLetterView] = []
    /// True if there are more.
    public var hasMoreLetters = false
    public var canResubmit = false
    /// Nil where the reader may not see them.
    public var endpoints: [Endpoint]?
    public var keys: [Key]?
    public var said: Said?

    /// A page from what every service has.
    public init(entries: UInt64, last: Timestamp?, behind: Int64?) {
        self.entries = entries
        self.last = last
        self.behind = behind
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("nav.system"), section: .system).page([
            .worded(.h1, [.look(.title)], t("nav.system")),
            Said.notice(said, t),
            .element(.dl, [.set(.id, "tiles"), .set(.live), .look(.tiles)], tiles(reader)),
            .div(
                .columns,
                [
                    .div(.column, [deadLetters(reader)]),
                    .div(.column, [webhooks(reader), agents(reader), keyList(reader)]),
                ]),
        ])
    }

    private func tiles(_ reader: Reader) -> [HTML] {
        let t = reader.texts
        func tile(_ name: String, _ value: HTML, _ basis: String, _ look: Look? = nil) -> HTML {
            .element(
                .div, [.classes([.tile] + (look.map { [$0] } ?? []))],
                [
                    .worded(.dt, t(name)), .element(.dd, [.look(.value)], [value]),
                    .worded(.dd, [.look(.basis)], basis),
                ])
        }
        let failing = endpoints?.count { $0.failures > 0 || !$0.isOn } ?? 0
        return [
            tile("system.entries", .text(t.number(entries)), t("system.entries.about")),
            tile("system.last", last.map { reader.moment($0, seconds: true) } ?? .text("–"), t("system.last.about")),
            tile(
                "system.behind", .text(behind.map { t.number($0) } ?? t("system.here")),
                t(behind == nil ? "system.here.about" : "system.behind.about"), (behind ?? 0) > 1_000 ? .warn : nil),
            tile(
                "system.webhooks", .text(endpoints.map { t.number($0.count) } ?? "–"),
                t("system.failing", ["count": .count(failing)]), failing > 0 ? .warn : nil),
        ]
    }

    private func deadLetters(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = letters.map { letter in
            HTML.element(
                .li, [.set(.row, "\(letter.place)")],
                [
                    .div(
                        .row,
                        [
                            .span(.mono, letter.origin),
                            .element(.span, [.look(.words)] + reader.recordedLanguage, [.text(letter.sentence)]),
                            reader.moment(letter.received),
                        ]),
                    canResubmit && !letter.isErased
                        ? .div(
                            .choices,
                            [
                                .form(
                                    "/app/dead-letters/\(letter.place)/resubmit", reader, [.inline],
                                    [.submit(t("system.resubmit"))])
                            ]) : .nothing,
                ])
        }
        return .panel(
            "letters", t("system.letters"),
            [
                rows.isEmpty
                    ? .empty(t("system.letters.empty"), t("system.letters.how")) : .element(.ul, [.look(.rows)], rows),
                hasMoreLetters ? .worded(.p, [.look(.hint)], t("system.letters.more")) : .nothing,
            ])
    }

    private func webhooks(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let endpoints else { return .nothing }
        let rows = endpoints.prefix(50).map { one in
            HTML.element(
                .li, [],
                [
                    one.link(
                        t,
                        .worded(
                            .span,
                            [
                                .look(.dot, !one.isOn ? .expired : one.failures > 0 ? .escalated : .responded),
                                .set(.hiddenFromReaders, "true"),
                            ], ""))
                ])
        }
        return .panel(
            "webhooks", t("system.webhooks"),
            [
                rows.isEmpty
                    ? .empty(t("system.webhooks.empty"), t("system.webhooks.how"))
                    : .element(.ul, [.look(.rows)], Array(rows)),
                endpoints.count > rows.count
                    ? .worded(
                        .p, [.look(.hint)],
                        t("system.webhooks.left", ["count": .count(endpoints.count - rows.count)])) : .nothing,
            ])
    }

    private func keyList(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let all = self.keys else { return .nothing }
        let keys = all.filter { $0.role != Self.agent }
        let rows = keys.prefix(50).map { row($0, reader) }
        return .panel(
            "keys", t("system.keys"), count: t.number(keys.count),
            [
                .element(.ul, [.look(.rows)], Array(rows)), left(keys.count - rows.count, t),
            ])
    }

    /// The role of those that act on their own.
    private static let agent = "agent"

    /// Keys of agents, whose reader sees at a glance who acts without a person.
    private func agents(_ reader: Reader) -> HTML {
        let t = reader.texts
        guard let agents = keys?.filter({ $0.role == Self.agent }) else { return .nothing }
        let rows = agents.prefix(50).map { row($0, reader) }
        return .panel(
            "agents", t("agents.title"), count: t.number(agents.count),
            [
                .worded(.p, [.look(.hint)], t("agents.about")),
                rows.isEmpty
                    ? .empty(t("agents.empty"), t("agents.how")) : .element(.ul, [.look(.rows)], Array(rows)),
                left(agents.count - rows.count, t),
            ])
    }

    private func left(_ count: Int, _ t: Texts) -> HTML {
        count > 0 ? .worded(.p, [.look(.hint)], t("system.keys.left", ["count": .count(count)])) : .nothing
    }

    private func row(_ key: Key, _ reader: Reader) -> HTML {
        let t = reader.texts
        return HTML.element(
            .li, [],
            [
                .div(
                    .row,
                    [
                        .span(.mono, key.id),
                        .worded(
                            .span, [.look(.words)],
                            [t.label("role", key.role), key.partner ?? "", key.label].filter { !$0.isEmpty }
                                .joined(separator: " · ")),
                        key.isEnded
                            ? .span(.quiet, t("system.key.ended"))
                            : .element(
                                .span, [.look(.quiet)],
                                [.text(t("system.key.until") + " "), reader.moment(key.expires)]),
                    ])
            ])
    }
}

extension SystemPage.Endpoint {
    /// How it stands, as the way to what was delivered to it.
    /// - Parameter end: What the line ends with.
    func link(_ t: Texts, _ end: HTML) -> HTML {
        .link(
            "/app/system/webhooks?endpoint=" + id, [.row],
            [
                .span(.mono, host),
                .worded(
                    .span, [.look(.words)],
                    (partner.map { $0 + " · " } ?? "")
                        + t(isOn ? "system.webhook.on" : "system.webhook.off", ["count": .count(failures)])), end,
            ])
    }
}
