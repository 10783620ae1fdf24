import LeadlineCore

/// A program's stream as the engine drives it, without logs, disks or clocks.
///
/// For each input received at `t` it first sequences one `TimeAdvanced` entry after another for as long as a
/// deadline before `t` is open, then asks for admission, decides and folds.
struct Stream {
    struct Entry: Equatable {
        var position: UInt64
        var stamp: Timestamp
        var input: Input
        var events: [Event]
    }

    enum Receipt: Equatable {
        case entry(Entry)
        /// A dead letter in the engine.
        case refused(Admission)
    }

    /// More timers than this in a row mean that one fires for ever.
    private static let timersInARowMax = 100_000

    var state: State
    private var scratch = EvaluationScratch()
    /// Called before an entry is folded, with the state that decided it.
    var beforeFold: ((State, Entry) -> Void)?

    init(_ state: State = State()) { self.state = state }

    /// Fires what falls due before `stamp`, one entry each.
    mutating func advance(before stamp: Timestamp) -> [Entry] {
        var fired: [Entry] = []
        while let deadline = state.nextDeadline, deadline < stamp {
            precondition(fired.count < Self.timersInARowMax, "a timer fires for ever at \(deadline.micros)")
            fired.append(sequence(Input(.timeAdvanced(through: deadline)), at: deadline))
        }
        return fired
    }

    /// Fires the next timer, whenever it falls due.
    mutating func fireNext() -> Entry? {
        state.nextDeadline.map { sequence(Input(.timeAdvanced(through: $0)), at: $0) }
    }

    /// Fires what falls due up to `stamp`, one entry each, all of them then: as after an outage.
    mutating func catchUp(to stamp: Timestamp) -> [Entry] {
        var fired: [Entry] = []
        while let deadline = state.nextDeadline, deadline <= stamp {
            precondition(fired.count < Self.timersInARowMax, "a timer fires for ever at \(deadline.micros)")
            fired.append(sequence(Input(.timeAdvanced(through: deadline)), at: stamp))
        }
        return fired
    }

    /// Takes one input at a moment before which every timer has fired.
    mutating func receive(_ input: Input, at stamp: Timestamp) -> Receipt {
        switch state.admission(of: input, at: max(state.lastStamp, stamp)) {
        case .accept: return .entry(sequence(input, at: stamp))
        case .duplicate: return .entry(sequence(Input(.duplicateReceived), at: stamp))
        case let refusal: return .refused(refusal)
        }
    }

    private mutating func sequence(_ input: Input, at wish: Timestamp) -> Entry {
        let stamp = max(state.lastStamp, wish)
        let events = Decider.decide(input, at: stamp, in: state, scratch: &scratch)
        let entry = Entry(position: state.nextPosition, stamp: stamp, input: input, events: events)
        beforeFold?(state, entry)
        state.fold(input, events, at: stamp)
        return entry
    }
}
