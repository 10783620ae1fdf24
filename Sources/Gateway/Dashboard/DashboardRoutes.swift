import Dashboard
import Engine
import HTTPTypes
import Reports
import UseCases

/// The dashboard's pages, and the forms on them. What a form asks for is asked of the operations' table, so that a
/// person may do by it what a key of the same scopes may, and nothing else.
enum DashboardRoutes {
    static let all =
        [root, asset, signIn, sendSignIn, live, preferences, savePreferences] + pages + bulk + rules + reports
        + SessionForms.all + DashboardForm.routes + ReportForms.all + ContactReading.routes

    private static let answered = [
        Operation.Success(status: 200, about: "A page.", schema: .string, type: WebPage.type)
    ]

    private static let pages = [
        page("showToday", "", "What happens now, and what somebody must do", nil, query: ["said"]) {
            try await TodayGathering($0).answer()
        },
        page(
            "showLeads", "/leads", "The list of leads", .leadsRead,
            query: ["status", "partner", "after", "lead", "said"]
        ) { try await LeadsGathering($0).answer() },
        page(
            "showLead", "/leads/{lead}", "A lead, why it went where it went, and what can be done", .leadsRead,
            query: said + ["skip"]
        ) { try await LeadGathering($0).answer() },
        page("showPartners", "/partners", "Partners by load and promise", .partnersRead, rate: .heavy) {
            try await PartnerGathering($0).board()
        },
        page(
            "showPartner", "/partners/{partner}", "A partner, what it holds and owes, and when it is away",
            .partnersRead, query: said, rate: .heavy
        ) { try await PartnerGathering($0).one() },
        page("showReviews", "/reviews", "Decisions that a person shall look at", .reviewsRead, query: said) {
            try await SystemGathering($0).reviews()
        },
        page("showSystem", "/system", "How the service stands", .deadLettersRead, query: said, rate: .heavy) {
            try await SystemGathering($0).system()
        },
        page(
            "showWebhooks", "/system/webhooks", "Where decisions are sent, and what came of it", .webhooksManage,
            query: said + ["endpoint", "before"]
        ) { try await WebhookGathering($0).answer() },
        page(
            "showAccess", "/proof/access", "Who read a person's data, when and why", .auditRead,
            query: ["person", "who"], rate: .heavy
        ) { try await SystemGathering($0).access() },
        page(
            "showProof", "/proof", "Evidence, and everything about one person", .auditRead, query: said, rate: .heavy
        ) { try await SystemGathering($0).proof() },
    ]

    private static let bulk = [
        page(
            "showAllLeads", "/bulk", "All leads that match, and what can be done to them", .decisionsOverride,
            query: ["status", "partner"]
        ) { try await AllLeadsGathering($0).answer() },
        form(
            "changeAllLeads", "/bulk", "Do something to all leads that match", scope: .decisionsOverride, rate: .heavy
        ) { try await AllLeadsGathering($0).sent($1) },
    ]

    private static let rules = [
        page("showRules", "/rules", "The policy in force, in words", .policiesRead, query: said) {
            try await RulesGathering($0).inForce()
        },
        page(
            "showRulesHistory", "/rules/history", "Policies that were published, and what each changed",
            .policiesRead, rate: .heavy
        ) { try await RulesGathering($0).history() },
        page("showProposal", "/rules/proposal", "A policy to change", .policiesRead) {
            try await RulesGathering($0).proposal()
        },
        form(
            "sendProposal", "/rules/proposal", "Check a policy, hold it against history, or publish it",
            scope: .policiesRead, bytesMax: RulesGathering.formBytesMax
        ) { try await RulesGathering($0).sent($1) },
        page("showRulesEffect", "/rules/effect", "What a policy would have changed", .policiesRead) {
            try await RulesGathering($0).effect()
        },
    ]

    private static let reports = [
        page("showLearning", "/learning", "What the model learned, and how well it says what comes", .reportsRead) {
            try await ReportGathering($0).learning()
        },
        page("showForecast", "/forecast", "Wins and revenue that are expected", .reportsRead) {
            try await ReportGathering($0).forecast()
        },
        page("showFairness", "/fairness", "How evenly leads are spread", .reportsRead) {
            try await ReportGathering($0).fairness()
        },
        page("showPilot", "/pilot", "What a pilot shows so far", .reportsRead) {
            try await ReportGathering($0).pilot()
        },
        page("showEnablement", "/enablement", "What it would be worth if a partner could do more", .reportsRead) {
            try await ReportGathering($0).enablement()
        },
    ]

    /// What the last form did, and the position of its entry.
    private static let said = ["said", "at"]

    /// A page of those who are known and hold a scope; nil asks for none. What costs as much as a heavy operation is
    /// counted as one.
    static func page(
        _ id: String, _ path: String, _ summary: String, _ scope: Scope?, query: [String] = [], rate: RateClass = .read,
        _ work: @escaping @Sendable (PageCall) async throws -> Answer
    ) -> Operation {
        Operation(
            id: id, method: .get, path: "/app" + path, tag: "Dashboard", summary: summary, scope: scope,
            isForKnown: scope == nil, rate: rate,
            query: query.map(parameter), successes: answered,
            work: .face { call, admission in
                let page = PageCall(call: call, admission: admission)
                return .whole(try await page.withRefusalsShown { try await work(page) })
            })
    }

