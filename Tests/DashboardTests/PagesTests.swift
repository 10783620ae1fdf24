import Foundation
import LeadlineSchemas
import Reports
import Testing

@testable import Dashboard
@testable import LeadlineCore

/// Goal: whatever text stands in a page's fields stays text, pages stay small, and what they load is ours. Method: one
/// hostile text in every field of every page, in every language, as many rows as a page ever has.
@Suite struct PagesTests {
    private static let hostile = "\u{600}<i\u{301}>\"\u{301} \u{200D}<i>&\u{301}'\u{301}\r\n\u{2028}<i x=\"\u{301}"
    private static let moment = Timestamp(micros: 1_772_357_400_000_000)

    private static func reader(_ language: EditionLanguage = .en, zone: String = "Europe/Rome", partner: String? = nil) throws -> Reader {
        Reader(
            texts: .of(language), zone: try #require(TimeZone(identifier: zone)), theme: .dark, hasShortcuts: true, now: moment, program: hostile,
            role: hostile, partner: partner, sections: Section.allCases, formToken: hostile, once: hostile, tabs: hostile, isLive: true, cursor: hostile)
    }

    private static func line(_ text: String) -> LeadListPage.Line {
        .init(
            lead: text, status: "assigned", partner: text, attempt: 2, valueMinorUnits: 12_000_000, currency: text, country: text, vertical: text,
            submitted: moment, respondBy: moment.adding(micros: 90_000_000))
    }

    private static func standing(_ text: String) -> PartnerStanding {
        var profile = PartnerProfile(partnerID: text)
        (profile.countries, profile.languages, profile.verticals, profile.products) = ([text], [text], [text], [text])
        (profile.certifications, profile.technologies, profile.timeZone) = ([text], [text], text)
        profile.typicalDealMin = Money(minorUnits: 1, currency: text)
        profile.capacity.openLeadsMax = 3
        var standing = PartnerStanding(
            profile: profile, status: text, openLeads: 3, assignments: 9, won: 1, lost: 2, tieDebtMicros: 0, commissionBasisPoints: 0)
        standing.absences = [.init(absenceID: text, from: moment, until: moment.adding(micros: 1))]
        standing.suspendedUntil = moment
        return standing
    }

