import Evaluation
import LeadlineCore

/// How long the engine's steps took, put together to rounds and leads. Time in which agents think is in none.
struct StepTimings {
    var plain: [Duration] = []
    private var rounds: [Duration] = []
    private var leads: [Duration] = []
    private var deadlines: [Duration] = []
    /// By offer: the step that made it. By lead: all its steps so far.
    private var asking: [String: Duration] = [:]
    private var soFar: [String: Duration] = [:]

    /// A lead came.
    mutating func arrived(_ events: [Event], _ took: Duration) { note(events, took) }

    /// An agent's message was taken in.
    /// - Parameter offer: The one that it answers; nil for what is no answer.
    mutating func answered(_ offer: String?, _ events: [Event], _ took: Duration) {
        note(events, took)
        guard let offer, let asked = asking[offer] else { return }
        let isOver = events.contains { if case .offerClosed(let event) = $0 { event.offerID == offer } else { false } }
        if isOver { rounds.append(asked + took) }
    }

    /// A deadline passed.
    mutating func passed(_ events: [Event], _ took: Duration) {
        note(events, took)
        let isRounds = events.contains {
            if case .offerClosed(let event) = $0 { event.status == .expired } else { false }
        }
        if isRounds { deadlines.append(took) }
    }

    private mutating func note(_ events: [Event], _ took: Duration) {
        var noted: Set<String> = []
        for event in events {
            switch event {
            case .offerMade(let offer):
                asking[offer.offerID] = took
                if noted.insert(offer.leadID).inserted { soFar[offer.leadID, default: .zero] += took }
            case .offerClosed(let offer):
                if noted.insert(offer.leadID).inserted { soFar[offer.leadID, default: .zero] += took }
            case .leadAssigned(let event) where !event.offerID.isEmpty:
                if let all = soFar.removeValue(forKey: event.leadID) { leads.append(all) }
            default: break
            }
        }
    }

    var summary: AgentsReport.WallClock {
        AgentsReport.WallClock(
            round: Self.timing(rounds), negotiatedLead: Self.timing(leads), plainAssignment: Self.timing(plain),
            deadlineToNextStep: Self.timing(deadlines))
    }

    private static func timing(_ durations: [Duration]) -> AgentsReport.Timing? {
        let millis = durations.map { $0.inSeconds * 1_000 }.sorted()
        guard let p50 = Quantiles.of(0.5, sorted: millis), let p99 = Quantiles.of(0.99, sorted: millis) else {
            return nil
        }
        return AgentsReport.Timing(count: millis.count, p50Millis: p50, p99Millis: p99)
    }
}
