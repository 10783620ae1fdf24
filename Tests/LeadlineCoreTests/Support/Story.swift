import LeadlineCore
import Testing

/// Given, when, then: a stream, and what each input made of it, as lines of text.
///
/// Minutes count from `Moment.start`. A timer that fires unannounced is a failure: `until` names what time
/// itself brings, one line list an entry.
struct Story {
    private(set) var stream = Stream()
    /// The events of the last entry, with their evaluations.
    private(set) var last: [Event] = []

    /// A program in euros with the policy and the partners given.
    init(logic version: UInt32 = Logic.newest, _ givens: Input...) {
        given(0, .program(logic: version))
        for input in givens { given(0, input) }
    }

    /// A stream without anything in it.
    init(empty: Void) {}

    var state: State { stream.state }

    /// Takes inputs whose events do not matter to the test.
    mutating func given(_ minute: Int, _ inputs: Input..., location: SourceLocation = #_sourceLocation) {
        for input in inputs {
            pass(to: minute, location)
            guard case .entry(let entry) = stream.receive(input, at: Moment.at(minute)) else {
                Issue.record("a given was refused: \(input.fact)", sourceLocation: location)
                continue
            }
            last = entry.events
        }
    }

    /// Takes one input and compares what came of it.
    mutating func when(
        _ minute: Int, _ input: Input, then expected: String..., location: SourceLocation = #_sourceLocation
    ) {
        pass(to: minute, location)
        switch stream.receive(input, at: Moment.at(minute)) {
        case .entry(let entry):
            last = entry.events
            #expect(entry.events.map(\.text) == expected, sourceLocation: location)
        case .refused(let refusal):
            Issue.record("refused: \(refusal)", sourceLocation: location)
        }
    }

    /// Takes one input that must not enter the stream.
    mutating func refuses(
        _ minute: Int, _ input: Input, _ admission: Admission, location: SourceLocation = #_sourceLocation
    ) {
        pass(to: minute, location)
        let before = stream.state.canonicalBytes()
        #expect(stream.receive(input, at: Moment.at(minute)) == .refused(admission), sourceLocation: location)
        #expect(stream.state.canonicalBytes() == before, sourceLocation: location)
    }

    /// Lets time pass up to and including the minute; each list is what one timer brings.
    mutating func until(_ minute: Int, then expected: [String]..., location: SourceLocation = #_sourceLocation) {
        let fired = stream.advance(before: Moment.at(minute).adding(micros: 1))
        if let newest = fired.last { last = newest.events }
        #expect(fired.map { $0.events.map(\.text) } == expected, sourceLocation: location)
    }

    /// Lets an outage last up to the minute: what fell due in it comes then, one entry each.
    mutating func afterOutage(_ minute: Int, then expected: [String]..., location: SourceLocation = #_sourceLocation) {
        let fired = stream.catchUp(to: Moment.at(minute))
        #expect(fired.map { $0.events.map(\.text) } == expected, sourceLocation: location)
    }

    /// Fires the next timer, whenever it falls due.
    mutating func fireNext() -> Stream.Entry? { stream.fireNext() }

    /// What the last entry's evaluation recorded.
    func evaluation(location: SourceLocation = #_sourceLocation) throws -> EvaluationSummary {
        try #require(last.compactMap(\.evaluated).first, sourceLocation: location).summary
    }

    /// Who was out in the last evaluation, as "reason rule count".
    func exclusions(location: SourceLocation = #_sourceLocation) throws -> [String] {
        try evaluation(location: location).exclusions.map { exclusion in
            ([String(describing: exclusion.reason)] + (exclusion.rule.isEmpty ? [] : [exclusion.rule])
                + [String(exclusion.partners)]).joined(separator: " ")
        }
    }

    func partner(_ id: String, location: SourceLocation = #_sourceLocation) throws -> PartnerStanding {
        try #require(state.partnerStandings.first { $0.profile.partnerID == id }, sourceLocation: location)
    }

    private mutating func pass(to minute: Int, _ location: SourceLocation) {
        let fired = stream.advance(before: Moment.at(minute))
        if !fired.isEmpty {
            Issue.record("unannounced: \(fired.map { $0.events.map(\.text) })", sourceLocation: location)
        }
    }
}