    /// Every page, with one text in every field and a number of rows.
    private static func pages(_ text: String, rows: Int, _ reader: Reader) -> [(name: String, html: String)] {
        let lines = (0..<rows).map { line(text + ($0 == 0 ? "" : "\($0)")) }
        var today = TodayPage()
        (today.leads, today.arrived, today.escalated) = (9, 3, 4)
        today.needs = [.init(lead: text, why: text, since: moment, path: "/app/leads/" + text)]
        today.due = [.init(lead: text, partner: text, respondBy: moment)]
        today.flow = (0..<min(rows, 40)).map { .init(id: text + "\($0)", time: moment, kind: .assigned, lead: text, sentence: text) }
        var why = LeadPage.Why(sentence: text)
        (why.basis, why.compared, why.ruling, why.otherwise, why.isEqual) = (text, text, text, [text], true)
        var pair = LeadPage.Comparison(first: text, second: text)
        pair.figures = [("fit", text, text)]
        pair.deals = (.init(won: 2, closed: 3), nil)
        (pair.conversion, pair.fit) = ([.init(text, 0.5, -0.5)], [.init(text, 30, nil)])
        why.comparison = pair
        why.reasons = (0..<min(rows * 2, 120)).map { _ in (text, text) }
        let steps = (0..<rows * 3).map { LeadPage.Step(position: UInt64($0), at: moment, input: text, events: [text, text]) }
        var lead = LeadPage(line(text), why: why, steps: steps, skip: 1, acts: LeadPage.Act.allCases)
        (lead.candidates, lead.reasons) = (Array(repeating: text, count: min(rows * 4, 200)), [(text, text)])
        (lead.said, lead.refused) = (.disregarded, text)
        var recorded = LeadPage.Why(sentence: text)
        recorded.comparison = pair
        recorded.again = .tooOften
        let busy = LeadPage(line(text), why: recorded, steps: [], acts: [])
        recorded.again = .underWay
        let underWay = LeadPage(line(text), why: recorded, steps: [], acts: [])
        let standing = standing(text)
        let board = BoardPage.Line(standing, owed: 2, firstDue: moment)
        var partner = PartnerPage(standing, board, currency: text)
        (partner.held, partner.heldLeft, partner.canChange, partner.said) = (lines + lines.prefix(30), 3, true, .pause)
        partner.changes = (0..<6).map { _ in
            .init(
                at: moment, differences: (0..<rows).map { _ in .init(field: text, before: text, after: nil) }, isFirst: false)
        }
        partner.others = Array(repeating: text, count: min(rows * 4, 200))
        partner.lately = [.init(lead: text, at: moment, isOwn: false, text: text)]
        var letter = WireDeadLetter()
        (letter.detail, letter.field) = (text, text)
        letter.origin.topic = text
        var system = SystemPage(entries: 3, last: moment, behind: 1)
        system.letters = Array(repeating: DeadLetterView(.init(offset: 1), letter), count: min(rows, 20))
        system.hasMoreLetters = true
        system.said = .resubmit
        system.canResubmit = true
        system.endpoints = (0..<rows * 2).map { _ in .init(id: text, host: text, partner: text, isOn: false, failures: 2) }
        system.keys = (0..<rows * 2).map { _ in
            .init(id: text, role: text, label: text, partner: text, expires: moment, isEnded: false)
        }
        let checkpoint = CheckpointDocument(program: text, origin: text, size: 3, root: text, note: text, verifierKey: text, signedAt: text)
        let work = ProofPage.Work(
            id: text, kind: text, status: text, done: 1, total: 2, isGood: false, problem: text, lines: [text], result: "/v1/jobs/" + text)
        let review = LeadStanding(leadID: text, stage: .assigned, partnerID: text, attempt: 1, submittedAt: moment)
        var day = PartnersDayPage(
            waiting: lines + lines.prefix(10), inHand: lines + lines.prefix(10), line: board, canAnswer: true)
        (day.waitingLeft, day.inHandLeft, day.said) = (2, 1_000, .decline)
        return [
            ("today", today.page(reader)), ("start", TodayPage().page(reader)),
            (
                "leads",
                LeadListPage(
                    lines: lines, counts: [("assigned", 3)], status: "assigned", partner: text, isLater: true, next: text, missing: text
                ).page(reader)
            ),
            ("lead", lead.page(reader)), ("busy", busy.page(reader)), ("underWay", underWay.page(reader)),
            ("partners", BoardPage((0..<min(rows * 4, 200)).map { _ in board }).page(reader)), ("partner", partner.page(reader)),
            ("day", day.page(reader)),
            ("reviews", ReviewsPage(Array(repeating: review, count: rows * 2), said: .decide).page(reader)), ("system", system.page(reader)),
            ("proof", ProofPage(checkpoint: checkpoint, work: [work], canMakeDossiers: true).page(reader)),
        ] + reports(text, rows: rows, reader) + [
            ("signIn", SmallPages.signIn(reader, isWrong: true, hasIssuer: true, next: text)),
            ("refused", SmallPages.refused(reader, status: 404, title: text, detail: text, id: text)),
            ("preferences", SmallPages.preferences(reader, isSaved: true)),
        ]
    }

    private static let underWay = WorkState(isUnderWay: true, done: 1, total: 2, problem: nil)
    private static let figure = Ranged(0.2, 0.1, 0.4)

