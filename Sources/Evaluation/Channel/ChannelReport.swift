public import LeadlineCore
import TextFormats

/// How healthy a partner network is: speed, wins, load and fairness, of each partner and over windows of time. As JSON
/// its field names are a contract. Names nobody: partners and leads go by their ids.
public struct ChannelReport: Encodable, Sendable {
    /// The program.
    public var program: String
    /// Currency of all amounts.
    public var currency: String
    /// First and last moment, RFC 3339 in UTC; empty without entries.
    public var from: String
    public var to: String
    /// All of that time.
    public var whole: NetworkFigures
    /// The windows, oldest first; the newest may not be over yet.
    public var windows: [ChannelWindow]
    /// Partners that are not gone, or that had leads; those with most leads first.
    public var partners: [PartnerFigures]
    /// Floor periods that are over, with what each partner got.
    public var floors: FloorReport
    /// What was announced in this time of partners that get too little, or too much; oldest first.
    public var starvation: [AnnouncedStarvation]
    /// What won against what taking turns would have been expected to win; nil where no decision tells.
    public var rotation: RotationComparison?
    /// The newest pilot over the leads that came in this time; nil without one.
    public var pilot: PilotReport?

    /// A report.
    /// - Parameters:
    ///   - windowDays: Length of a window.
    ///   - from: Leads that came, and outcomes that came, at this moment or later count.
    ///   - to: The same to this moment.
    public init(
        _ history: NetworkHistory, program: String, windowDays: Int = 30, from: Timestamp = Timestamp(micros: .min),
        to: Timestamp = .distantFuture
    ) {
        precondition(windowDays > 0, "a window has days")
        let span = TimeSpan(
            from: max(from, history.first ?? .epoch), until: min(to, history.last ?? .epoch).adding(micros: 1))
        self.program = program
        currency = history.currency
        self.from = history.first == nil ? "" : RFC3339.format(span.from)
        self.to = history.first == nil ? "" : RFC3339.format(span.until.adding(micros: -1))
        let spans =
            history.first == nil
            ? [] : span.windows(days: windowDays, anchor: history.state.policy?.periodAnchor ?? .epoch)
        var ledger = PartnerLedger(history, [span] + spans)
        ledger.count()
        whole = ledger.network(0)
        windows = spans.indices.map {
            ChannelWindow(
                from: RFC3339.format(spans[$0].from), to: RFC3339.format(spans[$0].until),
                figures: ledger.network($0 + 1))
        }
        partners = ledger.partners()
        floors = FloorReport(history, span)
        starvation = history.starvation.filter { span.contains($0.at) }.map(AnnouncedStarvation.init)
        rotation = RotationComparison(history, span)
        pilot = PilotReport(history, program: program, leadsOf: span)
    }
}

/// A stretch of time.
struct TimeSpan: Sendable {
    var from: Timestamp
    /// The first moment after it.
    var until: Timestamp

    /// Most windows that a stretch is cut into; the oldest are left out.
    static let windowsMax = 400

    func contains(_ moment: Timestamp) -> Bool { from <= moment && moment < until }

    /// Days in it.
    var days: Double { Double(until.micros - from.micros) / Double(Timestamp.microsPerDay) }

    /// The number of the tumbling window that a moment is in, counted from the anchor on.
    static func window(of moment: Timestamp, days: Int, anchor: Timestamp) -> Int64 {
        (moment.micros - anchor.micros).floorDivided(by: Int64(days) * Timestamp.microsPerDay)
    }

    /// Tumbling windows from the anchor on that reach into it.
    func windows(days: Int, anchor: Timestamp) -> [TimeSpan] {
        if until <= from { return [] }
        let length = Int64(days) * Timestamp.microsPerDay
        let last = Self.window(of: until.adding(micros: -1), days: days, anchor: anchor)
        let first = max(Self.window(of: from, days: days, anchor: anchor), last - Int64(Self.windowsMax) + 1)
        return (first...last).map {
            TimeSpan(from: anchor.adding(micros: $0 * length), until: anchor.adding(micros: ($0 + 1) * length))
        }
    }
}

/// One window.
public struct ChannelWindow: Encodable, Sendable {
    /// Its first moment, and the first after it, RFC 3339 in UTC.
    public var from: String
    public var to: String
    public var figures: NetworkFigures
}

/// How often a reason came up.
public struct ReasonCount: Encodable, Equatable, Sendable {
    /// In one word.
    public var reason: String
    public var count: Int
}
