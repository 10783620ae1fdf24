public import LeadlineCore
import Reports

/// What was decided, as a line of the live flow.
public struct FlowRow: Sendable {
    /// What kind of thing happened, for its mark.
    public enum Kind: String, Sendable { case assigned, responded, escalated, expired, closed, other }

    public var id: String
    public var time: Timestamp
    public var kind: Kind
    /// Nil where it is about no lead.
    public var lead: String?
    /// In the words that every face uses.
    public var sentence: String

    /// A line from its parts.
    public init(id: String, time: Timestamp, kind: Kind, lead: String?, sentence: String) {
        self.id = id
        self.time = time
        self.kind = kind
        self.lead = lead
        self.sentence = sentence
    }

    /// The line.
    public func markup(_ reader: Reader) -> String { html(reader).markup }

    func html(_ reader: Reader) -> HTML {
        let look = Look(rawValue: kind.rawValue) ?? .other
        let words = HTML.element(.span, [.look(.words)] + reader.recordedLanguage, [.text(sentence)])
        let line: [HTML] = [
            reader.moment(time, seconds: true),
            .worded(.span, [.look(.dot, look), .set(.hiddenFromReaders, "true")], ""), words,
        ]
        return .element(
            .li, [.set(.row, id)],
            [lead.map { .link("/app/leads/\($0)", [.row], line) } ?? .span(.row, line)])
    }
}

/// What happens now, and what somebody must do about it.
public struct TodayPage: Sendable {
    /// A lead that waits for a person.
    public struct Need: Sendable {
        public var lead: String
        /// Why, in the words that every face uses.
        public var why: String
        public var since: Timestamp
        /// Where somebody decides.
        public var path: String

        /// A need from its parts.
        public init(lead: String, why: String, since: Timestamp, path: String) {
            self.lead = lead
            self.why = why
            self.since = since
            self.path = path
        }
    }

    /// A first response that is due.
    public struct Due: Sendable {
        public var lead: String
        public var partner: String
        public var respondBy: Timestamp

        /// One from its parts.
        public init(lead: String, partner: String, respondBy: Timestamp) {
            self.lead = lead
            self.partner = partner
            self.respondBy = respondBy
        }
    }

    /// First responses of the last day, or of as much of it as was looked through.
    public struct Answers: Sendable {
        public var inTime: Int
        public var missed: Int
        /// True if it is less than a day.
        public var isPart: Bool

        /// Counts from their parts.
        public init(inTime: Int, missed: Int, isPart: Bool) {
            self.inTime = inTime
            self.missed = missed
            self.isPart = isPart
        }
    }

    public var arrived = 0
    public var arrivedBefore = 0
    public var withPartners = 0
    public var open = 0
    public var escalated = 0
    public var underReview = 0
    public var answers = Answers(inTime: 0, missed: 0, isPart: false)
    public var dueWithinHour = 0
    public var needs: [Need] = []
    public var due: [Due] = []
    public var flow: [FlowRow] = []
    public var leads = 0
    public var hasPolicy = true
    public var hasPartners = true
    public var said: Said?

    /// Nothing yet.
    public init() {}

    /// The page.
    public func page(_ reader: Reader) -> String {
        Shell(reader, title: reader.texts("nav.today"), section: .today).page(content(reader))
    }

    private func content(_ reader: Reader) -> [HTML] {
        let t = reader.texts
        if leads == 0 { return [.worded(.h1, [.look(.title)], t("nav.today")), start(t), flowPanel(reader)] }
        return [
            .worded(.h1, [.look(.title)], t("nav.today")), Said.notice(said, t),
            .worded(.p, [.look(.lead), .set(.id, "sentence"), .set(.live)], sentence(t)),
            .element(.dl, [.set(.id, "tiles"), .set(.live), .look(.tiles)], tiles(t)),
            .div(
                .columns, [.div(.column, [flowPanel(reader)]), .div(.column, [needPanel(reader), duePanel(reader)])]),
        ]
    }

    // MARK: One sentence

    private func sentence(_ t: Texts) -> String {
        let waiting = escalated + underReview
        return [
            t(arrived == 0 ? "today.noArrivals" : "today.arrivals", ["count": .count(arrived)]),
            t(waiting == 0 ? "today.nobodyNeeded" : "today.needed", ["count": .count(waiting)]),
            t(dueWithinHour == 0 ? "today.nothingDue" : "today.dueSoon", ["count": .count(dueWithinHour)]),
        ].joined(separator: " ")
    }

    // MARK: Tiles

