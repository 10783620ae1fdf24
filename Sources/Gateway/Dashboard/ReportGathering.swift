import Dashboard
import Engine
import Evaluation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Reports over a program's whole history. Each is long work that somebody asks for by a form; its page shows the
/// newest that came of it, and how far the next one is, so that no page waits for a history to be read.
struct ReportGathering {
    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    /// Reports that have a page.
    enum Kind: String, CaseIterable {
        case learning, forecast, fairness, pilot, enablement
        case effect = "policy-effect"

        /// The page that shows it.
        var path: String { self == .effect ? "/app/rules/effect" : "/app/" + rawValue }
    }

    /// The newest finding of a kind, and how the work for the next one stands.
    func standing<Found: Sendable>(_ kind: Kind) throws -> ReportStanding<Found> {
        let jobs = call.services.jobs.list(try call.grant, now: call.services.folder.now())
            .filter { $0.kind == kind.rawValue }
        let done = jobs.first { $0.result?.report is Found }
        var work: WorkState?
        if let newest = jobs.first, newest.status != .done, newest.status != .cancelled {
            work = WorkState(
                isUnderWay: !newest.isOver, done: newest.progress?.done ?? 0, total: newest.progress?.total,
                problem: newest.problem?.detail)
        }
        return ReportStanding(done?.result?.report as? Found, made: done?.began, work: work)
    }

    /// A reader whose page does not follow decisions: what it shows was found at a moment, and stays.
    func reader() throws -> Reader {
        var reader = try page.reader()
        reader.isLive = false
        return reader
    }

    // MARK: Pages

    func learning() async throws -> Answer {
        PageCall.answer(LearningPage(try standing(.learning)).page(try reader()))
    }

    func forecast() async throws -> Answer {
        PageCall.answer(ForecastsPage(try standing(.forecast)).page(try reader()))
    }

    func fairness() async throws -> Answer {
        PageCall.answer(FairnessPage(try standing(.fairness)).page(try reader()))
    }

    func pilot() async throws -> Answer {
        PageCall.answer(PilotsPage(try standing(.pilot)).page(try reader()))
    }

    /// Partners that the form suggests.
    private static let suggested = 400

    func enablement() async throws -> Answer {
        let partners = try await call.look { Array($0.activePartnerIDs.sorted().prefix(Self.suggested)) }
        return PageCall.answer(EnablementPage(try standing(.enablement), partners: partners).page(try reader()))
    }
}

/// Forms that ask for a report. What they begin is theirs who sent them.
enum ReportForms {
    static let all = [
        row(.learning, "Find what the model learned and how well it says what comes") { _ in
            { deployment in try await LearningPage.Found.result(deployment) }
        },
        row(.forecast, "Forecast wins and revenue for a page") { form in
            let (days, backtests) = (try days(form), form["backtest"] == "yes")
            return { deployment in try ForecastsPage.Found.result(deployment, days: days, backtests: backtests) }
        },
        row(.fairness, "Find how evenly leads are spread") { _ in
            { deployment in try await FairnessPage.Found.result(deployment) }
        },
        row(.pilot, "Find what a pilot shows so far") { form in
            let (pilot, incumbent) = (try name("pilot", form), try name("incumbent", form))
            return { deployment in try PilotsPage.Found.result(deployment, pilot, incumbent) }
        },
        row(.enablement, "Find what it would be worth if a partner could do more") { form in
            let (days, change) = (try days(form), try enablement(form))
            return { deployment in try EnablementPage.Found.result(deployment, change, days: days) }
        },
    ]

    private static func row(
        _ kind: ReportGathering.Kind, _ summary: String, _ work: @escaping @Sendable (SentForm) throws -> Jobs.Work
    ) -> Operation {
        DashboardRoutes.form(
            "ask" + kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst(), "/" + kind.rawValue, summary,
            scope: .reportsRead, rate: .heavy
        ) { page, form in
            let work = try work(form)
            _ = try await page.call.services.jobs.begin(page.call, kind.rawValue, .reportsRead, work)
            return PageCall.seeOther(kind.path)
        }
    }

    private static func days(_ form: SentForm) throws -> Int {
        guard let days = Int(form["days"]), (1...730).contains(days) else {
            throw Refusal.invalid("It is a whole number from 1 to 730.", field: "days")
        }
        return days
    }

    /// Nil where the field is left empty.
    private static func name(_ field: String, _ form: SentForm) throws -> String? {
        let name = form[field]
        if name.isEmpty { return nil }
        guard name.utf8.count <= 64 else { throw Refusal.invalid("It has at most 64 bytes.", field: field) }
        return name
    }

    private static func enablement(_ form: SentForm) throws -> Enablement {
        let (partner, value) = (form["partner"], form["value"])
        guard FieldLimits.isID(partner) else { throw Refusal.invalid("It is a partner's id.", field: "partner") }
        guard let list = PartnerList.allCases.first(where: { "\($0)" == form["list"] }) else {
            throw Refusal.invalid("It is one of the lists that the page names.", field: "list")
        }
        guard (1...64).contains(value.utf8.count) else {
            throw Refusal.invalid("It has 1 to 64 bytes.", field: "value")
        }
        return Enablement(partnerID: partner, list: list, value: value)
    }
}
