import LeadlineCore
import TextFormats

/// What a pilot shows so far. As JSON its field names are a contract.
public struct PilotReport: Encodable, Sendable {
    /// One arm.
    public struct Arm: Encodable, Sendable {
        /// Its name, and how it chooses.
        public var name: String
        public var method: String
        public var figures: ArmFigures
        /// Against the incumbent; nil of the incumbent itself.
        public var uplift: Uplift?
        public var verdict: Uplift.Verdict?
    }

    /// The program.
    public var program: String
    /// Currency of all amounts.
    public var currency: String
    /// The pilot's name; empty without one.
    public var pilot: String
    /// When it began, RFC 3339 in UTC; empty without one.
    public var from: String
    /// The arm that the others are compared with; empty without a pilot.
    public var incumbent: String
    /// In the order of the policy.
    public var arms: [Arm]
    /// What Leadline would have done where it did not act; nil where it acted throughout.
    public var shadow: ShadowReport?

    /// A report on the newest pilot, or the one named.
    /// - Parameters:
    ///   - name: The pilot; nil for the newest.
    ///   - incumbent: The arm to compare with; nil for the first that takes turns or goes by rules, else the first.
    /// - Throws: `EvaluationError` for a name that is none.
    public init(_ history: NetworkHistory, program: String, pilot name: String? = nil, incumbent: String? = nil) throws
    {
        self.init(program: program, currency: history.currency, shadow: ShadowReport(history))
        guard let span = try Self.span(history, name) else { return }
        compare(
            span, history, incumbent: try Self.incumbent(span.pilot.arms, incumbent),
            leadsOf: TimeSpan(from: Timestamp(micros: .min), until: .distantFuture))
    }

    /// The newest pilot over the leads that came in a stretch of time; nil where there was none.
    init?(_ history: NetworkHistory, program: String, leadsOf time: TimeSpan) {
        guard let span = history.pilots.last, span.from < time.until else { return nil }
        self.init(program: program, currency: history.currency, shadow: nil)
        compare(span, history, incumbent: Self.incumbent(span.pilot.arms), leadsOf: time)
    }

    private init(program: String, currency: String, shadow: ShadowReport?) {
        self.program = program
        self.currency = currency
        self.shadow = shadow
        pilot = ""
        from = ""
        incumbent = ""
        arms = []
    }

    private mutating func compare(
        _ span: NetworkHistory.PilotSpan, _ history: NetworkHistory, incumbent: String, leadsOf time: TimeSpan
    ) {
        pilot = span.pilot.name
        from = RFC3339.format(span.from)
        self.incumbent = incumbent
        let numbers = Set(history.pilots.indices.filter { history.pilots[$0].pilot == span.pilot })
        var leads: [String: [LeadRecord]] = [:]
        // Beside imported history an arm only says what it would have done.
        for lead in history.leads
        where lead.pilot.map(numbers.contains) ?? false && !lead.isMerged && !lead.isImported
            && time.contains(lead.submittedAt)
        {
            leads[lead.arm, default: []].append(lead)
        }
        let baseline = leads[incumbent] ?? []
        arms = span.pilot.arms.map { arm in
            let own = leads[arm.name] ?? []
            let uplift = arm.name == incumbent ? nil : Uplift(own, over: baseline)
            return Arm(
                name: arm.name, method: "\(arm.method)", figures: ArmFigures(own), uplift: uplift,
                verdict: uplift?.verdict)
        }
    }

    private static func span(_ history: NetworkHistory, _ name: String?) throws -> NetworkHistory.PilotSpan? {
        guard let name else { return history.pilots.last }
        if let found = history.pilots.last(where: { $0.pilot.name == name }) { return found }
        let known = history.pilots.map(\.pilot.name)
        throw EvaluationError(
            "there was no pilot of this name",
            remedy: known.isEmpty
                ? "No policy of this program has a pilot; leave --pilot out"
                : "Pilots of this program: \(known.joined(separator: ", "))")
    }

    private static func incumbent(_ arms: [PilotArm], _ name: String?) throws -> String {
        if let name {
            if arms.contains(where: { $0.name == name }) { return name }
            throw EvaluationError(
                "the pilot has no arm of this name", remedy: "Its arms are \(arms.map(\.name).joined(separator: ", "))")
        }
        return incumbent(arms)
    }

    private static func incumbent(_ arms: [PilotArm]) -> String {
        let rules: [RoutingMethod] = [.roundRobin, .weightedRotation, .highestFit]
        return (arms.first { rules.contains($0.method) } ?? arms[0]).name
    }
}

/// What Leadline would have done, where humans or history did: under a shadow policy, and beside imported leads.
public struct ShadowReport: Encodable, Sendable {
    /// Leads with a suggestion that a partner got.
    public var leads: Int
    /// Those where both chose the same partner.
    public var agreed: Int
    /// Win rate where both chose the same, and where what happened was another choice.
    public var whereAgreed: ArmFigures
    public var whereDiffered: ArmFigures
    /// What the model expected of both where they differ: deal value x conversion, in minor units, over the leads of
    /// which both are known.
    public var compared: Int
    public var expectedSuggestedMinorUnits: Int64
    public var expectedHappenedMinorUnits: Int64

    /// Nil where nothing was suggested.
    init?(_ history: NetworkHistory) {
        let suggested = history.leads.filter { $0.suggested != nil && !$0.awards.isEmpty && !$0.isMerged }
        if suggested.isEmpty { return nil }
        let same = suggested.filter { $0.suggested == $0.awards.first?.partner }
        let other = suggested.filter { $0.suggested != $0.awards.first?.partner }
        leads = suggested.count
        agreed = same.count
        whereAgreed = ArmFigures(same)
        whereDiffered = ArmFigures(other)
        var (count, ours, theirs) = (0, 0.0, 0.0)
        for lead in other {
            guard let own = lead.suggestedConversion, let happened = lead.awards.first?.conversion else { continue }
            count += 1
            ours += Double(lead.valueMinorUnits) * own
            theirs += Double(lead.valueMinorUnits) * happened
        }
        compared = count
        expectedSuggestedMinorUnits = MinorUnits.rounded(ours)
        expectedHappenedMinorUnits = MinorUnits.rounded(theirs)
    }
}
