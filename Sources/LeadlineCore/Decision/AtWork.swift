// Who is at work when a lead comes, and what waiting for the others costs. Since logic version 7.

extension State {
    /// Microseconds until a partner is at work; 0 if it is, or states no hours.
    func untilAtWork(_ partner: Int, at stamp: Timestamp) -> Int64 {
        if partners.profiles[partner].workingHours.isEmpty { return 0 }
        // The moment after the first one of work.
        let first = WorkingTime.deadline(
            from: stamp, micros: 1, in: calendar(of: partner, absences: partners.absences[partner]))
        return max(0, first.micros - 1 - stamp.micros)
    }

    /// What is left of the chance of winning after each bucket's wait.
    func keptAfterWaiting(_ policy: Policy) -> [Double] {
        waitingCost.kept(prior: min(max(Double(policy.priorWinRateBasisPoints) / 10_000, 0.0001), 0.9999))
    }

    /// The next moment at which somebody who is not at work begins to be; `distantFuture` if nobody is expected.
    func nextAtWork(after stamp: Timestamp) -> Timestamp {
        var next = Timestamp.distantFuture
        for partner in 0..<partners.count where partners.active[partner] {
            let wait = untilAtWork(partner, at: stamp)
            if wait > 0 { next = min(next, stamp.adding(micros: wait)) }
        }
        return next
    }
}

extension Ranking {
    /// What waiting for each candidate costs: the part of its expected value that is lost until it is at work.
    static func weighWaiting(
        _ state: State, _ policy: Policy, at stamp: Timestamp, _ scratch: inout EvaluationScratch
    ) {
        let kept = state.keptAfterWaiting(policy)
        for row in scratch.partners.indices {
            let wait = state.untilAtWork(scratch.partners[row], at: stamp)
            scratch.waiting[row] = wait == 0 ? 0 : scratch.score[row] * (1 - kept[WaitingCost.bucket(micros: wait)])
            scratch.rank[row] -= scratch.waiting[row]
        }
        scratch.weighsWaiting = true
    }
}

extension Decision {
    /// True if nobody who might get the lead is at work, and the policy would rather hold it than hand it to an empty
    /// office. An owner gets what is its own at any hour.
    func isHeld(_ state: State, _ policy: Policy, _ outcome: Evaluation.Outcome, _ cause: RoutingCause) -> Bool {
        guard state.isLogic(7), policy.presence == .hold, policy.waiting.perMinute > 0, cause != .human,
            cause != .imported, outcome.summary.basis != .ownership
        else { return false }
        return scratch.partners.indices.allSatisfy {
            !scratch.isIn[$0] || state.untilAtWork(scratch.partners[$0], at: stamp) > 0
        }
    }
}
