import Crypto
public import Reports

/// What stands around every page: navigation, the reader's menu, what the script needs to know.
public struct Shell: Sendable {
    /// Files that pages load, by their names.
    public enum Asset: String, CaseIterable, Sendable {
        case style = "style.css"
        case script = "app.js"
        case icon = "icon.svg"

        /// Its media type.
        public var type: String {
            switch self {
            case .style: "text/css; charset=utf-8"
            case .script: "text/javascript; charset=utf-8"
            case .icon: "image/svg+xml"
            }
        }

        /// Its bytes.
        public var bytes: [UInt8] {
            switch self {
            case .style: PackageResources.style_css
            case .script: PackageResources.app_js
            case .icon: PackageResources.icon_svg
            }
        }

        private static let versions: [Asset: String] = Dictionary(
            uniqueKeysWithValues: allCases.map { asset in
                let digest = SHA256.hash(data: asset.bytes).prefix(6)
                return (asset, digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined())
            })

        /// Where it is found; another one once it changes.
        public var path: String { "/app/assets/\(rawValue)?v=\(Self.versions[self] ?? "")" }
    }

    private let reader: Reader
    private let title: String
    private let section: Section?
    /// The lead that the page is about; news of others change nothing on it.
    private let lead: String?
    /// After so many seconds the page is looked at again.
    private let refresh: Int?

    /// Whole pages are loaded again no sooner, so that they can be read and filled in meanwhile; in seconds.
    private static let refreshLeast = 20

    /// A page's surroundings.
    public init(_ reader: Reader, title: String, section: Section? = nil, lead: String? = nil, refresh: Int? = nil) {
        self.reader = reader
        self.title = title
        self.section = section
        self.lead = lead
        self.refresh = refresh
    }

    /// The page.
    public func page(_ content: [HTML]) -> String {
        let isKnown = !reader.program.isEmpty
        let body =
            isKnown
            ? [
                bar, side,
                .element(
                    .main, [.set(.id, "main"), .set(.tabIndex, "-1"), .look(.content)],
                    (reader.tour.map { [$0.strip(reader, section: section, lead: lead)] } ?? []) + content), help,
                palette,
            ]
            : [.element(.main, [.set(.id, "main"), .set(.tabIndex, "-1"), .look(.sign)], content)]
        let scope = isKnown ? " · \(reader.program)" : ""
        let theme = reader.theme == .auto ? "" : " data-theme=\"\(reader.theme.rawValue)\""
        let again =
            refresh.map {
                "<noscript><meta http-equiv=\"refresh\" content=\"\(max($0, Self.refreshLeast))\"></noscript>\n"
            } ?? ""
        return """
            <!DOCTYPE html>
            <html lang="\(reader.texts.language.rawValue)"\(theme)><head><meta charset="utf-8">
            <title>\(Escaping.markup(title + scope)) · Leadline</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="stylesheet" href="\(Asset.style.path)"><link rel="icon" href="\(Asset.icon.path)">
            <script src="\(Asset.script.path)" defer></script>
            \(again)</head><body\(attributes)>
            \(HTML.all([.link("#main", [.skip], [.text(reader.texts("skip"))])] + body + [words]).markup)</body></html>

            """
    }

    /// What the script needs to know of the page.
    private var attributes: String {
        var values: [(String, String)] = []
        if reader.isLive { values.append(("data-stream", "/app/live")) }
        if !reader.tabs.isEmpty { values.append(("data-who", reader.tabs)) }
        if let cursor = reader.cursor { values.append(("data-cursor", cursor)) }
        if let lead { values.append(("data-lead", lead)) }
        if let refresh { values.append(("data-refresh", "\(refresh)")) }
        if reader.hasShortcuts { values.append(("data-shortcuts", "")) }
        return values.map { " \($0.0)=\"\(Escaping.markup($0.1))\"" }.joined()
    }

    private var t: Texts { reader.texts }

    // MARK: Around

    private var bar: HTML {
        .element(
            .header, [.look(.bar)],
            [
                .link(
                    "/app", [.brand],
                    [.worded(.span, [.look(.mark), .set(.hiddenFromReaders, "true")], ""), .text("Leadline")]),
                .span(.program, reader.program), .span(.spacer, ""),
                .worded(
                    .button,
                    [.set(.type, "button"), .set(.opens), .meaning("Ctrl K"), .look(.scripted, .pause)],
                    t("palette.open")),
                reader.isLive
                    ? .worded(.span, [.set(.id, "state"), .look(.state), .set(.role, "status")], t("live.off"))
                    : .nothing,
                menu,
            ])
    }

