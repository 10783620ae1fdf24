public import Foundation
public import LeadlineCore
import Reports

/// How somebody wants pages to look.
public enum Theme: String, Sendable, CaseIterable { case auto, light, dark }

/// Where the navigation leads.
public enum Section: String, Sendable, CaseIterable {
    case today, leads, partners, reviews, rules, learning, forecast, fairness, pilot, enablement, system, proof

    /// The page's path.
    public var path: String { self == .today ? "/app" : "/app/\(rawValue)" }
    /// Pressed after "g", it leads there.
    var key: String {
        switch self {
        case .today: "t"
        case .leads: "l"
        case .partners: "p"
        case .reviews: "r"
        case .rules: "u"
        case .learning: "e"
        case .forecast: "f"
        case .fairness: "a"
        case .pilot: "i"
        case .enablement: "n"
        case .system: "s"
        case .proof: "v"
        }
    }
}

/// Who reads a page, when and where: whatever pages differ by beside what they show.
public struct Reader: Sendable {
    public var texts: Texts
    public var zone: TimeZone
    public var theme: Theme
    /// False for those who want no single keys to do anything.
    public var hasShortcuts: Bool
    public var now: Timestamp
    /// Empty for somebody who has not signed in.
    public var program: String
    public var role: String
    /// The partner that the reader speaks for.
    public var partner: String?
    /// Where the reader may go.
    public var sections: [Section]
    /// Goes along with every form, and shows that a page of ours made it for this session.
    public var formToken: String
    /// Makes a form that is sent twice count once.
    public var once: String
    /// Names the session among those of one browser, so that tabs of one alone share what comes; no secret.
    public var tabs: String
    /// True if decisions come as they are made.
    public var isLive: Bool
    /// The decision up to which the page tells; nil where it tells of none.
    public var cursor: String?
    /// True if the reader may see where decisions are sent to.
    public var hasWebhooks = false
    /// The tour that the reader is on.
    public var tour: Tour?
    /// True if there is one to go on.
    public var hasTour = false

    /// A reader from its parts.
    public init(
        texts: Texts, zone: TimeZone, theme: Theme, hasShortcuts: Bool, now: Timestamp, program: String = "",
        role: String = "", partner: String? = nil, sections: [Section] = [], formToken: String = "",
        once: String = "", tabs: String = "", isLive: Bool = false, cursor: String? = nil
    ) {
        self.texts = texts
        self.zone = zone
        self.theme = theme
        self.hasShortcuts = hasShortcuts
        self.now = now
        self.program = program
        self.role = role
        self.partner = partner
        self.sections = sections
        self.formToken = formToken
        self.once = once
        self.tabs = tabs
        self.isLive = isLive
        self.cursor = cursor
    }

    // MARK: Moments

    /// A moment in the reader's zone, with UTC where the pointer rests: the time alone if it is today.
    func moment(_ moment: Timestamp, seconds: Bool = false) -> HTML {
        .element(
            .time, [.set(.datetime, TimeText.utc(moment)), .meaning(TimeText.utc(moment))],
            [.text(short(moment, seconds: seconds))])
    }

    /// "20:01", "29 Nov 20:01", "29 Nov 2025".
    func short(_ moment: Timestamp, seconds: Bool = false) -> String { written(moment, seconds, endsWithYear: true) }

    /// A moment within a sentence: "20:01:33", "29 Nov 20:01", "29 Nov 2025 20:01".
    public func spoken(_ moment: Timestamp) -> String { written(moment, true, endsWithYear: false) }

    private func written(_ moment: Timestamp, _ seconds: Bool, endsWithYear: Bool) -> String {
        let text = Array(TimeText.local(moment, zone: zone).utf8)
        let today = Array(TimeText.local(now, zone: zone).utf8)
        func piece(_ from: Int, _ count: Int) -> String { String(decoding: text[from..<from + count], as: UTF8.self) }
        guard text.count >= 19, let month = Int(piece(5, 2)), let day = Int(piece(8, 2)) else { return "" }
        if text.prefix(10).elementsEqual(today.prefix(10)) { return piece(11, seconds ? 8 : 5) }
        let date = "\(day) \(texts.label("month", "\(month)"))"
        if text.prefix(4).elementsEqual(today.prefix(4)) { return "\(date) \(piece(11, 5))" }
        return "\(date) \(piece(0, 4))" + (endsWithYear ? "" : " \(piece(11, 5))")
    }

    /// How long until a moment, or since, counted on by the page's script.
    func countdown(_ due: Timestamp) -> HTML {
        let left = (due.micros - now.micros) / 1_000_000
        return .element(
            .time,
            [
                .set(.datetime, TimeText.utc(due)), .meaning(TimeText.utc(due)), .set(.due, TimeText.utc(due)),
                .look(left < 0 ? .late : left < 300 ? .soon : .calm),
            ], [.text(left < 0 ? over(-left) : remaining(left))])
    }

    private func remaining(_ seconds: Int64) -> String {
        texts("due.in", ["time": .text(TimeText.duration(seconds: seconds))])
    }

    private func over(_ seconds: Int64) -> String {
        texts("due.over", ["time": .text(TimeText.duration(seconds: seconds))])
    }

    /// How long ago something was.
    func ago(_ moment: Timestamp) -> HTML {
        let seconds = max(0, (now.micros - moment.micros) / 1_000_000)
        return .element(
            .time, [.set(.datetime, TimeText.utc(moment)), .meaning(TimeText.utc(moment))],
            [.text(texts("time.ago", ["time": .text(TimeText.duration(seconds: seconds))]))])
    }

    /// Words that every face has in one wording, which is English.
    func recorded(_ text: String) -> HTML { .element(.span, recordedLanguage, [.text(text)]) }

    var recordedLanguage: [HTML.Attribute] { texts.language == .en ? [] : [.set(.lang, "en")] }
}