    /// Reports, rules and lists: with one text in every field, and as they are before anybody asked.
    private static func reports(_ text: String, rows: Int, _ reader: Reader) -> [(name: String, html: String)] {
        let failed = WorkState(isUnderWay: false, done: 0, total: nil, problem: text)
        let many = rows * 4
        var learned = LearningPage.Found(
            card: .init(version: text, logic: 5, baseRate: 0.2, priorRate: 0.1, awards: 9, open: 1, won: 2, lost: 3))
        learned.scores = [.init(model: "leadline", logLoss: 0.4, brier: 0.2), .init(model: text, logLoss: 0.5, brier: 0.3)]
        learned.bins = (0..<10).map { .init(predicted: Double($0) / 20, observed: figure, count: $0) }
        learned.months = (0..<many).map { _ in
            .init(month: text, decisions: 3, won: 1, lost: 1, outcomes: 2, predicted: 0.2, observed: 0.3)
        }
        learned.effects = (0..<many).map { _ in .init(name: text, logOdds: figure, won: 1, closed: 2) }
        let row = ForecastsPage.Row(partner: text, open: 2, wins: figure, revenue: figure)
        let forecast = ForecastsPage.Found(
            from: text, to: text, currency: text, total: row, partners: Array(repeating: row, count: many),
            quarters: (0..<40).map { .init(from: text, wins: figure, won: 1, takesOver: $0 == 3) })
        let fairness = FairnessPage.Found(
            jain: 0.7,
            partners: (0..<many).map { _ in
                .init(partner: text, considered: 3, assigned: 1, overridden: 0, selection: 0.3, disparity: 0.5)
            },
            countries: (0..<many).map { _ in .init(country: text, leads: 3, toHuman: 1, rate: 0.6, disparity: nil) },
            floors: .init(asked: 3, met: 2, outOfReach: 1),
            announced: (0..<many).map { _ in .init(partner: text, at: moment, what: text, cause: text, remedy: text) })
        let rates = (0..<many).map { index in
            RateStanding(rate: .init(currency: text, rateMicros: 924_300, validFrom: index % 2 == 0 ? moment : nil), isInForce: index % 3 == 0)
        }
        let arm = PilotsPage.Arm(
            name: text, leads: 9, closed: 3, won: 1, winRate: figure, difference: figure, missing: 400, verdict: .tooEarly)
        let pilot = PilotsPage.Found(
            pilot: text, incumbent: text, arms: Array(repeating: arm, count: 8), shadow: .init(leads: 3, agreed: 1))
        let moved = (0..<many).map { EnablementPage.Moved(partner: text, before: $0, after: 2 * $0 + 1) }
        let enabled = EnablementPage.Found(
            changes: [text], days: 91, currency: text, leads: 9, moved: 3, difference: figure, partners: moved)
        let change = PolicyDifference(field: text, before: text, after: nil)
        let version = RulesHistoryPage.Version(
            version: text, name: text, from: moment, approver: text, decisions: 2, changes: [change, change])
        var proposal = RulesProposalPage(text: text, canPublish: true)
        proposal.differences = Array(repeating: change, count: rows)
        var faulty = RulesProposalPage(text: text, canPublish: false)
        faulty.fault = .init(field: text, line: 3, detail: text)
        let effect = RulesEffectPage.Found(
            version: text, currency: text, decisions: 9, changed: 200, expectedBefore: 100, expectedAfter: 300,
            verdict: .better,
            differences: (0..<min(rows * 2, RulesEffectPage.most)).map { _ in
                .init(lead: text, before: text, after: text, gain: 4)
            }, partners: moved, text: text)
        let read = AccessPage.Line(
            at: moment, who: text, role: text, command: text, persons: Array(repeating: text, count: 6), reason: text)
        let endpoint = SystemPage.Endpoint(id: text, host: text, partner: text, isOn: false, failures: 2)
        var hooks = WebhooksPage(Array(repeating: endpoint, count: rows), chosen: endpoint)
        hooks.deliveries = (0..<min(rows, WebhooksPage.most)).map {
            .init(number: Int64($0), message: text, at: moment, cause: text, outcome: text, status: 500, millis: 3)
        }
        (hooks.older, hooks.said) = (7, .replay)
        var all = AllLeadsPage(
            leads: Array(repeating: text, count: min(many, AllLeadsPage.most)), hasMore: true, status: "assigned",
            partner: text, acts: AllLeadsPage.Act.allCases, partners: Array(repeating: text, count: many),
            fingerprint: text)
        all.isOther = true
        return [
            ("learning", LearningPage(.init(learned, made: moment, work: underWay)).page(reader)),
            ("learning, before", LearningPage(.init(nil, made: nil, work: failed)).page(reader)),
            ("forecast", ForecastsPage(.init(forecast, made: moment, work: failed)).page(reader)),
            ("forecast, before", ForecastsPage(.init(nil, made: nil, work: nil)).page(reader)),
            ("fairness", FairnessPage(.init(fairness, made: moment, work: underWay)).page(reader)),
            ("fairness, before", FairnessPage(.init(nil, made: nil, work: nil)).page(reader)),
            ("pilot", PilotsPage(.init(pilot, made: moment, work: failed)).page(reader)),
            ("pilot, before", PilotsPage(.init(nil, made: nil, work: nil)).page(reader)),
            (
                "enablement",
                EnablementPage(.init(enabled, made: moment, work: failed), partners: Array(repeating: text, count: many))
                    .page(reader)
            ),
            ("enablement, before", EnablementPage(.init(nil, made: nil, work: nil), partners: []).page(reader)),
            (
                "rules",
                RulesPage(
                    .init(version: text, lines: Array(repeating: text, count: 60)), rates: rates, logic: 5, canPublish: true,
                    said: .rates
                ).page(reader)
            ),
            ("rules, none", RulesPage(nil, rates: [], logic: 1, canPublish: false, said: nil).page(reader)),
            ("history", RulesHistoryPage(Array(repeating: version, count: rows)).page(reader)),
            ("proposal", proposal.page(reader)), ("faulty", faulty.page(reader)),
            ("effect", RulesEffectPage(.init(effect, made: moment, work: failed)).page(reader)),
            ("effect, before", RulesEffectPage(.init(nil, made: nil, work: underWay)).page(reader)),
            (
                "access",
                AccessPage(
                    lines: Array(repeating: read, count: min(rows, AccessPage.most)), count: 900, person: text,
                    who: text, brokenLine: 3, missing: text
                ).page(reader)
            ),
            (
                "access, torn",
                AccessPage(lines: [], count: 0, person: text, who: "", brokenLine: nil, missing: text).page(reader)
            ),
            ("webhooks", hooks.page(reader)), ("all", all.page(reader)),
        ]
    }