    private static func parameter(_ name: String) -> Operation.Parameter {
        .init(name: name, schema: .string, about: "As the pages' links have it.")
    }

    /// Where a form is sent.
    static func form(
        _ id: String, _ path: String, _ summary: String, scope: Scope? = nil, rate: RateClass = .write,
        bytesMax: Int = SentForm.bytesMax, _ work: @escaping @Sendable (PageCall, SentForm) async throws -> Answer
    ) -> Operation {
        Operation(
            id: id, method: .post, path: "/app" + path, tag: "Dashboard", summary: summary, scope: scope,
            isForKnown: true, refusesForeignOrigins: true, rate: rate, payload: payload(bytesMax), successes: answered,
            work: .face { call, admission in
                let page = PageCall(call: call, admission: admission)
                return .whole(try await page.withRefusalsShown { try await work(page, try SentForm.checked(page)) })
            })
    }

    private static func payload(_ bytesMax: Int) -> Operation.Payload {
        .init(types: [SentForm.type], schema: .string, example: "token=0&once=0", bytesMax: bytesMax)
    }

    // MARK: For everybody

    private static let root = Operation(
        id: "showStart", method: .get, path: "/", tag: "Dashboard", summary: "Go to the dashboard", scope: nil,
        rate: .read,
        successes: answered, work: .face { _, _ in .whole(PageCall.seeOther("/app")) })

    /// Files of the binary. Their address has their digest in it, so a browser that has one need not ask again.
    private static let asset = Operation(
        id: "getAsset", method: .get, path: "/app/assets/{asset}", tag: "Dashboard", summary: "A file that pages load",
        scope: nil, rate: .read, query: [parameter("v")], successes: answered,
        work: .face { call, _ in
            guard let asset = call.path["asset"].flatMap(Shell.Asset.init(rawValue:)) else { throw Refusal.nothingHere }
            let isVersioned = call.query["v"] != nil
            let keep = isVersioned ? "public, max-age=31536000, immutable" : "public, no-cache"
            return .whole(Answer(status: 200, headers: [(.cacheControl, keep)], type: asset.type, body: asset.bytes))
        })

    private static let signIn = Operation(
        id: "showSignIn", method: .get, path: SignIn.path, tag: "Dashboard", summary: "Where somebody signs in",
        scope: nil,
        rate: .read, query: [parameter("next")], successes: answered,
        work: .face { call, _ in .whole(SignIn.page(call, next: call.query["next"])) })

    private static let sendSignIn = Operation(
        id: "sendSignIn", method: .post, path: SignIn.path, tag: "Dashboard", summary: "Sign in with a key", scope: nil,
        refusesForeignOrigins: true, rate: .write, payload: payload(SentForm.bytesMax), successes: answered,
        work: .face { call, _ in .whole(try await SignIn.answer(call)) })

    // MARK: For those who are known

    /// Decisions as lines of the live flow.
    private static let live = Operation(
        id: "followPage", method: .get, path: "/app/live", tag: "Dashboard",
        summary: "Decisions as they are made, as lines of a page (server-sent events)", scope: .decisionsRead,
        rate: .stream,
        query: [parameter("after")],
        successes: [.init(status: 200, about: "One event a decision.", schema: .string, type: "text/event-stream")],
        work: .face { call, admission in
            let reader = try PageCall(call: call, admission: admission).reader()
            let currency = try await call.read { try $0.currency() }
            let form = SharedPages.Form(name: "decision") { decision, grant in
                // The stream lasts, and its moments are told from now.
                var reader = reader
                reader.now = call.services.folder.now()
                guard let row = try FlowRow(decision, for: grant, currency: currency, reader) else { return nil }
                return Array(
                    JSONText.object([
                        ("lead", decision.subject.map(JSONText.quoted)), ("row", JSONText.quoted(row.markup(reader))),
                    ]).utf8)
            }
            return .stream(try await LiveFeed(call, as: form))
        })

    private static let preferences = Operation(
        id: "showPreferences", method: .get, path: "/app/preferences", tag: "Dashboard",
        summary: "What the reader prefers",
        scope: nil, isForKnown: true, rate: .read, query: [parameter("said")], successes: answered,
        work: .face { call, admission in
            let reader = try PageCall(call: call, admission: admission).reader()
            return .whole(PageCall.answer(SmallPages.preferences(reader, isSaved: call.query["said"] != nil)))
        })

    private static let savePreferences = form("savePreferences", "/preferences", "Keep what the reader prefers") {
        page, form in
        let isEncrypted = page.call.services.signIn.isEncrypted
        let chosen: [(Preferences.Name, String, [String])] = [
            (.language, form["language"], EditionLanguage.allCases.map(\.rawValue)),
            (.theme, form["theme"], Theme.allCases.map(\.rawValue)), (.shortcuts, form["shortcuts"], ["on", "off"]),
            (.tour, form["tour"], ["on", "off"]),
        ]
        return PageCall.seeOther(
            form["next"].isEmpty ? "/app/preferences?said=saved" : SignIn.safe(form["next"]),
            chosen.filter { $0.2.contains($0.1) }.map { Preferences.setting($0.0, $0.1, isEncrypted: isEncrypted) })
    }
}