    private var menu: HTML {
        let who = reader.partner ?? t.label("role", reader.role)
        return .element(
            .details, [.look(.menu)],
            [
                .element(.summary, [.set(.label, t("menu.label"))], [.text(who)]),
                .div(
                    .menubox,
                    [
                        .worded(.p, [.look(.quiet)], t("menu.signedIn", ["role": .text(t.label("role", reader.role))])),
                        .link("/app/preferences", t("preferences.title")),
                        .form("/app/sign-out", reader, [.inline], [.submit(t("signOut"))]),
                        .form("/app/sign-out-everywhere", reader, [.inline], [.submit(t("signOut.everywhere"))]),
                    ]),
            ])
    }

    private var side: HTML {
        .element(
            .nav, [.look(.side), .set(.label, t("nav.label"))],
            [
                .element(
                    .ul, [],
                    reader.sections.map { section in
                        .element(
                            .li, [],
                            [
                                .element(
                                    .a,
                                    [
                                        .leading(to: section.path), .set(.key, section.key),
                                        .meaning("g \(section.key)"),
                                    ]
                                        + (section == self.section ? [.set(.current, "page")] : []),
                                    [
                                        .text(t("nav.\(section.rawValue)")),
                                        .worded(
                                            .kbd, [.look(.keyhint), .set(.hiddenFromReaders, "true")],
                                            "g \(section.key)"),
                                    ])
                            ])
                    })
            ])
    }

    private var help: HTML {
        let keys: [(String, String)] =
            reader.sections.map { ("g \($0.key)", t("nav.\($0.rawValue)")) }
            + [
                ("j k", t("keys.move")), ("↵", t("keys.open")), ("/", t("keys.find")), ("p", t("keys.pause")),
                ("Ctrl K", t("palette.open")),
                ("?", t("keys.help")), ("Esc", t("keys.close")),
            ]
        return .element(
            .dialog, [.set(.id, "help"), .set(.labelledBy, "help-title"), .look(.keys)],
            [
                .worded(.h2, [.set(.id, "help-title")], t("keys.title")),
                .element(.dl, [], keys.map { .all([.element(.dt, [], [.worded(.kbd, $0.0)]), .worded(.dd, $0.1)]) }),
                .element(
                    .form, [.set(.method, "dialog")],
                    [.worded(.button, [.set(.type, "submit"), .look(.button)], t("keys.close"))]),
            ])
    }

    // MARK: Every page

    /// Pages beside those of the navigation, with the section whose readers they are for.
    private static let more: [(section: Section, path: String, name: String)] = [
        (.leads, "/app/leads?status=escalated", "needs.all"), (.rules, "/app/rules/history", "rules.tab.history"),
        (.rules, "/app/rules/proposal", "rules.tab.proposal"), (.rules, "/app/rules/effect", "rules.tab.effect"),
        (.proof, "/app/proof/access", "access.title"),
    ]

    /// A list of all pages that somebody types in; what is none of them is looked for as a lead.
    private var palette: HTML {
        let links =
            reader.sections.map { ($0.path, t("nav.\($0.rawValue)")) }
            + Self.more.filter { reader.sections.contains($0.section) }
            .map { ($0.path, t("nav.\($0.section.rawValue)") + ": " + t($0.name)) }
            + (reader.hasWebhooks ? [("/app/system/webhooks", t("system.webhooks"))] : [])
            + [("/app/preferences", t("preferences.title"))]
        return .element(
            .dialog, [.set(.id, "palette"), .set(.label, t("palette.open")), .look(.keys, .palette)],
            [
                .element(
                    .form, [.set(.method, "get"), .set(.action, "/app/leads")],
                    [
                        .element(
                            .input,
                            [
                                .set(.id, "palette-text"), .set(.name, "lead"), .set(.type, "text"),
                                .set(.label, t("palette.hint")), .set(.autocomplete, "off"),
                                .set(.spellcheck, "false"), .set(.maxLength, "128"),
                            ], []),
                        .worded(.p, [.look(.hint)], t("palette.hint")),
                    ]),
                .element(
                    .ul, [.set(.id, "palette-list")],
                    links.map { .element(.li, [], [.link($0.0, $0.1)]) }),
            ])
    }

    /// Texts that the script puts in.
    private var words: HTML {
        let names = [
            "due.in", "due.over", "live.on", "live.off", "live.lost", "live.ended", "flow.waiting", "flow.paused",
            "copy.done", "views.drop",
        ]
        let bare = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
        return .element(
            .dl, [.set(.id, "words"), .set(.hidden)],
            names.flatMap { name -> [HTML] in
                [
                    .worded(.dt, bare[name] ?? ""),
                    .worded(.dd, t(name, ["time": .text("{time}"), "count": .text("{count}")])),
                ]
            })
    }
}
