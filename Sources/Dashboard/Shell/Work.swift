public import LeadlineCore
import Reports

/// Long work that a page asked for, as it stands: under way, or failed, or nothing where it is done or was never begun.
public struct WorkState: Sendable {
    public var isUnderWay: Bool
    public var done: UInt64
    public var total: UInt64?
    /// Why nothing came of it.
    public var problem: String?

    /// A state from its parts.
    public init(isUnderWay: Bool, done: UInt64, total: UInt64?, problem: String?) {
        self.isUnderWay = isUnderWay
        self.done = done
        self.total = total
        self.problem = problem
    }

    /// Progress, or what went wrong.
    func html(_ reader: Reader) -> HTML {
        let t = reader.texts
        if isUnderWay {
            let share = total.map { $0 == 0 ? 0 : Double(done) / Double($0) } ?? 0
            return .all([
                .element(
                    .div,
                    [
                        .look(.spin), .set(.role, "progressbar"), .set(.label, t("proof.progress")),
                        .set(.valueNow, "\(Int(min(1, share) * 100))"),
                    ], [FillBar.picture(share)]),
                .worded(
                    .p, [.look(.hint)],
                    t("proof.progress.of", ["done": .count(Int(done)), "total": .count(Int(total ?? 0))])),
            ])
        }
        return problem.map { .element(.p, [.look(.notice, .bad), .set(.role, "alert")], [reader.recorded($0)]) }
            ?? .nothing
    }
}

/// A report as a page has it: what was found and when, and how the work for the next one stands.
public struct ReportStanding<Found: Sendable>: Sendable {
    /// Nil before anybody asked.
    public let found: Found?
    /// When that was found.
    public let made: Timestamp?
    public let work: WorkState?

    /// A standing from its parts; nothing was made where nothing was found.
    public init(_ found: Found?, made: Timestamp?, work: WorkState?) {
        self.found = found
        self.made = found == nil ? nil : made
        self.work = work
    }

    /// So soon the page is asked for again, in seconds; nil where nothing new is to come.
    var refresh: Int? { work?.isUnderWay == true ? 1 : nil }

    /// How the work stands.
    func state(_ reader: Reader) -> HTML {
        .element(.section, [.set(.id, "work"), .set(.live)], [work?.html(reader) ?? .nothing])
    }

    /// When it was made; nothing where nothing was.
    func moment(_ reader: Reader) -> HTML {
        made.map {
            .element(
                .p, [.look(.hint)], [.text(reader.texts("report.made") + " "), reader.moment($0, seconds: true)])
        } ?? .nothing
    }
}

/// What stands around every report: what it is about, how far it is, where it is asked for, and what it says.
struct ReportFrame {
    let section: Section

    /// The page.
    /// - Parameters:
    ///   - about: What it tells, in a sentence.
    ///   - empty: What would appear, and what to do first.
    ///   - form: Where it is asked for.
    ///   - content: What it says of what was found.
    func page<Found>(
        _ reader: Reader, _ report: ReportStanding<Found>, about: String, empty: (what: String, how: String),
        form: HTML, _ content: (Found) -> [HTML]
    ) -> String {
        let t = reader.texts
        let title = t("nav.\(section.rawValue)")
        let said =
            report.found.map { [report.moment(reader)] + content($0) }
            ?? [.element(.section, [.look(.panel)], [.empty(empty.what, empty.how)])]
        return Shell(reader, title: title, section: section, refresh: report.refresh).page([
            .worded(.h1, [.look(.title)], title), .worded(.p, [.look(.quiet)], about),
            .div(
                .split,
                [
                    .element(.div, [.set(.id, "report"), .set(.live), .look(.main)], said),
                    .element(
                        .aside, [.look(.rail), .set(.label, t("report.ask"))],
                        [
                            .element(
                                .section, [.set(.labelledBy, "ask-title"), .look(.panel)],
                                [
                                    .div(.head, [.worded(.h2, [.set(.id, "ask-title")], t("report.ask"))]),
                                    report.state(reader), form,
                                ])
                        ]),
                ]),
        ])
    }

    /// The form by which a report is asked for.
    static func form(_ path: String, _ reader: Reader, _ fields: [HTML]) -> HTML {
        .form(path, reader, [.form], fields + [.submit(reader.texts("report.compute"), .primary)])
    }

    /// How far a report looks, in days.
    static func days(_ reader: Reader, _ usual: Int) -> HTML {
        let t = reader.texts
        return .select(
            "days", t("report.days"), id: "f-days",
            [30, 91, 182, 365].map { ("\($0)", t("report.days.of", ["count": .count($0)])) }, chosen: "\(usual)")
    }
}

/// Pieces of reports.
extension HTML {
    /// A headline figure with what it rests on.
    static func tile(_ name: String, _ value: String, _ basis: String) -> HTML {
        .div(
            .tile,
            [
                .worded(.dt, name), .worded(.dd, [.look(.value)], value),
                basis.isEmpty ? .nothing : .worded(.dd, [.look(.basis)], basis),
            ])
    }

    /// A plot, and the table of what it shows behind it.
    static func plotted(_ id: String, _ title: String, _ plot: HTML, _ table: HTML, _ t: Texts) -> HTML {
        .element(
            .section, [.set(.id, id), .set(.labelledBy, id + "-title"), .look(.panel)],
            [
                .div(.head, [.worded(.h2, [.set(.id, id + "-title")], title)]), plot,
                .element(
                    .details, [.set(.id, id + "-table")], [.worded(.summary, t("report.table")), table]),
            ])
    }

    /// How many rows a table leaves out; nothing where it has all.
    static func left(_ all: Int, _ shown: Int, _ t: Texts) -> HTML {
        all > shown ? .worded(.p, [.look(.hint)], t("report.left", ["count": .count(all - shown)])) : .nothing
    }

    /// A cell that says its column's name where a table is narrow.
    static func cell(
        _ column: String, _ pieces: [HTML], _ t: Texts, _ looks: [Look] = [], _ more: [Attribute] = []
    ) -> HTML {
        .element(.td, [.label(t("column.\(column)")), .classes([.labelled] + looks)] + more, pieces)
    }

    /// A row of a table: its head, then cells with the names of their columns.
    static func cells(_ head: String, _ cells: [(column: String, text: String)], numbers: Bool = true, _ t: Texts)
        -> HTML
    {
        .element(
            .tr, [.set(.row, head)],
            [.element(.th, [.rowHead], [.span(.mono, head)])]
                + cells.map { cell($0.column, [.text($0.text)], t, [numbers ? .num : .words]) })
    }
}

/// A figure with the range that it may well be in.
public struct Ranged: Sendable, Equatable {
    public var value: Double
    public var low: Double
    public var high: Double

    /// A figure from its parts.
    public init(_ value: Double, _ low: Double, _ high: Double) {
        self.value = value
        self.low = min(low, high)
        self.high = max(low, high)
    }

    /// "13.0 % (12.1 % – 14.0 %)".
    func text(_ write: (Double) -> String) -> String { "\(write(value)) (\(write(low)) – \(write(high)))" }

    var range: ClosedRange<Double>? { low.isFinite && high.isFinite ? low...high : nil }
}

extension Texts {
    /// A number with so many places.
    func decimal(_ value: Double, _ places: Int = 1) -> String { figures(NumberText.fixed(value, places)) }
    /// An amount of money in whole units.
    func whole(_ minorUnits: Double, _ currency: String) -> String {
        figures(MoneyText.whole(minorUnits, currency))
    }
}