    private func tiles(_ t: Texts) -> [HTML] {
        let asked = answers.inTime + answers.missed
        return [
            tile(t("tile.arrived"), t.number(arrived), change(t)),
            tile(
                t("tile.withPartners"), t.number(withPartners),
                [.text(t("tile.ofOpen", ["count": .count(open)]))]),
            tile(
                t("tile.waiting"), t.number(escalated + underReview),
                [.text(t("tile.ofWhich", ["reviews": .count(underReview)]))],
                escalated + underReview > 0 ? .warn : nil),
            tile(
                t("tile.inTime"), asked == 0 ? "–" : t.percent(Double(answers.inTime) / Double(asked)),
                [
                    .text(
                        asked == 0
                            ? t("tile.noAnswers")
                            : t(
                                answers.isPart ? "tile.answersPart" : "tile.answers",
                                ["inTime": .count(answers.inTime), "count": .count(asked)]))
                ]),
        ]
    }

    private func change(_ t: Texts) -> [HTML] {
        let difference = arrived - arrivedBefore
        let sign = difference > 0 ? "+" : difference < 0 ? "−" : "±"
        return [
            .span(.change, sign + t.number(abs(difference))),
            .text(" " + t("tile.dayBefore", ["count": .count(arrivedBefore)])),
        ]
    }

    private func tile(_ name: String, _ value: String, _ basis: [HTML], _ look: Look? = nil) -> HTML {
        .element(
            .div, [.classes([.tile] + (look.map { [$0] } ?? []))],
            [.worded(.dt, name), .element(.dd, [.look(.value)], [.text(value)]), .element(.dd, [.look(.basis)], basis)])
    }

    // MARK: Panels

    private func flowPanel(_ reader: Reader) -> HTML {
        let t = reader.texts
        let pause = HTML.element(
            .button, [.set(.type, "button"), .set(.id, "flow-state"), .look(.pause), .set(.hidden)], [.text("")])
        return .panel(
            "flow", t("flow.title"), more: pause,
            [
                .element(
                    .ol, [.set(.id, "flow-rows"), .look(.flow), .set(.label, t("flow.title"))],
                    flow.map { $0.html(reader) }),
                flow.isEmpty ? .empty(t("flow.empty"), t("flow.empty.how")) : .nothing,
            ])
    }

    private func needPanel(_ reader: Reader) -> HTML {
        let t = reader.texts
        let total = escalated + underReview
        let rows = needs.map { need in
            HTML.element(
                .li, [.set(.row, need.lead)],
                [
                    .link(
                        need.path, [.row],
                        [
                            .span(.mono, need.lead),
                            .element(.span, [.look(.words)] + reader.recordedLanguage, [.text(need.why)]),
                            reader.ago(need.since),
                        ])
                ])
        }
        return .panel(
            "needs", t("needs.title"), count: total > 0 ? t.number(total) : nil,
            [
                needs.isEmpty ? .empty(t("needs.empty"), t("needs.empty.how")) : .element(.ul, [.look(.rows)], rows),
                total > needs.count && !needs.isEmpty
                    ? .link("/app/leads?status=escalated", [.more], [.text(t("needs.all"))]) : .nothing,
            ])
    }

    private func duePanel(_ reader: Reader) -> HTML {
        let t = reader.texts
        let rows = due.map { one in
            HTML.element(
                .li, [.set(.row, one.lead)],
                [
                    .link(
                        "/app/leads/\(one.lead)", [.row],
                        [
                            .span(.mono, one.lead),
                            .worded(.span, [.look(.words)], t("due.with", ["partner": .text(one.partner)])),
                            reader.countdown(one.respondBy),
                        ])
                ])
        }
        return .panel(
            "due", t("due.title"),
            [due.isEmpty ? .empty(t("due.empty"), t("due.empty.how")) : .element(.ul, [.look(.rows)], rows)])
    }

    // MARK: Nothing yet

    private func start(_ t: Texts) -> HTML {
        let steps: [(isDone: Bool, text: String, command: String)] = [
            (hasPolicy, t("start.policy"), "leadline policy apply -f policy.yaml"),
            (hasPartners, t("start.partners"), "leadline partners apply -f partners.yaml"),
            (false, t("start.lead"), "POST /v1/leads"),
        ]
        return .element(
            .section, [.set(.id, "start"), .set(.live), .look(.panel, .empty)],
            [
                .worded(.h2, t("start.title")), .worded(.p, [.look(.quiet)], t("start.about")),
                .element(
                    .ol, [.look(.steps)],
                    steps.map { step in
                        .element(
                            .li, step.isDone ? [.look(.good)] : [],
                            [
                                .text(step.text + " "), .worded(.code, step.command),
                                step.isDone ? .span(.quiet, " " + t("start.done")) : .nothing,
                            ])
                    }),
            ])
    }
}