    @Test(arguments: EditionLanguage.allCases) func everyFieldIsText(_ language: EditionLanguage) throws {
        for (name, html) in Self.pages(Self.hostile, rows: 3, try Self.reader(language)) {
            let bytes = Array(html.utf8)
            for harm in ["<i>", "<i\u{301}", "<i x", "\"\u{301}", "'\u{301}", "&\u{301}", "\r", "\u{2028}", " style=", " onx", "javascript:"] {
                #expect(bytes.firstRange(of: Array(harm.utf8)) == nil, "\(language) \(name): \(harm)")
            }
            // One script, of ours, and nothing in line.
            let loads = html.replacing("<noscript><meta http-equiv=\"refresh\"", with: "")
            #expect(html.components(separatedBy: "<script ").count == 2 && !html.contains("<style") && !loads.contains("http"), "\(name)")
        }
    }

    @Test func pagesAreSmall() throws {
        for (name, html) in Self.pages("a-partner.of-usual-length", rows: 50, try Self.reader()) {
            #expect(html.utf8.count < 100_000, "\(name): \(html.utf8.count)")
        }
        // All that a browser loads besides, once.
        #expect(Shell.Asset.allCases.reduce(0) { $0 + $1.bytes.count } < 60_000)
    }

    /// What a page leaves out it says.
    @Test func whatIsLeftOutIsSaid() throws {
        let pages = Self.pages("text", rows: 50, try Self.reader())
        for (name, words) in [
            ("lead", "Earlier steps: 89"), ("lead", "/app/leads/text?skip=61\""), ("lead", "The newest steps"),
            ("day", "2 more in the list"), ("day", "1,000 more in the list"), ("partner", "3 more in the list"),
            ("reviews", "20 more are open"), ("system", "50 more are listed by GET /v1/webhooks"),
            ("system", "50 more are listed by leadline access list"), ("lead", ">2 of 3<"),
        ] { #expect(try #require(pages.first { $0.name == name }).html.contains(words), "\(name): \(words)") }
        // The newest stands first, and no page has more than so many.
        let lead = try #require(pages.first { $0.name == "lead" }).html
        #expect(lead.components(separatedBy: "<li class=\"step\">").count == LeadPage.stepsMost + 1)
        // However many somebody skips, a page is a page.
        for skip in [Int.min, -1, 0, 5, 6, Int.max] {
            let steps = (0..<5).map { LeadPage.Step(position: $0, at: Self.moment, input: "", events: []) }
            let shown = LeadPage(Self.line("text"), why: nil, steps: steps, skip: skip, acts: [])
            #expect(shown.steps.count == (skip <= 0 ? 5 : 0), "\(skip)")
        }
    }

    /// Before anybody asked, a report says what would be there, and has the form by which it is asked for.
    @Test func whatIsNotThereIsAskedFor() throws {
        let pages = Self.pages("text", rows: 1, try Self.reader())
        for (name, path) in [
            ("learning, before", "/app/learning"), ("forecast, before", "/app/forecast"),
            ("fairness, before", "/app/fairness"), ("pilot, before", "/app/pilot"),
            ("enablement, before", "/app/enablement"),
        ] {
            let html = try #require(pages.first { $0.name == name }).html
            #expect(html.contains("class=\"empty\"") && html.contains("action=\"\(path)\""), "\(name)")
        }
        // Work under way is looked at again; what failed says why.
        #expect(try #require(pages.first { $0.name == "learning" }).html.contains("data-refresh=\"1\""))
        let failed = try #require(pages.first { $0.name == "learning, before" }).html
        #expect(!failed.contains("data-refresh") && failed.contains("role=\"alert\"><span>text"))
    }

    /// Whatever a plot shows is told where the pointer rests, and stands in a table behind it.
    @Test func plotsHaveWordsAndTables() throws {
        let pages = Self.pages("text", rows: 2, try Self.reader())
        for name in ["learning", "forecast", "fairness", "pilot", "effect"] {
            let html = try #require(pages.first { $0.name == name }).html
            let plots = html.components(separatedBy: "<figure>").dropFirst()
            #expect(!plots.isEmpty && plots.allSatisfy { $0.contains("<title>") && $0.contains("role=\"img\"") }, "\(name)")
            #expect(html.contains("As a table</summary>"), "\(name)")
        }
    }

    /// A policy's text keeps its lines where it is changed, and nothing else that would end the field.
    @Test func aFieldOfLinesKeepsThem() throws {
        let html = RulesProposalPage(text: "{\n  \"a\": \"</textarea>\"\n}", canPublish: true).page(try Self.reader())
        #expect(html.contains(">{&#10;  &quot;a&quot;: &quot;&lt;/textarea&gt;&quot;&#10;}</textarea>"), "\(html)")
        // Nothing is published that was not checked first.
        #expect(!html.contains("value=\"publish\""))
    }

    /// Every page is one of the list that somebody types in, of those that the reader may open.
    @Test func thePaletteHasEveryPage() throws {
        let html = TodayPage().page(try Self.reader())
        let list = try #require(html.components(separatedBy: "<ul id=\"palette-list\"").last)
        for section in Section.allCases { #expect(list.contains("href=\"\(section.path)\""), "\(section)") }
        #expect(!list.contains("/app/system/webhooks"))
        var few = try Self.reader()
        (few.sections, few.hasWebhooks) = ([.leads], true)
        let short = try #require(TodayPage().page(few).components(separatedBy: "<ul id=\"palette-list\"").last)
        #expect(!short.contains("/app/rules") && short.contains("/app/leads") && short.contains("/app/system/webhooks"))
    }

    /// An explanation that was refused takes no place of one that is there.
    @Test func aBusyPageIsNotLiveWhereItIsBusy() throws {
        let busy = try #require(Self.pages("text", rows: 1, try Self.reader()).first { $0.name == "busy" }).html
        let why = try #require(busy.components(separatedBy: "<section id=\"why\"").last?.prefix { $0 != ">" })
        #expect(!why.contains("data-live") && busy.contains("Open the page again shortly"))
        #expect(!busy.contains("data-refresh"))
    }

    /// A decision that is being made again stands there as it was recorded, and the page looks again by itself.
    @Test func whatIsBeingMadeAgainIsLookedAtAgain() throws {
        let page = try #require(Self.pages("text", rows: 1, try Self.reader()).first { $0.name == "underWay" }).html
        let why = try #require(page.components(separatedBy: "<section id=\"why\"").last)
        #expect(why.prefix { $0 != ">" }.contains("data-live") && why.contains("being made again from the journal"))
        #expect(page.contains("data-refresh=\"1\"") && !why.contains("Decided again from the journal"))
    }

    /// A page that is loaded again whole leaves time to read it.
    @Test func withoutScriptAPageIsLeftAloneForAWhile() throws {
        let work = ProofPage.Work(
            id: "w", kind: "verify", status: "running", done: 1, total: 2, isGood: nil, problem: nil, lines: [], result: nil)
        let html = ProofPage(checkpoint: nil, work: [work], canMakeDossiers: false).page(try Self.reader())
        #expect(html.contains("<noscript><meta http-equiv=\"refresh\" content=\"20\"></noscript>"))
        #expect(html.contains("data-refresh=\"1\""))
    }

    @Test func momentsAreTheReaders() throws {
        let rome = try Self.reader()
        // 2026-03-01 09:30 UTC is now; the clock alone, then the day, then the year.
        #expect(rome.short(Self.moment) == "10:30" && rome.short(Self.moment, seconds: true) == "10:30:00")
        #expect(rome.short(Self.moment.adding(micros: -86_400_000_000)) == "28 Feb 10:30")
        #expect(rome.short(Self.moment.adding(micros: -86_400_000_000 * 90)) == "1 Dec 2025")
        #expect(try Self.reader(zone: "Asia/Kolkata").short(Self.moment) == "15:00")
        let html = rome.moment(Self.moment).markup
        #expect(html.contains("title=\"2026-03-01T09:30:00Z\"") && html.contains(">10:30<"))
        let due = rome.countdown(Self.moment.adding(micros: 90_000_000)).markup
        #expect(due.contains("in 1 min 30 s") && due.contains("soon"))
        #expect(rome.countdown(Self.moment.adding(micros: -3_600_000_000)).markup.contains("1 h overdue"))
    }

    /// What is shown in words that every face shares says that it is English.
    @Test func sharedWordsSayTheirLanguage() throws {
        let pages = Self.pages("text", rows: 1, try Self.reader(.de))
        let lead = try #require(pages.first { $0.name == "lead" }).html
        #expect(lead.contains("<html lang=\"de\"") && lead.contains("lang=\"en\">text"))
    }

    @Test func everyClassHasItsRules() {
        let sheet = String(decoding: Shell.Asset.style.bytes, as: UTF8.self)
        let named = Set(sheet.matches(of: /\.([a-z]+)/).map { String($0.1) })
        let plots: Set<String> = ["plot"]
        let known = Set(Look.allCases.map(\.rawValue)).union(plots)
        let unknown = named.subtracting(known).filter { sheet.contains(".\($0){") || sheet.contains(".\($0) ") }
        #expect(unknown.isEmpty, "\(unknown)")
    }
}
