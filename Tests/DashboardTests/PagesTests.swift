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
        var busy = LeadPage(line(text), why: nil, steps: [], acts: [])
        busy.isWhyBusy = true
        let standing = standing(text)
        let board = BoardPage.Line(standing, owed: 2, firstDue: moment)
        var partner = PartnerPage(standing, board, currency: text)
        (partner.held, partner.heldLeft, partner.canChange, partner.said) = (lines + lines.prefix(30), 3, true, .pause)
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
            ("lead", lead.page(reader)), ("busy", busy.page(reader)),
            ("partners", BoardPage((0..<min(rows * 4, 200)).map { _ in board }).page(reader)), ("partner", partner.page(reader)),
            ("day", day.page(reader)),
            ("reviews", ReviewsPage(Array(repeating: review, count: rows * 2), said: .decide).page(reader)), ("system", system.page(reader)),
            ("proof", ProofPage(checkpoint: checkpoint, work: [work], canMakeDossiers: true).page(reader)),
            ("signIn", SmallPages.signIn(reader, isWrong: true, hasIssuer: true, next: text)),
            ("refused", SmallPages.refused(reader, status: 404, title: text, detail: text, id: text)),
            ("preferences", SmallPages.preferences(reader, isSaved: true)),
        ]
    }

    @Test(arguments: EditionLanguage.allCases) func everyFieldIsText(_ language: EditionLanguage) throws {
        for (name, html) in Self.pages(Self.hostile, rows: 3, try Self.reader(language)) {
            let bytes = Array(html.utf8)
            for harm in ["<i>", "<i\u{301}", "<i x", "\"\u{301}", "'\u{301}", "&\u{301}", "\r", "\u{2028}", " style=", " onx", "javascript:"] {
                #expect(bytes.firstRange(of: Array(harm.utf8)) == nil, "\(language) \(name): \(harm)")
            }
            // One script, of ours, and nothing in line.
            #expect(html.components(separatedBy: "<script ").count == 2 && !html.contains("<style") && !html.contains("http"), "\(name)")
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

    /// An explanation that was refused takes no place of one that is there.
    @Test func aBusyPageIsNotLiveWhereItIsBusy() throws {
        let busy = try #require(Self.pages("text", rows: 1, try Self.reader()).first { $0.name == "busy" }).html
        let why = try #require(busy.components(separatedBy: "<section id=\"why\"").last?.prefix { $0 != ">" })
        #expect(!why.contains("data-live") && busy.contains("Open the page again shortly"))
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
